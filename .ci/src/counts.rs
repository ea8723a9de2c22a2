//! How many tests passed, failed and were left out: read from the lines that test programs print.
//!
//! It knows the closing lines of `cargo test`, `node --test` and vitest, and nothing else about them.

/// Which program's lines to read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Prints no counts.
    Plain,
    /// `test result: ok. 12 passed; 0 failed; 1 ignored; …`, once per test binary.
    Cargo,
    /// `# pass 3` or `ℹ pass 3`, once at the end of a run.
    Node,
    /// `Tests  1 failed | 12 passed (13)`, once per run of vitest.
    Vitest,
}

/// Tests by how they ended. `ignored` are those that somebody switched off.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub passed: u64,
    pub failed: u64,
    pub ignored: u64,
}

impl Counts {
    pub fn add(&mut self, other: Counts) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.ignored += other.ignored;
    }

    pub fn ran(&self) -> u64 {
        self.passed + self.failed
    }
}

/// Reads the lines of one run of one program.
#[derive(Debug)]
pub struct Reader {
    format: Format,
    sum: Counts,
    node: NodeSummary,
}

/// The last value seen of each line: what a test itself prints may look like a summary line, but the summary comes last.
#[derive(Debug, Default)]
struct NodeSummary {
    pass: u64,
    fail: u64,
    cancelled: u64,
    skipped: u64,
    todo: u64,
}

impl Reader {
    pub fn new(format: Format) -> Self {
        Self {
            format,
            sum: Counts::default(),
            node: NodeSummary::default(),
        }
    }

    pub fn line(&mut self, line: &str) {
        let line = without_colours(line);
        let line = line.trim();
        match self.format {
            Format::Plain => {}
            Format::Cargo => {
                if let Some(counts) = cargo_result(line) {
                    self.sum.add(counts);
                }
            }
            Format::Node => self.node.line(line),
            Format::Vitest => {
                if let Some(counts) = vitest_result(line) {
                    self.sum.add(counts);
                }
            }
        }
    }

    pub fn counts(&self) -> Counts {
        if self.format != Format::Node {
            return self.sum;
        }
        Counts {
            passed: self.node.pass,
            failed: self.node.fail + self.node.cancelled,
            ignored: self.node.skipped + self.node.todo,
        }
    }
}

impl NodeSummary {
    fn line(&mut self, line: &str) {
        let Some(rest) = line.strip_prefix("# ").or_else(|| line.strip_prefix("ℹ ")) else {
            return;
        };
        let Some((word, number)) = rest.split_once(' ') else {
            return;
        };
        let Ok(number) = number.parse() else { return };
        match word {
            "pass" => self.pass = number,
            "fail" => self.fail = number,
            "cancelled" => self.cancelled = number,
            "skipped" => self.skipped = number,
            "todo" => self.todo = number,
            _ => {}
        }
    }
}

fn cargo_result(line: &str) -> Option<Counts> {
    let (_verdict, numbers) = line.strip_prefix("test result: ")?.split_once(". ")?;
    Some(counted(numbers.split(';')))
}

fn vitest_result(line: &str) -> Option<Counts> {
    let rest = line.strip_prefix("Tests ")?;
    let numbers = rest.split_once('(').map_or(rest, |(numbers, _total)| numbers);
    Some(counted(numbers.split('|')))
}

/// Sums parts of the form `12 passed`.
fn counted<'a>(parts: impl Iterator<Item = &'a str>) -> Counts {
    let mut counts = Counts::default();
    for part in parts {
        let Some((number, word)) = part.trim().split_once(' ') else {
            continue;
        };
        let Ok(number) = number.parse::<u64>() else { continue };
        match word.trim() {
            "passed" => counts.passed += number,
            "failed" => counts.failed += number,
            "ignored" | "skipped" | "todo" => counts.ignored += number,
            _ => {}
        }
    }
    counts
}

/// The line without terminal colour codes (`ESC [ … letter`).
fn without_colours(line: &str) -> String {
    let mut plain = String::with_capacity(line.len());
    let mut characters = line.chars();
    while let Some(character) = characters.next() {
        if character != '\u{1b}' {
            plain.push(character);
            continue;
        }
        for code in characters.by_ref() {
            if code.is_ascii_alphabetic() {
                break;
            }
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(format: Format, lines: &[&str]) -> Counts {
        let mut reader = Reader::new(format);
        for line in lines {
            reader.line(line);
        }
        reader.counts()
    }

    #[test]
    fn cargo_test_binaries_are_summed() {
        let counts = read(
            Format::Cargo,
            &[
                "running 13 tests",
                "test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 3 filtered out; finished in 0.01s",
                "test result: FAILED. 2 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out; finished in 1.00s",
            ],
        );
        assert_eq!(
            counts,
            Counts {
                passed: 14,
                failed: 1,
                ignored: 1
            }
        );
    }

    #[test]
    fn filtered_and_measured_tests_are_not_counted() {
        let counts = read(
            Format::Cargo,
            &["test result: ok. 0 passed; 0 failed; 0 ignored; 4 measured; 9 filtered out"],
        );
        assert_eq!(counts, Counts::default());
        assert_eq!(counts.ran(), 0);
    }

    #[test]
    fn node_summaries_of_both_reporters_are_read() {
        let tap = read(
            Format::Node,
            &[
                "# tests 5",
                "# suites 1",
                "# pass 3",
                "# fail 0",
                "# cancelled 1",
                "# skipped 1",
            ],
        );
        assert_eq!(
            tap,
            Counts {
                passed: 3,
                failed: 1,
                ignored: 1
            }
        );
        let spec = read(Format::Node, &["ℹ pass 3", "ℹ fail 2", "ℹ todo 1"]);
        assert_eq!(
            spec,
            Counts {
                passed: 3,
                failed: 2,
                ignored: 1
            }
        );
    }

    #[test]
    fn what_a_node_test_prints_does_not_count() {
        let counts = read(Format::Node, &["# pass 99", "# pass the salt", "# pass 2", "# fail 0"]);
        assert_eq!(
            counts,
            Counts {
                passed: 2,
                failed: 0,
                ignored: 0
            }
        );
    }

    #[test]
    fn vitest_counts_tests_and_not_files() {
        let lines = [" Test Files  3 passed (3)", "      Tests  12 passed (12)"];
        assert_eq!(
            read(Format::Vitest, &lines),
            Counts {
                passed: 12,
                failed: 0,
                ignored: 0
            }
        );
        let lines = ["      Tests  1 failed | 12 passed | 2 skipped | 1 todo (16)"];
        assert_eq!(
            read(Format::Vitest, &lines),
            Counts {
                passed: 12,
                failed: 1,
                ignored: 3
            }
        );
    }

    #[test]
    fn colours_do_not_hide_a_count() {
        let line =
            "\u{1b}[2m      Tests \u{1b}[22m \u{1b}[1m\u{1b}[32m7 passed\u{1b}[39m\u{1b}[22m\u{1b}[90m (7)\u{1b}[39m";
        assert_eq!(
            read(Format::Vitest, &[line]),
            Counts {
                passed: 7,
                failed: 0,
                ignored: 0
            }
        );
    }

    #[test]
    fn a_program_without_counts_has_none() {
        assert_eq!(
            read(Format::Plain, &["test result: ok. 12 passed; 0 failed"]),
            Counts::default()
        );
    }
}
