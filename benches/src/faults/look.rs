//! A sender's look at its room at another node than the one that acknowledged its last message: it tells that node the revision of the
//! acknowledgement, and what it sees goes into the history. Refuses to know what it must see.

use super::read_back::mark_of;
use super::traffic::{LastWord, Scene, is_passing};
use crate::failure::{Failure, Outcome};
use crate::http::{Answer, Connection};
use corridor_judge::history::What;
use serde_json::Value;
use std::time::Duration;
use tokio::time::timeout;

/// Longest time for a look; who is not answered by then goes on without.
const LOOK_TIMEOUT: Duration = Duration::from_millis(2_000);

/// One look, asked once.
pub async fn look(
    scene: &Scene,
    connection: &mut Option<Connection>,
    [sender, look]: [u32; 2],
    node: usize,
    last: LastWord,
) {
    let (person, room) = scene.senders[sender as usize];
    scene.note(What::Look {
        sender,
        look,
        node: u32::try_from(node).unwrap_or(u32::MAX),
        room,
        revision: last.revision,
    });
    let mut code = None;
    let mut seen = (None, None);
    match page(scene, connection, [person, room], node, last).await {
        Ok(answer) => {
            let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
            match answer.status {
                200 => seen = (body["last_seq"].as_u64(), mark_of(&body["events"][0])),
                _ => code = Some(body["code"].as_str().unwrap_or("not_understood").to_owned()),
            }
            if !is_passing(code.as_deref()) {
                let failure = format!("node {node} refused a look for good: {code:?}");
                scene.fail(Failure::Broken(failure));
            }
        }
        Err(why) => {
            *connection = None;
            code = Some(why.to_owned());
        }
    }
    let (last_seq, message) = seen;
    if last_seq.is_none() && code.is_none() {
        scene.fail(Failure::Broken(format!(
            "node {node} gave a page that does not say where it ends"
        )));
    }
    scene.note(What::Saw {
        sender,
        look,
        last_seq,
        message,
        code,
    });
}

async fn page(
    scene: &Scene,
    connection: &mut Option<Connection>,
    [person, room]: [u32; 2],
    node: usize,
    last: LastWord,
) -> Result<Answer, &'static str> {
    if connection.is_none() {
        *connection = Some(scene.connect(node).await.map_err(|_| "unreached")?);
    }
    let Some(open) = connection else {
        return Err("unreached");
    };
    let (id, after) = (&scene.rooms[room as usize].id, last.seq.saturating_sub(1));
    let path = format!("/v1/conversations/{id}/events?after={after}&limit=1");
    let asking = open.get_at(&path, &scene.tokens[person as usize], last.revision);
    let answer: Outcome<Answer> = timeout(LOOK_TIMEOUT, asking).await.map_err(|_| "unknown")?;
    answer.map_err(|_| "unknown")
}
