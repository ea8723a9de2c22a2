//! What every actor is doing now, for the operations address. Reads what is there anyway; asks no actor, waits for none.

use crate::slots::{Slot, Slots};
use ractor::ActorStatus;
use std::fmt::Debug;
use std::hash::Hash;

/// One actor, as an operator sees it. Ids only: no name and no word of anybody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Observed {
    /// What kind of actor it is.
    pub kind: &'static str,
    /// What it stands for: the id of a conversation, of a patient, of a session; empty for those there is one of.
    pub id: String,
    /// `starting`, `idle`, `busy`, `stopping` or `fallen`.
    pub state: &'static str,
    /// Mail that waits for it or is being handled.
    pub waiting: usize,
}

/// How many there are of a kind, and some of them.
#[derive(Debug, Clone, Default)]
pub struct Kind {
    /// All that live.
    pub alive: usize,
    /// The first few, in no order.
    pub some: Vec<Observed>,
}

/// The state of an actor with so much mail.
pub(crate) fn state(status: ActorStatus, waiting: usize) -> &'static str {
    match status {
        ActorStatus::Unstarted | ActorStatus::Starting => "starting",
        ActorStatus::Running | ActorStatus::Upgrading if waiting == 0 => "idle",
        ActorStatus::Running | ActorStatus::Upgrading => "busy",
        ActorStatus::Draining | ActorStatus::Stopping => "stopping",
        ActorStatus::Stopped => "fallen",
    }
}

/// Those of one kind that are found by a key.
pub(crate) fn slots<K, M>(kind: &'static str, slots: &Slots<K, M>, limit: usize) -> Kind
where
    K: Copy + Eq + Hash + ToString,
    M: ractor::Message,
{
    let observed = |(key, slot): (K, Slot<M>)| {
        let waiting = slot.credits.in_use();
        Observed {
            kind,
            id: key.to_string(),
            state: state(slot.actor.get_status(), waiting),
            waiting,
        }
    };
    Kind {
        alive: slots.len(),
        some: slots.some(limit).into_iter().map(observed).collect(),
    }
}
