//! The programs that the steps need: found, installed where that is safe, or else named so that a person can install them.
//!
//! Nothing here is ever skipped in silence: each function gives the program or says what to do.

use std::path::{Path, PathBuf};

use crate::child::{command, output, run};
use crate::counts::Format;

/// The oldest Node.js that the browser client is built with.
const NODE_VERSION_MIN: (u32, u32) = (20, 19);

const CHROMIUM: &str = "/usr/bin/chromium";

/// Makes sure that cargo has a component such as `clippy`; through rustup it is installed.
pub fn cargo_component(cargo: &Path, root: &Path, subcommand: &str, component: &str) -> Result<(), String> {
    let works = || output(command(cargo, root).args([subcommand, "--version"])).is_some();
    if works() {
        return Ok(());
    }
    let advice = format!("cargo {subcommand} is missing: install it with `rustup component add {component}`");
    if run(
        command("rustup", root).args(["component", "add", component]),
        Format::Plain,
    )
    .failure
    .is_none()
        && works()
    {
        return Ok(());
    }
    Err(advice)
}

/// Makes sure that Node.js and npm are there and new enough.
pub fn node_and_npm(root: &Path) -> Result<(), String> {
    let (major, minor) = NODE_VERSION_MIN;
    let version = output(command("node", root).arg("--version")).ok_or(format!(
        "node is missing: install Node.js {major}.{minor} or later from https://nodejs.org"
    ))?;
    if !node_is_new_enough(&version) {
        return Err(format!(
            "node is {}, but {major}.{minor} or later is needed",
            version.trim()
        ));
    }
    match output(command("npm", root).arg("--version")) {
        Some(_) => Ok(()),
        None => Err(
            "npm is missing: it comes with Node.js from https://nodejs.org; on Debian: apt-get install npm".to_owned(),
        ),
    }
}

fn node_is_new_enough(version: &str) -> bool {
    let mut numbers = version.trim().trim_start_matches('v').split('.').map(str::parse::<u32>);
    match (numbers.next(), numbers.next()) {
        (Some(Ok(major)), Some(Ok(minor))) => (major, minor) >= NODE_VERSION_MIN,
        _ => false,
    }
}

/// The browser: what $CORRIDOR_CHROMIUM names, or Debian's, which root on a Debian-like system gets installed.
pub fn chromium(root: &Path) -> Result<PathBuf, String> {
    if let Some(named) = std::env::var_os("CORRIDOR_CHROMIUM").map(PathBuf::from) {
        return if named.is_file() {
            Ok(named)
        } else {
            Err(format!(
                "$CORRIDOR_CHROMIUM names {}, which does not exist",
                named.display()
            ))
        };
    }
    let debian = PathBuf::from(CHROMIUM);
    if debian.is_file() {
        return Ok(debian);
    }
    let advice = format!(
        "{CHROMIUM} is missing: on Debian `apt-get install chromium`, elsewhere set CORRIDOR_CHROMIUM to a Chromium"
    );
    if !Path::new("/etc/debian_version").is_file() || !is_root(root) {
        return Err(advice);
    }
    for arguments in [
        &["update"][..],
        &["install", "--yes", "--no-install-recommends", "chromium"][..],
    ] {
        let mut apt_get = command("apt-get", root);
        apt_get.args(arguments).env("DEBIAN_FRONTEND", "noninteractive");
        if let Some(why) = run(&mut apt_get, Format::Plain).failure {
            return Err(format!("{why}; {advice}"));
        }
    }
    if debian.is_file() { Ok(debian) } else { Err(advice) }
}

fn is_root(root: &Path) -> bool {
    output(command("id", root).arg("-u")).is_some_and(|id| id.trim() == "0")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn node_versions_are_compared_as_numbers() {
        assert!(node_is_new_enough("v20.19.0\n"));
        assert!(node_is_new_enough("v24.1.0"));
        assert!(!node_is_new_enough("v20.9.1"));
        assert!(!node_is_new_enough("v18.20.4"));
        assert!(!node_is_new_enough("not a version"));
    }
}
