//! The pure part of a session's actor: how often it may say that somebody is writing. Time comes with the question.

use corridor_domain::ids::ConversationId;
use corridor_domain::limits;
use std::collections::HashMap;

/// What follows from mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SessionEffect {
    /// Tell the conversation.
    Typing {
        /// Which.
        conversation: ConversationId,
        /// Writing, or stopped.
        active: bool,
    },
}

/// Where this device was writing, and since when.
#[derive(Debug, Clone, Default)]
pub struct SessionCore {
    writing: HashMap<ConversationId, u64>,
}

impl SessionCore {
    /// The device says that its person is writing, or stopped. Repeated too soon, it is not passed on.
    pub fn typing(&mut self, conversation: ConversationId, active: bool, now_ms: u64) -> Option<SessionEffect> {
        if !active {
            return self
                .writing
                .remove(&conversation)
                .map(|_| SessionEffect::Typing { conversation, active });
        }
        // A device writes in one place at a time; what is older is forgotten before it grows.
        self.writing
            .retain(|_, since| now_ms.saturating_sub(*since) < 10 * limits::TYPING_INTERVAL_MS);
        let due = self
            .writing
            .get(&conversation)
            .is_none_or(|since| now_ms.saturating_sub(*since) >= limits::TYPING_INTERVAL_MS);
        if !due || self.writing.len() >= limits::COMMANDS_PER_SOCKET_IN_FLIGHT_MAX {
            return None;
        }
        self.writing.insert(conversation, now_ms);
        Some(SessionEffect::Typing { conversation, active })
    }

    /// The device went: whatever it was writing has stopped.
    pub fn gone(&mut self) -> Vec<SessionEffect> {
        self.writing
            .drain()
            .map(|(conversation, _)| SessionEffect::Typing {
                conversation,
                active: false,
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn typing_is_passed_on_now_and_then() {
        let mut core = SessionCore::default();
        let room = ConversationId(1);
        let active = Some(SessionEffect::Typing {
            conversation: room,
            active: true,
        });
        assert_eq!(core.typing(room, true, 0), active);
        assert_eq!(core.typing(room, true, limits::TYPING_INTERVAL_MS - 1), None);
        assert_eq!(core.typing(room, true, limits::TYPING_INTERVAL_MS), active);
        assert_eq!(
            core.gone(),
            [SessionEffect::Typing {
                conversation: room,
                active: false
            }]
        );
        assert_eq!(core.typing(room, false, 0), None);
    }
}
