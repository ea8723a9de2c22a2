//! The first frame of a socket: who it is, of which workspace, and from which revision on it wants to hear.
//!
//! Stands before `connection.rs`. It refuses to know what comes after.

use super::connection::{Ending, broken};
use super::handshake::Socket;
use super::session_protocol::{Phase, Step, step};
use crate::failure::Failure;
use crate::http::Edge;
use crate::service::Caller;
use corridor_domain::limits;
use corridor_protocol::GoodbyeReason;
use futures::StreamExt as _;
use futures::stream::SplitStream;
use std::time::Duration;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;

/// Where a socket that said who it is belongs.
pub(super) enum Begun {
    /// Here.
    Here(Box<Here>),
    /// To a workspace that other nodes have.
    Elsewhere {
        /// Which.
        workspace: u64,
        /// The token that it showed.
        token: String,
        /// Its first frame.
        hello: String,
    },
}

/// A socket that said who it is.
pub(super) struct Here {
    /// The edge of its workspace.
    pub edge: Edge,
    /// Who.
    pub caller: Caller,
    /// The last revision that it knows.
    pub since: Option<u64>,
}

/// Waits for hello, for a while, and finds out who it is. `Err(None)`: gone without a word.
pub(super) async fn begin(
    stream: &mut SplitStream<Socket>,
    edge: Edge,
    token: Option<String>,
) -> Result<Begun, Option<Ending>> {
    const ILLEGAL: Option<Ending> = Some((GoodbyeReason::ProtocolError, None));
    let first = timeout(Duration::from_millis(limits::HELLO_TIMEOUT_MS), next_text(stream))
        .await
        .map_err(|_| ILLEGAL)??;
    let Ok(Step::Begin { since, token: named }) = step(Phase::BeforeHello, &first) else {
        return Err(ILLEGAL);
    };
    let token = token.or(named).ok_or(Some((GoodbyeReason::SessionEnded, None)))?;
    let ending = |failure| match failure {
        Failure::Refused(_) => Some((GoodbyeReason::SessionEnded, None)),
        // Something of ours is broken: nobody is signed out for that.
        _ => Some(broken(&edge)),
    };
    let edge = match edge.of_token(&token).await.map_err(ending)? {
        Ok(edge) => edge,
        Err(workspace) => {
            return Ok(Begun::Elsewhere {
                workspace,
                token,
                hello: first,
            });
        }
    };
    let caller = edge.service.authenticate(&token).await.map_err(ending)?;
    let caught_up = edge.service.catch_up_with(since).await;
    caught_up.map_err(|_| Some(broken(&edge)))?;
    Ok(Begun::Here(Box::new(Here { edge, caller, since })))
}

async fn next_text(stream: &mut SplitStream<Socket>) -> Result<String, Option<Ending>> {
    loop {
        match stream.next().await {
            Some(Ok(Message::Text(text))) => return Ok(text.as_str().to_owned()),
            Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
            // What cannot be read is no frame of ours, or the connection is gone: then the goodbye reaches nobody.
            Some(Ok(Message::Binary(_) | Message::Frame(_)) | Err(_)) => {
                return Err(Some((GoodbyeReason::ProtocolError, None)));
            }
            Some(Ok(Message::Close(_))) | None => return Err(None),
        }
    }
}
