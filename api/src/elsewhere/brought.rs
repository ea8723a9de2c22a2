//! Clients whom another node brings: served as if they had come here, by the address from which they came there.
//!
//! Stands at the end of a tunnel, before the front door. Refuses to know what is asked.

use super::CLIENT_HEADER;
use crate::failure::Failure;
use crate::serve::{OnLine, bound_http, line};
use axum::Router;
use axum::extract::{ConnectInfo, Request};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use corridor_actors::SubmitError;
use corridor_cluster::Tunnel;
use futures::future::BoxFuture;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::service::TowerToHyperService;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::task::{Context, Poll};
use tower_service::Service;

/// Whether the node at the other end may bring clients still.
pub type MayBring = Arc<dyn Fn() -> bool + Send + Sync>;

/// Serves the clients of one tunnel until it ends, or until `stop`; requests only for as long as the other node may bring them.
pub async fn serve(tunnel: Tunnel, front: Router, may_bring: MayBring, stop: impl Future<Output = ()>) {
    let line = line::Line::new(tunnel, None);
    let service = OnLine::new(Brought { front, may_bring }, line.allowance());
    let mut builder = Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new());
    bound_http(&mut builder);
    let serving = builder.serve_connection_with_upgrades(TokioIo::new(line), TowerToHyperService::new(service));
    tokio::pin!(serving);
    // However a tunnel ends: the other node opens another one.
    tokio::select! {
        _ = &mut serving => {}
        () = stop => {
            serving.as_mut().graceful_shutdown();
            let _ = serving.await;
        }
    }
}

/// The front door, for those who were brought to it.
#[derive(Clone)]
struct Brought {
    front: Router,
    may_bring: MayBring,
}

impl Service<hyper::Request<hyper::body::Incoming>> for Brought {
    type Response = Response;
    type Error = Infallible;
    type Future = BoxFuture<'static, Result<Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: hyper::Request<hyper::body::Incoming>) -> Self::Future {
        let mut request = request.map(axum::body::Body::new);
        let client = client(&mut request);
        let (mut front, may_bring) = (self.front.clone(), (self.may_bring)());
        Box::pin(async move {
            if !may_bring {
                // It was taken out of the cluster.
                return Ok(Failure::Submit(SubmitError::Fenced).into_response());
            }
            let Some(client) = client else {
                return Ok(Failure::Invalid("Whoever brings a client says where it comes from.").into_response());
            };
            request.extensions_mut().insert(ConnectInfo(client));
            let mut response = front.call(request).await?;
            if response.status() == StatusCode::SERVICE_UNAVAILABLE {
                // This node may be cut off, or have the workspace no longer: who asks again shall ask another one.
                let close = HeaderValue::from_static("close");
                response.headers_mut().insert(header::CONNECTION, close);
            }
            Ok(response)
        })
    }
}

/// Where the client comes from. Nobody further in sees the header.
fn client(request: &mut Request) -> Option<SocketAddr> {
    let said = request.headers_mut().remove(CLIENT_HEADER)?;
    said.to_str().ok()?.parse().ok()
}
