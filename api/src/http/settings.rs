//! Routes of what a clinic sets for itself: settings and sites.

use super::Edge;
use super::requests::{Body, Ids, Key};
use crate::convert;
use crate::failure::{Failure, Outcome};
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
        .routes(routes!(settings, change))
        .routes(routes!(sites, add_site))
        .routes(routes!(rename_site))
        .routes(routes!(chart_link))
        .routes(routes!(policies))
}

/// What the clinic sets for itself.
#[utoipa::path(get, path = "/v1/settings", tag = "settings",
    responses((status = 200, body = wire::SettingsPage), (status = "4XX", body = wire::Problem, content_type = "application/problem+json")))]
async fn settings(State(edge): State<Edge>, caller: Caller) -> Outcome<Json<wire::SettingsPage>> {
    Ok(Json(edge.service.settings(&caller)?))
}

/// Set all of it anew.
#[utoipa::path(put, path = "/v1/settings", tag = "settings", request_body = wire::Settings, params(("Idempotency-Key" = String, Header)),
    responses((status = 200, body = wire::Changed), (status = "4XX", body = wire::Problem, content_type = "application/problem+json")))]
async fn change(
    State(edge): State<Edge>,
    caller: Caller,
    Key(key): Key,
    Body(settings): Body<wire::Settings>,
) -> Outcome<Json<wire::Changed>> {
    Ok(Json(
        edge.service.change_settings(&caller, key, &settings).await?.changed(),
    ))
}

/// Locations.
#[utoipa::path(get, path = "/v1/sites", tag = "settings",
    responses((status = 200, body = wire::SiteList), (status = "4XX", body = wire::Problem, content_type = "application/problem+json")))]
async fn sites(State(edge): State<Edge>, _caller: Caller) -> Outcome<Json<wire::SiteList>> {
    Ok(Json(edge.service.sites()?))
}

/// Add a location.
#[utoipa::path(post, path = "/v1/sites", tag = "settings", request_body = wire::AddSite, params(("Idempotency-Key" = String, Header)),
    responses((status = 201, body = wire::SiteAdded), (status = "4XX", body = wire::Problem, content_type = "application/problem+json")))]
async fn add_site(
    State(edge): State<Edge>,
    caller: Caller,
    Key(key): Key,
    Body(request): Body<wire::AddSite>,
) -> Outcome<Response> {
    let name = named(&request)?;
    let site_id = edge.service.add_site(&caller, key, name).await?.to_string();
    Ok((StatusCode::CREATED, Json(wire::SiteAdded { site_id })).into_response())
}

/// Call a location otherwise.
#[utoipa::path(patch, path = "/v1/sites/{id}", tag = "settings", request_body = wire::AddSite,
    params(("id" = String, Path, description = "`site_…`"), ("Idempotency-Key" = String, Header)),
    responses((status = 200, body = wire::Changed), (status = "4XX", body = wire::Problem, content_type = "application/problem+json")))]
async fn rename_site(
    State(edge): State<Edge>,
    caller: Caller,
    Key(key): Key,
    Ids(id): Ids<String>,
    Body(request): Body<wire::AddSite>,
) -> Outcome<Json<wire::Changed>> {
    let (site, name) = (convert::site_id(&id)?, named(&request)?);
    Ok(Json(
        edge.service.rename_site(&caller, key, site, name).await?.changed(),
    ))
}

fn named(request: &wire::AddSite) -> Outcome<&str> {
    match request.name.trim() {
        "" => Err(Failure::Invalid("A site has a name.")),
        name => Ok(name),
    }
}

/// Set what its people may do with words that were written.
#[utoipa::path(put, path = "/v1/policies", tag = "settings", request_body = wire::Policies, params(("Idempotency-Key" = String, Header)),
    responses((status = 200, body = wire::Changed), (status = "4XX", body = wire::Problem, content_type = "application/problem+json")))]
async fn policies(
    State(edge): State<Edge>,
    caller: Caller,
    Key(key): Key,
    Body(request): Body<wire::Policies>,
) -> Outcome<Json<wire::Changed>> {
    Ok(Json(
        edge.service.change_policies(&caller, key, &request).await?.changed(),
    ))
}

/// Say where the clinic's own charts are found.
#[utoipa::path(put, path = "/v1/chart-link", tag = "settings", request_body = wire::ChartLink, params(("Idempotency-Key" = String, Header)),
    responses((status = 200, body = wire::Changed), (status = "4XX", body = wire::Problem, content_type = "application/problem+json")))]
async fn chart_link(
    State(edge): State<Edge>,
    caller: Caller,
    Key(key): Key,
    Body(request): Body<wire::ChartLink>,
) -> Outcome<Json<wire::Changed>> {
    let url = request.url.trim();
    Ok(Json(edge.service.change_chart_link(&caller, key, url).await?.changed()))
}
