//! Events: what happened in a conversation, in order. A message's event holds the message as it stands now; what it said
//! before is kept as versions beside it.

use crate::care::{Party, Stage};
use crate::conversation::{Audience, History, Place, Side};
use crate::ids::{PersonId, PinId, TaskId};
use crate::person::Role;
use crate::private::{Private, Sealed};
use crate::restriction::Sensitivity;
use crate::task::TaskDeed;
use serde::{Deserialize, Serialize};

/// How urgent the sender says it is; never guessed from content (T-11). Numbers and order are for ever.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Priority {
    /// In its turn.
    Routine,
    /// Soon.
    Urgent,
    /// At once.
    Stat,
}

/// Who is meant. Numbers and order are for ever.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Mention {
    /// One person.
    Person(PersonId),
    /// Whoever of the members has the role.
    Role(Role),
}

/// A message taken back: a tombstone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Retraction {
    /// By whom.
    pub by: PersonId,
    /// When.
    pub at_ms: u64,
    /// Why; may be empty.
    pub reason: Private,
}

/// A message as it stands now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// Who may see it.
    pub audience: Audience,
    /// As the sender said.
    pub priority: Priority,
    /// The newest version of the body.
    pub content: Sealed,
    /// Whom it means.
    pub mentions: Vec<Mention>,
    /// The message it answers: its place.
    pub reply_to: Option<Place>,
    /// 1 when never edited.
    pub version: u32,
    /// When the newest version was written.
    pub edited_at_ms: Option<u64>,
    /// Set once it was taken back.
    pub retraction: Option<Retraction>,
    /// Who acknowledged it, and when.
    pub acknowledged: Vec<(PersonId, u64)>,
}

/// How an offer ended that was not accepted. Numbers and order are for ever.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum OfferEnd {
    /// By the one to whom it was made.
    Declined,
    /// By the one who made it.
    Withdrawn,
}

/// What happened. Numbers and order are for ever.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum EventBody {
    /// The conversation began.
    Created,
    /// A message, as it stands now.
    Message(Box<Message>),
    /// A message got a new version.
    Edited {
        /// The message.
        target: Place,
        /// The version this event brought.
        version: u32,
    },
    /// A message was taken back.
    Retracted {
        /// The message.
        target: Place,
    },
    /// Somebody came.
    MemberAdded {
        /// Who.
        person: PersonId,
        /// What they see of before.
        history: History,
    },
    /// Somebody went.
    MemberRemoved {
        /// Who; the actor themself when leaving.
        person: PersonId,
    },
    /// The topic changed.
    Renamed {
        /// The new one.
        topic: Private,
    },
    /// Put away.
    Archived,
    /// Taken out again.
    Reopened,
    /// Somebody else answers for the room.
    OwnerChanged {
        /// The new owner.
        owner: PersonId,
    },
    /// Everything up to there reached a device of the actor.
    Delivered {
        /// Up to and with.
        up_to: Place,
    },
    /// Everything up to there was read by the actor.
    Read {
        /// Up to and with.
        up_to: Place,
    },
    /// A person says: I have it.
    Acknowledged {
        /// The message.
        target: Place,
    },
    /// Somebody else answers for the patient conversation.
    ResponsibilityMoved {
        /// Who does now.
        party: Party,
    },
    /// The actor asks somebody to take it over.
    HandOverOffered {
        /// Whom.
        to: PersonId,
        /// Until when they can.
        expires_at_ms: u64,
    },
    /// That will not happen.
    HandOverEnded {
        /// Who had been asked.
        to: PersonId,
        /// Why not.
        how: OfferEnd,
    },
    /// The work on the conversation has come to another stage.
    StageChanged {
        /// Which.
        stage: Stage,
    },
    /// Others may reply in it for the one who answers, or not.
    OnBehalfChanged {
        /// They may.
        allowed: bool,
    },
    /// The time of who covered for somebody is over.
    CoverageEnded {
        /// Who covered.
        person: PersonId,
        /// They came by it, and are gone.
        left: bool,
        /// Who answers now, if that changed.
        party: Option<Party>,
    },
    /// Something happened to a task. Since version 4 of commands.
    TaskChanged {
        /// To which.
        task: TaskId,
        /// What.
        what: TaskDeed,
        /// Who is to do it, if that is new.
        assignee: Option<Party>,
    },
    /// Something of it was pinned to a patient's chart. Since version 4 of commands.
    Pinned {
        /// The pin.
        pin: PinId,
        /// To whose chart.
        patient: PersonId,
    },
    /// It has another label now. Since version 5 of commands.
    Labelled {
        /// Which.
        sensitivity: Option<Sensitivity>,
        /// Who came by a coverage that is not of such ones, and is gone.
        left: Vec<PersonId>,
    },
    /// It is kept from those who act for the patient, or not any more. Since version 5 of commands.
    ConfidentialChanged {
        /// It is.
        confidential: bool,
        /// Those who acted for the patient in it, and are gone.
        left: Vec<PersonId>,
    },
    /// The actor asks whoever writes from the patient's account to show who they are. Since version 5 of commands.
    IdentityAsked,
    /// The actor showed it. Since version 5 of commands.
    IdentityConfirmed,
}

/// One event of a conversation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// Where it stands: the counters with it counted.
    pub place: Place,
    /// Whether patients and proxies see it; only then did the shared counters move.
    pub shared: bool,
    /// The workspace's revision.
    pub revision: u64,
    /// The leader's time.
    pub at_ms: u64,
    /// Who did it.
    pub actor: PersonId,
    /// For whom it was done, if not for oneself.
    pub on_behalf_of: Option<PersonId>,
    /// What happened.
    pub body: EventBody,
}

impl Event {
    /// Whether somebody on that side may see it.
    pub fn is_visible_to(&self, side: Side) -> bool {
        side == Side::Team || self.shared
    }

    /// The message, if it is one.
    pub fn message(&self) -> Option<&Message> {
        match &self.body {
            EventBody::Message(message) => Some(message),
            _ => None,
        }
    }
}
