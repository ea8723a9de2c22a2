//! Mistakes that can be planted, to show that the tests which look for them would find them.
//!
//! Stands beside the code, in no message's way: without the feature `planted` every question here is answered "no" by the
//! compiler. With it, one mistake at a time is made by the whole process. Each stands in one line at the place it names.

#[cfg(all(feature = "planted", not(debug_assertions)))]
compile_error!("the feature `planted` makes mistakes on purpose: never in a build that somebody could run");

macro_rules! mistakes {
    ($($(#[$meaning:meta])* $name:ident at $place:literal),+ $(,)?) => {
        /// One wrong way to do it.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Mistake { $($(#[$meaning])* $name),+ }

        impl Mistake {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// The file in which it is planted.
            pub const fn place(self) -> &'static str {
                match self { $(Self::$name => $place),+ }
            }
        }
    };
}

mistakes! {
    /// The log says "durable" of what was written but not synced.
    AnsweredBeforeTheSync at "storage/src/log/engine.rs",
    /// How far the state has come is written after what was done, not with it.
    PositionBesideTheBatch at "storage/src/apply.rs",
    /// A snapshot point is called durable, and the log purged behind it, without a persist.
    PurgedBeforeThePersist at "cluster/src/state_machine.rs",
    /// A snapshot leaves out the answers that are kept for retries.
    SnapshotWithoutAnswers at "storage/src/apply.rs",
    /// A device that comes back is told what lies above the revision after its cursor.
    ResumeOneTooHigh at "storage/src/reader.rs",
    /// A node answers an append, and counts its own, before the log is synced.
    AppendedBeforeTheSync at "cluster/src/log_store.rs",
    /// A node applies what others agreed on while its own log is still on its way to the disk.
    AppliedBeforeTheSync at "cluster/src/state_machine.rs",
    /// A vote is given away before it is on the disk.
    VotedBeforeTheSync at "cluster/src/log_store.rs",
    /// A follower whose answer got lost counts as one that has the entries.
    LostAnswerTakenForYes at "cluster/src/network.rs",
    /// A leader answers for what is current without asking whether it still leads.
    ReadWithoutAQuorum at "cluster/src/reading.rs",
    /// A command whose outcome nobody knows is called certainly not done.
    UnknownCalledNotDone at "cluster/src/propose/carrier.rs",
    /// A state that comes from another node does not bring its members.
    MembersForgottenAtInstall at "cluster/src/state_machine.rs",
    /// The answers that are kept for retries are gone after a restart.
    AnswersOnlyInMemory at "storage/src/apply.rs",
    /// Other words under an old name get the answer of the first.
    OtherWordsTaken at "storage/src/apply.rs",
    /// What is applied bears the time of the node that applies it.
    ClockInApply at "storage/src/apply.rs",
    /// Time in the state goes back with the clock of the next leader.
    TimeGoesBack at "storage/src/apply.rs",
    /// What a command changes is written in the order of a hash map.
    OrderOfAHashMap at "storage/src/apply.rs",
    /// Whoever reads everything passes over what cannot be read.
    DamagePassedOver at "storage/src/scrub.rs",
    /// A sync that failed is tried again; the second one has nothing to write, and is believed.
    FailedSyncTriedAgain at "cluster/tests/simulation/log.rs",
    /// A node whose disk was lost comes back under its old name.
    NameUsedAgain at "cluster/tests/simulation/operator.rs",
}

/// Whether this mistake is to be made.
#[cfg(not(feature = "planted"))]
#[inline(always)]
pub const fn is(_mistake: Mistake) -> bool {
    false
}

/// Whether this mistake is to be made.
#[cfg(feature = "planted")]
pub fn is(mistake: Mistake) -> bool {
    PLANTED.load(std::sync::atomic::Ordering::SeqCst) == mistake as usize
}

#[cfg(feature = "planted")]
const NONE: usize = usize::MAX;
#[cfg(feature = "planted")]
static PLANTED: std::sync::atomic::AtomicUsize = std::sync::atomic::AtomicUsize::new(NONE);

/// From now on the whole process makes this mistake, or none.
#[cfg(feature = "planted")]
pub fn plant(mistake: Option<Mistake>) {
    let number = mistake.map_or(NONE, |mistake| mistake as usize);
    PLANTED.store(number, std::sync::atomic::Ordering::SeqCst);
}
