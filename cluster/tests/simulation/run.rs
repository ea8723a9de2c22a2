//! One run: a cluster is made, people work while things break, everything is mended, and then all must be as it should be.
//!
//! Stands under the tests. A run is sixty seconds of simulated time, and everything in it follows from its seed.

use crate::ask::Door;
use crate::checker::{self, Finding};
use crate::clients::{Answers, Client, Phase, Phases};
use crate::clinic::folk;
use crate::dice::Dice;
use crate::faults::Faults;
use crate::history::Happened;
use crate::machines::{Machines, Settings};
use crate::network::Network;
use crate::observer::{Observer, compare_logs};
use crate::operator::make_cluster;
use crate::recent::Voters;
use crate::record::{Record, Written};
use crate::truth::Truth;
use crate::witness::said;
use crate::workload::{PEOPLE, wish};
use corridor_cluster::simulation;
use std::sync::PoisonError;
use std::time::Duration;
use tokio::time::Instant;

const SAFETY_ENDS: Duration = Duration::from_secs(42);
const LAST_BEGINS: Duration = Duration::from_secs(50);
const RUN_ENDS: Duration = Duration::from_secs(60);
/// A cluster on good machines is made in this time.
const MAKING: Duration = Duration::from_secs(8);

/// A run that was played.
pub struct Played {
    pub seed: u64,
    pub written: Written,
    pub findings: Vec<Finding>,
}

/// Plays the run of this seed.
pub fn play(seed: u64) -> Played {
    let record = simulation::run(seed, async move {
        let record = Record::new();
        let run = Run::new(seed, record.clone());
        tokio::select! {
            biased;
            () = record.too_long() => record.happened(Happened::Violated {
                check: "too long".to_owned(),
                detail: "something runs in circles".to_owned(),
            }),
            () = run.play() => {}
        }
        record
    });
    let written = record.expect("a runtime starts").take();
    let findings = checker::check(&written.history);
    Played {
        seed,
        written,
        findings,
    }
}

struct Run {
    seed: u64,
    record: Record,
    machines: Machines,
    door: Door,
    voters: Voters,
    answers: Answers,
    think_ms: u64,
}

impl Run {
    fn new(seed: u64, record: Record) -> Self {
        let dice = Dice::of(seed, "settings");
        let pick = |of: &[u64]| dice.one(of).copied().unwrap_or(50);
        let settings = Settings {
            machines: if seed % 4 == 3 { 5 } else { 3 },
            snapshot_every_entries: pick(&[20, 60, 200, 1_000]),
            keep_entries: pick(&[0, 5, 40]),
        };
        record.happened(Happened::Began {
            seed,
            nodes: settings.machines as u64,
        });
        record.trace(format_args!("{settings:?}"));
        let network = Network::new(record.clone(), Dice::of(seed, "network"));
        let (machines, mut falls) = Machines::new(settings, seed, record.clone(), network);
        machines.watch_votes();
        let voters = Voters::default();
        let faults = Faults::new(machines.clone(), Dice::of(seed, "restarts"));
        simulation::spawn_outside(async move {
            while let Some((place, life)) = falls.recv().await {
                faults.fell(place, life);
            }
        });
        Self {
            seed,
            door: Door::new(machines.clone(), voters.clone()),
            record,
            machines,
            voters,
            answers: Answers::default(),
            think_ms: pick(&[120, 250, 500]),
        }
    }

    async fn play(self) {
        let began = self.record.began();
        simulation::spawn_outside(Observer::new(self.machines.clone(), self.voters.clone()).run());
        if tokio::time::timeout(MAKING, make_cluster(&self.machines))
            .await
            .is_err()
        {
            return self.violated("made", "no cluster was made on good machines");
        }
        let phases = Phases::new();
        let clients = self.start_clients(&phases).await;
        let faults = Faults::new(self.machines.clone(), Dice::of(self.seed, "faults"));
        faults.run(began + SAFETY_ENDS).await;
        faults.heal();
        self.record.happened(Happened::Healed {});
        phases.enter(Phase::Healing);
        self.mend(&faults, began + LAST_BEGINS).await;
        phases.enter(Phase::Last);
        for (number, client) in clients.into_iter().enumerate() {
            match tokio::time::timeout_at(began + RUN_ENDS, client).await {
                Ok(Ok(())) => {}
                Ok(Err(error)) => self.violated("client", &error.to_string()),
                Err(_) => self.violated(
                    "healing",
                    &format!("client {number} has no answer {RUN_ENDS:?} after the beginning"),
                ),
            }
        }
        self.converge(began + RUN_ENDS, &faults).await;
        self.close();
    }

    /// The clinic opens, and everybody begins.
    async fn start_clients(&self, phases: &Phases) -> Vec<tokio::task::JoinHandle<()>> {
        let client = |number| {
            Client::new(
                number,
                self.door.clone(),
                self.seed,
                self.answers.clone(),
                self.think_ms,
            )
        };
        let mut first = client(99);
        for envelope in folk::opening() {
            first.insist(&envelope, &wish(&envelope)).await;
        }
        simulation::spawn_outside(client(98).watch(phases.clone()));
        let clients = (0..PEOPLE.len() as u64).map(|number| {
            let running = client(number).run(phases.clone());
            simulation::spawn_outside(running)
        });
        clients.collect()
    }

    /// Whoever falls now was told to by a fault of before: it is started again.
    async fn mend(&self, faults: &Faults, until: Instant) {
        while Instant::now() < until {
            faults.heal();
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
    }

    /// One leader, the same members, the same state, everywhere.
    async fn converge(&self, until: Instant, faults: &Faults) {
        loop {
            let difference = match faults.is_replacing() {
                true => Some("a lost disk is still being replaced".to_owned()),
                false => self.difference(),
            };
            let Some(difference) = difference else { return };
            if Instant::now() >= until {
                return self.violated("healing", &difference);
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    fn difference(&self) -> Option<String> {
        let nodes = self.machines.nodes();
        let ready = nodes.iter().filter(|node| node.is_ready()).count();
        if ready < self.machines.count() {
            return Some(format!("only {ready} nodes are ready"));
        }
        let all: Vec<_> = nodes
            .iter()
            .map(|node| (node.id, node.group.status(), node.state.stand()))
            .collect();
        let leaders: Vec<u64> = all
            .iter()
            .filter(|(_, status, _)| status.is_leader)
            .map(|(id, ..)| *id)
            .collect();
        let (first_id, first, first_stand) = all.first()?;
        if leaders.len() != 1 {
            return Some(format!("{leaders:?} lead"));
        }
        for (id, status, stand) in &all {
            let names = |status: &corridor_cluster::GroupStatus| {
                let members = status.members.iter().map(|member| (member.node, member.votes));
                members.collect::<Vec<_>>()
            };
            let same = (status.leader, status.term, status.applied_index, names(status), stand)
                == (first.leader, first.term, first.applied_index, names(first), first_stand);
            let finished = status.applied_index == status.last_log_index && names(status).len() == all.len();
            if !same || !finished || status.is_fenced {
                return Some(format!(
                    "node {first_id}: {first:?} {first_stand:?}; node {id}: {status:?} {stand:?}"
                ));
            }
        }
        None
    }

    fn violated(&self, check: &str, detail: &str) {
        self.record.happened(Happened::Violated {
            check: check.to_owned(),
            detail: detail.to_owned(),
        });
    }

    /// Writes down where all stand, and holds it against the truth.
    fn close(&self) {
        compare_logs(&self.machines);
        let truth = Truth::of(self.machines.ledger());
        let answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner).clone();
        truth.check(&answers, &self.record.history(), &self.record);
        for name in &truth.seen {
            self.record.count(name);
        }
        let nodes = self.machines.nodes();
        for node in &nodes {
            let (revision, hash) = node.state.stand();
            let records = node.state.digest();
            if records != truth.digest {
                self.violated(
                    "truth",
                    &format!("the records of node {} are not those of a clean replay", node.id),
                );
            }
            self.record.happened(Happened::Stands {
                node: node.id,
                revision,
                hash,
                records,
            });
        }
        let Some(node) = nodes.first() else { return };
        for conversation in &truth.conversations {
            let events = node.state.reader.events(*conversation, 0, u64::MAX - 1, usize::MAX);
            for event in events.unwrap_or_default() {
                let event = said(*conversation, &event);
                self.record.happened(Happened::Holds { event });
            }
        }
    }
}
