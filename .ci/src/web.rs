//! The steps of the browser client in `api/web`: its own tests, the tests that drive a browser against the release binary, and the
//! pictures that a browser takes of it.
//!
//! It knows npm's commands and the folder's layout, and nothing of what the client does.

use std::path::{Path, PathBuf};

use crate::child::{command, run};
use crate::counts::Format;
use crate::outcome::{Outcome, plain, tested};
use crate::programs;
use crate::steps::Context;

/// A copy of the lock file, left beside what was installed from it.
const INSTALLED_LOCK: &str = "node_modules/.installed-package-lock.json";

/// What pulls a node's plug: needs root.
const AS_ROOT: &str = "plugs.test.mjs";

/// The browser tests that hold a time to a bound, or start three nodes: nothing else runs beside them.
const ALONE: [&str; 3] = ["enter.test.mjs", "many.test.mjs", AS_ROOT];

pub fn web(context: &mut Context) -> Outcome {
    let folder = match prepared(&context.root) {
        Ok(folder) => folder,
        Err(why) => return Outcome::failed(why),
    };
    let checked = run(command("npm", &folder).args(["run", "check"]), Format::Plain);
    let mut test = command("npm", &folder);
    test.args(["run", "test", "--"]).args(&context.arguments).env("CI", "1");
    let mut outcome = tested([run(&mut test, Format::Vitest)]);
    outcome.failures.extend(
        plain(checked)
            .failures
            .into_iter()
            .map(|why| format!("npm run check: {why}")),
    );
    outcome
}

pub fn browser(context: &mut Context) -> Outcome {
    match prepared_for_browser(context) {
        Ok(runs) => tested(runs.map(|mut node| run(&mut node, Format::Node))),
        Err(why) => Outcome::failed(why),
    }
}

/// Pictures of the screens, for the documents. The program says where they are, and which it could not take.
pub fn screens(context: &mut Context) -> Outcome {
    match prepared_for_pictures(context) {
        Ok(mut npm) => plain(run(&mut npm, Format::Plain)),
        Err(why) => Outcome::failed(why),
    }
}

fn prepared_for_pictures(context: &mut Context) -> Result<std::process::Command, String> {
    let folder = prepared(&context.root)?;
    let chromium = programs::chromium(&context.root)?;
    let binary = context.release_binary()?;
    let mut npm = command("npm", &folder);
    npm.args(["run", "screens", "--"]).args(&context.arguments);
    npm.env("CORRIDOR_BIN", binary).env("CORRIDOR_CHROMIUM", chromium);
    Ok(npm)
}

/// Two files at a time, each with a node and a browser of its own: mostly they wait. Then, one after the other, those that measure.
fn prepared_for_browser(context: &mut Context) -> Result<[std::process::Command; 2], String> {
    let folder = prepared(&context.root)?;
    let mut tests = test_files(&folder.join("e2e"));
    if tests.is_empty() {
        return Err("api/web/e2e holds no *.test.mjs".to_owned());
    }
    if programs::is_root(&context.root) {
        programs::breakers(&context.root)?;
    } else {
        println!("   NOT RUN: {AS_ROOT} needs root, for nft rules and a hosts file of its own");
        tests.retain(|test| !test.ends_with(AS_ROOT));
    }
    let chromium = programs::chromium(&context.root)?;
    let binary = context.release_binary()?;
    let (alone, beside): (Vec<_>, Vec<_>) = tests
        .into_iter()
        .partition(|test| ALONE.iter().any(|name| test.ends_with(name)));
    Ok(
        [(beside, "--test-concurrency=2"), (alone, "--test-concurrency=1")].map(|(tests, at_a_time)| {
            let mut node = command("node", &folder);
            node.args(["--test", at_a_time]).args(&context.arguments);
            node.args(tests.iter().map(|test| test.strip_prefix(&folder).unwrap_or(test)));
            node.env("CORRIDOR_BIN", &binary).env("CORRIDOR_CHROMIUM", &chromium);
            node
        }),
    )
}

/// The client's folder, with its packages installed as the lock file says.
fn prepared(root: &Path) -> Result<PathBuf, String> {
    let folder = root.join("api/web");
    if !folder.join("package.json").is_file() {
        return Err("there is no api/web/package.json".to_owned());
    }
    programs::node_and_npm(root)?;
    let lock = std::fs::read(folder.join("package-lock.json"))
        .map_err(|error| format!("api/web/package-lock.json cannot be read: {error}"))?;
    let installed_lock = folder.join(INSTALLED_LOCK);
    if std::fs::read(&installed_lock).is_ok_and(|installed| installed == lock) {
        return Ok(folder);
    }
    let mut install = command("npm", &folder);
    install.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]);
    if let Some(why) = run(&mut install, Format::Plain).failure {
        return Err(format!("the client's packages cannot be installed: {why}"));
    }
    // Written last: a cut installation is done again.
    std::fs::create_dir_all(folder.join("node_modules"))
        .and_then(|()| std::fs::write(&installed_lock, lock))
        .map_err(|error| format!("{} cannot be written: {error}", installed_lock.display()))?;
    Ok(folder)
}

/// All `*.test.mjs` below a folder, in order. They are named one by one because node reads a folder's name differently by version.
fn test_files(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut paths: Vec<PathBuf> = entries.filter_map(Result::ok).map(|entry| entry.path()).collect();
    paths.sort();
    let mut files = Vec::new();
    for path in paths {
        if path.is_dir() {
            files.extend(test_files(&path));
        } else if path.to_string_lossy().ends_with(".test.mjs") {
            files.push(path);
        }
    }
    files
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_repository_without_a_client_fails() {
        let nowhere = std::env::temp_dir().join("corridor-ci-no-such-folder");
        let mut context = Context::new(nowhere, Vec::new());
        assert_eq!(web(&mut context).failures, ["there is no api/web/package.json"]);
        assert_eq!(browser(&mut context).failures, ["there is no api/web/package.json"]);
        assert_eq!(screens(&mut context).failures, ["there is no api/web/package.json"]);
    }

    #[test]
    fn browser_tests_are_found_below_their_folder() {
        let folder = std::env::temp_dir().join(format!("corridor-ci-{}", std::process::id()));
        std::fs::create_dir_all(folder.join("inner")).unwrap();
        for name in ["b.test.mjs", "a.test.mjs", "support.mjs", "inner/c.test.mjs"] {
            std::fs::write(folder.join(name), "").unwrap();
        }
        let found = test_files(&folder);
        std::fs::remove_dir_all(&folder).unwrap();
        let names: Vec<_> = found.iter().filter_map(|path| path.file_name()).collect();
        assert_eq!(names, ["a.test.mjs", "b.test.mjs", "c.test.mjs"]);
    }
}
