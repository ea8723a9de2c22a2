//! Routes of coverage.

use super::Edge;
use super::requests::{Body, Ids, Key, Query};
use crate::failure::Outcome;
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
    OpenApiRouter::new().routes(routes!(list, grant)).routes(routes!(end))
}

/// Whose coverages.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
struct CoverageQuery {
    /// `mine` (unless said otherwise), or for administrators `all`.
    #[param(required = false)]
    scope: String,
}

/// Coverages that are not over.
#[utoipa::path(get, path = "/v1/coverage", tag = "care", params(CoverageQuery),
    responses((status = 200, body = wire::CoverageList), (status = "4XX", body = wire::Problem, content_type = "application/problem+json")))]
async fn list(
    State(edge): State<Edge>,
    caller: Caller,
    Query(query): Query<CoverageQuery>,
) -> Outcome<Json<wire::CoverageList>> {
    Ok(Json(edge.service.coverages(&caller, &query.scope)?))
}

/// Let somebody work for a time in the patient conversations of who is away: oneself, or for administrators anybody.
#[utoipa::path(post, path = "/v1/coverage", tag = "care", request_body = wire::GrantCoverage,
    params(("Idempotency-Key" = String, Header)),
    responses((status = 201, body = wire::Coverage), (status = "4XX", body = wire::Problem, content_type = "application/problem+json")))]
async fn grant(
    State(edge): State<Edge>,
    caller: Caller,
    Key(key): Key,
    Body(request): Body<wire::GrantCoverage>,
) -> Outcome<Response> {
    let granted = edge.service.grant_coverage(&caller, key, &request).await?;
    Ok((StatusCode::CREATED, Json(granted)).into_response())
}

/// End a coverage before its time.
#[utoipa::path(post, path = "/v1/coverage/{id}/end", tag = "care",
    params(("id" = String, Path, description = "`cov_…`"), ("Idempotency-Key" = String, Header)),
    responses((status = 200, body = wire::Changed), (status = "4XX", body = wire::Problem, content_type = "application/problem+json")))]
async fn end(
    State(edge): State<Edge>,
    caller: Caller,
    Key(key): Key,
    Ids(id): Ids<String>,
) -> Outcome<Json<wire::Changed>> {
    Ok(Json(edge.service.end_coverage(&caller, key, &id).await?.changed()))
}
