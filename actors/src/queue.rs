//! The organization's queue: which patient conversations there are, newest first, and who is told when one of them moves.
//!
//! Disposable, as everything here: it is gathered from storage when somebody asks for it first, and kept up by what the dispatcher
//! hands out. Whoever watches it gets the newest state of what moved and nothing of what was said. Reading stays the edge's matter: a
//! page of the queue says which conversations, and each of them is judged again before anything of it is shown.

mod actor;
mod ask;
mod index;
mod overview;
mod reading;

pub(crate) use actor::QueueActor;
pub use actor::QueueMessage;
pub use ask::{Ask, HandOverIs, Page, PartyIs, Standing, Viewer};
pub use index::Key;
pub use overview::{AGES_MS, Late, Load, Overview, Replies};

use corridor_domain::ids::{ConversationId, PersonId};
use corridor_storage::apply::Applied;
use corridor_storage::reader::Reader;
use index::Index;
use ractor::ActorRef;
use std::collections::HashSet;
use std::io;
use std::mem;
use std::sync::{Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

/// What moved since the watchers were told last. Bounded by what there is: each stands in it once.
#[derive(Debug, Default)]
pub(crate) struct Moved {
    pub(crate) conversations: HashSet<ConversationId>,
    /// Those that fewer may know of than before: whoever may not is not left with a row of it.
    pub(crate) withdrawn: HashSet<ConversationId>,
    /// Staff who see less of the queue than before: their view is closed, and they read it anew.
    pub(crate) people: HashSet<PersonId>,
}

/// The queue of a workspace. Outlives the actor that tells of it.
#[derive(Default)]
pub(crate) struct Queue {
    /// None until somebody asks.
    index: RwLock<Option<Index>>,
    /// Held by whoever gathers it.
    gathering: Mutex<()>,
    moved: Mutex<Moved>,
    teller: RwLock<Option<ActorRef<QueueMessage>>>,
}

impl Queue {
    /// Gathers the queue, if that was not done yet. Reads a record for each patient conversation: not for a thread that must not wait.
    pub(crate) fn gather(&self, reader: &Reader) -> io::Result<()> {
        let _alone = self.gathering.lock().unwrap_or_else(PoisonError::into_inner);
        if self.is_gathered() {
            return Ok(());
        }
        // An empty one first: it keeps in mind what is handed out while the others are read, and reads that again at the end.
        *self.write() = Some(Index::gathering());
        let read = Index::read(reader, |part| {
            if let Some(index) = self.write().as_mut() {
                index.take(part);
            }
        });
        let mut index = self.write();
        let read = read.and_then(|()| index.as_mut().map_or(Ok(()), |index| index.finish(reader)));
        if read.is_err() {
            *index = None;
        }
        read
    }

    /// Whether it can be looked at.
    pub(crate) fn is_gathered(&self) -> bool {
        self.read().as_ref().is_some_and(Index::is_whole)
    }

    /// Looks at the queue, if it was gathered.
    pub(crate) fn look<T>(&self, at: impl FnOnce(&Index) -> T) -> Option<T> {
        self.read().as_ref().filter(|index| index.is_whole()).map(at)
    }

    fn read(&self) -> RwLockReadGuard<'_, Option<Index>> {
        self.index.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Option<Index>> {
        self.index.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// Something was applied.
    pub(crate) fn note(&self, applied: &Applied) {
        // Nobody asked yet: nothing is kept, and nothing is waited for.
        if self.read().is_none() {
            return;
        }
        let moved = match self.write().as_mut() {
            Some(index) => index.note(applied),
            None => return,
        };
        if moved.conversations.is_empty() && moved.people.is_empty() {
            return;
        }
        let mut all = self.moved();
        let was_empty = all.conversations.is_empty() && all.people.is_empty();
        all.conversations.extend(moved.conversations);
        all.withdrawn.extend(moved.withdrawn);
        all.people.extend(moved.people);
        drop(all);
        // One piece of mail for all that moves until it is read.
        if was_empty && let Some(teller) = self.teller() {
            let _ = teller.cast(QueueMessage::Tell);
        }
    }

    /// What moved; from now on it is told.
    pub(crate) fn take_moved(&self) -> Moved {
        mem::take(&mut *self.moved())
    }

    fn moved(&self) -> MutexGuard<'_, Moved> {
        self.moved.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn set_teller(&self, actor: ActorRef<QueueMessage>) {
        *self.teller.write().unwrap_or_else(PoisonError::into_inner) = Some(actor);
    }

    /// The actor that tells the watchers. It may have fallen: its successor tells what moved meanwhile.
    pub(crate) fn teller(&self) -> Option<ActorRef<QueueMessage>> {
        self.teller.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
