//! Mistakes on purpose: the same runs must find each of them, by a check that is there for it.
//!
//! Stands beside the honest test; docs/reliability.md holds the same table for people.

use crate::history::Happened;
use crate::seeds::play_some;
use crate::turn;
use corridor_storage::planted::{Mistake, plant};
use std::collections::BTreeSet;

/// Each mistake is found within so many seeds.
const SEEDS_COUNT_MAX: u64 = 200;

/// Which checks may find a mistake; none: it is not of this level.
fn found_by(mistake: Mistake) -> &'static [&'static str] {
    match mistake {
        // The twin of the log has another sync, and nobody resumes here.
        Mistake::AnsweredBeforeTheSync | Mistake::ResumeOneTooHigh => &[],
        Mistake::PositionBesideTheBatch => &["hash", "truth"],
        Mistake::PurgedBeforeThePersist | Mistake::AppliedBeforeTheSync => &["fatal"],
        Mistake::SnapshotWithoutAnswers | Mistake::AnswersOnlyInMemory => &["hash", "truth", "records", "answers"],
        Mistake::AppendedBeforeTheSync => &["durable"],
        Mistake::VotedBeforeTheSync => &["vote"],
        Mistake::LostAnswerTakenForYes => &["durable", "order"],
        Mistake::ReadWithoutAQuorum => &["looks"],
        Mistake::UnknownCalledNotDone => &["not done"],
        Mistake::DamagePassedOver => &["healing"],
        Mistake::MembersForgottenAtInstall => &["healing"],
        Mistake::OtherWordsTaken => &["conflict"],
        Mistake::ClockInApply | Mistake::OrderOfAHashMap => &["hash", "truth"],
        Mistake::TimeGoesBack => &["numbered"],
        Mistake::FailedSyncTriedAgain => &["durable"],
        Mistake::NameUsedAgain => &["durable", "order", "fatal"],
    }
}

/// The checks that a run broke.
fn broken(played: &crate::run::Played) -> BTreeSet<String> {
    let violated = played.written.history.iter().filter_map(|line| match &line.happened {
        Happened::Violated { check, .. } => Some(check.clone()),
        _ => None,
    });
    let found = played.findings.iter().map(|finding| finding.check.to_owned());
    violated.chain(found).filter(|check| check != "violated").collect()
}

#[test]
fn every_planted_mistake_is_found() {
    let _turn = turn();
    let only = std::env::var("CORRIDOR_MISTAKE").ok();
    let mut missed = Vec::new();
    for mistake in Mistake::ALL
        .iter()
        .copied()
        .filter(|mistake| !found_by(*mistake).is_empty())
    {
        if only.as_ref().is_some_and(|only| *only != format!("{mistake:?}")) {
            continue;
        }
        let mut found = None;
        plant(Some(mistake));
        play_some(1, SEEDS_COUNT_MAX, |played| {
            let checks = broken(&played);
            if std::env::var_os("CORRIDOR_KEEP").is_some() && checks.contains("too long") {
                println!("{}", crate::seeds::keep(&played).display());
            }
            if found_by(mistake).iter().any(|check| checks.contains(*check)) {
                found = Some((played.seed, checks));
            } else if !checks.is_empty() {
                println!("{mistake:?}, seed {}: only {checks:?}", played.seed);
            }
            found.is_some()
        });
        plant(None);
        match found {
            Some((seed, checks)) => println!("| {mistake:?} | {} | {seed} | {checks:?} |", mistake.place()),
            None => missed.push(mistake),
        }
    }
    assert!(missed.is_empty(), "{SEEDS_COUNT_MAX} seeds did not find {missed:?}");
}
