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
