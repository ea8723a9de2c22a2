//! Three nodes of one clinic, set up by the commands an operator uses; who leads, whether all is well, and how one of them is
//! replaced. Refuses to know where they are, what is asked of them and what goes wrong.

pub mod member;
mod people;

pub use people::Room;

use crate::clinic::{Clinic, LIMITS, OPENINGS, Person};
use crate::device::Endpoint;
use crate::failure::{Context, Failure, Outcome};
use crate::node::free_address;
use futures_util::future::join_all;
use member::{Member, Site};
use serde_json::Value;
use std::cell::{Cell, RefCell};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::Duration;
use tokio::time::{sleep, timeout};

/// How many there are.
pub const NODES: usize = 3;
/// How long setting something up may take.
const PATIENCE: Duration = Duration::from_secs(60);
const LOOK_AGAIN: Duration = Duration::from_millis(50);
/// Connections to a node that are made at the same time.
const CONNECTIONS_AT_ONCE: usize = 64;

/// The nodes.
pub struct Cluster {
    /// By number.
    pub members: Vec<Member>,
    folder: PathBuf,
    /// What they show to clients, as PEM, if they speak TLS with them.
    certificate: Option<String>,
    /// Longest wait for a node that joins.
    patience: Duration,
    commands: Cell<u64>,
    /// Who adds people, once signed in.
    administrator: RefCell<Option<String>>,
}

impl Cluster {
    /// Places for nodes, and nothing in them.
    pub fn new(folder: &Path, members: Vec<Member>, certificate: Option<String>) -> Self {
        Self {
            members,
            folder: folder.to_owned(),
            certificate,
            patience: PATIENCE,
            commands: Cell::new(0),
            administrator: RefCell::new(None),
        }
    }

    /// Places below that folder, all on the loopback interface, without TLS for clients. Nobody is slowed down, but openings of
    /// sockets if they are to be let in as a node does by itself.
    pub fn here(folder: &Path, binary: &Path, lifts_openings: bool) -> Outcome<Self> {
        let limits = format!("{LIMITS}{}", if lifts_openings { OPENINGS } else { "" });
        let member = |node| {
            let folder = folder.join(format!("node-{node}"));
            let site = Site {
                data: folder.join("data"),
                folder,
                clients: free_address()?,
                peers: free_address()?,
                operations: free_address()?,
                namespace_file: None,
                environment: Vec::new(),
                has_certificate: false,
                limits: limits.clone(),
            };
            Member::new(binary, site)
        };
        let members: Outcome<Vec<Member>> = (0..NODES).map(member).collect();
        Ok(Self::new(folder, members?, None))
    }

    /// The same with one more line of limits for each node.
    pub fn with_limits(mut self, line: &str) -> Self {
        self.members = self
            .members
            .into_iter()
            .map(|member| member.with_limits(line))
            .collect();
        self
    }

    /// The same with another wait for a node that joins: who has much to fetch takes longer.
    pub fn with_patience(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    /// Founds the clinic at the first node, and lets the others join.
    pub async fn found(&self) -> Outcome<()> {
        self.found_first().await?;
        self.join_others().await
    }

    /// Founds the clinic at the first node, which is alone.
    pub async fn found_first(&self) -> Outcome<()> {
        let first = self.members.first().context("a cluster has nodes")?;
        first.found().await?;
        first.start()?;
        self.until("the first node is ready", async || self.is_ready(0).await)
            .await
    }

    /// Lets the others join the first; all vote in the end.
    pub async fn join_others(&self) -> Outcome<()> {
        let [first, others @ ..] = self.members.as_slice() else {
            return Err(Failure::Broken("a cluster has nodes".to_owned()));
        };
        for (member, node) in others.iter().zip(1..) {
            member.join(first).await?;
            member.start()?;
            self.until("a node that joined is ready", async || self.is_ready(node).await)
                .await?;
        }
        self.until_well().await
    }

    /// Waits until all is well.
    pub async fn until_well(&self) -> Outcome<()> {
        self.until("all nodes vote", async || self.is_well().await).await
    }

    /// As a clinic for loads, at these nodes.
    pub fn clinic(&self, people: &Rc<Vec<Person>>, nodes: &[usize]) -> Outcome<Clinic> {
        let mut nodes = nodes.iter().map(|node| Rc::clone(&self.members[*node].node));
        Ok(Clinic {
            node: nodes.next().context("a clinic has nodes")?,
            others: nodes.collect(),
            people: Rc::clone(people),
            certificate: self.certificate.clone(),
            folder: self.folder.clone(),
        })
    }

    /// Where clients come to a node.
    pub fn endpoint(&self, node: usize) -> Outcome<Endpoint> {
        let certificate = self.certificate.as_deref();
        Endpoint::new(self.members[node].clients(), certificate, CONNECTIONS_AT_ONCE)
    }

    /// Kills all nodes.
    pub async fn kill(&self) -> Outcome<()> {
        for member in &self.members {
            member.kill().await?;
        }
        Ok(())
    }

    /// Kills all nodes and deletes what they kept.
    pub async fn close(self) -> Outcome<()> {
        self.kill().await?;
        std::fs::remove_dir_all(&self.folder).context(self.folder.display())
    }

    /// Waits until it is so; a node that ends meanwhile ends the waiting.
    pub async fn until(&self, what: &str, holds: impl AsyncFn() -> bool) -> Outcome<()> {
        let waiting = async {
            while !holds().await {
                for (node, member) in self.members.iter().enumerate() {
                    if let Some(status) = member.ended() {
                        let log = member.node.log_text();
                        return Err(Failure::Broken(format!("node {node} ended with {status}:\n{log}")));
                    }
                }
                sleep(LOOK_AGAIN).await;
            }
            Ok(())
        };
        timeout(self.patience, waiting)
            .await
            .context(format!("waiting until {what}"))?
    }

    /// A node says that it is ready.
    pub async fn is_ready(&self, node: usize) -> bool {
        self.members[node].is_ready().await
    }

    /// A node knows of three that vote.
    pub async fn all_vote(&self, asked: usize) -> bool {
        let status = self.members[asked].cluster_status().await;
        status.is_some_and(|status| all_vote(&status))
    }

    /// Every node is ready, votes, is reached by every other, and has the same state.
    pub async fn is_well(&self) -> bool {
        for node in 0..NODES {
            if !self.is_ready(node).await {
                return false;
            }
        }
        let statuses = join_all(self.members.iter().map(Member::cluster_status)).await;
        statuses
            .into_iter()
            .all(|status| status.is_some_and(|status| is_well(&status)))
    }

    /// The number of the node that leads, by the word of those that answer; the youngest term counts.
    pub async fn leader(&self) -> Option<usize> {
        let statuses = join_all(self.members.iter().map(Member::status)).await;
        leader_of(&statuses)
    }

    /// The same, waited for.
    pub async fn wait_for_leader(&self) -> Outcome<usize> {
        let found = Cell::new(None);
        let look = async || {
            found.set(self.leader().await);
            found.get().is_some()
        };
        self.until("somebody leads", look).await?;
        found.get().context("nobody leads")
    }

    /// Takes a node's place out of the cluster and puts a new node there. Its process does not run.
    pub async fn renew(&self, node: usize, id: u64) -> Outcome<()> {
        self.remove(node, id).await?;
        self.members[node].wipe(true)?;
        self.join_again(node).await
    }

    /// Takes a node's place out of the cluster, by the word of the next one.
    pub async fn remove(&self, node: usize, id: u64) -> Outcome<()> {
        let helper = &self.members[(node + 1) % NODES];
        self.insist("removing a node", async || helper.remove(id).await).await
    }

    /// Lets a new node join in an empty place, by the word of the next one, and starts it.
    pub async fn join_again(&self, node: usize) -> Outcome<()> {
        let (member, helper) = (&self.members[node], &self.members[(node + 1) % NODES]);
        self.insist("joining", async || member.join(helper).await).await?;
        member.start()
    }

    /// Until it is done: while another leads, an operator is told to try again.
    async fn insist(&self, what: &str, mut act: impl AsyncFnMut() -> Outcome<()>) -> Outcome<()> {
        let acting = async {
            let mut tries = 0;
            loop {
                match act().await {
                    Ok(()) => return Ok(()),
                    Err(failure) if tries == 20 => return Err(failure),
                    Err(_) => tries += 1,
                }
                sleep(LOOK_AGAIN * 4).await;
            }
        };
        timeout(PATIENCE, acting).await.context(what)?
    }
}

fn all_vote(status: &Value) -> bool {
    let nodes = status["nodes"].as_array().map(Vec::as_slice).unwrap_or_default();
    nodes.len() == NODES && nodes.iter().all(|node| node["role"] != "learner")
}

fn is_well(status: &Value) -> bool {
    let nodes = status["nodes"].as_array().map(Vec::as_slice).unwrap_or_default();
    let is_node_well = |node: &Value| node["is_reachable"] == true && node["is_state_equal"] == true;
    all_vote(status) && nodes.iter().all(is_node_well)
}

/// Nodes are known to each other by ids; each status says whose it is.
fn leader_of(statuses: &[Option<Value>]) -> Option<usize> {
    let known = statuses.iter().flatten().filter(|status| status["leader"].is_u64());
    let youngest = known.max_by_key(|status| status["term"].as_u64())?;
    let leads = |status: &Option<Value>| {
        let status = status.as_ref();
        status.is_some_and(|status| status["node"] == youngest["leader"])
    };
    statuses.iter().position(leads)
}

#[cfg(test)]
mod tests {
    use super::{is_well, leader_of};
    use serde_json::json;

    #[test]
    fn the_youngest_term_says_who_leads() {
        let status = |node, leader, term| Some(json!({ "node": node, "leader": leader, "term": term }));
        assert_eq!(leader_of(&[status(1, 1, 4), status(2, 3, 5), status(3, 3, 5)]), Some(2));
        assert_eq!(leader_of(&[status(1, 1, 4), None, Some(json!({ "node": 3 }))]), Some(0));
        assert_eq!(leader_of(&[None, status(2, 1, 4)]), None, "the leader does not answer");
        assert_eq!(leader_of(&[None, None]), None);
    }

    #[test]
    fn well_is_when_all_are() {
        let node = |role, equal| json!({ "role": role, "is_reachable": true, "is_state_equal": equal });
        let well = |third| is_well(&json!({ "nodes": [node("leader", Some(true)), node("voter", Some(true)), third] }));
        assert!(well(node("voter", Some(true))));
        assert!(!well(node("voter", None)));
        assert!(!well(node("learner", Some(true))));
        assert!(!is_well(&json!({ "nodes": [node("leader", Some(true))] })));
    }
}
