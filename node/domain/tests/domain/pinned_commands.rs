//! Numbers, names and bytes of commands, as the log has them for ever.
//!
//! A test that fails here says: bytes on disk change. New variants go to the end, with a line of their own here.

use crate::common::pinned::pinned;
use corridor_domain::care::CareStep;
use corridor_domain::command::{Command, NewConversation, NewMessage, Page};
use corridor_domain::conversation::{Audience, History, Kind};
use corridor_domain::event::{Mention, Priority};
use corridor_domain::ids::{ConversationId, PersonId, SessionId, SiteId};
use corridor_domain::on_behalf::Confirmation;
use corridor_domain::person::{AccountState, PatientFacts, Person, PersonKind, Role, Site};
use corridor_domain::private::{Private, Sealed};
use corridor_domain::session::Session;

fn person() -> Person {
    let facts = PatientFacts {
        mrn: Private::from("m"),
        birth_date: Private::from("b"),
        care_team: vec![PersonId(3)],
    };
    Person {
        id: PersonId(2),
        kind: PersonKind::Patient,
        name: Private::from("n"),
        title: Private::from("t"),
        login: Private::from("l"),
        credential: Private::from("c"),
        roles: [Role::Physician].into_iter().collect(),
        state: AccountState::Active,
        sites: vec![SiteId(5)],
        patient: Some(facts),
        proxy_for: vec![PersonId(6)],
        organization: Private::from("o"),
    }
}

fn session() -> Session {
    Session {
        id: SessionId(3),
        person: PersonId(2),
        token_hash: [0xAB; 32],
        device: Private::from("d"),
        created_at_ms: 1,
        expires_at_ms: 300,
        ended_at_revision: Some(9),
    }
}

fn new_conversation() -> NewConversation {
    NewConversation {
        id: ConversationId(4),
        kind: Kind::Group,
        topic: Private::from("t"),
        members: vec![PersonId(2)],
        content_key: Sealed(vec![9]),
    }
}

fn confirmation() -> Confirmation {
    Confirmation {
        token: [0xAB; 16],
        body: [0xCD; 16],
    }
}

fn new_message() -> NewMessage {
    NewMessage {
        audience: Audience::Team,
        priority: Priority::Stat,
        content: Sealed(vec![9]),
        mentions: vec![Mention::Role(Role::Nurse)],
        reply_to: Some(300),
    }
}

#[test]
fn the_commands() {
    pinned(&[
        (
            Command::FoundWorkspace {
                name: Private::from("H"),
                administrator: Box::new(person()),
            },
            "FoundWorkspace",
            concat!(
                "0001480000000000000000000000000000000201016e0174016c01630101010000000000000000000000000000000501",
                "016d016201000000000000000000000000000000030100000000000000000000000000000006016f"
            ),
        ),
        (
            Command::AddSite {
                site: Site {
                    id: SiteId(5),
                    name: Private::from("N"),
                },
            },
            "AddSite",
            "0100000000000000000000000000000005014e",
        ),
        (
            Command::AddPerson {
                person: Box::new(person()),
                general: Some(Box::new(new_conversation())),
            },
            "AddPerson",
            concat!(
                "020000000000000000000000000000000201016e0174016c01630101010000000000000000000000000000000501016d",
                "016201000000000000000000000000000000030100000000000000000000000000000006016f01000000000000000000",
                "0000000000000401017401000000000000000000000000000000020109"
            ),
        ),
        (
            Command::ChangeAccountState {
                person: PersonId(2),
                state: AccountState::Suspended,
            },
            "ChangeAccountState",
            "030000000000000000000000000000000202",
        ),
        (
            Command::ChangeRoles {
                person: PersonId(2),
                roles: [Role::Nurse, Role::Administrator].into_iter().collect(),
            },
            "ChangeRoles",
            "040000000000000000000000000000000222",
        ),
        (
            Command::ChangeCareTeam {
                person: PersonId(2),
                care_team: vec![PersonId(3)],
            },
            "ChangeCareTeam",
            "05000000000000000000000000000000020100000000000000000000000000000003",
        ),
        (
            Command::ChangeProxyFor {
                person: PersonId(2),
                patients: vec![PersonId(3)],
            },
            "ChangeProxyFor",
            "06000000000000000000000000000000020100000000000000000000000000000003",
        ),
        (
            Command::SetPassword {
                person: PersonId(2),
                credential: Private::from("h"),
            },
            "SetPassword",
            "07000000000000000000000000000000020168",
        ),
        (
            Command::SignIn {
                session: Box::new(session()),
                credential: Private::from("h"),
            },
            "SignIn",
            concat!(
                "080000000000000000000000000000000300000000000000000000000000000002ababababababababababababababab",
                "ababababababababababababababababab016401ac0201090168"
            ),
        ),
        (
            Command::FailSignIn {
                person: Some(PersonId(2)),
                device: Private::from("d"),
            },
            "FailSignIn",
            "0901000000000000000000000000000000020164",
        ),
        (
            Command::EndSession { session: SessionId(3) },
            "EndSession",
            "0a00000000000000000000000000000003",
        ),
        (
            Command::CreateConversation(Box::new(new_conversation())),
            "CreateConversation",
            "0b0000000000000000000000000000000401017401000000000000000000000000000000020109",
        ),
        (
            Command::Rename {
                conversation: ConversationId(4),
                topic: Private::from("t"),
            },
            "Rename",
            "0c000000000000000000000000000000040174",
        ),
        (
            Command::Archive {
                conversation: ConversationId(4),
            },
            "Archive",
            "0d00000000000000000000000000000004",
        ),
        (
            Command::Reopen {
                conversation: ConversationId(4),
            },
            "Reopen",
            "0e00000000000000000000000000000004",
        ),
        (
            Command::ChangeOwner {
                conversation: ConversationId(4),
                owner: PersonId(2),
            },
            "ChangeOwner",
            "0f0000000000000000000000000000000400000000000000000000000000000002",
        ),
        (
            Command::AddMember {
                conversation: ConversationId(4),
                person: PersonId(2),
                history: History::FromNow,
            },
            "AddMember",
            "10000000000000000000000000000000040000000000000000000000000000000201",
        ),
        (
            Command::RemoveMember {
                conversation: ConversationId(4),
                person: PersonId(2),
            },
            "RemoveMember",
            "110000000000000000000000000000000400000000000000000000000000000002",
        ),
        (
            Command::Send {
                conversation: ConversationId(4),
                message: Box::new(new_message()),
            },
            "Send",
            "12000000000000000000000000000000040102010901010101ac02",
        ),
        (
            Command::Edit {
                conversation: ConversationId(4),
                seq: 8,
                content: Sealed(vec![9]),
                mentions: Vec::new(),
            },
            "Edit",
            "130000000000000000000000000000000408010900",
        ),
        (
            Command::Retract {
                conversation: ConversationId(4),
                seq: 8,
                reason: Private::from("r"),
            },
            "Retract",
            "1400000000000000000000000000000004080172",
        ),
        (
            Command::MarkRead {
                conversation: ConversationId(4),
                seq: 8,
            },
            "MarkRead",
            "150000000000000000000000000000000408",
        ),
        (
            Command::ConfirmDelivery {
                conversation: ConversationId(4),
                seq: 8,
            },
            "ConfirmDelivery",
            "160000000000000000000000000000000408",
        ),
        (
            Command::Acknowledge {
                conversation: ConversationId(4),
                seq: 8,
            },
            "Acknowledge",
            "170000000000000000000000000000000408",
        ),
        (
            Command::Read {
                pages: vec![Page {
                    conversation: ConversationId(4),
                    from_seq: 1,
                    to_seq: 9,
                }],
            },
            "Read",
            "1801000000000000000000000000000000040109",
        ),
        (Command::ReadDirectory { patients: true }, "ReadDirectory", "1901"),
        (Command::ReadAudit, "ReadAudit", "1a"),
        (
            Command::BreakGlass {
                conversation: ConversationId(4),
                reason: Private::from("r"),
                minutes: 30,
            },
            "BreakGlass",
            "1b0000000000000000000000000000000401721e",
        ),
        (
            Command::Care {
                conversation: ConversationId(4),
                step: CareStep::Accept,
            },
            "Care",
            "1c0000000000000000000000000000000404",
        ),
        (
            Command::ConfirmOnBehalf {
                conversation: ConversationId(4),
                confirmation: confirmation(),
            },
            "ConfirmOnBehalf",
            concat!(
                "1d00000000000000000000000000000004",
                "abababababababababababababababab",
                "cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd"
            ),
        ),
        (
            Command::SendOnBehalf {
                conversation: ConversationId(4),
                message: Box::new(new_message()),
                confirmation: confirmation(),
            },
            "SendOnBehalf",
            concat!(
                "1e00000000000000000000000000000004",
                "01020109010101",
                "01ac02",
                "abababababababababababababababab",
                "cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd"
            ),
        ),
        (
            Command::ChangeOnBehalf {
                person: PersonId(2),
                refuses: true,
            },
            "ChangeOnBehalf",
            "1f0000000000000000000000000000000201",
        ),
    ]);
}
