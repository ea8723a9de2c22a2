//! The program under test as a process: started, watched until it is ready, killed, started again.
//!
//! When a node ends, its log is looked through: a line at WARN or ERROR that no test expects fails the test that owns the node.

use std::fs::File;
use std::io::Write;
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::Duration;

use super::http::{Request, Response};
use super::{PATIENCE, wait_for};

/// The program under test.
pub fn binary() -> PathBuf {
    std::env::var_os("CORRIDOR_BIN").map_or_else(|| PathBuf::from(env!("CARGO_BIN_EXE_corridor")), PathBuf::from)
}

/// Runs the program until it ends by itself.
pub fn run(arguments: &[&str]) -> Output {
    Command::new(binary())
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

/// Runs the program until it ends by itself, with more in its environment and with something to read.
pub fn run_with(arguments: &[&str], environment: &[(&str, &str)], input: &str) -> Output {
    let mut command = Command::new(binary());
    command.args(arguments).envs(environment.iter().copied());
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // Who refuses early does not read: then nobody needs the input.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    child.wait_with_output().unwrap()
}

/// What it said on both of its outputs.
pub fn said(output: &Output) -> String {
    format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}

/// An address on this machine that nobody uses. Below the ports that the system hands out for outgoing connections, so that
/// none of those takes it while a node is being started again.
pub fn free_address() -> SocketAddr {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let first = (std::process::id() % 900) as u16 * 10;
    loop {
        let port = 20_000 + (first + NEXT.fetch_add(1, Ordering::Relaxed)) % 10_000;
        let address = SocketAddr::from(([127, 0, 0, 1], port));
        if TcpListener::bind(address).is_ok() {
            return address;
        }
    }
}

/// A node and where it is reached.
#[derive(Debug)]
pub struct Node {
    pub address: SocketAddr,
    pub operations: SocketAddr,
    arguments: Vec<String>,
    log: PathBuf,
    child: Option<Child>,
    expected_in_log: Vec<String>,
}

impl Node {
    /// Starts the demo on that folder and waits until it is ready.
    pub fn demo(data: &Path) -> Self {
        let (address, operations) = (free_address(), free_address());
        let data = data.to_str().unwrap().to_owned();
        let places = [
            "--listen".to_owned(),
            address.to_string(),
            "--operations".to_owned(),
            operations.to_string(),
        ];
        let arguments = [
            vec!["demo".to_owned(), "--data".to_owned(), data.clone()],
            places.to_vec(),
        ]
        .concat();
        Self::with(arguments, address, operations, Path::new(&data).with_extension("log"))
    }

    /// Starts a node with that configuration and waits until it is ready.
    pub fn configured(config: &Path, address: SocketAddr, operations: SocketAddr) -> Self {
        let arguments = vec![
            "start".to_owned(),
            "--config".to_owned(),
            config.to_str().unwrap().to_owned(),
        ];
        Self::with(arguments, address, operations, config.with_extension("log"))
    }

    fn with(arguments: Vec<String>, address: SocketAddr, operations: SocketAddr, log: PathBuf) -> Self {
        let mut node = Self {
            address,
            operations,
            arguments,
            log,
            child: None,
            expected_in_log: Vec::new(),
        };
        node.start();
        node
    }

    /// Starts the process and waits until it is ready.
    pub fn start(&mut self) {
        self.start_as(Command::new(binary()));
    }

    /// The same, started by a program that becomes it: its arguments are followed by the node's.
    pub fn start_under(&mut self, outer: &[&str]) {
        let mut command = Command::new(outer[0]);
        command.args(&outer[1..]).arg(binary());
        self.start_as(command);
    }

    fn start_as(&mut self, mut command: Command) {
        assert!(self.child.is_none(), "it runs already");
        let log = File::options().create(true).append(true).open(&self.log).unwrap();
        command.args(&self.arguments).env("NO_COLOR", "1").stdin(Stdio::null());
        self.child = Some(command.stdout(log.try_clone().unwrap()).stderr(log).spawn().unwrap());
        let operations = self.operations;
        wait_for("the node gets ready", PATIENCE * 2, || {
            if let Some(status) = self.child.as_mut().unwrap().try_wait().unwrap() {
                panic!(
                    "the node ended with {status} instead of getting ready:\n{}",
                    self.log_text()
                );
            }
            let answer = Request::new("GET", "/readyz").try_send(operations);
            answer.is_ok_and(|answer| answer.status == 200).then_some(())
        });
    }

    /// SIGKILL: nothing is said, flushed or finished.
    pub fn kill(&mut self) {
        // The log's file is longer than what was written; who was killed did not cut it.
        self.expect_in_log("Truncating log file due to broken batch");
        let mut child = self.child.take().unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
    }

    /// SIGKILL, and started again on the same folder and addresses.
    pub fn kill_and_start(&mut self) {
        self.kill();
        self.start();
    }

    /// SIGTERM, and waits for the process to end in good order.
    pub fn stop(&mut self) {
        self.signal("-TERM");
        let mut child = self.child.take().unwrap();
        let ended = wait_for("the node stops", PATIENCE, || child.try_wait().unwrap());
        assert!(ended.success(), "it ended with {ended}:\n{}", self.log_text());
    }

    /// SIGSTOP: the process is there, and does nothing.
    pub fn pause(&self) {
        self.signal("-STOP");
    }

    /// SIGCONT: it goes on.
    pub fn resume(&self) {
        self.signal("-CONT");
    }

    fn signal(&self, signal: &str) {
        let process = self.child.as_ref().unwrap().id().to_string();
        let signalled = Command::new("kill").args([signal, &process]).status().unwrap();
        assert!(signalled.success());
    }

    /// A line at WARN or ERROR that belongs to the test.
    pub fn expect_in_log(&mut self, text: &str) {
        self.expected_in_log.push(text.to_owned());
    }

    /// From the operations address.
    pub fn operations(&self, path: &str) -> Response {
        Request::new("GET", path).send(self.operations)
    }

    /// The value of a figure, all its label sets added up.
    pub fn figure(&self, name: &str) -> f64 {
        let text = self.operations("/metrics").text();
        let lines = text
            .lines()
            .filter(|line| line.strip_prefix(name).is_some_and(|rest| rest.starts_with(['{', ' '])));
        lines
            .filter_map(|line| line.rsplit(' ').next()?.parse::<f64>().ok())
            .sum()
    }

    /// How near a bound came.
    pub fn high_water(&self, of: &str) -> u64 {
        let text = self.operations("/metrics").text();
        let line = format!("corridor_high_water{{of=\"{of}\"}} ");
        let value = text.lines().find_map(|candidate| candidate.strip_prefix(&line));
        value.unwrap_or_else(|| panic!("no mark of {of}")).parse().unwrap()
    }

    /// Memory that the process holds now.
    pub fn resident_size_bytes(&self) -> u64 {
        let path = format!("/proc/{}/status", self.child.as_ref().unwrap().id());
        let text = std::fs::read_to_string(path).unwrap();
        let line = text.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
        line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() * 1024
    }

    pub fn log_text(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }

    fn unexpected_in_log(&self) -> Vec<String> {
        let is_loud = |line: &&str| ["WARN", "ERROR", "panicked"].iter().any(|word| line.contains(word));
        let is_expected = |line: &str| self.expected_in_log.iter().any(|expected| line.contains(expected));
        self.log_text()
            .lines()
            .filter(is_loud)
            .filter(|line| !is_expected(line))
            .map(str::to_owned)
            .collect()
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
        if std::thread::panicking() {
            let text = self.log_text();
            let lines: Vec<&str> = text.lines().collect();
            println!(
                "the end of the node's log:\n{}",
                lines[lines.len().saturating_sub(25)..].join("\n")
            );
        } else {
            let loud = self.unexpected_in_log();
            assert!(
                loud.is_empty(),
                "the node's log has lines that nobody expected:\n{}",
                loud.join("\n")
            );
        }
    }
}

/// How long a process gets to end by itself.
pub const ENDS_WITHIN: Duration = Duration::from_secs(20);

/// Starts the program and expects it to refuse: it ends by itself, not successfully. What it said.
pub fn refused(arguments: &[&str]) -> String {
    let mut child = Command::new(binary())
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let ended = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        wait_for("it refuses", ENDS_WITHIN, || child.try_wait().unwrap())
    }));
    if ended.is_err() {
        let _ = child.kill();
    }
    let output = child.wait_with_output().unwrap();
    assert!(ended.is_ok(), "{arguments:?} did not end by itself: {}", said(&output));
    assert!(
        !output.status.success(),
        "{arguments:?} was expected to be refused: {}",
        said(&output)
    );
    said(&output)
}
