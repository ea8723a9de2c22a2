//! The program under test as a process: found, started, watched until it is ready, stopped, killed. Knows no clinic.

use crate::clock;
use crate::failure::{Context, Failure, Outcome};
use crate::{http, machine};
use rustix::process::{Pid, Signal, kill_process};
use std::cell::RefCell;
use std::fs::File;
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::Duration;
use tokio::process::{Child, Command};
use tokio::time::{sleep, timeout};

/// How long a start may take before it counts as failed.
const READY_TIMEOUT: Duration = Duration::from_secs(120);
/// How long a stop may take.
const STOP_TIMEOUT: Duration = Duration::from_secs(60);
/// Between two looks whether it is ready: the resolution of the start times.
const LOOK_AGAIN: Duration = Duration::from_millis(2);

/// Where the program is: named, by `CORRIDOR_BIN`, or beside this one.
pub fn binary(named: Option<PathBuf>) -> Outcome<PathBuf> {
    let named = named.or_else(|| std::env::var_os("CORRIDOR_BIN").map(PathBuf::from));
    let path = match named {
        Some(path) => path,
        None => std::env::current_exe()
            .context("finding this program")?
            .with_file_name("corridor"),
    };
    if !path.is_file() {
        return Err(Failure::WrongUse(format!(
            "there is no node to measure at {}; build it with `cargo build --release -p corridor`, or name it with --binary",
            path.display()
        )));
    }
    path.canonicalize().context(path.display())
}

/// Where the program of an earlier build is: named, or by `CORRIDOR_EARLIER`; None: nobody says.
pub fn earlier_binary(named: Option<PathBuf>) -> Outcome<Option<PathBuf>> {
    let set = || std::env::var_os("CORRIDOR_EARLIER").filter(|path| !path.is_empty());
    let Some(path) = named.or_else(|| set().map(PathBuf::from)) else {
        return Ok(None);
    };
    if !path.is_file() {
        return Err(Failure::WrongUse(format!(
            "there is no earlier build at {}",
            path.display()
        )));
    }
    path.canonicalize().context(path.display()).map(Some)
}

/// An address on this machine that nobody uses, below the ports that the system hands out for outgoing connections.
pub fn free_address() -> Outcome<SocketAddr> {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let first = u16::try_from(std::process::id() % 900).unwrap_or_default() * 10;
    for _ in 0..10_000 {
        let port = 20_000 + (first + NEXT.fetch_add(1, Ordering::Relaxed)) % 10_000;
        let address = SocketAddr::from(([127, 0, 0, 1], port));
        if TcpListener::bind(address).is_ok() {
            return Ok(address);
        }
    }
    Err(Failure::Broken("every port from 20000 to 29999 is taken".to_owned()))
}

/// A node and where it is reached.
pub struct Node {
    /// Where clients come.
    pub address: SocketAddr,
    operations: SocketAddr,
    binary: RefCell<PathBuf>,
    config: PathBuf,
    /// The network namespace in which it runs, as a file; None: that of this process.
    namespace_file: Option<String>,
    /// What stands in the environment of its process, beside what stands in that of this one.
    environment: Vec<(String, String)>,
    child: RefCell<Option<Child>>,
}

impl Node {
    /// A node with that configuration, not started yet. Its log lies beside the configuration.
    pub fn new(binary: &Path, config: &Path, address: SocketAddr, operations: SocketAddr) -> Self {
        Self {
            address,
            operations,
            binary: RefCell::new(binary.to_owned()),
            config: config.to_owned(),
            namespace_file: None,
            environment: Vec::new(),
            child: RefCell::new(None),
        }
    }

    /// The same in another network namespace, by `nsenter`.
    pub fn within(self, namespace_file: Option<String>) -> Self {
        Self { namespace_file, ..self }
    }

    /// The same with this in its environment when it is started; not when an operator's command is run.
    pub fn with_environment(self, environment: Vec<(String, String)>) -> Self {
        Self { environment, ..self }
    }

    /// Its program from now on: that of the next start, and of an operator's commands.
    pub fn change_binary(&self, binary: &Path) {
        self.binary.replace(binary.to_owned());
    }

    /// Its program.
    pub fn binary(&self) -> PathBuf {
        self.binary.borrow().clone()
    }

    /// Its configuration.
    pub fn config(&self) -> &Path {
        &self.config
    }

    /// The words that run a command of the node's program where the node is.
    pub fn words(&self, command: &[&str]) -> Vec<String> {
        let net = self.namespace_file.iter().map(|file| format!("--net={file}"));
        let enter = net.flat_map(|net| ["nsenter".to_owned(), net]);
        let program = std::iter::once(self.binary().display().to_string());
        let command = command.iter().map(|word| (*word).to_owned());
        enter.chain(program).chain(command).collect()
    }

    /// What it logged so far.
    pub fn log_text(&self) -> String {
        let log = std::fs::read(self.config.with_extension("log"));
        String::from_utf8_lossy(&log.unwrap_or_default()).into_owned()
    }

    /// Starts the process and waits until it is ready: how long that took, from before the process was there.
    pub async fn start(&self) -> Outcome<Duration> {
        let begun_ns = clock::now_ns();
        self.spawn()?;
        let ready = async {
            while !self.is_ready().await {
                if let Some(status) = self.ended() {
                    let log = self.log_text();
                    return Err(Failure::Broken(format!("the node ended with {status}:\n{log}")));
                }
                sleep(LOOK_AGAIN).await;
            }
            Ok(())
        };
        timeout(READY_TIMEOUT, ready)
            .await
            .context("the node does not get ready")??;
        Ok(Duration::from_nanos(clock::now_ns() - begun_ns))
    }

    /// Starts the process. Whether it gets ready is for others to see.
    pub fn spawn(&self) -> Outcome<()> {
        let log_path = self.config.with_extension("log");
        let log = File::options().create(true).append(true).open(&log_path);
        let log = log.context(log_path.display())?;
        let words = self.words(&["start", "--config", &self.config.display().to_string()]);
        let mut command = Command::new(&words[0]);
        command
            .args(&words[1..])
            .env("NO_COLOR", "1")
            .env("CORRIDOR_LOG", "warn")
            // As it is on many machines: a node must come to its end as quickly with it.
            .env("RUST_BACKTRACE", "1")
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null());
        let second = log.try_clone().context(log_path.display())?;
        command.stdout(second).stderr(log).kill_on_drop(true);
        let child = command
            .spawn()
            .context(format!("starting {}", self.binary().display()))?;
        self.child.replace(Some(child));
        Ok(())
    }

    /// Whether it says on its operations address that it is ready.
    pub async fn is_ready(&self) -> bool {
        let answer = http::get_once(self.operations, "/readyz").await;
        answer.is_ok_and(|answer| answer.status == 200)
    }

    /// If the process ended by itself, how.
    pub fn ended(&self) -> Option<ExitStatus> {
        self.child.borrow_mut().as_mut()?.try_wait().ok()?
    }

    /// Started, and neither killed nor ended since.
    pub fn is_running(&self) -> bool {
        self.child.borrow().is_some() && self.ended().is_none()
    }

    /// Waits until the process ends by itself; None if it does not within that time.
    pub async fn end(&self, within: Duration) -> Option<ExitStatus> {
        let mut child = self.child.take()?;
        let status = timeout(within, child.wait()).await.ok().and_then(Result::ok);
        if status.is_none() {
            self.child.replace(Some(child));
        }
        status
    }

    /// Sends the process a signal.
    pub fn signal(&self, signal: Signal) -> Outcome<()> {
        let id = self.child.borrow().as_ref().and_then(Child::id);
        let pid = id.and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
        kill_process(pid.context("the node does not run")?, signal).context("sending a signal")
    }

    /// SIGTERM, and waits until the process ended in good order.
    pub async fn stop(&self) -> Outcome<()> {
        self.signal(Signal::TERM)?;
        let status = self.end(STOP_TIMEOUT).await.context("the node does not stop")?;
        match status.success() {
            true => Ok(()),
            false => Err(Failure::Broken(format!("the node was stopped and ended with {status}"))),
        }
    }

    /// SIGKILL: nothing is said, flushed or finished.
    pub async fn kill(&self) -> Outcome<()> {
        let mut child = self.child.take().context("the node does not run")?;
        child.kill().await.context("killing the node")
    }

    /// The number of its process.
    pub fn process(&self) -> Outcome<String> {
        let id = self.child.borrow().as_ref().and_then(Child::id);
        Ok(id.context("the node does not run")?.to_string())
    }

    /// CPU time used since the process began, in microseconds.
    pub fn cpu_us(&self) -> Outcome<f64> {
        machine::cpu_us(&self.process()?)
    }

    /// Memory in RAM, in KiB.
    pub fn rss_kib(&self) -> Outcome<f64> {
        machine::rss_kib(&self.process()?)
    }

    /// The value of a figure of the node's, all its label sets added up.
    pub async fn figure(&self, name: &str) -> Outcome<f64> {
        let answer = http::get_once(self.operations, "/metrics").await?;
        Ok(sum_of(&String::from_utf8_lossy(&answer.body), name))
    }
}

fn sum_of(metrics: &str, name: &str) -> f64 {
    let lines = metrics
        .lines()
        .filter(|line| line.strip_prefix(name).is_some_and(|rest| rest.starts_with(['{', ' '])));
    lines
        .filter_map(|line| line.rsplit(' ').next()?.parse::<f64>().ok())
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_figure_is_the_sum_of_its_labels() {
        let metrics = "# HELP a\na{kind=\"x\"} 2\na{kind=\"y\"} 3\na_more 10\nb 4\n";
        assert_eq!(sum_of(metrics, "a"), 5.0);
        assert_eq!(sum_of(metrics, "b"), 4.0);
        assert_eq!(sum_of(metrics, "c"), 0.0);
    }

    #[test]
    fn a_missing_program_says_how_to_build_it() {
        let missing = binary(Some(PathBuf::from("/nowhere/corridor")));
        assert!(matches!(missing, Err(Failure::WrongUse(text)) if text.contains("cargo build --release -p corridor")));
    }
}
