//! The devices of a run: each holds a socket at one node for a while, then at the next, and resumes by the highest revision it
//! holds. Everything heard goes into the history.

use super::traffic::Scene;
use crate::chance::Chance;
use crate::device::Stream;
use crate::failure::{Context, Failure, Outcome};
use crate::wire::{self, Frame};
use corridor_judge::checker::Sent;
use corridor_judge::history::{Phase, What};
use futures_util::{SinkExt, StreamExt};
use std::rc::Rc;
use std::time::Duration;
use tokio::time::{sleep, timeout};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;

/// Longest time until a socket has caught up.
const BEGIN_TIMEOUT: Duration = Duration::from_millis(3_000);
/// A device stays at a node for at least so long, and up to twice that.
const STAY_MS: u64 = 3_000;
/// Between two tries to connect.
const AGAIN: Duration = Duration::from_millis(50);

type Socket = WebSocketStream<Stream>;

/// A device: where it is and what it holds.
struct Device {
    scene: Rc<Scene>,
    number: u32,
    node: usize,
    held: Option<u64>,
}

/// Listens until it is dropped. The first caught-up socket is told by the bell.
pub async fn listen(scene: Rc<Scene>, number: u32, seed: u64, first: tokio::sync::oneshot::Sender<()>) {
    let mut chance = Chance::new(seed.wrapping_add(u64::from(number) * 7_919));
    let mut first = Some(first);
    let mut device = Device {
        node: number as usize % scene.nodes.len(),
        scene,
        number,
        held: None,
    };
    loop {
        if let Ok(Ok(socket)) = timeout(BEGIN_TIMEOUT, device.begin()).await {
            device.phase(Phase::Live);
            if let Some(first) = first.take() {
                // Nobody waits for it when the run has failed.
                let _ = first.send(());
            }
            let stay = Duration::from_millis(STAY_MS + chance.below(STAY_MS));
            // That the time is over is as good a reason to leave as any.
            let _ = timeout(stay, device.serve(socket)).await;
            device.phase(Phase::Gone);
        } else {
            sleep(AGAIN).await;
        }
        device.node = (device.node + 1) % device.scene.nodes.len();
    }
}

impl Device {
    fn node(&self) -> u32 {
        u32::try_from(self.node).unwrap_or(u32::MAX)
    }

    fn phase(&self, phase: Phase) {
        self.scene.note(What::Socket {
            device: self.number,
            node: self.node(),
            phase,
            since: self.held,
        });
    }

    /// Connects, says hello, reads until caught up.
    async fn begin(&mut self) -> Outcome<Socket> {
        let scene = Rc::clone(&self.scene);
        let endpoint = &scene.nodes[self.node];
        let stream = endpoint.connect().await?;
        let request = format!("ws://{}/v1/socket", endpoint.address()).into_client_request();
        let request = request.context("the request for a socket")?;
        let begun = tokio_tungstenite::client_async(request, stream).await;
        let (mut socket, _) = begun.context("opening a socket")?;
        let hello = wire::hello(&scene.tokens[self.number as usize], self.held);
        socket.send(Message::text(hello)).await.context("saying hello")?;
        while let Some(Ok(message)) = socket.next().await {
            if self.heard(&message) == Some(true) {
                return Ok(socket);
            }
        }
        Err(Failure::Broken("the socket ended before it had caught up".to_owned()))
    }

    async fn serve(&mut self, mut socket: Socket) {
        while let Some(Ok(message)) = socket.next().await {
            self.heard(&message);
        }
    }

    /// Takes what came; Some(true) if the socket has caught up.
    fn heard(&mut self, message: &Message) -> Option<bool> {
        let Message::Text(text) = message else { return None };
        match wire::read(text.as_str()) {
            Ok(frame) => self.on_frame(&frame),
            Err(error) => {
                let failure = format!("node {} sent what is no frame: {error}", self.node);
                self.scene.fail(Failure::Broken(failure));
                None
            }
        }
    }

    fn on_frame(&mut self, frame: &Frame<'_>) -> Option<bool> {
        match frame.kind {
            "event" => {
                self.on_event(frame);
                Some(false)
            }
            "caught_up" => {
                self.held = frame.revision.max(self.held);
                Some(true)
            }
            "reset" => {
                self.phase(Phase::Reset);
                Some(false)
            }
            _ => Some(false),
        }
    }

    fn on_event(&mut self, frame: &Frame<'_>) {
        let (Some(room), Some(seq), Some(revision)) = (frame.conversation_id, frame.seq, frame.revision) else {
            let failure = format!("node {} sent an event that says not where it stands", self.node);
            return self.scene.fail(Failure::Broken(failure));
        };
        self.held = self.held.max(Some(revision));
        if let Some(number) = self.scene.rooms.iter().position(|known| known.id == room) {
            let mut arrived = self.scene.arrived.borrow_mut();
            let stand = &mut arrived[self.number as usize][number];
            *stand = seq.max(*stand);
        }
        let body = frame.event.as_ref().and_then(|event| event.body);
        self.scene.note(What::Delivered {
            device: self.number,
            node: self.node(),
            room: room.to_owned(),
            seq,
            revision,
            message: body.and_then(wire::sent_of_body).map(pair),
        });
    }
}

fn pair(sent: Sent) -> [u32; 2] {
    [sent.lane, sent.counter]
}
