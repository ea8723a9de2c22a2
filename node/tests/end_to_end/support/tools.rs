//! Programs that some tests need beside the node. A missing one fails the test and says what to install; nothing is left out in silence.

use std::process::{Command, Output, Stdio};

/// A program of that Debian package.
pub fn tool(name: &str, package: &str) -> Command {
    let found = std::env::var_os("PATH")
        .is_some_and(|path| std::env::split_paths(&path).any(|folder| folder.join(name).is_file()));
    assert!(
        found,
        "this test needs {name}: on Debian `apt-get install --no-install-recommends {package}`"
    );
    let mut command = Command::new(name);
    command.stdin(Stdio::null());
    command
}

/// Runs it to its end; it must succeed. What it said.
#[track_caller]
pub fn succeeds(command: &mut Command) -> String {
    let output: Output = command.output().unwrap();
    let said = super::node::said(&output);
    assert!(output.status.success(), "{command:?}: {said}");
    said
}
