//! The guest of a room: somebody who is let in and taken out again and again must get every event of each stay and none of the time
//! between. Knows changes, deliveries and sockets of one device; refuses to know what anybody else gets.

use crate::checker::Findings;
use std::collections::{HashMap, HashSet};

/// A change that was acknowledged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Change {
    /// Counted from 0.
    pub(crate) number: u32,
    pub(crate) is_member: bool,
    pub(crate) seq: u64,
    pub(crate) revision: u64,
}

/// A break in what the device was told: it held everything up to `from`, and everything from `to` on was told live again.
#[derive(Debug, Clone, Copy)]
struct Away {
    from: u64,
    to: u64,
    /// How many changes had been asked for when it was back. Of a stay that was over by then the node need not tell.
    asked: u32,
}

/// From being let in to being taken out; the events of both belong to it.
#[derive(Debug, Clone, Copy)]
struct Stay {
    from: Change,
    to: Option<Change>,
}

/// What is known of the guest.
#[derive(Debug)]
pub(crate) struct Guest {
    pub(crate) room: u32,
    pub(crate) device: u32,
    changes: Vec<Change>,
    /// How many changes were asked for, and whether the youngest was to let in.
    asked: u32,
    asks_to_let_in: bool,
    /// Places of the room at which no message stands.
    others: HashSet<u64>,
    /// By place, as the first account says.
    revisions: HashMap<u64, u64>,
    /// Place and revision of what came to the device, ascending by place.
    got: Vec<(u64, u64)>,
    breaks: Vec<Away>,
    /// What the device held when its socket went; None while it is live.
    away_since: Option<u64>,
}

impl Guest {
    pub(crate) fn new(room: u32, device: u32) -> Self {
        Self {
            room,
            device,
            changes: Vec::new(),
            asked: 0,
            asks_to_let_in: false,
            others: HashSet::new(),
            revisions: HashMap::new(),
            got: Vec::new(),
            breaks: Vec::new(),
            away_since: Some(0),
        }
    }

    /// A change is asked for, maybe again.
    pub(crate) fn on_asked(&mut self, number: u32, is_member: bool) {
        if number >= self.asked {
            self.asked = number + 1;
            self.asks_to_let_in = is_member;
        }
    }

    /// A change was acknowledged.
    pub(crate) fn on_changed(&mut self, change: Change, found: &mut Findings) {
        self.on_revision(change.seq, change.revision, found);
        let follows = self.changes.last().map_or(change.is_member, |last| {
            last.is_member != change.is_member && last.revision < change.revision && last.seq < change.seq
        });
        if self.changes.last() == Some(&change) {
            return;
        }
        if !follows {
            found.misordered += 1;
            found.example(|| {
                let Change { number, revision, .. } = change;
                format!("change {number} of the guest at revision {revision} does not follow the one before")
            });
        }
        self.changes.push(change);
    }

    /// The device's socket went; it holds everything up to that revision.
    pub(crate) fn on_gone(&mut self, held: u64) {
        self.away_since.get_or_insert(held);
    }

    /// The device's socket is caught up to that revision.
    pub(crate) fn on_live(&mut self, held: u64) {
        if let Some(from) = self.away_since.take() {
            let asked = self.asked;
            self.breaks.push(Away { from, to: held, asked });
        }
    }

    /// Somebody says which revision a place of the room has.
    pub(crate) fn on_revision(&mut self, seq: u64, revision: u64, found: &mut Findings) {
        let known = *self.revisions.entry(seq).or_insert(revision);
        if known != revision {
            found.misordered += 1;
            found.example(|| format!("event {seq} of the guest's room has the revisions {known} and {revision}"));
        }
    }

    /// No message stands at that place of the room; false if more such events are there than changes were asked for.
    pub(crate) fn on_other(&mut self, seq: u64) -> bool {
        !self.others.insert(seq) || self.others.len() <= self.asked as usize
    }

    /// An event came to the device.
    pub(crate) fn on_delivered(&mut self, seq: u64, revision: u64, found: &mut Findings) {
        if self.got.last().is_some_and(|(last, _)| seq <= *last) {
            let device = self.device;
            found.doubled += 1;
            found.example(|| format!("device {device} got event {seq} of the room that it is a guest of again"));
            return;
        }
        self.got.push((seq, revision));
    }

    /// Judges everything that was told: how many events came from outside of every stay; what was lost goes into the findings. Up
    /// to `last_seq` something was acknowledged in the room.
    pub(crate) fn close(&mut self, last_seq: u64, found: &mut Findings) -> u64 {
        if let Some(from) = self.away_since.take() {
            let (to, asked) = (u64::MAX, self.asked);
            self.breaks.push(Away { from, to, asked });
        }
        let stays = self.stays();
        for stay in &stays {
            self.judge_stay(stay, last_seq, found);
        }
        self.revoked(&stays, found)
    }

    /// The youngest change was never answered: nobody knows whether it was done.
    fn is_unanswered(&self) -> bool {
        self.asked > self.changes.last().map_or(0, |last| last.number + 1)
    }

    fn stays(&self) -> Vec<Stay> {
        let mut stays: Vec<Stay> = Vec::new();
        for change in &self.changes {
            match (change.is_member, stays.last_mut()) {
                (true, _) => stays.push(Stay {
                    from: *change,
                    to: None,
                }),
                (false, Some(stay)) => stay.to = stay.to.or(Some(*change)),
                (false, None) => {}
            }
        }
        stays
    }

    fn judge_stay(&self, stay: &Stay, last_seq: u64, found: &mut Findings) {
        let last_seq = match stay.to {
            Some(to) => to.seq,
            // It may be over: only a hole is a loss.
            None if self.is_unanswered() => self.got.last().map_or(0, |(seq, _)| *seq),
            None => last_seq,
        };
        let has = |seq: &u64| self.got.binary_search_by_key(seq, |(seq, _)| *seq).is_ok();
        let lacks = |seq: &u64| !has(seq) && !self.is_pardoned(stay, *seq);
        let mut lacking = (stay.from.seq..=last_seq).filter(lacks);
        if let Some(first) = lacking.next() {
            let (device, count) = (self.device, 1 + lacking.count() as u64);
            found.on_lost(device, count);
            found.example(|| {
                format!(
                    "device {device} never got event {first} of its stay from {} to {last_seq}, and {count} in all",
                    stay.from.seq
                )
            });
        }
    }

    /// It happened while the device was away, and when the device was back somebody had asked already for the end of that stay.
    fn is_pardoned(&self, stay: &Stay, seq: u64) -> bool {
        let (Some(to), Some(revision)) = (stay.to, self.revisions.get(&seq)) else {
            return false;
        };
        let last = self.breaks.partition_point(|away| away.from < *revision);
        // Breaks do not overlap: the youngest that began below it is the only one that can hold it.
        let away = last.checked_sub(1).and_then(|last| self.breaks.get(last));
        away.is_some_and(|away| *revision <= away.to && to.number < away.asked)
    }

    fn revoked(&self, stays: &[Stay], found: &mut Findings) -> u64 {
        let may_be_in = self.is_unanswered() && self.asks_to_let_in;
        let mut count = 0;
        for (seq, revision) in &self.got {
            let begun = stays.partition_point(|stay| stay.from.revision <= *revision);
            let stay = begun.checked_sub(1).and_then(|last| stays.get(last));
            let is_in = stay.is_some_and(|stay| stay.to.is_none_or(|to| *revision <= to.revision));
            if is_in || (begun == stays.len() && may_be_in) {
                continue;
            }
            count += 1;
            let device = self.device;
            found.example(|| {
                format!("device {device} got event {seq} at revision {revision}, when it was no guest any more")
            });
        }
        count
    }
}
