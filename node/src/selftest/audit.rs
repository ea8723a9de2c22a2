//! Whether the audit record of the scratch workspace has what was written in it: one line for every message that was acknowledged.
//!
//! Reads the record as a compliance officer does. Refuses to know what else stands on it.

use super::client::Endpoint;
use super::failure::{Context, Outcome};
use super::question::Desk;
use super::scene::Room;
use serde::Serialize;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// The line of a message that was sent and stands.
const ACTION: &str = "message_sent";
const OUTCOME: &str = "accepted";

/// What the record has of the messages of the run.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct AuditSeen {
    /// Lines of messages that were sent.
    pub lines: u64,
    /// Acknowledged messages without a line.
    pub missing: u64,
    /// Messages with more than one.
    pub doubled: u64,
}

/// How many lines there are for each message, by room and place.
pub type Lines = BTreeMap<(u32, u64), u64>;

/// Reads all lines about these rooms.
pub async fn read(endpoint: &Endpoint, token: &str, rooms: &[Room]) -> Outcome<Lines> {
    let mut desk = Desk::at(endpoint.clone());
    let mut lines = Lines::new();
    for (number, room) in (0..).zip(rooms) {
        let mut before = String::new();
        loop {
            let path = format!("/v1/audit?conversation_id={}&limit=100{before}", room.id);
            let page = desk.get(&path, token).await?;
            let records = page["records"]
                .as_array()
                .context("a page of the record lacks its lines")?;
            for seq in records.iter().filter_map(seq_of) {
                *lines.entry((number, seq)).or_default() += 1;
            }
            match page["next_before"].as_u64() {
                Some(next) => before = format!("&before={next}"),
                None => break,
            }
        }
    }
    Ok(lines)
}

fn seq_of(record: &Value) -> Option<u64> {
    let is_sent = record["action"] == ACTION && record["outcome"] == OUTCOME;
    is_sent.then(|| record["ranges"][0]["from_seq"].as_u64())?
}

/// Compares them with what was acknowledged, by room and place.
pub fn compare(lines: &Lines, acknowledged: &BTreeSet<(u32, u64)>) -> AuditSeen {
    let missing = acknowledged.iter().filter(|place| !lines.contains_key(place));
    AuditSeen {
        lines: lines.values().sum(),
        missing: missing.count() as u64,
        doubled: lines.values().filter(|count| **count > 1).count() as u64,
    }
}

#[cfg(test)]
mod tests {
    use super::{AuditSeen, Lines, compare, seq_of};
    use serde_json::json;
    use std::collections::BTreeSet;

    #[test]
    fn a_message_has_one_line() {
        let lines = Lines::from([((0, 4), 1), ((0, 5), 2), ((1, 4), 1)]);
        let seen = compare(&lines, &BTreeSet::from([(0, 4), (0, 5), (0, 6)]));
        let expected = AuditSeen {
            lines: 4,
            missing: 1,
            doubled: 1,
        };
        assert_eq!(seen, expected);
    }

    #[test]
    fn other_deeds_and_refusals_are_not_counted() {
        let line = |action, outcome| {
            seq_of(&json!({ "action": action, "outcome": outcome, "ranges": [{ "from_seq": 7, "to_seq": 7 }] }))
        };
        assert_eq!(line("message_sent", "accepted"), Some(7));
        assert_eq!(line("message_sent", "not_a_member"), None);
        assert_eq!(line("looked", "accepted"), None);
    }
}
