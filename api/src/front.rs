//! The first door: which workspace a request is for. One address serves all workspaces of a node.
//!
//! Stands before the routes, of which every workspace that is awake has its own. A request is for the workspace that it names; else for
//! that of its session's token; else for the first. One that other nodes have is handed on there (`elsewhere.rs`). It refuses to know who asks,
//! and what for.

use crate::elsewhere::Forwarder;
use crate::failure::{Failure, Outcome};
use crate::gate::Gate;
use crate::http::{Edge, requests};
use crate::service::workspace_of;
use axum::Router;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use corridor_actors::SubmitError;
use corridor_cluster::Tunnel;
use corridor_domain::cluster::FIRST_WORKSPACE;
use futures::future::BoxFuture;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use tower_service::Service as _;

/// The header by which a client names a workspace.
pub const WORKSPACE_HEADER: &str = "corridor-workspace";

/// Which workspace a request is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Choice {
    /// The one with this number.
    Number(u64),
    /// The one of this name.
    Named(String),
}

/// The way into a workspace that is awake. Cheap to clone.
#[derive(Clone)]
pub struct Entrance {
    /// What its handlers work with.
    pub edge: Edge,
    /// Its routes.
    pub routes: Router,
}

impl Entrance {
    /// With all routes.
    pub fn new(edge: Edge) -> Self {
        let routes = crate::http::router(edge.clone());
        Self { edge, routes }
    }
}

/// Where a workspace is.
pub enum Found {
    /// Here, and awake.
    Here(Entrance),
    /// At other nodes; its number.
    Elsewhere(u64),
}

/// Where workspaces are found.
pub trait Workspaces: Send + Sync + 'static {
    /// One that is awake or elsewhere; at once.
    fn look(&self, choice: &Choice) -> Option<Found>;

    /// One which is woken if it rests. A failure if there is none, or it does not wake in time.
    fn wake(&self, choice: Choice) -> BoxFuture<'static, Outcome<Found>>;

    /// Resolves when the node stops.
    fn stopping(&self) -> BoxFuture<'static, ()>;

    /// A way to a node that has this workspace. Whoever gets an error knows that nothing was done.
    fn open(&self, workspace: u64) -> BoxFuture<'static, io::Result<Tunnel>>;
}

/// All workspaces behind one door. Who asks for one that is elsewhere is handed on; without a forwarder it is refused.
pub fn front(workspaces: Arc<dyn Workspaces>, gate: Arc<Gate>, forwarder: Option<Forwarder>) -> Router {
    Router::new().fallback(pass).with_state(Front {
        workspaces,
        gate,
        forwarder,
    })
}

#[derive(Clone)]
struct Front {
    workspaces: Arc<dyn Workspaces>,
    gate: Arc<Gate>,
    forwarder: Option<Forwarder>,
}

/// Whoever asks for one that is not awake has a share of that by address, as of everything: it may not be there, or be woken.
async fn pass(State(front): State<Front>, ConnectInfo(client): ConnectInfo<SocketAddr>, request: Request) -> Response {
    let choice = match choice(request.uri().path(), request.headers()) {
        Ok(choice) => choice,
        Err(failure) => return failure.into_response(),
    };
    let found = match front.workspaces.look(&choice) {
        Some(found) => Ok(found),
        None => wake(&*front.workspaces, &front.gate, client.ip(), choice).await,
    };
    let mut entrance = match (found, front.forwarder) {
        (Ok(Found::Here(entrance)), _) => entrance,
        (Ok(Found::Elsewhere(workspace)), Some(forwarder)) => {
            return forwarder.forward(workspace, client, request).await;
        }
        // Brought here by a node that knows less than this one, or more: it asks another one.
        (Ok(Found::Elsewhere(_)), None) => return Failure::Submit(SubmitError::Fenced).into_response(),
        (Err(failure), _) => return failure.into_response(),
    };
    match entrance.routes.call(request).await {
        Ok(response) => response,
        Err(never) => match never {},
    }
}

async fn wake(workspaces: &dyn Workspaces, gate: &Gate, client: IpAddr, choice: Choice) -> Outcome<Found> {
    let _in_flight = gate.request(client)?;
    gate.waking(client)?;
    workspaces.wake(choice).await
}

/// Pages and specifications are the same everywhere: the first workspace gives them.
fn choice(path: &str, headers: &HeaderMap) -> Outcome<Choice> {
    if !path.starts_with("/v1/") {
        return Ok(Choice::Number(FIRST_WORKSPACE));
    }
    if let Some(name) = headers.get(WORKSPACE_HEADER) {
        let name = name.to_str().ok().filter(|name| !name.is_empty());
        let name = name.ok_or(Failure::Invalid("The name of a workspace is plain text."))?;
        return Ok(Choice::Named(name.to_owned()));
    }
    let of_token = requests::token(headers).and_then(workspace_of);
    Ok(Choice::Number(of_token.unwrap_or(FIRST_WORKSPACE)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::header;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        let pairs = pairs.iter();
        pairs
            .map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()))
            .collect::<HeaderMap>()
    }

    #[test]
    fn the_named_one_then_that_of_the_token_then_the_first() {
        let token = format!("Bearer crs_42_{}", "A".repeat(64));
        let with_token = headers(&[(header::AUTHORIZATION.as_str(), &token)]);
        let named = headers(&[(header::AUTHORIZATION.as_str(), &token), (WORKSPACE_HEADER, "north")]);
        let nothing = headers(&[]);
        let of = |path, headers| choice(path, headers).unwrap();
        assert_eq!(of("/v1/me", &named), Choice::Named("north".to_owned()));
        assert_eq!(of("/v1/me", &with_token), Choice::Number(42));
        assert_eq!(of("/v1/me", &nothing), Choice::Number(FIRST_WORKSPACE));
        assert_eq!(
            of("/", &with_token),
            Choice::Number(FIRST_WORKSPACE),
            "pages are the same everywhere"
        );
        let garbage = headers(&[(header::AUTHORIZATION.as_str(), "Bearer crs_42_short")]);
        assert_eq!(of("/v1/me", &garbage), Choice::Number(FIRST_WORKSPACE));
        assert!(choice("/v1/me", &headers(&[(WORKSPACE_HEADER, "")])).is_err());
    }
}
