//! Routes of codes by which people sign in for the first time.

use super::Edge;
use super::accounts::with_session;
use super::requests::{Body, Ids, Key};
use crate::convert;
use crate::failure::Outcome;
use crate::service::Caller;
use axum::Json;
use axum::extract::{ConnectInfo, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use corridor_protocol as wire;
use std::net::SocketAddr;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn routes() -> OpenApiRouter<Edge> {
    OpenApiRouter::new().routes(routes!(invite)).routes(routes!(activate))
}

/// Make a code for somebody who cannot sign in yet. It takes the place of the one before.
#[utoipa::path(post, path = "/v1/people/{id}/invitation", tag = "people",
    params(("id" = String, Path, description = "`per_…`"), ("Idempotency-Key" = String, Header)),
    responses((status = 201, body = wire::Invitation), (status = "4XX", body = wire::Problem, content_type = "application/problem+json")))]
async fn invite(State(edge): State<Edge>, caller: Caller, Key(key): Key, Ids(id): Ids<String>) -> Outcome<Response> {
    let invitation = edge.service.invite(&caller, key, convert::person_id(&id)?).await?;
    Ok((StatusCode::CREATED, Json(invitation)).into_response())
}

/// Open one's account by such a code, with a password of one's own. It signs in as well.
#[utoipa::path(post, path = "/v1/activate", tag = "accounts", request_body = wire::Activate,
    responses((status = 200, body = wire::SignedIn), (status = "4XX", body = wire::Problem, content_type = "application/problem+json")))]
async fn activate(
    State(edge): State<Edge>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    Body(request): Body<wire::Activate>,
) -> Outcome<Response> {
    edge.gate.sign_in(peer.ip())?;
    with_session(&edge, edge.service.activate(&request, peer.ip()).await?)
}
