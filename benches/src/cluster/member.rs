//! One of several nodes of a clinic: its process, its addresses, its data folder, its configuration; founded or joined, started,
//! frozen, killed. Refuses to know why, and what its disk and its wire are made of.

mod namespace;

use crate::failure::{Context, Outcome};
use crate::http::Connection;
use crate::node::Node;
use crate::system::{run, run_with_input};
use rustix::process::Signal;
use serde_json::Value;
use std::cell::Cell;
use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitStatus;
use std::rc::Rc;
use std::time::Duration;
use tokio::time::{sleep, timeout};

/// How long the node may take to answer an operator.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(4);
/// How long a stopped process may take to stand still, or a stopped node to end.
const STAND_STILL_TIMEOUT: Duration = Duration::from_secs(30);
const LOOK_AGAIN: Duration = Duration::from_millis(5);
/// Who founds the clinic.
pub const ADMINISTRATOR: &str = "amara";
/// Everybody's password.
pub const PASSWORD: &str = "only for measuring, never a real one";

/// Where a node is to be.
pub struct Site {
    /// For its configuration and its log. In the folder above lies the certificate, if there is one.
    pub folder: PathBuf,
    /// For everything it keeps.
    pub data: PathBuf,
    /// Where clients come.
    pub clients: SocketAddr,
    /// Where the other nodes come.
    pub peers: SocketAddr,
    /// Where it is watched.
    pub operations: SocketAddr,
    /// The network namespace in which it runs, as a file; None: that of this process.
    pub namespace_file: Option<String>,
    /// What stands in the environment of its process.
    pub environment: Vec<(String, String)>,
    /// Whether it shows the certificate in the folder above to clients, or speaks without TLS with them.
    pub has_certificate: bool,
    /// What its configuration begins the table of limits with.
    pub limits: String,
}

/// A node, where it is and what it is made of.
pub struct Member {
    /// Its process.
    pub node: Rc<Node>,
    site: Site,
    is_frozen: Cell<bool>,
}

impl Member {
    /// A place for a node, and nothing in it.
    pub fn new(binary: &Path, site: Site) -> Outcome<Self> {
        fs::create_dir_all(&site.folder).context(site.folder.display())?;
        let config = site.folder.join("corridor.toml");
        let node = Node::new(binary, &config, site.clients, site.operations);
        Ok(Self {
            node: Rc::new(
                node.within(site.namespace_file.clone())
                    .with_environment(site.environment.clone()),
            ),
            site,
            is_frozen: Cell::new(false),
        })
    }

    /// The same with one more line of limits.
    pub fn with_limits(mut self, line: &str) -> Self {
        self.site.limits.push_str(line);
        self
    }

    /// The data folder.
    pub fn data(&self) -> &Path {
        &self.site.data
    }

    /// Where clients come.
    pub fn clients(&self) -> SocketAddr {
        self.site.clients
    }

    fn config(&self) -> String {
        self.node.config().display().to_string()
    }

    async fn obey(&self, command: &[&str], input: &str) -> Outcome<String> {
        let words = self.node.words(command);
        run_with_input(&words.iter().map(String::as_str).collect::<Vec<_>>(), input).await
    }

    fn places(&self) -> Vec<String> {
        let above = self.site.folder.parent().unwrap_or(Path::new("/"));
        let mut places = vec![
            ("--config", self.config()),
            ("--data", self.site.data.display().to_string()),
            ("--listen", self.site.clients.to_string()),
            ("--operations", self.site.operations.to_string()),
            ("--peer-listen", self.site.peers.to_string()),
        ];
        if self.site.has_certificate {
            places.push(("--certificate", above.join("certificate.pem").display().to_string()));
            places.push(("--key", above.join("key.pem").display().to_string()));
        }
        let words = places.into_iter();
        words.flat_map(|(name, value)| [name.to_owned(), value]).collect()
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
        let config = host.config();
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
        let config = self.node.config();
        let text = fs::read_to_string(config).context(config.display())?;
        fs::write(config, text.replacen("[limits]\n", &self.site.limits, 1)).context(config.display())
    }

    /// Empties the data folder, as somebody does who wipes a disk; with the configuration if a new node is to come there.
    pub fn wipe(&self, with_configuration: bool) -> Outcome<()> {
        let data = self.data();
        fs::remove_dir_all(data).context(data.display())?;
        match with_configuration {
            true => fs::remove_file(self.node.config()).context("the configuration"),
            false => Ok(()),
        }
    }

    /// An empty data folder, where a failed start left none.
    pub fn make_data_folder(&self) -> Outcome<()> {
        fs::create_dir_all(self.data()).context(self.data().display())
    }

    /// Starts the process. Whether it gets ready is for others to see.
    pub fn start(&self) -> Outcome<()> {
        self.is_frozen.set(false);
        self.node.spawn()
    }

    /// It says on its operations address that it is ready.
    pub async fn is_ready(&self) -> bool {
        match &self.site.namespace_file {
            Some(file) => namespace::is_ready(file.clone(), self.site.operations).await,
            None => self.node.is_ready().await,
        }
    }

    /// If the process ended by itself, how.
    pub fn ended(&self) -> Option<ExitStatus> {
        self.node.ended()
    }

    /// SIGSTOP, and waits until every thread stands still: nothing leaves the node after that.
    pub async fn freeze(&self) -> Outcome<()> {
        self.node.signal(Signal::STOP)?;
        self.is_frozen.set(true);
        let id = self.node.process()?;
        let still = async {
            while !stands_still(&id) {
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
        self.node.signal(Signal::CONT)
    }

    /// Stands still by [`Self::freeze`].
    pub fn is_frozen(&self) -> bool {
        self.is_frozen.get()
    }

    /// SIGKILL. Nothing, if it has ended.
    pub async fn kill(&self) -> Outcome<()> {
        self.is_frozen.set(false);
        match self.node.process() {
            Ok(_) => self.node.kill().await,
            Err(_) => Ok(()),
        }
    }

    /// SIGTERM, and waits for the end.
    pub async fn stop(&self) -> Outcome<()> {
        self.node.stop().await
    }

    async fn asked(&self, command: &[&str]) -> Option<Value> {
        if !self.node.is_running() || self.is_frozen() {
            return None;
        }
        let config = self.config();
        let words = self.node.words(&[command, &["--json", "--config", &config]].concat());
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
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

    /// Makes a workspace, asked at this node.
    pub async fn create_workspace(&self, name: &str) -> Outcome<()> {
        let config = self.config();
        let command = [
            "workspace",
            "create",
            name,
            "--config",
            &config,
            "--title",
            name,
            "--password-stdin",
        ];
        let who = [
            "--administrator-name",
            "Noor Haddad",
            "--administrator-login",
            ADMINISTRATOR,
        ];
        let command = [&command[..], &who[..]].concat();
        self.obey(&command, &format!("{PASSWORD}\n")).await.map(drop)
    }

    /// The numbers of all workspaces but the first.
    pub async fn workspaces(&self) -> Option<Vec<u64>> {
        let listed = self.asked(&["workspace", "list"]).await?;
        let numbers = listed.as_array()?.iter().filter_map(|line| line["id"].as_u64());
        Some(numbers.filter(|number| *number > 1).collect())
    }

    /// Whether this node has a workspace awake for somebody who comes now, with a session that there never was.
    pub async fn lets_into(&self, workspace: u64) -> bool {
        let token = format!("crs_{workspace}_{}", "A".repeat(64));
        let Ok(mut connection) = Connection::open(self.clients()).await else {
            return false;
        };
        let answer = connection.get("/v1/me", Some(&token)).await;
        answer.is_ok_and(|answer| answer.status == 401)
    }

    /// Takes another node out of the cluster, for ever.
    pub async fn remove(&self, node: u64) -> Outcome<()> {
        let config = self.config();
        let command = ["cluster", "remove", &node.to_string(), "--config", &config];
        self.obey(&command, "").await.map(drop)
    }
}

fn stands_still(process: &str) -> bool {
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
