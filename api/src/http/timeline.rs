//! The route of a patient's timeline.

use super::Edge;
use super::requests::{Ids, Query};
use crate::convert;
use crate::failure::{Failure, Outcome};
use crate::service::Caller;
use axum::Json;
use axum::extract::State;
use corridor_domain::limits;
use corridor_domain::refusal::Refusal;
use corridor_protocol as wire;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn routes() -> OpenApiRouter<Edge> {
    OpenApiRouter::new().routes(routes!(timeline))
}

/// Which page.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
struct TimelineQuery {
    /// The last messages before this revision; absent: the last ones.
    #[param(required = false)]
    before: Option<u64>,
    /// At most so many.
    #[param(required = false)]
    limit: Option<usize>,
}

/// The messages of all conversations of a patient that one may read, in one order. The look is on the record.
#[utoipa::path(get, path = "/v1/patients/{id}/timeline", tag = "messages", params(("id" = String, Path, description = "`per_…`"), TimelineQuery),
    responses((status = 200, body = wire::Timeline), (status = "4XX", body = wire::Problem, content_type = "application/problem+json")))]
async fn timeline(
    State(edge): State<Edge>,
    caller: Caller,
    Ids(id): Ids<String>,
    Query(query): Query<TimelineQuery>,
) -> Outcome<Json<wire::Timeline>> {
    let patient = convert::person_id(&id).map_err(|_| Failure::Refused(Refusal::NotFound))?;
    let (before, limit) = (
        query.before.unwrap_or(u64::MAX),
        query.limit.unwrap_or(limits::TIMELINE_COUNT_MAX),
    );
    Ok(Json(edge.service.timeline(&caller, patient, before, limit).await?))
}
