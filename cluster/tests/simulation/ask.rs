//! A client's way to a node: there, the question, and back; any of the three may fail.
//!
//! Stands where HTTP stands in production. Of every question it says what is certain: answered, certainly not done, or nobody
//! knows.

use crate::birth::Node;
use crate::history::Happened;
use crate::machines::Machines;
use crate::recent::Voters;
use corridor_cluster::ProposeError;
use corridor_domain::command::Envelope;
use corridor_domain::ids::ConversationId;
use corridor_domain::outcome::Answer;
use corridor_storage::apply::encode_command;
use std::collections::BTreeSet;
use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::oneshot;

/// What a client knows afterwards.
#[derive(Debug)]
pub enum Outcome<T> {
    /// The node answered.
    Told(T),
    /// Certainly not done; perhaps that machine leads.
    NotDone(String, Option<u64>),
    /// Maybe done.
    Unsure,
}

/// What somebody saw of a conversation: up to which revision at least, and each event's seq and revision.
pub type Seen = (u64, Vec<(u64, u64)>);

/// The way to all machines. Clones are the same way.
#[derive(Clone)]
pub struct Door {
    machines: Machines,
    voters: Voters,
    /// Revisions that were found durable.
    durable: Arc<Mutex<BTreeSet<u64>>>,
}

impl Door {
    pub fn new(machines: Machines, voters: Voters) -> Self {
        Self {
            machines,
            voters,
            durable: Arc::default(),
        }
    }

    pub fn machines(&self) -> &Machines {
        &self.machines
    }

    /// Asks the node on a machine for a command, for so long.
    pub async fn ask(&self, place: usize, envelope: &Envelope, patience: Duration) -> Outcome<Answer> {
        let Ok(command) = encode_command(envelope) else {
            return Outcome::NotDone("not a command".to_owned(), None);
        };
        let door = self.clone();
        let proposed = |node: Arc<Node>| async move {
            let answer = node.group.proposer().propose(command).await;
            if let Ok(answer) = &answer {
                door.check_durable(&node, answer.revision());
            }
            match answer {
                Ok(answer) => Outcome::Told(answer),
                Err(ProposeError::OutcomeUnknown) => Outcome::Unsure,
                Err(error @ ProposeError::NotLeader { leader }) => Outcome::NotDone(error.to_string(), leader),
                Err(error) => Outcome::NotDone(error.to_string(), None),
            }
        };
        self.at(place, patience, proposed).await
    }

    /// Looks at a conversation as it is now.
    pub async fn look(&self, place: usize, conversation: ConversationId, patience: Duration) -> Outcome<Seen> {
        let looked = |node: Arc<Node>| async move {
            let revision = match node.group.catch_up().await {
                Ok(revision) => revision,
                Err(error) => return Outcome::NotDone(error.to_string(), None),
            };
            match node.state.reader.events(conversation, 0, u64::MAX - 1, usize::MAX) {
                Ok(events) => {
                    let events = events.iter().map(|event| (event.place.seq, event.revision)).collect();
                    Outcome::Told((revision, events))
                }
                Err(error) => Outcome::NotDone(error.to_string(), None),
            }
        };
        self.at(place, patience, looked).await
    }

    /// Does something in the process on a machine, in the name of a client who waits for so long.
    async fn at<T, F>(&self, place: usize, patience: Duration, work: impl FnOnce(Arc<Node>) -> F) -> Outcome<T>
    where
        T: Send + 'static,
        F: Future<Output = Outcome<T>> + Send + 'static,
    {
        let refused = |why: &str| Outcome::NotDone(why.to_owned(), None);
        let network = self.machines.network();
        let Some(delay) = self.machines.id(place).and_then(|id| network.client_delay(id)) else {
            tokio::time::sleep(Duration::from_millis(200)).await;
            return refused("it cannot be reached");
        };
        tokio::time::sleep(delay).await;
        let Some(node) = self.machines.node(place).filter(|node| node.is_ready()) else {
            return refused("nobody serves there");
        };
        let (answer, receive) = oneshot::channel();
        let (id, process) = (node.id, node.process.clone());
        let working = work(node);
        let living = process.clone();
        process.spawn(async move {
            let outcome = working.await;
            if living.is_alive() {
                // A client that has given up hears nothing.
                let _ = answer.send(outcome);
            }
        });
        match tokio::time::timeout(patience, receive).await {
            Ok(Ok(outcome)) => match network.client_delay(id) {
                Some(delay) => {
                    tokio::time::sleep(delay).await;
                    outcome
                }
                None => Outcome::Unsure,
            },
            Ok(Err(_)) | Err(_) => Outcome::Unsure,
        }
    }

    /// Whatever is answered must be on the disks of a quorum by then.
    fn check_durable(&self, node: &Node, revision: u64) {
        if !node.process.is_alive() {
            return;
        }
        let mut durable = self.durable.lock().unwrap_or_else(PoisonError::into_inner);
        if durable.insert(revision) {
            let on = self.machines.durable_on(revision);
            let voters = self.voters.in_force(&self.machines);
            let happened = Happened::Durable { revision, on, voters };
            self.machines.record().happened(happened);
        }
    }
}
