//! Requests for a workspace that another node has: handed on there, and the answer back. A request that becomes a socket stays one.
//!
//! Stands behind the front door, in place of the routes. It refuses to know which node it is: whoever opens the way does.

use super::{CLIENT_HEADER, authority};
use crate::failure::Failure;
use crate::front::Workspaces;
use crate::gate::Gate;
use crate::metrics::{FORWARDED, FORWARDED_SOCKETS};
use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Uri, Version, header};
use axum::response::{IntoResponse, Response};
use corridor_actors::SubmitError;
use corridor_cluster::Tunnel;
use corridor_domain::limits;
use futures::future::BoxFuture;
use hyper::upgrade::OnUpgrade;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::{Connected, Connection};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf, copy_bidirectional_with_sizes};
use tokio::time::timeout;

/// What concerns one connection and not the request: never handed on.
const OF_ONE_CONNECTION: [HeaderName; 6] = [
    header::CONNECTION,
    header::TE,
    header::TRAILER,
    header::TRANSFER_ENCODING,
    header::UPGRADE,
    HeaderName::from_static("keep-alive"),
];

/// Hands requests on. Cheap to clone.
#[derive(Clone)]
pub struct Forwarder {
    client: Client<Ways, Body>,
    workspaces: Arc<dyn Workspaces>,
    gate: Arc<Gate>,
}

impl Forwarder {
    /// Over tunnels that are opened when they are needed, and kept for a while.
    pub fn new(workspaces: Arc<dyn Workspaces>, gate: Arc<Gate>) -> Self {
        let client = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(Duration::from_millis(limits::TUNNEL_IDLE_MS))
            .pool_max_idle_per_host(limits::TUNNELS_IDLE_COUNT_MAX)
            // What clients call this node is what pages are checked against.
            .set_host(false)
            .build(Ways(Arc::clone(&workspaces)));
        Self {
            client,
            workspaces,
            gate,
        }
    }

    /// Hands a request on to a node that has this workspace.
    pub async fn forward(&self, workspace: u64, client: SocketAddr, request: Request) -> Response {
        let response = match self.answered(workspace, client, request).await {
            Ok(response) => response,
            Err(failure) => failure.into_response(),
        };
        FORWARDED.add(
            &[if response.status().is_server_error() {
                "failed"
            } else {
                "answered"
            }],
            1,
        );
        response
    }

    async fn answered(&self, workspace: u64, client: SocketAddr, mut request: Request) -> Result<Response, Failure> {
        if request.version() == Version::HTTP_2 {
            return Err(Failure::HttpVersion);
        }
        let _in_flight = self.gate.request(client.ip())?;
        let upgrade = request.extensions_mut().remove::<OnUpgrade>();
        let upgrade = upgrade.filter(|_| request.headers().contains_key(header::UPGRADE));
        let asked = asked(workspace, client, request, upgrade.is_some())?;
        let patience = Duration::from_millis(limits::HTTP_REQUEST_TIMEOUT_MS);
        let answered = timeout(patience, self.client.request(asked)).await;
        let mut response = match answered {
            Ok(Ok(response)) => response,
            Ok(Err(error)) if error.is_connect() => {
                tracing::info!(workspace, %error, "nobody could be asked for a workspace that this node has not");
                return Err(Failure::Submit(SubmitError::Fenced));
            }
            // Maybe it was done: for the same command id to ask.
            Ok(Err(_)) | Err(_) => return Err(Failure::Submit(SubmitError::OutcomeUnknown)),
        };
        match (response.status(), upgrade) {
            (StatusCode::SWITCHING_PROTOCOLS, Some(near)) => {
                let far = hyper::upgrade::on(&mut response);
                let stopping = self.workspaces.stopping();
                tokio::spawn(async move {
                    // Whoever is cut comes back, elsewhere.
                    tokio::select! {
                        () = join(near, far) => {}
                        () = stopping => {}
                    }
                });
            }
            (StatusCode::SWITCHING_PROTOCOLS, None) => return Err(Failure::Submit(SubmitError::OutcomeUnknown)),
            _ => forget_connection(response.headers_mut()),
        }
        Ok(response.map(Body::new))
    }
}

/// The request as it travels on.
fn asked(workspace: u64, client: SocketAddr, request: Request, is_upgrade: bool) -> Result<Request, Failure> {
    const UNFIT: Failure = Failure::Invalid("This is not an address of this node.");
    let (mut head, body) = request.into_parts();
    let path = head.uri.path_and_query().cloned().ok_or(UNFIT)?;
    head.uri = Uri::builder()
        .scheme("http")
        .authority(authority(workspace))
        .path_and_query(path)
        .build()
        .map_err(|_| UNFIT)?;
    head.version = Version::HTTP_11;
    head.extensions.clear();
    if !is_upgrade {
        forget_connection(&mut head.headers);
    }
    let from = HeaderValue::try_from(client.to_string()).map_err(|_| UNFIT)?;
    head.headers.insert(CLIENT_HEADER, from);
    Ok(Request::from_parts(head, body))
}

fn forget_connection(headers: &mut HeaderMap) {
    for name in &OF_ONE_CONNECTION {
        headers.remove(name);
    }
}

/// Carries what both ends of a socket say until one of them goes. It costs the client's place at the door and a tunnel.
async fn join(near: OnUpgrade, far: OnUpgrade) {
    const BUFFER: usize = limits::TUNNEL_BUFFER_SIZE_BYTES;
    let (Ok(near), Ok(far)) = (near.await, far.await) else {
        return;
    };
    let (mut near, mut far) = (TokioIo::new(near), TokioIo::new(far));
    FORWARDED_SOCKETS.add(&[], 1);
    // However it ends: the client comes back.
    let _ = copy_bidirectional_with_sizes(&mut near, &mut far, BUFFER, BUFFER).await;
}

/// Opens tunnels.
#[derive(Clone)]
struct Ways(Arc<dyn Workspaces>);

impl tower_service::Service<Uri> for Ways {
    type Response = TokioIo<Way>;
    type Error = io::Error;
    type Future = BoxFuture<'static, io::Result<TokioIo<Way>>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, address: Uri) -> Self::Future {
        let workspace = address.host().and_then(|host| host.strip_prefix('w')?.parse().ok());
        let Some(workspace) = workspace else {
            return Box::pin(async { Err(io::ErrorKind::InvalidInput.into()) });
        };
        let opening = self.0.open(workspace);
        Box::pin(async move { Ok(TokioIo::new(Way(opening.await?))) })
    }
}

/// A tunnel, as the client of the library needs it.
struct Way(Tunnel);

impl Connection for Way {
    fn connected(&self) -> Connected {
        Connected::new()
    }
}

impl AsyncRead for Way {
    fn poll_read(self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().0).poll_read(context, buffer)
    }
}

impl AsyncWrite for Way {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().0).poll_write(context, bytes)
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().0).poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().0).poll_shutdown(context)
    }
}
