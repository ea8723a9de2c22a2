//! The bytes of what is stored, as they were written once and must be read for ever. A fixture never changes: a new version of a
//! format gets a fixture of its own, and the old one stays and is read through its migration.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod clinic;

use corridor_domain::audit::{Action, AuditRecord, Basis, Range};
use corridor_domain::command::{Acting, Command, Envelope, NewMessage};
use corridor_domain::conversation::{
    Audience, Conversation, Departure, History, Kind, Membership, Place, Side, Visibility,
};
use corridor_domain::event::{Event, EventBody, Mention, Message, Priority, Retraction};
use corridor_domain::ids::{CommandId, ConversationId, PersonId, SessionId, SiteId};
use corridor_domain::outcome::Answer;
use corridor_domain::person::{AccountState, PatientFacts, Person, PersonKind, Role, Site};
use corridor_domain::private::{Private, Sealed};
use corridor_domain::session::{BreakGlass, Session};
use corridor_storage::apply::encode_command;
use corridor_storage::records::{Progress, Record, StoredAnswer, StoredVersion, decode, encode};
use std::fmt::{Debug, Write};

const AT_MS: u64 = 1_800_000_000_000;
const PLACE: Place = Place {
    seq: 300,
    number: 200,
    shared_seq: 150,
    shared_number: 100,
};

fn hexadecimal(bytes: &[u8]) -> String {
    let mut text = String::new();
    for line in bytes.chunks(32) {
        line.iter().for_each(|byte| write!(text, "{byte:02x}").unwrap());
        text.push('\n');
    }
    text
}

fn bytes_of(fixture: &str) -> Vec<u8> {
    let digits: Vec<u8> = fixture.bytes().filter(u8::is_ascii_hexdigit).collect();
    let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap();
    digits.chunks(2).map(byte).collect()
}

/// Written as the fixture says, read back from it, refused when anything is missing, left over, or said to be something else.
fn pinned<R: Record + PartialEq + Debug>(record: &R, fixture: &str) {
    let name = std::any::type_name::<R>();
    let bytes = encode(record).unwrap();
    assert_eq!(hexadecimal(&bytes), fixture, "{name} is written differently");
    let bytes = bytes_of(fixture);
    assert_eq!(decode::<R>(&bytes).unwrap(), *record, "{name} is read differently");
    assert_eq!(bytes[..2], [R::KIND, R::VERSION]);
    for length in 0..bytes.len() {
        assert!(decode::<R>(&bytes[..length]).is_err(), "{name} cut at {length}");
    }
    assert!(
        decode::<R>(&[bytes.as_slice(), &[0]].concat()).is_err(),
        "{name} with a byte more"
    );
    for place in 0..2 {
        let mut other = bytes.clone();
        other[place] ^= 0x80;
        assert!(decode::<R>(&other).is_err(), "{name} under another kind or version");
    }
}

fn person() -> Person {
    Person {
        id: PersonId(0x10),
        kind: PersonKind::Patient,
        name: Private::from("Maria Garcia"),
        title: Private::from("Dr."),
        login: Private::from("maria"),
        credential: Private::from("$argon2id$hash"),
        roles: [Role::Nurse, Role::OrganizationQueue].into_iter().collect(),
        state: AccountState::Active,
        sites: vec![SiteId(0x51), SiteId(u128::MAX)],
        patient: Some(PatientFacts {
            mrn: Private::from("MRN-7"),
            birth_date: Private::from("1984-03-12"),
            care_team: vec![PersonId(2), PersonId(3)],
        }),
        proxy_for: vec![PersonId(0x11)],
        organization: Private::from("Northlab"),
    }
}

fn conversation() -> Conversation {
    Conversation {
        id: ConversationId(0xA0),
        kind: Kind::Channel {
            visibility: Visibility::Site,
            site: Some(SiteId(0x51)),
            phi_allowed: true,
        },
        topic: Private::from("front-desk"),
        archived: true,
        owner: PersonId(2),
        created_at_ms: AT_MS,
        last: PLACE,
        revision: 70_000,
        last_at_ms: AT_MS + 1,
        last_message_seq: 299,
        last_shared_message_seq: 298,
        team_read_shared_number: 99,
        member_count: 5,
        content_key: Sealed(vec![7; 5]),
    }
}

fn membership() -> Membership {
    Membership {
        conversation: ConversationId(0xA0),
        person: PersonId(0x10),
        side: Side::Patient,
        joined_seq: 11,
        joined_at_ms: AT_MS,
        history: History::Since { at_ms: AT_MS - 1 },
        first_seq: 12,
        read_seq: 13,
        read_number: 14,
        own_since_read: vec![15, 16],
        delivered_seq: 17,
        departure: Some(Departure {
            seq: 18,
            at_ms: AT_MS + 2,
            by: PersonId(2),
        }),
        past_stays: vec![(1, 5), (7, 9)],
    }
}

fn event() -> Event {
    let message = Message {
        audience: Audience::Team,
        priority: Priority::Stat,
        content: Sealed(b"sealed body".to_vec()),
        mentions: vec![Mention::Person(PersonId(3)), Mention::Role(Role::Billing)],
        reply_to: Some(PLACE),
        version: 3,
        edited_at_ms: Some(AT_MS),
        retraction: Some(Retraction {
            by: PersonId(2),
            at_ms: AT_MS + 3,
            reason: Private::from("wrong room"),
        }),
        acknowledged: vec![(PersonId(4), AT_MS + 4)],
    };
    Event {
        place: PLACE,
        shared: true,
        revision: 70_001,
        at_ms: AT_MS,
        actor: PersonId(2),
        on_behalf_of: Some(PersonId(0x10)),
        body: EventBody::Message(Box::new(message)),
    }
}

fn audit() -> AuditRecord {
    AuditRecord {
        revision: 70_002,
        at_ms: AT_MS,
        actor: Some(PersonId(2)),
        on_behalf_of: Some(PersonId(0x10)),
        session: Some(SessionId(0x200)),
        device: Private::from("ward tablet"),
        basis: Some(Basis::BreakGlass),
        action: Action::Read,
        refusal: Some(corridor_domain::refusal::Refusal::NotFound),
        subject: Some(PersonId(0x11)),
        ranges: vec![Range {
            conversation: ConversationId(0xA0),
            basis: Some(Basis::CareTeam),
            side: Side::Patient,
            from_seq: 1,
            to_seq: 200,
        }],
        reason: Private::from("a complaint"),
        salt: [9; 16],
    }
}

fn envelope() -> Envelope {
    let message = NewMessage {
        audience: Audience::Everyone,
        priority: Priority::Urgent,
        content: Sealed(b"sealed body".to_vec()),
        mentions: vec![Mention::Role(Role::Nurse)],
        reply_to: Some(300),
    };
    Envelope {
        command_id: CommandId(0x0102_0304),
        fingerprint: [5; 16],
        acting: Acting::Person {
            person: PersonId(2),
            session: SessionId(0x200),
        },
        on_behalf_of: Some(PersonId(0x10)),
        salt: [6; 16],
        command: Command::Send {
            conversation: ConversationId(0xA0),
            message: Box::new(message),
        },
    }
}

#[test]
fn people_and_sessions() {
    pinned(&person(), include_str!("fixtures/person-1.hex"));
    let site = Site {
        id: SiteId(0x51),
        name: Private::from("Main Street"),
    };
    pinned(&site, include_str!("fixtures/site-1.hex"));
    let session = Session {
        id: SessionId(0x200),
        person: PersonId(2),
        token_hash: [3; 32],
        device: Private::from("ward tablet"),
        created_at_ms: AT_MS,
        expires_at_ms: AT_MS + 5,
        ended_at_revision: Some(70_003),
    };
    pinned(&session, include_str!("fixtures/session-1.hex"));
    let glass = BreakGlass {
        person: PersonId(5),
        conversation: ConversationId(0xA0),
        reason: Private::from("a complaint"),
        expires_at_ms: AT_MS + 6,
    };
    pinned(&glass, include_str!("fixtures/break-glass-1.hex"));
    pinned(
        &Private::from("Elm Street Clinic"),
        include_str!("fixtures/private-1.hex"),
    );
}

#[test]
fn conversations_and_what_happens_in_them() {
    pinned(&conversation(), include_str!("fixtures/conversation-1.hex"));
    pinned(&membership(), include_str!("fixtures/membership-1.hex"));
    pinned(&event(), include_str!("fixtures/event-1.hex"));
    let version = StoredVersion {
        at_ms: AT_MS,
        content: Sealed(b"what it said before".to_vec()),
    };
    pinned(&version, include_str!("fixtures/stored-version-1.hex"));
}

#[test]
fn the_record_and_what_the_state_remembers() {
    pinned(&audit(), include_str!("fixtures/audit-record-1.hex"));
    let answer = StoredAnswer {
        fingerprint: [5; 16],
        answer: Answer::Done {
            revision: 70_001,
            at_ms: AT_MS,
            conversation: Some(ConversationId(0xA0)),
            place: PLACE,
            side: Side::Patient,
            person: Some(PersonId(0x10)),
            unread: 3,
        },
    };
    pinned(&answer, include_str!("fixtures/stored-answer-1.hex"));
    let progress = Progress {
        revision: 70_001,
        at_ms: AT_MS,
        audit_count: 70_000,
        hash: [8; 32],
    };
    pinned(&progress, include_str!("fixtures/progress-1.hex"));
}

#[test]
fn a_command_in_the_log() {
    let fixture = include_str!("fixtures/command-1.hex");
    let bytes = encode_command(&envelope()).unwrap();
    assert_eq!(hexadecimal(&bytes), fixture, "a command is written differently");
    let bytes = bytes_of(fixture);
    assert_eq!(bytes[0], 1, "the version");
    assert_eq!(postcard::from_bytes::<Envelope>(&bytes[1..]).unwrap(), envelope());
    // Read the production way: what is cut, longer, or of another version never becomes state.
    use corridor_storage::replicated::{CommittedCommand, ReplicatedState};
    let clinic = clinic::Clinic::staffed();
    let apply = |command: &[u8]| {
        let command = CommittedCommand {
            revision: clinic.revision + 1,
            at_ms: AT_MS,
            command: bytes::Bytes::copy_from_slice(command),
        };
        clinic.applied.apply(vec![command], Vec::new())
    };
    for length in 0..bytes.len() {
        assert!(apply(&bytes[..length]).is_err(), "cut at {length}");
    }
    assert!(apply(&[bytes.as_slice(), &[0]].concat()).is_err());
    assert!(apply(&[&[2], &bytes[1..]].concat()).is_err());
    assert!(
        matches!(apply(&bytes).unwrap()[..], [Answer::Refused { .. }]),
        "it is on behalf of another"
    );
}

/// Kinds are reserved for ever; each is listed once.
#[test]
fn kinds_are_pinned() {
    let kinds = [
        Person::KIND,
        Site::KIND,
        Session::KIND,
        Conversation::KIND,
        Membership::KIND,
        Event::KIND,
        BreakGlass::KIND,
        StoredAnswer::KIND,
        AuditRecord::KIND,
        Progress::KIND,
        StoredVersion::KIND,
        Private::KIND,
    ];
    assert!(kinds.iter().zip(1..).all(|(kind, number)| *kind == number));
}
