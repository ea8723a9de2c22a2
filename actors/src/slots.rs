//! Where the actors that live are found: by what they stand for, with the credits in front of each.

use crate::credits::{Closed, Credits, Permit};
use ractor::{ActorCell, ActorId, ActorRef};
use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, MutexGuard, PoisonError};

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
    by_key: Mutex<HashMap<K, Slot<M>>>,
    /// Held while one is started, so that nobody starts a second one.
    pub starting: tokio::sync::Mutex<()>,
}

impl<K: Copy + Eq + Hash, M: ractor::Message> Slots<K, M> {
    /// Nobody lives yet.
    pub fn new(kind: &'static str) -> Self {
        Self {
            kind,
            by_key: Mutex::new(HashMap::new()),
            starting: tokio::sync::Mutex::new(()),
        }
    }

    /// The actor of a key, if it lives.
    pub fn find(&self, key: K) -> Option<Slot<M>> {
        self.lock().get(&key).cloned()
    }

    /// Notes a new actor.
    pub fn insert(&self, key: K, slot: Slot<M>) {
        let mut by_key = self.lock();
        by_key.insert(key, slot);
        self.count(&by_key);
    }

    /// Lets an actor go to sleep, if nobody has mail for it. Whoever wants it after that starts it anew.
    pub fn retire(&self, key: K, actor: ActorId) -> bool {
        let mut by_key = self.lock();
        let Some(slot) = by_key.get(&key).filter(|slot| slot.actor.get_id() == actor) else {
            return true;
        };
        if !slot.credits.close_if_idle() {
            return false;
        }
        by_key.remove(&key);
        self.count(&by_key);
        true
    }

    /// Forgets an actor that died. Its key, if it was one of these.
    pub fn bury(&self, actor: &ActorCell) -> Option<K> {
        let mut by_key = self.lock();
        let key = by_key
            .iter()
            .find(|(_, slot)| slot.actor.get_id() == actor.get_id())
            .map(|(key, _)| *key)?;
        if let Some(slot) = by_key.remove(&key) {
            slot.credits.close();
        }
        self.count(&by_key);
        Some(key)
    }

    /// How many live.
    pub fn len(&self) -> usize {
        self.lock().len()
    }

    /// Whether none lives.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn count(&self, by_key: &HashMap<K, Slot<M>>) {
        metrics::gauge!(crate::metrics::ACTORS_ALIVE, "kind" => self.kind).set(by_key.len() as f64);
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<K, Slot<M>>> {
        self.by_key.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
