//! What a step found, and what is made of how its programs ended.
//!
//! It knows which outcome is a good one. It refuses to know which programs were run, and how an outcome is shown.

use crate::child::Ended;
use crate::counts::Counts;

/// What a step found.
#[derive(Debug, Default)]
pub struct Outcome {
    pub counts: Counts,
    /// Why the step failed; empty if it passed.
    pub failures: Vec<String>,
    /// What its tests that failed printed.
    pub printed: Vec<String>,
}

impl Outcome {
    pub fn failed(why: impl Into<String>) -> Self {
        Self {
            failures: vec![why.into()],
            ..Self::default()
        }
    }

    pub fn passed(&self) -> bool {
        self.failures.is_empty()
    }
}

/// The outcome of a program that either succeeds or fails.
pub fn plain(ended: Ended) -> Outcome {
    Outcome {
        failures: ended.failure.into_iter().collect(),
        ..Outcome::default()
    }
}

/// The outcome of test programs: each must succeed, some test must have run, and none may be switched off.
pub fn tested<const RUNS: usize>(runs: [Ended; RUNS]) -> Outcome {
    let mut outcome = Outcome::default();
    for ended in runs {
        outcome.counts.add(ended.counts);
        outcome.failures.extend(ended.failure);
        outcome.printed.extend(ended.printed);
    }
    let Counts { failed, ignored, .. } = outcome.counts;
    if failed > 0 {
        outcome.failures.insert(0, format!("tests failed: {failed}"));
    }
    if ignored > 0 {
        outcome.failures.push(format!(
            "{ignored} tests are switched off; none may be, without an issue that says why"
        ));
    }
    if outcome.counts.ran() == 0 && outcome.failures.is_empty() {
        outcome.failures.push("no test ran".to_owned());
    }
    outcome
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ended(passed: u64, failed: u64, ignored: u64, failure: Option<&str>) -> Ended {
        let counts = Counts {
            passed,
            failed,
            ignored,
        };
        Ended::made_up(failure, counts)
    }

    #[test]
    fn tests_must_have_run_and_none_may_be_switched_off() {
        assert!(tested([ended(3, 0, 0, None)]).failures.is_empty());
        assert_eq!(tested([ended(0, 0, 0, None)]).failures, ["no test ran"]);
        assert_eq!(tested([ended(3, 0, 1, None)]).failures.len(), 1);
    }

    #[test]
    fn failed_tests_and_programs_are_both_named() {
        let outcome = tested([ended(3, 0, 0, None), ended(1, 2, 0, Some("cargo ended with 101"))]);
        assert_eq!(outcome.failures, ["tests failed: 2", "cargo ended with 101"]);
        assert_eq!(
            outcome.counts,
            Counts {
                passed: 4,
                failed: 2,
                ignored: 0
            }
        );
    }
}
