//! The clients of a run: senders that insist on each message at any node until it is answered, and what they and the devices
//! share. Everything they do and hear goes into the history. Refuses to know what is done to the nodes.

use super::look::look;
use crate::clock;
use crate::cluster::Room;
use crate::device::Endpoint;
use crate::failure::{Context, Failure, Outcome};
use crate::http::{Answer, Connection};
use corridor_judge::history::{End, History, What};
use hyper::Method;
use serde_json::{Value, json};
use std::cell::{Cell, RefCell};
use std::ops::ControlFlow;
use std::rc::Rc;
use std::time::Duration;
use tokio::time::{sleep, timeout};

/// Longest time until a connection stands.
const CONNECT_TIMEOUT: Duration = Duration::from_millis(1_500);
/// Longest time a sender waits for an answer before it asks another node.
pub(super) const ANSWER_TIMEOUT: Duration = Duration::from_millis(3_000);
/// Between two attempts.
pub(super) const AGAIN: Duration = Duration::from_millis(20);
/// Messages of a sender before it goes on to the next node by itself.
const MESSAGES_AT_A_NODE: u32 = 8;

/// A room that somebody is let into and taken out of.
pub struct Gate {
    /// The number of the room.
    pub room: u32,
    /// The guest's device, and the number of the person.
    pub device: u32,
    /// The guest's id on the wire.
    pub person_id: String,
    /// By the youngest change that was acknowledged.
    pub is_in: Cell<bool>,
}

/// What a scene begins with.
pub struct Beginning {
    /// Where everything is written down.
    pub history: History,
    /// Where the nodes are.
    pub nodes: Vec<Endpoint>,
    /// The sessions of the people, by number.
    pub tokens: Vec<String>,
    /// The rooms.
    pub rooms: Vec<Room>,
    /// Who sends: person and room.
    pub senders: Vec<(u32, u32)>,
    /// Between an answer and the next message of a sender.
    pub thinking: Duration,
    /// The room of a guest, if there is one.
    pub gate: Option<Gate>,
    /// The session of who may read the audit record, if it is to be read; senders look at their rooms only then.
    pub officer: Option<String>,
}

/// What all clients of a run share.
pub struct Scene {
    /// What happens.
    pub history: RefCell<History>,
    /// Where the nodes are.
    pub nodes: Vec<Endpoint>,
    /// The sessions of the people, by number.
    pub tokens: Vec<String>,
    /// The rooms; each member has one device, of the same number.
    pub rooms: Vec<Room>,
    /// Of each room, up to where messages were acknowledged.
    acknowledged_seq: Vec<Cell<u64>>,
    /// Who sends: person and room.
    pub senders: Vec<(u32, u32)>,
    /// Nothing new is to be sent.
    pub is_over: Cell<bool>,
    /// Why the run cannot go on.
    pub failure: RefCell<Option<Failure>>,
    /// Of each node: when the youngest attempt began that it acknowledged.
    acknowledged_us: Vec<Cell<u64>>,
    /// Of each device, how far it is in each room.
    pub arrived: RefCell<Vec<Vec<u64>>>,
    /// Between an answer and the next message of a sender.
    thinking: Duration,
    /// The room of a guest, if there is one.
    pub gate: Option<Gate>,
    /// The session of who may read the audit record, if it is to be read.
    pub officer: Option<String>,
    /// Messages that were acknowledged.
    acknowledged: Cell<u64>,
    /// Tells this run's command ids from those of others.
    salt: u64,
}

/// Where a sender's last acknowledged message stands.
#[derive(Debug, Clone, Copy)]
pub struct LastWord {
    /// In its room.
    pub seq: u64,
    /// In the order of everything.
    pub revision: u64,
}

/// Microseconds on the history's clock.
pub fn now_us() -> u64 {
    clock::now_ns() / 1_000
}

impl Scene {
    /// Before anything happens.
    pub fn new(beginning: Beginning) -> Rc<Self> {
        let Beginning {
            history,
            nodes,
            tokens,
            rooms,
            senders,
            thinking,
            gate,
            officer,
        } = beginning;
        let stand: Vec<u64> = rooms.iter().map(|room| room.last_seq).collect();
        Rc::new(Self {
            history: RefCell::new(history),
            acknowledged_us: nodes.iter().map(|_| Cell::new(0)).collect(),
            acknowledged_seq: stand.iter().copied().map(Cell::new).collect(),
            arrived: RefCell::new(vec![stand; tokens.len()]),
            nodes,
            tokens,
            rooms,
            senders,
            thinking,
            gate,
            officer,
            is_over: Cell::new(false),
            failure: RefCell::new(None),
            acknowledged: Cell::new(0),
            salt: clock::seed(),
        })
    }

    /// Writes it into the history.
    pub fn note(&self, what: What) {
        self.history.borrow_mut().note(now_us(), what);
    }

    /// Nothing goes on after this.
    pub fn fail(&self, failure: Failure) {
        self.failure.borrow_mut().get_or_insert(failure);
    }

    /// A failure, if there was one.
    pub fn check(&self) -> Outcome<()> {
        match self.failure.borrow_mut().take() {
            Some(failure) => Err(failure),
            None => Ok(()),
        }
    }

    /// Every node acknowledged a message that was asked for since.
    pub fn all_acknowledged_since(&self, since_us: u64) -> bool {
        self.acknowledged_us.iter().all(|cell| cell.get() > since_us)
    }

    /// Some node acknowledged a message that was asked for since.
    pub fn any_acknowledged_since(&self, since_us: u64) -> bool {
        self.acknowledged_us.iter().any(|cell| cell.get() > since_us)
    }

    /// Every device of every member has everything that was acknowledged, and so has a guest who is in.
    pub fn all_arrived(&self) -> bool {
        let arrived = self.arrived.borrow();
        let is_there = |(number, room): (usize, &Room)| {
            let guests = self
                .gate
                .iter()
                .filter(|gate| gate.is_in.get() && gate.room as usize == number);
            let mut members = room.members.iter().chain(guests.map(|gate| &gate.device));
            members.all(|device| arrived[*device as usize][number] >= self.acknowledged_seq[number].get())
        };
        self.rooms.iter().enumerate().all(is_there)
    }

    /// A connection to a node, in good time.
    pub async fn connect(&self, node: usize) -> Outcome<Connection> {
        let endpoint = &self.nodes[node];
        let connect = async { Connection::over(endpoint.address(), endpoint.connect().await?).await };
        timeout(CONNECT_TIMEOUT, connect).await.context("connecting")?
    }

    /// How many messages were acknowledged.
    pub fn acknowledged_count(&self) -> u64 {
        self.acknowledged.get()
    }

    /// The id of a command, told apart from all others by two numbers.
    pub(super) fn command_id(&self, of: u32, counter: u32) -> String {
        format!("{:016x}{of:08x}{counter:08x}", self.salt)
    }

    fn on_acknowledged(&self, node: usize, room: usize, seq: u64, begun_us: u64) {
        let youngest = &self.acknowledged_us[node];
        youngest.set(youngest.get().max(begun_us));
        self.acknowledged.set(self.acknowledged.get() + 1);
        self.stands_in(room, seq);
    }

    /// Something was acknowledged at that place of a room.
    pub(super) fn stands_in(&self, room: usize, seq: u64) {
        let last = &self.acknowledged_seq[room];
        last.set(last.get().max(seq));
    }
}

/// Sends until the run is over, message after message; the last one is insisted on as all others. Who moves on to another node looks
/// first whether the room there has what was acknowledged elsewhere.
pub async fn send(scene: Rc<Scene>, sender: u32) {
    let nodes = scene.nodes.len();
    let mut connections: Vec<Option<Connection>> = (0..nodes).map(|_| None).collect();
    let mut node = sender as usize % nodes;
    let (mut counter, mut looks) = (0, 0);
    while !scene.is_over.get() {
        let mut attempt = 0;
        let told = loop {
            let told = ask(&scene, &mut connections[node], sender, [counter, attempt], node).await;
            match told {
                ControlFlow::Break(told) => break told,
                ControlFlow::Continue(()) => attempt += 1,
            }
            node = (node + 1) % nodes;
            sleep(AGAIN).await;
        };
        counter += 1;
        if counter % MESSAGES_AT_A_NODE == 0 {
            node = (node + 1) % nodes;
            if let (Some(last), true) = (told, scene.officer.is_some()) {
                look(&scene, &mut connections[node], [sender, looks], node, last).await;
                looks += 1;
            }
        }
        sleep(scene.thinking).await;
    }
}

/// One attempt; goes on unless the message was acknowledged, or nothing matters any more.
async fn ask(
    scene: &Scene,
    connection: &mut Option<Connection>,
    sender: u32,
    [counter, attempt]: [u32; 2],
    node: usize,
) -> ControlFlow<Option<LastWord>> {
    let (_, room) = scene.senders[sender as usize];
    let begun_us = now_us();
    let number = u32::try_from(node).unwrap_or(u32::MAX);
    scene.note(What::Attempt {
        sender,
        counter,
        attempt,
        node: number,
    });
    let told = match answer(scene, connection, sender, counter, node).await {
        Ok(answer) => understood(&answer, 201),
        Err(end) => Told::nothing(end),
    };
    if matches!(told.end, End::Unknown | End::Unreached) {
        // What is on its way there is of no use any more.
        *connection = None;
    }
    if let Some(seq) = told.seq {
        scene.on_acknowledged(node, room as usize, seq, begun_us);
    }
    let is_passing = is_passing(told.code.as_deref());
    if !is_passing {
        let code = &told.code;
        scene.fail(Failure::Broken(format!(
            "node {node} refused a message for good: {code:?}"
        )));
    }
    let Told {
        end,
        seq,
        revision,
        code,
    } = told;
    scene.note(What::Answer {
        sender,
        counter,
        attempt,
        node: number,
        end,
        seq,
        code,
    });
    match end == End::Acknowledged || !is_passing {
        true => ControlFlow::Break(seq.zip(revision).map(|(seq, revision)| LastWord { seq, revision })),
        false => ControlFlow::Continue(()),
    }
}

async fn answer(
    scene: &Scene,
    connection: &mut Option<Connection>,
    sender: u32,
    counter: u32,
    node: usize,
) -> Result<Answer, End> {
    let (person, room) = scene.senders[sender as usize];
    if connection.is_none() {
        *connection = Some(scene.connect(node).await.map_err(|_| End::Unreached)?);
    }
    let Some(open) = connection else {
        return Err(End::Unreached);
    };
    let path = format!("/v1/conversations/{}/messages", scene.rooms[room as usize].id);
    let command_id = scene.command_id(sender, counter);
    let body = json!({ "body": format!("{sender:08x}{counter:08x} and the chart of room four is on its way") });
    let token = &scene.tokens[person as usize];
    let asking = open.ask(Method::POST, &path, Some(token), Some(&command_id), Some(&body));
    let answer = timeout(ANSWER_TIMEOUT, asking).await;
    answer.map_err(|_| End::Unknown)?.map_err(|_| End::Unknown)
}

/// What a node said of a command.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Told {
    pub(super) end: End,
    pub(super) seq: Option<u64>,
    pub(super) revision: Option<u64>,
    pub(super) code: Option<String>,
}

impl Told {
    pub(super) fn nothing(end: End) -> Self {
        Self {
            end,
            seq: None,
            revision: None,
            code: None,
        }
    }
}

/// Whoever is told this, or nothing, asks again.
pub(super) fn is_passing(code: Option<&str>) -> bool {
    matches!(code, None | Some("fenced" | "overloaded" | "outcome_unknown"))
}

/// What a node's answer means; `done` is the status of a command that was done.
pub(super) fn understood(answer: &Answer, done: u16) -> Told {
    let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    if answer.status == done
        && let Some(seq) = body["seq"].as_u64()
    {
        return Told {
            seq: Some(seq),
            revision: body["revision"].as_u64(),
            ..Told::nothing(End::Acknowledged)
        };
    }
    let code = body["code"].as_str().unwrap_or("not_understood").to_owned();
    let end = match code.as_str() {
        "outcome_unknown" => End::Unknown,
        _ => End::Refused,
    };
    Told {
        code: Some(code),
        ..Told::nothing(end)
    }
}

#[cfg(test)]
mod tests {
    use super::{Answer, End, Told, understood};

    #[test]
    fn an_answer_says_done_or_not_or_neither() {
        let read = |status, text: &'static str| {
            let body = text.as_bytes().into();
            understood(&Answer { status, body }, 201)
        };
        let done = Told {
            seq: Some(7),
            revision: Some(40),
            ..Told::nothing(End::Acknowledged)
        };
        assert_eq!(read(201, r#"{"seq":7,"revision":40}"#), done);
        let fenced = read(503, r#"{"code":"fenced"}"#);
        assert_eq!((fenced.end, fenced.seq), (End::Refused, None));
        assert_eq!(fenced.code.as_deref(), Some("fenced"));
        assert_eq!(read(503, r#"{"code":"outcome_unknown"}"#).end, End::Unknown);
        assert_eq!(read(502, "<html>").code.as_deref(), Some("not_understood"));
    }
}
