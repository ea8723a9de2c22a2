//! Runs one program: shows what it prints as it prints it, and counts tests by the way.
//!
//! It knows processes. Which programs are run, and whether the counts are good ones, is for the steps.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};

use crate::counts::{Counts, Format, Reader};
use crate::failures::Failures;

/// How a program ended.
#[derive(Debug)]
pub struct Ended {
    /// Why it counts as failed, if it does.
    pub failure: Option<String>,
    /// Its exit code, if it ended by itself.
    pub code: Option<i32>,
    pub counts: Counts,
    /// What its tests that failed printed.
    pub printed: Vec<String>,
}

#[cfg(test)]
impl Ended {
    /// For tests of what is made of it.
    pub fn made_up(failure: Option<&str>, counts: Counts) -> Self {
        Self {
            failure: failure.map(str::to_owned),
            code: None,
            counts,
            printed: Vec::new(),
        }
    }
}

/// A command in `folder`, without the variables that `cargo run` set for this runner: build scripts that watch them would run
/// again each time one changes between `cargo ci` and `cargo build`.
pub fn command(program: impl AsRef<OsStr>, folder: &Path) -> Command {
    let mut command = Command::new(program);
    command.current_dir(folder);
    for (name, _value) in std::env::vars_os() {
        let name_text = name.to_string_lossy();
        if name_text.starts_with("CARGO_PKG_") || name_text.starts_with("CARGO_MANIFEST_") {
            command.env_remove(&name);
        }
    }
    command
}

/// Runs the command to its end. Its errors go to the terminal directly; its output passes through here.
pub fn run(command: &mut Command, format: Format) -> Ended {
    run_showing(command, format, &mut std::io::stdout())
}

/// As `run`, showing the output elsewhere. What cannot be shown is dropped: the counts are still wanted.
fn run_showing(command: &mut Command, format: Format, shown: &mut impl Write) -> Ended {
    let _ = writeln!(shown, "$ {}", described(command));
    let mut reader = Reader::new(format);
    let mut failures = Failures::default();
    let status = stream(command, shown, |line| {
        reader.line(line);
        failures.line(line);
    });
    let name = command.get_program().to_string_lossy();
    Ended {
        code: status.as_ref().ok().and_then(ExitStatus::code),
        failure: match status {
            Ok(status) if status.success() => None,
            Ok(status) => Some(format!("{name} ended with {status}")),
            Err(why) => Some(why),
        },
        counts: reader.counts(),
        printed: failures.into_texts(),
    }
}

fn stream(command: &mut Command, shown: &mut impl Write, mut read: impl FnMut(&str)) -> Result<ExitStatus, String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let started = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn();
    let mut child = started.map_err(|error| format!("{name} cannot be started: {error}"))?;
    if let Some(output) = child.stdout.take() {
        let mut output = BufReader::new(output);
        let mut line = Vec::new();
        loop {
            line.clear();
            match output.read_until(b'\n', &mut line) {
                Ok(0) => break,
                Ok(_) => {
                    let _ = shown.write_all(&line);
                    read(String::from_utf8_lossy(&line).trim_end_matches('\n'));
                }
                Err(error) => return Err(format!("the output of {name} cannot be read: {error}")),
            }
        }
    }
    child
        .wait()
        .map_err(|error| format!("{name} cannot be waited for: {error}"))
}

/// What a command prints, if it succeeds.
pub fn output(command: &mut Command) -> Option<String> {
    let output = command.stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    if !output.status.success() {
        return None;
    }
    Some(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// The command as one could type it.
fn described(command: &Command) -> String {
    let program = Path::new(command.get_program());
    let mut words = vec![
        program
            .file_name()
            .unwrap_or(program.as_os_str())
            .to_string_lossy()
            .into_owned(),
    ];
    words.extend(
        command
            .get_args()
            .map(|argument| argument.to_string_lossy().into_owned()),
    );
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the script prints must not reach the terminal: the runner above these tests would count it as theirs.
    fn shell(script: &str) -> (Ended, String) {
        let mut command = command("sh", Path::new("/"));
        command.args(["-c", script]);
        let mut shown = Vec::new();
        let ended = run_showing(&mut command, Format::Cargo, &mut shown);
        (ended, String::from_utf8(shown).unwrap())
    }

    #[test]
    fn counts_are_read_from_the_stream() {
        let (ended, shown) = shell("echo 'test result: ok. 2 passed; 0 failed; 0 ignored'");
        assert!(
            shown.ends_with("\ntest result: ok. 2 passed; 0 failed; 0 ignored\n"),
            "shown as it came: {shown}"
        );
        assert!(ended.failure.is_none());
        assert_eq!(
            ended.counts,
            Counts {
                passed: 2,
                failed: 0,
                ignored: 0
            }
        );
    }

    #[test]
    fn a_failed_program_keeps_its_counts() {
        let (ended, _) = shell("printf 'test result: FAILED. 1 passed; 1 failed; 0 ignored'; exit 3");
        assert!(ended.failure.is_some_and(|why| why.contains('3')));
        assert_eq!(ended.counts.failed, 1);
    }

    #[test]
    fn a_missing_program_is_a_failure() {
        let ended = run_showing(
            &mut command("corridor-no-such-program", Path::new("/")),
            Format::Plain,
            &mut Vec::new(),
        );
        assert!(ended.failure.is_some_and(|why| why.contains("cannot be started")));
    }
}
