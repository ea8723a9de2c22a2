//! Routes of the responsibility for patients: its steps, and the queue.

use super::Edge;
use super::conversations::named;
use super::requests::{Body, Ids, Key, Query};
use crate::failure::Outcome;
use crate::service::{Caller, QueueQuestion};
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
    OpenApiRouter::new()
        .routes(routes!(step))
        .routes(routes!(confirm))
        .routes(routes!(queue))
        .routes(routes!(overview))
}

/// Take, assign, give back, hand over, accept, decline, withdraw, resolve, close or open a patient conversation.
#[utoipa::path(post, path = "/v1/conversations/{id}/care", tag = "care", request_body = wire::CareStep,
    params(("id" = String, Path, description = "`con_…`"), ("Idempotency-Key" = String, Header)),
    responses((status = 200, body = wire::Changed), (status = "4XX", body = wire::Problem, content_type = "application/problem+json")))]
async fn step(
    State(edge): State<Edge>,
    caller: Caller,
    Key(key): Key,
    Ids(id): Ids<String>,
    Body(step): Body<wire::CareStep>,
) -> Outcome<Json<wire::Changed>> {
    let conversation_id = named(&id)?.to_string();
    let command = wire::Command::Care { conversation_id, step };
    Ok(Json(edge.service.command(&caller, key, &command).await?.changed()))
}

/// Say what one is about to send for somebody else, and be told how it will be signed. Send it with the token within two minutes.
#[utoipa::path(post, path = "/v1/conversations/{id}/on-behalf", tag = "care", request_body = wire::ConfirmOnBehalf,
    params(("id" = String, Path, description = "`con_…`"), ("Idempotency-Key" = String, Header)),
    responses((status = 201, body = wire::OnBehalfConfirmed), (status = "4XX", body = wire::Problem, content_type = "application/problem+json")))]
async fn confirm(
    State(edge): State<Edge>,
    caller: Caller,
    Key(key): Key,
    Ids(id): Ids<String>,
    Body(request): Body<wire::ConfirmOnBehalf>,
) -> Outcome<Response> {
    let confirmed = edge
        .service
        .confirm_on_behalf(&caller, key, named(&id)?, &request)
        .await?;
    Ok((StatusCode::CREATED, Json(confirmed)).into_response())
}

/// Which part of the queue.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
struct QueueQuery {
    /// `open` (unless said otherwise), `resolved`, `closed` or `all`.
    #[param(required = false)]
    stage: String,
    /// Who answers: `any` (unless said otherwise), `nobody`, `me`, a `per_…` or a role.
    #[param(required = false)]
    party: String,
    /// What was asked of whom: `any` (unless said otherwise), `pending`, or `late`: nobody accepted it in time.
    #[param(required = false)]
    hand_over: String,
    /// Patients of that site.
    #[param(required = false)]
    site_id: String,
    /// Part of a topic, patient's name or MRN.
    #[param(required = false)]
    q: String,
    /// The `next_after` of the page before.
    #[param(required = false)]
    after: String,
    /// At most so many, 100 at most.
    #[param(required = false)]
    limit: Option<usize>,
}

/// The organization's queue: patient conversations that one may read by care team or queue, newest first.
#[utoipa::path(get, path = "/v1/queue", tag = "care", params(QueueQuery),
    responses((status = 200, body = wire::QueuePage), (status = "4XX", body = wire::Problem, content_type = "application/problem+json")))]
async fn queue(
    State(edge): State<Edge>,
    caller: Caller,
    Query(query): Query<QueueQuery>,
) -> Outcome<Json<wire::QueuePage>> {
    let question = QueueQuestion {
        stage: &query.stage,
        party: &query.party,
        hand_over: &query.hand_over,
        site: &query.site_id,
        text: &query.q,
        after: &query.after,
        limit: query.limit,
    };
    Ok(Json(edge.service.queue(&caller, &question).await?))
}

/// The figures of the queue: what waits and since when, who has how much of it, how long patients waited for a first reply.
#[utoipa::path(get, path = "/v1/overview", tag = "care",
    responses((status = 200, body = wire::Overview), (status = "4XX", body = wire::Problem, content_type = "application/problem+json")))]
async fn overview(State(edge): State<Edge>, caller: Caller) -> Outcome<Json<wire::Overview>> {
    Ok(Json(edge.service.overview(&caller).await?))
}
