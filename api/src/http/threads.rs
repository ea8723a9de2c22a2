//! The route of a thread.

use super::Edge;
use super::conversations::named;
use super::requests::{Ids, Query};
use crate::failure::Outcome;
use crate::service::Caller;
use axum::Json;
use axum::extract::State;
use corridor_domain::limits;
use corridor_protocol as wire;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn routes() -> OpenApiRouter<Edge> {
    OpenApiRouter::new().routes(routes!(thread))
}

/// Which page.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
struct ThreadQuery {
    /// Answers after this event; absent: from the message on that they answer.
    #[param(required = false)]
    after: Option<u64>,
    /// At most so many answers.
    #[param(required = false)]
    limit: Option<usize>,
}

/// A message and the answers to it, wherever they stand. The look is on the record.
#[utoipa::path(get, path = "/v1/conversations/{id}/messages/{seq}/thread", tag = "messages",
    params(("id" = String, Path, description = "`con_…`"), ("seq" = u64, Path), ThreadQuery),
    responses((status = 200, body = wire::Thread), (status = "4XX", body = wire::Problem, content_type = "application/problem+json")))]
async fn thread(
    State(edge): State<Edge>,
    caller: Caller,
    Ids((id, seq)): Ids<(String, u64)>,
    Query(query): Query<ThreadQuery>,
) -> Outcome<Json<wire::Thread>> {
    let conversation = named(&id)?;
    let limit = query.limit.unwrap_or(limits::PAGE_COUNT_MAX);
    Ok(Json(
        edge.service
            .thread(&caller, conversation, seq, query.after, limit)
            .await?,
    ))
}
