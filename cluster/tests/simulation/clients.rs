//! The clients: each asks for one thing after the other, and asks again, elsewhere, until it knows what became of it.
//!
//! Stands outside of the cluster. It writes down what it asked and what it was told, and remembers no more than a real one would.

use crate::ask::{Door, Outcome};
use crate::clinic::folk;
use crate::dice::Dice;
use crate::history::{Happened, Wish};
use crate::witness::{CONFLICT, command_name, told};
use crate::workload::{Asked, Workload};
use corridor_domain::command::{Command, Envelope};
use corridor_domain::ids::ConversationId;
use corridor_domain::outcome::Answer;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;

/// Between two looks of whoever only looks.
const WATCH_PAUSE: Duration = Duration::from_millis(100);

/// How far a run has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    /// Everybody works, things break.
    Safety,
    /// Nothing breaks any more; what was begun is ended.
    Healing,
    /// Everybody says one last thing.
    Last,
}

/// Where a run is, for whoever works in it. Clones are the same run's.
#[derive(Clone)]
pub struct Phases {
    now: Arc<Mutex<Phase>>,
    next: Arc<Notify>,
}

impl Phases {
    /// The first one.
    pub fn new() -> Self {
        Self {
            now: Arc::new(Mutex::new(Phase::Safety)),
            next: Arc::default(),
        }
    }

    pub fn now(&self) -> Phase {
        *self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn enter(&self, phase: Phase) {
        *self.now.lock().unwrap_or_else(PoisonError::into_inner) = phase;
        self.next.notify_waiters();
    }

    async fn reached(&self, phase: Phase) {
        while self.now() < phase {
            self.next.notified().await;
        }
    }
}

/// An answer that somebody has, whole.
pub type Answers = Arc<Mutex<Vec<(Envelope, Answer)>>>;

/// One client.
pub struct Client {
    pub number: u64,
    door: Door,
    dice: Dice,
    workload: Workload,
    answers: Answers,
    /// The machine that answered last.
    place: usize,
    looks: u64,
    think_ms: u64,
}

impl Client {
    pub fn new(number: u64, door: Door, seed: u64, answers: Answers, think_ms: u64) -> Self {
        let place = number as usize % door.machines().count();
        Self {
            number,
            door,
            dice: Dice::of(seed, &format!("client {number}")),
            workload: Workload::new(number as usize, Dice::of(seed, &format!("workload {number}"))),
            answers,
            place,
            looks: 0,
            think_ms,
        }
    }

    /// Works until the phase is over, and then says one last thing. Returns when that was answered.
    pub async fn run(mut self, phases: Phases) {
        let mut done: Option<(Envelope, Wish)> = None;
        while phases.now() == Phase::Safety {
            let pause = self.dice.skewed_ms(5, 3 * self.think_ms);
            tokio::time::sleep(pause).await;
            match self.workload.next() {
                Asked::Look(conversation) => self.look(conversation).await,
                Asked::Command(envelope, wish) => {
                    self.insist(&envelope, &wish).await;
                    // Now and then an old command comes again, as from a phone that was out of reach.
                    if self.dice.in_thousand(60)
                        && let Some((envelope, wish)) = &done
                    {
                        self.door.machines().record().count("old command asked again");
                        self.insist(envelope, wish).await;
                        self.conflict(envelope, wish).await;
                    }
                    if done.is_none() || self.dice.in_thousand(300) {
                        done = Some((*envelope, wish)).filter(|(_, wish)| wish.once);
                    }
                }
            }
        }
        phases.reached(Phase::Last).await;
        let (envelope, wish) = self.workload.last();
        self.insist(&envelope, &wish).await;
    }

    /// Only looks, at one machine after the other, whoever leads: a node that was left behind must not show what was.
    pub async fn watch(mut self, phases: Phases) {
        while phases.now() == Phase::Safety {
            tokio::time::sleep(WATCH_PAUSE).await;
            let next = (self.place + 1) % self.door.machines().count();
            let conversation = [folk::DIRECT, folk::PRIVATE][self.dice.between(0, 2) as usize];
            self.look(conversation).await;
            self.place = next;
        }
    }

    /// Asks until it knows.
    pub async fn insist(&mut self, envelope: &Envelope, wish: &Wish) -> Answer {
        loop {
            let patience = Duration::from_millis(self.dice.between(400, 3_000));
            match self.ask(envelope, wish, false, patience).await {
                Outcome::Told(answer) => return answer,
                Outcome::NotDone(_, leader) => self.go_on(leader),
                Outcome::Unsure => {
                    self.door.machines().record().count("outcome unknown, asked again");
                    self.go_on(None);
                }
            }
            let pause = self.dice.skewed_ms(20, 400);
            tokio::time::sleep(pause).await;
        }
    }

    /// Other words under the same name, once.
    async fn conflict(&mut self, envelope: &Envelope, wish: &Wish) {
        let other = Envelope {
            fingerprint: CONFLICT,
            ..envelope.clone()
        };
        self.door.machines().record().count("other words under an old name");
        // Whatever becomes of it.
        let _ = self.ask(&other, wish, true, Duration::from_secs(2)).await;
    }

    /// Another machine: the one that leads if that is known, else any.
    fn go_on(&mut self, leader: Option<u64>) {
        let machines = self.door.machines();
        let count = machines.count();
        let known = leader.and_then(|leader| (0..count).find(|place| machines.id(*place) == Some(leader)));
        self.place = known.unwrap_or_else(|| self.dice.between(0, count as u64) as usize);
    }

    async fn ask(&mut self, envelope: &Envelope, wish: &Wish, conflict: bool, patience: Duration) -> Outcome<Answer> {
        let record = self.door.machines().record().clone();
        record.happened(Happened::Asked {
            client: self.number,
            machine: self.place as u64,
            conflict,
            wish: wish.clone(),
        });
        let outcome = self.door.ask(self.place, envelope, patience).await;
        let (client, command) = (self.number, command_name(envelope));
        record.happened(match &outcome {
            Outcome::Told(answer) => Happened::Told {
                client,
                command,
                conflict,
                answer: told(answer),
            },
            Outcome::NotDone(why, _) => Happened::NotDone {
                client,
                command,
                conflict,
                why: why.clone(),
            },
            Outcome::Unsure => Happened::Unsure { client, command },
        });
        if let Outcome::Told(answer) = &outcome {
            if let (Command::Send { conversation, .. }, Answer::Done { place, side, .. }) = (&envelope.command, answer)
            {
                self.workload.has_said(*conversation, place.seq_for(*side));
            }
            let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
            answers.push((envelope.clone(), answer.clone()));
        }
        outcome
    }

    async fn look(&mut self, conversation: ConversationId) {
        self.looks += 1;
        let (client, look) = (self.number, self.looks);
        let record = self.door.machines().record().clone();
        record.happened(Happened::Looked {
            client,
            look,
            machine: self.place as u64,
            conversation: format!("{:x}", conversation.0),
        });
        let patience = Duration::from_millis(self.dice.between(400, 2_000));
        match self.door.look(self.place, conversation, patience).await {
            Outcome::Told((revision, events)) => record.happened(Happened::Saw {
                client,
                look,
                revision,
                events,
            }),
            Outcome::NotDone(_, leader) => self.go_on(leader),
            Outcome::Unsure => self.go_on(None),
        }
    }
}
