//! Many runs: on all cores, with what they had in common, and what to do about one that failed.
//!
//! Stands between the tests and the runs. `CORRIDOR_SEEDS` says how many, from `CORRIDOR_FIRST_SEED` on; `CORRIDOR_SEED` plays one again.

use crate::checker;
use crate::faults::CLASSES;
use crate::history::{self, Happened, Line, Told};
use crate::run::{Played, play};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

const SEEDS_COUNT: u64 = 200;
/// After so many that failed, the others say nothing new.
const FAILED_COUNT_MAX: usize = 5;
/// With so many runs, every class must have come about.
const SEEDS_FOR_ALL_CLASSES: u64 = 100;
/// Besides the faults.
const ALSO_REQUIRED: [&str; 15] = [
    "lost disk replaced",
    "damage found by reading everything",
    "rotten disk replaced",
    "line broken under a message",
    "message after its line broke",
    "old command asked again",
    "other words under an old name",
    "outcome unknown, asked again",
    "process ended itself",
    "state installed from another node",
    "timer fired",
    "somebody covered",
    "not read in time",
    "conversation labelled",
    "message moved",
];

/// How many cores there are for it.
pub fn threads() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from).min(8)
}

/// Plays so many seeds from `first` on, `threads` at a time, until `take` has enough; gives those in the order in which they ended.
pub fn play_some(first: u64, count: u64, mut take: impl FnMut(Played) -> bool + Send) {
    let next = AtomicU64::new(first);
    let take = Mutex::new((&mut take, false));
    std::thread::scope(|scope| {
        for _ in 0..threads() {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::SeqCst);
                    if seed >= first + count || take.lock().unwrap().1 {
                        return;
                    }
                    let played = play(seed);
                    let mut taken = take.lock().unwrap();
                    if !taken.1 {
                        taken.1 = (taken.0)(played);
                    }
                }
            });
        }
    });
}

/// Figures over all runs.
#[derive(Default)]
struct Sum {
    runs: u64,
    told: u64,
    counts: BTreeMap<&'static str, u64>,
}

impl Sum {
    fn add(&mut self, played: &Played) {
        self.runs += 1;
        let told = |line: &&Line| matches!(line.happened, Happened::Told { .. });
        self.told += played.written.history.iter().filter(told).count() as u64;
        for (class, count) in &played.written.counts {
            *self.counts.entry(class).or_default() += count;
        }
    }
}

/// All seeds, or the one that was asked for. A finding fails the test, and says how to come back to it.
pub fn play_all() {
    let number = |name: &str| std::env::var(name).ok().map(|text| text.parse().expect("a number"));
    if let Some(seed) = number("CORRIDOR_SEED") {
        let played = play(seed);
        println!("seed {seed}: kept in {}", keep(&played).display());
        assert!(played.findings.is_empty(), "{}", describe(&played));
        return;
    }
    let count = number("CORRIDOR_SEEDS").unwrap_or(SEEDS_COUNT);
    let first = number("CORRIDOR_FIRST_SEED").unwrap_or(1);
    let began = Instant::now();
    let mut sum = Sum::default();
    let mut failed = 0;
    play_some(first, count, |played| {
        sum.add(&played);
        if !played.findings.is_empty() {
            failed += 1;
            println!(
                "{}\nits trace and history are kept in {}",
                describe(&played),
                keep(&played).display()
            );
        }
        failed >= FAILED_COUNT_MAX
    });
    println!(
        "{} runs of 60 simulated seconds in {} s: {} answers",
        sum.runs,
        began.elapsed().as_secs(),
        sum.told
    );
    for (class, count) in &sum.counts {
        println!("  {count:>8} {class}");
    }
    assert_eq!(failed, 0, "runs broke rules; each is described above");
    let required = CLASSES.iter().map(|(class, _)| *class).chain(ALSO_REQUIRED);
    let missed: Vec<_> = required.filter(|class| !sum.counts.contains_key(class)).collect();
    assert!(
        count < SEEDS_FOR_ALL_CLASSES || missed.is_empty(),
        "these never came about: {missed:?}"
    );
}

/// What is wrong, and how to see it again.
fn describe(played: &Played) -> String {
    let findings: Vec<String> = played.findings.iter().take(8).map(ToString::to_string).collect();
    format!(
        "seed {} breaks {} rules:\n  {}\nto play it again: cargo ci simulate --seed {}",
        played.seed,
        played.findings.len(),
        findings.join("\n  "),
        played.seed
    )
}

pub fn keep(played: &Played) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("simulation");
    std::fs::create_dir_all(&folder).unwrap();
    let named = |ending: &str| folder.join(format!("seed-{}.{ending}", played.seed));
    std::fs::write(named("trace"), &played.written.trace).unwrap();
    std::fs::write(named("history.jsonl"), history::write(&played.written.history)).unwrap();
    folder
}

/// Changes a good history in ways that nobody may overlook.
pub fn tamper(good: &[Line]) {
    let found = |name: &str, change: &dyn Fn(&mut Line) -> bool| {
        let mut lines = good.to_vec();
        assert!(lines.iter_mut().any(change), "{name}: nothing to change");
        assert_ne!(checker::check(&lines), [], "{name} was overlooked");
    };
    found("a message moved", &|line| match &mut line.happened {
        Happened::Holds { event } => {
            event.seq += 1;
            true
        }
        _ => false,
    });
    found("an answer changed", &|line| match &mut line.happened {
        Happened::Told {
            answer: Told::Done { revision, .. },
            ..
        } => {
            *revision += 1;
            true
        }
        _ => false,
    });
    found("a state differs", &|line| match &mut line.happened {
        Happened::Applied { revision, hash, .. } if *revision > 40 => {
            hash.push('0');
            true
        }
        _ => false,
    });
    found("a quorum missing", &|line| match &mut line.happened {
        Happened::Durable { on, .. } => {
            on.clear();
            true
        }
        _ => false,
    });
}
