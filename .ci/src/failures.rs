//! What the tests that failed printed, kept until the end: there it is read, and not a thousand lines further up.
//!
//! It knows how `cargo test` frames what a failed test printed, and keeps a bounded piece of it.

use std::collections::VecDeque;

/// Of each failed test its last lines: a panic stands at the end of what a test printed.
const KEPT_LINES_COUNT: usize = 30;

/// Reads the lines of a run; holds what failed tests printed.
#[derive(Debug, Default)]
pub struct Failures {
    is_inside: bool,
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
        match heading(line) {
            _ if !self.is_inside => {}
            Some(test) => self.tests.push(Printed {
                test: test.to_owned(),
                lines: VecDeque::new(),
            }),
            None => self.tests.last_mut().into_iter().for_each(|printed| printed.keep(line)),
        }
    }

    /// A text for each test, its name first.
    pub fn into_texts(self) -> Vec<String> {
        self.tests.into_iter().map(Printed::into_text).collect()
    }
}

impl Printed {
    fn keep(&mut self, line: &str) {
        if self.lines.len() == KEPT_LINES_COUNT {
            self.lines.pop_front();
        }
        self.lines.push_back(line.to_owned());
    }

    fn into_text(self) -> String {
        let mut text = self.test;
        for line in self.lines.iter().filter(|line| !line.trim().is_empty()) {
            text.push_str("\n    ");
            text.push_str(line);
        }
        text
    }
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
