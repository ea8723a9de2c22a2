//! What the person at the terminal reads: a line per step as it ends, a table at the close, and the two numbers last.
//!
//! A step is itself one check, beside the tests that it ran.

use std::time::{Duration, Instant};

use crate::counts::Counts;
use crate::outcome::Outcome;

/// So many failed tests of a step are named below the table's row.
const NAMED_COUNT_MAX: usize = 20;

/// The steps that have run.
#[derive(Debug, Default)]
pub struct Report {
    started: Option<Instant>,
    rows: Vec<Row>,
}

#[derive(Debug)]
struct Row {
    step: &'static str,
    took: Duration,
    outcome: Outcome,
}

impl Report {
    pub fn begin(&mut self, step: &str, summary: &str) {
        println!("\n── {step}: {summary}");
        self.started = Some(now());
    }

    pub fn end(&mut self, step: &'static str, outcome: Outcome) {
        let took = self
            .started
            .take()
            .map(|started| now().duration_since(started))
            .unwrap_or_default();
        for failure in &outcome.failures {
            println!("   {failure}");
        }
        let row = Row { step, took, outcome };
        println!("{}", row.line());
        self.rows.push(row);
    }

    /// Prints what the tests that failed printed, the table with their names, and the two numbers; true if nothing failed. The names
    /// stand here once more because this is the part of a long log that is always kept.
    pub fn close(&self) -> bool {
        for row in &self.rows {
            for printed in &row.outcome.printed {
                println!("\n── failed in {}: {printed}", row.step);
            }
        }
        println!("\nstep             time    checks  result");
        for row in &self.rows {
            println!("{}", row.line());
            if let Some(first) = row.outcome.failures.first() {
                println!("             {first}");
            }
            for test in row.failed_tests() {
                println!("             · {test}");
            }
        }
        let (passed, failed) = self.totals();
        println!("\n{passed} passed, {failed} failed");
        failed == 0
    }

    fn totals(&self) -> (u64, u64) {
        let mut totals = Counts::default();
        for row in &self.rows {
            totals.add(row.outcome.counts);
            if row.outcome.passed() {
                totals.passed += 1;
            } else {
                totals.failed += 1;
            }
        }
        (totals.passed, totals.failed)
    }
}

impl Row {
    /// The names of tests that failed, not too many.
    fn failed_tests(&self) -> impl Iterator<Item = &str> {
        let names = self.outcome.printed.iter().filter_map(|text| text.lines().next());
        names.take(NAMED_COUNT_MAX)
    }

    fn line(&self) -> String {
        let checks = self.outcome.counts.ran() + 1;
        let result = if self.outcome.passed() { "ok" } else { "FAILED" };
        format!(
            "{:<12} {:>6.1} s  {checks:>8}  {result}",
            self.step,
            self.took.as_secs_f64()
        )
    }
}

#[allow(
    clippy::disallowed_methods,
    reason = "how long a step took is shown to a person and decides nothing"
)]
fn now() -> Instant {
    Instant::now()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_step_is_a_check_beside_its_tests() {
        let mut report = Report::default();
        report.end("fmt", Outcome::default());
        report.end(
            "unit",
            Outcome {
                counts: Counts {
                    passed: 10,
                    failed: 0,
                    ignored: 0,
                },
                ..Outcome::default()
            },
        );
        assert_eq!(report.totals(), (12, 0));
        assert!(report.close());
    }

    #[test]
    fn failed_tests_and_failed_steps_are_summed() {
        let mut report = Report::default();
        let counts = Counts {
            passed: 3,
            failed: 2,
            ignored: 0,
        };
        report.end(
            "unit",
            Outcome {
                counts,
                failures: vec!["2 tests failed".to_owned()],
                ..Outcome::default()
            },
        );
        report.end("web", Outcome::failed("there is no api/web/package.json"));
        assert_eq!(report.totals(), (3, 4));
        assert!(!report.close());
    }

    #[test]
    fn the_tests_that_failed_are_named_and_not_what_they_printed() {
        let row = Row {
            step: "browser",
            took: Duration::ZERO,
            outcome: Outcome {
                printed: (0..30).map(|number| format!("{number} - a test\n    late")).collect(),
                ..Outcome::failed("tests failed: 30")
            },
        };
        let named: Vec<_> = row.failed_tests().collect();
        assert_eq!(named.len(), NAMED_COUNT_MAX);
        assert_eq!(named[1], "1 - a test");
    }

    #[test]
    fn an_ignored_test_is_neither_passed_nor_failed_but_its_step_fails() {
        let mut report = Report::default();
        let counts = Counts {
            passed: 3,
            failed: 0,
            ignored: 1,
        };
        report.end(
            "unit",
            Outcome {
                counts,
                failures: vec!["1 test is switched off".to_owned()],
                ..Outcome::default()
            },
        );
        assert_eq!(report.totals(), (3, 1));
    }
}
