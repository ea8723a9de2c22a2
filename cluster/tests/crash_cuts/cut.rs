//! One cut: what is left is opened again, as a node does at its start, and must be everything that was promised.
//!
//! Stands between the recording and the checks. Every cut reads the log back through openraft's stores; every tenth starts a
//! whole group.

use crate::check::{Checked, Finding, content, ensure};
use crate::node::{GROUP, Node, OpenState, group_config, node_key, open_log, open_state};
use crate::recording::Recording;
use crate::truth::{Truth, digest};
use corridor_cluster::{Group, Hosting, suite};
use corridor_domain::command::Envelope;
use corridor_domain::outcome::Answer;
use corridor_domain::refusal::Refusal;
use corridor_storage::apply::{AppliedState, encode_command};
use corridor_storage::backend::{Backend as _, MemoryBackend};
use corridor_storage::disk::{Batches, Files, Kept, Remains, Replay, Trace};
use corridor_storage::log::LogStore;
use corridor_storage::records::Progress;
use corridor_storage::replicated::{CommittedCommand, ReplicatedState as _};
use corridor_storage::sealing::StorageKey;
use corridor_storage::world::TestWorld;
use std::collections::HashSet;
use std::fmt::Display;
use std::sync::{Arc, Mutex};
use std::time::Duration;

const SOON: Duration = Duration::from_secs(20);
/// One retry in so many is also tried with other words.
const CONFLICT_EVERY: usize = 5;

/// How the end came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// The process was killed; the machine went on.
    Killed,
    /// The power went; nothing stayed that was not synced.
    Power,
    /// The power went; the state's journal had reached the disk by itself, the log had not.
    StateAhead,
    /// The power went in the middle of a write.
    Torn,
    /// The power went; some of what was not synced had reached the disk.
    Partly,
}

impl Kind {
    pub const ALL: [Self; 5] = [Self::Killed, Self::Power, Self::StateAhead, Self::Torn, Self::Partly];

    /// What such an end after an operation leaves.
    pub fn kept(self, operation: usize, seed: u64) -> Kept {
        let seed = (operation as u64) << 8 | seed;
        let (files, batches) = match self {
            Self::Killed => (Files::All, Batches::All),
            Self::Power => (Files::Synced, Batches::Persisted),
            Self::StateAhead => (Files::Synced, Batches::All),
            Self::Torn => (Files::Torn(seed), Batches::Some(seed)),
            Self::Partly => (Files::Some(seed), Batches::Some(!seed)),
        };
        Kept { files, batches }
    }

    /// How many different ends of this kind are tried after each operation.
    pub fn seeds(self) -> u64 {
        match self {
            Self::Killed | Self::Power | Self::StateAhead => 1,
            Self::Torn | Self::Partly => 2,
        }
    }
}

/// What all cuts of a recording share.
pub struct Bench<'a> {
    pub recording: &'a Recording,
    pub truth: &'a Truth,
    /// States that were found whole: the same records need no second look.
    pub seen_whole: Mutex<HashSet<[u8; 16]>>,
}

/// What is left, and what had been promised by then.
pub struct Cut<'a> {
    pub remains: &'a Remains,
    /// The highest revision that somebody was told of.
    pub promised: Option<u64>,
    pub with_group: bool,
}

impl Bench<'_> {
    /// What was told in the run is what a clean replay tells.
    pub fn told(&self) -> Checked {
        for told in &self.recording.acknowledged {
            let fact = self.truth.fact(told.answer.revision());
            ensure(fact.is_some_and(|fact| fact.answer == told.answer), "told", || {
                format!("{told:?}, a clean replay says {:?}", fact.map(|fact| &fact.answer))
            })?;
        }
        Ok(())
    }

    /// Opens what is left and checks it.
    pub async fn check(&self, cut: &Cut<'_>) -> Checked {
        let node = Node::after(cut.remains);
        let log: Arc<dyn LogStore> = Arc::new(open_log(&node.place, &node.disk).map_err(opens)?);
        let state = open_state(&node.backend, &node_key()).map_err(opens)?;
        self.position(&state)?;
        // A group adds an entry of its new term.
        let in_log = log.last_index(GROUP).and_then(|last| self.truth.at(last));
        let in_log = in_log.map_or(0, |fact| fact.revision);
        if cut.with_group {
            let group = start(Arc::clone(&log), &state).await?;
            let checked = self.opened(cut, in_log, &state, Ask::Group(&group)).await;
            group.shutdown().await;
            checked
        } else {
            let replayed = suite::replay(GROUP, Arc::clone(&log), Arc::clone(&state.applied)).await;
            replayed.map_err(opens)?;
            self.opened(cut, in_log, &state, Ask::State).await
        }
    }

    async fn opened(&self, cut: &Cut<'_>, in_log: u64, state: &OpenState, ask: Ask<'_>) -> Checked {
        let found = state.applied.progress().revision;
        ensure(in_log == found, "replay", || {
            format!("the log goes up to {in_log}, the state up to {found}")
        })?;
        ensure(
            cut.promised.is_none_or(|promised| promised <= found),
            "promised",
            || format!("{:?} was told, the log ends at {found}", cut.promised),
        )?;
        self.whole(state, ask).await
    }

    /// How far a state says that it has come is a place of the one history.
    fn position(&self, state: &OpenState) -> Checked {
        let progress = state.applied.progress();
        let wanted = self.truth.fact(progress.revision).map(|fact| fact.progress.clone());
        ensure(progress == wanted.unwrap_or_default(), "position", || {
            format!("{progress:?} is of no clean replay")
        })
    }

    /// Checks everything in a state, and then asks again what had been asked.
    async fn whole(&self, state: &OpenState, ask: Ask<'_>) -> Checked {
        self.position(state)?;
        let last = state.applied.progress().revision;
        let digest = digest(state);
        if !self.seen_whole.lock().unwrap().contains(&digest) {
            content(state, self.truth, last)?;
            self.seen_whole.lock().unwrap().insert(digest);
        }
        self.retries(state, last, ask).await?;
        let clean = self.truth.fact(last).map(|fact| fact.digest);
        ensure(clean.is_none_or(|clean| clean == digest), "records", || {
            format!("at {last} the records differ from those of a clean replay")
        })
    }

    /// Under the same id the same words get the same answer, and other words a refusal; neither does anything.
    async fn retries(&self, state: &OpenState, last: u64, ask: Ask<'_>) -> Checked {
        let kept = self.truth.kept(last);
        let others = kept.iter().step_by(CONFLICT_EVERY).map(|fact| Envelope {
            fingerprint: [0xEE; 16],
            ..fact.envelope.clone()
        });
        let asked: Vec<Envelope> = kept.iter().map(|fact| fact.envelope.clone()).chain(others).collect();
        let before = state.applied.progress();
        state.heard.lock().unwrap().clear();
        let answers = ask.all(state, &asked, &before).await?;
        let (same, other) = answers.split_at(kept.len());
        for (fact, answer) in kept.iter().zip(same) {
            ensure(*answer == fact.answer, "retry", || {
                format!("{:?}: first {:?}, now {answer:?}", fact.envelope, fact.answer)
            })?;
        }
        for answer in other {
            let refused = [Refusal::IdempotencyConflict, Refusal::NotSignedIn];
            let is_refused = matches!(answer, Answer::Refused { refusal, .. } if refused.contains(refusal));
            ensure(is_refused, "conflict", || {
                format!("other words under a used id: {answer:?}")
            })?;
        }
        let done = state
            .heard
            .lock()
            .unwrap()
            .iter()
            .any(|applied| !applied.changes.is_empty());
        let lines = state.applied.progress().audit_count - before.audit_count;
        ensure(!done && lines == other.len() as u64, "retry", || {
            format!(
                "asking again changed something, or wrote {lines} lines for {}",
                other.len()
            )
        })
    }

    /// A new node takes over from each snapshot of the run: it must be what was there, and go on.
    pub async fn snapshots(&self) -> Checked {
        for taken in &self.recording.snapshots {
            let trace = Trace::new();
            let backend = MemoryBackend::recording(trace.clone());
            let key = StorageKey::from_bytes([8; 32]);
            let state = open_state(&backend, &key).map_err(opens)?;
            state.applied.install(taken.snapshot()).map_err(opens)?;
            state.applied.persist().map_err(opens)?;
            let at = state.applied.progress().revision;
            self.whole(&state, Ask::State).await?;
            let after = open_state(&backend.after_power_cut(), &key).map_err(opens)?;
            after.applied.install(taken.snapshot()).map_err(opens)?;
            let missed = self.recording.commands.range(at + 1..);
            for (revision, (at_ms, envelope)) in missed {
                let command = committed(*revision, *at_ms, envelope);
                after.applied.apply(vec![command], Vec::new()).map_err(opens)?;
            }
            self.whole(&after, Ask::State).await?;
            self.installing(&trace, &key, at)?;
        }
        Ok(())
    }

    /// A crash while a snapshot is installed leaves nothing of it, or all.
    fn installing(&self, trace: &Trace, key: &StorageKey, at: u64) -> Checked {
        let mut replay = Replay::new();
        for (number, operation) in trace.operations().iter().enumerate().take(2) {
            replay.play(operation);
            for kind in Kind::ALL {
                let left = replay.left(kind.kept(number, 0)).backend(Trace::new());
                let state = open_state(&left, key).map_err(opens)?;
                let found = state.applied.progress().revision;
                let whole = found == at && self.truth.fact(at).map(|fact| fact.digest) == Some(digest(&state));
                let empty = found == 0 && left.size_bytes() == 0;
                ensure(whole || empty, "install", || {
                    format!("{kind:?} left a mixture at {found} of the snapshot at {at}")
                })?;
            }
        }
        Ok(())
    }
}

/// Whom to ask again.
#[derive(Clone, Copy)]
enum Ask<'a> {
    State,
    Group(&'a Group<AppliedState>),
}

impl Ask<'_> {
    async fn all(self, state: &OpenState, asked: &[Envelope], before: &Progress) -> Result<Vec<Answer>, Finding> {
        match self {
            Self::State => {
                let commands = (before.revision + 1..)
                    .zip(asked)
                    .map(|(revision, envelope)| committed(revision, before.at_ms + 1, envelope))
                    .collect();
                let marker = state.applied.marker().map_err(opens)?.unwrap_or_default();
                state.applied.apply(commands, marker).map_err(opens)
            }
            Self::Group(group) => {
                let proposer = group.proposer();
                let propose = |envelope| proposer.propose(encode_command(envelope).unwrap());
                let pending: Vec<_> = asked.iter().map(propose).collect();
                let mut answers = Vec::new();
                for pending in pending {
                    answers.push(pending.await.map_err(opens)?);
                }
                Ok(answers)
            }
        }
    }
}

fn committed(revision: u64, at_ms: u64, envelope: &Envelope) -> CommittedCommand {
    CommittedCommand {
        revision,
        at_ms,
        command: encode_command(envelope).unwrap(),
    }
}

async fn start(log: Arc<dyn LogStore>, state: &OpenState) -> Result<Group<AppliedState>, Finding> {
    let world = Arc::new(TestWorld::new(0, 11));
    let never_fatal = Arc::new(|problem: &str| panic!("fatal: {problem}"));
    let applied = Arc::clone(&state.applied);
    let group = Group::start(
        GROUP,
        group_config(),
        Hosting::alone(1, world, never_fatal),
        log,
        applied,
    )
    .await;
    let group = group.map_err(opens)?;
    group.wait_ready(SOON).await.map_err(opens)?;
    Ok(group)
}

fn opens(error: impl Display) -> Finding {
    Finding {
        check: "opens",
        what: error.to_string(),
    }
}
