//! A workspace's stay on this node: where it keeps its state, and under which number its log. When the cluster moves it to other nodes the stay
//! ends, and what was here is thrown away; if it comes back, that is another stay, which begins with nothing.
//!
//! Stands between the data folder and a workspace. It is never asked whether a stay may end: who asks has made sure that the group goes on
//! without this node.
//!
//! A stay begins with an empty log, and must not vote as if nothing had been: whoever was away for longer, and still counts this node among the
//! voters, could be elected by it over those who went on. Two things go from one stay to the next. The last vote: nobody else gets one in that
//! term, and no leader before it is followed. And the place in the log at which the leader was certain that this node was let go: who does not
//! know that place gets no vote, as if this node still had its log (`check_floor` in `cluster/src/inbound.rs`).

use crate::start::StartError;
use corridor_cluster::carry_vote;
use corridor_domain::cluster::FIRST_WORKSPACE;
use corridor_storage::log::{LogStore, Renumbered};
use serde::{Deserialize, Serialize};
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc;

const FORMAT: u32 = 1;
/// Numbers of workspaces are places in a log: they never get there.
const STAY_SHIFT: u32 = 48;

/// The file beside a workspace's folder, from its second stay on.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Kept {
    format: u32,
    stay: u16,
    /// The place in the log at which it was let go last.
    let_go_at: Vec<u8>,
}

/// A workspace's stay on this node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stay {
    /// Where all workspaces are.
    folder: PathBuf,
    workspace: u64,
    number: u16,
    floor: Option<Vec<u8>>,
}

impl Stay {
    /// The present one. Waits for the disk.
    pub fn present(data: &Path, workspace: u64) -> io::Result<Self> {
        let folder = data.join("workspaces");
        let kept = match fs::read(file(&folder, workspace)) {
            Ok(bytes) => Some(read(&bytes)?),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(error),
        };
        Ok(Self {
            folder,
            workspace,
            number: kept.as_ref().map_or(0, |kept| kept.stay),
            floor: kept.map(|kept| kept.let_go_at),
        })
    }

    /// Where it keeps its state.
    pub fn state_folder(&self) -> PathBuf {
        self.folder_of(self.number)
    }

    fn folder_of(&self, number: u16) -> PathBuf {
        match number {
            0 => self.folder.join(self.workspace.to_string()),
            _ => self.folder.join(format!("{}.{number}", self.workspace)),
        }
    }

    /// Whether this node never had the workspace before.
    pub fn is_first(&self) -> bool {
        self.number == 0
    }

    /// The place in the log at which this node was let go, if it was here before.
    pub fn floor(&self) -> Option<Vec<u8>> {
        self.floor.clone()
    }

    /// Whether anything of it is here.
    pub fn has_begun(&self) -> bool {
        self.state_folder().exists()
    }

    /// Its log, in that of the node.
    pub fn log(&self, log: &Arc<dyn LogStore>) -> Arc<dyn LogStore> {
        match self.is_first() {
            true => Arc::clone(log),
            false => Arc::new(Renumbered::new(
                Arc::clone(log),
                self.workspace,
                self.log_group(self.number),
            )),
        }
    }

    fn log_group(&self, number: u16) -> u64 {
        self.workspace | u64::from(number) << STAY_SHIFT
    }

    /// Ends it, for good, after a leader was certain that this node was `let_go_at` that place: the next one begins with nothing. Once this is written nothing of the old one counts, and it is thrown away, now or by
    /// [`Stay::clear`]. Waits for the disk.
    pub fn end(self, log: &Arc<dyn LogStore>, let_go_at: Vec<u8>) -> io::Result<()> {
        if self.workspace == FIRST_WORKSPACE {
            return Err(io::Error::other("the first workspace stays"));
        }
        let next = self.number.checked_add(1);
        let next = next.ok_or_else(|| io::Error::other("the workspace came and went too often"))?;
        carry_vote(&**log, self.log_group(self.number), self.log_group(next))?;
        let kept = serde_json::to_vec(&Kept {
            format: FORMAT,
            stay: next,
            let_go_at,
        })?;
        let (path, beside) = (
            file(&self.folder, self.workspace),
            self.folder.join(format!("{}.new", self.workspace)),
        );
        let mut written = File::create(&beside)?;
        written.write_all(&kept)?;
        written.sync_all()?;
        fs::rename(&beside, &path)?;
        File::open(&self.folder)?.sync_all()?;
        Self { number: next, ..self }.clear(log)
    }

    /// Throws away what earlier stays left. Waits for the disk.
    pub fn clear(&self, log: &Arc<dyn LogStore>) -> io::Result<()> {
        for number in 0..self.number {
            let group = self.log_group(number);
            if let Some((_, last)) = log.bounds(group) {
                let (tell, told) = mpsc::channel();
                // Nobody listens only when the process ends.
                log.purge_to(group, last, Box::new(move |done| drop(tell.send(done))));
                told.recv().map_err(io::Error::other)??;
            }
            match fs::remove_dir_all(self.folder_of(number)) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
        Ok(())
    }
}

fn file(folder: &Path, workspace: u64) -> PathBuf {
    folder.join(format!("{workspace}.stay"))
}

fn read(bytes: &[u8]) -> io::Result<Kept> {
    let kept: Kept = serde_json::from_slice(bytes)?;
    match kept.format {
        FORMAT => Ok(kept),
        format => Err(io::Error::new(
            io::ErrorKind::InvalidData,
            format!("a stay of unknown format {format}, of a later release"),
        )),
    }
}

/// As an error of a start.
pub fn unreadable(error: io::Error) -> StartError {
    StartError::io("whether this node has the workspace")(error)
}

#[cfg(test)]
mod tests {
    use super::Stay;
    use bytes::Bytes;
    use corridor_storage::log::{LogStore, MemoryLog};
    use std::fs;
    use std::sync::Arc;

    fn append(log: &dyn LogStore, index: u64) {
        let entry = vec![(index, Bytes::from_static(b"entry"))];
        log.append(19, entry, Box::new(|done| done.unwrap()));
    }

    #[test]
    fn a_stay_begins_with_nothing_of_the_one_before() {
        let data = tempfile::tempdir().unwrap();
        let log: Arc<dyn LogStore> = Arc::new(MemoryLog::new());
        let first = Stay::present(data.path(), 19).unwrap();
        assert!(first.is_first() && !first.has_begun());
        fs::create_dir_all(first.state_folder()).unwrap();
        append(&*first.log(&log), 5);
        assert!(first.has_begun());
        log.put(
            19,
            "vote",
            Bytes::from_static(b"for nine"),
            Box::new(|done| done.unwrap()),
        );
        first.clone().end(&log, vec![7]).unwrap();
        let second = Stay::present(data.path(), 19).unwrap();
        assert_eq!((first.floor(), second.floor()), (None, Some(vec![7])));
        assert_eq!(second.log(&log).get(19, "vote").unwrap().unwrap(), b"for nine");
        assert!(!second.is_first() && !second.has_begun() && !first.has_begun());
        assert_eq!((log.bounds(19), second.log(&log).bounds(19)), (None, None));
        // From an index below those of the first stay.
        append(&*second.log(&log), 1);
        assert_eq!((log.bounds(19), second.log(&log).bounds(19)), (None, Some((1, 1))));
        second.end(&log, vec![8]).unwrap();
        assert!(Stay::present(data.path(), 19).unwrap().log(&log).bounds(19).is_none());
    }

    #[test]
    fn what_a_crash_left_of_an_earlier_stay_is_cleared() {
        let data = tempfile::tempdir().unwrap();
        let log: Arc<dyn LogStore> = Arc::new(MemoryLog::new());
        let first = Stay::present(data.path(), 19).unwrap();
        fs::create_dir_all(first.state_folder()).unwrap();
        append(&*log, 5);
        // The moment at which a stay has ended: nothing was thrown away yet.
        fs::write(
            data.path().join("workspaces/19.stay"),
            br#"{"format":1,"stay":1,"let_go_at":[7]}"#,
        )
        .unwrap();
        let second = Stay::present(data.path(), 19).unwrap();
        assert!(!second.has_begun() && first.has_begun());
        second.clear(&log).unwrap();
        assert!(!first.has_begun() && log.bounds(19).is_none());
    }

    #[test]
    fn the_first_workspace_stays_and_a_later_format_is_not_guessed_at() {
        let data = tempfile::tempdir().unwrap();
        let log: Arc<dyn LogStore> = Arc::new(MemoryLog::new());
        fs::create_dir_all(data.path().join("workspaces")).unwrap();
        assert!(Stay::present(data.path(), 1).unwrap().end(&log, Vec::new()).is_err());
        fs::write(
            data.path().join("workspaces/19.stay"),
            br#"{"format":2,"stay":1,"let_go_at":[7]}"#,
        )
        .unwrap();
        assert!(Stay::present(data.path(), 19).is_err());
    }
}
