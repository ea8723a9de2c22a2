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
use tokio::sync::watch;

use corridor_domain::limits::APPLY_ENTRIES_COUNT_MAX;
use corridor_storage::log::FatalHandler;
use corridor_storage::planted::{self, Mistake};
use corridor_storage::replicated::{CommittedCommand, StateSnapshot};

use crate::codec::{Marker, decode_marker, encode_marker};
use crate::runtime;
use crate::state_thread::{Batch, ErasedState, StateThread};
use crate::types::{LogPosition, Snapshot, SnapshotMeta, StoredMembers, Types};

/// One group's applied state as openraft sees it.
pub(crate) struct StateMachine {
    state: Arc<dyn ErasedState>,
    thread: StateThread,
    marker: Marker,
    /// openraft asks for "the current snapshot" only once one was built or installed; from then on any view will do.
    has_snapshot: Arc<AtomicBool>,
    on_fatal: FatalHandler,
    /// The exclusive end of what is durable in the log, if the state keeps behind it.
    durable: Option<watch::Receiver<u64>>,
}

impl StateMachine {
    /// Takes up the state where its marker says. `thread` is the thread of this same state. May wait for the disk.
    pub fn open(state: Arc<dyn ErasedState>, thread: StateThread, on_fatal: FatalHandler) -> io::Result<Self> {
        let marker = decode_marker(&state.marker()?.unwrap_or_default())?;
        thread.applied().lift(end_of(&marker));
        Ok(Self {
            state,
            thread,
            marker,
            has_snapshot: Arc::new(AtomicBool::new(false)),
            on_fatal,
            durable: None,
        })
    }

    /// From now on nothing is applied before this node's own log has it on its disk. openraft applies what a quorum of others has
    /// agreed on while this node's sync is still under way; after a crash the state would stand ahead of the log, which is how a
    /// log that lost its end looks.
    pub fn behind(self, durable: watch::Receiver<u64>) -> Self {
        Self {
            durable: Some(durable),
            ..self
        }
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
        if let (Some(durable), Some(applied)) = (&mut self.durable, &self.marker.applied)
            && !planted::is(Mistake::AppliedBeforeTheSync)
        {
            let reached = durable.wait_for(|end| *end > applied.index).await;
            reached.map_err(|_| io::Error::other("the log has stopped"))?;
        }
        batch.marker = encode_marker(&self.marker);
        batch.end = end_of(&self.marker);
        self.thread.apply(batch).await
    }
}

/// The index behind the last applied entry.
fn end_of(marker: &Marker) -> u64 {
    marker.applied.map_or(0, |applied| applied.index + 1)
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

    // The view is taken here, between two batches of openraft's, and not where the snapshot is built, beside the next one: a
    // snapshot would reach beyond what openraft was told is applied, and the log would be purged up to there.
    async fn get_snapshot_builder(&mut self) -> SnapshotBuilder {
        SnapshotBuilder {
            view: Some(self.thread.snapshot().await),
            state: Arc::clone(&self.state),
            has_snapshot: Arc::clone(&self.has_snapshot),
            on_fatal: Arc::clone(&self.on_fatal),
        }
    }

    async fn install_snapshot(&mut self, meta: &SnapshotMeta, snapshot: StateSnapshot) -> Result<(), io::Error> {
        let marker = Marker {
            applied: meta.last_log_id,
            members: match planted::is(Mistake::MembersForgottenAtInstall) {
                true => self.marker.members.clone(),
                false => meta.last_membership.clone(),
            },
            installed: true,
        };
        self.thread
            .install(snapshot.with_marker(encode_marker(&marker)))
            .await?;
        self.thread.applied().lift(end_of(&marker));
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

/// A view of the state, and the way to make durable what it shows.
pub(crate) struct SnapshotBuilder {
    /// Until it is built.
    view: Option<io::Result<StateSnapshot>>,
    state: Arc<dyn ErasedState>,
    has_snapshot: Arc<AtomicBool>,
    on_fatal: FatalHandler,
}

impl RaftSnapshotBuilder<Types> for SnapshotBuilder {
    type SnapshotData = StateSnapshot;

    async fn build_snapshot(&mut self) -> Result<Snapshot, io::Error> {
        let built = || Err(io::Error::other("this view was built before"));
        let snapshot = self.view.take().unwrap_or_else(built)?;
        let state = Arc::clone(&self.state);
        // After the view, and beside further batches: it makes at least the view durable. openraft purges the log up to the
        // view only when this has returned.
        let persist = move || match planted::is(Mistake::PurgedBeforeThePersist) {
            true => Ok(()),
            false => state.persist(),
        };
        let persisted = runtime::blocking(persist).await?;
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

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use corridor_storage::replicated::MemoryState;
    use futures::stream;
    use openraft::vote::RaftLeaderId as _;

    use super::*;
    use crate::types::{LogEntry, Proposal};

    fn position(index: u64) -> LogPosition {
        LogPosition::new(
            openraft::impls::leader_id_adv::LeaderId::new(1, 1).to_committed(),
            index,
        )
    }

    async fn apply(machine: &mut StateMachine, indexes: std::ops::Range<u64>) {
        let entries = indexes.map(|index| {
            let command = Bytes::from_static(b"a command");
            let payload = EntryPayload::Normal(Proposal { at_ms: index, command });
            Ok((
                LogEntry {
                    log_id: position(index),
                    payload,
                },
                None,
            ))
        });
        machine.apply(stream::iter(entries)).await.unwrap();
    }

    #[tokio::test]
    async fn nothing_is_applied_before_the_log_has_it_on_disk() {
        let state = MemoryState::new();
        let erased: Arc<dyn ErasedState> = Arc::new(state.clone());
        let on_fatal: FatalHandler = Arc::new(|problem| panic!("fatal: {problem}"));
        let (thread, _) = StateThread::start(1, Arc::clone(&erased), Arc::clone(&on_fatal)).unwrap();
        let (end, durable) = watch::channel(4);
        let mut machine = StateMachine::open(erased, thread, on_fatal).unwrap().behind(durable);
        apply(&mut machine, 1..4).await;
        let mut applying = Box::pin(apply(&mut machine, 4..6));
        assert!(futures::poll!(&mut applying).is_pending());
        end.send_replace(5);
        assert!(futures::poll!(&mut applying).is_pending());
        assert_eq!(state.commands().len(), 3);
        end.send_replace(6);
        applying.await;
        assert_eq!(state.commands().len(), 5);
    }

    #[tokio::test]
    async fn a_snapshot_shows_the_moment_its_builder_was_asked_for() {
        let state: Arc<dyn ErasedState> = Arc::new(MemoryState::new());
        let on_fatal: FatalHandler = Arc::new(|problem| panic!("fatal: {problem}"));
        let (thread, _) = StateThread::start(1, Arc::clone(&state), Arc::clone(&on_fatal)).unwrap();
        let mut machine = StateMachine::open(state, thread, on_fatal).unwrap();
        apply(&mut machine, 1..4).await;
        let mut builder = machine.get_snapshot_builder().await;
        // openraft goes on applying while the snapshot is built.
        apply(&mut machine, 4..6).await;
        let snapshot = builder.build_snapshot().await.unwrap();
        assert_eq!(snapshot.meta.last_log_id, Some(position(3)));
        assert_eq!(snapshot.snapshot.records().count(), 3);
    }
}
