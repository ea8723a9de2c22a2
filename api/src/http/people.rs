//! Routes of people: looking them up, each look on the record, and adding one. What changes one is in `accounts.rs`.

use super::Edge;
use super::requests::{Body, Ids, Key, Query};
use crate::convert;
use crate::failure::{Failure, Outcome};
use crate::service::Caller;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use corridor_domain::limits;
use corridor_domain::refusal::Refusal;
use corridor_protocol as wire;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn routes() -> OpenApiRouter<Edge> {
    OpenApiRouter::new()
        .routes(routes!(people, add_person))
        .routes(routes!(patients))
        .routes(routes!(patient))
}

/// A search.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
struct Search {
    /// Part of a name, login, MRN or birth date.
    #[param(required = false)]
    q: String,
    /// At most so many.
    #[param(required = false)]
    limit: Option<usize>,
}

/// Which people.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
struct PeopleSearch {
    /// `proxy`: those who act for patients, for administrators; absent: staff, partners and services.
    #[param(required = false)]
    kind: String,
    /// Part of a name, login or organization.
    #[param(required = false)]
    q: String,
    /// At most so many.
    #[param(required = false)]
    limit: Option<usize>,
}

/// Staff, partners and services, or those who act for patients.
#[utoipa::path(get, path = "/v1/people", tag = "people", params(PeopleSearch),
    responses((status = 200, body = wire::PeopleList), (status = "4XX", body = wire::Problem, content_type = "application/problem+json")))]
async fn people(
    State(edge): State<Edge>,
    caller: Caller,
    Query(search): Query<PeopleSearch>,
) -> Outcome<Json<wire::PeopleList>> {
    let limit = search.limit.unwrap_or(limits::INBOX_COUNT_MAX);
    Ok(Json(match search.kind.as_str() {
        "" => edge.service.people(&caller, &search.q, limit).await?,
        "proxy" => edge.service.proxies(&caller, &search.q, limit).await?,
        _ => return Err(Failure::Invalid("A kind is proxy, or it is not said.")),
    }))
}

/// Add a person.
#[utoipa::path(post, path = "/v1/people", tag = "people", request_body = wire::AddPerson, params(("Idempotency-Key" = String, Header)),
    responses((status = 201, body = wire::PersonAdded), (status = "4XX", body = wire::Problem, content_type = "application/problem+json")))]
async fn add_person(
    State(edge): State<Edge>,
    caller: Caller,
    Key(key): Key,
    Body(request): Body<wire::AddPerson>,
) -> Outcome<Response> {
    let added = edge.service.add_person(&caller, key, &request).await?;
    Ok((StatusCode::CREATED, Json(added)).into_response())
}

/// Patients.
#[utoipa::path(get, path = "/v1/patients", tag = "people", params(Search),
    responses((status = 200, body = wire::PatientList), (status = "4XX", body = wire::Problem, content_type = "application/problem+json")))]
async fn patients(
    State(edge): State<Edge>,
    caller: Caller,
    Query(search): Query<Search>,
) -> Outcome<Json<wire::PatientList>> {
    let limit = search.limit.unwrap_or(limits::INBOX_COUNT_MAX);
    Ok(Json(edge.service.patients(&caller, &search.q, limit).await?))
}

/// One patient, and who acts for them.
#[utoipa::path(get, path = "/v1/patients/{id}", tag = "people", params(("id" = String, Path, description = "`per_…`")),
    responses((status = 200, body = wire::PatientProfile), (status = "4XX", body = wire::Problem, content_type = "application/problem+json")))]
async fn patient(
    State(edge): State<Edge>,
    caller: Caller,
    Ids(id): Ids<String>,
) -> Outcome<Json<wire::PatientProfile>> {
    let patient = convert::person_id(&id).map_err(|_| Failure::Refused(Refusal::NotFound))?;
    Ok(Json(edge.service.patient(&caller, patient).await?))
}
