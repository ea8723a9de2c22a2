//! openraft's state machine, over the applied state.
//!
//! Stands where committed entries leave agreement. It keeps the cluster's own facts (position, membership) in the marker
//! that the state saves with each batch; it refuses to know what a command says.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use futures::stream::{Stream, TryStreamExt as _};
use openraft::storage::{EntryResponder, RaftSnapshotBuilder, RaftStateMachine};
use openraft::{EntryPayload, OptionalSend};

use corridor_domain::limits::APPLY_ENTRIES_COUNT_MAX;
use corridor_storage::log::FatalHandler;
use corridor_storage::planted::{self, Mistake};
use corridor_storage::replicated::{CommittedCommand, StateSnapshot};

use crate::codec::{Marker, decode_marker, encode_marker};
use crate::state_thread::{Batch, ErasedState, StateThread};
use crate::types::{LogPosition, Snapshot, SnapshotMeta, StoredMembers, Types};

/// One group's applied state as openraft sees it.
pub(crate) struct StateMachine {
    thread: StateThread,
    builder: SnapshotBuilder,
    marker: Marker,
    /// openraft asks for "the current snapshot" only once one was built or installed; from then on any view will do.
    has_snapshot: Arc<AtomicBool>,
}

impl StateMachine {
    /// Takes up the state where its marker says. `thread` is the thread of this same state. May wait for the disk.
    pub fn open(state: Arc<dyn ErasedState>, thread: StateThread, on_fatal: FatalHandler) -> io::Result<Self> {
        let marker = decode_marker(&state.marker()?.unwrap_or_default())?;
        let has_snapshot = Arc::new(AtomicBool::new(false));
        let flag = Arc::clone(&has_snapshot);
        let builder = SnapshotBuilder {
            state,
            thread: thread.clone(),
            has_snapshot: flag,
            on_fatal,
        };
        Ok(Self {
            thread,
            builder,
            marker,
            has_snapshot,
        })
    }

    /// The last applied entry.
    pub fn applied(&self) -> Option<LogPosition> {
        self.marker.applied
    }

    /// The state came whole from another node: the log may lawfully end before it.
    pub fn was_installed(&self) -> bool {
        self.marker.installed
    }

    async fn flush(&mut self, mut batch: Batch) -> io::Result<()> {
        batch.marker = encode_marker(&self.marker);
        self.thread.apply(batch).await
    }
}

impl RaftStateMachine<Types> for StateMachine {
    type SnapshotData = StateSnapshot;
    type SnapshotBuilder = SnapshotBuilder;

    async fn applied_state(&mut self) -> Result<(Option<LogPosition>, StoredMembers), io::Error> {
        Ok((self.marker.applied, self.marker.members.clone()))
    }

    async fn apply<E>(&mut self, mut entries: E) -> Result<(), io::Error>
    where
        E: Stream<Item = Result<EntryResponder<Types>, io::Error>> + Unpin + OptionalSend,
    {
        let mut batch = Batch::default();
        let mut count = 0;
        while let Some((entry, responder)) = entries.try_next().await? {
            match entry.payload {
                EntryPayload::Normal(proposal) => {
                    let revision = entry.log_id.index;
                    let (at_ms, command) = (proposal.at_ms, proposal.command);
                    batch.commands.push(CommittedCommand {
                        revision,
                        at_ms,
                        command,
                    });
                    batch.proposers.push(responder);
                }
                EntryPayload::Membership(members) => {
                    self.marker.members = StoredMembers::new(Some(entry.log_id), members);
                    batch.others.extend(responder);
                }
                EntryPayload::Blank => batch.others.extend(responder),
            }
            self.marker.applied = Some(entry.log_id);
            self.marker.installed = false;
            count += 1;
            if count == APPLY_ENTRIES_COUNT_MAX {
                self.flush(std::mem::take(&mut batch)).await?;
                count = 0;
            }
        }
        if count > 0 {
            self.flush(batch).await?;
        }
        Ok(())
    }

    async fn get_snapshot_builder(&mut self) -> SnapshotBuilder {
        self.builder.clone()
    }

    async fn install_snapshot(&mut self, meta: &SnapshotMeta, snapshot: StateSnapshot) -> Result<(), io::Error> {
        let marker = Marker {
            applied: meta.last_log_id,
            members: meta.last_membership.clone(),
            installed: true,
        };
        self.thread
            .install(snapshot.with_marker(encode_marker(&marker)))
            .await?;
        self.marker = marker;
        self.has_snapshot.store(true, Ordering::Release);
        Ok(())
    }

    async fn get_current_snapshot(&mut self) -> Result<Option<Snapshot>, io::Error> {
        if !self.has_snapshot.load(Ordering::Acquire) {
            return Ok(None);
        }
        // A fresh view rather than the one that was built: a view kept for hours would hold back old versions on disk.
        to_openraft(self.thread.snapshot().await?).map(Some)
    }
}

/// Takes views of the state, and makes durable what they show.
#[derive(Clone)]
pub(crate) struct SnapshotBuilder {
    state: Arc<dyn ErasedState>,
    thread: StateThread,
    has_snapshot: Arc<AtomicBool>,
    on_fatal: FatalHandler,
}

impl RaftSnapshotBuilder<Types> for SnapshotBuilder {
    type SnapshotData = StateSnapshot;

    async fn build_snapshot(&mut self) -> Result<Snapshot, io::Error> {
        let snapshot = self.thread.snapshot().await?;
        let state = Arc::clone(&self.state);
        // After the view, and beside further batches: it makes at least the view durable. openraft purges the log up to the
        // view only when this has returned.
        let persist = move || match planted::is(Mistake::PurgedBeforeThePersist) {
            true => Ok(()),
            false => state.persist(),
        };
        let persisted = tokio::task::spawn_blocking(persist).await.map_err(io::Error::other)?;
        if let Err(error) = persisted {
            (self.on_fatal)(&format!("applied state cannot be made durable: {error}"));
            return Err(error);
        }
        self.has_snapshot.store(true, Ordering::Release);
        to_openraft(snapshot)
    }
}

fn to_openraft(snapshot: StateSnapshot) -> io::Result<Snapshot> {
    let marker = decode_marker(snapshot.marker())?;
    let meta = SnapshotMeta {
        last_log_id: marker.applied,
        last_membership: marker.members,
    };
    Ok(Snapshot { meta, snapshot })
}
