//! When a workspace may go to rest: nobody has had anything to do with it for long enough, on no node.
//!
//! Stands beside the workspace. It refuses to know how one is put to rest.

use crate::machine::Machine;
use crate::neighbours::Companions;
use corridor_actors::Actors;
use corridor_cluster::Group;
use corridor_domain::limits;
use corridor_storage::apply::AppliedState;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

/// When somebody last had something to do with it.
pub struct Use {
    machine: Arc<Machine>,
    actors: Actors,
    /// Whether the state here was found to differ or to be damaged: a rest must not make anybody forget that.
    differs: Arc<AtomicBool>,
    last_ns: AtomicU64,
}

impl Use {
    /// It was woken: somebody came.
    pub fn begin(machine: &Arc<Machine>, actors: &Actors, differs: Arc<AtomicBool>) -> Self {
        Self {
            machine: Arc::clone(machine),
            actors: actors.clone(),
            differs,
            last_ns: AtomicU64::new(machine.world.monotonic_ns()),
        }
    }

    /// Somebody comes to it.
    pub fn note(&self) {
        self.last_ns.store(self.machine.world.monotonic_ns(), Ordering::Relaxed);
    }

    /// Whether nobody has had anything to do with it here for long enough. A device that is connected has all the time.
    pub fn may_rest(&self) -> bool {
        if self.differs.load(Ordering::Acquire) || self.actors.is_fenced() {
            return false;
        }
        if self.actors.devices().count() > 0 {
            self.note();
            return false;
        }
        let last_ns = self.last_ns.load(Ordering::Relaxed);
        let unused_ns = self.machine.world.monotonic_ns().saturating_sub(last_ns);
        let is_unused = unused_ns >= u64::from(self.machine.settings.limits.workspace_rest_s) * 1_000_000_000;
        // What is due is done whether or not anybody is there; what cannot be read is not taken for nothing.
        is_unused && !self.actors.has_timers().unwrap_or(true)
    }
}

/// Returns when nobody anywhere has had anything to do with a workspace for long enough, and the other nodes let it rest.
pub async fn all_rest(used: &Use, group: &Group<AppliedState>, companions: Option<&Companions>) {
    let mut looks = tokio::time::interval(Duration::from_millis(limits::WORKSPACE_LOOK_INTERVAL_MS));
    loop {
        looks.tick().await;
        if !used.may_rest() || !group.status().is_leader {
            continue;
        }
        match companions {
            None => return,
            // Whoever came meanwhile finds it awake: the others are woken by this node's next word to them.
            Some(companions) => {
                if companions.all_may_rest().await && used.may_rest() && companions.let_rest().await && used.may_rest()
                {
                    return;
                }
            }
        }
    }
}
