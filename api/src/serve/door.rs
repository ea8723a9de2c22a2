//! The door: takes connections, so many in all and so many from one address, and makes each of them a bounded [`Line`].
//!
//! What is beyond a limit is closed before a byte of it is read. Refuses to know what is spoken on a connection.

use super::line::{Allowance, Line};
use crate::gate::{Network, Place, Places};
use axum::http::{Request, Version};
use axum_server::accept::Accept;
use corridor_domain::limits;
use socket2::SockRef;
use std::future::{Ready, ready};
use std::io;
use std::task::{Context, Poll};
use tokio::net::TcpStream;
use tower_service::Service;

/// Lets connections in.
#[derive(Debug, Clone)]
pub struct Door {
    places: Places,
}

impl Door {
    /// With so many places.
    pub fn new(places: Places) -> Self {
        Self { places }
    }

    fn place(&self, stream: &TcpStream) -> io::Result<Place> {
        let client = stream.peer_addr()?.ip();
        self.places.take(Network::of(client)).ok_or_else(|| {
            crate::metrics::CONNECTIONS_REFUSED.add(&[], 1);
            io::Error::other("there are too many connections")
        })
    }
}

impl<S> Accept<TcpStream, S> for Door {
    type Stream = Line<TcpStream>;
    type Service = OnLine<S>;
    type Future = Ready<io::Result<(Self::Stream, Self::Service)>>;

    fn accept(&self, stream: TcpStream, service: S) -> Self::Future {
        let line = self.place(&stream).and_then(|place| {
            stream.set_nodelay(true)?;
            SockRef::from(&stream).set_send_buffer_size(limits::CONNECTION_SEND_BUFFER_SIZE_BYTES)?;
            Ok(Line::new(stream, Some(place)))
        });
        ready(line.map(|line| {
            let allowance = line.allowance();
            (line, OnLine { service, allowance })
        }))
    }
}

/// A service whose requests carry the [`Allowance`] of their connection. Nothing more is read from who does not speak HTTP/1.
#[derive(Debug, Clone)]
pub struct OnLine<S> {
    service: S,
    allowance: Allowance,
}

impl<S> OnLine<S> {
    /// Of one connection.
    pub fn new(service: S, allowance: Allowance) -> Self {
        Self { service, allowance }
    }
}

impl<S: Service<Request<B>>, B> Service<Request<B>> for OnLine<S> {
    type Response = S::Response;
    type Error = S::Error;
    type Future = S::Future;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.service.poll_ready(context)
    }

    fn call(&mut self, mut request: Request<B>) -> S::Future {
        if request.version() != Version::HTTP_11 && request.version() != Version::HTTP_10 {
            self.allowance.restrict(0);
        }
        request.extensions_mut().insert(self.allowance.clone());
        self.service.call(request)
    }
}
