//! openraft's log, over the node's one log on disk.
//!
//! Stands between openraft's core and storage. It knows positions (term, node, index) and turns them into plain indexes and
//! bytes; it refuses to know files, syncs and keys.

use std::fmt::Debug;
use std::io;
use std::ops::{Bound, Range, RangeBounds};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use futures::stream::{self, Stream, TryStreamExt as _};
use openraft::storage::{IOFlushed, LogState, RaftLogReader, RaftLogStorage};
use openraft::{OptionalSend, RaftTypeConfig};
use tokio::sync::{mpsc, oneshot, watch};

use corridor_domain::limits::{LOG_READ_ENTRIES_COUNT_MAX, LOG_READ_SIZE_BYTES_MAX};
use corridor_storage::log::{Change, Completion, GroupId, LogStore, NoRoom};
use corridor_storage::planted::{self, Mistake};

use crate::codec::{decode_entry, decode_position, decode_vote, encode_entry, encode_position, encode_vote};
use crate::runtime;
use crate::tail::Tail;
use crate::types::{LogEntry, LogPosition, SavedVote, Types};

pub(crate) const VOTE: &str = "vote";
const PURGED: &str = "purged";
/// What this node has lost of what it confirmed, in words. It stays for as long as the log.
const LOST: &str = "lost";

/// One group's log. Clones share it.
#[derive(Clone)]
pub(crate) struct GroupLog {
    shared: Arc<Shared>,
}

struct Shared {
    group: GroupId,
    log: Arc<dyn LogStore>,
    lost: Option<String>,
    /// Shared with the completions of appends, which must not keep the log itself: they run on its writer's thread, where
    /// it could not be closed.
    tail: Arc<Mutex<Tail>>,
    /// Never used to send: dropped with the last handle, which tells whoever waits for the log to be free.
    _released: mpsc::Sender<()>,
}

/// Before a node forgets a group: the vote that it gave last holds under the group's new number as well, so that it votes for nobody else in that
/// term, and takes nothing from a leader before it. May wait for the disk.
pub fn carry_vote(log: &dyn LogStore, from: GroupId, to: GroupId) -> io::Result<()> {
    let Some(vote) = log.get(from, VOTE)? else {
        return Ok(());
    };
    let (tell, told) = std::sync::mpsc::channel();
    log.put(to, VOTE, vote.into(), Box::new(move |done| drop(tell.send(done))));
    told.recv().map_err(io::Error::other)?
}

impl Shared {
    fn tail(&self) -> MutexGuard<'_, Tail> {
        lock(&self.tail)
    }
}

fn lock(tail: &Mutex<Tail>) -> MutexGuard<'_, Tail> {
    tail.lock().unwrap_or_else(PoisonError::into_inner)
}

impl GroupLog {
    /// Opens a group's log. The receiver ends when nobody uses it any more. May wait for the disk.
    pub fn open(group: GroupId, log: Arc<dyn LogStore>) -> io::Result<(Self, mpsc::Receiver<()>)> {
        let vote = log.get(group, VOTE)?.map(|bytes| decode_vote(&bytes)).transpose()?;
        let purged = log
            .get(group, PURGED)?
            .map(|bytes| decode_position(&bytes))
            .transpose()?;
        let lost = log.get(group, LOST)?;
        let lost = lost.map(|text| String::from_utf8_lossy(&text).into_owned());
        let last = match log.last_index(group) {
            None => purged,
            Some(index) => {
                let found = log.read(group, index..index + 1, 1)?;
                let (_, bytes) = found.first().ok_or_else(|| missing(index))?;
                Some(decode_entry(bytes)?.log_id)
            }
        };
        let (released, wait) = mpsc::channel(1);
        let tail = Arc::new(Mutex::new(Tail::recovered(purged, last, vote)));
        Ok((
            Self {
                shared: Arc::new(Shared {
                    group,
                    log,
                    lost,
                    tail,
                    _released: released,
                }),
            },
            wait,
        ))
    }

    /// The last entry, purged or not.
    pub fn last(&self) -> Option<LogPosition> {
        self.shared.tail().last
    }

    /// What this node was told, in an earlier life, that it has lost.
    pub fn lost(&self) -> Option<String> {
        self.shared.lost.clone()
    }

    /// Keeps what this node has lost, in words, and goes on with `then` when that is on disk or cannot be. Does not wait.
    pub fn note_lost(&self, problem: &str, then: impl FnOnce() + Send + 'static) {
        let change = Change::Put {
            name: LOST,
            value: Bytes::from(problem.to_owned()),
        };
        let noted = self
            .shared
            .log
            .try_submit(self.shared.group, vec![change], Box::new(move |_| then()));
        if let Err(NoRoom { done, .. }) = noted {
            done(Ok(()));
        }
    }

    /// Follows the exclusive end of what is durable.
    pub fn durable(&self) -> watch::Receiver<u64> {
        self.shared.tail().durable()
    }

    /// The last purged entry.
    pub fn purged(&self) -> Option<LogPosition> {
        self.shared.tail().purged
    }

    async fn submit(&self, changes: Vec<Change>, done: Completion) -> io::Result<()> {
        if let Err(NoRoom { changes, done }) = self.shared.log.try_submit(self.shared.group, changes, done) {
            // The disk is behind: openraft's core waits here (order is kept), the async worker does not.
            let (log, group) = (Arc::clone(&self.shared.log), self.shared.group);
            runtime::blocking(move || log.submit(group, changes, done)).await?;
        }
        Ok(())
    }

    async fn submit_and_wait(&self, changes: Vec<Change>) -> io::Result<()> {
        let (answer, receive) = oneshot::channel();
        // The receiver is gone only if openraft gave up on the write, that is at shutdown.
        let done: Completion = Box::new(move |outcome| drop(answer.send(outcome)));
        self.submit(changes, done).await?;
        receive.await.map_err(|_| io::Error::other("the log has stopped"))?
    }

    /// The entries of `range` that exist.
    async fn entries(&self, range: Range<u64>) -> io::Result<Vec<LogEntry>> {
        let (on_disk, cached) = self.shared.tail().find(range);
        if on_disk.is_empty() {
            return Ok(cached);
        }
        let shared = Arc::clone(&self.shared);
        let mut entries = runtime::blocking(move || read_from_disk(&shared, on_disk)).await??;
        entries.extend(cached);
        Ok(entries)
    }
}

fn read_from_disk(shared: &Shared, range: Range<u64>) -> io::Result<Vec<LogEntry>> {
    let mut entries = Vec::with_capacity((range.end - range.start).min(LOG_READ_ENTRIES_COUNT_MAX) as usize);
    // A log may begin later than at 0 without a purge: then its first index is on disk only.
    let first = shared.log.first_index(shared.group).unwrap_or(range.end);
    let mut next = range.start.max(first);
    while next < range.end {
        let found = shared
            .log
            .read(shared.group, next..range.end, LOG_READ_SIZE_BYTES_MAX)?;
        if found.is_empty() {
            let start = shared.tail().start();
            if start <= next {
                return Err(missing(next));
            }
            // Purged while we read.
            entries.clear();
            next = start;
        }
        for (index, bytes) in found {
            let entry = decode_entry(&bytes)?;
            if index != next || entry.log_id.index != index {
                return Err(missing(next));
            }
            entries.push(entry);
            next += 1;
        }
    }
    Ok(entries)
}

fn missing(index: u64) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("log entry {index} is missing"))
}

fn to_range(range: &impl RangeBounds<u64>) -> Range<u64> {
    let start = match range.start_bound() {
        Bound::Included(start) => *start,
        Bound::Excluded(start) => start.saturating_add(1),
        Bound::Unbounded => 0,
    };
    let end = match range.end_bound() {
        Bound::Included(end) => end.saturating_add(1),
        Bound::Excluded(end) => *end,
        Bound::Unbounded => u64::MAX,
    };
    start..end
}

impl RaftLogReader<Types> for GroupLog {
    async fn entries_stream<R>(&mut self, range: R) -> impl Stream<Item = Result<LogEntry, io::Error>> + OptionalSend
    where
        R: RangeBounds<u64> + Clone + Debug + OptionalSend,
    {
        let log = self.clone();
        let range = to_range(&range);
        let chunks = stream::try_unfold(range, move |range| {
            let log = log.clone();
            async move {
                let chunk = log
                    .entries(range.start..range.end.min(range.start.saturating_add(LOG_READ_ENTRIES_COUNT_MAX)))
                    .await?;
                let next = chunk.last().map(|entry| entry.log_id.index + 1);
                Ok::<_, io::Error>(next.map(|next| (chunk, next..range.end)))
            }
        });
        chunks
            .map_ok(|chunk| stream::iter(chunk.into_iter().map(Ok)))
            .try_flatten()
    }

    async fn try_get_log_entries<R>(&mut self, range: R) -> Result<Vec<LogEntry>, io::Error>
    where
        R: RangeBounds<u64> + Clone + Debug + OptionalSend,
    {
        self.entries(to_range(&range)).await
    }

    async fn limited_get_log_entries(&mut self, start: u64, end: u64) -> Result<Vec<LogEntry>, io::Error> {
        self.entries(start..end.min(start.saturating_add(LOG_READ_ENTRIES_COUNT_MAX)))
            .await
    }

    async fn read_vote(&mut self) -> Result<Option<SavedVote>, io::Error> {
        Ok(self.shared.tail().vote)
    }
}

impl RaftLogStorage<Types> for GroupLog {
    type LogReader = Self;

    async fn get_log_state(&mut self) -> Result<LogState<Types>, io::Error> {
        let tail = self.shared.tail();
        Ok(LogState {
            last_purged_log_id: tail.purged,
            last_log_id: tail.last,
        })
    }

    async fn get_log_reader(&mut self) -> Self {
        self.clone()
    }

    async fn save_vote(&mut self, vote: &SavedVote) -> Result<(), io::Error> {
        let change = Change::Put {
            name: VOTE,
            value: encode_vote(vote),
        };
        match planted::is(Mistake::VotedBeforeTheSync) {
            true => self.submit(vec![change], Box::new(drop)).await?,
            false => self.submit_and_wait(vec![change]).await?,
        }
        self.shared.tail().vote = Some(*vote); // Persisted before answered.
        Ok(())
    }

    async fn append<I>(&mut self, entries: I, callback: IOFlushed<Types>) -> Result<(), io::Error>
    where
        I: IntoIterator<Item = <Types as RaftTypeConfig>::Entry> + OptionalSend,
        I::IntoIter: OptionalSend,
    {
        let entries: Vec<LogEntry> = entries.into_iter().collect();
        let Some(last) = entries.last().map(|entry| entry.log_id.index) else {
            callback.io_completed(Ok(()));
            return Ok(());
        };
        let encoded = entries
            .iter()
            .map(|entry| (entry.log_id.index, encode_entry(entry)))
            .collect();
        self.shared.tail().append(entries); // Readable from here on, durable when the callback runs.
        let tail = Arc::clone(&self.shared.tail);
        let mut callback = Some(callback);
        if planted::is(Mistake::AppendedBeforeTheSync)
            && let Some(callback) = callback.take()
        {
            callback.io_completed(Ok(()));
        }
        let done: Completion = Box::new(move |outcome| {
            if outcome.is_ok() {
                lock(&tail).note_durable(last);
            }
            if let Some(callback) = callback {
                callback.io_completed(outcome);
            }
        });
        self.submit(vec![Change::Append(encoded)], done).await
    }

    async fn truncate_after(&mut self, last: Option<LogPosition>) -> Result<(), io::Error> {
        // Every append before this has completed when the truncation has: none can call its index durable afterwards.
        self.submit_and_wait(vec![Change::TruncateAfter(last.map(|last| last.index))])
            .await?;
        self.shared.tail().truncate_after(last);
        Ok(())
    }

    async fn purge(&mut self, upto: LogPosition) -> Result<(), io::Error> {
        let purged = {
            let mut tail = self.shared.tail();
            tail.purge(upto);
            tail.purged.unwrap_or(upto)
        };
        let position = Change::Put {
            name: PURGED,
            value: encode_position(&purged),
        };
        // Nobody waits for it: until it is durable there is more log than needed. A failure ends the process elsewhere.
        self.submit(vec![Change::PurgeTo(upto.index), position], Box::new(|_| {}))
            .await
    }
}
