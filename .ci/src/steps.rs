//! The steps of `cargo ci`, in the order in which they run: cheapest first.
//!
//! Each step gives its counts and the reasons for which it failed. The release binary is built at most once a run, by the first
//! step that needs it.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::child::{command, output, run};
use crate::counts::Format;
use crate::outcome::{Outcome, plain, tested};
use crate::{load, programs, simulation, tidy, web};

/// One step.
#[derive(Debug)]
pub struct Step {
    pub name: &'static str,
    pub summary: &'static str,
    pub run: fn(&mut Context) -> Outcome,
}

pub const STEPS: &[Step] = &[
    Step {
        name: "tidy",
        summary: "the house rules that a machine can check",
        run: tidy::step,
    },
    Step {
        name: "fmt",
        summary: "cargo fmt --check",
        run: format_check,
    },
    Step {
        name: "web",
        summary: "the browser client: npm ci, svelte-check, vitest",
        run: web::web,
    },
    Step {
        name: "clippy",
        summary: "cargo clippy on every target, warnings are errors",
        run: clippy,
    },
    Step {
        name: "unit",
        summary: "unit, integration and documentation tests of every crate",
        run: unit,
    },
    Step {
        name: "property",
        summary: "tests named property_…, with 256 cases each ($PROPTEST_CASES)",
        run: property,
    },
    Step {
        name: "loom",
        summary: "storage/sync/tests/loom: our synchronisation through every schedule",
        run: loom,
    },
    Step {
        name: "cuts",
        summary: "a simulated disk is cut after every write and sync; planted mistakes are found",
        run: cuts,
    },
    Step {
        name: "simulate",
        summary: "200 simulated runs of a whole cluster under faults (--seeds N, --seed S); planted mistakes are found",
        run: simulation::simulate,
    },
    Step {
        name: "end-to-end",
        summary: "node/tests against the release binary",
        run: end_to_end,
    },
    Step {
        name: "browser",
        summary: "api/web/e2e in Chromium against the release binary",
        run: web::browser,
    },
    Step {
        name: "load",
        summary: "benches: every load, short, against the release binary; what is lost fails, slowness does not",
        run: load::load,
    },
    Step {
        name: "kill",
        summary: "benches: a hundred kills under load of the release binary",
        run: load::kill,
    },
    Step {
        name: "faults",
        summary: "benches: thirty episodes of faults done to three nodes of the release binary; needs root",
        run: load::faults,
    },
];

/// What `cargo ci` runs only when it is asked for by name: it takes too long for every day, or makes files instead of checking them.
pub const BY_NAME: &[Step] = &[
    Step {
        name: "nightly",
        summary: "5,000 simulated runs (--seeds N), then 400 episodes of faults, which need root; not part of `cargo ci`",
        run: simulation::nightly,
    },
    Step {
        name: "screens",
        summary: "a picture of every screen, into docs/screens (or of those that are named); not part of `cargo ci`",
        run: web::screens,
    },
];

/// The test of the step `cuts`, which the step `unit` leaves out.
const CUTS: &str = "crash_cuts";
/// The test of the step `simulate`, which the step `unit` leaves out.
pub const SIMULATION: &str = "simulation";
/// Both with the mistakes that can be planted.
const PLANTED: &str = "corridor-cluster/planted";
/// One thread, virtual time, randomness from a seed.
pub const SIMULATED: &str = "corridor-cluster/planted,corridor-cluster/simulation";

/// Cases of each property test, unless $PROPTEST_CASES says otherwise.
const PROPERTY_CASES: &str = "256";

/// What the steps share.
#[derive(Debug)]
pub struct Context {
    pub root: PathBuf,
    /// What the person typed after the step's name.
    pub arguments: Vec<String>,
    cargo: PathBuf,
    release: Option<Result<PathBuf, String>>,
}

impl Context {
    pub fn new(root: PathBuf, arguments: Vec<String>) -> Self {
        let cargo = std::env::var_os("CARGO").map_or_else(|| PathBuf::from("cargo"), PathBuf::from);
        Self {
            root,
            arguments,
            cargo,
            release: None,
        }
    }

    /// The path of the release binary.
    pub fn release_binary(&mut self) -> Result<PathBuf, String> {
        if let Some(Err(_)) = &self.release {
            return Err("needs the release binary, whose build failed in an earlier step".to_owned());
        }
        if let Some(built) = &self.release {
            return built.clone();
        }
        let built = self.build_release();
        self.release = Some(built.clone());
        built
    }

    fn build_release(&self) -> Result<PathBuf, String> {
        let mut build = self.cargo(&["build", "--release", "--locked", "--package", "corridor"]);
        if let Some(why) = run(&mut build, Format::Plain).failure {
            return Err(format!("the release binary cannot be built: {why}"));
        }
        let metadata = output(&mut self.cargo(&["metadata", "--no-deps", "--locked", "--format-version", "1"]));
        let target = metadata
            .as_deref()
            .and_then(target_folder)
            .unwrap_or_else(|| self.root.join("target"));
        let binary = target.join("release/corridor");
        if binary.is_file() {
            Ok(binary)
        } else {
            Err(format!("the release build left no {}", binary.display()))
        }
    }

    pub fn cargo(&self, arguments: &[&str]) -> Command {
        let mut cargo = command(&self.cargo, &self.root);
        cargo.args(arguments);
        cargo
    }
}

fn format_check(context: &mut Context) -> Outcome {
    if let Err(why) = programs::cargo_component(&context.cargo, &context.root, "fmt", "rustfmt") {
        return Outcome::failed(why);
    }
    let mut fmt = context.cargo(&["fmt", "--all", "--check"]);
    fmt.args(&context.arguments);
    plain(run(&mut fmt, Format::Plain))
}

fn clippy(context: &mut Context) -> Outcome {
    if let Err(why) = programs::cargo_component(&context.cargo, &context.root, "clippy", "clippy") {
        return Outcome::failed(why);
    }
    let mut clippy = context.cargo(&["clippy", "--workspace", "--all-targets", "--locked"]);
    clippy.args(&context.arguments).args(["--", "-D", "warnings"]);
    let everything = plain(run(&mut clippy, Format::Plain));
    // What stands there only with these features.
    let mut clippy = context.cargo(&["clippy", "--workspace", "--locked", "--features", SIMULATED]);
    clippy.args(["--test", SIMULATION, "--test", CUTS]);
    clippy.args(&context.arguments).args(["--", "-D", "warnings"]);
    let mut outcome = plain(run(&mut clippy, Format::Plain));
    outcome.failures.splice(..0, everything.failures);
    outcome
}

/// Everything but node's integration tests (`end-to-end`), the crash cuts (`cuts`), the simulation (`simulate`) and the `property_`
/// tests. Always with `--workspace`: picking packages would pick other features of their dependencies and build those twice.
fn unit(context: &mut Context) -> Outcome {
    let mut tests = context.cargo(&["test", "--workspace", "--locked", "--no-fail-fast", "--lib", "--bins"]);
    let names = integration_tests(&context.root, |package| package != "node");
    for name in names.iter().filter(|name| *name != CUTS && *name != SIMULATION) {
        tests.args(["--test", name]);
    }
    tests.args(["--", "--skip", "property_"]).args(&context.arguments);
    let mut documentation = context.cargo(&["test", "--workspace", "--locked", "--no-fail-fast", "--doc", "--"]);
    documentation.args(&context.arguments);
    tested([run(&mut tests, Format::Cargo), run(&mut documentation, Format::Cargo)])
}

/// Given arguments stand instead of the name: cargo would run what matches either.
fn property(context: &mut Context) -> Outcome {
    let mut tests = context.cargo(&["test", "--workspace", "--locked", "--no-fail-fast", "--tests", "--"]);
    if context.arguments.is_empty() {
        tests.arg("property_");
    }
    tests.args(&context.arguments);
    if std::env::var_os("PROPTEST_CASES").is_none() {
        tests.env("PROPTEST_CASES", PROPERTY_CASES);
    }
    tested([run(&mut tests, Format::Cargo)])
}

/// In a folder of its own, because everything is compiled with another flag. The flag is ours and not `--cfg loom`, which would
/// take the networking out of tokio.
fn loom(context: &mut Context) -> Outcome {
    let mut tests = context.cargo(&["test", "--locked", "--package", "corridor-sync", "--test", "loom"]);
    tests
        .args(["--target-dir", "target/loom", "--", "--show-output"])
        .args(&context.arguments)
        .env("RUSTFLAGS", with_loom(std::env::var("RUSTFLAGS").ok()));
    tested([run(&mut tests, Format::Cargo)])
}

fn with_loom(flags: Option<String>) -> String {
    let flags = flags.unwrap_or_default();
    format!("{flags} --cfg corridor_loom").trim_start().to_owned()
}

/// With the mistakes that can be planted, and with what the tests print: how many cuts of which kind.
fn cuts(context: &mut Context) -> Outcome {
    let mut tests = context.cargo(&["test", "--workspace", "--locked"]);
    tests
        .args(["--features", PLANTED, "--test", CUTS, "--", "--nocapture"])
        .args(&context.arguments);
    tested([run(&mut tests, Format::Cargo)])
}

fn end_to_end(context: &mut Context) -> Outcome {
    let names = integration_tests(&context.root, |package| package == "node");
    if names.is_empty() {
        return Outcome::failed("node/tests holds no test");
    }
    let binary = match programs::watchers(&context.root).and_then(|()| context.release_binary()) {
        Ok(binary) => binary,
        Err(why) => return Outcome::failed(why),
    };
    let mut tests = context.cargo(&["test", "--workspace", "--locked", "--no-fail-fast"]);
    for name in names {
        tests.args(["--test", &name]);
    }
    tests
        .args(["--", "--skip", "property_"])
        .args(&context.arguments)
        .env("CORRIDOR_BIN", binary);
    tested([run(&mut tests, Format::Cargo)])
}

/// The names of the integration tests of the workspace's packages whose folder is wanted.
fn integration_tests(root: &Path, wanted: impl Fn(&str) -> bool) -> Vec<String> {
    let manifest = std::fs::read_to_string(root.join("Cargo.toml")).unwrap_or_default();
    let mut names = Vec::new();
    for package in members(&manifest).into_iter().filter(|package| wanted(package)) {
        let Ok(entries) = std::fs::read_dir(root.join(package).join("tests")) else {
            continue;
        };
        for path in entries.filter_map(Result::ok).map(|entry| entry.path()) {
            let is_test = path.extension().is_some_and(|extension| extension == "rs") || path.join("main.rs").is_file();
            if let (true, Some(name)) = (is_test, path.file_stem()) {
                names.push(name.to_string_lossy().into_owned());
            }
        }
    }
    names.sort();
    names.dedup();
    names
}

/// The folders that the root manifest lists in `members = [ … ]`.
fn members(manifest: &str) -> Vec<&str> {
    let list = manifest
        .split_once("\nmembers")
        .and_then(|(_, rest)| rest.split_once('['))
        .map_or("", |(_, rest)| rest);
    let list = list.split_once(']').map_or("", |(list, _)| list);
    list.split('"').skip(1).step_by(2).collect()
}

/// The target folder, out of what `cargo metadata` prints.
fn target_folder(metadata: &str) -> Option<PathBuf> {
    let (_, rest) = metadata.split_once("\"target_directory\":\"")?;
    let (folder, _) = rest.split_once('"')?;
    Some(PathBuf::from(folder.replace("\\\\", "\\")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_members_of_the_workspace_are_read() {
        let manifest = "[workspace]\nresolver = \"3\"\nmembers = [\n  \"node\",\n  \"api/protocol\",\n]\n[other]\nlist = [\"x\"]\n";
        assert_eq!(members(manifest), ["node", "api/protocol"]);
        assert!(members("[package]\nname = \"x\"\n").is_empty());
    }

    #[test]
    fn the_flag_for_loom_stands_beside_those_that_were_given() {
        assert_eq!(with_loom(None), "--cfg corridor_loom");
        assert_eq!(
            with_loom(Some("-D warnings".to_owned())),
            "-D warnings --cfg corridor_loom"
        );
    }

    #[test]
    fn the_target_folder_is_found_in_the_metadata() {
        let metadata = r#"{"packages":[],"target_directory":"/somewhere/target","version":1}"#;
        assert_eq!(target_folder(metadata), Some(PathBuf::from("/somewhere/target")));
        assert_eq!(target_folder("{}"), None);
    }

    #[test]
    fn a_failed_release_build_is_not_tried_again() {
        let mut context = Context::new(PathBuf::from("/"), Vec::new());
        context.release = Some(Err("the release binary cannot be built".to_owned()));
        assert!(context.release_binary().is_err_and(|why| why.contains("earlier step")));
    }
}
