//! Deterministic simulation: nodes and clients in one process, from a seed, while disks, clocks, network and processes fail.
//! docs/reliability.md says what fails and what is checked.
//!
//! Stands outside the crate, over agreement, log and applied state as a node has them. Time is virtual; one seed gives the same
//! run, byte for byte.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a test that cannot go on should stop, and says how long it took"
)]

mod agenda;
mod ask;
mod birth;
mod checker;
mod clients;
#[path = "../../../storage/tests/clinic/mod.rs"]
mod clinic;
mod clock;
mod dice;
mod disk;
mod duty;
mod faults;
mod history;
mod log;
mod machines;
mod network;
mod observer;
mod operator;
mod planted;
mod recent;
mod record;
mod rot;
mod run;
mod seeds;
mod store;
mod truth;
mod wire;
mod witness;
mod workload;

use corridor_cluster::simulation::{self, Process};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// A planted mistake is the whole process's: tests take turns.
fn turn() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::new(());
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

#[test]
fn one_seed_gives_one_run() {
    let _turn = turn();
    for seed in [1, 3] {
        let (once, again) = (run::play(seed), run::play(seed));
        assert!(once.written.trace.lines().count() > 5_000, "nothing happened");
        let differing = once
            .written
            .trace
            .lines()
            .zip(again.written.trace.lines())
            .find(|(one, other)| one != other);
        assert_eq!(differing, None, "seed {seed} gave two runs");
        assert!(once.written.trace == again.written.trace);
        assert!(history::write(&once.written.history) == history::write(&again.written.history));
    }
}

#[test]
fn a_paused_process_takes_no_step_and_a_killed_one_never_again() {
    let steps = Arc::new(AtomicU64::new(0));
    let counted = || steps.load(Ordering::SeqCst);
    let moment = || tokio::time::sleep(Duration::from_millis(100));
    simulation::run(1, async {
        let process = Process::new(|| Duration::ZERO);
        let counting = Arc::clone(&steps);
        process.spawn(async move {
            // A task of a task belongs to the same process.
            simulation::spawn(async move {
                loop {
                    counting.fetch_add(1, Ordering::SeqCst);
                    tokio::time::sleep(Duration::from_millis(10)).await;
                }
            });
        });
        moment().await;
        process.pause();
        let paused_at = counted();
        moment().await;
        assert_eq!((paused_at, counted()), (10, 10));
        process.resume();
        moment().await;
        process.kill();
        let killed_at = counted();
        process.resume();
        moment().await;
        assert_eq!((killed_at, counted()), (20, 20));
        assert!(!process.is_alive());
    })
    .unwrap();
}

#[test]
fn every_seed_keeps_what_was_promised() {
    let _turn = turn();
    seeds::play_all();
}

#[test]
fn a_written_history_is_enough_to_find_what_is_wrong() {
    let _turn = turn();
    let played = run::play(2);
    let read = history::read(&history::write(&played.written.history)).unwrap();
    assert!(read == played.written.history, "something is lost on the way");
    assert_eq!(checker::check(&read), []);
    seeds::tamper(&read);
}
