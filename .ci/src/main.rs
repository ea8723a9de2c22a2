//! `cargo ci`: the one command that says whether this repository is sound.
//!
//! It runs the steps of `steps.rs`, cheapest first, and goes on after a failed one. It refuses to know what Corridor does: it
//! knows folders, commands and the counts that test programs print. It uses the standard library alone, so that it is built in
//! seconds before anything else is.

#![forbid(unsafe_code)]
#![allow(clippy::print_stdout, reason = "a command line program: its output is its work")]

mod child;
mod counts;
mod failures;
mod load;
mod outcome;
mod programs;
mod report;
mod simulation;
mod steps;
mod tidy;
mod web;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use report::Report;
use steps::{BY_NAME, Context, STEPS, Step};

const USAGE: &str = "\
cargo ci                 run every step, cheapest first
cargo ci STEP [args…]    run one step; the arguments go to its program (for tests: a name to filter by)
cargo ci simulate --seed S     play one simulated run again; --seeds N: the first N
cargo ci nightly         what takes too long for every day: 5,000 simulated runs, then 400 episodes of faults
cargo ci screens [name…] pictures of every screen, or of those that are named, into docs/screens
cargo ci --list          list the steps
cargo ci --help          show this";

/// What the command line asks for.
#[derive(Debug, PartialEq, Eq)]
enum Request {
    Everything,
    One { step: String, arguments: Vec<String> },
    List,
    Help,
}

fn main() -> ExitCode {
    let request = match parse(std::env::args().skip(1)) {
        Ok(request) => request,
        Err(problem) => return usage_error(&problem),
    };
    match request {
        Request::Help => {
            println!("{USAGE}\n\nSteps:");
            list();
            ExitCode::SUCCESS
        }
        Request::List => {
            list();
            ExitCode::SUCCESS
        }
        Request::Everything => run(STEPS, &[]),
        Request::One { step, arguments } => match STEPS.iter().chain(BY_NAME).find(|known| known.name == step) {
            Some(found) if found.name == "tidy" && !arguments.is_empty() => {
                usage_error("the step tidy takes no arguments")
            }
            Some(found) => run(std::slice::from_ref(found), &arguments),
            None => usage_error(&format!("there is no step '{step}'; `cargo ci --list` lists them")),
        },
    }
}

fn parse(mut arguments: impl Iterator<Item = String>) -> Result<Request, String> {
    let Some(first) = arguments.next() else {
        return Ok(Request::Everything);
    };
    let rest: Vec<String> = arguments.collect();
    let alone = |request| match rest.first() {
        None => Ok(request),
        Some(surplus) => Err(format!("'{surplus}' does not go with {first}")),
    };
    match first.as_str() {
        "--list" => alone(Request::List),
        "--help" | "-h" => alone(Request::Help),
        option if option.starts_with('-') => Err(format!("there is no option '{option}'")),
        step => Ok(Request::One {
            step: step.to_owned(),
            arguments: rest,
        }),
    }
}

fn run(steps: &[Step], arguments: &[String]) -> ExitCode {
    let root = match repository_root() {
        Ok(root) => root,
        Err(problem) => return usage_error(&problem),
    };
    let mut context = Context::new(root, arguments.to_vec());
    let mut report = Report::default();
    for step in steps {
        report.begin(step.name, step.summary);
        let outcome = (step.run)(&mut context);
        report.end(step.name, outcome);
    }
    if report.close() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// The folder of the workspace: above this package as cargo reports it at run time (a shared target folder may hold a runner that
/// was built in another checkout), or else the nearest one above the current folder.
fn repository_root() -> Result<PathBuf, String> {
    let package = std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
    if let Some(root) = package.as_deref().and_then(Path::parent)
        && root.join("Cargo.toml").is_file()
    {
        return Ok(root.to_owned());
    }
    let current = std::env::current_dir().map_err(|error| format!("the current folder cannot be read: {error}"))?;
    current
        .ancestors()
        .find(|folder| folder.join(".ci/Cargo.toml").is_file())
        .map(Path::to_owned)
        .ok_or_else(|| "this is not inside the repository of Corridor".to_owned())
}

fn list() {
    for step in STEPS.iter().chain(BY_NAME) {
        println!("  {:<12} {}", step.name, step.summary);
    }
}

fn usage_error(problem: &str) -> ExitCode {
    eprintln!("cargo ci: {problem}\n\n{USAGE}");
    ExitCode::from(2)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(words: &[&str]) -> Result<Request, String> {
        parse(words.iter().map(|word| (*word).to_owned()))
    }

    #[test]
    fn the_command_line_is_read() {
        assert_eq!(parsed(&[]), Ok(Request::Everything));
        assert_eq!(parsed(&["--list"]), Ok(Request::List));
        assert_eq!(parsed(&["-h"]), Ok(Request::Help));
        let one = Request::One {
            step: "unit".to_owned(),
            arguments: vec!["--nocapture".to_owned()],
        };
        assert_eq!(parsed(&["unit", "--nocapture"]), Ok(one));
        assert!(parsed(&["--lost"]).is_err());
        assert!(parsed(&["--list", "unit"]).is_err());
    }

    #[test]
    fn step_names_are_unique() {
        let names: Vec<_> = STEPS.iter().chain(BY_NAME).map(|step| step.name).collect();
        for (position, name) in names.iter().enumerate() {
            assert!(!names[..position].contains(name), "{name} twice");
        }
    }
}
