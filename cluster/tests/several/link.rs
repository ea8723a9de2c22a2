//! A link within the process: requests go from node to node in order, unless the line between them is cut.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use corridor_cluster::Host;
use corridor_cluster::peers::{CallError, Kind, NodeId, PeerLink, PeerService as _, Request};
use futures::future::BoxFuture;
use tokio::sync::{Notify, oneshot};

/// All lines of a cluster.
#[derive(Default)]
pub struct Switchboard {
    hosts: Mutex<HashMap<NodeId, Arc<Host>>>,
    cut: Mutex<HashSet<(NodeId, NodeId)>>,
    /// The highest version of commands that a node says it applies.
    applies: Mutex<HashMap<NodeId, u8>>,
    /// Candidates that were sent away without an answer to their question.
    sent_away: Notify,
}

impl Switchboard {
    pub fn connect(&self, node: NodeId, host: Arc<Host>) {
        self.hosts.lock().unwrap().insert(node, host);
    }

    pub fn disconnect(&self, node: NodeId) {
        self.hosts.lock().unwrap().remove(&node);
    }

    /// Cuts a node off from all others, or lets it back in.
    pub fn isolate(&self, node: NodeId, is_isolated: bool) {
        let others: Vec<NodeId> = self.hosts.lock().unwrap().keys().copied().collect();
        let mut cut = self.cut.lock().unwrap();
        for line in others.into_iter().flat_map(|other| [(node, other), (other, node)]) {
            match is_isolated {
                true => cut.insert(line),
                false => cut.remove(&line),
            };
        }
    }

    /// Cuts the line between two nodes, be they there yet or not.
    pub fn part(&self, one: NodeId, other: NodeId) {
        self.cut.lock().unwrap().extend([(one, other), (other, one)]);
    }

    /// What a node says of the commands that it applies, as its hello would.
    pub fn say_applies(&self, node: NodeId, version: u8) {
        self.applies.lock().unwrap().insert(node, version);
    }

    /// Waits until one more candidate is sent away.
    pub async fn sends_away(&self) {
        self.sent_away.notified().await;
    }

    fn host(&self, from: NodeId, to: NodeId) -> Option<Arc<Host>> {
        let is_cut = self.cut.lock().unwrap().contains(&(from, to));
        self.hosts.lock().unwrap().get(&to).filter(|_| !is_cut).cloned()
    }
}

/// One node's end.
pub struct Line {
    pub node: NodeId,
    pub switchboard: Arc<Switchboard>,
}

impl PeerLink for Line {
    fn call(
        &self,
        to: NodeId,
        _address: &str,
        request: Request,
        deadline: Duration,
    ) -> BoxFuture<'static, Result<Bytes, CallError>> {
        let Some(host) = self.switchboard.host(self.node, to) else {
            return Box::pin(std::future::ready(Err(CallError::Unreachable("cut".to_owned()))));
        };
        let kind = request.kind;
        let (answer, receive) = oneshot::channel();
        let reply = Box::new(move |answered| drop(answer.send(answered)));
        host.take(self.node, 0, request, reply);
        let is_candidate = matches!(kind, Kind::Vote | Kind::PreVote);
        let (switchboard, line) = (Arc::clone(&self.switchboard), (self.node, to));
        Box::pin(async move {
            let lost = |why: &str| CallError::Lost(why.to_owned());
            let answered = tokio::time::timeout(deadline, receive)
                .await
                .map_err(|_| lost("late"))?;
            if switchboard.host(line.0, line.1).is_none() {
                return Err(lost("cut in between"));
            }
            let answered = answered.map_err(|_| lost("dropped"))?;
            if is_candidate && answered.is_err() {
                switchboard.sent_away.notify_one();
            }
            answered.map_err(CallError::Refused)
        })
    }

    fn applies(&self, node: NodeId, _address: &str) -> Option<u8> {
        self.switchboard.applies.lock().unwrap().get(&node).copied()
    }
}
