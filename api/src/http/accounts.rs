//! Routes of sign-in, of changing people, and of the audit record.

use super::Edge;
use super::requests::{Body, Ids, Key, Query, SESSION_COOKIES};
use crate::convert;
use crate::failure::{Failure, Outcome};
use crate::service::Caller;
use axum::Json;
use axum::extract::{ConnectInfo, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use corridor_domain::limits;
use corridor_protocol as wire;
use corridor_storage::reader::AuditFilter;
use serde::Deserialize;
use std::net::SocketAddr;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn routes() -> OpenApiRouter<Edge> {
    OpenApiRouter::new()
        .routes(routes!(sign_in))
        .routes(routes!(sign_out))
        .routes(routes!(end_session))
        .routes(routes!(me))
        .routes(routes!(nodes))
        .routes(routes!(change_person))
        .routes(routes!(break_glass))
        .routes(routes!(audit))
}

/// Sign in with a password.
#[utoipa::path(post, path = "/v1/sign-in", tag = "accounts", request_body = wire::SignIn,
    responses((status = 200, body = wire::SignedIn), (status = "4XX", body = wire::Problem, content_type = "application/problem+json")))]
async fn sign_in(
    State(edge): State<Edge>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    Body(request): Body<wire::SignIn>,
) -> Outcome<Response> {
    edge.gate.sign_in(peer.ip())?;
    with_session(&edge, edge.service.sign_in(&request, peer.ip()).await?)
}

/// Browsers keep the token where no script reads it.
pub(super) fn with_session(edge: &Edge, signed_in: wire::SignedIn) -> Outcome<Response> {
    let age_s = limits::SESSION_LIFETIME_MS / 1_000;
    let cookie = match edge.secure {
        true => format!(
            "{}={}; Path=/; Max-Age={age_s}; HttpOnly; SameSite=Strict; Secure",
            SESSION_COOKIES[0], signed_in.token
        ),
        false => format!(
            "{}={}; Path=/; Max-Age={age_s}; HttpOnly; SameSite=Strict",
            SESSION_COOKIES[1], signed_in.token
        ),
    };
    let mut response = Json(signed_in).into_response();
    let cookie = HeaderValue::try_from(cookie).map_err(|error| Failure::Internal(std::io::Error::other(error)))?;
    response.headers_mut().append(header::SET_COOKIE, cookie);
    Ok(response)
}

/// Sign out: end this session, on all of its sockets.
#[utoipa::path(delete, path = "/v1/session", tag = "accounts",
    responses((status = 204), (status = "4XX", body = wire::Problem, content_type = "application/problem+json")))]
async fn sign_out(State(edge): State<Edge>, caller: Caller) -> Outcome<Response> {
    let command_id = edge.service.draw_command_id();
    edge.service.end_session(&caller, command_id, caller.session.id).await?;
    let mut response = StatusCode::NO_CONTENT.into_response();
    let headers = response.headers_mut();
    for name in SESSION_COOKIES {
        let secure = if name.starts_with("__Host-") { "; Secure" } else { "" };
        let gone = format!("{name}=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict{secure}");
        headers.append(
            header::SET_COOKIE,
            HeaderValue::try_from(gone).map_err(|error| Failure::Internal(std::io::Error::other(error)))?,
        );
    }
    headers.insert("clear-site-data", HeaderValue::from_static("\"cache\", \"storage\""));
    Ok(response)
}

/// End a session: one's own on another device, or as administrator anybody's.
#[utoipa::path(delete, path = "/v1/sessions/{id}", tag = "accounts", params(("id" = String, Path, description = "`ses_…`"), ("Idempotency-Key" = String, Header)),
    responses((status = 200, body = wire::Changed), (status = "4XX", body = wire::Problem, content_type = "application/problem+json")))]
async fn end_session(
    State(edge): State<Edge>,
    caller: Caller,
    Key(key): Key,
    Ids(id): Ids<String>,
) -> Outcome<Json<wire::Changed>> {
    let session = id
        .parse()
        .map_err(|_| Failure::Invalid("A session's id is `ses_` and 26 characters."))?;
    Ok(Json(edge.service.end_session(&caller, key, session).await?.changed()))
}

/// Who am I, and what may I do?
#[utoipa::path(get, path = "/v1/me", tag = "accounts",
    responses((status = 200, body = wire::Me), (status = "4XX", body = wire::Problem, content_type = "application/problem+json")))]
async fn me(State(edge): State<Edge>, caller: Caller) -> Outcome<Json<wire::Me>> {
    Ok(Json(edge.service.me(&caller)?))
}

/// Where are the nodes? A session holds at all of them: who is cut off goes on at another.
#[utoipa::path(get, path = "/v1/nodes", tag = "accounts",
    responses((status = 200, body = wire::NodeList), (status = "4XX", body = wire::Problem, content_type = "application/problem+json")))]
async fn nodes(State(edge): State<Edge>, _caller: Caller) -> Json<wire::NodeList> {
    Json(edge.service.nodes())
}

/// Change one thing of a person.
#[utoipa::path(patch, path = "/v1/people/{id}", tag = "people", request_body = wire::ChangePerson,
    params(("id" = String, Path, description = "`per_…`"), ("Idempotency-Key" = String, Header)),
    responses((status = 200, body = wire::Changed), (status = "4XX", body = wire::Problem, content_type = "application/problem+json")))]
async fn change_person(
    State(edge): State<Edge>,
    caller: Caller,
    Key(key): Key,
    Ids(id): Ids<String>,
    Body(change): Body<wire::ChangePerson>,
) -> Outcome<Json<wire::Changed>> {
    let person = convert::person_id(&id)?;
    Ok(Json(
        edge.service
            .change_person(&caller, key, person, &change)
            .await?
            .changed(),
    ))
}

/// Break the glass: read without being a member, for a time and a reason, on the record.
#[utoipa::path(post, path = "/v1/break-glass", tag = "audit", request_body = wire::BreakGlass, params(("Idempotency-Key" = String, Header)),
    responses((status = 200, body = wire::GlassBroken), (status = "4XX", body = wire::Problem, content_type = "application/problem+json")))]
async fn break_glass(
    State(edge): State<Edge>,
    caller: Caller,
    Key(key): Key,
    Body(request): Body<wire::BreakGlass>,
) -> Outcome<Json<wire::GlassBroken>> {
    Ok(Json(edge.service.break_glass(&caller, key, &request).await?))
}

/// Which lines of the record.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
struct AuditQuery {
    /// Only lines before this index.
    #[param(required = false)]
    before: Option<u64>,
    /// At most so many, 100 at most.
    #[param(required = false)]
    limit: Option<usize>,
    /// Only lines by or about this person.
    #[param(required = false)]
    person_id: Option<String>,
    /// Only lines about this conversation.
    #[param(required = false)]
    conversation_id: Option<String>,
    /// Only lines about this patient: their conversations and their person. Alone.
    #[param(required = false)]
    patient_id: Option<String>,
}

/// The audit record, newest first. Reading it is on it.
#[utoipa::path(get, path = "/v1/audit", tag = "audit", params(AuditQuery),
    responses((status = 200, body = wire::AuditPage), (status = "4XX", body = wire::Problem, content_type = "application/problem+json")))]
async fn audit(
    State(edge): State<Edge>,
    caller: Caller,
    Query(query): Query<AuditQuery>,
) -> Outcome<Json<wire::AuditPage>> {
    let limit = query.limit.unwrap_or(limits::PAGE_COUNT_MAX);
    if let Some(patient) = &query.patient_id {
        if query.person_id.is_some() || query.conversation_id.is_some() {
            return Err(Failure::Invalid(
                "Ask by patient_id alone, or by person_id and conversation_id.",
            ));
        }
        let patient = convert::person_id(patient)?;
        let page = edge.service.audit_of_patient(&caller, patient, query.before, limit);
        return Ok(Json(page.await?));
    }
    let filter = AuditFilter {
        before: query.before,
        person: query.person_id.as_deref().map(convert::person_id).transpose()?,
        conversation: query
            .conversation_id
            .as_deref()
            .map(convert::conversation_id)
            .transpose()?,
    };
    Ok(Json(edge.service.audit(&caller, filter, limit).await?))
}
