//! What a person reads of a run of faults: its classes, what was found, how long things took, and the line that plays it again. Pure.

use super::Builds;
use crate::arguments::Faults;
use clap::ValueEnum;
use corridor_judge::judge::{self, Verdict};
use std::fmt::Write as _;

/// What the judge found, and how long things took.
pub fn table(verdict: &Verdict) -> String {
    let mut text = String::from("class             episodes\n");
    // Writing to a string does not fail.
    for (class, count) in &verdict.episodes {
        let _ = writeln!(text, "{class:16}  {count:>8}");
    }
    let known = |value: Option<f64>| value.map_or_else(|| "-".to_owned(), |value| format!("{value:.0}"));
    let of = |values: &[f64], part| known(judge::share(values, part));
    let (waits, healings) = (&verdict.unavailable_ms, &verdict.healing_ms);
    let _ = writeln!(
        text,
        "\n{} acknowledged, {} retried, {} unknown outcomes, {} delivered, {} sockets, {} vanished, {} phantoms, {} resets\n\
         {} changes of a guest, {} revoked; {} looks, {} stale; {} lines on the record, {} unaudited\n\
         nobody was answered after a killed leader for p50 {} ms, p99 {} ms ({} times)\n\
         all was well again after p50 {} ms, at most {} ms",
        verdict.acknowledged,
        verdict.retried,
        verdict.unknown,
        verdict.delivered,
        verdict.sockets,
        verdict.vanished,
        verdict.phantoms,
        verdict.resets,
        verdict.changes,
        verdict.revoked,
        verdict.looks,
        verdict.stale,
        verdict.audited,
        verdict.unaudited,
        of(waits, 0.5),
        of(waits, 0.99),
        waits.len(),
        of(healings, 0.5),
        of(healings, 1.0),
    );
    text
}

/// The line that plays the same again.
pub fn again(seed: u64, arguments: &Faults, builds: &Builds) -> String {
    let only: Vec<String> = arguments.only.iter().map(|class| class.name()).collect();
    let only = if only.is_empty() {
        String::new()
    } else {
        format!(" --only {}", only.join(","))
    };
    let planted = arguments.planted.and_then(|planted| planted.to_possible_value());
    let planted = planted.map_or_else(String::new, |planted| format!(" --planted {}", planted.get_name()));
    let earlier = builds.earlier.as_ref();
    let earlier = earlier.map_or_else(String::new, |earlier| format!(" --earlier {}", earlier.display()));
    format!(
        "again: corridor-benches faults --binary {} --episodes {} --seconds-each {} --seed {seed}{only}{earlier}{planted}\n",
        builds.binary.display(),
        arguments.episodes,
        arguments.seconds_each,
    )
}
