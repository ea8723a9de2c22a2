//! Step 2 of a message's way, pure: is this frame legal now, and what does it ask for? Knows no socket and no service.

use corridor_domain::ids::{CommandId, ConversationId};
use corridor_domain::limits;
use corridor_protocol::{ClientFrame, Command, Presence, VERSION};

/// Where the conversation with a client stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Nothing but hello is legal.
    BeforeHello,
    /// Everything but hello is legal.
    Live,
}

/// What a legal frame asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Begin, from there on.
    Begin {
        /// The highest revision held.
        since: Option<u64>,
        /// A token, where no header carried one.
        token: Option<String>,
    },
    /// Do something.
    Run {
        /// The id as it was sent: it comes back with the result.
        id: String,
        /// The id as it is meant.
        command_id: CommandId,
        /// What.
        command: Box<Command>,
    },
    /// Somebody is writing.
    Typing(ConversationId, bool),
    /// A light is set.
    Light(Presence),
    /// A sign of life is asked for.
    Answer,
    /// The queue is watched, or no longer.
    WatchQueue(bool),
}

/// Why a frame is not legal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Illegal {
    /// Not a frame of the protocol. The socket is closed.
    Garbage,
    /// Not now. The socket is closed.
    OutOfTurn,
    /// A version that this node does not speak. The socket is closed.
    Version,
    /// A command whose id is none: answered, not closed, so that one mistake does not cut the others.
    CommandId,
}

/// Judges a frame.
pub fn step(phase: Phase, text: &str) -> Result<Step, (Illegal, Option<String>)> {
    let closing = |illegal| (illegal, None);
    if phase == Phase::BeforeHello && text.len() > limits::FRAME_BEFORE_SIGN_IN_SIZE_BYTES_MAX {
        return Err(closing(Illegal::Garbage));
    }
    let frame: ClientFrame = serde_json::from_str(text).map_err(|_| closing(Illegal::Garbage))?;
    match (phase, frame) {
        (
            Phase::BeforeHello,
            ClientFrame::Hello {
                version: VERSION,
                since,
                token,
            },
        ) => Ok(Step::Begin { since, token }),
        (Phase::BeforeHello, ClientFrame::Hello { .. }) => Err(closing(Illegal::Version)),
        (Phase::BeforeHello, _) | (Phase::Live, ClientFrame::Hello { .. }) => Err(closing(Illegal::OutOfTurn)),
        (Phase::Live, ClientFrame::Command { id, command }) => match id.parse() {
            Ok(command_id) => Ok(Step::Run {
                id,
                command_id,
                command: Box::new(command),
            }),
            Err(_) => Err((Illegal::CommandId, Some(id.chars().take(64).collect()))),
        },
        (
            Phase::Live,
            ClientFrame::Typing {
                conversation_id,
                active,
            },
        ) => {
            let conversation = conversation_id.parse().map_err(|_| closing(Illegal::Garbage))?;
            Ok(Step::Typing(conversation, active))
        }
        (Phase::Live, ClientFrame::Presence { status }) => Ok(Step::Light(status)),
        (Phase::Live, ClientFrame::Heartbeat) => Ok(Step::Answer),
        (Phase::Live, ClientFrame::WatchQueue { active }) => Ok(Step::WatchQueue(active)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SEND: &str = r#"{"type":"command","id":"01935f00-0000-1234-5678-9abcdef01234","command":
        {"type":"mark_read","conversation_id":"con_00000000000000000000000001","seq":3}}"#;

    #[test]
    fn hello_first_and_once() {
        let hello = r#"{"type":"hello","version":1,"since":7}"#;
        assert_eq!(
            step(Phase::BeforeHello, hello),
            Ok(Step::Begin {
                since: Some(7),
                token: None
            })
        );
        assert_eq!(step(Phase::Live, hello), Err((Illegal::OutOfTurn, None)));
        assert_eq!(step(Phase::BeforeHello, SEND), Err((Illegal::OutOfTurn, None)));
        assert_eq!(
            step(Phase::BeforeHello, r#"{"type":"hello","version":2}"#),
            Err((Illegal::Version, None))
        );
    }

    #[test]
    fn a_sign_of_life_is_asked_for_after_hello() {
        let heartbeat = r#"{"type":"heartbeat"}"#;
        assert_eq!(step(Phase::Live, heartbeat), Ok(Step::Answer));
        let watch = r#"{"type":"watch_queue","active":true}"#;
        assert_eq!(step(Phase::Live, watch), Ok(Step::WatchQueue(true)));
        assert_eq!(step(Phase::BeforeHello, heartbeat), Err((Illegal::OutOfTurn, None)));
    }

    #[test]
    fn commands_only_with_an_id() {
        assert!(matches!(step(Phase::Live, SEND), Ok(Step::Run { .. })));
        let wrong = SEND.replace("01935f00-0000-1234-5678-9abcdef01234", "1");
        assert_eq!(
            step(Phase::Live, &wrong),
            Err((Illegal::CommandId, Some("1".to_owned())))
        );
    }

    #[test]
    fn garbage_is_garbage() {
        for text in [
            "",
            "{}",
            "[]",
            "null",
            r#"{"type":"event"}"#,
            r#"{"type":"typing","conversation_id":"x","active":true}"#,
        ] {
            assert_eq!(step(Phase::Live, text), Err((Illegal::Garbage, None)), "{text}");
        }
        let long = format!(
            r#"{{"type":"hello","version":1,"token":"{}"}}"#,
            "x".repeat(limits::FRAME_BEFORE_SIGN_IN_SIZE_BYTES_MAX)
        );
        assert_eq!(step(Phase::BeforeHello, &long), Err((Illegal::Garbage, None)));
    }
}
