//! Three nodes as a clinic sets them up: one founded, two that joined by invitation, all over real TLS on this machine.

use serde_json::{Value, json};
use std::path::PathBuf;
use tempfile::TempDir;

use super::clinic::PASSWORD_OF_ADMINISTRATOR;
use super::node::{Node, free_address, run, run_with, said};
use super::person::Person;
use super::{PATIENCE, wait_for};

/// Nobody is slowed down: that has tests of its own. Workspaces rest soon.
const LIMITS: &str = "[limits]
sends_per_second = 10000
sends_burst = 10000
sign_ins_per_second = 10000
sign_ins_burst = 10000
socket_openings_per_second = 10000
socket_openings_burst = 10000
workspace_rest_s = 2
";

/// A cluster of one test.
pub struct Cluster {
    pub nodes: Vec<Node>,
    // Last: the nodes have ended before their folders go.
    folder: TempDir,
}

/// What `corridor …` says, if it succeeds.
#[track_caller]
pub fn done(arguments: &[&str]) -> String {
    let output = run(arguments);
    assert!(output.status.success(), "{arguments:?}: {}", said(&output));
    String::from_utf8(output.stdout).unwrap()
}

impl Cluster {
    /// A clinic that `corridor init` founded on the first of three nodes, with its administrator, `amara`.
    pub fn three() -> Self {
        let mut cluster = Self {
            nodes: Vec::new(),
            folder: TempDir::new().unwrap(),
        };
        cluster.found();
        for _ in 0..2 {
            cluster.join();
        }
        cluster.wait_for_votes(3);
        cluster
    }

    /// The configuration of a node.
    pub fn config(&self, number: usize) -> PathBuf {
        self.folder.path().join(format!("{number}.toml"))
    }

    /// The data folder of a node.
    pub fn data(&self, number: usize) -> PathBuf {
        self.folder.path().join(format!("node-{number}"))
    }

    fn places(&self, number: usize) -> (Vec<String>, [std::net::SocketAddr; 2]) {
        let [address, operations, peers] = [free_address(), free_address(), free_address()];
        let arguments = [
            ("--config", self.config(number).display().to_string()),
            ("--data", self.data(number).display().to_string()),
            ("--listen", address.to_string()),
            ("--operations", operations.to_string()),
            ("--peer-listen", peers.to_string()),
        ];
        let arguments = arguments.into_iter().flat_map(|(name, value)| [name.to_owned(), value]);
        (arguments.collect(), [address, operations])
    }

    fn start(&mut self, number: usize, [address, operations]: [std::net::SocketAddr; 2]) {
        let config = self.config(number);
        let text = std::fs::read_to_string(&config).unwrap();
        let text = text.replacen("[limits]\n", LIMITS, 1);
        // So that a node that was away for a while misses more than the log holds.
        let often = text.replacen("snapshot_every_entries = 50000", "snapshot_every_entries = 500", 1);
        assert_ne!(text, often);
        std::fs::write(&config, often).unwrap();
        let mut node = Node::configured(&config, address, operations);
        // Several nodes and several tests share two cores: where one of them stands still for as long as a node trusts itself, the others
        // say so, serve nobody, and go on.
        node.expect_in_log("does not hear the others");
        self.nodes.push(node);
    }

    fn found(&mut self) {
        let (places, addresses) = self.places(0);
        let mut arguments = vec!["init"];
        arguments.extend(places.iter().map(String::as_str));
        arguments.extend(["--name", "Hillside Practice"]);
        arguments.extend(["--administrator-name", "Amara Bello", "--administrator-login", "amara"]);
        let output = run_with(
            &arguments,
            &[("CORRIDOR_ADMIN_PASSWORD", PASSWORD_OF_ADMINISTRATOR)],
            "",
        );
        assert!(output.status.success(), "{}", said(&output));
        self.start(0, addresses);
    }

    /// The command that `corridor cluster invite` prints for a new machine.
    pub fn invitation(&self) -> Vec<String> {
        self.invitation_by(&["invite"])
    }

    fn invitation_by(&self, words: &[&str]) -> Vec<String> {
        let config = self.config(0).display().to_string();
        let said = done(&[&["cluster"], words, &["--config", &config]].concat());
        let line = said.lines().find(|line| line.trim().starts_with("corridor join"));
        let words = line
            .unwrap_or_else(|| panic!("no command in {said}"))
            .split_whitespace();
        words.skip(1).map(str::to_owned).collect()
    }

    /// One more node, as its operator makes it.
    pub fn join(&mut self) {
        self.join_by(self.invitation());
    }

    /// One more node, in the place of one that is gone.
    pub fn join_instead_of(&mut self, gone: u64) {
        self.join_by(self.invitation_by(&["replace", &gone.to_string()]));
    }

    fn join_by(&mut self, invitation: Vec<String>) {
        let number = self.nodes.len();
        let (places, addresses) = self.places(number);
        let arguments = [invitation, places].concat();
        done(&arguments.iter().map(String::as_str).collect::<Vec<_>>());
        self.start(number, addresses);
    }

    /// What `corridor cluster status --json` says at a node.
    pub fn status(&self, number: usize) -> Value {
        let config = self.config(number).display().to_string();
        serde_json::from_str(&done(&["cluster", "status", "--json", "--config", &config])).unwrap()
    }

    /// Waits until so many nodes vote and all of them are well.
    pub fn wait_for_votes(&self, count: usize) {
        wait_for("the nodes vote", PATIENCE, || {
            let status = self.status(0);
            let nodes = status["nodes"].as_array().unwrap();
            let is_well = |node: &Value| node["role"] != "learner" && node["is_reachable"] == true;
            (nodes.len() == count && nodes.iter().all(is_well)).then_some(())
        });
    }

    /// Waits until the node has compared all states at one revision, which none may differ in.
    pub fn wait_for_equal_states(&self, asked: usize) {
        wait_for("the states are compared", PATIENCE, || {
            let status = self.status(asked);
            let nodes = status["nodes"].as_array().unwrap();
            assert!(nodes.iter().all(|node| node["is_state_equal"] != false), "{status}");
            nodes.iter().all(|node| node["is_state_equal"] == true).then_some(())
        });
    }

    /// The number of the node that leads, by the word of another.
    pub fn leader(&self, asked: usize) -> usize {
        wait_for("somebody leads", PATIENCE, || {
            let text = self.nodes[asked].operations("/status").json();
            let leader = text["leader"].as_u64()?;
            (0..self.nodes.len()).find(|number| self.id(*number) == Some(leader))
        })
    }

    /// The id of a node, if it answers.
    pub fn id(&self, number: usize) -> Option<u64> {
        let answer = super::http::Request::new("GET", "/status").try_send(self.nodes[number].operations);
        answer.ok()?.json()["node"].as_u64()
    }

    /// The administrator, signed in at a node.
    #[track_caller]
    pub fn amara(&self, number: usize) -> Person {
        Person::sign_in(self.nodes[number].address, "amara", PASSWORD_OF_ADMINISTRATOR)
    }

    /// Somebody who is new, with what the administrator says of them. Their id.
    #[track_caller]
    pub fn add(&self, person: &Value) -> String {
        let added = self.amara(0).post("/v1/people", person).expect(201);
        added["person_id"].as_str().unwrap().to_owned()
    }

    /// A compliance officer who is new, signed in at a node.
    #[track_caller]
    pub fn adeyemi(&self, number: usize) -> Person {
        self.add(&json!({
            "kind": "staff", "name": "Ife Adeyemi", "login": "adeyemi", "password": PASSWORD_OF_ADMINISTRATOR,
            "roles": ["compliance_officer"],
        }));
        Person::sign_in(self.nodes[number].address, "adeyemi", PASSWORD_OF_ADMINISTRATOR)
    }
}

/// The same person, asking at another node with the same session.
pub fn at(person: &Person, node: &Node) -> Person {
    Person {
        address: node.address,
        ..person.clone()
    }
}
