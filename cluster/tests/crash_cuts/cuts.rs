//! All cuts of a recording: after every operation of the disk, in every way in which the end can come.
//!
//! Stands above the single cut. It knows which cuts are the same as one that was made, and how to name one for a person.

use crate::check::Finding;
use crate::cut::{Bench, Cut, Kind};
use crate::recording::Recording;
use crate::truth::Truth;
use corridor_storage::disk::{Operation, Remains, Replay};
use futures::FutureExt as _;
use std::any::Any;
use std::collections::{BTreeMap, HashSet};
use std::fmt;
use std::panic::AssertUnwindSafe;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

/// Every so many cuts a whole group is started.
const GROUP_EVERY: usize = 10;

/// One cut, for a person: `operation:kind:seed`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Name {
    /// The last operation that was begun.
    pub operation: usize,
    pub kind: Kind,
    pub seed: u64,
}

impl fmt::Display for Name {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{:?}:{}", self.operation, self.kind, self.seed)
    }
}

impl Name {
    /// The cut that a person named.
    pub fn parse(text: &str) -> Option<Self> {
        let [operation, kind, seed] = text.split(':').collect::<Vec<_>>().try_into().ok()?;
        Some(Self {
            operation: operation.parse().ok()?,
            kind: Kind::ALL.into_iter().find(|known| format!("{known:?}") == kind)?,
            seed: seed.parse().ok()?,
        })
    }

    /// Every way in which the end can come after an operation.
    fn all(operation: usize) -> impl Iterator<Item = Self> {
        let seeds = |kind: Kind| (0..kind.seeds()).map(move |seed| (kind, seed));
        let ends = Kind::ALL.into_iter().flat_map(seeds);
        ends.map(move |(kind, seed)| Self { operation, kind, seed })
    }

    /// What is left after this cut.
    pub fn remains(&self, replay: &Replay) -> Remains {
        replay.left(self.kind.kept(self.operation, self.seed))
    }
}

/// What came of it.
#[derive(Debug, Default)]
pub struct Outcome {
    /// How many different cuts of each kind were made.
    pub made: BTreeMap<Kind, usize>,
    /// How many of them started a whole group.
    pub groups: usize,
    /// The first finding, by operation.
    pub finding: Option<(Option<Name>, Finding)>,
}

impl Outcome {
    pub fn total(&self) -> usize {
        self.made.values().sum()
    }

    /// Adds the cuts of another recording.
    pub fn add(&mut self, other: Self) {
        for (kind, made) in other.made {
            *self.made.entry(kind).or_default() += made;
        }
        self.groups += other.groups;
    }

    fn found(&mut self, name: Option<Name>, finding: Finding) {
        if self.finding.as_ref().is_none_or(|(earlier, _)| name < *earlier) {
            self.finding = Some((name, finding));
        }
    }
}

/// What the threads share.
struct Shared<'a> {
    bench: Bench<'a>,
    only: Option<Name>,
    /// Remains and promises that a cut had before.
    seen: Mutex<HashSet<(u64, Option<u64>)>>,
    outcome: Mutex<Outcome>,
    stopped: AtomicBool,
}

/// Makes the cuts, on `threads` threads; stops at the first finding.
pub fn make(recording: &Recording, truth: &Truth, only: Option<Name>, threads: usize) -> Outcome {
    let shared = Shared {
        bench: Bench {
            recording,
            truth,
            seen_whole: Mutex::default(),
        },
        only,
        seen: Mutex::default(),
        outcome: Mutex::default(),
        stopped: AtomicBool::new(false),
    };
    let run = |thread| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.unwrap();
        if thread == 0
            && only.is_none()
            && let Err(finding) = shared.bench.told()
        {
            shared.found(None, finding);
        }
        if thread == 0
            && only.is_none()
            && let Err(finding) = runtime.block_on(shared.bench.snapshots())
        {
            shared.found(None, finding);
        }
        runtime.block_on(shared.every(thread, threads));
    };
    std::thread::scope(|scope| {
        for thread in 0..threads {
            scope.spawn(move || run(thread));
        }
    });
    shared.outcome.into_inner().unwrap()
}

impl Shared<'_> {
    fn found(&self, name: Option<Name>, finding: Finding) {
        self.stopped.store(true, Ordering::SeqCst);
        self.outcome.lock().unwrap().found(name, finding);
    }

    /// Every operation whose turn is this thread's.
    async fn every(&self, thread: usize, threads: usize) {
        let recording = self.bench.recording;
        let mut replay = Replay::new();
        let mut promised = recording.promised_before;
        for (number, operation) in recording.operations.iter().enumerate() {
            replay.play(operation);
            if let Operation::Note(note) = operation
                && number >= recording.begins
            {
                promised = promised.max(Some(recording.acknowledged[*note as usize].answer.revision()));
            }
            // Whoever was told before the next operation of the disk was told before this cut.
            let next = recording.operations.get(number + 1);
            if number < recording.begins || next.is_some_and(|next| !next.is_of_the_disk()) {
                continue;
            }
            if number % threads == thread {
                self.after(number, &replay, promised).await;
            }
            if self.stopped.load(Ordering::SeqCst) {
                return;
            }
        }
    }

    async fn after(&self, operation: usize, replay: &Replay, promised: Option<u64>) {
        for name in Name::all(operation) {
            if self.only.is_some_and(|only| only != name) {
                continue;
            }
            let remains = name.remains(replay);
            if !self.seen.lock().unwrap().insert((remains.digest(), promised)) {
                continue;
            }
            let with_group = {
                let mut outcome = self.outcome.lock().unwrap();
                let with_group = outcome.total().is_multiple_of(GROUP_EVERY);
                *outcome.made.entry(name.kind).or_default() += 1;
                outcome.groups += usize::from(with_group);
                with_group
            };
            // A cut that somebody asks for by its name is opened in both ways.
            let ways = [with_group, !with_group];
            for with_group in ways.into_iter().take(1 + usize::from(self.only.is_some())) {
                let cut = Cut {
                    remains: &remains,
                    promised,
                    with_group,
                };
                let checked = AssertUnwindSafe(self.bench.check(&cut)).catch_unwind().await;
                if let Err(finding) = checked.unwrap_or_else(|panic| Err(panicked(&*panic))) {
                    return self.found(Some(name), finding);
                }
            }
        }
    }
}

/// A check that could not go on has found something too.
fn panicked(panic: &(dyn Any + Send)) -> Finding {
    let said = panic.downcast_ref::<String>().cloned();
    let said = said.or_else(|| panic.downcast_ref::<&str>().map(ToString::to_string));
    Finding {
        check: "panic",
        what: said.unwrap_or_default(),
    }
}
