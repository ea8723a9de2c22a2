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
    let advice = format!(
        "{CHROMIUM} is missing: on Debian `apt-get install chromium`, elsewhere set CORRIDOR_CHROMIUM to a Chromium"
    );
    let debian = PathBuf::from(CHROMIUM);
    installed(root, "chromium", || debian.is_file(), advice).map(|()| debian.clone())
}

/// What the end-to-end tests need beside the node: Prometheus with its promtool, and strace.
pub fn watchers(root: &Path) -> Result<(), String> {
    for (package, programs) in [("prometheus", &["prometheus", "promtool"][..]), ("strace", &["strace"])] {
        let are_there = || programs.iter().all(|program| in_path(program));
        let advice = format!(
            "{} is missing: on Debian `apt-get install --no-install-recommends {package}`",
            programs.join(" or ")
        );
        installed(root, package, are_there, advice)?;
    }
    Ok(())
}

/// What the faults are made with: namespaces, rules, file systems.
pub fn breakers(root: &Path) -> Result<(), String> {
    for (package, program) in [
        ("iproute2", "ip"),
        ("nftables", "nft"),
        ("util-linux", "nsenter"),
        ("mount", "mount"),
        ("e2fsprogs", "mkfs.ext4"),
        ("build-essential", "cc"),
    ] {
        let is_there = || {
            in_path(program)
                || ["/usr/sbin", "/sbin"]
                    .iter()
                    .any(|at| Path::new(at).join(program).is_file())
        };
        let advice = format!("{program} is missing: on Debian `apt-get install --no-install-recommends {package}`");
        installed(root, package, is_there, advice)?;
    }
    Ok(())
}

fn in_path(program: &str) -> bool {
    std::env::var_os("PATH")
        .is_some_and(|path| std::env::split_paths(&path).any(|folder| folder.join(program).is_file()))
}

/// Installs a Debian package unless its programs are there; only as root on a Debian-like system.
fn installed(root: &Path, package: &str, is_there: impl Fn() -> bool, advice: String) -> Result<(), String> {
    if is_there() {
        return Ok(());
    }
    if !Path::new("/etc/debian_version").is_file() || !is_root(root) {
        return Err(advice);
    }
    for arguments in [
        &["update"][..],
        &["install", "--yes", "--no-install-recommends", package][..],
    ] {
        let mut apt_get = command("apt-get", root);
        apt_get.args(arguments).env("DEBIAN_FRONTEND", "noninteractive");
        if let Some(why) = run(&mut apt_get, Format::Plain).failure {
            return Err(format!("{why}; {advice}"));
        }
    }
    if is_there() { Ok(()) } else { Err(advice) }
}

/// Whether this account may do everything.
pub fn is_root(root: &Path) -> bool {
    output(command("id", root).arg("-u")).is_some_and(|id| id.trim() == "0")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_there_is_not_installed_and_what_is_missing_is_named() {
        let nowhere = Path::new("/");
        assert_eq!(
            installed(nowhere, "corridor-no-such-package", || true, "advice".to_owned()),
            Ok(())
        );
        assert!(in_path("sh") && !in_path("corridor-no-such-program"));
        if !is_root(nowhere) {
            let missing = installed(nowhere, "corridor-no-such-package", || false, "advice".to_owned());
            assert_eq!(missing, Err("advice".to_owned()));
        }
    }

    #[test]
    fn node_versions_are_compared_as_numbers() {
        assert!(node_is_new_enough("v20.19.0\n"));
        assert!(node_is_new_enough("v24.1.0"));
        assert!(!node_is_new_enough("v20.9.1"));
        assert!(!node_is_new_enough("v18.20.4"));
        assert!(!node_is_new_enough("not a version"));
    }
}
