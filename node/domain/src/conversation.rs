//! Conversations and memberships: what they are, where their counters stand, who sees which part of them.
//!
//! A patient conversation has two numberings over one order: the team's, which counts everything, and the shared one, which
//! counts only what patients may see. A patient's view is contiguous in the shared numbering, so a note leaves no trace in it.

use crate::ids::{ConversationId, PersonId, SiteId};
use crate::private::{Private, Sealed};
use serde::{Deserialize, Serialize};

/// Who finds a channel and who writes in it. Numbers and order are for ever.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Visibility {
    /// All staff find and join it (T-14).
    Public,
    /// Only members know of it.
    Private,
    /// Staff of one site find and join it.
    Site,
    /// All staff find and join it; its owner and administrators write.
    Announcement,
    /// Partners may be added; only members know of it.
    Partner,
}

/// What a conversation is. Numbers and order are for ever.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Kind {
    /// Two members of staff.
    Direct,
    /// Made on the spot, for a case or a shift.
    Group,
    /// A named room.
    Channel {
        /// Who finds it.
        visibility: Visibility,
        /// Set for channels of one site.
        site: Option<SiteId>,
        /// Whether patient information may be written in it (T-14).
        phi_allowed: bool,
    },
    /// One topic of one patient.
    Patient {
        /// Whose topic.
        patient: PersonId,
    },
    /// Staff beside a patient conversation.
    CareRoom {
        /// The patient talked about; not a member.
        patient: PersonId,
        /// The patient conversation it stands beside.
        beside: ConversationId,
    },
}

impl Kind {
    /// The patient whose conversation it is, or who is talked about.
    pub fn patient(&self) -> Option<PersonId> {
        match self {
            Self::Patient { patient } | Self::CareRoom { patient, .. } => Some(*patient),
            Self::Direct | Self::Group | Self::Channel { .. } => None,
        }
    }

    /// Whether patients take part in it.
    pub fn is_patient(&self) -> bool {
        matches!(self, Self::Patient { .. })
    }
}

/// Who may see an event or message, and in which numbering a member counts. Numbers and order are for ever.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Audience {
    /// Patients and proxies too.
    Everyone,
    /// Staff only: internal notes.
    Team,
}

/// A place in both numberings: the last value of each counter, at or before an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Place {
    /// Events.
    pub seq: u64,
    /// Messages; number <= seq.
    pub number: u64,
    /// Events that patients may see; shared_seq <= seq.
    pub shared_seq: u64,
    /// Messages that patients may see; shared_number <= number, shared_number <= shared_seq.
    pub shared_number: u64,
}

impl Place {
    /// The event counter of that audience.
    pub fn seq_for(&self, side: Side) -> u64 {
        match side {
            Side::Team => self.seq,
            Side::Patient => self.shared_seq,
        }
    }

    /// The message counter of that audience.
    pub fn number_for(&self, side: Side) -> u64 {
        match side {
            Side::Team => self.number,
            Side::Patient => self.shared_number,
        }
    }
}

/// The side of the wall a viewer stands on: it decides the numbering.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Side {
    /// Staff, partners, services: sees all events.
    Team,
    /// Patients and proxies: sees shared events.
    Patient,
}

/// The head of a conversation: small, rewritten with every event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conversation {
    /// Never reused.
    pub id: ConversationId,
    /// Never changes.
    pub kind: Kind,
    /// What it is about; empty for direct ones.
    pub topic: Private,
    /// Put away; nothing is written in it until it is reopened.
    pub archived: bool,
    /// Who answers for the room.
    pub owner: PersonId,
    /// When it began.
    pub created_at_ms: u64,
    /// Where its counters stand.
    pub last: Place,
    /// The revision of its last event.
    pub revision: u64,
    /// When its last event happened.
    pub last_at_ms: u64,
    /// The newest message, 0 if none: its `seq`.
    pub last_message_seq: u64,
    /// The newest message that patients may see, 0 if none: its `seq` in the team's numbering.
    pub last_shared_message_seq: u64,
    /// How far the care team has read, in the shared numbering; what patients see of read receipts (T-28).
    pub team_read_shared_number: u64,
    /// Members now.
    pub member_count: u32,
    /// The content key, wrapped under the workspace's key.
    pub content_key: Sealed,
}

impl Conversation {
    /// Whether read and delivered marks make events here.
    pub fn has_receipt_events(&self) -> bool {
        self.member_count <= crate::limits::RECEIPT_EVENTS_MEMBERS_MAX
    }

    /// The newest message one side may see: its `seq` in the team's numbering.
    pub fn last_message_seq_for(&self, side: Side) -> u64 {
        match side {
            Side::Team => self.last_message_seq,
            Side::Patient => self.last_shared_message_seq,
        }
    }
}

/// What a late joiner sees of what was written before (T-27). Numbers and order are for ever.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum History {
    /// Everything.
    Full,
    /// What comes from now on.
    FromNow,
    /// What was written at or after that time.
    Since {
        /// Unix milliseconds.
        at_ms: u64,
    },
}

/// How somebody ceased to be a member.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Departure {
    /// The event that says so; nothing after it is theirs.
    pub seq: u64,
    /// When.
    pub at_ms: u64,
    /// By whom; oneself when leaving.
    pub by: PersonId,
}

/// One person in one conversation. All places are in the numbering of the member's side.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Membership {
    /// Where.
    pub conversation: ConversationId,
    /// Who.
    pub person: PersonId,
    /// Which numbering the member counts in.
    pub side: Side,
    /// The event by which they came, in the team's numbering.
    pub joined_seq: u64,
    /// When they came.
    pub joined_at_ms: u64,
    /// What they see of the time before.
    pub history: History,
    /// The first event they see.
    pub first_seq: u64,
    /// Everything up to here is read: events.
    pub read_seq: u64,
    /// Everything up to here is read: messages. read_number <= last number.
    pub read_number: u64,
    /// Their own messages behind unread ones of others, ascending; they do not count as unread.
    pub own_since_read: Vec<u64>,
    /// Everything up to here reached one of their devices.
    pub delivered_seq: u64,
    /// Set once they are no member any more.
    pub departure: Option<Departure>,
    /// Earlier stays, in the team's numbering: from the joining event to the leaving one.
    pub past_stays: Vec<(u64, u64)>,
}

impl Membership {
    /// Whether they are a member now.
    pub fn is_current(&self) -> bool {
        self.departure.is_none()
    }

    /// Messages of others that they have not read.
    pub fn unread(&self, last: &Place) -> u64 {
        last.number_for(self.side)
            .saturating_sub(self.read_number)
            .saturating_sub(self.own_since_read.len() as u64)
    }

    /// Whether they were a member when the event with that `seq` (the team's numbering) happened.
    pub fn was_member_at(&self, seq: u64) -> bool {
        let until = self.departure.map_or(u64::MAX, |departure| departure.seq);
        (self.joined_seq..=until).contains(&seq)
            || self.past_stays.iter().any(|(from, to)| (*from..=*to).contains(&seq))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_member_was_there_from_joining_to_leaving() {
        let membership = Membership {
            conversation: ConversationId(1),
            person: PersonId(1),
            side: Side::Team,
            joined_seq: 20,
            joined_at_ms: 0,
            history: History::Full,
            first_seq: 1,
            read_seq: 0,
            read_number: 0,
            own_since_read: vec![9],
            delivered_seq: 0,
            departure: Some(Departure {
                seq: 25,
                at_ms: 0,
                by: PersonId(2),
            }),
            past_stays: vec![(3, 7)],
        };
        let there: Vec<u64> = (0..30).filter(|seq| membership.was_member_at(*seq)).collect();
        assert_eq!(there, [3, 4, 5, 6, 7, 20, 21, 22, 23, 24, 25]);
        assert_eq!(
            membership.unread(&Place {
                seq: 30,
                number: 10,
                shared_seq: 0,
                shared_number: 0
            }),
            9
        );
    }
}
