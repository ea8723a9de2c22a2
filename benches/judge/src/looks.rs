//! What senders see when they look at their room at another node: all that they were acknowledged before, and no less than they saw
//! before. Knows the looks of senders; refuses to know what else stands in the room.

use crate::checker::Findings;
use std::collections::HashMap;

/// What a look must show.
#[derive(Debug, Clone, Copy, Default)]
struct Owed {
    /// The sender's last acknowledged message and its place.
    own: Option<(u64, [u32; 2])>,
    /// The last event that an earlier look showed.
    seen_seq: u64,
}

/// The looks of all senders.
#[derive(Debug, Default)]
pub(crate) struct Looks {
    senders: HashMap<u32, Owed>,
    /// By sender and look, what was owed when it began.
    under_way: HashMap<[u32; 2], Owed>,
    /// How many were answered with a page.
    pub(crate) answered: u64,
    /// How many of those showed too little.
    pub(crate) stale: u64,
}

impl Looks {
    /// A message of the sender was acknowledged at that place.
    pub(crate) fn on_acknowledged(&mut self, sender: u32, counter: u32, seq: u64) {
        let owed = self.senders.entry(sender).or_default();
        owed.own = owed.own.max(Some((seq, [sender, counter])));
    }

    /// The sender is about to look.
    pub(crate) fn on_look(&mut self, sender: u32, look: u32) {
        let owed = self.senders.get(&sender).copied().unwrap_or_default();
        self.under_way.insert([sender, look], owed);
    }

    /// The sender saw a page: its first event, and the last event that the node knows.
    pub(crate) fn on_saw(
        &mut self,
        sender: u32,
        look: u32,
        seen: Option<(u64, Option<[u32; 2]>)>,
        found: &mut Findings,
    ) {
        let Some(owed) = self.under_way.remove(&[sender, look]) else {
            return;
        };
        let Some((last_seq, first)) = seen else { return };
        self.answered += 1;
        let lacks_own = owed
            .own
            .is_some_and(|(seq, message)| last_seq < seq || first != Some(message));
        if lacks_own || last_seq < owed.seen_seq {
            self.stale += 1;
            found.example(|| {
                format!(
                    "look {look} of sender {sender} shows {first:?} and ends at {last_seq}; acknowledged was {:?}, seen before {}",
                    owed.own, owed.seen_seq
                )
            });
        }
        let sender = self.senders.entry(sender).or_default();
        sender.seen_seq = sender.seen_seq.max(last_seq);
    }
}
