//! One line between two nodes, from the moment it is opened until everything that was sent on it has arrived or is lost.
//!
//! Stands under the network. It belongs to no process: what is on the wire stays on the wire when a process ends.

use crate::network::{End, Network, Way};
use bytes::Bytes;
use corridor_cluster::peers::{CallError, Kind, Reply, Request};
use corridor_cluster::simulation;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::Instant;

type Answer = oneshot::Sender<Result<Bytes, CallError>>;

/// One in so many that were on their way when a line broke arrives all the same.
const LATE_IN_THOUSAND: u64 = 500;
const LATE_MS_MAX: u64 = 2_500;

/// A request on its way.
pub struct Parcel {
    pub arrives: Instant,
    pub request: Request,
    pub answer: Answer,
}

/// How a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Condition {
    Whole,
    Broken,
    /// And nobody is left at its end.
    ProcessGone,
}

/// Who waits for an answer on this line.
#[derive(Clone, Default)]
struct Waiting(Arc<Mutex<BTreeMap<u64, Answer>>>);

impl Waiting {
    fn with<R>(&self, work: impl FnOnce(&mut BTreeMap<u64, Answer>) -> R) -> R {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// The sending end of a line.
pub struct Line {
    pub number: u64,
    queue: mpsc::UnboundedSender<Parcel>,
    condition: watch::Sender<Condition>,
}

impl Line {
    /// Opens a line, and starts whoever takes from its other end.
    pub fn start(network: Network, way: Way, number: u64, end: End) -> Self {
        let (queue, parcels) = mpsc::unbounded_channel();
        let condition = watch::Sender::new(Condition::Whole);
        let (inbox, mut arrived) = mpsc::unbounded_channel::<(Request, Reply)>();
        let service = Arc::clone(&end.service);
        end.process.spawn(async move {
            while let Some((request, reply)) = arrived.recv().await {
                service.take(way.0, number, request, reply);
            }
            service.end(number);
        });
        let wire = Wire {
            network,
            way,
            number,
            end,
            waiting: Waiting::default(),
            condition: condition.subscribe(),
            inbox,
            sent: 0,
            last_arrival: Instant::now(),
        };
        simulation::spawn_outside(wire.run(parcels));
        Self {
            number,
            queue,
            condition,
        }
    }

    pub fn send(&self, parcel: Parcel) {
        // A wire that ended has broken: then the answer is lost with the parcel.
        let _ = self.queue.send(parcel);
    }

    pub fn is_broken(&self) -> bool {
        *self.condition.borrow() != Condition::Whole
    }

    pub fn break_off(self, process_gone: bool) {
        let condition = match process_gone {
            true => Condition::ProcessGone,
            false => Condition::Broken,
        };
        self.condition.send_replace(condition);
    }
}

/// The line itself.
struct Wire {
    network: Network,
    way: Way,
    number: u64,
    end: End,
    waiting: Waiting,
    condition: watch::Receiver<Condition>,
    inbox: mpsc::UnboundedSender<(Request, Reply)>,
    sent: u64,
    last_arrival: Instant,
}

impl Wire {
    async fn run(mut self, mut parcels: mpsc::UnboundedReceiver<Parcel>) {
        let mut condition = self.condition.clone();
        let mut under_way = None;
        loop {
            let parcel = tokio::select! {
                biased;
                _ = broken(&mut condition) => break,
                parcel = parcels.recv() => parcel,
            };
            // The sending end is dropped only after it broke the line.
            let Some(parcel) = parcel else { break };
            self.sent += 1;
            let id = self.sent;
            let Parcel {
                arrives,
                request,
                answer,
            } = parcel;
            self.waiting.with(|waiting| waiting.insert(id, answer));
            self.last_arrival = self.last_arrival.max(arrives);
            let (network, way, arrival) = (self.network.clone(), self.way, self.last_arrival);
            let size_bytes = request.body.len();
            let travel = async move {
                tokio::select! {
                    biased;
                    () = tokio::time::sleep_until(arrival) => {}
                    () = network.hastens(way, size_bytes) => {}
                }
                network.passes(way).await;
            };
            tokio::select! {
                biased;
                _ = broken(&mut condition) => {
                    under_way = Some(request);
                    break;
                }
                () = travel => self.arrive(id, request),
            }
            self.last_arrival = Instant::now();
        }
        self.waiting.with(BTreeMap::clear);
        let rest = std::iter::from_fn(|| parcels.try_recv().ok()).map(|parcel| parcel.request);
        let left: Vec<Request> = under_way.into_iter().chain(rest).collect();
        self.late(left).await;
    }

    fn arrive(&self, id: u64, request: Request) {
        let reply = self.reply(id, request.kind);
        // The process may be gone: then nobody takes it.
        let _ = self.inbox.send((request, reply));
    }

    fn reply(&self, id: u64, kind: Kind) -> Reply {
        let (network, way, waiting) = (self.network.clone(), self.way, self.waiting.clone());
        let (process, number) = (self.end.process.clone(), self.number);
        Box::new(move |outcome| {
            if !process.is_alive() {
                return;
            }
            if let Ok(answer) = &outcome {
                network.answered(way.1, kind, answer);
            }
            let answer = outcome.map_err(CallError::Refused);
            let size_bytes = answer.as_ref().map_or(0, Bytes::len);
            let travels = network.travels_back(way, size_bytes);
            network.record().trace(format_args!(
                "{} <- {}: answer of {size_bytes} bytes on line {number}",
                way.0, way.1
            ));
            simulation::spawn_outside(async move {
                tokio::time::sleep(travels).await;
                network.passes((way.1, way.0)).await;
                if let Some(asker) = waiting.with(|waiting| waiting.remove(&id)) {
                    let _ = asker.send(answer);
                }
            });
        })
    }

    /// What was on its way when the line broke: some of it arrives, in order.
    async fn late(self, left: Vec<Request>) {
        if *self.condition.borrow() == Condition::ProcessGone && !self.end.process.is_alive() {
            return;
        }
        let dice = self.network.dice().clone();
        let arriving = dice.between(0, left.len() as u64 + 1) as usize;
        if left.is_empty() || !dice.in_thousand(LATE_IN_THOUSAND) {
            return;
        }
        let late = Duration::from_millis(dice.between(1, LATE_MS_MAX));
        tokio::time::sleep(late).await;
        self.network.passes(self.way).await;
        for request in left.into_iter().take(arriving) {
            self.network.record().count("message after its line broke");
            self.network.record().trace(format_args!(
                "{} -> {}: {:?} late, of the broken line {}",
                self.way.0, self.way.1, request.kind, self.number
            ));
            self.arrive(0, request);
        }
    }
}

async fn broken(condition: &mut watch::Receiver<Condition>) -> Condition {
    let found = condition.wait_for(|condition| *condition != Condition::Whole).await;
    found.map_or(Condition::Broken, |condition| *condition)
}
