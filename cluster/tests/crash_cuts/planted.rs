//! Mistakes on purpose: the same run and the same cuts must find each of them, by the check that is there for it.
//!
//! Stands beside the honest test; docs/reliability.md holds the same table for people.

use crate::cuts;
use crate::{run, story, threads, truth::Truth, turn};
use corridor_storage::planted::{Mistake, plant};

/// Which checks may find a mistake first.
fn found_by(mistake: Mistake) -> &'static [&'static str] {
    match mistake {
        Mistake::AnsweredBeforeTheSync => &["promised", "opens"],
        Mistake::PositionBesideTheBatch => &["audit", "position"],
        Mistake::PurgedBeforeThePersist => &["opens"],
        Mistake::SnapshotWithoutAnswers => &["retry"],
        Mistake::ResumeOneTooHigh => &["resume"],
        // Of several nodes, or of time: for the simulation.
        _ => &[],
    }
}

#[test]
fn every_planted_mistake_is_found() {
    let _turn = turn();
    for mistake in Mistake::ALL
        .iter()
        .copied()
        .filter(|mistake| !found_by(*mistake).is_empty())
    {
        plant(Some(mistake));
        let recording = run(story::record());
        plant(None);
        let truth = Truth::of(&recording);
        plant(Some(mistake));
        let outcome = cuts::make(&recording, &truth, None, threads());
        plant(None);
        let Some((name, finding)) = &outcome.finding else {
            panic!(
                "{mistake:?}, planted in {}, was not found by {} cuts",
                mistake.place(),
                outcome.total()
            );
        };
        let name = name.map_or_else(|| "before the cuts".to_owned(), |name| format!("at {name}"));
        println!(
            "{mistake:?} was found {name}, after {} cuts: {finding}",
            outcome.total()
        );
        assert!(
            found_by(mistake).contains(&finding.check),
            "{mistake:?} was found by chance: {finding}"
        );
    }
}
