//! The other nodes, as one workspace's group needs them: they belong to it as they belong to the cluster, its state is compared with
//! theirs, its lights and its writing travel to them, and when nobody has anything to do they let it rest.
//!
//! Stands beside a workspace that is awake. It refuses to know what is said in it.

use super::Neighbours;
use super::comparison::Verdict;
use super::gossip::Carrier;
use super::members::{self, GroupMembers};
use super::telling;
use crate::selftest::hooks::{self, Hooks};
use bytes::Bytes;
use corridor_actors::gossip::Gossip;
use corridor_cluster::peers::{Kind, NodeId, PeerLink, Request};
use corridor_cluster::{GroupStatus, Member, Steer, SteerError};
use corridor_domain::cluster::FIRST_WORKSPACE;
use corridor_domain::limits;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::time::interval;

/// The form of what is asked here; `report.rs`, `telling.rs` and `selftest/hooks.rs` have the other numbers.
const FORMAT: u8 = 1;
/// May the workspace rest, as far as you are concerned?
const MAY_REST: u8 = 3;
/// It rests now.
const REST: u8 = 4;
/// Who votes in its group?
const VOTERS: u8 = 6;
const YES: &[u8] = &[FORMAT, 1];
const NO: &[u8] = &[FORMAT, 0];

/// What others may ask of a workspace here.
pub struct Resting {
    /// Whether nobody has had anything to do with it here for long enough.
    pub may_rest: Box<dyn Fn() -> bool + Send + Sync>,
    /// Lets it rest. Must not wait.
    pub rest: Box<dyn Fn() + Send + Sync>,
}

/// The other nodes, as one workspace's group needs them.
pub struct Companions {
    neighbours: Arc<Neighbours>,
    /// What the cluster calls the workspace.
    name: String,
    members: Arc<GroupMembers>,
    carrier: Arc<Carrier>,
    /// Of a scratch workspace only.
    hooks: Option<Arc<Hooks>>,
    /// Whether this node's state was found to be another one than that of the others. For good.
    differs: Arc<AtomicBool>,
}

impl Companions {
    /// Of a group that runs here now. What others ask is answered from here on.
    pub fn meet(neighbours: Arc<Neighbours>, members: GroupMembers, name: &str, hooks: Option<Arc<Hooks>>) -> Self {
        let (members, link) = (Arc::new(members), neighbours.link());
        let carrier = Arc::new(Carrier::new(Arc::clone(&members), link));
        let companions = Self {
            neighbours,
            name: name.to_owned(),
            members,
            carrier,
            hooks,
            differs: Arc::default(),
        };
        if companions.members.group == FIRST_WORKSPACE {
            let members = Some(Arc::clone(&companions.members));
            companions.neighbours.cluster().know_first(members);
        }
        companions.answer(None);
        companions
    }

    /// From now on it may rest.
    pub fn may_rest(&self, resting: Resting) {
        self.answer(Some(resting));
    }

    fn answer(&self, resting: Option<Resting>) {
        let (carrier, members) = (Arc::clone(&self.carrier), Arc::clone(&self.members));
        let (cluster, hooks) = (Arc::clone(self.neighbours.cluster()), self.hooks.clone());
        let answer = move |from, request: Bytes| match (request.as_ref(), &resting) {
            // Who was taken out still has its certificate for a while.
            _ if !cluster.includes(from) => Err(io::ErrorKind::PermissionDenied.into()),
            ([FORMAT, MAY_REST], Some(resting)) => Ok(Bytes::from_static(if (resting.may_rest)() { YES } else { NO })),
            // Somebody may have come since it was asked.
            ([FORMAT, REST], Some(resting)) if (resting.may_rest)() => {
                (resting.rest)();
                Ok(Bytes::from_static(YES))
            }
            ([FORMAT, VOTERS], _) => told_voters(&members.status()),
            ([FORMAT, MAY_REST | REST], _) => Ok(Bytes::from_static(NO)),
            _ if hooks::is_trouble(&request) => hooks::take(hooks.as_ref(), Some(&members), &request),
            _ if telling::is_telling(&request) => carrier.take(from, &request),
            _ => members.reporter.answer(&request),
        };
        self.neighbours.host().set_gossip(self.members.group, Box::new(answer));
    }

    /// Whether this node's state was found to differ from that of the others. For good.
    pub fn differs(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.differs)
    }

    /// For as long as it is polled: the group has the members that it should have, its state is compared, its gossip carried. Returns when the
    /// workspace is on other nodes.
    pub async fn keep_up(&self, gossip: Gossip) {
        tokio::select! {
            () = self.look_after() => {}
            () = self.carrier.carry(gossip) => {}
        }
    }

    async fn look_after(&self) {
        let mut looks = interval(Duration::from_millis(limits::NEIGHBOURS_LOOK_INTERVAL_MS));
        let group = self.members.group;
        loop {
            looks.tick().await;
            if self.has_moved().await {
                return;
            }
            if let Err(error) = self.follow().await {
                tracing::info!(%error, group, "the members of a group could not be brought up to date; it is tried again");
            }
            if self.differs.load(Ordering::Acquire) {
                // Who serves nobody does not lead either.
                self.members.hand_over().await;
            }
            match self.members.look_around().await.verdict {
                Verdict::This if !self.differs.swap(true, Ordering::AcqRel) => tracing::error!(
                    group,
                    "THE STATE OF THIS NODE IS NOT THAT OF THE OTHERS: it serves nobody; take it out with `corridor cluster \
                     remove` at another node, and join anew with an empty folder"
                ),
                Verdict::Others(nodes) => {
                    tracing::warn!(
                        ?nodes,
                        group,
                        "the state of other nodes is not that of this one and of most"
                    );
                }
                Verdict::Equal | Verdict::This => {}
            }
        }
    }

    /// The nodes that shall have the workspace, as far as this one knows.
    fn wanted(&self) -> Vec<Member> {
        self.neighbours.cluster().hosts(&self.name)
    }

    /// Whether the cluster has the workspace on other nodes, and the leader of its group is certain that this one belongs to it no longer.
    pub async fn has_moved(&self) -> bool {
        let shall_stay = || self.wanted().iter().any(|member| member.node == self.members.node);
        if shall_stay() || self.neighbours.catch_up().await.is_err() || shall_stay() {
            return false;
        }
        let wanted = self.wanted();
        self.neighbours.let_go_at(self.members.group, &wanted).await.is_some()
    }

    /// On the leader: whoever shall have the workspace belongs to the group, and nobody else.
    async fn follow(&self) -> Result<(), SteerError> {
        let (cluster, wanted) = (self.neighbours.cluster(), self.wanted());
        self.members
            .promote(|node| wanted.iter().any(|member| member.node == node))
            .await?;
        while self.members.next_step(&self.wanted()).is_some() {
            // What this node knows of the cluster may be old; nobody is brought back or taken out by that.
            self.neighbours.catch_up().await?;
            let wanted = self.wanted();
            match self.members.next_step(&wanted) {
                Some(Steer::Remove(node)) if !self.members.may_go(&wanted, cluster.includes(node)).await => break,
                Some(Steer::Yield(_)) if !self.members.may_go(&wanted, true).await => break,
                Some(Steer::Yield(node)) => return self.members.yield_to(node).await,
                Some(step) => self.members.steer(step).await?,
                None => break,
            };
        }
        Ok(())
    }

    /// Whether the group has followed the cluster, and all others say that they have nothing to do with it. Who does not answer may have.
    pub async fn all_may_rest(&self) -> bool {
        self.members.is_as_wanted(&self.wanted()) && self.all_say_yes(&[FORMAT, MAY_REST]).await
    }

    /// Lets the others rest. Whether all do.
    pub async fn let_rest(&self) -> bool {
        self.all_say_yes(&[FORMAT, REST]).await
    }

    /// The members of the group.
    pub fn members(&self) -> Arc<GroupMembers> {
        Arc::clone(&self.members)
    }

    /// A node that does not vote in the group stands for no election, and may not even know its members: it knocks at all of the cluster's,
    /// of whom one wakes the group and brings this node in.
    pub fn knock(&self) {
        let status = self.members.status();
        let votes = status
            .members
            .iter()
            .any(|member| member.node == self.members.node && member.votes);
        if votes || status.leader.is_some() {
            return;
        }
        for member in self.neighbours.cluster().all() {
            if member.node != self.members.node {
                members::knock_at(&self.members.link, &member, self.members.group);
            }
        }
    }

    async fn all_say_yes(&self, question: &'static [u8]) -> bool {
        let others = self.members.others();
        let asked = others
            .iter()
            .map(|other| self.members.say(other, Bytes::from_static(question)));
        let answers = futures::future::join_all(asked).await;
        answers.iter().all(|answer| answer.as_deref() == Some(YES))
    }

    /// Somebody else leads, if there is one who can.
    pub async fn hand_over(&self) {
        self.members.hand_over().await;
    }

    /// The group stops: nothing of it is held.
    pub fn part(&self) {
        self.neighbours.host().forget_gossip(self.members.group);
        if self.members.group == FIRST_WORKSPACE {
            self.neighbours.cluster().know_first(None);
        }
    }
}

fn told_voters(status: &GroupStatus) -> io::Result<Bytes> {
    let votes = status.members.iter().filter(|member| member.votes);
    let numbers = votes.flat_map(|member| member.node.to_le_bytes());
    // Who hears nobody may know old things.
    match status.leader {
        Some(_) => Ok([FORMAT].into_iter().chain(numbers).collect()),
        None => Err(io::ErrorKind::NotConnected.into()),
    }
}

/// Asks a node who votes in a group of which it is a member; nothing, if it does not know now.
pub async fn ask_voters(link: &dyn PeerLink, member: &Member, group: u64) -> Option<Vec<NodeId>> {
    let request = Request {
        group,
        kind: Kind::Gossip,
        body: Bytes::from_static(&[FORMAT, VOTERS]),
    };
    let patience = Duration::from_millis(limits::PEER_REPORT_TIMEOUT_MS);
    let answer = link.call(member.node, &member.address, request, patience).await.ok()?;
    let (numbers, rest) = answer.strip_prefix(&[FORMAT])?.as_chunks::<8>();
    let numbers = numbers.iter().map(|number| u64::from_le_bytes(*number));
    rest.is_empty().then(|| numbers.collect())
}
