//! One of the three nodes: its process in its namespace, its disk, its configuration; founded or joined, started, frozen, killed.
//! Refuses to know why.

use super::disk::Disk;
use super::system::{run, run_with_input};
use crate::failure::{Context, Failure, Outcome};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use std::cell::{Cell, RefCell};
use std::fs::{self, File};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;
use tokio::process::{Child, Command};
use tokio::time::{sleep, timeout};

/// In its namespace, where nobody else takes them.
pub const OPERATIONS_PORT: u16 = 9090;
const CLIENTS_PORT: u16 = 8443;
const PEERS_PORT: u16 = 7443;
/// How long the node may take to answer an operator.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(4);
/// How long a stopped process may take to stand still, or a stopped node to end.
const STAND_STILL_TIMEOUT: Duration = Duration::from_secs(30);
const LOOK_AGAIN: Duration = Duration::from_millis(5);
/// Nobody is slowed down: that is tested elsewhere.
const LIMITS: &str = "[limits]
disk_reserve_mib = 1
sends_per_second = 10000
sends_burst = 10000
commands_per_second = 10000
commands_burst = 10000
requests_per_second = 10000
requests_burst = 10000
sign_ins_per_second = 10000
sign_ins_burst = 10000
socket_openings_per_second = 10000
socket_openings_burst = 10000
";

/// Who founds the clinic.
pub const ADMINISTRATOR: &str = "amara";
/// Everybody's password.
pub const PASSWORD: &str = "only for measuring, never a real one";

/// Where a node is and what it is made of.
pub struct Member {
    /// Where clients come.
    pub clients: SocketAddr,
    /// What keeps its files.
    pub disk: Disk,
    peers: SocketAddr,
    namespace_file: String,
    folder: PathBuf,
    binary: PathBuf,
    child: RefCell<Option<Child>>,
    is_frozen: Cell<bool>,
}

impl Member {
    /// A place for a node, with a new disk, and nothing on it.
    pub async fn new(folder: &Path, binary: &Path, namespace_file: String, ip: std::net::Ipv4Addr) -> Outcome<Self> {
        fs::create_dir_all(folder).context(folder.display())?;
        Ok(Self {
            clients: SocketAddr::from((ip, CLIENTS_PORT)),
            peers: SocketAddr::from((ip, PEERS_PORT)),
            disk: Disk::new(folder).await?,
            namespace_file,
            folder: folder.to_owned(),
            binary: binary.to_owned(),
            child: RefCell::new(None),
            is_frozen: Cell::new(false),
        })
    }

    fn config(&self) -> PathBuf {
        self.folder.join("corridor.toml")
    }

    /// The data folder.
    pub fn data(&self) -> PathBuf {
        self.disk.folder().join("data")
    }

    fn log(&self) -> PathBuf {
        self.folder.join("corridor.log")
    }

    /// What it logged so far.
    pub fn log_text(&self) -> String {
        String::from_utf8_lossy(&fs::read(self.log()).unwrap_or_default()).into_owned()
    }

    /// The words of a command of the node's program, run where the node is.
    fn words(&self, command: &[&str]) -> Vec<String> {
        let net = format!("--net={}", self.namespace_file);
        let program = self.binary.display().to_string();
        let first = ["nsenter".to_owned(), net, program];
        first
            .into_iter()
            .chain(command.iter().map(|word| (*word).to_owned()))
            .collect()
    }

    async fn obey(&self, command: &[&str], input: &str) -> Outcome<String> {
        let words = self.words(command);
        run_with_input(&words.iter().map(String::as_str).collect::<Vec<_>>(), input).await
    }

    /// The certificate lies in the folder above: all nodes show the same one to clients.
    fn places(&self) -> Vec<String> {
        let above = self.folder.parent().unwrap_or(Path::new("/"));
        let operations = SocketAddr::from(([127, 0, 0, 1], OPERATIONS_PORT));
        [
            ("--config", self.config().display().to_string()),
            ("--data", self.data().display().to_string()),
            ("--listen", self.clients.to_string()),
            ("--operations", operations.to_string()),
            ("--peer-listen", self.peers.to_string()),
            ("--certificate", above.join("certificate.pem").display().to_string()),
            ("--key", above.join("key.pem").display().to_string()),
        ]
        .into_iter()
        .flat_map(|(name, value)| [name.to_owned(), value])
        .collect()
    }

    /// Founds a clinic here.
    pub async fn found(&self) -> Outcome<()> {
        let places = self.places();
        let mut command = vec!["init"];
        command.extend(places.iter().map(String::as_str));
        command.extend(["--name", "Hillside Practice", "--administrator-name", "Amara Bello"]);
        command.extend(["--administrator-login", ADMINISTRATOR, "--password-stdin"]);
        self.obey(&command, &format!("{PASSWORD}\n")).await?;
        self.lift_limits()
    }

    /// Joins the clinic of another node, by an invitation of that node's.
    pub async fn join(&self, host: &Self) -> Outcome<()> {
        let config = host.config().display().to_string();
        let said = host.obey(&["cluster", "invite", "--config", &config], "").await?;
        let line = said.lines().find(|line| line.trim().starts_with("corridor join"));
        let line = line.context("the invitation holds no command")?;
        let places = self.places();
        let mut command: Vec<&str> = line.split_whitespace().skip(1).collect();
        command.extend(places.iter().map(String::as_str));
        self.obey(&command, "").await?;
        self.lift_limits()
    }

    fn lift_limits(&self) -> Outcome<()> {
        let config = self.config();
        let text = fs::read_to_string(&config).context(config.display())?;
        fs::write(&config, text.replacen("[limits]\n", LIMITS, 1)).context(config.display())
    }

    /// Empties the data folder, as somebody does who wipes a disk; with the configuration if a new node is to come there.
    pub fn wipe(&self, with_configuration: bool) -> Outcome<()> {
        let data = self.data();
        fs::remove_dir_all(&data).context(data.display())?;
        match with_configuration {
            true => fs::remove_file(self.config()).context("the configuration"),
            false => Ok(()),
        }
    }

    /// An empty data folder, where a failed start left none.
    pub fn make_data_folder(&self) -> Outcome<()> {
        fs::create_dir_all(self.data()).context(self.data().display())
    }

    /// Starts the process. Whether it gets ready is for others to see.
    pub fn start(&self) -> Outcome<()> {
        let log = File::options().create(true).append(true).open(self.log());
        let log = log.context(self.log().display())?;
        let words = self.words(&["start", "--config", &self.config().display().to_string()]);
        let mut command = Command::new(&words[0]);
        command
            .args(&words[1..])
            .env("NO_COLOR", "1")
            .env("CORRIDOR_LOG", "warn");
        command.stdin(Stdio::null()).kill_on_drop(true);
        command.stdout(log.try_clone().context("the log")?).stderr(log);
        let child = command.spawn().context("starting a node")?;
        self.is_frozen.set(false);
        self.child.replace(Some(child));
        Ok(())
    }

    /// Whether there is a process. If it ended by itself, how.
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

    fn signal(&self, signal: Signal) -> Outcome<()> {
        let id = self.child.borrow().as_ref().and_then(Child::id);
        let pid = id.and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
        kill_process(pid.context("the node does not run")?, signal).context("sending a signal")
    }

    /// SIGSTOP, and waits until every thread stands still: nothing leaves the node after that.
    pub async fn freeze(&self) -> Outcome<()> {
        self.signal(Signal::STOP)?;
        self.is_frozen.set(true);
        let id = self.child.borrow().as_ref().and_then(Child::id).unwrap_or_default();
        let still = async {
            while !stands_still(id) {
                sleep(LOOK_AGAIN).await;
            }
        };
        timeout(STAND_STILL_TIMEOUT, still)
            .await
            .context("a stopped node goes on")
    }

    /// SIGCONT.
    pub fn thaw(&self) -> Outcome<()> {
        self.is_frozen.set(false);
        self.signal(Signal::CONT)
    }

    /// Stands still by [`Self::freeze`].
    pub fn is_frozen(&self) -> bool {
        self.is_frozen.get()
    }

    /// SIGKILL. Nothing, if it has ended.
    pub async fn kill(&self) -> Outcome<()> {
        self.is_frozen.set(false);
        let child = self.child.take();
        match child {
            Some(mut child) => child.kill().await.context("killing a node"),
            None => Ok(()),
        }
    }

    /// SIGTERM, and waits for the end.
    pub async fn stop(&self) -> Outcome<()> {
        self.signal(Signal::TERM)?;
        match self.end(STAND_STILL_TIMEOUT).await {
            Some(status) if status.success() => Ok(()),
            other => Err(Failure::Broken(format!("a node was stopped and ended with {other:?}"))),
        }
    }

    async fn asked(&self, command: &[&str]) -> Option<Value> {
        if !self.is_running() || self.is_frozen() {
            return None;
        }
        let config = self.config().display().to_string();
        let words = [&[self.binary.to_str()?], command, &["--json", "--config", &config]].concat();
        let said = timeout(ANSWER_TIMEOUT, run(&words)).await.ok()?.ok()?;
        serde_json::from_str(&said).ok()
    }

    /// What `corridor status --json` says.
    pub async fn status(&self) -> Option<Value> {
        self.asked(&["status"]).await
    }

    /// What `corridor cluster status --json` says.
    pub async fn cluster_status(&self) -> Option<Value> {
        self.asked(&["cluster", "status"]).await
    }

    /// Takes another node out of the cluster, for ever.
    pub async fn remove(&self, node: u64) -> Outcome<()> {
        let config = self.config().display().to_string();
        let command = ["cluster", "remove", &node.to_string(), "--config", &config];
        self.obey(&command, "").await.map(drop)
    }
}

fn stands_still(process: u32) -> bool {
    let Ok(tasks) = fs::read_dir(format!("/proc/{process}/task")) else {
        return true;
    };
    let stats = tasks.filter_map(|task| fs::read_to_string(task.ok()?.path().join("stat")).ok());
    stats.into_iter().all(|stat| is_stopped(&stat))
}

fn is_stopped(stat: &str) -> bool {
    let state = stat.rsplit_once(") ").map(|(_, rest)| rest.as_bytes().first());
    matches!(state, Some(Some(b'T' | b't' | b'Z' | b'X')))
}

#[cfg(test)]
mod tests {
    use super::is_stopped;

    #[test]
    fn the_state_of_a_thread_is_read() {
        assert!(is_stopped("12 (a ) b) T 1 2"));
        assert!(!is_stopped("12 (T) S 1 2"));
        assert!(!is_stopped(""));
    }
}
