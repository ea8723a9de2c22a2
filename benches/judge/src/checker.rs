//! The checker: every acknowledged message came to each member's device exactly once, in one order, and to nobody else.
//!
//! Pure: it is told what was acknowledged and what arrived. Refuses to know sockets, time and JSON.

use std::collections::{HashMap, HashSet};

/// A message of the load, told apart from all others of a run: the how-manieth of which sender in which conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Sent {
    /// Sender and conversation.
    pub lane: u32,
    /// Counted from 0 in the lane.
    pub counter: u32,
}

/// Devices from this number on read pages instead of holding a socket: nobody waits for them.
pub const READERS_FROM: u32 = 1 << 31;

/// What stands at one place of a conversation, as far as it was told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Unknown,
    /// An event that is no message of the load.
    Other,
    Message(Sent),
}

/// What went wrong; all zero is right.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Findings {
    /// Acknowledged messages that stand nowhere, and events that a member's device never got.
    pub lost: u64,
    /// Those of them that the pages lack, not only a socket.
    pub lost_in_pages: u64,
    /// Messages that stand twice, and events that a device got again.
    pub doubled: u64,
    /// Messages of a sender that stand in another order than they were sent, and places at which two accounts differ.
    pub misordered: u64,
    /// Events that came to a device of somebody who is no member.
    pub strangers: u64,
    /// The first few, as sentences.
    pub examples: Vec<String>,
}

/// How many sentences are kept. Deliveries to strangers take half of them at most, so that they do not hide the others.
const EXAMPLES: usize = 10;

impl Findings {
    /// Nothing was found.
    pub fn is_clean(&self) -> bool {
        self.lost + self.doubled + self.misordered + self.strangers == 0
    }

    /// Takes over what another checker found.
    pub fn add(&mut self, other: Self) {
        self.lost += other.lost;
        self.lost_in_pages += other.lost_in_pages;
        self.doubled += other.doubled;
        self.misordered += other.misordered;
        self.strangers += other.strangers;
        let room = EXAMPLES.saturating_sub(self.examples.len());
        self.examples.extend(other.examples.into_iter().take(room));
    }

    pub(crate) fn on_lost(&mut self, device: u32, count: u64) {
        self.lost += count;
        self.lost_in_pages += if device >= READERS_FROM { count } else { 0 };
    }

    pub(crate) fn example(&mut self, sentence: impl FnOnce() -> String) {
        if self.examples.len() < EXAMPLES {
            self.examples.push(sentence());
        }
    }
}

#[derive(Debug)]
struct Book {
    /// The first event after the load began to watch.
    first_seq: u64,
    places: Vec<Place>,
    /// The devices that must get everything, sorted, each with the event it must get next.
    devices: Vec<(u32, u64)>,
    /// Up to and with this event something was acknowledged; below `first_seq` if nothing was.
    acknowledged_seq: u64,
    acknowledged: Vec<(Sent, u64)>,
    /// Of each place, how many lines the audit record has of it.
    audited: Vec<u8>,
}

impl Book {
    fn end(&self) -> u64 {
        self.first_seq + self.places.len() as u64
    }

    /// Notes what stands at a place; false if something else stands there already.
    fn note(&mut self, seq: u64, what: Place) -> bool {
        let Some(place) = seq.checked_sub(self.first_seq).and_then(|at| usize::try_from(at).ok()) else {
            return false;
        };
        if place >= self.places.len() {
            self.places.resize(place + 1, Place::Unknown);
        }
        let known = &mut self.places[place];
        if *known == Place::Unknown {
            *known = what;
        }
        *known == what
    }
}

/// The books of all conversations of a run.
#[derive(Debug, Default)]
pub struct Checker {
    books: Vec<Book>,
    /// Messages that were refused and asked for again: they may stand after later ones of their sender.
    repeated: HashSet<Sent>,
    /// What is certain at once.
    found: Findings,
}

impl Checker {
    /// Watches a conversation from that event on, at those devices of its members. The conversations are numbered from 0.
    pub fn watch(&mut self, first_seq: u64, mut devices: Vec<u32>) -> u32 {
        devices.sort_unstable();
        self.books.push(Book {
            first_seq,
            places: Vec::new(),
            devices: devices.into_iter().map(|device| (device, first_seq)).collect(),
            acknowledged_seq: first_seq.saturating_sub(1),
            acknowledged: Vec::new(),
            audited: Vec::new(),
        });
        u32::try_from(self.books.len() - 1).unwrap_or(u32::MAX)
    }

    /// The node acknowledged a message at that place.
    pub fn acknowledged(&mut self, conversation: u32, sent: Sent, seq: u64) {
        let Some(book) = self.books.get_mut(conversation as usize) else {
            return;
        };
        book.acknowledged_seq = book.acknowledged_seq.max(seq);
        book.acknowledged.push((sent, seq));
        self.note(conversation, seq, Place::Message(sent));
    }

    /// The node acknowledged something at that place that is no message.
    pub fn acknowledged_other(&mut self, conversation: u32, seq: u64) {
        if let Some(book) = self.books.get_mut(conversation as usize) {
            book.acknowledged_seq = book.acknowledged_seq.max(seq);
            self.note(conversation, seq, Place::Other);
        }
    }

    /// Somebody who need not get everything says what stands at a place.
    pub fn told(&mut self, conversation: u32, seq: u64, sent: Option<Sent>) {
        if (conversation as usize) < self.books.len() {
            self.note(conversation, seq, sent.map_or(Place::Other, Place::Message));
        }
    }

    /// The audit record has a line of a message at that place; false if the run has no such place.
    pub fn audited(&mut self, conversation: u32, seq: u64) -> bool {
        let book = self.books.get_mut(conversation as usize);
        let Some(book) = book.filter(|book| (book.first_seq..book.end()).contains(&seq)) else {
            return false;
        };
        book.audited.resize(book.places.len(), 0);
        if let Some(lines) = book.audited.get_mut((seq - book.first_seq) as usize) {
            *lines = lines.saturating_add(1);
        }
        true
    }

    /// The audit record was read: acknowledged messages without exactly one line, and lines of what is no message. With sentences.
    pub fn unaudited(&self, found: &mut Findings) -> u64 {
        let mut count = 0;
        for (conversation, book) in self.books.iter().enumerate() {
            let mut wrong = |seq: u64, lines: u8, wanted: &str| {
                count += 1;
                found.example(|| {
                    format!(
                        "event {seq} of conversation {conversation} has {lines} lines on the audit record, not {wanted}"
                    )
                });
            };
            let lines_at = |seq: u64| {
                let at = seq.checked_sub(book.first_seq).and_then(|at| usize::try_from(at).ok());
                at.and_then(|at| book.audited.get(at)).copied().unwrap_or(0)
            };
            for (_, seq) in &book.acknowledged {
                match lines_at(*seq) {
                    1 => {}
                    lines => wrong(*seq, lines, "one"),
                }
            }
            for (seq, place) in (book.first_seq..).zip(&book.places) {
                let lines = lines_at(seq);
                if lines > 0 && !matches!(place, Place::Message(_)) {
                    wrong(seq, lines, "none");
                }
            }
        }
        count
    }

    /// Up to and with this event of a conversation something was acknowledged.
    pub fn acknowledged_seq(&self, conversation: u32) -> Option<u64> {
        Some(self.books.get(conversation as usize)?.acknowledged_seq)
    }

    /// A message was refused and is asked for again, out of its turn.
    pub fn repeated(&mut self, sent: Sent) {
        self.repeated.insert(sent);
    }

    /// An event came to a device; `sent` if it is a message of the load.
    pub fn received(&mut self, device: u32, conversation: u32, seq: u64, sent: Option<Sent>) {
        let Some(book) = self.books.get_mut(conversation as usize) else {
            return self.stranger(device, "a conversation that nobody watches");
        };
        let Ok(slot) = book.devices.binary_search_by_key(&device, |(device, _)| *device) else {
            return self.stranger(device, "a conversation of others");
        };
        let next = &mut book.devices[slot].1;
        let expected = *next;
        if seq < expected {
            self.found.doubled += 1;
            self.found
                .example(|| format!("device {device} got event {seq} of conversation {conversation} again"));
            return;
        }
        *next = seq + 1;
        if seq > expected {
            self.found.on_lost(device, seq - expected);
            self.found.example(|| {
                format!("device {device} got event {seq} of conversation {conversation} where {expected} was due")
            });
        }
        self.note(conversation, seq, sent.map_or(Place::Other, Place::Message));
    }

    /// An event came to a device whose person is no member, or of a conversation that the run does not know.
    pub fn stranger(&mut self, device: u32, what: &str) {
        self.found.strangers += 1;
        if self.found.strangers > EXAMPLES as u64 / 2 {
            return;
        }
        self.found.example(|| format!("device {device} got an event of {what}"));
    }

    fn note(&mut self, conversation: u32, seq: u64, what: Place) {
        let book = &mut self.books[conversation as usize];
        if !book.note(seq, what) {
            self.found.misordered += 1;
            self.found
                .example(|| format!("two accounts differ on event {seq} of conversation {conversation}"));
        }
    }

    /// Every socket got everything up to the last acknowledged message.
    pub fn is_complete(&self) -> bool {
        let has_all = |book: &Book, device: u32, next: u64| next > book.acknowledged_seq || device >= READERS_FROM;
        let complete = |book: &Book| book.devices.iter().all(|(device, next)| has_all(book, *device, *next));
        self.books.iter().all(complete)
    }

    /// The event that a device must get next, and the last that was acknowledged.
    pub fn stand(&self, device: u32, conversation: u32) -> Option<(u64, u64)> {
        let book = self.books.get(conversation as usize)?;
        let slot = book.devices.binary_search_by_key(&device, |(device, _)| *device).ok()?;
        Some((book.devices[slot].1, book.acknowledged_seq))
    }

    /// Judges everything that was told.
    pub fn findings(&self) -> Findings {
        let mut found = self.found.clone();
        for (conversation, book) in self.books.iter().enumerate() {
            self.judge_order(conversation, book, &mut found);
            for (sent, seq) in &book.acknowledged {
                // What stands at the place was compared when it was told; a second place is a double, found above.
                if *seq < book.first_seq || *seq >= book.end() {
                    found.lost += 1;
                    found.example(|| format!("{sent:?} was acknowledged at the impossible place {seq}"));
                }
            }
            let due = book.acknowledged_seq + 1;
            for (device, next) in book.devices.iter().filter(|(_, next)| *next < due) {
                found.on_lost(*device, due - next);
                found.example(|| {
                    format!(
                        "device {device} never got the events from {next} of conversation {conversation}, below {due}"
                    )
                });
            }
        }
        found
    }

    /// Each message stands once, and a sender's in the order in which they were sent.
    fn judge_order(&self, conversation: usize, book: &Book, found: &mut Findings) {
        let mut places: HashMap<Sent, u64> = HashMap::new();
        let mut last: HashMap<u32, u32> = HashMap::new();
        for (seq, place) in (book.first_seq..).zip(&book.places) {
            let Place::Message(sent) = place else { continue };
            if let Some(before) = places.insert(*sent, seq) {
                found.doubled += 1;
                found.example(|| format!("{sent:?} stands at {before} and at {seq} of conversation {conversation}"));
                continue;
            }
            if self.repeated.contains(sent) {
                continue;
            }
            let highest = last.entry(sent.lane).or_insert(sent.counter);
            if sent.counter < *highest {
                found.misordered += 1;
                found.example(|| format!("{sent:?} stands behind a later one in conversation {conversation}"));
            }
            *highest = sent.counter.max(*highest);
        }
    }
}

#[cfg(test)]
mod tests;
