//! Runs a model: healthy, where every schedule must hold, and with a mistake, where one must not.

use corridor_sync::planted::{Mistake, plant};
use std::cell::Cell;
use std::panic::set_hook;
use std::pin::pin;
use std::process::Command;
use std::task::{Context, Poll, Waker};
use std::time::Instant;

std::thread_local! {
    static SCHEDULES: Cell<u64> = const { Cell::new(0) };
}

/// Threads that are set aside in the middle of their work, at most so many times in one schedule. `EVERY`: no bound.
pub type Preemptions = Option<usize>;
pub const EVERY: Preemptions = None;

fn run(preemptions: Preemptions, model: fn()) {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = preemptions;
    builder.max_branches = 10_000;
    SCHEDULES.set(0);
    builder.check(move || {
        SCHEDULES.set(SCHEDULES.get() + 1);
        model();
    });
}

/// Which model the child process spoils.
const SPOILED: &str = "CORRIDOR_LOOM_SPOILED";
/// What it prints before what failed.
const FOUND: &str = "\nFOUND ";

/// Every schedule holds.
pub fn holds(name: &str, preemptions: Preemptions, model: fn()) {
    if std::env::var_os(SPOILED).is_some() {
        return;
    }
    let started = Instant::now();
    run(preemptions, model);
    let (schedules, elapsed_ms) = (SCHEDULES.get(), started.elapsed().as_millis());
    println!("model {name}: {schedules} schedules, {elapsed_ms} ms");
    assert!(schedules > 1, "a model with one schedule proves nothing");
}

/// Some schedule fails with this mistake, and says what it must say. That happens in a process of its own, which ends there and
/// then: what a schedule holds that is cut off cannot be unwound.
pub fn finds(name: &str, mistake: Mistake, says: &str, preemptions: Preemptions, model: fn()) {
    let key = format!("{name}, {mistake:?}");
    match std::env::var(SPOILED) {
        Ok(spoiled) if spoiled == key => {
            set_hook(Box::new(|panic| {
                let schedules = SCHEDULES.get();
                println!(
                    "{FOUND}schedule {schedules}: {}",
                    panic.payload_as_str().unwrap_or_default()
                );
                std::process::exit(1);
            }));
            plant(Some(mistake));
            run(preemptions, model);
        }
        Ok(_) => {}
        Err(_) => {
            let mut child = Command::new(std::env::current_exe().unwrap());
            let ended = child.arg("--nocapture").env(SPOILED, &key).output().unwrap();
            let printed = String::from_utf8_lossy(&ended.stdout);
            let found = printed.split_once(FOUND).map(|(_, found)| found);
            let found = found.and_then(|found| found.lines().next());
            let found = found.unwrap_or_else(|| panic!("{key} was not found:\n{printed}"));
            assert!(found.contains(says), "{key} failed otherwise: {found}");
            println!("model {key}: found in {found}");
        }
    }
}

/// Looks once whether a future is ready, and goes away.
pub fn look<T>(future: impl Future<Output = T>) -> Poll<T> {
    pin!(future).poll(&mut Context::from_waker(Waker::noop()))
}
