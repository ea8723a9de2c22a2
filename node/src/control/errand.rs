//! An operator's request about a workspace that this node has not: taken to a node that has it.
//!
//! Stands between the counters of two nodes. It travels as the operator said it, over the connection between nodes, and once only: whoever is
//! asked does it or says that it cannot. Refuses to know what is asked.

use super::{Counter, DEED_TIMEOUT, Reply, Request};
use bytes::Bytes;
use corridor_cluster::peers::{self, CallError, Kind, NodeId, PeerLink};
use corridor_cluster::{Host, Member};
use corridor_domain::cluster::CLUSTER_GROUP;
use std::sync::Arc;

/// The way to the other nodes' counters.
pub struct Errand {
    /// The way to the other nodes.
    pub link: Arc<dyn PeerLink>,
}

impl Errand {
    /// Asks one node after the other, until one does it or nobody knows whether it did.
    pub async fn run(&self, hosts: &[Member], request: &Request) -> Reply {
        let body = match serde_json::to_vec(request) {
            Ok(body) => Bytes::from(body),
            Err(error) => return Reply::refused("internal", format!("The request cannot be written: {error}.")),
        };
        let mut why = String::new();
        for host in hosts {
            let request = peers::Request {
                group: CLUSTER_GROUP,
                kind: Kind::Operate,
                body: body.clone(),
            };
            match self.link.call(host.node, &host.address, request, DEED_TIMEOUT).await {
                Ok(answer) => return read(&answer),
                Err(CallError::Lost(_)) => {
                    let detail =
                        "The node that has the workspace did not answer; maybe it was done. Look before trying again.";
                    return Reply::refused("outcome_unknown", detail);
                }
                Err(error) => why = error.to_string(),
            }
        }
        let detail = format!("Other nodes have this workspace, and none of them does it now: {why}. Nothing was done.");
        Reply::refused("fenced", detail)
    }
}

fn read(answer: &[u8]) -> Reply {
    serde_json::from_slice(answer).unwrap_or_else(|_| {
        let detail = "The answer of the node that has the workspace is not understood; are both of the same version?";
        Reply::refused("outcome_unknown", detail)
    })
}

/// From now on errands of other nodes are done here.
pub fn answer_errands(host: &Host, includes: impl Fn(NodeId) -> bool + Send + Sync + 'static, counter: &Arc<Counter>) {
    let counter = Arc::downgrade(counter);
    host.set_operate(Some(Arc::new(move |from, body: Bytes| {
        let counter = counter.upgrade().filter(|_| includes(from));
        Box::pin(async move {
            let counter = counter.ok_or("this node stops, or does not know the one that asks")?;
            // The parser's words may quote the request, and so a password.
            let request = serde_json::from_slice(&body);
            let request = request.map_err(|_| "this request is not known here; are both of the same version?")?;
            let reply = counter.answer_errand(request).await?;
            // After the deed no refusal is true any more; an answer that says nothing is read as one that is not known.
            Ok(serde_json::to_vec(&reply).map(Bytes::from).unwrap_or_default())
        })
    })));
}
