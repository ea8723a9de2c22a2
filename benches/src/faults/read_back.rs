//! What is read at the end of a run: every page of every room from each node, and the audit record, by several connections at a time.
//! Everything read goes into the history.

use super::traffic::Scene;
use crate::failure::{Context, Failure, Outcome};
use crate::http::Connection;
use crate::wire;
use corridor_judge::history::What;
use futures_util::future::try_join_all;
use serde_json::Value;
use std::time::Duration;
use tokio::time::{sleep, timeout};

/// Longest time for a page.
const PAGE_TIMEOUT: Duration = Duration::from_secs(10);
/// How often a page is asked for that a node cannot give at the moment.
const TRIES_MAX: u32 = 40;
const AGAIN: Duration = Duration::from_millis(100);
/// In so many parts the record about each room is read, all at the same time.
const PARTS: u64 = 2;
/// The line of a message that was sent and stands.
const ACTION: &str = "message_sent";
const OUTCOME: &str = "accepted";

/// A part of the record about a room: the lines from `from` on that stand below `before`.
struct Part {
    room: usize,
    node: usize,
    from: u64,
    before: u64,
}

/// Reads all rooms from the run's first event to their ends, at every node.
pub async fn rooms(scene: &Scene) -> Outcome<()> {
    let reading = (0..scene.nodes.len()).map(|node| rooms_at(scene, node));
    try_join_all(reading).await.map(drop)
}

async fn rooms_at(scene: &Scene, node: usize) -> Outcome<()> {
    let mut connection = scene.connect(node).await?;
    for (number, room) in (0..).zip(&scene.rooms) {
        let token = &scene.tokens[room.members[0] as usize];
        let mut after = room.last_seq;
        loop {
            let path = format!("/v1/conversations/{}/events?after={after}&limit=100", room.id);
            let page = page(&mut connection, &path, token).await?;
            let events = page["events"].as_array().context("a page lacks its events")?;
            for event in events {
                after = event["seq"].as_u64().context("an event lacks its seq")?;
                scene.note(What::Page {
                    node: u32::try_from(node).unwrap_or(u32::MAX),
                    room: number,
                    seq: after,
                    message: mark_of(event),
                });
            }
            if events.is_empty() || page["has_more"] != true {
                break;
            }
        }
    }
    Ok(())
}

/// Which message an event on a page is, if it is one of the run.
pub fn mark_of(event: &Value) -> Option<[u32; 2]> {
    let sent = event["event"]["body"].as_str().and_then(wire::sent_of_body)?;
    Some([sent.lane, sent.counter])
}

/// Reads the audit record about all rooms, if there is somebody who may. Each part is read from one node, so that each line comes once.
pub async fn record(scene: &Scene) -> Outcome<()> {
    let Some(token) = &scene.officer else { return Ok(()) };
    let mut connection = scene.connect(0).await?;
    let newest = page(&mut connection, "/v1/audit?limit=1", token).await?;
    let end = newest["records"][0]["index"].as_u64().context("the record is empty")? + 1;
    let starts = (0..PARTS).map(|part| end * part / PARTS);
    let bounds: Vec<(u64, u64)> = starts.zip((1..=PARTS).map(|part| end * part / PARTS)).collect();
    let rooms = 0..scene.rooms.len();
    let places = rooms.flat_map(|room| bounds.iter().map(move |bound| (room, *bound)));
    let parts = places.enumerate().map(|(number, (room, (from, before)))| Part {
        room,
        node: number % scene.nodes.len(),
        from,
        before,
    });
    let lines = try_join_all(parts.map(|part| read(scene, token, part))).await?;
    scene.note(What::AuditRead {
        lines: lines.into_iter().sum(),
    });
    Ok(())
}

/// How many lines of messages there are.
async fn read(scene: &Scene, token: &str, part: Part) -> Outcome<u64> {
    let Part {
        room,
        node,
        from,
        mut before,
    } = part;
    let mut connection = scene.connect(node).await?;
    let (id, number) = (&scene.rooms[room].id, |number| {
        u32::try_from(number).unwrap_or(u32::MAX)
    });
    let mut count = 0;
    while before > from {
        let path = format!("/v1/audit?conversation_id={id}&limit=100&before={before}");
        let page = page(&mut connection, &path, token).await?;
        let records = page["records"]
            .as_array()
            .context("a page of the record lacks its lines")?;
        let is_here = |record: &&Value| record["index"].as_u64().is_some_and(|index| index >= from);
        for seq in records.iter().filter(is_here).filter_map(seq_of) {
            count += 1;
            scene.note(What::Audited {
                node: number(node),
                room: number(room),
                seq,
            });
        }
        before = page["next_before"].as_u64().unwrap_or(0);
    }
    Ok(count)
}

fn seq_of(record: &Value) -> Option<u64> {
    let is_sent = record["action"] == ACTION && record["outcome"] == OUTCOME;
    is_sent.then(|| record["ranges"][0]["from_seq"].as_u64())?
}

/// A page; asked for again while the node says that it cannot give it now.
async fn page(connection: &mut Connection, path: &str, token: &str) -> Outcome<Value> {
    for _ in 0..TRIES_MAX {
        let answer = timeout(PAGE_TIMEOUT, connection.get(path, Some(token))).await;
        let answer = answer.context("reading a page")??;
        if answer.status != 503 {
            return answer.expect(200);
        }
        sleep(AGAIN).await;
    }
    Err(Failure::Broken(format!("a node gives no page of {path}")))
}

#[cfg(test)]
mod tests {
    use super::{mark_of, seq_of};
    use serde_json::json;

    #[test]
    fn lines_of_other_deeds_and_of_refusals_are_not_counted() {
        let line = |action, outcome| {
            seq_of(&json!({ "action": action, "outcome": outcome, "ranges": [{ "from_seq": 7, "to_seq": 7 }] }))
        };
        assert_eq!(line("message_sent", "accepted"), Some(7));
        assert_eq!(line("message_sent", "not_a_member"), None);
        assert_eq!(line("member_added", "accepted"), None);
    }

    #[test]
    fn a_message_of_the_run_is_told_from_what_else_happens() {
        let event = |body| mark_of(&json!({ "seq": 4, "event": body }));
        assert_eq!(
            event(json!({ "type": "message_sent", "body": "000000010000000a and more" })),
            Some([1, 10])
        );
        assert_eq!(event(json!({ "type": "member_added" })), None);
    }
}
