//! All groups of a node, as other nodes see them: each request goes to the group that it is about.
//!
//! Stands between the [`crate::peers::PeerLink`] of another node and `inbound.rs`, which answers for one group; what is not about a group's log
//! goes to whoever was named for it. It refuses to know what is asked.

use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use bytes::Bytes;
use futures::future::BoxFuture;

use corridor_domain::cluster::CLUSTER_GROUP;

use crate::inbound::GroupService;
use crate::peers::{Kind, NodeId, PeerService, Reply, Request, Serve};
use crate::runtime;

/// Whoever answers for a group what is not about its log.
pub type GossipService = Box<dyn Fn(NodeId, Bytes) -> io::Result<Bytes> + Send + Sync>;

/// Told that a node asks for a group that does not run here. Must not wait.
pub type Knock = Box<dyn Fn(NodeId, u64) + Send + Sync>;

/// Answers what operators ask at other nodes.
pub type Operate = Arc<dyn Fn(NodeId, Bytes) -> BoxFuture<'static, Result<Bytes, String>> + Send + Sync>;

/// Serves clients that other nodes bring. Must not wait.
pub type Bring = Box<dyn Fn(NodeId, u64) -> Result<Serve, String> + Send + Sync>;

/// Whether a node was certainly taken out of the cluster. Must not wait.
pub type IsRemoved = Box<dyn Fn(NodeId) -> bool + Send + Sync>;

/// All groups of a node, as other nodes see them.
#[derive(Default)]
pub struct Host {
    groups: RwLock<BTreeMap<u64, GroupService>>,
    /// Those that run here and hear nobody: see [`Host::set_aside`].
    aside: Mutex<BTreeMap<u64, GroupService>>,
    gossip: RwLock<BTreeMap<u64, GossipService>>,
    knock: RwLock<Option<Knock>>,
    is_removed: RwLock<Option<IsRemoved>>,
    bring: RwLock<Option<Bring>>,
    operate: RwLock<Option<Operate>>,
}

impl Host {
    /// A node that hosts no group yet.
    pub fn new() -> Self {
        Self::default()
    }

    pub(crate) fn add(&self, group: u64, service: GroupService) {
        let mut groups = self.groups.write().unwrap_or_else(PoisonError::into_inner);
        groups.insert(group, service);
    }

    pub(crate) fn remove(&self, group: u64) {
        let mut groups = self.groups.write().unwrap_or_else(PoisonError::into_inner);
        groups.remove(&group);
        self.aside.lock().unwrap_or_else(PoisonError::into_inner).remove(&group);
    }

    /// A group that runs here hears nobody any more, until [`Host::call_back`]: whoever asks it is told that it does not run on this node.
    /// For `corridor selftest`. The way of requests knows nothing of it.
    pub fn set_aside(&self, group: u64) {
        let mut groups = self.groups.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(service) = groups.remove(&group) {
            self.aside
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .insert(group, service);
        }
    }

    /// It hears again, if it still runs.
    pub fn call_back(&self, group: u64) {
        let mut groups = self.groups.write().unwrap_or_else(PoisonError::into_inner);
        let service = self.aside.lock().unwrap_or_else(PoisonError::into_inner).remove(&group);
        if let Some(service) = service {
            groups.insert(group, service);
        }
    }

    /// Says who answers [`Kind::Gossip`] for a group.
    pub fn set_gossip(&self, group: u64, answer: GossipService) {
        let mut gossip = self.gossip.write().unwrap_or_else(PoisonError::into_inner);
        gossip.insert(group, answer);
    }

    /// Nobody answers it any more, and what answered is let go of.
    pub fn forget_gossip(&self, group: u64) {
        let mut gossip = self.gossip.write().unwrap_or_else(PoisonError::into_inner);
        gossip.remove(&group);
    }

    /// Says who is told of requests for groups that do not run here; none: nobody any more.
    pub fn set_knock(&self, knock: Option<Knock>) {
        *self.knock.write().unwrap_or_else(PoisonError::into_inner) = knock;
    }

    /// Says who serves clients that other nodes bring; none: nobody any more.
    pub fn set_bring(&self, bring: Option<Bring>) {
        *self.bring.write().unwrap_or_else(PoisonError::into_inner) = bring;
    }

    /// Says who answers what operators ask at other nodes; none: nobody any more.
    pub fn set_operate(&self, operate: Option<Operate>) {
        *self.operate.write().unwrap_or_else(PoisonError::into_inner) = operate;
    }

    /// Says who knows whom the cluster took out: of them nothing is taken any more. Not for group 0, which says so itself.
    pub fn set_is_removed(&self, is_removed: Option<IsRemoved>) {
        *self.is_removed.write().unwrap_or_else(PoisonError::into_inner) = is_removed;
    }

    fn is_removed(&self, node: NodeId) -> bool {
        let is_removed = self.is_removed.read().unwrap_or_else(PoisonError::into_inner);
        is_removed.as_ref().is_some_and(|is_removed| is_removed(node))
    }
}

impl PeerService for Host {
    fn take(&self, from: NodeId, _line: u64, request: Request, reply: Reply) {
        let is_of_group = request.group != CLUSTER_GROUP || request.kind == Kind::Operate;
        if is_of_group && self.is_removed(from) {
            return reply(Err(format!("node {from} was taken out of the cluster")));
        }
        if request.kind == Kind::Operate {
            let operate = self.operate.read().unwrap_or_else(PoisonError::into_inner).clone();
            return match operate {
                Some(operate) => drop(runtime::spawn(async move { reply(operate(from, request.body).await) })),
                None => reply(Err(not_here(request.group))),
            };
        }
        if request.kind == Kind::Gossip {
            let gossip = self.gossip.read().unwrap_or_else(PoisonError::into_inner);
            let answer = gossip.get(&request.group);
            let answer = answer.map(|answer| answer(from, request.body).map_err(|error| error.to_string()));
            return reply(answer.unwrap_or_else(|| Err(not_here(request.group))));
        }
        let groups = self.groups.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(service) = groups.get(&request.group) {
            return service.take(from, request, reply);
        }
        drop(groups);
        if let Some(knock) = self.knock.read().unwrap_or_else(PoisonError::into_inner).as_ref() {
            knock(from, request.group);
        }
        reply(Err(not_here(request.group)));
    }

    fn end(&self, _line: u64) {}

    fn bring(&self, from: NodeId, group: u64) -> Result<Serve, String> {
        if self.is_removed(from) {
            return Err(format!("node {from} was taken out of the cluster"));
        }
        let bring = self.bring.read().unwrap_or_else(PoisonError::into_inner);
        bring
            .as_ref()
            .map_or_else(|| Err(not_here(group)), |bring| bring(from, group))
    }
}

fn not_here(group: u64) -> String {
    format!("group {group} does not run on this node")
}
