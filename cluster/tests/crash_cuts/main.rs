//! Crash cuts: a recorded run of the whole way from proposal to state is cut after every write and every sync, opened again,
//! and must be everything that was promised. docs/reliability.md says what is cut and what is checked.
//!
//! Stands outside the crate, over the log engine, openraft and applied state as a node has them; only the disk is simulated.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on should stop"
)]

mod check;
#[path = "../../../storage/tests/clinic/mod.rs"]
mod clinic;
mod cut;
mod cuts;
mod node;
#[cfg(feature = "planted")]
mod planted;
mod recording;
mod story;
mod truth;

use corridor_domain::outcome::Answer;
use corridor_storage::disk::{Operation, Replay};
use cuts::{Name, Outcome};
use recording::{Recorder, Recording};
use std::collections::BTreeSet;
use std::future::Future;
use std::sync::{Mutex, MutexGuard, PoisonError};
use truth::Truth;

const CUTS_MIN: usize = 2_000;
const COMMANDS_MIN: usize = 300;
/// Cuts of the run after which a node comes back, works and is cut again.
const SECOND_LIVES: usize = 10;

/// A planted mistake is the whole process's: tests that record or cut take turns.
fn turn() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::new(());
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

fn run<T>(work: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build();
    runtime.unwrap().block_on(work)
}

fn threads() -> usize {
    std::thread::available_parallelism().map_or(2, |count| count.get().clamp(2, 8))
}

/// Makes all cuts of a recording. A finding ends the test, and says how to come back to it.
fn cut_all(recording: &Recording) -> Outcome {
    let outcome = cuts::make(recording, &Truth::of(recording), None, threads());
    if let Some((name, finding)) = &outcome.finding {
        recording.keep();
        let again = name.map_or_else(String::new, |name| {
            format!(
                "\nto make only this cut again: CORRIDOR_CUT={name} cargo test --workspace --test crash_cuts every_cut\n\
                 the operations before it: {:#?}",
                last_operations(recording, name.operation)
            )
        });
        let name = name.map_or_else(|| "before any cut".to_owned(), |name| format!("cut {name}"));
        panic!("{name}: {finding}{again}");
    }
    outcome
}

fn last_operations(recording: &Recording, operation: usize) -> Vec<String> {
    let first = operation.saturating_sub(8);
    (first..=operation)
        .map(|number| {
            let text = format!("{number}: {:?}", recording.operations[number]);
            text.chars().take(100).collect()
        })
        .collect()
}

#[test]
fn every_cut_keeps_what_was_promised() {
    let _turn = turn();
    if let Ok(text) = std::env::var("CORRIDOR_CUT") {
        let name = Name::parse(&text).expect("CORRIDOR_CUT is operation:Kind:seed");
        let recording = Recording::kept();
        let outcome = cuts::make(&recording, &Truth::of(&recording), Some(name), 1);
        assert!(outcome.finding.is_none(), "{:?}", outcome.finding);
        assert_eq!(outcome.total(), 1, "there is no such cut");
        return;
    }
    let recording = run(story::record());
    has_everything(&recording);
    let mut outcome = cut_all(&recording);
    let first = outcome.total();
    for (name, second) in second_lives(&recording) {
        println!(
            "after {name}: {} operations more",
            second.operations.len() - second.begins
        );
        outcome.add(cut_all(&second));
    }
    println!(
        "{} commands, {} operations of the disk; {first} cuts, {} of them and of second lives: {:?}, {} with a whole group",
        recording.commands.len(),
        recording
            .operations
            .iter()
            .filter(|operation| operation.is_of_the_disk())
            .count(),
        outcome.total(),
        outcome.made,
        outcome.groups
    );
    assert!(first >= CUTS_MIN, "only {first} cuts");
}

/// The run is worth cutting.
fn has_everything(recording: &Recording) {
    let answered = recording.acknowledged.iter().map(|told| &told.answer);
    let refusals: BTreeSet<_> = answered
        .filter_map(|answer| match answer {
            Answer::Refused { refusal, .. } => Some(*refusal),
            _ => None,
        })
        .collect();
    let kinds: BTreeSet<String> = recording
        .acknowledged
        .iter()
        .filter(|told| !matches!(told.answer, Answer::Refused { .. }))
        .map(|told| format!("{:?}", std::mem::discriminant(&told.envelope.command)))
        .collect();
    let count = |wanted: fn(&Operation) -> bool| {
        recording
            .operations
            .iter()
            .filter(|operation| wanted(operation))
            .count()
    };
    assert!(recording.commands.len() >= COMMANDS_MIN);
    assert!(kinds.len() >= 25, "only {} kinds of commands were done", kinds.len());
    assert!(refusals.len() >= 12, "only refused with {refusals:?}");
    assert!(count(|operation| matches!(operation, Operation::Persist)) >= 5);
    assert!(count(|operation| matches!(operation, Operation::Rename(_, to) if to.ends_with("high-water"))) >= 10);
    assert!(recording.commands.len() > count(|operation| matches!(operation, Operation::Commit(_))) + 100);
}

/// Nodes that came back after a cut, worked on, and stopped.
fn second_lives(recording: &Recording) -> Vec<(Name, Recording)> {
    let every = recording.operations.len() / (SECOND_LIVES + 1);
    let mut lives = Vec::new();
    let (mut replay, mut promised) = (Replay::new(), None);
    for (operation, played) in recording.operations.iter().enumerate() {
        replay.play(played);
        if let Operation::Note(note) = played {
            promised = promised.max(Some(recording.acknowledged[*note as usize].answer.revision()));
        }
        let is_between_notes = recording
            .operations
            .get(operation + 1)
            .is_some_and(Operation::is_of_the_disk);
        if operation < every * (lives.len() + 1) || !is_between_notes || lives.len() == SECOND_LIVES {
            continue;
        }
        let kind = cut::Kind::ALL[lives.len() % cut::Kind::ALL.len()];
        let name = Name {
            operation,
            kind,
            seed: 0,
        };
        let remains = name.remains(&replay);
        let left = || match kind {
            cut::Kind::Killed => node::Node::after_kill(&recording.operations[..=operation]),
            _ => node::Node::after(&remains),
        };
        let life = async { story::go_on(Recorder::after(left, recording, promised).await).await };
        lives.push((name, run(life)));
    }
    assert_eq!(lives.len(), SECOND_LIVES);
    lives
}

#[test]
fn a_cut_has_a_name() {
    for text in ["17:Torn:1", "0:StateAhead:0"] {
        assert_eq!(Name::parse(text).map(|name| name.to_string()).as_deref(), Some(text));
    }
    for text in ["17:Torn", "17:Rusted:1", ":Torn:1", "17:Torn:1:2", ""] {
        assert_eq!(Name::parse(text), None);
    }
}
