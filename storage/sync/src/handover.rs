//! From replay to live without a hole and without a double, and nothing to a session that ended.
//!
//! Two halves of one protocol. Whoever hands out ends the sessions of a revision before it announces it ([`Progress`]). Whoever
//! attaches enters the directory, then reads how far the state is, then looks whether its session lives ([`Handover`]): what lies
//! above that revision finds the device in the directory, what lies at or below it happened while the session lived. Refuses to
//! know what is handed out.

use crate::planted::{Mistake, planted};
use crate::shim::{AtomicU64, Ordering};

/// How far whoever hands out has come. Invariant: dispatched <= announced.
#[derive(Debug)]
pub struct Progress {
    /// The sessions that ended up to this revision are closed: what happened up to here may be handed out.
    announced: AtomicU64,
    /// Everything up to this revision was given to those who hand it out.
    dispatched: AtomicU64,
}

impl Progress {
    /// Everything up to `revision` was handed out before.
    pub fn new(revision: u64) -> Self {
        Self {
            announced: AtomicU64::new(revision),
            dispatched: AtomicU64::new(revision),
        }
    }

    /// Closes the sessions that ended at this revision; then it may be handed out.
    pub fn announce(&self, revision: u64, close_sessions: impl FnOnce()) {
        if planted(Mistake::ProgressAnnouncesBeforeClosing) {
            self.announced.fetch_max(revision, Ordering::AcqRel);
            return close_sessions();
        }
        close_sessions();
        self.announced.fetch_max(revision, Ordering::AcqRel);
    }

    /// It was given to those who hand it out.
    pub fn note_dispatched(&self, revision: u64) {
        self.dispatched.fetch_max(revision, Ordering::AcqRel);
    }

    /// What happened up to this revision may be handed out.
    pub fn announced(&self) -> u64 {
        self.announced.load(Ordering::Acquire)
    }

    /// Everything up to this revision was given to those who hand it out.
    pub fn dispatched(&self) -> u64 {
        self.dispatched.load(Ordering::Acquire)
    }
}

/// The seam between what a device replays and what reaches it live.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Handover {
    replay_to: u64,
}

impl Handover {
    /// To be read after the device can be found. `None`: its session has ended. What the replay shows happened before that.
    pub fn read<E>(
        revision: impl FnOnce() -> Result<u64, E>,
        session_lives: impl FnOnce() -> Result<bool, E>,
    ) -> Result<Option<Self>, E> {
        if planted(Mistake::HandoverChecksTheSessionFirst) {
            let lives = session_lives()?;
            let replay_to = revision()?;
            return Ok(lives.then_some(Self { replay_to }));
        }
        let replay_to = revision()?;
        Ok(session_lives()?.then_some(Self { replay_to }))
    }

    /// Everything up to this revision is the replay's.
    pub fn replay_to(self) -> u64 {
        self.replay_to
    }

    /// Whether a live event is new to the device; if not, the replay showed it.
    pub fn is_new(self, revision: u64) -> bool {
        if planted(Mistake::HandoverRepeatsTheSeam) {
            return revision >= self.replay_to;
        }
        revision > self.replay_to
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::RefCell;

    #[test]
    fn a_revision_is_announced_when_its_sessions_are_closed() {
        let progress = Progress::new(4);
        progress.announce(5, || assert_eq!(progress.announced(), 4));
        assert_eq!((progress.announced(), progress.dispatched()), (5, 4));
        progress.note_dispatched(5);
        // A successor that repeats a revision takes nothing back.
        progress.announce(3, || ());
        progress.note_dispatched(3);
        assert_eq!((progress.announced(), progress.dispatched()), (5, 5));
    }

    #[test]
    fn the_revision_is_read_before_the_session() {
        let order = RefCell::new(Vec::new());
        let revision = || {
            order.borrow_mut().push("revision");
            Ok::<_, ()>(7)
        };
        let lives = || {
            order.borrow_mut().push("session");
            Ok(true)
        };
        let handover = Handover::read(revision, lives).unwrap().unwrap();
        assert_eq!(order.into_inner(), ["revision", "session"]);
        assert_eq!(
            (handover.replay_to(), handover.is_new(7), handover.is_new(8)),
            (7, false, true)
        );
        assert_eq!(Handover::read(|| Ok::<_, ()>(7), || Ok(false)), Ok(None));
        assert_eq!(Handover::read(|| Err(1), || Ok(true)), Err(1));
    }
}
