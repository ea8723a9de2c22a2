//! Judges a history: reads its lines in order and says what was lost, doubled, out of order, given to strangers or to former guests,
//! made up, shown too late or not on the record, and how long nobody was answered after a leader was killed. Knows the lines and nothing
//! of the run that wrote them.

use crate::HistoryError;
use crate::checker::{Checker, Findings, READERS_FROM, Sent};
use crate::guest::{Change, Guest};
use crate::history::{End, FORMAT, FORMAT_MIN, Line, Phase, What};
use crate::looks::Looks;
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
    /// Events that came to a guest from when it was no guest.
    pub revoked: u64,
    /// Looks that showed less than their sender was acknowledged, or had seen, before.
    pub stale: u64,
    /// Acknowledged messages without exactly one line on the audit record, and lines of what is no message.
    pub unaudited: u64,
    /// Changes of a guest that were acknowledged.
    pub changes: u64,
    /// Looks that were answered with a page.
    pub looks: u64,
    /// Lines of the audit record that were read.
    pub audited: u64,
    /// The audit record was read to its end.
    pub is_audited: bool,
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
        let wrong = self.vanished + self.phantoms + self.resets + self.revoked + self.stale + self.unaudited;
        self.findings.is_clean() && wrong == 0 && self.is_complete
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
            "revoked": self.revoked,
            "stale": self.stale,
            "unaudited": self.unaudited,
            "changes": self.changes,
            "looks": self.looks,
            "audited": self.audited,
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
    guest: Option<Guest>,
    looks: Looks,
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
            What::Run { format, .. } if !(FORMAT_MIN..=FORMAT).contains(&format) => {
                return Err(HistoryError::Format(format));
            }
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
            What::Socket {
                device, phase, since, ..
            } => self.on_socket(device, phase, since.unwrap_or(0)),
            What::Delivered {
                device,
                room,
                seq,
                revision,
                message,
                ..
            } => {
                self.verdict.delivered += 1;
                match self.rooms.get(&room).copied() {
                    Some(number) => self.on_delivered(device, number, [seq, revision], message),
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
            more => self.read_more(more),
        }
        Ok(())
    }

    /// The lines of guests, looks and the audit record.
    fn read_more(&mut self, what: What) {
        let found = &mut self.verdict.findings;
        match what {
            What::Guest { room, device } => self.guest = Some(Guest::new(room, device)),
            What::Change { change, is_member, .. } => {
                if let Some(guest) = &mut self.guest {
                    guest.on_asked(change, is_member);
                }
            }
            What::Changed {
                change,
                room,
                is_member,
                seq: Some(seq),
                revision: Some(revision),
                ..
            } => {
                self.verdict.changes += 1;
                self.checker.acknowledged_other(room, seq);
                let change = Change {
                    number: change,
                    is_member,
                    seq,
                    revision,
                };
                if let Some(guest) = &mut self.guest {
                    self.verdict.phantoms += u64::from(!guest.on_other(seq));
                    guest.on_changed(change, found);
                }
            }
            What::Look { sender, look, .. } => self.looks.on_look(sender, look),
            What::Saw {
                sender,
                look,
                last_seq,
                message,
                ..
            } => {
                let seen = last_seq.map(|last_seq| (last_seq, message));
                self.looks.on_saw(sender, look, seen, found);
            }
            What::Audited { room, seq, .. } => {
                self.verdict.audited += 1;
                if !self.checker.audited(room, seq) {
                    self.verdict.unaudited += 1;
                    found.example(|| {
                        format!("the audit record has a line of event {seq} of conversation {room}, where nothing is")
                    });
                }
            }
            What::AuditRead { lines } => {
                self.verdict.is_audited = true;
                // Lines that the history lacks: whoever wrote it counted them.
                self.verdict.unaudited += lines.abs_diff(self.verdict.audited);
            }
            _ => {}
        }
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
        self.looks.on_acknowledged(sender, counter, seq);
        let answered: Vec<u64> = self
            .killed_us
            .extract_if(.., |killed_us| begun_us.is_some_and(|begun_us| begun_us > *killed_us))
            .collect();
        let waited = answered.into_iter().map(|killed_us| milliseconds(killed_us, t_us));
        self.verdict.unavailable_ms.extend(waited);
    }

    fn on_socket(&mut self, device: u32, phase: Phase, held: u64) {
        self.verdict.sockets += u64::from(phase == Phase::Live);
        self.verdict.resets += u64::from(phase == Phase::Reset);
        let guest = self.guest.as_mut().filter(|guest| guest.device == device);
        match (guest, phase) {
            (Some(guest), Phase::Live) => guest.on_live(held),
            (Some(guest), Phase::Gone) => guest.on_gone(held),
            _ => {}
        }
    }

    fn on_delivered(&mut self, device: u32, room: u32, [seq, revision]: [u64; 2], message: Option<[u32; 2]>) {
        let found = &mut self.verdict.findings;
        if let Some(guest) = self.guest.as_mut().filter(|guest| guest.room == room) {
            guest.on_revision(seq, revision, found);
            if guest.device == device {
                guest.on_delivered(seq, revision, found);
            }
        }
        self.on_event(device, room, seq, message);
    }

    fn on_event(&mut self, device: u32, room: u32, seq: u64, message: Option<[u32; 2]>) {
        let sent = message.map(|[lane, counter]| Sent { lane, counter });
        let guest = self.guest.as_mut().filter(|guest| guest.room == room);
        let is_of_guest = guest.as_ref().is_some_and(|guest| guest.device == device);
        if let Some(Sent { lane, counter }) = sent {
            let asked = self.asked.get(lane as usize).copied().unwrap_or(0);
            let is_here = self.room_of_sender.get(lane as usize) == Some(&room);
            self.verdict.phantoms += u64::from(counter >= asked || !is_here);
        } else {
            // Nothing but messages happens in these rooms, and what was asked for in that of the guest.
            let is_asked_for = guest.is_some_and(|guest| guest.on_other(seq));
            self.verdict.phantoms += u64::from(!is_asked_for);
        }
        match is_of_guest {
            true => self.checker.told(room, seq, sent),
            false => self.checker.received(device, room, seq, sent),
        }
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
        let mut found = self.checker.findings();
        found.add(std::mem::take(&mut self.verdict.findings));
        if self.verdict.is_complete {
            self.verdict.vanished = self.unseen.len() as u64;
        }
        if let Some(guest) = &mut self.guest {
            let last_seq = self.checker.acknowledged_seq(guest.room).unwrap_or(0);
            self.verdict.revoked = guest.close(last_seq, &mut found);
        }
        if self.verdict.is_audited {
            self.verdict.unaudited += self.checker.unaudited(&mut found);
        }
        self.verdict.looks = self.looks.answered;
        self.verdict.stale = self.looks.stale;
        self.verdict.findings = found;
        self.verdict.unavailable_ms.sort_by(f64::total_cmp);
        self.verdict.healing_ms.sort_by(f64::total_cmp);
        self.verdict
    }
}

fn milliseconds(from_us: u64, to_us: u64) -> f64 {
    to_us.saturating_sub(from_us) as f64 / 1e3
}

#[cfg(test)]
mod promises;
#[cfg(test)]
mod tests;
