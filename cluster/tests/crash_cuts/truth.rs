//! What must be: the same commands, one by one, on a state that never crashes.
//!
//! Stands between the recording and the checks. It is made without a planted mistake, and from the order of the log alone.

use crate::node::{OpenState, node_key, open_state};
use crate::recording::Recording;
use corridor_domain::command::{Acting, Envelope};
use corridor_domain::outcome::Answer;
use corridor_domain::refusal::Refusal;
use corridor_storage::apply::encode_command;
use corridor_storage::backend::MemoryBackend;
use corridor_storage::records::Progress;
use corridor_storage::replicated::{CommittedCommand, ReplicatedState as _};
use corridor_storage::sealing::StorageKey;
use std::collections::BTreeMap;

/// The key of the one record that is the node's own: how far its log was applied.
const MARKER_KEY: [u8; 2] = [0x01, 1];

/// What one command did.
pub struct Fact {
    pub revision: u64,
    pub envelope: Envelope,
    pub answer: Answer,
    /// Where the state stood afterwards.
    pub progress: Progress,
    /// Of all records, see [`digest`].
    pub digest: [u8; 16],
    /// The revision that first did what this one asks: an earlier one if it is a retry.
    pub done_at: u64,
}

/// Facts by revision.
pub struct Truth {
    facts: BTreeMap<u64, Fact>,
}

impl Truth {
    pub fn of(recording: &Recording) -> Self {
        let state = open_state(&MemoryBackend::new(), &node_key()).unwrap();
        let mut facts = BTreeMap::new();
        for (revision, (at_ms, envelope)) in &recording.commands {
            let command = CommittedCommand {
                revision: *revision,
                at_ms: *at_ms,
                command: encode_command(envelope).unwrap(),
            };
            let answer = state.applied.apply(vec![command], Vec::new()).unwrap().remove(0);
            let fact = Fact {
                revision: *revision,
                envelope: envelope.clone(),
                done_at: answer.revision(),
                answer,
                progress: state.applied.progress(),
                digest: digest(&state),
            };
            facts.insert(*revision, fact);
        }
        Self { facts }
    }

    /// The last fact at or before an index of the log.
    pub fn at(&self, index: u64) -> Option<&Fact> {
        self.facts.range(..=index).next_back().map(|(_, fact)| fact)
    }

    pub fn up_to(&self, index: u64) -> impl Iterator<Item = (u64, &Fact)> {
        self.facts.range(..=index).map(|(revision, fact)| (*revision, fact))
    }

    /// The fact of one revision.
    pub fn fact(&self, revision: u64) -> Option<&Fact> {
        self.facts.get(&revision)
    }

    /// What is kept for retries in a state at this revision: the first answer to each id of a person.
    pub fn kept(&self, last: u64) -> Vec<&Fact> {
        let mut first = BTreeMap::new();
        for (_, fact) in self.up_to(last) {
            let nobody = matches!(
                fact.answer,
                Answer::Refused {
                    refusal: Refusal::NotSignedIn,
                    ..
                }
            );
            if let Acting::Person { person, .. } = fact.envelope.acting
                && fact.envelope.command.is_answered_once()
                && !nobody
            {
                first.entry((person.0, fact.envelope.command_id)).or_insert(fact);
            }
        }
        first.into_values().collect()
    }
}

/// Of every key and clear value of a state, but its marker.
pub fn digest(state: &OpenState) -> [u8; 16] {
    let mut bytes = Vec::new();
    for record in state.applied.snapshot().unwrap().records() {
        let (key, value) = record.unwrap();
        if key != MARKER_KEY {
            bytes.extend_from_slice(&(key.len() as u64).to_le_bytes());
            bytes.extend_from_slice(&key);
            bytes.extend_from_slice(&(value.len() as u64).to_le_bytes());
            bytes.extend_from_slice(&value);
        }
    }
    StorageKey::from_bytes([0; 32]).fingerprint(&bytes)
}
