//! A clinic on three nodes of this machine, set up by the commands an operator uses, with TLS between the nodes. Knows no load.

use crate::clinic::{Clinic, LIMITS, Template};
use crate::failure::{Context, Failure, Outcome};
use crate::node::{Node, free_address};
use serde_json::Value;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::rc::Rc;
use std::time::Duration;
use tokio::process::Command;
use tokio::time::{sleep, timeout};

const NODES: usize = 3;
/// How long it may take until all vote.
const VOTES_TIMEOUT: Duration = Duration::from_secs(60);
/// Between two looks whether they do.
const LOOK_AGAIN: Duration = Duration::from_millis(100);

/// A copy of a clinic under that name on three nodes that run and vote. `openings`: lines of the configuration that say how fast
/// sockets may open.
pub async fn open(template: &Template, name: &str, openings: &str) -> Outcome<Clinic> {
    let folder = template.copied(name)?;
    let program = template.binary.as_path();
    let first = Place::draw(&folder, 0)?;
    first.configure_copy(openings)?;
    let node = first.node(program);
    node.start().await?;
    let mut others = Vec::new();
    for number in 1..NODES {
        let place = Place::draw(&folder, number)?;
        place.join(program, &first, openings).await?;
        let node = place.node(program);
        node.start().await?;
        others.push(node);
    }
    let voting = async {
        while !all_vote(&first.ask(program, &["cluster", "status", "--json"]).await?) {
            sleep(LOOK_AGAIN).await;
        }
        Ok(())
    };
    timeout(VOTES_TIMEOUT, voting).await.context("not all nodes vote")??;
    Ok(Clinic {
        node,
        others,
        people: Rc::clone(&template.people),
        certificate: None,
        folder,
    })
}

fn all_vote(status: &str) -> bool {
    let status: Value = serde_json::from_str(status).unwrap_or_default();
    let votes = |node: &Value| node["role"] != "learner" && node["is_reachable"] == true;
    let nodes = status["nodes"].as_array();
    nodes.is_some_and(|nodes| nodes.len() == NODES && nodes.iter().all(votes))
}

/// Where one of the nodes is.
struct Place {
    config: PathBuf,
    data: PathBuf,
    address: SocketAddr,
    operations: SocketAddr,
    peers: SocketAddr,
}

impl Place {
    fn draw(folder: &Path, number: usize) -> Outcome<Self> {
        Ok(Self {
            config: folder.join(format!("node-{number}.toml")),
            data: match number {
                0 => folder.join("clinic"),
                _ => folder.join(format!("node-{number}")),
            },
            address: free_address()?,
            operations: free_address()?,
            peers: free_address()?,
        })
    }

    fn node(&self, program: &Path) -> Node {
        Node::new(program, &self.config, self.address, self.operations)
    }

    /// For the copy of a clinic that one node founded.
    fn configure_copy(&self, openings: &str) -> Outcome<()> {
        let Self {
            data,
            address,
            operations,
            peers,
            ..
        } = self;
        let data = data.display();
        let text = format!(
            "data = \"{data}\"\nlisten = \"{address}\"\noperations = \"{operations}\"\n{LIMITS}{openings}\
             [cluster]\nlisten = \"{peers}\"\naddress = \"{peers}\"\n"
        );
        std::fs::write(&self.config, text).context(self.config.display())
    }

    /// What the program says to these words about this place.
    async fn ask(&self, program: &Path, words: &[&str]) -> Outcome<String> {
        let mut command = Command::new(program);
        command.args(words).arg("--config").arg(&self.config);
        said(command).await
    }

    async fn join(&self, program: &Path, host: &Self, openings: &str) -> Outcome<()> {
        let invitation = host.ask(program, &["cluster", "invite"]).await?;
        let line = invitation
            .lines()
            .find_map(|line| line.trim().strip_prefix("corridor "))
            .context("the invitation holds no command")?;
        let mut command = Command::new(program);
        command.args(line.split_whitespace());
        command.arg("--config").arg(&self.config).arg("--data").arg(&self.data);
        let places = [
            ("--listen", self.address),
            ("--operations", self.operations),
            ("--peer-listen", self.peers),
        ];
        for (name, address) in places {
            command.args([name, &address.to_string()]);
        }
        said(command).await?;
        let text = std::fs::read_to_string(&self.config).context(self.config.display())?;
        let text = text.replacen("[limits]\n", &format!("{LIMITS}{openings}"), 1);
        std::fs::write(&self.config, text).context(self.config.display())
    }
}

async fn said(mut command: Command) -> Outcome<String> {
    let output = command
        .stdin(Stdio::null())
        .output()
        .await
        .context("the node's program")?;
    match output.status.success() {
        true => Ok(String::from_utf8_lossy(&output.stdout).into_owned()),
        false => Err(Failure::Broken(String::from_utf8_lossy(&output.stderr).into_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::all_vote;

    #[test]
    fn three_must_vote_and_be_reached() {
        let status = |role: &str, reached: bool| {
            let node = format!(r#"{{"role":"{role}","is_reachable":{reached}}}"#);
            format!(r#"{{"nodes":[{{"role":"leader","is_reachable":true}},{node},{node}]}}"#)
        };
        assert!(all_vote(&status("voter", true)));
        assert!(!all_vote(&status("learner", true)) && !all_vote(&status("voter", false)));
        assert!(!all_vote("") && !all_vote(r#"{"nodes":[]}"#));
    }
}
