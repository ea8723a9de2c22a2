//! Routes of what is pinned to patients' charts.

use super::Edge;
use super::conversations::named;
use super::requests::{Body, Ids, Key, Query};
use crate::failure::{Failure, Outcome};
use crate::service::Caller;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use corridor_protocol as wire;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn routes() -> OpenApiRouter<Edge> {
    OpenApiRouter::new().routes(routes!(list, create))
}

/// Which page.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
struct PinsQuery {
    /// What was pinned earlier than that: the `next_before` of the page before.
    #[param(required = false)]
    before: Option<String>,
}

/// What is pinned to the chart of the conversation's patient, the last first. The look is on the record.
#[utoipa::path(get, path = "/v1/conversations/{id}/pins", tag = "pins",
    params(("id" = String, Path, description = "`con_…`"), PinsQuery),
    responses((status = 200, body = wire::PinList), (status = "4XX", body = wire::Problem, content_type = "application/problem+json")))]
async fn list(
    State(edge): State<Edge>,
    caller: Caller,
    Ids(id): Ids<String>,
    Query(query): Query<PinsQuery>,
) -> Outcome<Json<wire::PinList>> {
    let before = query.before.as_deref().map(str::parse).transpose();
    let before = before.map_err(|_| Failure::Invalid("`before` is the `next_before` of the page before."))?;
    Ok(Json(edge.service.pins(&caller, named(&id)?, before).await?))
}

/// Pin messages of a conversation, a summary, or both to a patient's chart. Nothing changes it afterwards.
#[utoipa::path(post, path = "/v1/conversations/{id}/pins", tag = "pins", request_body = wire::CreatePin,
    params(("id" = String, Path, description = "`con_…`"), ("Idempotency-Key" = String, Header)),
    responses((status = 201, body = wire::PinCreated), (status = "4XX", body = wire::Problem, content_type = "application/problem+json")))]
async fn create(
    State(edge): State<Edge>,
    caller: Caller,
    Key(key): Key,
    Ids(id): Ids<String>,
    Body(request): Body<wire::CreatePin>,
) -> Outcome<Response> {
    let created = edge.service.pin(&caller, key, named(&id)?, &request).await?;
    Ok((StatusCode::CREATED, Json(created)).into_response())
}
