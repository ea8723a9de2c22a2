//! A socket that belongs to another node, as its first frame said: from here on it is carried there.
//!
//! Stands in place of `connection.rs`. Refuses to know what is said.

use super::Greeting;
use super::connection::Ending;
use super::handshake::{self, Socket};
use super::writer::Writer;
use crate::elsewhere::{Beginning, carry};
use crate::front::Workspaces;
use corridor_protocol::GoodbyeReason;
use futures::stream::SplitStream;
use std::sync::Arc;

/// Carries the frames of a socket that belongs to another node.
pub(super) async fn hand_on(
    writer: &mut Writer,
    stream: &mut SplitStream<Socket>,
    elsewhere: Arc<dyn Workspaces>,
    beginning: Beginning,
    greeting: Greeting,
    come_back_ms: impl Fn() -> Option<u64>,
) -> Option<Ending> {
    let (stopping, opening) = (elsewhere.stopping(), elsewhere.open(beginning.workspace));
    drop(elsewhere);
    let carrying = async {
        let tunnel = opening.await.ok()?;
        carry(
            tunnel,
            handshake::config(),
            beginning,
            || greeting.end(),
            (writer.sink(), stream),
        )
        .await
        .ok()
    };
    tokio::select! {
        carried = carrying => match carried {
            Some(()) => None,
            None => Some((GoodbyeReason::Fenced, come_back_ms())),
        },
        () = stopping => Some((GoodbyeReason::ShuttingDown, come_back_ms())),
    }
}
