//! The gatekeeper of a run: the owner of a room lets a guest in and takes the guest out, again and again, insisting on each change at
//! any node until it is answered. Refuses to know what the guest hears.

use super::traffic::{AGAIN, ANSWER_TIMEOUT, Gate, Scene, Told, is_passing, understood};
use crate::chance::Chance;
use crate::failure::Failure;
use crate::http::{Answer, Connection};
use corridor_judge::history::{End, What};
use hyper::Method;
use serde_json::json;
use std::rc::Rc;
use std::time::Duration;
use tokio::time::{sleep, timeout};

/// Between a change and the next one: at least so long, and up to so much more.
const STAY_MS: u64 = 400;
const STAY_MORE_MS: u64 = 600;
/// In the command ids of changes, where those of messages have the sender.
const NOBODY: u32 = u32::MAX;

/// A change, and where it is asked for.
#[derive(Debug, Clone, Copy)]
struct Asking {
    change: u32,
    attempt: u32,
    node: usize,
    is_member: bool,
}

/// Changes until the run is over; at the end the guest is in.
pub async fn keep(scene: Rc<Scene>, seed: u64) {
    let Some(gate) = &scene.gate else { return };
    let nodes = scene.nodes.len();
    let mut chance = Chance::new(seed.wrapping_add(104_729));
    let mut connections: Vec<Option<Connection>> = (0..nodes).map(|_| None).collect();
    let mut asking = Asking {
        change: 0,
        attempt: 0,
        node: 0,
        is_member: true,
    };
    while asking.is_member || !scene.is_over.get() {
        while !ask(&scene, gate, &mut connections[asking.node], asking).await {
            asking.attempt += 1;
            asking.node = (asking.node + 1) % nodes;
            sleep(AGAIN).await;
        }
        gate.is_in.set(asking.is_member);
        asking = Asking {
            change: asking.change + 1,
            attempt: 0,
            node: (asking.node + 1) % nodes,
            is_member: !asking.is_member,
        };
        sleep(Duration::from_millis(STAY_MS + chance.below(STAY_MORE_MS))).await;
    }
}

/// One attempt; true if the change was acknowledged, or nothing matters any more.
async fn ask(scene: &Scene, gate: &Gate, connection: &mut Option<Connection>, asking: Asking) -> bool {
    let Asking {
        change,
        attempt,
        node: at,
        is_member,
    } = asking;
    let (room, device) = (gate.room, gate.device);
    let node = u32::try_from(at).unwrap_or(u32::MAX);
    scene.note(What::Change {
        change,
        attempt,
        node,
        room,
        device,
        is_member,
    });
    let told = match answer(scene, gate, connection, asking).await {
        Ok(answer) => understood(&answer, 200),
        Err(end) => Told::nothing(end),
    };
    if matches!(told.end, End::Unknown | End::Unreached) {
        *connection = None;
    }
    if let Some(seq) = told.seq {
        scene.stands_in(room as usize, seq);
    }
    let is_passing = is_passing(told.code.as_deref());
    if !is_passing {
        scene.fail(Failure::Broken(format!(
            "node {at} refused for good to change the membership of the guest: {:?}",
            told.code
        )));
    }
    let is_over = told.end == End::Acknowledged || !is_passing;
    scene.note(What::Changed {
        change,
        attempt,
        node,
        room,
        device,
        is_member,
        end: told.end,
        seq: told.seq,
        revision: told.revision,
        code: told.code,
    });
    is_over
}

async fn answer(
    scene: &Scene,
    gate: &Gate,
    connection: &mut Option<Connection>,
    asking: Asking,
) -> Result<Answer, End> {
    if connection.is_none() {
        *connection = Some(scene.connect(asking.node).await.map_err(|_| End::Unreached)?);
    }
    let Some(open) = connection else {
        return Err(End::Unreached);
    };
    let room = &scene.rooms[gate.room as usize];
    let token = &scene.tokens[room.members[0] as usize];
    let command_id = scene.command_id(NOBODY, asking.change);
    let path = format!("/v1/conversations/{}/members", room.id);
    let asked = match asking.is_member {
        true => {
            let body = json!({ "person_id": gate.person_id, "history": "from_now" });
            let asked = open.ask(Method::POST, &path, Some(token), Some(&command_id), Some(&body));
            timeout(ANSWER_TIMEOUT, asked).await
        }
        false => {
            let path = format!("{path}/{}", gate.person_id);
            let asked = open.ask(Method::DELETE, &path, Some(token), Some(&command_id), None);
            timeout(ANSWER_TIMEOUT, asked).await
        }
    };
    asked.map_err(|_| End::Unknown)?.map_err(|_| End::Unknown)
}
