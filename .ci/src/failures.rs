//! What the tests that failed printed, kept until the end: there it is read, and not a thousand lines further up.
//!
//! It knows how `cargo test` frames what a failed test printed, and how `node --test` reports one (TAP, version 13: a line
//! `not ok`, then a block between `---` and `...`), and keeps a bounded piece of it.

use std::collections::VecDeque;

/// Of each failed test its last lines: a panic stands at the end of what a test printed.
const KEPT_LINES_COUNT: usize = 60;
/// So many lines from before a report: what the test said while it ran.
const KEPT_BEFORE_COUNT: usize = 20;

/// Reads the lines of a run; holds what failed tests printed.
#[derive(Debug, Default)]
pub struct Failures {
    is_inside: bool,
    is_in_report: bool,
    before: VecDeque<String>,
    tests: Vec<Printed>,
}

#[derive(Debug)]
struct Printed {
    test: String,
    lines: VecDeque<String>,
}

impl Failures {
    pub fn line(&mut self, line: &str) {
        // Said before what the tests printed, and once more before the list of their names.
        if line == "failures:" {
            self.is_inside = !self.is_inside;
            return;
        }
        if let Some(test) = line.trim_start().strip_prefix("not ok ") {
            self.is_in_report = true;
            self.begin(test);
        } else if self.is_in_report {
            self.is_in_report = line.trim() != "...";
            self.add(line);
        } else if !self.is_inside {
            keep(&mut self.before, KEPT_BEFORE_COUNT, line);
        } else if let Some(test) = heading(line) {
            self.before.clear();
            self.begin(test);
        } else {
            self.add(line);
        }
    }

    fn begin(&mut self, test: &str) {
        self.tests.push(Printed {
            test: test.to_owned(),
            lines: std::mem::take(&mut self.before),
        });
    }

    fn add(&mut self, line: &str) {
        if let Some(printed) = self.tests.last_mut() {
            keep(&mut printed.lines, KEPT_LINES_COUNT, line);
        }
    }

    /// A text for each test, its name first.
    pub fn into_texts(self) -> Vec<String> {
        self.tests.into_iter().map(Printed::into_text).collect()
    }
}

impl Printed {
    fn into_text(self) -> String {
        let mut text = self.test;
        for line in self.lines.iter().filter(|line| !line.trim().is_empty()) {
            text.push_str("\n    ");
            text.push_str(line);
        }
        text
    }
}

fn keep(lines: &mut VecDeque<String>, count_max: usize, line: &str) {
    if lines.len() == count_max {
        lines.pop_front();
    }
    lines.push_back(line.to_owned());
}

/// The name in `---- name stdout ----`.
fn heading(line: &str) -> Option<&str> {
    line.strip_prefix("---- ")?.strip_suffix(" stdout ----")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(lines: &str) -> Vec<String> {
        let mut failures = Failures::default();
        lines.lines().for_each(|line| failures.line(line));
        failures.into_texts()
    }

    #[test]
    fn what_a_failed_test_printed_is_kept_and_nothing_else() {
        let printed = "test a ... ok\ntest b ... FAILED\n\nsuccesses:\n\n---- a stdout ----\nall is well\n\nfailures:\n\n\
                       ---- b stdout ----\nthread panicked\n\nfailures:\n    b\n\ntest result: FAILED. 1 passed; 1 failed\nmore";
        assert_eq!(texts(printed), ["b\n    thread panicked"]);
        assert!(texts("test a ... ok\ntest result: ok. 1 passed; 0 failed").is_empty());
    }

    #[test]
    fn the_report_of_a_test_in_a_browser_is_kept_with_what_it_said_before() {
        let printed = "# Subtest: a\nok 1 - a\n  ---\n  duration_ms: 3\n  ...\n# round 1\n# Subtest: b\nnot ok 2 - b\n  ---\n  error: 'late'\n  ...\n1..2\n# pass 1";
        let texts = texts(printed);
        assert_eq!(texts.len(), 1);
        assert!(
            texts[0].starts_with("2 - b\n") && texts[0].contains("    # round 1\n"),
            "{texts:?}"
        );
        assert!(texts[0].ends_with("error: 'late'\n      ..."), "{texts:?}");
    }

    #[test]
    fn of_a_long_text_the_end_is_kept() {
        let mut printed = "failures:\n---- b stdout ----\n".to_owned();
        for number in 0..1_000 {
            printed.push_str(&format!("line {number}\n"));
        }
        let texts = texts(&printed);
        assert!(texts[0].ends_with("line 999"), "{texts:?}");
        assert_eq!(texts[0].lines().count(), 1 + KEPT_LINES_COUNT);
    }
}
