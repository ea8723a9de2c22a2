//! The socket: one per device. Step 1 of a message's way begins here, and step 7 ends here.

mod beginning;
mod connection;
mod gathering;
mod handing_on;
mod handshake;
mod results;
pub mod session_protocol;
mod writer;

use crate::failure::Failure;
use crate::gate::Place;
use crate::http::{Edge, requests};
use crate::serve::Allowance;
use axum::Extension;
use axum::extract::{ConnectInfo, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use corridor_domain::limits;
use handshake::Handshake;
use std::net::SocketAddr;

/// `GET /v1/socket`. Pages of others are refused before the upgrade, with whatever they know.
pub(crate) async fn upgrade(
    State(edge): State<Edge>,
    ConnectInfo(client): ConnectInfo<SocketAddr>,
    Extension(allowance): Extension<Allowance>,
    headers: HeaderMap,
    handshake: Handshake,
) -> Response {
    let from_a_page = headers.contains_key(header::ORIGIN) || requests::has_cookie(&headers);
    if from_a_page && !requests::is_own_origin(&headers, edge.secure) {
        return Failure::OriginNotAllowed.into_response();
    }
    let token = requests::token(&headers).map(str::to_owned);
    let is_known = token
        .as_deref()
        .is_some_and(|token| edge.service.recognise(token).is_ok());
    let signed_in = edge.service.actors().devices().count();
    let place = match edge.gate.socket(client.ip(), is_known, signed_in) {
        Ok(place) => place,
        Err(failure) => return failure.into_response(),
    };
    allowance.restrict(limits::BYTES_BEFORE_SIGN_IN_SIZE_BYTES_MAX);
    let greeting = Greeting {
        allowance,
        client,
        _place: place,
    };
    handshake.agree(move |socket| connection::run(socket, edge, token, greeting))
}

/// What a socket holds until it said who it is: a place among those who did not, and the right to a few bytes.
struct Greeting {
    allowance: Allowance,
    /// Where it comes from.
    client: SocketAddr,
    _place: Place,
}

impl Greeting {
    /// It is known who it is.
    fn end(self) {
        self.allowance.lift();
    }
}
