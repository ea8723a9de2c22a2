//! What is asked of the queue and answered by it: which part of it, by whom, and how a conversation stands.

use super::index::{Key, Thread};
use corridor_domain::care::{Offer, Party, Stage};
use corridor_domain::coverage::Cover;
use corridor_domain::ids::{ConversationId, PersonId, SiteId};
use corridor_domain::permission::queue_basis;
use corridor_domain::person::{Person, Role};

/// How a conversation stands: what may be told to who may know that it is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// Which.
    pub conversation: ConversationId,
    /// Of its newest message.
    pub revision: u64,
    /// How far the work has come.
    pub stage: Stage,
    /// Who answers.
    pub party: Party,
    /// Since when.
    pub since_ms: u64,
    /// A hand-over that was asked for.
    pub offer: Option<Offer>,
    /// When the patient wrote what nobody has answered yet.
    pub waiting_since_ms: Option<u64>,
}

/// Who is to answer for what is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PartyIs {
    /// Whoever.
    Anyone,
    /// A pool.
    Nobody,
    /// That one.
    Person(PersonId),
    /// That pool.
    Role(Role),
}

/// Which hand-overs are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HandOverIs {
    /// Whatever was asked of whom.
    Whatever,
    /// One that can be accepted still.
    Pending,
    /// One that nobody accepted in time: for who has to see to it.
    Late,
}

impl PartyIs {
    /// Whether it is who answers.
    pub fn is(self, party: Party) -> bool {
        match self {
            Self::Anyone => true,
            Self::Nobody => matches!(party, Party::Pool(_)),
            Self::Person(person) => party == Party::Person(person),
            Self::Role(role) => party == Party::Pool(role),
        }
    }
}

impl HandOverIs {
    /// Whether it is what was asked of somebody, if it was.
    pub fn is(self, offer: Option<&Offer>, now_ms: u64) -> bool {
        match self {
            Self::Whatever => true,
            Self::Pending => offer.is_some_and(|offer| offer.is_pending(now_ms)),
            Self::Late => offer.is_some_and(|offer| !offer.is_pending(now_ms)),
        }
    }
}

/// What part of the queue is asked for.
#[derive(Debug, Clone, Copy)]
pub struct Ask<'a> {
    /// By whom: they are shown what they may read.
    pub viewer: &'a Viewer,
    /// How far its work has come; none: whatever.
    pub stage: Option<Stage>,
    /// Who answers.
    pub party: PartyIs,
    /// What was asked of whom.
    pub hand_over: HandOverIs,
    /// Now.
    pub now_ms: u64,
    /// Patients of that site.
    pub site: Option<SiteId>,
    /// Part of a topic, a patient's name or number, in lower case; empty: whatever.
    pub text: &'a str,
    /// Behind that place.
    pub after: Option<Key>,
    /// At most so many.
    pub limit: usize,
}

/// Somebody who looks at the queue.
#[derive(Debug, Clone)]
pub struct Viewer {
    /// Who.
    pub person: Person,
    /// For whom they cover.
    pub covers: Vec<Cover>,
}

/// A page of the queue.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Page {
    /// Newest first.
    pub standings: Vec<Standing>,
    /// How many there are in all.
    pub total: u64,
    /// Where the next page begins; none at the end.
    pub next_after: Option<Key>,
}

impl Viewer {
    /// Whether they may know of a conversation of this patient.
    pub(super) fn may_know(&self, patient: &Person, thread: &Thread, now_ms: u64) -> bool {
        self.knows(patient, thread.care.holder, thread.is_labelled, now_ms)
    }

    /// The same, if it had no label.
    pub(super) fn might_know(&self, patient: &Person, thread: &Thread, now_ms: u64) -> bool {
        self.knows(patient, thread.care.holder, false, now_ms)
    }

    fn knows(&self, patient: &Person, holder: Option<PersonId>, is_labelled: bool, now_ms: u64) -> bool {
        queue_basis(&self.person, &self.covers, patient, holder, is_labelled, now_ms).is_some()
    }
}
