//! Programs of the system, run to their end, and the rights that they need. Knows no node.

use crate::failure::{Context, Failure, Outcome};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;
use tokio::io::AsyncWriteExt;
use tokio::process::Command;

/// What the faults are made with.
const PROGRAMS: [&str; 8] = ["ip", "nft", "nsenter", "mkfs.ext4", "mount", "umount", "cp", "cc"];
/// Through which packets are taken from the system and given back to it.
const TUN: &str = "/dev/net/tun";
/// Longest time for one of them.
const TIMEOUT: Duration = Duration::from_secs(30);

/// A refusal, as one sentence, unless this process may make namespaces, file systems and rules, and has the programs for it.
pub fn check_rights() -> Outcome<()> {
    if !rustix::process::geteuid().is_root() {
        return Err(Failure::NoRights(
            "faults are made with network namespaces, nft rules and loop mounts, which only root may make: nothing was tested"
                .to_owned(),
        ));
    }
    let missing: Vec<&str> = PROGRAMS.into_iter().filter(|name| !is_installed(name)).collect();
    if !missing.is_empty() {
        return Err(Failure::NoRights(format!(
            "faults are made with programs that this machine lacks ({}): nothing was tested",
            missing.join(", ")
        )));
    }
    if !Path::new(TUN).exists() {
        return Err(Failure::NoRights(format!(
            "packets are held back with {TUN}, which this machine lacks: nothing was tested"
        )));
    }
    Ok(())
}

fn is_installed(name: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::env::split_paths(&path).chain(["/usr/sbin", "/sbin"].map(PathBuf::from));
    folders.into_iter().any(|folder| folder.join(name).is_file())
}

/// Runs a program to its end; what it printed, if it succeeded.
pub async fn run(words: &[&str]) -> Outcome<String> {
    run_with_input(words, "").await
}

/// The same, with something to read.
pub async fn run_with_input(words: &[&str], input: &str) -> Outcome<String> {
    let what = words.join(" ");
    let (program, arguments) = words.split_first().context("no program is named")?;
    let mut command = Command::new(program);
    command.args(arguments).kill_on_drop(true);
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().context(&what)?;
    if let Some(mut stdin) = child.stdin.take() {
        // Who refuses early does not read.
        let _ = stdin.write_all(input.as_bytes()).await;
    }
    let output = tokio::time::timeout(TIMEOUT, child.wait_with_output()).await;
    let output = output.context(&what)?.context(&what)?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(Failure::Broken(format!("{what}: {}: {}", output.status, said.trim())));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Runs a program where nothing can be waited for: while something is dropped. Whether it succeeds is not asked.
pub fn run_in_passing(words: &[&str]) {
    if let Some((program, arguments)) = words.split_first() {
        let mut command = std::process::Command::new(program);
        command.args(arguments).stdin(Stdio::null());
        let _ = command.stdout(Stdio::null()).stderr(Stdio::null()).status();
    }
}
