//! Routes of words that are used again.

use super::Edge;
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
        .routes(routes!(list, create))
        .routes(routes!(change, remove))
}

/// The clinic's templates and one's own.
#[utoipa::path(get, path = "/v1/templates", tag = "templates",
    responses((status = 200, body = wire::TemplateList), (status = "4XX", body = wire::Problem, content_type = "application/problem+json")))]
async fn list(State(edge): State<Edge>, caller: Caller) -> Outcome<Json<wire::TemplateList>> {
    Ok(Json(edge.service.templates(&caller)?))
}

/// Keep words that are used again: for oneself, or as administrator for the clinic.
#[utoipa::path(post, path = "/v1/templates", tag = "templates", request_body = wire::SaveTemplate, params(("Idempotency-Key" = String, Header)),
    responses((status = 201, body = wire::TemplateSaved), (status = "4XX", body = wire::Problem, content_type = "application/problem+json")))]
async fn create(
    State(edge): State<Edge>,
    caller: Caller,
    Key(key): Key,
    Body(request): Body<wire::SaveTemplate>,
) -> Outcome<Response> {
    let saved = edge.service.save_template(&caller, key, None, &request).await?;
    Ok((StatusCode::CREATED, Json(saved)).into_response())
}

/// Change a template. Whose it is stays.
#[utoipa::path(put, path = "/v1/templates/{id}", tag = "templates", request_body = wire::SaveTemplate,
    params(("id" = String, Path, description = "`tpl_…`"), ("Idempotency-Key" = String, Header)),
    responses((status = 200, body = wire::TemplateSaved), (status = "4XX", body = wire::Problem, content_type = "application/problem+json")))]
async fn change(
    State(edge): State<Edge>,
    caller: Caller,
    Key(key): Key,
    Ids(id): Ids<String>,
    Body(request): Body<wire::SaveTemplate>,
) -> Outcome<Json<wire::TemplateSaved>> {
    let saved = edge.service.save_template(&caller, key, Some(&id), &request).await?;
    Ok(Json(saved))
}

/// Keep a template no longer.
#[utoipa::path(delete, path = "/v1/templates/{id}", tag = "templates",
    params(("id" = String, Path, description = "`tpl_…`"), ("Idempotency-Key" = String, Header)),
    responses((status = 200, body = wire::Changed), (status = "4XX", body = wire::Problem, content_type = "application/problem+json")))]
async fn remove(
    State(edge): State<Edge>,
    caller: Caller,
    Key(key): Key,
    Ids(id): Ids<String>,
) -> Outcome<Json<wire::Changed>> {
    Ok(Json(edge.service.remove_template(&caller, key, &id).await?.changed()))
}
