//! What this node has of a workspace, which is not always what it shall have: whoever comes here has to know before anything is woken.
//!
//! Beside the keepers. Looked up on the disk once and remembered: it is asked with every request of a client and of another node.

use super::Workspaces;
use corridor_domain::cluster::FIRST_WORKSPACE;
use std::sync::PoisonError;

/// What a node has of a workspace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Having {
    /// Nothing.
    Nothing,
    /// Nothing yet, but it is the one that begins it.
    Begins,
    /// It runs, and was never ready: the others have more.
    Fetches,
    /// It was ready once.
    Holds,
}

impl Workspaces {
    fn having(&self, id: u64) -> Having {
        let mut having = self.having.lock().unwrap_or_else(PoisonError::into_inner);
        *having.entry(id).or_insert_with(|| self.look_up(id))
    }

    /// After a start nobody knows whether what is there was ever ready: whoever comes waits for it.
    fn look_up(&self, id: u64) -> Having {
        match self.machine.stay(id) {
            Ok(stay) if stay.has_begun() => Having::Holds,
            Ok(stay) if stay.is_first() && self.facts.is_founder(id, self.machine.is_founder) => Having::Begins,
            Ok(_) => Having::Nothing,
            // It does not run here, and says why.
            Err(_) => Having::Holds,
        }
    }

    fn note(&self, id: u64, now: Having) {
        let mut having = self.having.lock().unwrap_or_else(PoisonError::into_inner);
        having.insert(id, now);
    }

    /// It is woken.
    pub(super) fn note_waking(&self, id: u64) {
        if self.having(id) == Having::Nothing {
            self.note(id, Having::Fetches);
        }
    }

    /// It is ready.
    pub(super) fn note_held(&self, id: u64) {
        self.note(id, Having::Holds);
    }

    /// What was here of it is gone.
    pub(super) fn note_gone(&self, id: u64) {
        self.note(id, Having::Nothing);
    }

    /// Whether this node has anything of it, or has to begin it.
    pub(super) fn has(&self, id: u64) -> bool {
        self.having(id) != Having::Nothing
    }

    /// Whether who comes here for it is served here, perhaps after a while; else it is brought to another node.
    pub(super) fn is_served_here(&self, id: u64) -> bool {
        let hosts = self.hosts(id);
        let is_placed = hosts.iter().any(|member| member.node == self.machine.node);
        let is_alone = hosts.is_empty() || (is_placed && hosts.len() == 1);
        is_alone
            || id == FIRST_WORKSPACE
            || match self.having(id) {
                Having::Nothing | Having::Fetches => false,
                Having::Begins => true,
                Having::Holds => is_placed,
            }
    }
}
