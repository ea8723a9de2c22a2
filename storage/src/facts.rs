//! The state of group 0 on this node's disk: what the cluster knows of itself, small enough to be written whole.
//!
//! Stands where a committed command of group 0 becomes state. The rules are `node/domain/src/cluster.rs`; here are its bytes: one sealed
//! file, written beside and renamed, so that a crash leaves the old or the new. What was applied since is replayed from the log. It
//! refuses to know where workspaces run.

use crate::replicated::{CommittedCommand, ReplicatedState, SnapshotRecords, StateSnapshot};
use crate::sealing::StorageKey;
use crate::world::World;
use bytes::Bytes;
use corridor_domain::cluster::{ClusterAnswer, ClusterCommand, ClusterFacts};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

const FILE_NAME: &str = "facts";
/// What is in front of everything that is written here, and of every command and answer.
const FORMAT: u8 = 1;
/// Of the one record of a snapshot.
const SNAPSHOT_KEY: &[u8] = b"facts";

/// Called with the facts after they changed, on the thread that applies: it must not wait.
pub type OnChange = Box<dyn Fn(&ClusterFacts) + Send + Sync>;

/// What a replica of group 0 holds.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Content {
    revision: u64,
    at_ms: u64,
    facts: ClusterFacts,
}

/// What is in the file.
#[derive(Serialize, Deserialize)]
struct Written {
    marker: Vec<u8>,
    content: Content,
}

#[derive(Default)]
struct Held {
    marker: Option<Vec<u8>>,
    content: Content,
}

/// The state of group 0.
pub struct FactsState {
    path: PathBuf,
    key: StorageKey,
    world: Arc<dyn World>,
    held: Mutex<Held>,
    on_change: OnChange,
}

/// The bytes of a command for group 0.
pub fn encode_command(command: &ClusterCommand) -> io::Result<Bytes> {
    encode(command).map(Bytes::from)
}

fn encode(value: &impl Serialize) -> io::Result<Vec<u8>> {
    postcard::to_extend(value, vec![FORMAT]).map_err(io::Error::other)
}

fn decode<T: DeserializeOwned>(bytes: &[u8]) -> io::Result<T> {
    let unknown = |why: &str| io::Error::new(io::ErrorKind::InvalidData, format!("the cluster's facts: {why}"));
    match bytes.split_first() {
        Some((&FORMAT, body)) => postcard::from_bytes(body).map_err(|_| unknown("damaged")),
        _ => Err(unknown("of a form that this program does not know")),
    }
}

impl FactsState {
    /// What is in this folder; nothing yet, if there is no file.
    pub fn open(folder: &Path, node_key: &StorageKey, world: Arc<dyn World>, on_change: OnChange) -> io::Result<Self> {
        fs::create_dir_all(folder)?;
        if let Some(parent) = folder.parent() {
            // Its name must not be gone when the log that would make it again was purged.
            File::open(parent)?.sync_all()?;
        }
        let (path, key) = (folder.join(FILE_NAME), node_key.derive("facts"));
        let held = match fs::read(&path) {
            Ok(sealed) => {
                let written: Written = decode(&key.open(FILE_NAME.as_bytes(), &sealed)?)?;
                Held {
                    marker: Some(written.marker),
                    content: written.content,
                }
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Held::default(),
            Err(error) => return Err(error),
        };
        on_change(&held.content.facts);
        Ok(Self {
            path,
            key,
            world,
            held: Mutex::new(held),
            on_change,
        })
    }

    /// How far it has come, and the hash of what it holds: equal on all replicas at equal revisions.
    pub fn standing(&self) -> io::Result<(u64, [u8; 32])> {
        let held = self.held();
        let hash = Sha256::digest(encode(&held.content)?).into();
        Ok((held.content.revision, hash))
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Durable when it returns.
    fn write(&self, marker: &[u8], content: &Content) -> io::Result<()> {
        let written = Written {
            marker: marker.to_vec(),
            content: content.clone(),
        };
        let sealed = self
            .key
            .seal(self.world.as_ref(), FILE_NAME.as_bytes(), &encode(&written)?);
        let beside = self.path.with_extension("new");
        let mut options = OpenOptions::new();
        let mut file = options
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(&beside)?;
        file.write_all(&sealed)?;
        file.sync_all()?;
        fs::rename(&beside, &self.path)?;
        match self.path.parent() {
            Some(folder) => File::open(folder)?.sync_all(),
            None => Ok(()),
        }
    }
}

impl ReplicatedState for FactsState {
    type Answer = ClusterAnswer;

    fn encode_answer(answer: &ClusterAnswer) -> io::Result<Bytes> {
        encode(answer).map(Bytes::from)
    }

    fn decode_answer(bytes: &[u8]) -> io::Result<ClusterAnswer> {
        decode(bytes)
    }

    fn marker(&self) -> io::Result<Option<Vec<u8>>> {
        Ok(self.held().marker.clone())
    }

    fn apply(&self, commands: Vec<CommittedCommand>, marker: Vec<u8>) -> io::Result<Vec<ClusterAnswer>> {
        let mut held = self.held();
        let before = held.content.facts.clone();
        let mut answers = Vec::with_capacity(commands.len());
        for CommittedCommand {
            revision,
            at_ms,
            command,
        } in commands
        {
            let content = &mut held.content;
            content.revision = revision;
            content.at_ms = content.at_ms.max(at_ms);
            answers.push(content.facts.decide(revision, content.at_ms, decode(&command)?));
        }
        held.marker = Some(marker);
        if held.content.facts != before {
            (self.on_change)(&held.content.facts);
        }
        Ok(answers)
    }

    fn persist(&self) -> io::Result<()> {
        let held = self.held();
        match &held.marker {
            Some(marker) => self.write(marker, &held.content),
            None => Ok(()),
        }
    }

    fn snapshot(&self) -> io::Result<StateSnapshot> {
        let held = self.held();
        let (marker, value) = (held.marker.clone().unwrap_or_default(), encode(&held.content)?);
        let records = move || -> SnapshotRecords {
            let record = (SNAPSHOT_KEY.to_vec(), value.clone());
            Box::new(std::iter::once(Ok(record)))
        };
        Ok(StateSnapshot::new(marker, records))
    }

    fn install(&self, snapshot: StateSnapshot) -> io::Result<()> {
        let (_, value) = snapshot
            .records()
            .next()
            .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "a state of group 0 without its one record"))??;
        let content: Content = decode(&value)?;
        let mut held = self.held();
        self.write(snapshot.marker(), &content)?;
        (self.on_change)(&content.facts);
        *held = Held {
            marker: Some(snapshot.marker().to_vec()),
            content,
        };
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::TestWorld;
    use corridor_domain::cluster::ClusterRefusal;

    fn open(folder: &Path) -> io::Result<FactsState> {
        let world = Arc::new(TestWorld::new(0, 3));
        FactsState::open(folder, &StorageKey::from_bytes([4; 32]), world, Box::new(|_| ()))
    }

    fn create(revision: u64, name: &str) -> CommittedCommand {
        let command = ClusterCommand::CreateWorkspace {
            name: name.to_owned(),
            sealed_key: vec![1],
            founder: 1,
        };
        CommittedCommand {
            revision,
            at_ms: 1_000 + revision,
            command: encode_command(&command).unwrap(),
        }
    }

    #[test]
    fn what_was_persisted_is_there_again_with_its_marker_and_the_rest_is_replayed() {
        let folder = tempfile::tempdir().unwrap();
        let state = open(folder.path()).unwrap();
        assert_eq!(state.marker().unwrap(), None);
        state.apply(vec![create(3, "north")], vec![3]).unwrap();
        state.persist().unwrap();
        let at_three = state.standing().unwrap();
        state.apply(vec![create(4, "south")], vec![4]).unwrap();
        assert_ne!(state.standing().unwrap(), at_three);
        let at_four = state.standing().unwrap();
        drop(state);

        let state = open(folder.path()).unwrap();
        assert_eq!(state.marker().unwrap(), Some(vec![3]));
        assert_eq!(state.standing().unwrap(), at_three);
        state.apply(vec![create(4, "south")], vec![4]).unwrap();
        assert_eq!(state.standing().unwrap(), at_four);
    }

    #[test]
    fn a_snapshot_makes_another_replica_the_same() {
        let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let first = open(one.path()).unwrap();
        first
            .apply(vec![create(3, "north"), create(5, "south")], vec![5])
            .unwrap();
        let second = open(two.path()).unwrap();
        second.install(first.snapshot().unwrap()).unwrap();
        assert_eq!(second.standing().unwrap(), first.standing().unwrap());
        drop(second);
        let second = open(two.path()).unwrap();
        assert_eq!(second.marker().unwrap(), Some(vec![5]));
        assert_eq!(second.standing().unwrap(), first.standing().unwrap());
    }

    #[test]
    fn the_bytes_stay_as_they_are() {
        let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        let create = ClusterCommand::CreateWorkspace {
            name: "north".to_owned(),
            sealed_key: vec![7, 8],
            founder: 300,
        };
        let close = ClusterCommand::CloseWorkspace {
            name: "north".to_owned(),
        };
        assert_eq!(hex(&encode_command(&create).unwrap()), "0100056e6f727468020708ac02");
        assert_eq!(hex(&encode_command(&close).unwrap()), "0101056e6f727468");
        let answers = [
            (ClusterAnswer::Workspace { id: 300 }, "0100ac02"),
            (ClusterAnswer::Refused(ClusterRefusal::NameTaken), "010100"),
            (ClusterAnswer::Refused(ClusterRefusal::InvalidName), "010101"),
            (ClusterAnswer::Refused(ClusterRefusal::TooMany), "010102"),
            (ClusterAnswer::Refused(ClusterRefusal::NotFound), "010103"),
            (ClusterAnswer::Refused(ClusterRefusal::FirstWorkspace), "010104"),
        ];
        for (answer, bytes) in answers {
            assert_eq!(hex(&FactsState::encode_answer(&answer).unwrap()), bytes);
        }
        let mut content = Content {
            revision: 300,
            at_ms: 5,
            ..Content::default()
        };
        content.facts.decide(300, 5, create);
        content.facts.decide(301, 6, close);
        let written = Written {
            marker: vec![9],
            content,
        };
        let bytes = encode(&written).unwrap();
        assert_eq!(
            hex(&bytes),
            "010109ac02050201046d61696e00000000ac02056e6f727468020708ac02050106"
        );
        assert_eq!(decode::<Written>(&bytes).unwrap().content, written.content);
        assert!(decode::<Written>(&[2]).is_err(), "a form of a later release");
    }

    #[test]
    fn a_damaged_file_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let state = open(folder.path()).unwrap();
        state.apply(vec![create(3, "north")], vec![3]).unwrap();
        state.persist().unwrap();
        let path = folder.path().join(FILE_NAME);
        let mut bytes = fs::read(&path).unwrap();
        *bytes.last_mut().unwrap() ^= 1;
        fs::write(&path, bytes).unwrap();
        assert!(open(folder.path()).is_err());
    }
}
