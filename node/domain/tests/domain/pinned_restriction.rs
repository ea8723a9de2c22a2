//! Numbers of what keeps words from the wrong reader, and of words that are used again: they are for ever. Beside `pinned.rs`.

use crate::common::pinned::{pinned, pinned_from};
use corridor_domain::command::{Command, Moving, NewConversation};
use corridor_domain::conversation::Kind;
use corridor_domain::coverage::NewCoverage;
use corridor_domain::ids::{ConversationId, CoverageId, PersonId, TemplateId};
use corridor_domain::private::{Private, Sealed};
use corridor_domain::restriction::{RestrictionStep, Safeguards, Sensitivity};
use corridor_domain::template::Template;

#[test]
fn labels_and_steps() {
    pinned(&[
        (Sensitivity::Part2, "Part2", "00"),
        (Sensitivity::StateLaw, "StateLaw", "01"),
    ]);
    pinned(&[
        (
            RestrictionStep::Label {
                sensitivity: Some(Sensitivity::Part2),
            },
            "Label",
            "000100",
        ),
        (
            RestrictionStep::Confidential { confidential: true },
            "Confidential",
            "0101",
        ),
    ]);
}

#[test]
fn commands() {
    let conversation = ConversationId(4);
    let new = NewConversation {
        id: conversation,
        kind: Kind::Patient { patient: PersonId(2) },
        topic: Private::from("t"),
        members: Vec::new(),
        content_key: Sealed(vec![9]),
    };
    let coverage = NewCoverage {
        id: CoverageId(6),
        covered: PersonId(2),
        covering: PersonId(3),
        from_ms: 1,
        until_ms: 300,
        reason: Private::from("r"),
    };
    let template = Template {
        id: TemplateId(7),
        owner: Some(PersonId(2)),
        name: Private::from("n"),
        body: Private::from("b"),
    };
    let all = [
        (
            Command::Restrict {
                conversation,
                step: RestrictionStep::Label { sensitivity: None },
            },
            "Restrict",
            concat!("30", "00000000000000000000000000000004", "0000"),
        ),
        (
            Command::BeginConfidential {
                new: Box::new(new),
                reason: Some(300),
                to: Some(PersonId(3)),
            },
            "BeginConfidential",
            concat!(
                "31",
                "00000000000000000000000000000004",
                "03",
                "00000000000000000000000000000002",
                "0174",
                "00",
                "0109",
                "01ac02",
                "0100000000000000000000000000000003"
            ),
        ),
        (
            Command::GrantCoverageOfLabelled {
                coverage: Box::new(coverage),
            },
            "GrantCoverageOfLabelled",
            concat!(
                "32",
                "00000000000000000000000000000006",
                "00000000000000000000000000000002",
                "00000000000000000000000000000003",
                "01ac02",
                "0172"
            ),
        ),
        (
            Command::ChangeSafeguards(Safeguards {
                confidential_from_years: Some(12),
                undo_s: 10,
            }),
            "ChangeSafeguards",
            "33010c0a",
        ),
        (
            Command::SaveTemplate {
                template: Box::new(template),
                is_new: true,
            },
            "SaveTemplate",
            concat!(
                "34",
                "00000000000000000000000000000007",
                "0100000000000000000000000000000002",
                "016e016201"
            ),
        ),
        (
            Command::RemoveTemplate(TemplateId(7)),
            "RemoveTemplate",
            "3500000000000000000000000000000007",
        ),
        (
            Command::MoveMessage {
                conversation,
                moving: Box::new(Moving {
                    seq: 300,
                    version: 2,
                    to: ConversationId(5),
                    content: Sealed(vec![9]),
                }),
            },
            "MoveMessage",
            concat!(
                "36",
                "00000000000000000000000000000004",
                "ac0202",
                "00000000000000000000000000000005",
                "0109"
            ),
        ),
        (
            Command::AskIdentity(conversation),
            "AskIdentity",
            "3700000000000000000000000000000004",
        ),
        (
            Command::ConfirmIdentity {
                conversation,
                credential: Private::from("c"),
            },
            "ConfirmIdentity",
            concat!("38", "00000000000000000000000000000004", "0163"),
        ),
    ];
    assert!(all.iter().all(|(command, ..)| command.version() == 5));
    pinned_from(48, &all);
}
