//! Routes of what somebody keeps for themselves: their own view of a conversation, and messages that are sent later.

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
    OpenApiRouter::new()
        .routes(routes!(attention))
        .routes(routes!(schedule))
        .routes(routes!(list))
        .routes(routes!(remove))
}

/// Put a conversation away for oneself, mute it, mark it as unread, or be reminded of it.
#[utoipa::path(post, path = "/v1/conversations/{id}/attention", tag = "conversations", request_body = wire::AttentionStep,
    params(("id" = String, Path, description = "`con_…`"), ("Idempotency-Key" = String, Header)),
    responses((status = 200, body = wire::Changed), (status = "4XX", body = wire::Problem, content_type = "application/problem+json")))]
async fn attention(
    State(edge): State<Edge>,
    caller: Caller,
    Key(key): Key,
    Ids(id): Ids<String>,
    Body(step): Body<wire::AttentionStep>,
) -> Outcome<Json<wire::Changed>> {
    let done = edge.service.change_attention(&caller, key, named(&id)?, &step).await?;
    Ok(Json(done.changed()))
}

/// Write a message that is sent later. It is judged anew when its time has come.
#[utoipa::path(post, path = "/v1/conversations/{id}/scheduled", tag = "messages", request_body = wire::ScheduleMessage,
    params(("id" = String, Path, description = "`con_…`"), ("Idempotency-Key" = String, Header)),
    responses((status = 201, body = wire::Scheduled), (status = "4XX", body = wire::Problem, content_type = "application/problem+json")))]
async fn schedule(
    State(edge): State<Edge>,
    caller: Caller,
    Key(key): Key,
    Ids(id): Ids<String>,
    Body(request): Body<wire::ScheduleMessage>,
) -> Outcome<Response> {
    let scheduled = edge.service.schedule(&caller, key, named(&id)?, &request).await?;
    Ok((StatusCode::CREATED, Json(scheduled)).into_response())
}

/// What one has to be sent later, and what could not be.
#[utoipa::path(get, path = "/v1/scheduled", tag = "messages",
    responses((status = 200, body = wire::ScheduledList), (status = "4XX", body = wire::Problem, content_type = "application/problem+json")))]
async fn list(State(edge): State<Edge>, caller: Caller) -> Outcome<Json<wire::ScheduledList>> {
    Ok(Json(edge.service.scheduled(&caller)?))
}

/// Take one back before it is sent, or away once it could not be.
#[utoipa::path(delete, path = "/v1/scheduled/{id}", tag = "messages",
    params(("id" = String, Path, description = "`sch_…`"), ("Idempotency-Key" = String, Header)),
    responses((status = 200, body = wire::Changed), (status = "4XX", body = wire::Problem, content_type = "application/problem+json")))]
async fn remove(
    State(edge): State<Edge>,
    caller: Caller,
    Key(key): Key,
    Ids(id): Ids<String>,
) -> Outcome<Json<wire::Changed>> {
    Ok(Json(edge.service.unschedule(&caller, key, &id).await?.changed()))
}
