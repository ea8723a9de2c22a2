//! HTTP: routes, who asks, and what they ask for. A handler reads the request, calls the service, answers; nothing more.

mod accounts;
mod admit;
mod care;
mod conversations;
mod coverage;
mod fhir;
mod invitations;
mod measured;
mod messages;
mod people;
mod pins;
pub(crate) mod requests;
mod safeguards;
mod settings;
mod specifications;
mod tasks;
mod templates;
mod threads;
mod timeline;
mod waiting;

pub use measured::ROUTES;
pub use requests::SESSION_COOKIES;

use crate::failure::{Failure, Outcome};
use crate::front::{Choice, Found, Workspaces};
use crate::gate::Gate;
use crate::service::{Service, workspace_of};
use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::{HeaderValue, Method, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use corridor_domain::limits;
use corridor_domain::refusal::Refusal;
use std::sync::{Arc, Weak};
use tokio::sync::mpsc;
use utoipa_axum::router::OpenApiRouter;

/// What every handler works with.
#[derive(Clone)]
pub struct Edge {
    /// The deeds.
    pub service: Service,
    /// Who is let in.
    pub gate: Arc<Gate>,
    /// Whether clients come over TLS: cookies are marked so, and pages say so.
    pub secure: bool,
    /// Held by every socket until it said its goodbye: the node waits for the last one to let go of it.
    pub alive: mpsc::Sender<()>,
    /// The other workspaces of the node: a socket says only in its first frame which it is for.
    pub elsewhere: Weak<dyn Workspaces>,
}

impl Edge {
    /// The edge of the workspace that a token is of; or where that is.
    pub(crate) async fn of_token(&self, token: &str) -> Outcome<Result<Self, u64>> {
        let workspace = workspace_of(token).ok_or(Refusal::NotSignedIn)?;
        if workspace == self.service.workspace() {
            return Ok(Ok(self.clone()));
        }
        let elsewhere = self.elsewhere.upgrade().ok_or(Refusal::NotSignedIn)?;
        Ok(match elsewhere.wake(Choice::Number(workspace)).await? {
            Found::Here(entrance) => Ok(entrance.edge),
            Found::Elsewhere(workspace) => Err(workspace),
        })
    }
}

/// All routes of the product's address, the browser client among them.
pub fn router(edge: Edge) -> Router {
    let secure = edge.secure;
    let (routes, specification) = api().split_for_parts();
    let specification = Arc::new(specifications::open_api(specification));
    routes
        .route("/v1/socket", axum::routing::get(crate::websocket::upgrade))
        .route(
            "/openapi.json",
            axum::routing::get(move || specifications::answer(Arc::clone(&specification))),
        )
        .route("/asyncapi.json", axum::routing::get(specifications::async_api))
        .route("/v1/fhir/{*rest}", axum::routing::any(fhir::nothing_here))
        .route("/v1/{*rest}", axum::routing::any(nothing_here))
        .layer(DefaultBodyLimit::max(limits::HTTP_BODY_SIZE_BYTES_MAX))
        .layer(middleware::from_fn_with_state(edge.clone(), guard))
        .with_state(edge.clone())
        .merge(crate::web::fallback(secure))
        .layer(middleware::from_fn_with_state(edge.clone(), admit::admit))
        .layer(middleware::from_fn_with_state(edge, measured::measure))
}

/// The routes that are in the published specification.
fn api() -> OpenApiRouter<Edge> {
    OpenApiRouter::new()
        .merge(accounts::routes())
        .merge(care::routes())
        .merge(invitations::routes())
        .merge(coverage::routes())
        .merge(conversations::routes())
        .merge(messages::routes())
        .merge(people::routes())
        .merge(settings::routes())
        .merge(waiting::routes())
        .merge(tasks::routes())
        .merge(fhir::routes())
        .merge(pins::routes())
        .merge(safeguards::routes())
        .merge(templates::routes())
        .merge(threads::routes())
        .merge(timeline::routes())
}

/// The specification of the routes.
#[cfg(test)]
pub(crate) fn specification() -> utoipa::openapi::OpenApi {
    specifications::open_api(api().split_for_parts().1)
}

async fn nothing_here() -> Failure {
    Failure::Refused(Refusal::NotFound)
}

/// Before every route: pages of others may not make a browser act with its cookie; answers are not kept by anybody.
async fn guard(State(edge): State<Edge>, request: Request, next: Next) -> Response {
    let changes = !matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    if changes && requests::has_cookie(request.headers()) && !requests::is_own_origin(request.headers(), edge.secure) {
        return Failure::OriginNotAllowed.into_response();
    }
    let is_api = request.uri().path().starts_with("/v1/");
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if is_api {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
        headers.insert("cross-origin-resource-policy", HeaderValue::from_static("same-origin"));
    }
    response
}
