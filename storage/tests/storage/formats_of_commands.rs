//! The bytes of commands in the log, as they were written once and must be read for ever: each version, and nothing but it.

use crate::fixtures::same;
use corridor_domain::care::CareStep;
use corridor_domain::command::{Acting, Command, Envelope, NewMessage};
use corridor_domain::conversation::Audience;
use corridor_domain::event::{Mention, Priority};
use corridor_domain::ids::{CommandId, ConversationId, PersonId, SessionId};
use corridor_domain::outcome::Answer;
use corridor_domain::person::Role;
use corridor_domain::private::Sealed;
use corridor_storage::apply::encode_command;
use corridor_storage::replicated::{CommittedCommand, ReplicatedState};

const AT_MS: u64 = 1_800_000_000_000;

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
fn a_command_in_the_log() {
    let bytes = same("0.1/command-1.hex", &encode_command(&envelope()).unwrap());
    assert_eq!(bytes[0], 1, "the version");
    assert_eq!(postcard::from_bytes::<Envelope>(&bytes[1..]).unwrap(), envelope());
    // Read the production way: what is cut, longer, or of another version never becomes state.
    let clinic = crate::clinic::Clinic::staffed();
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

/// What only programs of the second version apply says so, and nothing else of that version is taken.
#[test]
fn a_command_of_the_second_version() {
    let step = CareStep::Take { from: None };
    let conversation = ConversationId(0xA0);
    let care = Envelope {
        command: Command::Care { conversation, step },
        ..envelope()
    };
    let bytes = same("0.1/command-2.hex", &encode_command(&care).unwrap());
    assert_eq!(bytes[0], 2, "the version");
    let clinic = crate::clinic::Clinic::staffed();
    let apply = |revisions: u64, command: &[u8]| {
        let command = CommittedCommand {
            revision: clinic.revision + revisions,
            at_ms: AT_MS,
            command: bytes::Bytes::copy_from_slice(command),
        };
        clinic.applied.apply(vec![command], Vec::new())
    };
    assert!(
        apply(1, &[&[1], &bytes[1..]].concat()).is_err(),
        "a command that version 1 does not have"
    );
    let first = encode_command(&envelope()).unwrap();
    assert!(
        apply(1, &[&[2], &first[1..]].concat()).is_err(),
        "a command that says less than it needs"
    );
    assert_eq!(clinic.applied.applied_version(), 1);
    apply(1, &bytes).unwrap();
    assert_eq!(clinic.applied.applied_version(), 2);
    apply(2, &first).unwrap();
    assert_eq!(
        clinic.applied.applied_version(),
        2,
        "whoever belongs to the group from now on applies it"
    );
}
