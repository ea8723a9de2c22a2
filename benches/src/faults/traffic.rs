//! The clients of a run: senders that insist on each message at any node until it is answered, and what they and the devices
//! share. Everything they do and hear goes into the history. Refuses to know what is done to the nodes.

use crate::clock;
use crate::cluster::Room;
use crate::device::Endpoint;
use crate::failure::{Context, Failure, Outcome};
use crate::http::{Answer, Connection};
use corridor_judge::history::{End, History, What};
use hyper::Method;
use serde_json::{Value, json};
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;
use tokio::time::{sleep, timeout};

/// Longest time until a connection stands.
const CONNECT_TIMEOUT: Duration = Duration::from_millis(1_500);
/// Longest time a sender waits for an answer before it asks another node.
const ANSWER_TIMEOUT: Duration = Duration::from_millis(3_000);
/// Between two attempts.
const AGAIN: Duration = Duration::from_millis(20);
/// Between an answer and the next message.
const THINKING: Duration = Duration::from_millis(15);
/// Messages of a sender before it goes on to the next node by itself.
const MESSAGES_AT_A_NODE: u32 = 8;

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
    /// Tells this run's command ids from those of others.
    salt: u64,
}

/// Microseconds on the history's clock.
pub fn now_us() -> u64 {
    clock::now_ns() / 1_000
}

impl Scene {
    /// Before anything happens.
    pub fn new(
        history: History,
        nodes: Vec<Endpoint>,
        tokens: Vec<String>,
        rooms: Vec<Room>,
        senders: Vec<(u32, u32)>,
    ) -> Rc<Self> {
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
            is_over: Cell::new(false),
            failure: RefCell::new(None),
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

    /// Every device of every member has everything that was acknowledged.
    pub fn all_arrived(&self) -> bool {
        let arrived = self.arrived.borrow();
        let is_there = |(number, room): (usize, &Room)| {
            let mut members = room.members.iter();
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

    fn on_acknowledged(&self, node: usize, room: usize, seq: u64, begun_us: u64) {
        let youngest = &self.acknowledged_us[node];
        youngest.set(youngest.get().max(begun_us));
        let last = &self.acknowledged_seq[room];
        last.set(last.get().max(seq));
    }
}

/// Sends until the run is over, message after message; the last one is insisted on as all others.
pub async fn send(scene: Rc<Scene>, sender: u32) {
    let nodes = scene.nodes.len();
    let mut connections: Vec<Option<Connection>> = (0..nodes).map(|_| None).collect();
    let mut node = sender as usize % nodes;
    let mut counter = 0;
    while !scene.is_over.get() {
        let mut attempt = 0;
        while !ask(&scene, &mut connections[node], sender, [counter, attempt], node).await {
            attempt += 1;
            node = (node + 1) % nodes;
            sleep(AGAIN).await;
        }
        counter += 1;
        if counter % MESSAGES_AT_A_NODE == 0 {
            node = (node + 1) % nodes;
        }
        sleep(THINKING).await;
    }
}

/// One attempt; true if the message was acknowledged, or nothing matters any more.
async fn ask(
    scene: &Scene,
    connection: &mut Option<Connection>,
    sender: u32,
    [counter, attempt]: [u32; 2],
    node: usize,
) -> bool {
    let (_, room) = scene.senders[sender as usize];
    let begun_us = now_us();
    let number = u32::try_from(node).unwrap_or(u32::MAX);
    scene.note(What::Attempt {
        sender,
        counter,
        attempt,
        node: number,
    });
    let (end, seq, code) = match answer(scene, connection, sender, counter, node).await {
        Ok(answer) => understood(&answer),
        Err(end) => (end, None, None),
    };
    if matches!(end, End::Unknown | End::Unreached) {
        // What is on its way there is of no use any more.
        *connection = None;
    }
    if let Some(seq) = seq {
        scene.on_acknowledged(node, room as usize, seq, begun_us);
    }
    let is_passing = matches!(
        code.as_deref(),
        None | Some("fenced" | "overloaded" | "outcome_unknown")
    );
    if !is_passing {
        scene.fail(Failure::Broken(format!(
            "node {node} refused a message for good: {code:?}"
        )));
    }
    scene.note(What::Answer {
        sender,
        counter,
        attempt,
        node: number,
        end,
        seq,
        code,
    });
    end == End::Acknowledged || !is_passing
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
    let command_id = format!("{:016x}{sender:08x}{counter:08x}", scene.salt);
    let body = json!({ "body": format!("{sender:08x}{counter:08x} and the chart of room four is on its way") });
    let token = &scene.tokens[person as usize];
    let asking = open.ask(Method::POST, &path, Some(token), Some(&command_id), Some(&body));
    let answer = timeout(ANSWER_TIMEOUT, asking).await;
    answer.map_err(|_| End::Unknown)?.map_err(|_| End::Unknown)
}

/// What a node's answer means.
fn understood(answer: &Answer) -> (End, Option<u64>, Option<String>) {
    let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    if answer.status == 201
        && let Some(seq) = body["seq"].as_u64()
    {
        return (End::Acknowledged, Some(seq), None);
    }
    let code = body["code"].as_str().unwrap_or("not_understood").to_owned();
    let end = match code.as_str() {
        "outcome_unknown" => End::Unknown,
        _ => End::Refused,
    };
    (end, None, Some(code))
}

#[cfg(test)]
mod tests {
    use super::{Answer, End, understood};

    #[test]
    fn an_answer_says_done_or_not_or_neither() {
        let read = |status, text: &'static str| {
            understood(&Answer {
                status,
                body: text.as_bytes().into(),
            })
        };
        assert_eq!(read(201, r#"{"seq":7}"#), (End::Acknowledged, Some(7), None));
        let fenced = read(503, r#"{"code":"fenced"}"#);
        assert_eq!(fenced, (End::Refused, None, Some("fenced".to_owned())));
        assert_eq!(read(503, r#"{"code":"outcome_unknown"}"#).0, End::Unknown);
        assert_eq!(read(502, "<html>").2.as_deref(), Some("not_understood"));
    }
}
