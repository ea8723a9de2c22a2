//! What goes wrong, and when: drawn from the seed, one thing after the other and many at once.
//!
//! Stands above machines, disks and network, which it breaks; it never looks at what the nodes say to each other.

use crate::dice::Dice;
use crate::machines::{Ending, Machines};
use crate::network::{Quality, Way};
use crate::operator;
use crate::rot;
use corridor_cluster::Steer;
use corridor_cluster::simulation;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::time::Instant;

/// Every class, and how often it is drawn. Each must come about in a whole set of runs.
pub const CLASSES: [(&str, u64); 28] = [
    ("leader killed", 8),
    ("follower killed", 6),
    ("two killed", 4),
    ("all killed", 3),
    ("power cut of one", 8),
    ("power cut of the leader", 5),
    ("power cut of all", 6),
    ("leader paused", 6),
    ("follower paused", 4),
    ("node cut off", 6),
    ("leader cut off", 8),
    ("one direction cut", 6),
    ("bridge", 4),
    ("flapping", 3),
    ("slow links", 4),
    ("lossy links", 5),
    ("narrow links", 3),
    ("lines broken", 5),
    ("clock jumped", 6),
    ("disk full", 4),
    ("disk slow", 4),
    ("disk stalled", 4),
    ("sync failed", 5),
    ("disk lost", 5),
    ("log rotted", 4),
    ("state rotted", 4),
    ("leader moved", 4),
    ("clients cut off", 3),
];

/// What breaks things.
#[derive(Clone)]
pub struct Faults {
    machines: Machines,
    dice: Dice,
    /// A lost or rotten disk is being replaced: a second one would be more than was promised.
    replacing: Arc<AtomicBool>,
    /// The longest pause between two faults.
    gap_ms: u64,
}

impl Faults {
    pub fn new(machines: Machines, dice: Dice) -> Self {
        let gap_ms = [1_200, 2_500, 5_000][dice.between(0, 3) as usize];
        Self {
            machines,
            dice,
            replacing: Arc::default(),
            gap_ms,
        }
    }

    /// Whether a disk is being replaced.
    pub fn is_replacing(&self) -> bool {
        self.replacing.load(Ordering::SeqCst)
    }

    /// Breaks things until then.
    pub async fn run(&self, until: Instant) {
        while Instant::now() < until {
            tokio::time::sleep(self.dice.skewed_ms(50, self.gap_ms)).await;
            let total = CLASSES.iter().map(|(_, weight)| weight).sum();
            let mut draw = self.dice.between(0, total);
            for (class, weight) in CLASSES {
                if draw < weight {
                    if self.break_something(class).is_some() {
                        self.machines.record().count(class);
                        self.machines.record().trace(format_args!("fault: {class}"));
                    }
                    break;
                }
                draw -= weight;
            }
        }
    }

    /// Everything is mended, and whoever is down is started.
    pub fn heal(&self) {
        self.machines.network().heal();
        for place in 0..self.machines.count() {
            self.machines.disk(place).heal();
            self.machines.resume(place);
            self.machines.start(place, false);
        }
    }

    fn any_place(&self) -> usize {
        self.dice.between(0, self.machines.count() as u64) as usize
    }

    fn follower(&self) -> Option<usize> {
        let leader = self.machines.leader();
        let others: Vec<usize> = (0..self.machines.count())
            .filter(|place| Some(*place) != leader && self.machines.is_up(*place))
            .collect();
        self.dice.one(&others).copied()
    }

    fn some(&self, count: usize) -> Vec<usize> {
        let all = self.dice.shuffled((0..self.machines.count()).collect());
        all.into_iter().take(count).collect()
    }

    /// None: there was nothing to break.
    fn break_something(&self, class: &str) -> Option<()> {
        match class {
            "leader killed" => self.end(&[self.machines.leader()?], Ending::Killed),
            "follower killed" => self.end(&[self.follower()?], Ending::Killed),
            "two killed" => self.end(&self.some(2), Ending::Killed),
            "all killed" => self.end(&self.some(usize::MAX), Ending::Killed),
            "power cut of one" => self.end(&self.some(1), Ending::PowerCut),
            "power cut of the leader" => self.end(&[self.machines.leader()?], Ending::PowerCut),
            "power cut of all" => self.end(&self.some(usize::MAX), Ending::PowerCut),
            "leader paused" => self.pause(self.machines.leader()?),
            "follower paused" => self.pause(self.follower()?),
            "disk full" | "disk slow" | "disk stalled" | "sync failed" => self.break_disk(class),
            "clock jumped" => {
                let by = self.dice.skewed(1, 3_600_000) as i64;
                let sign = if self.dice.in_thousand(500) { 1 } else { -1 };
                self.machines.clock(self.any_place()).jump_ms(sign * by);
                Some(())
            }
            "disk lost" => self.lose_disk(),
            "log rotted" | "state rotted" => self.rot(class == "log rotted"),
            "leader moved" => self.move_leader(),
            class => self.break_network(class),
        }
    }

    fn end(&self, places: &[usize], how: Ending) -> Option<()> {
        let up: Vec<usize> = places
            .iter()
            .copied()
            .filter(|place| self.machines.is_up(*place))
            .collect();
        for &place in &up {
            self.machines.end(place, how);
            self.restart(place);
        }
        (!up.is_empty()).then_some(())
    }

    /// A process has ended itself: it is started again after a while.
    pub fn fell(&self, place: usize, life: u64) {
        self.machines.fell(place, life);
        self.restart(place);
    }

    fn restart(&self, place: usize) {
        let (faults, after) = (self.clone(), self.dice.skewed_ms(20, 5_000));
        simulation::spawn_outside(async move {
            tokio::time::sleep(after).await;
            faults.machines.start(place, false);
        });
    }

    fn pause(&self, place: usize) -> Option<()> {
        self.machines.pause(place);
        let machines = self.machines.clone();
        let length = self.dice.skewed_ms(200, 12_000);
        simulation::spawn_outside(async move {
            tokio::time::sleep(length).await;
            machines.resume(place);
        });
        Some(())
    }

    fn break_disk(&self, class: &str) -> Option<()> {
        let disk = self.machines.disk(self.any_place());
        match class {
            "disk full" => disk.set_full(true),
            "disk slow" => disk.slow_down(self.dice.between(5, 60), self.dice.between(61, 900)),
            "disk stalled" => disk.stall(self.dice.skewed_ms(500, 8_000)),
            _ => disk.fail_next_sync(),
        }
        let length = self.dice.skewed_ms(500, 6_000);
        simulation::spawn_outside(async move {
            tokio::time::sleep(length).await;
            disk.heal();
        });
        Some(())
    }

    fn lose_disk(&self) -> Option<()> {
        let place = self.any_place();
        self.machines.id(place)?;
        if self.replacing.swap(true, Ordering::SeqCst) {
            return None;
        }
        let (machines, replacing) = (self.machines.clone(), Arc::clone(&self.replacing));
        let repair = self.dice.skewed_ms(50, 3_000);
        simulation::spawn_outside(async move {
            operator::replace_disk(&machines, place, repair).await;
            machines.record().count("lost disk replaced");
            replacing.store(false, Ordering::SeqCst);
        });
        Some(())
    }

    /// The operator waits for what the node says of its disk.
    fn rot(&self, in_log: bool) -> Option<()> {
        let place = self.any_place();
        self.machines.id(place)?;
        if self.is_replacing() {
            return None;
        }
        rot::begin(&self.machines, place, in_log, &self.dice)?;
        self.replacing.store(true, Ordering::SeqCst);
        let (machines, replacing) = (self.machines.clone(), Arc::clone(&self.replacing));
        let repair = self.dice.skewed_ms(50, 3_000);
        simulation::spawn_outside(async move {
            if rot::is_noticed(&machines, place).await {
                operator::replace_disk(&machines, place, repair).await;
                machines.record().count("rotten disk replaced");
            } else {
                machines.record().count("what had rotted was written over");
            }
            replacing.store(false, Ordering::SeqCst);
        });
        Some(())
    }

    fn move_leader(&self) -> Option<()> {
        let leader = self.machines.node(self.machines.leader()?)?;
        let to = self.machines.node(self.follower()?)?.id;
        let process = leader.process.clone();
        process.spawn(async move {
            // It may be refused: then nothing has moved.
            let _ = leader.group.steer(&Steer::Yield(to)).await;
        });
        Some(())
    }

    fn ids(&self) -> Vec<u64> {
        (0..self.machines.count())
            .filter_map(|place| self.machines.id(place))
            .collect()
    }

    fn break_network(&self, class: &str) -> Option<()> {
        let network = self.machines.network().clone();
        let ids = self.ids();
        let all: Vec<Way> = pairs(&ids);
        let one = match class {
            "leader cut off" => self.machines.id(self.machines.leader()?)?,
            _ => *self.dice.one(&ids)?,
        };
        let of_one: Vec<Way> = all
            .iter()
            .copied()
            .filter(|(from, to)| *from == one || *to == one)
            .collect();
        let length = self.dice.skewed_ms(300, 12_000);
        match class {
            "clients cut off" => {
                network.set_reachable_for_clients(one, false);
                simulation::spawn_outside(async move {
                    tokio::time::sleep(length).await;
                    network.set_reachable_for_clients(one, true);
                });
            }
            "node cut off" | "leader cut off" => self.cut(of_one, length),
            "one direction cut" => {
                let outward = self.dice.in_thousand(500);
                let ways = of_one.into_iter().filter(|(from, _)| (*from == one) == outward);
                self.cut(ways.collect(), length);
            }
            // Everybody hears the one in the middle, and nobody anybody else.
            "bridge" => self.cut(all.into_iter().filter(|way| !of_one.contains(way)).collect(), length),
            "flapping" => {
                let faults = self.clone();
                simulation::spawn_outside(async move {
                    for _ in 0..faults.dice.between(3, 12) {
                        let cut = faults.dice.skewed_ms(50, 900);
                        faults.cut(of_one.clone(), cut);
                        tokio::time::sleep(cut + faults.dice.skewed_ms(50, 900)).await;
                    }
                });
            }
            "lines broken" => {
                let some = self.dice.shuffled(all);
                some.into_iter().take(3).for_each(|way| network.break_between(way));
            }
            _ => self.worsen(class, &all, length),
        }
        Some(())
    }

    fn worsen(&self, class: &str, all: &[Way], length: Duration) {
        let network = self.machines.network().clone();
        let quality = match class {
            "slow links" => Quality {
                delay_us: self.dice.skewed(1_000, 150_000),
                jitter_us: self.dice.skewed(1_000, 200_000),
                ..Quality::default()
            },
            "narrow links" => Quality {
                bytes_per_ms: 8,
                ..Quality::default()
            },
            _ => Quality {
                lost_in_thousand: self.dice.between(10, 300),
                breaks_in_thousand: self.dice.between(1, 30),
                ..Quality::default()
            },
        };
        let ways: Vec<Way> = all.iter().copied().filter(|_| self.dice.in_thousand(600)).collect();
        for way in &ways {
            network.set_quality(*way, quality);
        }
        simulation::spawn_outside(async move {
            tokio::time::sleep(length).await;
            for way in ways {
                network.set_quality(way, Quality::default());
            }
        });
    }

    fn cut(&self, ways: Vec<Way>, length: Duration) {
        let network = self.machines.network().clone();
        network.block(ways.clone());
        simulation::spawn_outside(async move {
            tokio::time::sleep(length).await;
            network.open(ways);
        });
    }
}

fn pairs(ids: &[u64]) -> Vec<Way> {
    let others = |from: &u64| {
        let from = *from;
        ids.iter().filter(move |to| **to != from).map(move |to| (from, *to))
    };
    ids.iter().flat_map(others).collect()
}
