//! The machines: each has a disk, a clock and at most one process, which is a node with everything a node has.
//!
//! Stands between whoever does something to machines (faults, the operator) and the code under test. A crash takes the process,
//! and of the disk what was not durable.

use crate::birth::{Birth, Node};
use crate::clock::Clock;
use crate::dice::Dice;
use crate::disk::Condition;
use crate::history::Happened;
use crate::log::Log;
use crate::network::Network;
use crate::record::Record;
use crate::store::Store;
use crate::witness::Ledger;
use corridor_cluster::simulation::{self, Process};
use corridor_storage::log::{FatalHandler, LogStore as _, MemoryLog};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use tokio::sync::mpsc;

/// The one group of these nodes.
pub const GROUP: u64 = 1;

/// How a process ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// Killed; the machine goes on.
    Killed,
    /// The power is gone.
    PowerCut,
}

struct Machine {
    /// None: its disk is new, and nobody has told it who it is.
    id: Option<u64>,
    clock: Clock,
    disk: Condition,
    log: MemoryLog,
    store: Store,
    life: u64,
    running: Option<Running>,
}

impl Machine {
    fn kept_log(&self) -> MemoryLog {
        let running = self.running.as_ref();
        running.map_or_else(|| self.log.clone(), |running| running.log.memory().clone())
    }
}

struct Running {
    process: Process,
    log: Log,
    node: Arc<OnceLock<Arc<Node>>>,
}

/// How the groups of a run are set.
#[derive(Debug, Clone, Copy)]
pub struct Settings {
    pub machines: usize,
    pub snapshot_every_entries: u64,
    pub keep_entries: u64,
}

/// What all nodes of a run share.
pub struct Parts {
    pub settings: Settings,
    pub record: Record,
    pub network: Network,
    pub ledger: Ledger,
}

/// All machines. Clones are the same ones.
#[derive(Clone)]
pub struct Machines {
    shared: Arc<Shared>,
}

struct Shared {
    settings: Settings,
    record: Record,
    network: Network,
    ledger: Ledger,
    dice: Dice,
    machines: Mutex<Vec<Machine>>,
    /// Nodes whose disk was lost: nobody can say any more what was on it.
    wiped: Mutex<Vec<u64>>,
    /// Machines whose process has ended by itself.
    fallen: mpsc::UnboundedSender<(usize, u64)>,
}

impl Machines {
    /// Machines with empty disks, and where it is told which of them have fallen.
    pub fn new(
        settings: Settings,
        seed: u64,
        record: Record,
        network: Network,
    ) -> (Self, mpsc::UnboundedReceiver<(usize, u64)>) {
        let machines = (0..settings.machines).map(|place| {
            let disk = Condition::new(Dice::of(seed, &format!("disk {place}")));
            Machine {
                id: None,
                clock: Clock::new(record.began(), Dice::of(seed, &format!("clock {place}"))),
                log: MemoryLog::sync_when_told(),
                store: Store::new(disk.clone()),
                disk,
                life: 0,
                running: None,
            }
        });
        let (fallen, falls) = mpsc::unbounded_channel();
        let shared = Shared {
            settings,
            ledger: Ledger::default(),
            dice: Dice::of(seed, "machines"),
            machines: Mutex::new(machines.collect()),
            wiped: Mutex::default(),
            record,
            network,
            fallen,
        };
        (
            Self {
                shared: Arc::new(shared),
            },
            falls,
        )
    }

    /// Holds every vote that leaves a node against what is on its disk.
    pub fn watch_votes(&self) {
        let machines = self.clone();
        self.network().set_on_vote(Box::new(move |node, answer| {
            let Some(given) = simulation::vote_given(answer) else {
                return;
            };
            let log = machines.logs().into_iter().find(|(id, _)| *id == node);
            let kept = log
                .and_then(|(_, log)| simulation::vote_kept(&log, GROUP))
                .unwrap_or_default();
            machines.record().happened(Happened::Voted { node, given, kept });
        }));
    }

    fn machines(&self) -> MutexGuard<'_, Vec<Machine>> {
        self.shared.machines.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn record(&self) -> &Record {
        &self.shared.record
    }

    pub fn network(&self) -> &Network {
        &self.shared.network
    }

    pub fn ledger(&self) -> &Ledger {
        &self.shared.ledger
    }

    pub fn count(&self) -> usize {
        self.shared.settings.machines
    }

    /// Who the machine is.
    pub fn id(&self, place: usize) -> Option<u64> {
        self.machines()[place].id
    }

    /// From now on the machine is this node.
    pub fn name(&self, place: usize, id: u64) {
        self.machines()[place].id = Some(id);
    }

    pub fn disk(&self, place: usize) -> Condition {
        self.machines()[place].disk.clone()
    }

    /// What its disk holds of the log, whether its process lives or not.
    pub fn log(&self, place: usize) -> MemoryLog {
        self.machines()[place].kept_log()
    }

    /// What its disk holds of the state.
    pub fn store(&self, place: usize) -> Store {
        self.machines()[place].store.clone()
    }

    pub fn clock(&self, place: usize) -> Clock {
        self.machines()[place].clock.clone()
    }

    /// The node on this machine, if it runs and its group has started.
    pub fn node(&self, place: usize) -> Option<Arc<Node>> {
        self.machines()[place].running.as_ref()?.node.get().cloned()
    }

    /// Whether a process runs there.
    pub fn is_up(&self, place: usize) -> bool {
        self.machines()[place].running.is_some()
    }

    /// The nodes that run.
    pub fn nodes(&self) -> Vec<Arc<Node>> {
        (0..self.count()).filter_map(|place| self.node(place)).collect()
    }

    /// Where the leader runs, by its own word; the one of the highest term if there are several.
    pub fn leader(&self) -> Option<usize> {
        let leads = |place: &usize| {
            let status = self.node(*place)?.group.status();
            status.is_leader.then_some(status.term)
        };
        (0..self.count())
            .filter(|place| leads(place).is_some())
            .max_by_key(leads)
    }

    /// Starts a process on a machine that has a name. `is_first` makes the cluster.
    pub fn start(&self, place: usize, is_first: bool) {
        let mut machines = self.machines();
        let machine = &mut machines[place];
        let (Some(id), None) = (machine.id, &machine.running) else {
            return;
        };
        machine.life += 1;
        let life = machine.life;
        let disk = machine.disk.clone();
        let process = Process::new(move || disk.work_takes());
        let on_fatal = self.on_fatal(place, life, &process, &machine.disk);
        let log = Log::open(
            machine.log.clone(),
            machine.disk.clone(),
            &process,
            self.shared.record.clone(),
            Arc::clone(&on_fatal),
        );
        let node = Arc::new(OnceLock::new());
        let birth = Birth {
            parts: Parts {
                settings: self.shared.settings,
                record: self.shared.record.clone(),
                network: self.shared.network.clone(),
                ledger: self.shared.ledger.clone(),
            },
            id,
            life,
            is_first,
            process: process.clone(),
            log: log.clone(),
            store: machine.store.clone(),
            clock: machine.clock.clone(),
            disk: machine.disk.clone(),
            node: Arc::clone(&node),
            on_fatal,
        };
        machine.running = Some(Running {
            process: process.clone(),
            log,
            node,
        });
        drop(machines);
        self.shared.record.happened(Happened::Started { node: id, life });
        process.spawn(birth.run());
    }

    /// The process ends at once. Only a disk that was made to fail may be the reason.
    fn on_fatal(&self, place: usize, life: u64, process: &Process, disk: &Condition) -> FatalHandler {
        let (process, record, fallen) = (process.clone(), self.shared.record.clone(), self.shared.fallen.clone());
        let disk = disk.clone();
        Arc::new(move |problem: &str| {
            if !process.is_alive() {
                return;
            }
            process.kill();
            record.trace(format_args!("machine {place} life {life} ends itself: {problem}"));
            record.count("process ended itself");
            if !disk.excuses(problem) {
                record.happened(Happened::Violated {
                    check: "fatal".to_owned(),
                    detail: format!("machine {place} ended itself on a good disk: {problem}"),
                });
            }
            // The run may be over.
            let _ = fallen.send((place, life));
        })
    }

    /// Ends the process on a machine, whatever it is doing.
    pub fn end(&self, place: usize, how: Ending) {
        let mut machines = self.machines();
        let machine = &mut machines[place];
        let Some(running) = machine.running.take() else {
            return;
        };
        running.process.kill();
        let dice = &self.shared.dice;
        // What the operating system had not got is gone; of what it had, a power cut takes some.
        let reached = dice.between(0, running.log.written() as u64 + 1) as usize;
        machine.log = running.log.memory().after_crash(reached);
        machine.store = match how {
            Ending::Killed => machine.store.after_kill(),
            Ending::PowerCut => {
                let batches = dice.between(0, machine.store.unpersisted() as u64 + 1) as usize;
                machine.store.after_crash(batches)
            }
        };
        let id = machine.id;
        drop(machines);
        if let Some(id) = id {
            self.shared.network.detach(id);
        }
        self.shared.record.happened(Happened::Fault {
            class: format!("{how:?}"),
            detail: format!("machine {place}, node {id:?}"),
        });
    }

    /// The process of that life has ended itself: only then is there anything to do.
    pub fn fell(&self, place: usize, life: u64) {
        if self.machines()[place].life == life {
            self.end(place, Ending::Killed);
        }
    }

    /// A new disk in an old machine; who it was is gone with the old one.
    pub fn wipe(&self, place: usize) {
        self.end(place, Ending::PowerCut);
        let mut machines = self.machines();
        let machine = &mut machines[place];
        let wiped = machine.id.take();
        self.shared
            .wiped
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .extend(wiped);
        machine.disk.renew();
        machine.log = MemoryLog::sync_when_told();
        machine.store = Store::new(machine.disk.clone());
    }

    pub fn pause(&self, place: usize) {
        if let Some(running) = &self.machines()[place].running {
            running.process.pause();
        }
    }

    pub fn resume(&self, place: usize) {
        if let Some(running) = &self.machines()[place].running {
            running.process.resume();
        }
    }

    /// What the disks hold: each named machine's id and log, whether its process lives or not.
    pub fn logs(&self) -> Vec<(u64, MemoryLog)> {
        let machines = self.machines();
        let logs = machines
            .iter()
            .filter_map(|machine| Some((machine.id?, machine.kept_log())));
        logs.collect()
    }

    /// On whose disks the entry is that most of them hold at this index. What was purged is in the state.
    pub fn durable_on(&self, index: u64) -> Vec<u64> {
        let mut held: Vec<(u64, Option<bytes::Bytes>)> = Vec::new();
        for (id, log) in self.logs() {
            let purged = purged_index(&log);
            if purged >= Some(index) {
                held.push((id, None));
            } else if let Ok(found) = log.read(GROUP, index..index + 1, usize::MAX)
                && let Some((_, bytes)) = found.into_iter().next()
            {
                held.push((id, Some(bytes)));
            }
        }
        let agreeing = |wanted: &bytes::Bytes| {
            let agrees = |held: &Option<bytes::Bytes>| held.as_ref().is_none_or(|held| held == wanted);
            let ids = held.iter().filter(|(_, held)| agrees(held)).map(|(id, _)| *id);
            ids.collect::<Vec<_>>()
        };
        let most = held
            .iter()
            .filter_map(|(_, bytes)| bytes.as_ref())
            .map(agreeing)
            .max_by_key(Vec::len);
        let mut on = most.unwrap_or_else(|| held.iter().map(|(id, _)| *id).collect());
        let wiped = self.shared.wiped.lock().unwrap_or_else(PoisonError::into_inner);
        // One whose disk is lost may have held it when it was agreed on; and where it came back under its name, it holds nothing.
        on.extend(wiped.iter().filter(|id| !on.contains(id)).copied().collect::<Vec<_>>());
        on
    }
}

/// The last purged index of a log, as the node itself wrote it down.
pub fn purged_index(log: &MemoryLog) -> Option<u64> {
    let position = log.get(GROUP, "purged").ok()??;
    Some(u64::from_le_bytes(*position.last_chunk::<8>()?))
}
