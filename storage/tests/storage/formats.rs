//! The bytes of what is stored, as they were written once and must be read for ever. A fixture never changes: a new version of a
//! format gets a fixture of its own, and the old one stays and is read through its migration.

use crate::fixtures::same;
use crate::records_pinned::pinned;
use corridor_domain::attention::{Attention, Threads};
use corridor_domain::audit::{Action, AuditRecord, Basis, Range};
use corridor_domain::care::Care;
use corridor_domain::conversation::{
    Audience, Conversation, Departure, History, Kind, Membership, Place, Side, Visibility,
};
use corridor_domain::coverage::{Coverage, StandIn};
use corridor_domain::event::{Event, EventBody, Mention, Message, Priority, Retraction};
use corridor_domain::identity_check::IdentityCheck;
use corridor_domain::ids::{ConversationId, PersonId, SessionId, SiteId};
use corridor_domain::invitation::Invitation;
use corridor_domain::on_behalf::Confirmed;
use corridor_domain::outcome::Answer;
use corridor_domain::person::{AccountState, PatientFacts, Person, PersonKind, Role, Site};
use corridor_domain::pin::Pin;
use corridor_domain::private::{Private, Sealed};
use corridor_domain::restriction::{Restriction, Safeguards};
use corridor_domain::scheduled::Scheduled;
use corridor_domain::session::{BreakGlass, Session};
use corridor_domain::settings::{Policies, Settings};
use corridor_domain::task::{ReadBy, Task};
use corridor_domain::template::Template;
use corridor_storage::apply::AppliedState;
use corridor_storage::records::{KINDS, Progress, Record, StoredAnswer, StoredVersion};
use corridor_storage::replicated::ReplicatedState;

const AT_MS: u64 = 1_800_000_000_000;
const PLACE: Place = Place {
    seq: 300,
    number: 200,
    shared_seq: 150,
    shared_number: 100,
};

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

#[test]
fn people_and_sessions() {
    pinned(&person(), "person");
    let site = Site {
        id: SiteId(0x51),
        name: Private::from("Main Street"),
    };
    pinned(&site, "site");
    let session = Session {
        id: SessionId(0x200),
        person: PersonId(2),
        token_hash: [3; 32],
        device: Private::from("ward tablet"),
        created_at_ms: AT_MS,
        expires_at_ms: AT_MS + 5,
        ended_at_revision: Some(70_003),
    };
    pinned(&session, "session");
    let glass = BreakGlass {
        person: PersonId(5),
        conversation: ConversationId(0xA0),
        reason: Private::from("a complaint"),
        expires_at_ms: AT_MS + 6,
    };
    pinned(&glass, "break-glass");
    pinned(&Private::from("Elm Street Clinic"), "private");
}

#[test]
fn conversations_and_what_happens_in_them() {
    pinned(&conversation(), "conversation");
    pinned(&membership(), "membership");
    pinned(&event(), "event");
    let version = StoredVersion {
        at_ms: AT_MS,
        content: Sealed(b"what it said before".to_vec()),
    };
    pinned(&version, "stored-version");
}

#[test]
fn the_record_and_what_the_state_remembers() {
    pinned(&audit(), "audit-record");
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
    pinned(&answer, "stored-answer");
    let progress = Progress {
        revision: 70_001,
        at_ms: AT_MS,
        audit_count: 70_000,
        hash: [8; 32],
    };
    pinned(&progress, "progress");
}

/// On its way to the node whose client asked. Which answers there are is pinned in the domain's tests.
#[test]
fn an_answer_between_nodes() {
    let refusal = corridor_domain::refusal::Refusal::Archived;
    let refused = Answer::Refused { revision: 300, refusal };
    let bytes = same("0.1/answer-1.hex", &AppliedState::encode_answer(&refused).unwrap());
    crate::fixtures::read(
        "0.1/answer-1.hex",
        AppliedState::decode_answer(&bytes).unwrap(),
        &refused,
    );
    assert!(
        AppliedState::decode_answer(&[&[2], &bytes[1..]].concat()).is_err(),
        "of another version"
    );
    assert!(AppliedState::decode_answer(&[]).is_err());
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
        Care::KIND,
        Confirmed::KIND,
        Coverage::KIND,
        StandIn::KIND,
        Scheduled::KIND,
        Attention::KIND,
        Settings::KIND,
        Task::KIND,
        ReadBy::KIND,
        Pin::KIND,
        Restriction::KIND,
        Safeguards::KIND,
        Template::KIND,
        IdentityCheck::KIND,
        Threads::KIND,
        Invitation::KIND,
        Policies::KIND,
    ];
    assert!(kinds.iter().zip(1..).all(|(kind, number)| *kind == number));
    assert_eq!(KINDS, kinds, "a new record gets a fixture above and a line here");
}
