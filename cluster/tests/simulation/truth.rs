//! What must be: the same commands, one by one, on a state that never crashes and has no neighbours.
//!
//! Stands after a run, beside the checker: the history says what was told, this says what was right.

use crate::duty::Duty;
use crate::history::{Happened, Line};
use crate::record::Record;
use crate::witness::{Ledger, decode, digest, hex, workspace_key};
use corridor_domain::command::Envelope;
use corridor_domain::ids::ConversationId;
use corridor_domain::outcome::{Answer, Change};
use corridor_storage::apply::{Applied, AppliedState};
use corridor_storage::backend::MemoryBackend;
use corridor_storage::reader::Reader;
use corridor_storage::replicated::ReplicatedState as _;
use corridor_storage::sealing::StorageKey;
use corridor_storage::state::State;
use corridor_storage::world::TestWorld;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

/// What a clean replay says.
pub struct Truth {
    answers: BTreeMap<u64, Answer>,
    hashes: BTreeMap<u64, String>,
    /// Of all records at the end.
    pub digest: String,
    /// The first revision at which a duty was not done, and which.
    undone: Option<(u64, String)>,
    /// What came about in the clinic, by name.
    pub seen: BTreeSet<&'static str>,
    /// Everywhere anything was said.
    pub conversations: BTreeSet<ConversationId>,
}

impl Truth {
    /// Applies everything of a ledger.
    pub fn of(ledger: &Ledger) -> Self {
        let world = Arc::new(TestWorld::new(0, 3));
        let key = StorageKey::from_bytes([1; 32]);
        let state = State::new(Arc::new(MemoryBackend::new()), world, &key, &workspace_key());
        let heard: Arc<Mutex<BTreeSet<ConversationId>>> = Arc::default();
        let ear = Arc::clone(&heard);
        let listener = move |applied: Vec<Applied>| {
            let changes = applied.iter().flat_map(|applied| &applied.changes);
            let conversations = changes.filter_map(|change| match change {
                Change::Event { conversation, .. } => Some(*conversation),
                _ => None,
            });
            ear.lock().unwrap_or_else(PoisonError::into_inner).extend(conversations);
        };
        let applied = AppliedState::open(state.clone(), Box::new(listener)).expect("an empty state opens");
        let (mut answers, mut hashes) = (BTreeMap::new(), BTreeMap::new());
        let (reader, mut duty, mut undone) = (Reader::new(state), Duty::default(), None);
        for command in ledger.all() {
            let (revision, envelope) = (command.revision, decode(&command.command));
            let answer = applied
                .apply(vec![command], Vec::new())
                .expect("memory does not fail")
                .remove(0);
            let now_ms = applied.progress().at_ms;
            // Whoever asks again is told what was done before; nothing is done now.
            if let Some(envelope) = envelope.filter(|_| answer.revision() == revision)
                && let Err(what) = duty.look(&envelope, &answer, &reader, now_ms)
            {
                undone.get_or_insert((revision, what));
            }
            answers.insert(revision, answer);
            hashes.insert(revision, hex(&applied.progress().hash[..8]));
        }
        let conversations = heard.lock().unwrap_or_else(PoisonError::into_inner).clone();
        Self {
            answers,
            hashes,
            digest: digest(&applied),
            conversations,
            undone,
            seen: duty.seen,
        }
    }

    /// Holds what was told and what the nodes wrote against it.
    pub fn check(&self, answers: &[(Envelope, Answer)], history: &[Line], record: &Record) {
        let violated = |check: &str, detail: String| {
            record.happened(Happened::Violated {
                check: check.to_owned(),
                detail,
            });
        };
        if let Some((revision, what)) = &self.undone {
            violated("duty", format!("at {revision}: {what}"));
        }
        for (envelope, answer) in answers {
            let right = self.answers.get(&answer.revision());
            if right != Some(answer) {
                let name = envelope.command_id;
                violated(
                    "truth",
                    format!("{name:?} was told {answer:?}, a clean replay says {right:?}"),
                );
            }
        }
        let wrong = history.iter().find_map(|line| match &line.happened {
            Happened::Applied {
                node, revision, hash, ..
            } if *revision > 0 && self.hashes.get(revision) != Some(hash) => Some((*node, *revision)),
            _ => None,
        });
        if let Some((node, revision)) = wrong {
            violated(
                "truth",
                format!("node {node} is at {revision} in no state of a clean replay"),
            );
        }
    }
}
