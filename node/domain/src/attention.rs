//! What somebody keeps of one conversation for themselves: put away, muted, marked as unread, a reminder. It is nobody else's business,
//! and changes nothing for anybody else: archiving a conversation and resolving it are other things.

use crate::ids::{ConversationId, PersonId};
use crate::timer::Timer;
use serde::{Deserialize, Serialize};

/// One person's own view of one conversation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attention {
    /// Whose.
    pub person: PersonId,
    /// Of which.
    pub conversation: ConversationId,
    /// Put away when it had so many messages that they may see; it comes back with the next one.
    pub put_away_number: Option<u64>,
    /// Its messages do not call for attention.
    pub muted: bool,
    /// Marked as unread, though it was read.
    pub unread: bool,
    /// When to be reminded.
    pub remind_at_ms: Option<u64>,
}

impl Attention {
    /// As it is before anybody said otherwise.
    pub fn untouched(person: PersonId, conversation: ConversationId) -> Self {
        Self {
            person,
            conversation,
            put_away_number: None,
            muted: false,
            unread: false,
            remind_at_ms: None,
        }
    }

    /// Whether it is put away while it has so many messages.
    pub fn is_put_away(&self, last_number: u64) -> bool {
        self.put_away_number.is_some_and(|number| last_number <= number)
    }

    /// What it waits for, and when that comes.
    pub fn timer(&self) -> Option<(u64, Timer)> {
        let due_ms = self.remind_at_ms?;
        Some((due_ms, Timer::Reminder(self.person, self.conversation)))
    }
}

/// What somebody does with their own view. Numbers and order are for ever.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum AttentionStep {
    /// Put it away until somebody writes.
    PutAway,
    /// Take it out again.
    TakeOut,
    /// Let its messages not call for attention, or let them.
    Mute {
        /// Not.
        muted: bool,
    },
    /// Mark it as unread; reading it again ends that.
    MarkUnread,
    /// Be reminded of it.
    Remind {
        /// When; none: not any more.
        at_ms: Option<u64>,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_put_away_comes_back_with_the_next_message() {
        let mut attention = Attention::untouched(PersonId(1), ConversationId(2));
        assert!(!attention.is_put_away(0));
        attention.put_away_number = Some(7);
        assert_eq!((attention.is_put_away(7), attention.is_put_away(8)), (true, false));
    }

    #[test]
    fn it_waits_for_a_reminder_and_nothing_else() {
        let mut attention = Attention::untouched(PersonId(1), ConversationId(2));
        assert_eq!(attention.timer(), None);
        attention.remind_at_ms = Some(9);
        let reminder = Timer::Reminder(PersonId(1), ConversationId(2));
        assert_eq!(attention.timer(), Some((9, reminder)));
    }
}
