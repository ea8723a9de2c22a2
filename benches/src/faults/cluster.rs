//! Three nodes of one clinic, each in a namespace and on a disk of its own, set up by the commands an operator uses; who leads,
//! whether all is well, and how one of them is replaced. Refuses to know what goes wrong.

use super::member::{ADMINISTRATOR, Member, OPERATIONS_PORT, PASSWORD};
use super::network::Network;
use super::traffic::Room;
use crate::clinic::write_certificate;
use crate::device::Endpoint;
use crate::failure::{Context, Failure, Outcome};
use crate::http::Connection;
use futures_util::future::join_all;
use hyper::Method;
use serde_json::{Value, json};
use std::cell::Cell;
use std::path::Path;
use std::time::Duration;
use tokio::time::{sleep, timeout};

/// How many there are.
pub const NODES: usize = 3;
/// How long setting something up may take.
const PATIENCE: Duration = Duration::from_secs(60);
const LOOK_AGAIN: Duration = Duration::from_millis(50);
/// Connections to a node that are made at the same time.
const CONNECTIONS_AT_ONCE: usize = 64;

/// The nodes. Dropped in this order: processes and disks, then the wire.
pub struct Cluster {
    /// By number.
    pub members: Vec<Member>,
    /// The wire between them.
    pub network: Network,
    certificate: String,
    commands: Cell<u64>,
}

impl Cluster {
    /// Three nodes that vote and are well, below that folder.
    pub async fn found(folder: &Path, binary: &Path) -> Outcome<Self> {
        let network = Network::new(NODES).await?;
        let certificate = write_certificate(folder)?;
        let mut members = Vec::new();
        for node in 0..NODES {
            let at = folder.join(format!("node-{node}"));
            let namespace = network.namespace_file(node);
            members.push(Member::new(&at, binary, namespace, network.address(node)).await?);
        }
        let cluster = Self {
            members,
            network,
            certificate,
            commands: Cell::new(0),
        };
        let [first, others @ ..] = cluster.members.as_slice() else {
            return Err(Failure::Broken("a cluster has nodes".to_owned()));
        };
        first.found().await?;
        first.start()?;
        cluster
            .until("the first node is ready", async || cluster.is_ready(0).await)
            .await?;
        for (member, node) in others.iter().zip(1..) {
            member.join(first).await?;
            member.start()?;
            cluster
                .until("a node that joined is ready", async || cluster.is_ready(node).await)
                .await?;
        }
        cluster
            .until("all nodes vote", async || cluster.is_well().await)
            .await?;
        Ok(cluster)
    }

    /// Where clients come to a node.
    pub fn endpoint(&self, node: usize) -> Outcome<Endpoint> {
        Endpoint::new(self.members[node].clients, Some(&self.certificate), CONNECTIONS_AT_ONCE)
    }

    async fn until(&self, what: &str, holds: impl AsyncFn() -> bool) -> Outcome<()> {
        let waiting = async {
            while !holds().await {
                for (node, member) in self.members.iter().enumerate() {
                    if let Some(status) = member.ended() {
                        let log = member.log_text();
                        return Err(Failure::Broken(format!("node {node} ended with {status}:\n{log}")));
                    }
                }
                sleep(LOOK_AGAIN).await;
            }
            Ok(())
        };
        timeout(PATIENCE, waiting)
            .await
            .context(format!("waiting until {what}"))?
    }

    /// A node says that it is ready.
    pub async fn is_ready(&self, node: usize) -> bool {
        self.network.is_ready(node, OPERATIONS_PORT).await
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
        let helper = &self.members[(node + 1) % NODES];
        self.insist("removing a node", async || helper.remove(id).await).await?;
        let member = &self.members[node];
        member.wipe(true)?;
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

    fn command_id(&self) -> String {
        self.commands.set(self.commands.get() + 1);
        format!("{:016x}{:016x}", u64::MAX, self.commands.get())
    }

    async fn connect(&self) -> Outcome<Connection> {
        let endpoint = self.endpoint(0)?;
        Connection::over(endpoint.address(), endpoint.connect().await?).await
    }

    /// So many people, signed in: their ids and their sessions.
    pub async fn people(&self, count: usize) -> Outcome<Vec<[String; 2]>> {
        let mut connection = self.connect().await?;
        let [_, administrator] = sign_in(&mut connection, ADMINISTRATOR).await?;
        let mut people = Vec::new();
        for number in 0..count {
            let login = format!("p{number}");
            let person = json!({
                "kind": "staff", "name": format!("Person {number}"), "title": "RN", "login": login,
                "password": PASSWORD, "roles": ["nurse"], "site_ids": [],
            });
            create(
                &mut connection,
                "/v1/people",
                &administrator,
                &self.command_id(),
                &person,
            )
            .await?;
            people.push(sign_in(&mut connection, &login).await?);
        }
        Ok(people)
    }

    /// A group of these people.
    pub async fn room(&self, people: &[[String; 2]], members: &[u32]) -> Outcome<Room> {
        let mut connection = self.connect().await?;
        let of = |number: &u32| &people[*number as usize];
        let [_, token] = of(members.first().context("a room has members")?);
        let others: Vec<&str> = members[1..].iter().map(|number| of(number)[0].as_str()).collect();
        let request = json!({ "kind": "group", "topic": "Through thick and thin", "member_ids": others });
        let created = create(
            &mut connection,
            "/v1/conversations",
            token,
            &self.command_id(),
            &request,
        )
        .await?;
        let id = text(&created["conversation_id"])?;
        let path = format!("/v1/conversations/{id}");
        let seen = connection.get(&path, Some(token)).await?.expect(200)?;
        let last_seq = seen["last_seq"].as_u64().context("the node's answer lacks last_seq")?;
        Ok(Room {
            id,
            members: members.to_owned(),
            last_seq,
            acknowledged_seq: Cell::new(last_seq),
        })
    }
}

async fn sign_in(connection: &mut Connection, login: &str) -> Outcome<[String; 2]> {
    let body = json!({ "login": login, "password": PASSWORD, "device_name": "faults" });
    let asking = connection.ask(Method::POST, "/v1/sign-in", None, None, Some(&body));
    let answer = asking.await?.expect(200)?;
    Ok([text(&answer["person"]["id"])?, text(&answer["token"])?])
}

async fn create(connection: &mut Connection, path: &str, token: &str, id: &str, body: &Value) -> Outcome<Value> {
    let asking = connection.ask(Method::POST, path, Some(token), Some(id), Some(body));
    asking.await?.expect(201)
}

fn text(value: &Value) -> Outcome<String> {
    Ok(value.as_str().context("the node's answer lacks a text")?.to_owned())
}

fn is_well(status: &Value) -> bool {
    let nodes = status["nodes"].as_array().map(Vec::as_slice).unwrap_or_default();
    let is_node_well =
        |node: &Value| node["role"] != "learner" && node["is_reachable"] == true && node["is_state_equal"] == true;
    nodes.len() == NODES && nodes.iter().all(is_node_well)
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
