//! Where the actors that live are found: by what they stand for, with the credits in front of each.
//!
//! That no mail is lost between sleep and wake is the business of `storage/sync/src/slots.rs`; here its handles are ractor's.

use crate::credits::{Closed, Credits, Permit};
use corridor_domain::limits;
use corridor_storage::high_water;
use corridor_sync::slots::{Living, Retired};
use ractor::{ActorCell, ActorId, ActorRef, SpawnErr};
use std::hash::Hash;
use tokio::task::JoinHandle;

/// A living actor and the way in to it.
#[derive(Debug)]
pub struct Slot<M: ractor::Message> {
    /// The actor.
    pub actor: ActorRef<M>,
    /// The way in.
    pub credits: Credits,
}

impl<M: ractor::Message> Clone for Slot<M> {
    fn clone(&self) -> Self {
        Self {
            actor: self.actor.clone(),
            credits: self.credits.clone(),
        }
    }
}

impl<M: ractor::Message> Living for Slot<M> {
    type Id = ActorId;

    fn id(&self) -> ActorId {
        self.actor.get_id()
    }

    fn credits(&self) -> &Credits {
        &self.credits
    }
}

impl<M: ractor::Message> Slot<M> {
    /// Waits for room and sends what `message` makes of the permit. [`Closed`]: the actor is gone, look it up anew.
    pub async fn send(&self, message: impl FnOnce(Permit) -> M) -> Result<(), Closed> {
        let permit = self.credits.acquire().await?;
        self.actor.cast(message(permit)).map_err(|_| Closed)
    }
}

/// All living actors of one kind.
#[derive(Debug)]
pub struct Slots<K, M: ractor::Message> {
    kind: &'static str,
    slots: corridor_sync::slots::Slots<K, Slot<M>>,
}

impl<K: Copy + Eq + Hash, M: ractor::Message> Slots<K, M> {
    /// Nobody lives yet.
    pub fn new(kind: &'static str) -> Self {
        Self {
            kind,
            slots: corridor_sync::slots::Slots::new(),
        }
    }

    /// The actor of a key, if it lives.
    pub fn find(&self, key: K) -> Option<Slot<M>> {
        self.slots.find(key)
    }

    /// The actor of a key; spawned if it sleeps.
    pub async fn wake<S>(&self, key: K, spawn: impl FnOnce() -> S) -> Result<Slot<M>, SpawnErr>
    where
        S: Future<Output = Result<(ActorRef<M>, JoinHandle<()>), SpawnErr>>,
    {
        let start = || async {
            let (actor, _) = spawn().await?;
            self.alive().increment(1.0);
            let credits = Credits::new(limits::ACTOR_CREDITS);
            Ok(Slot { actor, credits })
        };
        self.slots.wake(key, start).await
    }

    /// Lets an actor go to sleep, if nobody has mail for it. Whoever wants it after that starts it anew.
    pub fn retire(&self, key: K, actor: ActorId) -> bool {
        self.note_mailbox(key);
        let retired = self.slots.retire(key, actor);
        if retired == Retired::Now {
            self.alive().decrement(1.0);
        }
        retired != Retired::NotYet
    }

    /// Forgets an actor that died. Its key, if it was one of these.
    pub fn bury(&self, actor: &ActorCell) -> Option<K> {
        let key = self.slots.bury(actor.get_id())?;
        self.alive().decrement(1.0);
        Some(key)
    }

    /// Some of those that live, at most so many, in no order.
    pub fn some(&self, count_max: usize) -> Vec<(K, Slot<M>)> {
        self.slots.some(count_max)
    }

    /// How many live.
    pub fn len(&self) -> usize {
        self.slots.len()
    }

    /// Whether none lives.
    pub fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }

    /// The most mail that the living had waiting.
    pub fn note_high_water(&self) {
        for (_, slot) in self.slots.some(usize::MAX) {
            high_water::ACTOR_MAILBOX.note(slot.credits.level().high_water());
        }
    }

    fn note_mailbox(&self, key: K) {
        if let Some(slot) = self.slots.find(key) {
            high_water::ACTOR_MAILBOX.note(slot.credits.level().high_water());
        }
    }

    fn alive(&self) -> metrics::Gauge {
        metrics::gauge!(crate::metrics::ACTORS_ALIVE, "kind" => self.kind)
    }
}
