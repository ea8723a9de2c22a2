//! The seam between agreement and applied state.
//!
//! Stands where a committed command leaves the log and becomes state: the cluster calls, the state answers. Neither side
//! knows the other's types: the cluster's position is an opaque marker here, a command is opaque there.

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;

/// A command that a quorum has made durable; nothing can take it back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommittedCommand {
    /// The log index: the one order of everything in the workspace.
    pub revision: u64,
    /// The leader's stamp. Never smaller than the one before it from the same leader; the state keeps its own maximum.
    pub at_ms: u64,
    /// What was proposed.
    pub command: Bytes,
}

/// The version of commands that every program applies.
pub const LOWEST_COMMAND_VERSION: u8 = 1;

/// Applied state, driven by the log.
pub trait ReplicatedState: Send + Sync + 'static {
    /// What applying one command answers to whoever proposed it.
    type Answer: Clone + Send + Sync + 'static;

    /// The highest version of commands that this program applies.
    const COMMAND_VERSION: u8 = LOWEST_COMMAND_VERSION;

    /// The version of a command. One that some member of the group does not apply is never proposed.
    fn command_version(_command: &[u8]) -> u8 {
        LOWEST_COMMAND_VERSION
    }

    /// The highest version of a command that was applied: every member of the group applies it, or it were none any more.
    fn applied_version(&self) -> u8 {
        LOWEST_COMMAND_VERSION
    }

    /// The bytes of an answer, for the node whose client asked.
    fn encode_answer(answer: &Self::Answer) -> io::Result<Bytes>;

    /// The answer of these bytes.
    fn decode_answer(bytes: &[u8]) -> io::Result<Self::Answer>;

    /// The marker saved with the last applied batch, or `None` if nothing was ever applied.
    fn marker(&self) -> io::Result<Option<Vec<u8>>>;

    /// Applies `commands` in order as one atomic batch together with `marker`; one answer per command.
    ///
    /// Called also without commands, when only the marker moves. An error ends the process: it must mean that the disk
    /// failed, never that a command was refused (a refusal is an answer).
    fn apply(&self, commands: Vec<CommittedCommand>, marker: Vec<u8>) -> io::Result<Vec<Self::Answer>>;

    /// The time of the last command applied, in milliseconds since 1970; 0 if the state keeps none. The next stamp is not before it.
    fn time_ms(&self) -> u64 {
        0
    }

    /// Makes everything applied so far durable. The log is purged only up to what this has covered.
    fn persist(&self) -> io::Result<()>;

    /// A view of this moment, cheap to take.
    fn snapshot(&self) -> io::Result<StateSnapshot>;

    /// Replaces everything by `snapshot`, its marker included, so that a crash leaves the old or the new, never a mixture.
    fn install(&self, snapshot: StateSnapshot) -> io::Result<()>;
}

/// One record of a snapshot: key and opened value.
pub type SnapshotRecord = (Vec<u8>, Vec<u8>);

/// The records of a snapshot, in key order.
pub type SnapshotRecords = Box<dyn Iterator<Item = io::Result<SnapshotRecord>> + Send>;

/// A point-in-time view of the whole state: the marker, and a way to walk the records as often as needed.
///
/// Holding one may keep old versions of records on disk: drop it soon.
#[derive(Clone)]
pub struct StateSnapshot {
    marker: Vec<u8>,
    records: Arc<dyn Fn() -> SnapshotRecords + Send + Sync>,
}

impl StateSnapshot {
    /// A view with this marker (empty if nothing was ever applied) whose records `records` walks from the start.
    pub fn new(marker: Vec<u8>, records: impl Fn() -> SnapshotRecords + Send + Sync + 'static) -> Self {
        Self {
            marker,
            records: Arc::new(records),
        }
    }

    /// The marker of the last batch the view contains; empty if nothing was ever applied.
    pub fn marker(&self) -> &[u8] {
        &self.marker
    }

    /// The same records under another marker: the receiver of a snapshot notes that it was installed.
    #[must_use]
    pub fn with_marker(mut self, marker: Vec<u8>) -> Self {
        self.marker = marker;
        self
    }

    /// Walks the records from the first.
    pub fn records(&self) -> SnapshotRecords {
        (self.records)()
    }
}

impl fmt::Debug for StateSnapshot {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "StateSnapshot(marker of {} bytes)", self.marker.len())
    }
}

/// A state in memory, for tests and measurements: keeps every command under its revision, answers with what it saw.
#[derive(Debug, Clone, Default)]
pub struct MemoryState {
    shared: Arc<Mutex<MemoryStateContent>>,
}

#[derive(Debug, Clone, Default)]
struct MemoryStateContent {
    live: MemoryStateVersion,
    /// What a power cut leaves.
    persisted: MemoryStateVersion,
}

#[derive(Debug, Clone, Default)]
struct MemoryStateVersion {
    marker: Option<Vec<u8>>,
    commands: BTreeMap<u64, (u64, Bytes)>,
}

/// The answer of [`MemoryState`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemoryAnswer {
    /// The command's revision.
    pub revision: u64,
    /// The leader's stamp it was applied under.
    pub at_ms: u64,
    /// How many commands the state holds, this one included.
    pub count: u64,
}

impl MemoryState {
    /// An empty state.
    pub fn new() -> Self {
        Self::default()
    }

    /// All commands applied so far, with their revisions.
    pub fn commands(&self) -> Vec<(u64, Bytes)> {
        let content = self.shared.lock().unwrap_or_else(PoisonError::into_inner);
        content
            .live
            .commands
            .iter()
            .map(|(revision, (_, command))| (*revision, command.clone()))
            .collect()
    }

    /// What the disk would hold after a power cut now: everything since the last persist is gone.
    #[must_use]
    pub fn after_power_cut(&self) -> Self {
        let content = self.shared.lock().unwrap_or_else(PoisonError::into_inner);
        let persisted = content.persisted.clone();
        Self {
            shared: Arc::new(Mutex::new(MemoryStateContent {
                live: persisted.clone(),
                persisted,
            })),
        }
    }
}

impl ReplicatedState for MemoryState {
    type Answer = MemoryAnswer;

    const COMMAND_VERSION: u8 = 2;

    /// Text is of version 1; what begins with a byte that no text begins with is of that version.
    fn command_version(command: &[u8]) -> u8 {
        let first = command.first().copied();
        first.filter(|first| *first < b' ').unwrap_or(LOWEST_COMMAND_VERSION)
    }

    fn applied_version(&self) -> u8 {
        let versions = self
            .commands()
            .into_iter()
            .map(|(_, command)| Self::command_version(&command));
        versions.max().unwrap_or(LOWEST_COMMAND_VERSION)
    }

    fn encode_answer(answer: &MemoryAnswer) -> io::Result<Bytes> {
        let numbers = [answer.revision, answer.at_ms, answer.count];
        Ok(numbers.map(u64::to_be_bytes).concat().into())
    }

    fn decode_answer(bytes: &[u8]) -> io::Result<MemoryAnswer> {
        let (numbers, _) = bytes.as_chunks::<8>();
        match numbers {
            [revision, at_ms, count] => Ok(MemoryAnswer {
                revision: u64::from_be_bytes(*revision),
                at_ms: u64::from_be_bytes(*at_ms),
                count: u64::from_be_bytes(*count),
            }),
            _ => Err(io::ErrorKind::InvalidData.into()),
        }
    }

    fn marker(&self) -> io::Result<Option<Vec<u8>>> {
        Ok(self
            .shared
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .live
            .marker
            .clone())
    }

    fn apply(&self, commands: Vec<CommittedCommand>, marker: Vec<u8>) -> io::Result<Vec<MemoryAnswer>> {
        let mut content = self.shared.lock().unwrap_or_else(PoisonError::into_inner);
        let mut answers = Vec::with_capacity(commands.len());
        for CommittedCommand {
            revision,
            at_ms,
            command,
        } in commands
        {
            if content.live.commands.insert(revision, (at_ms, command)).is_some() {
                return Err(io::Error::other(format!("revision {revision} applied twice")));
            }
            answers.push(MemoryAnswer {
                revision,
                at_ms,
                count: content.live.commands.len() as u64,
            });
        }
        content.live.marker = Some(marker);
        Ok(answers)
    }

    fn persist(&self) -> io::Result<()> {
        let mut content = self.shared.lock().unwrap_or_else(PoisonError::into_inner);
        content.persisted = content.live.clone();
        Ok(())
    }

    fn snapshot(&self) -> io::Result<StateSnapshot> {
        let view = self.shared.lock().unwrap_or_else(PoisonError::into_inner).live.clone();
        let marker = view.marker.clone().unwrap_or_default();
        let view = Arc::new(view);
        Ok(StateSnapshot::new(marker, move || {
            let records: Vec<_> = view
                .commands
                .iter()
                .map(|(revision, value)| Ok(encode_record(*revision, value)))
                .collect();
            Box::new(records.into_iter())
        }))
    }

    fn install(&self, snapshot: StateSnapshot) -> io::Result<()> {
        let mut version = MemoryStateVersion {
            marker: Some(snapshot.marker().to_vec()),
            commands: BTreeMap::new(),
        };
        for record in snapshot.records() {
            let (revision, value) = decode_record(record?)?;
            version.commands.insert(revision, value);
        }
        let mut content = self.shared.lock().unwrap_or_else(PoisonError::into_inner);
        content.live = version;
        Ok(())
    }
}

fn encode_record(revision: u64, (at_ms, command): &(u64, Bytes)) -> SnapshotRecord {
    (
        revision.to_be_bytes().to_vec(),
        [at_ms.to_be_bytes().as_slice(), command].concat(),
    )
}

fn decode_record((key, value): SnapshotRecord) -> io::Result<(u64, (u64, Bytes))> {
    let short = || io::Error::new(io::ErrorKind::InvalidData, "snapshot record is too short");
    let revision = key.first_chunk::<8>().ok_or_else(short)?;
    let (at_ms, command) = value.split_first_chunk::<8>().ok_or_else(short)?;
    Ok((
        u64::from_be_bytes(*revision),
        (u64::from_be_bytes(*at_ms), Bytes::copy_from_slice(command)),
    ))
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::{CommittedCommand, MemoryState, ReplicatedState};

    fn command(revision: u64) -> CommittedCommand {
        CommittedCommand {
            revision,
            at_ms: revision * 10,
            command: Bytes::from(format!("command {revision}")),
        }
    }

    #[test]
    fn a_snapshot_is_of_its_moment_and_installs_elsewhere() {
        let state = MemoryState::new();
        state.apply(vec![command(1), command(2)], b"two".to_vec()).unwrap();
        let snapshot = state.snapshot().unwrap();
        state.apply(vec![command(3)], b"three".to_vec()).unwrap();
        let other = MemoryState::new();
        other.install(snapshot).unwrap();
        assert_eq!(other.marker().unwrap(), Some(b"two".to_vec()));
        assert_eq!(other.commands(), state.commands()[..2]);
    }

    #[test]
    fn a_power_cut_takes_what_was_not_persisted() {
        let state = MemoryState::new();
        state.apply(vec![command(1)], b"one".to_vec()).unwrap();
        state.persist().unwrap();
        state.apply(vec![command(2)], b"two".to_vec()).unwrap();
        let left = state.after_power_cut();
        assert_eq!(left.marker().unwrap(), Some(b"one".to_vec()));
        assert_eq!(left.commands().len(), 1);
    }
}
