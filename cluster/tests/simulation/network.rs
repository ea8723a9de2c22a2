//! The network between the nodes: lines that delay, stall, break and bring what was sent on them too late.
//!
//! Stands where TLS over TCP stands in production, behind the same seam. A line keeps its order or breaks; when it breaks, what
//! was on its way is lost or arrives later, also after what was sent again on the next line. It refuses to know what is sent.

use crate::dice::Dice;
use crate::record::Record;
use crate::wire::{Line, Parcel};
use bytes::Bytes;
use corridor_cluster::peers::{CallError, Kind, NodeId, PeerLink, PeerService, Request};
use corridor_cluster::simulation::{self, Process};
use corridor_storage::apply::COMMAND_VERSION;
use futures::future::BoxFuture;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;
use tokio::sync::{Notify, oneshot};
use tokio::time::Instant;

/// One direction between two nodes.
pub type Way = (NodeId, NodeId);

/// How one direction between two nodes is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quality {
    /// The least delay.
    pub delay_us: u64,
    /// Up to so much more.
    pub jitter_us: u64,
    /// So many of a thousand packets get lost, and are sent again by TCP a moment later.
    pub lost_in_thousand: u64,
    /// So many of a thousand messages find that the line breaks under them.
    pub breaks_in_thousand: u64,
    /// How much fits through it.
    pub bytes_per_ms: u64,
}

impl Default for Quality {
    fn default() -> Self {
        Self {
            delay_us: 150,
            jitter_us: 400,
            lost_in_thousand: 0,
            breaks_in_thousand: 0,
            bytes_per_ms: 100_000,
        }
    }
}

/// The network. Clones are the same one.
#[derive(Clone)]
pub struct Network {
    shared: Arc<Shared>,
}

struct Shared {
    record: Record,
    dice: Dice,
    state: Mutex<State>,
    /// Something that was blocked may be open, or may be good again.
    opened: Notify,
    /// Told of every vote that leaves a node, in the moment in which it does.
    on_vote: OnceLock<OnVote>,
}

/// Told which node gives a vote away: its answer.
pub type OnVote = Box<dyn Fn(NodeId, &Bytes) + Send + Sync>;

#[derive(Default)]
struct State {
    ends: BTreeMap<NodeId, End>,
    lines: BTreeMap<Way, Line>,
    lines_count: u64,
    blocked: BTreeSet<Way>,
    qualities: BTreeMap<Way, Quality>,
    unreachable_for_clients: BTreeSet<NodeId>,
}

/// Where requests for a node go.
#[derive(Clone)]
pub struct End {
    /// The process that serves.
    pub process: Process,
    /// What it does with them.
    pub service: Arc<dyn PeerService>,
}

impl Network {
    /// A network without nodes.
    pub fn new(record: Record, dice: Dice) -> Self {
        Self {
            shared: Arc::new(Shared {
                record,
                dice,
                state: Mutex::default(),
                opened: Notify::new(),
                on_vote: OnceLock::new(),
            }),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.shared.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// From now on requests for this node go there.
    pub fn attach(&self, node: NodeId, end: End) {
        self.state().ends.insert(node, end);
    }

    /// The node's process is gone: every line to and from it breaks.
    pub fn detach(&self, node: NodeId) {
        self.state().ends.remove(&node);
        self.break_lines(|(from, to)| from == node || to == node, true);
    }

    /// Nothing passes in these directions until they are opened.
    pub fn block(&self, ways: impl IntoIterator<Item = Way>) {
        for way in ways {
            self.state().blocked.insert(way);
            let (patience, network) = (self.shared.dice.skewed_ms(300, 4_000), self.clone());
            // TCP gives up on a line that is dead, sooner or later.
            simulation::spawn_outside(async move {
                tokio::time::sleep(patience).await;
                if network.state().blocked.contains(&way) {
                    network.break_lines(|other| other == way || other == (way.1, way.0), false);
                }
            });
        }
    }

    /// Everything passes again.
    pub fn open(&self, ways: impl IntoIterator<Item = Way>) {
        for way in ways {
            self.state().blocked.remove(&way);
        }
        self.shared.opened.notify_waiters();
    }

    /// How one direction is from now on.
    pub fn set_quality(&self, way: Way, quality: Quality) {
        self.state().qualities.insert(way, quality);
        self.shared.opened.notify_waiters();
    }

    /// Nothing is blocked and every direction is good.
    pub fn heal(&self) {
        let mut state = self.state();
        state.blocked.clear();
        state.qualities.clear();
        state.unreachable_for_clients.clear();
        drop(state);
        self.shared.opened.notify_waiters();
    }

    /// Whether clients can reach the node.
    pub fn set_reachable_for_clients(&self, node: NodeId, reachable: bool) {
        match reachable {
            true => self.state().unreachable_for_clients.remove(&node),
            false => self.state().unreachable_for_clients.insert(node),
        };
    }

    /// How long a client's message takes to a node or back; nothing if it does not get there.
    pub fn client_delay(&self, node: NodeId) -> Option<Duration> {
        let dice = &self.shared.dice;
        let reachable = !self.state().unreachable_for_clients.contains(&node);
        reachable.then(|| Duration::from_micros(dice.between(100, 1_500)))
    }

    /// Breaks one line between two nodes, whatever is on its way.
    pub fn break_between(&self, way: Way) {
        self.break_lines(|other| other == way, false);
    }

    fn break_lines(&self, which: impl Fn(Way) -> bool, process_gone: bool) {
        let lines: Vec<_> = self.state().lines.extract_if(.., |way, _| which(*way)).collect();
        for (way, line) in lines {
            self.shared
                .record
                .trace(format_args!("line {} of {way:?} breaks", line.number));
            line.break_off(process_gone);
        }
    }

    fn send(&self, way: Way, request: Request, answer: oneshot::Sender<Result<Bytes, CallError>>) {
        let mut state = self.state();
        let back = (way.1, way.0);
        let broken = state.lines.get(&way).is_none_or(|line| line.is_broken());
        if broken {
            let blocked = state.blocked.contains(&way) || state.blocked.contains(&back);
            let end = state.ends.get(&way.1).cloned();
            let Some(end) = end.filter(|_| !blocked) else {
                let _ = answer.send(Err(CallError::Unreachable(format!("no way to node {}", way.1))));
                return;
            };
            state.lines_count += 1;
            let number = state.lines_count;
            let line = Line::start(self.clone(), way, number, end);
            state.lines.insert(way, line);
        }
        let quality = state.qualities.get(&way).copied().unwrap_or_default();
        let travels = self.travels(quality, request.body.len());
        let breaks = self.shared.dice.in_thousand(quality.breaks_in_thousand);
        if let Some(line) = state.lines.get(&way) {
            let kind = request.kind;
            self.shared.record.trace(format_args!(
                "{} -> {}: {kind:?} of {} bytes on line {}",
                way.0,
                way.1,
                request.body.len(),
                line.number
            ));
            line.send(Parcel {
                arrives: Instant::now() + travels,
                request,
                answer,
            });
        }
        drop(state);
        if breaks {
            self.shared.record.count("line broken under a message");
            self.break_lines(|other| other == way, false);
        }
    }

    fn travels(&self, quality: Quality, size_bytes: usize) -> Duration {
        let dice = &self.shared.dice;
        let mut micros = quality.delay_us + dice.between(0, quality.jitter_us.max(1));
        micros += size_bytes as u64 * 1_000 / quality.bytes_per_ms.max(1);
        if dice.in_thousand(quality.lost_in_thousand) {
            self.shared.record.count("packet lost and sent again");
            micros += dice.between(200_000, 450_000);
        }
        Duration::from_micros(micros)
    }

    /// How long an answer takes on its way back.
    pub fn travels_back(&self, (from, to): Way, size_bytes: usize) -> Duration {
        let quality = self.state().qualities.get(&(to, from)).copied().unwrap_or_default();
        self.travels(quality, size_bytes)
    }

    /// Waits until the direction is open.
    pub async fn passes(&self, way: Way) {
        while self.state().blocked.contains(&way) {
            self.shared.opened.notified().await;
        }
    }

    /// Waits until the direction is good, and then for as long as so many bytes take there: what crawls through a narrow line does not
    /// crawl on when it is wide again.
    pub async fn hastens(&self, way: Way, size_bytes: usize) {
        let good = Quality::default();
        while self.state().qualities.get(&way).is_some_and(|quality| *quality != good) {
            self.shared.opened.notified().await;
        }
        let most_us = good.delay_us + good.jitter_us + size_bytes as u64 * 1_000 / good.bytes_per_ms;
        tokio::time::sleep(Duration::from_micros(most_us + 1_000)).await;
    }

    /// Says who is told of votes.
    pub fn set_on_vote(&self, on_vote: OnVote) {
        // Set once, before there are nodes.
        let _ = self.shared.on_vote.set(on_vote);
    }

    /// An answer leaves a node.
    pub fn answered(&self, node: NodeId, kind: Kind, answer: &Bytes) {
        if let (Kind::Vote, Some(on_vote)) = (kind, self.shared.on_vote.get()) {
            on_vote(node, answer);
        }
    }

    /// The dice of the wires.
    pub fn dice(&self) -> &Dice {
        &self.shared.dice
    }

    /// Where it is written down.
    pub fn record(&self) -> &Record {
        &self.shared.record
    }

    /// What a node sends into.
    pub fn link(&self, from: NodeId) -> Arc<dyn PeerLink> {
        Arc::new(Link {
            network: self.clone(),
            from,
        })
    }
}

/// One node's way to the others.
struct Link {
    network: Network,
    from: NodeId,
}

impl PeerLink for Link {
    fn call(
        &self,
        to: NodeId,
        _address: &str,
        request: Request,
        deadline: Duration,
    ) -> BoxFuture<'static, Result<Bytes, CallError>> {
        let (answer, receive) = oneshot::channel();
        let way = (self.from, to);
        self.network.send(way, request, answer);
        Box::pin(async move {
            match tokio::time::timeout(deadline, receive).await {
                Ok(Ok(answer)) => answer,
                Ok(Err(_)) => Err(CallError::Lost("the line broke".to_owned())),
                Err(_) => Err(CallError::Lost("no answer in time".to_owned())),
            }
        })
    }

    /// All of one build.
    fn applies(&self, _: NodeId, _: &str) -> Option<u8> {
        Some(COMMAND_VERSION)
    }
}
