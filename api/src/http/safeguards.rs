//! Routes of what keeps words from the wrong reader: labels, what is confidential, moving a message to the right patient.

use super::Edge;
use super::conversations::named;
use super::requests::{Body, Ids, Key};
use crate::failure::Outcome;
use crate::service::Caller;
use axum::Json;
use axum::extract::{ConnectInfo, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use corridor_protocol as wire;
use std::net::SocketAddr;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn routes() -> OpenApiRouter<Edge> {
    OpenApiRouter::new()
        .routes(routes!(restrict))
        .routes(routes!(change))
        .routes(routes!(move_message))
        .routes(routes!(ask_identity))
        .routes(routes!(confirm_identity))
}

/// Give a patient's conversation a label, or keep it from those who act for the patient.
#[utoipa::path(post, path = "/v1/conversations/{id}/restriction", tag = "conversations", request_body = wire::RestrictionStep,
    params(("id" = String, Path, description = "`con_…`"), ("Idempotency-Key" = String, Header)),
    responses((status = 200, body = wire::Changed), (status = "4XX", body = wire::Problem, content_type = "application/problem+json")))]
async fn restrict(
    State(edge): State<Edge>,
    caller: Caller,
    Key(key): Key,
    Ids(id): Ids<String>,
    Body(step): Body<wire::RestrictionStep>,
) -> Outcome<Json<wire::Changed>> {
    Ok(Json(
        edge.service.restrict(&caller, key, named(&id)?, &step).await?.changed(),
    ))
}

/// Set what the clinic does against words that reach the wrong reader.
#[utoipa::path(put, path = "/v1/safeguards", tag = "settings", request_body = wire::Safeguards, params(("Idempotency-Key" = String, Header)),
    responses((status = 200, body = wire::Changed), (status = "4XX", body = wire::Problem, content_type = "application/problem+json")))]
async fn change(
    State(edge): State<Edge>,
    caller: Caller,
    Key(key): Key,
    Body(safeguards): Body<wire::Safeguards>,
) -> Outcome<Json<wire::Changed>> {
    let done = edge.service.change_safeguards(&caller, key, &safeguards).await?;
    Ok(Json(done.changed()))
}

/// Take one's own message back where it was, and write it where it belongs.
#[utoipa::path(post, path = "/v1/conversations/{id}/messages/{seq}/move", tag = "messages", request_body = wire::MoveMessage,
    params(("id" = String, Path, description = "`con_…`"), ("seq" = u64, Path), ("Idempotency-Key" = String, Header)),
    responses((status = 201, body = wire::Moved), (status = "4XX", body = wire::Problem, content_type = "application/problem+json")))]
async fn move_message(
    State(edge): State<Edge>,
    caller: Caller,
    Key(key): Key,
    Ids((id, seq)): Ids<(String, u64)>,
    Body(request): Body<wire::MoveMessage>,
) -> Outcome<Response> {
    let moved = edge
        .service
        .move_message(&caller, key, named(&id)?, seq, &request)
        .await?;
    Ok((StatusCode::CREATED, Json(moved)).into_response())
}

/// Ask whoever writes from the patient's account to show who they are.
#[utoipa::path(post, path = "/v1/conversations/{id}/identity", tag = "conversations",
    params(("id" = String, Path, description = "`con_…`"), ("Idempotency-Key" = String, Header)),
    responses((status = 200, body = wire::Changed), (status = "4XX", body = wire::Problem, content_type = "application/problem+json")))]
async fn ask_identity(
    State(edge): State<Edge>,
    caller: Caller,
    Key(key): Key,
    Ids(id): Ids<String>,
) -> Outcome<Json<wire::Changed>> {
    Ok(Json(
        edge.service.ask_identity(&caller, key, named(&id)?).await?.changed(),
    ))
}

/// Show who one is, by one's password.
#[utoipa::path(post, path = "/v1/conversations/{id}/identity/confirm", tag = "conversations", request_body = wire::ConfirmIdentity,
    params(("id" = String, Path, description = "`con_…`"), ("Idempotency-Key" = String, Header)),
    responses((status = 200, body = wire::Changed), (status = "4XX", body = wire::Problem, content_type = "application/problem+json")))]
async fn confirm_identity(
    State(edge): State<Edge>,
    caller: Caller,
    Key(key): Key,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    Ids(id): Ids<String>,
    Body(request): Body<wire::ConfirmIdentity>,
) -> Outcome<Json<wire::Changed>> {
    // To check a password costs as much here as at the door.
    edge.gate.sign_in(peer.ip())?;
    let done = edge
        .service
        .confirm_identity(&caller, key, named(&id)?, &request, peer.ip())
        .await?;
    Ok(Json(done.changed()))
}
