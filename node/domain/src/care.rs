//! Who answers for a patient conversation, and how far its work has come.
//!
//! There is a responsible party at any time, by construction: a conversation always has a pool, a role of the clinic, and may have a
//! holder besides. The holder is responsible as long as they can act; in every other case it is the pool (T-06). Nobody has to
//! notice that somebody went for it to be so. This page refuses to know who may change it (`permission/care.rs`) and how
//! (`decide/care.rs`).

use crate::conversation::Place;
use crate::ids::{ConversationId, PersonId};
use crate::person::{Person, Role};
use serde::{Deserialize, Serialize};

/// Who answers for a patient conversation. Numbers and order are for ever.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Party {
    /// Whoever has the role.
    Pool(Role),
    /// One person.
    Person(PersonId),
}

/// How far the work on a conversation has come. Numbers and order are for ever.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Stage {
    /// There is something to do, or there may be.
    Open,
    /// Done, until somebody writes again.
    Resolved,
    /// The patient cannot reply until it is opened again.
    Closed,
}

/// A hand-over that was asked for. It moves nothing until it is accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offer {
    /// Who is to take it.
    pub to: PersonId,
    /// Who asked.
    pub by: PersonId,
    /// When.
    pub at_ms: u64,
    /// From then on it cannot be accepted; it is on the manager's list until somebody withdraws it or the responsibility moves.
    pub expires_at_ms: u64,
}

impl Offer {
    /// Whether it can still be accepted.
    pub fn is_pending(&self, now_ms: u64) -> bool {
        now_ms < self.expires_at_ms
    }
}

/// The responsibility for one patient conversation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Care {
    /// For which.
    pub conversation: ConversationId,
    /// Who answers where nobody holds it.
    pub pool: Role,
    /// Who took it, was given it or accepted it.
    pub holder: Option<PersonId>,
    /// Since when holder or pool are what they are.
    pub since_ms: u64,
    /// A hand-over that was neither accepted nor declined nor withdrawn.
    pub offer: Option<Offer>,
    /// As it was set last; [`Care::stage`] says what is true.
    pub set_stage: Stage,
    /// Messages that patients may see, when it was resolved.
    pub resolved_shared_number: u64,
    /// Nobody replies in it for somebody else.
    pub refuses_on_behalf: bool,
}

impl Care {
    /// What is true of a conversation before anybody said otherwise: the front desk answers for it.
    pub fn untouched(conversation: ConversationId, created_at_ms: u64) -> Self {
        Self {
            conversation,
            pool: Role::FrontDesk,
            holder: None,
            since_ms: created_at_ms,
            offer: None,
            set_stage: Stage::Open,
            resolved_shared_number: 0,
            refuses_on_behalf: false,
        }
    }

    /// The responsible party; `holder` is the person who holds it, if there is one.
    pub fn party(&self, holder: Option<&Person>) -> Party {
        match (self.holder, holder) {
            (Some(held_by), Some(person)) if held_by == person.id && can_hold(person) => Party::Person(held_by),
            _ => Party::Pool(self.pool),
        }
    }

    /// How far the work has come. A message that the patient may see opens again what was resolved.
    pub fn stage(&self, last: &Place) -> Stage {
        match self.set_stage {
            Stage::Resolved if last.shared_number > self.resolved_shared_number => Stage::Open,
            as_set => as_set,
        }
    }
}

/// A step with the responsibility for a patient conversation. Numbers and order are for ever.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum CareStep {
    /// Take it.
    Take {
        /// From whom, if somebody holds it.
        from: Option<PersonId>,
    },
    /// Give it to somebody; nobody holds it.
    Assign {
        /// To whom.
        to: PersonId,
    },
    /// Give it back.
    Return {
        /// To which pool; none: the one from which it came.
        pool: Option<Role>,
    },
    /// Ask somebody to take it over. Until they accept it stays where it is.
    HandOver {
        /// Whom.
        to: PersonId,
        /// How long they have.
        minutes: u32,
    },
    /// Accept what is offered.
    Accept,
    /// Decline what is offered.
    Decline,
    /// Take an offer back.
    Withdraw,
    /// Call it done.
    Resolve,
    /// Close it: the patient cannot reply.
    Close,
    /// Open it again.
    Open,
    /// Let others reply in it for the one who answers, or not.
    AllowOnBehalf {
        /// Let them.
        allowed: bool,
    },
}

impl CareStep {
    /// The person it is done to.
    pub fn subject(&self) -> Option<PersonId> {
        match self {
            Self::Assign { to } | Self::HandOver { to, .. } => Some(*to),
            _ => None,
        }
    }
}

/// Whether somebody can answer for patients: staff who work with them, with an open account.
pub fn can_hold(person: &Person) -> bool {
    person.is_active() && person.works_with_patients()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::person::{AccountState, PersonKind};
    use crate::private::Private;

    fn nurse(id: u128, state: AccountState) -> Person {
        Person {
            id: PersonId(id),
            kind: PersonKind::Staff,
            name: Private::from("N"),
            title: Private::default(),
            login: Private::default(),
            credential: Private::default(),
            roles: [Role::Nurse].into_iter().collect(),
            state,
            sites: Vec::new(),
            patient: None,
            proxy_for: Vec::new(),
            organization: Private::default(),
        }
    }

    #[test]
    fn there_is_always_somebody() {
        let mut care = Care::untouched(ConversationId(1), 5);
        assert_eq!(care.party(None), Party::Pool(Role::FrontDesk));
        care.holder = Some(PersonId(7));
        let active = nurse(7, AccountState::Active);
        assert_eq!(care.party(Some(&active)), Party::Person(PersonId(7)));
        let clerk = Person {
            roles: [Role::Administrator].into_iter().collect(),
            ..active.clone()
        };
        let cannot = [
            Some(nurse(7, AccountState::Suspended)),
            Some(nurse(8, AccountState::Active)),
            Some(clerk),
            None,
        ];
        for holder in cannot {
            assert_eq!(care.party(holder.as_ref()), Party::Pool(Role::FrontDesk), "{holder:?}");
        }
    }

    #[test]
    fn what_was_resolved_is_open_again_when_somebody_writes() {
        let at = |shared_number| Place {
            seq: 9,
            number: 9,
            shared_seq: 9,
            shared_number,
        };
        let mut care = Care::untouched(ConversationId(1), 5);
        assert_eq!(care.stage(&at(3)), Stage::Open);
        (care.set_stage, care.resolved_shared_number) = (Stage::Resolved, 3);
        assert_eq!((care.stage(&at(3)), care.stage(&at(4))), (Stage::Resolved, Stage::Open));
        care.set_stage = Stage::Closed;
        assert_eq!(care.stage(&at(4)), Stage::Closed);
    }
}
