//! Small builders for the tests of the rules: people, conversations, memberships, views. One clinic, one conversation.
//!
//! Knows nothing of storage: a view is put together by hand, with exactly what `storage` would load for the command.

pub mod care;
mod case;
pub mod pinned;
pub mod scene;
pub mod scene_of_care;
pub mod scene_of_coverage;
pub mod scene_of_messages;
pub mod scene_of_restriction;
pub mod scene_of_settings;
pub mod scene_of_tasks;
pub mod scene_of_waiting;
pub mod words;

pub use case::Case;

use corridor_domain::command::NewMessage;
use corridor_domain::conversation::{
    Audience, Conversation, Departure, History, Kind, Membership, Place, Side, Visibility,
};
use corridor_domain::decide::side_of;
use corridor_domain::event::{Event, EventBody, Message, Priority};
use corridor_domain::ids::{ConversationId, PersonId, SessionId, SiteId};
use corridor_domain::outcome::{Answer, Change};
use corridor_domain::person::{AccountState, PatientFacts, Person, PersonKind, Role};
use corridor_domain::private::{Private, Sealed};
use corridor_domain::session::Session;

pub const NOW_MS: u64 = 1_800_000_000_000;
pub const REVISION: u64 = 900;
pub const CONVERSATION: ConversationId = ConversationId(0xC0);
pub const BESIDE: ConversationId = ConversationId(0xBE);
pub const NEW: ConversationId = ConversationId(0xAE);
pub const HERE: SiteId = SiteId(0x51);
pub const ELSEWHERE: SiteId = SiteId(0x52);
pub const OWNER: PersonId = PersonId(0x01);
pub const NURSE: PersonId = PersonId(0x02);
pub const COLLEAGUE: PersonId = PersonId(0x03);
pub const ADMINISTRATOR: PersonId = PersonId(0x04);
pub const PATIENT: PersonId = PersonId(0x10);
pub const OTHER_PATIENT: PersonId = PersonId(0x11);
pub const PROXY: PersonId = PersonId(0x12);
pub const OTHER_PROXY: PersonId = PersonId(0x13);
pub const PARTNER: PersonId = PersonId(0x20);
pub const SERVICE: PersonId = PersonId(0x30);
/// Where the counters of [`head`] stand: ten events, of them five messages, of them one note.
pub const LAST: Place = Place {
    seq: 10,
    number: 5,
    shared_seq: 7,
    shared_number: 4,
};

pub fn person(id: PersonId, kind: PersonKind) -> Person {
    Person {
        id,
        kind,
        name: Private::new(format!("Person {:x}", id.0)),
        title: Private::default(),
        login: Private::new(format!("person-{:x}", id.0)),
        credential: Private::from("hash"),
        roles: [].into_iter().collect(),
        state: AccountState::Active,
        sites: vec![HERE],
        patient: None,
        proxy_for: Vec::new(),
        organization: Private::default(),
    }
}

pub fn staff(id: PersonId, role: Role) -> Person {
    Person {
        roles: [role].into_iter().collect(),
        ..person(id, PersonKind::Staff)
    }
}

pub fn nurse() -> Person {
    staff(NURSE, Role::Nurse)
}

pub fn colleague() -> Person {
    staff(COLLEAGUE, Role::Physician)
}

pub fn administrator() -> Person {
    staff(ADMINISTRATOR, Role::Administrator)
}

pub fn patient(id: PersonId, care_team: &[PersonId]) -> Person {
    let facts = PatientFacts {
        mrn: Private::new(format!("MRN-{:x}", id.0)),
        birth_date: Private::from("1984-03-12"),
        care_team: care_team.to_vec(),
    };
    Person {
        patient: Some(facts),
        ..person(id, PersonKind::Patient)
    }
}

pub fn proxy(id: PersonId, patient: PersonId) -> Person {
    Person {
        proxy_for: vec![patient],
        ..person(id, PersonKind::Proxy)
    }
}

pub fn partner() -> Person {
    Person {
        organization: Private::from("Northlab"),
        ..person(PARTNER, PersonKind::Partner)
    }
}

pub fn channel(visibility: Visibility) -> Kind {
    let site = (visibility == Visibility::Site).then_some(HERE);
    Kind::Channel {
        visibility,
        site,
        phi_allowed: false,
    }
}

pub fn thread() -> Kind {
    Kind::Patient { patient: PATIENT }
}

pub fn care_room() -> Kind {
    Kind::CareRoom {
        patient: PATIENT,
        beside: BESIDE,
    }
}

/// A conversation of four members that has been going on for a while; nothing shared where there are no patients.
pub fn head(kind: Kind) -> Conversation {
    let shared = kind.is_patient();
    let last = if shared {
        LAST
    } else {
        Place {
            shared_seq: 0,
            shared_number: 0,
            ..LAST
        }
    };
    Conversation {
        id: CONVERSATION,
        kind,
        topic: Private::from("Topic"),
        archived: false,
        owner: OWNER,
        created_at_ms: NOW_MS - 1_000_000,
        last,
        revision: REVISION - 1,
        last_at_ms: NOW_MS - 1_000,
        last_message_seq: 10,
        last_shared_message_seq: if shared { 9 } else { 0 },
        team_read_shared_number: 0,
        member_count: 4,
        content_key: Sealed(vec![7; 4]),
    }
}

/// A member from the first event on, who has read nothing yet.
pub fn member(head: &Conversation, person: &Person) -> Membership {
    Membership {
        conversation: head.id,
        person: person.id,
        side: side_of(Some(person)),
        joined_seq: 1,
        joined_at_ms: head.created_at_ms,
        history: History::Full,
        first_seq: 1,
        read_seq: 1,
        read_number: 0,
        own_since_read: Vec::new(),
        delivered_seq: 1,
        departure: None,
        past_stays: Vec::new(),
    }
}

pub fn departed(membership: Membership) -> Membership {
    let departure = Departure {
        seq: 8,
        at_ms: NOW_MS - 5_000,
        by: OWNER,
    };
    Membership {
        departure: Some(departure),
        ..membership
    }
}

/// A message at seq 8 (shared 6), a minute old.
pub fn message(actor: PersonId, audience: Audience) -> Event {
    let shared_here = u64::from(audience == Audience::Everyone);
    Event {
        place: Place {
            seq: 8,
            number: 4,
            shared_seq: 5 + shared_here,
            shared_number: 2 + shared_here,
        },
        shared: audience == Audience::Everyone,
        revision: REVISION - 3,
        at_ms: NOW_MS - 60_000,
        actor,
        on_behalf_of: None,
        body: EventBody::Message(Box::new(content(audience, b"first"))),
    }
}

pub fn content(audience: Audience, body: &[u8]) -> Message {
    Message {
        audience,
        priority: Priority::Routine,
        content: Sealed(body.to_vec()),
        mentions: Vec::new(),
        reply_to: None,
        version: 1,
        edited_at_ms: None,
        retraction: None,
        acknowledged: Vec::new(),
    }
}

/// The event with its message changed.
pub fn with_message(mut event: Event, change: impl FnOnce(&mut Message)) -> Event {
    if let EventBody::Message(message) = &mut event.body {
        change(message);
    }
    event
}

pub fn new_message(audience: Audience) -> NewMessage {
    NewMessage {
        audience,
        priority: Priority::Routine,
        content: Sealed(b"body".to_vec()),
        mentions: Vec::new(),
        reply_to: None,
    }
}

pub fn session_of(person: PersonId) -> Session {
    Session {
        id: SessionId(person.0 << 8),
        person,
        token_hash: [3; 32],
        device: Private::from("ward tablet"),
        created_at_ms: NOW_MS - 10_000,
        expires_at_ms: NOW_MS + 10_000,
        ended_at_revision: None,
    }
}

/// The answer to a command that was done in a conversation.
pub fn done(conversation: ConversationId, place: Place, side: Side) -> Answer {
    Answer::Done {
        revision: REVISION,
        at_ms: NOW_MS,
        conversation: Some(conversation),
        place,
        side,
        person: None,
        unread: 0,
    }
}

/// The answer to a command that was done in no conversation.
pub fn done_to(person: Option<PersonId>) -> Answer {
    Answer::Done {
        revision: REVISION,
        at_ms: NOW_MS,
        conversation: None,
        place: Place::default(),
        side: Side::Team,
        person,
        unread: 0,
    }
}

/// The place after one more event that is no message.
pub fn next_place(last: Place, shared: bool) -> Place {
    Place {
        seq: last.seq + 1,
        shared_seq: last.shared_seq + u64::from(shared),
        ..last
    }
}

/// The event that this command appends.
pub fn appended(conversation: ConversationId, place: Place, shared: bool, actor: PersonId, body: EventBody) -> Change {
    let event = Event {
        place,
        shared,
        revision: REVISION,
        at_ms: NOW_MS,
        actor,
        on_behalf_of: None,
        body,
    };
    Change::Event {
        conversation,
        event: Box::new(event),
    }
}

/// The head after it.
pub fn moved(before: &Conversation, place: Place, change: impl FnOnce(&mut Conversation)) -> Change {
    let mut head = Conversation {
        last: place,
        revision: REVISION,
        last_at_ms: NOW_MS,
        ..before.clone()
    };
    change(&mut head);
    Change::Conversation(Box::new(head))
}

pub fn changed(membership: Membership) -> Change {
    Change::Membership(Box::new(membership))
}

pub fn changed_person(person: &Person, change: impl FnOnce(&mut Person)) -> Change {
    let mut person = person.clone();
    change(&mut person);
    Change::Person(Box::new(person))
}
