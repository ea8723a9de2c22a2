//! Judges a history: reads its lines in order and says what was lost, doubled, out of order, given to strangers or made up, and
//! how long nobody was answered after a leader was killed. Knows the lines and nothing of the run that wrote them.

use crate::HistoryError;
use crate::checker::{Checker, Findings, READERS_FROM, Sent};
use crate::history::{End, FORMAT, Line, Phase, What};
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashMap, HashSet};

/// The class whose struck faults are killed leaders.
pub const LEADER_KILLED: &str = "kill-leader";

/// What a history shows.
#[derive(Debug, Default)]
pub struct Verdict {
    /// By the rules of the checker.
    pub findings: Findings,
    /// Acknowledged messages that stand on no page of any node at the end, of a history that came to its end.
    pub vanished: u64,
    /// Messages that stand though nobody asked for them.
    pub phantoms: u64,
    /// Sockets that could not be resumed.
    pub resets: u64,
    /// Messages that were acknowledged.
    pub acknowledged: u64,
    /// Attempts after the first of a message.
    pub retried: u64,
    /// Attempts of which nobody knows what came of them.
    pub unknown: u64,
    /// Attempts by how they ended: the node's code, or how the client saw it.
    pub refused: BTreeMap<String, u64>,
    /// Events that came to devices.
    pub delivered: u64,
    /// Sockets that got as far as caught up.
    pub sockets: u64,
    /// Healed faults by class.
    pub episodes: BTreeMap<String, u64>,
    /// After each killed leader, until the first acknowledgement of what was asked for since. Milliseconds, sorted.
    pub unavailable_ms: Vec<f64>,
    /// From the end of each fault until everything was well. Milliseconds, sorted.
    pub healing_ms: Vec<f64>,
    /// The last line was there.
    pub is_complete: bool,
}

impl Verdict {
    /// Nothing is wrong.
    pub fn is_clean(&self) -> bool {
        self.findings.is_clean() && self.vanished + self.phantoms + self.resets == 0 && self.is_complete
    }

    /// As figures.
    pub fn as_json(&self) -> Value {
        json!({
            "acknowledged": self.acknowledged,
            "retried": self.retried,
            "unknown_outcomes": self.unknown,
            "not_acknowledged": self.refused,
            "delivered": self.delivered,
            "sockets": self.sockets,
            "vanished": self.vanished,
            "phantoms": self.phantoms,
            "resets": self.resets,
            "episodes": self.episodes,
            "unavailable_after_leader_kill_p50_ms": share(&self.unavailable_ms, 0.5),
            "unavailable_after_leader_kill_p99_ms": share(&self.unavailable_ms, 0.99),
            "healing_p50_ms": share(&self.healing_ms, 0.5),
            "healing_max_ms": share(&self.healing_ms, 1.0),
            "is_complete": self.is_complete,
        })
    }
}

/// The value that this share of the sorted ones does not exceed; None of nothing.
pub fn share(sorted: &[f64], share: f64) -> Option<f64> {
    let last = sorted.len().checked_sub(1)?;
    sorted.get((last as f64 * share).ceil() as usize).copied()
}

/// Reads lines; at the end it knows.
#[derive(Default)]
pub struct Judge {
    verdict: Verdict,
    checker: Checker,
    rooms: HashMap<String, u32>,
    room_of_sender: Vec<u32>,
    /// Of each sender: how many messages it ever asked for.
    asked: Vec<u32>,
    /// Acknowledged, and not seen on a page yet.
    unseen: HashSet<[u32; 2]>,
    /// When each attempt that has no answer yet began.
    under_way: HashMap<[u32; 3], u64>,
    /// When leaders were killed after which nothing was acknowledged yet.
    killed_us: Vec<u64>,
    healing_us: Option<u64>,
}

/// Judges a whole history.
pub fn judge(lines: impl Iterator<Item = Result<Line, HistoryError>>) -> Result<Verdict, HistoryError> {
    let mut judge = Judge::default();
    for line in lines {
        judge.read(line?)?;
    }
    Ok(judge.close())
}

impl Judge {
    /// The next line.
    pub fn read(&mut self, line: Line) -> Result<(), HistoryError> {
        let t_us = line.t_us;
        match line.what {
            What::Run { format, .. } if format != FORMAT => return Err(HistoryError::Format(format)),
            What::Run {
                nodes, senders, rooms, ..
            } => {
                for room in rooms {
                    let readers = (0..nodes).map(|node| READERS_FROM + node);
                    let watching = room.devices.into_iter().chain(readers).collect();
                    let number = self.checker.watch(room.first_seq, watching);
                    self.rooms.insert(room.id, number);
                }
                self.asked = vec![0; senders.len()];
                self.room_of_sender = senders;
            }
            What::Attempt {
                sender,
                counter,
                attempt,
                ..
            } => self.on_attempt(t_us, [sender, counter, attempt]),
            What::Answer {
                sender,
                counter,
                attempt,
                end,
                seq,
                code,
                ..
            } => self.on_answer(t_us, [sender, counter, attempt], end, seq, code),
            What::Socket { phase, .. } => {
                self.verdict.sockets += u64::from(phase == Phase::Live);
                self.verdict.resets += u64::from(phase == Phase::Reset);
            }
            What::Delivered {
                device,
                room,
                seq,
                message,
                ..
            } => {
                self.verdict.delivered += 1;
                match self.rooms.get(&room).copied() {
                    Some(number) => self.on_event(device, number, seq, message),
                    None => self
                        .checker
                        .stranger(device, "a conversation that the run does not know"),
                }
            }
            What::Page {
                node,
                room,
                seq,
                message,
            } => {
                if let Some(message) = message {
                    self.unseen.remove(&message);
                }
                self.on_event(READERS_FROM + node, room, seq, message);
            }
            What::Fault { class, phase, .. } => self.on_fault(t_us, class, phase),
            What::End => self.verdict.is_complete = true,
        }
        Ok(())
    }

    fn on_attempt(&mut self, t_us: u64, attempt: [u32; 3]) {
        let [sender, counter, which] = attempt;
        self.verdict.retried += u64::from(which > 0);
        if let Some(asked) = self.asked.get_mut(sender as usize) {
            *asked = (*asked).max(counter + 1);
        }
        self.under_way.insert(attempt, t_us);
    }

    fn on_answer(&mut self, t_us: u64, attempt: [u32; 3], end: End, seq: Option<u64>, code: Option<String>) {
        let begun_us = self.under_way.remove(&attempt);
        self.verdict.unknown += u64::from(end == End::Unknown);
        let [sender, counter, _] = attempt;
        let room = self.room_of_sender.get(sender as usize).copied();
        let (End::Acknowledged, Some(seq), Some(room)) = (end, seq, room) else {
            let name = code.unwrap_or_else(|| format!("{end:?}").to_lowercase());
            *self.verdict.refused.entry(name).or_default() += 1;
            return;
        };
        self.verdict.acknowledged += 1;
        self.unseen.insert([sender, counter]);
        self.checker.acknowledged(room, Sent { lane: sender, counter }, seq);
        let answered: Vec<u64> = self
            .killed_us
            .extract_if(.., |killed_us| begun_us.is_some_and(|begun_us| begun_us > *killed_us))
            .collect();
        let waited = answered.into_iter().map(|killed_us| milliseconds(killed_us, t_us));
        self.verdict.unavailable_ms.extend(waited);
    }

    fn on_event(&mut self, device: u32, room: u32, seq: u64, message: Option<[u32; 2]>) {
        let sent = message.map(|[lane, counter]| Sent { lane, counter });
        if let Some(Sent { lane, counter }) = sent {
            let asked = self.asked.get(lane as usize).copied().unwrap_or(0);
            let is_here = self.room_of_sender.get(lane as usize) == Some(&room);
            self.verdict.phantoms += u64::from(counter >= asked || !is_here);
        } else {
            // Nothing but messages happens in these rooms.
            self.verdict.phantoms += 1;
        }
        self.checker.received(device, room, seq, sent);
    }

    fn on_fault(&mut self, t_us: u64, class: String, phase: Phase) {
        match phase {
            Phase::Struck if class == LEADER_KILLED => self.killed_us.push(t_us),
            Phase::Healing => self.healing_us = Some(t_us),
            Phase::Healed => {
                *self.verdict.episodes.entry(class).or_default() += 1;
                let since = self.healing_us.take();
                let took = since.map(|since| milliseconds(since, t_us));
                self.verdict.healing_ms.extend(took);
            }
            _ => {}
        }
    }

    /// No line is to come.
    pub fn close(mut self) -> Verdict {
        self.verdict.findings = self.checker.findings();
        if self.verdict.is_complete {
            self.verdict.vanished = self.unseen.len() as u64;
        }
        self.verdict.unavailable_ms.sort_by(f64::total_cmp);
        self.verdict.healing_ms.sort_by(f64::total_cmp);
        self.verdict
    }
}

fn milliseconds(from_us: u64, to_us: u64) -> f64 {
    to_us.saturating_sub(from_us) as f64 / 1e3
}

#[cfg(test)]
mod tests;
