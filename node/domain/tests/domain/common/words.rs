//! The words of the decision tables for people, roles and kinds of conversations, and what they stand for.

use super::{
    NURSE, OTHER_PATIENT, OTHER_PROXY, PATIENT, PROXY, SERVICE, care_room, channel, colleague, partner, patient,
    person, proxy, staff, thread,
};
use corridor_domain::conversation::{Kind, Visibility};
use corridor_domain::ids::PersonId;
use corridor_domain::person::{AccountState, Person, PersonKind, Role};

pub fn role_name(role: Role) -> &'static str {
    match role {
        Role::Physician => "physician",
        Role::Nurse => "nurse",
        Role::MedicalAssistant => "medical assistant",
        Role::FrontDesk => "front desk",
        Role::Billing => "billing",
        Role::Administrator => "administrator",
        Role::ComplianceOfficer => "compliance officer",
        Role::OrganizationQueue => "organization queue",
    }
}

pub fn person_kind_name(kind: PersonKind) -> &'static str {
    match kind {
        PersonKind::Staff => "staff",
        PersonKind::Patient => "patient",
        PersonKind::Proxy => "proxy",
        PersonKind::Partner => "partner",
        PersonKind::Service => "service",
    }
}

pub fn kind_name(kind: &Kind) -> &'static str {
    match kind {
        Kind::Direct => "direct",
        Kind::Group => "group",
        Kind::Channel {
            visibility: Visibility::Public,
            ..
        } => "public channel",
        Kind::Channel {
            visibility: Visibility::Private,
            ..
        } => "private channel",
        Kind::Channel {
            visibility: Visibility::Site,
            ..
        } => "site channel",
        Kind::Channel {
            visibility: Visibility::Announcement,
            ..
        } => "announcement channel",
        Kind::Channel {
            visibility: Visibility::Partner,
            ..
        } => "partner channel",
        Kind::Patient { .. } => "patient thread",
        Kind::CareRoom { .. } => "care room",
    }
}

/// One of every kind. A kind that is new in the code stops [`kind_name`] from compiling, which stands beside this.
pub fn all_kinds() -> Vec<Kind> {
    let channels = [
        Visibility::Public,
        Visibility::Private,
        Visibility::Site,
        Visibility::Announcement,
        Visibility::Partner,
    ];
    let mut kinds = vec![Kind::Direct, Kind::Group, thread(), care_room()];
    kinds.extend(channels.map(channel));
    kinds
}

/// Who asks; none for the operator's console and the door.
pub fn actor(who: &str) -> Option<Person> {
    if let Some(role) = Role::ALL.into_iter().find(|role| role_name(*role) == who) {
        return Some(staff(NURSE, role));
    }
    Some(match who {
        "patient" => patient(PATIENT, &[]),
        "other patient" => patient(OTHER_PATIENT, &[]),
        "proxy" => proxy(PROXY, PATIENT),
        "other proxy" => proxy(OTHER_PROXY, OTHER_PATIENT),
        "partner" => partner(),
        "service" => person(SERVICE, PersonKind::Service),
        "suspended nurse" => Person {
            state: AccountState::Suspended,
            ..staff(NURSE, Role::Nurse)
        },
        "operator" | "door" | "clock" => return None,
        _ => panic!("who is '{who}'?"),
    })
}

/// Who is named, added, removed or made owner. None for words that name nobody.
pub fn named(word: &str) -> Option<Person> {
    Some(match word {
        "a nurse" => colleague(),
        "a suspended nurse" => Person {
            state: AccountState::Suspended,
            ..colleague()
        },
        "the patient" => patient(PATIENT, &[]),
        "another patient" => patient(OTHER_PATIENT, &[]),
        "their proxy" => proxy(PROXY, PATIENT),
        "another's proxy" => proxy(OTHER_PROXY, OTHER_PATIENT),
        "a partner" => partner(),
        "a service" => person(SERVICE, PersonKind::Service),
        _ => return None,
    })
}

/// The person an account action is about; never the one who asks.
pub fn account(kind: &str, actor: PersonId) -> Option<Person> {
    let kind = PersonKind::ALL
        .into_iter()
        .find(|known| person_kind_name(*known) == kind)?;
    let id = PersonId(0x77);
    assert_ne!(id, actor);
    Some(match kind {
        PersonKind::Staff => staff(id, Role::Physician),
        PersonKind::Patient => patient(id, &[]),
        PersonKind::Proxy => proxy(id, PATIENT),
        PersonKind::Partner | PersonKind::Service => person(id, kind),
    })
}

/// What may stand in the state column, besides the words for people.
pub const KNOWN_STATES: &[&str] = &[
    "open",
    "archived",
    "patient invited",
    "patient suspended",
    "patient unknown",
    "from elsewhere",
    "before they came",
    "for somebody else",
    "urgent",
    "own message",
    "another's message",
    "own note",
    "another's note",
    "reply to a note",
    "closed",
    "somebody else answers",
    "they refuse it",
    "refused here",
    "for nobody",
    "for a colleague",
    "patients off",
    "team off",
    "queue alone",
    "not signed in yet",
    "for oneself",
    "due",
    "not due yet",
    "done before",
    "sent for the one who asks",
    "16 minutes old",
    "taken back",
    "no message",
    "nothing there",
    "oneself",
    "another",
    "not founded",
    "labelled",
    "confidential",
    "grant names it",
    "too young",
    "asked",
    "wrong password",
    "of the clinic",
    "-",
];
