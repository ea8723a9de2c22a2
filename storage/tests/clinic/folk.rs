//! Who works and is treated in the clinic of the tests, and the commands that brought them there.

use super::{create, envelope, from, new, session_of};
use corridor_domain::command::{Acting, Command, Envelope};
use corridor_domain::conversation::{Kind, Visibility};
use corridor_domain::ids::{ConversationId, PersonId, SiteId};
use corridor_domain::person::{AccountState, PatientFacts, Person, PersonKind, Role, Site};
use corridor_domain::private::Private;
use corridor_domain::session::Session;

pub const ADMINISTRATOR: PersonId = PersonId(1);
pub const NURSE: PersonId = PersonId(2);
pub const PHYSICIAN: PersonId = PersonId(3);
pub const CLERK: PersonId = PersonId(4);
pub const OFFICER: PersonId = PersonId(5);
pub const MARIA: PersonId = PersonId(0x10);
pub const JOHN: PersonId = PersonId(0x11);
/// Acts for Maria.
pub const MOTHER: PersonId = PersonId(0x12);
pub const SITE: SiteId = SiteId(0x51);

/// Of Maria: the one she came with, and a second topic.
pub const GENERAL: ConversationId = ConversationId(0xA0);
pub const TOPIC: ConversationId = ConversationId(0xA1);
pub const JOHNS: ConversationId = ConversationId(0xA2);
/// Beside Maria's.
pub const CARE_ROOM: ConversationId = ConversationId(0xA3);
pub const GROUP: ConversationId = ConversationId(0xA4);
pub const CHANNEL: ConversationId = ConversationId(0xA5);
pub const DIRECT: ConversationId = ConversationId(0xA6);
pub const PRIVATE: ConversationId = ConversationId(0xA7);
pub const NOWHERE: ConversationId = ConversationId(0xFF);

pub const EVERYWHERE: [ConversationId; 9] = [
    GENERAL, TOPIC, JOHNS, CARE_ROOM, GROUP, CHANNEL, DIRECT, PRIVATE, NOWHERE,
];
pub const EVERYBODY: [PersonId; 8] = [ADMINISTRATOR, NURSE, PHYSICIAN, CLERK, OFFICER, MARIA, JOHN, MOTHER];

pub fn person(id: PersonId, kind: PersonKind, name: &str) -> Person {
    Person {
        id,
        kind,
        name: Private::from(name),
        title: Private::default(),
        login: Private::new(name.to_lowercase()),
        credential: Private::from("hash"),
        roles: [].into_iter().collect(),
        state: AccountState::Active,
        sites: Vec::new(),
        patient: None,
        proxy_for: Vec::new(),
        organization: Private::default(),
    }
}

pub fn staff(id: PersonId, name: &str, role: Role) -> Person {
    Person {
        roles: [role].into_iter().collect(),
        ..person(id, PersonKind::Staff, name)
    }
}

pub fn patient(id: PersonId, name: &str, care_team: &[PersonId]) -> Person {
    let facts = PatientFacts {
        mrn: Private::new(format!("MRN-{:x}", id.0)),
        birth_date: Private::from("1984-03-12"),
        care_team: care_team.to_vec(),
    };
    Person {
        patient: Some(facts),
        ..person(id, PersonKind::Patient, name)
    }
}

pub fn proxy(id: PersonId, name: &str, patient: PersonId) -> Person {
    Person {
        proxy_for: vec![patient],
        ..person(id, PersonKind::Proxy, name)
    }
}

pub fn administrator() -> Person {
    staff(ADMINISTRATOR, "Ada", Role::Administrator)
}

pub fn channel(visibility: Visibility) -> Kind {
    Kind::Channel {
        visibility,
        site: None,
        phi_allowed: false,
    }
}

pub fn add(person: Person) -> Command {
    Command::AddPerson {
        person: Box::new(person),
        general: None,
    }
}

pub fn add_patient(person: Person, general: ConversationId) -> Command {
    let kind = Kind::Patient { patient: person.id };
    Command::AddPerson {
        person: Box::new(person),
        general: Some(Box::new(new(general, kind, "General", &[]))),
    }
}

pub fn found() -> Envelope {
    let command = Command::FoundWorkspace {
        name: Private::from("Elm Street"),
        administrator: Box::new(administrator()),
    };
    from(Acting::Operator, 1, command)
}

pub fn session(person: PersonId) -> Session {
    Session {
        id: session_of(person),
        person,
        token_hash: [3; 32],
        device: Private::from("ward tablet"),
        created_at_ms: 0,
        expires_at_ms: u64::MAX,
        ended_at_revision: None,
    }
}

pub fn sign_in(session: Session) -> Envelope {
    let id = session.id.0;
    let command = Command::SignIn {
        session: Box::new(session),
        credential: Private::from("hash"),
    };
    from(Acting::Door, id, command)
}

/// Everything up to a clinic at work.
pub fn opening() -> Vec<Envelope> {
    let team = [NURSE, PHYSICIAN];
    let mut envelopes = vec![found(), sign_in(session(ADMINISTRATOR))];
    let additions = [
        Command::AddSite {
            site: Site {
                id: SITE,
                name: Private::from("Main Street"),
            },
        },
        add(staff(NURSE, "Nina", Role::Nurse)),
        add(staff(PHYSICIAN, "Paul", Role::Physician)),
        add(staff(CLERK, "Clara", Role::FrontDesk)),
        add(staff(OFFICER, "Otto", Role::ComplianceOfficer)),
        add_patient(patient(MARIA, "Maria", &team), GENERAL),
        add_patient(patient(JOHN, "John", &[PHYSICIAN]), JOHNS),
        add(proxy(MOTHER, "Rosa", MARIA)),
    ];
    for (number, command) in (100..).zip(additions) {
        envelopes.push(envelope(ADMINISTRATOR, number, command));
    }
    let others = EVERYBODY.into_iter().filter(|person| *person != ADMINISTRATOR);
    envelopes.extend(others.map(|person| sign_in(session(person))));
    let beside = Kind::CareRoom {
        patient: MARIA,
        beside: GENERAL,
    };
    let rooms = [
        create(TOPIC, Kind::Patient { patient: MARIA }, "Knee", &[]),
        create(CARE_ROOM, beside, "Beside Maria", &[]),
        create(GROUP, Kind::Group, "Night shift", &[PHYSICIAN, CLERK]),
        create(CHANNEL, channel(Visibility::Public), "front-desk", &[CLERK]),
        create(DIRECT, Kind::Direct, "", &[PHYSICIAN]),
        create(PRIVATE, channel(Visibility::Private), "board", &[PHYSICIAN]),
    ];
    for (number, command) in (200..).zip(rooms) {
        envelopes.push(envelope(NURSE, number, command));
    }
    envelopes
}
