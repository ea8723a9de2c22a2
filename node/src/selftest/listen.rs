//! The devices of a selftest: each holds a socket at one node for a while, then at the next, and resumes by the highest revision that it
//! holds; and the pages that are read at the end. Everything heard goes into the history.

use super::failure::{CannotRun, Context, Outcome};
use super::question::Desk;
use super::scene::{Scene, draw, number};
use super::traffic::message_of;
use corridor_domain::limits;
use corridor_judge::history::{Phase, What};
use futures::{SinkExt, StreamExt};
use serde_json::{Value, json};
use std::rc::Rc;
use std::time::Duration;
use tokio::sync::oneshot;
use tokio::time::{sleep, timeout};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;

use super::client::Stream;

/// Longest time until a socket has caught up.
const BEGIN_TIMEOUT: Duration = Duration::from_millis(limits::SELFTEST_ANSWER_TIMEOUT_MS);
/// A device stays at a node for at least so long, and up to twice that.
const STAY_MS: u64 = 3_000;
/// Between two tries to connect.
const AGAIN: Duration = Duration::from_millis(50);

type Socket = WebSocketStream<Stream>;

/// A device: where it is and what it holds.
struct Device {
    scene: Rc<Scene>,
    number: u32,
    place: usize,
    held: Option<u64>,
}

/// Listens until it is dropped. The first caught-up socket is told by the bell.
pub async fn listen(scene: Rc<Scene>, device: u32, first: oneshot::Sender<()>) {
    let mut first = Some(first);
    let mut device = Device {
        place: device as usize % scene.places.len().max(1),
        scene,
        number: device,
        held: None,
    };
    loop {
        if let Ok(Ok(socket)) = timeout(BEGIN_TIMEOUT, device.begin()).await {
            device.phase(Phase::Live);
            device.scene.on_live(device.number);
            if let Some(first) = first.take() {
                // Nobody waits for it when the run has failed.
                let _ = first.send(());
            }
            let stay = Duration::from_millis(STAY_MS + draw(device.scene.world.as_ref()) % STAY_MS);
            let scene = Rc::clone(&device.scene);
            tokio::select! {
                () = device.serve(socket) => {}
                () = scene.cut.notified() => {}
                () = sleep(stay) => {}
            }
            device.phase(Phase::Gone);
        } else {
            sleep(AGAIN).await;
        }
        device.place = (device.place + 1) % device.scene.places.len();
    }
}

impl Device {
    fn phase(&self, phase: Phase) {
        self.scene.note(What::Socket {
            device: self.number,
            node: number(self.place),
            phase,
            since: self.held,
        });
    }

    /// Connects, says hello, reads until caught up.
    async fn begin(&mut self) -> Outcome<Socket> {
        let scene = Rc::clone(&self.scene);
        let endpoint = &scene.places[self.place].endpoint;
        let stream = endpoint.connect(true).await?;
        let request = format!("ws://{}/v1/socket", endpoint.authority()).into_client_request();
        let request = request.context("the request for a socket")?;
        let begun = tokio_tungstenite::client_async(request, stream).await;
        let (mut socket, _) = begun.context("opening a socket")?;
        let mut hello = json!({ "type": "hello", "version": 1, "token": scene.tokens[self.number as usize] });
        if let Some(held) = self.held {
            hello["since"] = held.into();
        }
        socket
            .send(Message::text(hello.to_string()))
            .await
            .context("saying hello")?;
        while let Some(Ok(message)) = socket.next().await {
            if self.heard(&message) {
                return Ok(socket);
            }
        }
        Err(CannotRun("the socket ended before it had caught up".to_owned()))
    }

    async fn serve(&mut self, mut socket: Socket) {
        while let Some(Ok(message)) = socket.next().await {
            self.heard(&message);
        }
    }

    /// Takes what came; whether the socket has caught up with it.
    fn heard(&mut self, message: &Message) -> bool {
        let Message::Text(text) = message else { return false };
        let frame: Value = serde_json::from_str(text.as_str()).unwrap_or_default();
        match frame["type"].as_str() {
            Some("event") => self.on_event(&frame),
            Some("caught_up") => {
                self.held = frame["revision"].as_u64().max(self.held);
                return true;
            }
            Some("reset") => self.phase(Phase::Reset),
            Some(_) => {}
            None => {
                let node = self.scene.places[self.place].node;
                self.scene.fail(CannotRun(format!("node {node} sent what is no frame")));
            }
        }
        false
    }

    fn on_event(&mut self, frame: &Value) {
        let place = (
            frame["conversation_id"].as_str(),
            frame["seq"].as_u64(),
            frame["revision"].as_u64(),
        );
        let (Some(room), Some(seq), Some(revision)) = place else {
            let node = self.scene.places[self.place].node;
            let why = format!("node {node} sent an event that says not where it stands");
            return self.scene.fail(CannotRun(why));
        };
        self.held = self.held.max(Some(revision));
        self.scene.on_arrived(self.number, room, seq);
        self.scene.note(What::Delivered {
            device: self.number,
            node: number(self.place),
            room: room.to_owned(),
            seq,
            revision,
            message: frame["event"]["body"].as_str().and_then(message_of),
        });
    }
}

/// Reads every room from the run's first event to its end, at that node, into the history.
pub async fn read_back(scene: &Scene, place: usize) -> Outcome<()> {
    let mut desk = Desk::at(scene.places[place].endpoint.clone());
    for (room_number, room) in (0..).zip(&scene.rooms) {
        let token = &scene.tokens[room.members[0] as usize];
        let mut after = room.last_seq;
        loop {
            let path = format!("/v1/conversations/{}/events?after={after}&limit=100", room.id);
            let page = desk.get(&path, token).await?;
            let events = page["events"].as_array().context("a page lacks its events")?;
            for event in events {
                after = event["seq"].as_u64().context("an event lacks its seq")?;
                scene.note(What::Page {
                    node: number(place),
                    room: room_number,
                    seq: after,
                    message: event["event"]["body"].as_str().and_then(message_of),
                });
            }
            if events.is_empty() || page["has_more"] != true {
                break;
            }
        }
    }
    Ok(())
}
