//! Routes of what is pinned to patients' charts.

use super::Edge;
use super::conversations::named;
use super::requests::{Body, Ids, Key};
use crate::failure::Outcome;
use crate::service::Caller;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use corridor_protocol as wire;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn routes() -> OpenApiRouter<Edge> {
    OpenApiRouter::new().routes(routes!(list, create))
}

/// What is pinned to the chart of the conversation's patient. The look is on the record.
#[utoipa::path(get, path = "/v1/conversations/{id}/pins", tag = "pins",
    params(("id" = String, Path, description = "`con_…`")),
    responses((status = 200, body = wire::PinList), (status = "4XX", body = wire::Problem, content_type = "application/problem+json")))]
async fn list(State(edge): State<Edge>, caller: Caller, Ids(id): Ids<String>) -> Outcome<Json<wire::PinList>> {
    Ok(Json(edge.service.pins(&caller, named(&id)?).await?))
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
