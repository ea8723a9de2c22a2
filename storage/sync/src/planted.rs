//! Mistakes that can be planted while a model runs, to see that the model finds them.
//!
//! Each stands as one branch in the code that it spoils. Outside a model the question is a constant, and the branch is gone.

/// A mistake, named by what goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mistake {
    /// The outbox's taker lets go of the lock between looking and waiting.
    OutboxLooksThenWaits,
    /// The outbox forgets what its taker has in hand.
    OutboxForgetsTheHand,
    /// A closed outbox still gives away what was in it.
    OutboxDeliversAfterClose,
    /// A permit that comes home wakes nobody.
    CreditsWakeNobody,
    /// Whoever gives up waiting wakes nobody.
    CreditsGiveUpSilently,
    /// A way in that had nobody in it a moment ago is closed.
    CreditsCloseWithoutLookingAgain,
    /// An actor goes to sleep without closing its way in.
    SlotsRetireWithoutClosing,
    /// Whoever starts an actor does not look again whether somebody was faster.
    SlotsStartWithoutLookingAgain,
    /// A dead actor's way in stays open.
    SlotsBuryWithoutClosing,
    /// The taker makes room and tells nobody.
    QueueKeepsRoomSecret,
    /// Completions are told before the sync.
    CommitTellsBeforeSync,
    /// After a failure, what waits in the queue is never told.
    CommitForgetsTheQueue,
    /// A device reads how far the state is before it can be found.
    DirectoryReadsBeforeEntering,
    /// The goodbye goes round before the directory is shut.
    DirectorySaysGoodbyeBeforeShutting,
    /// A live event at the revision of the replay is delivered again.
    HandoverRepeatsTheSeam,
    /// It is looked whether the session lives before the revision of the replay is read.
    HandoverChecksTheSessionFirst,
    /// A revision is announced before its sessions are closed.
    ProgressAnnouncesBeforeClosing,
    /// Two hand on at the same time.
    OrderHandsOnBesideAnother,
    /// What is ready is handed on before what is not.
    OrderSkipsWhatIsNotReady,
    /// Devices are counted before the table is locked.
    PresenceCountsOutsideTheLock,
    /// The gate is looked at, and passed a moment later.
    GateLooksThenCounts,
    /// There was room a moment ago.
    GateFindsRoomThenCounts,
    /// A permit is home before whoever waits was told.
    GateSettlesBeforeTelling,
    /// What the carrier took is no longer seen before it has arrived.
    BehindHidesWhatIsCarried,
    /// Whoever waits for the store does not wait for what is being carried.
    BehindForgetsWhatIsCarried,
    /// The mark was below the place a moment ago.
    WatermarkLooksThenKeeps,
}

#[cfg(not(corridor_loom))]
pub(crate) const fn planted(_: Mistake) -> bool {
    false
}

#[cfg(corridor_loom)]
pub use in_a_model::plant;
#[cfg(corridor_loom)]
pub(crate) use in_a_model::planted;

#[cfg(corridor_loom)]
mod in_a_model {
    use super::Mistake;
    use std::cell::Cell;

    std::thread_local! {
        // std's, not loom's: all threads of a model run on the thread that checks it.
        static PLANTED: Cell<Option<Mistake>> = const { Cell::new(None) };
    }

    /// From now on models checked by this thread have this mistake.
    pub fn plant(mistake: Option<Mistake>) {
        PLANTED.set(mistake);
    }

    pub(crate) fn planted(mistake: Mistake) -> bool {
        PLANTED.get() == Some(mistake)
    }
}
