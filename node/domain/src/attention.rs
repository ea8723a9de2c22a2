//! What somebody keeps of one conversation for themselves: put away, muted, marked as unread, a reminder, which of its threads they follow.
//! It is nobody else's business, and changes nothing for anybody else: archiving a conversation and resolving it are other things.

use crate::ids::{ConversationId, PersonId};
use crate::limits;
use crate::refusal::Refusal;
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

/// A thread: a message, and the answers to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Thread {
    /// The message that it hangs on, in the team's numbering.
    pub seq: u64,
    /// Its answers call for attention, or they do not.
    pub follows: bool,
}

/// What somebody said of the threads of one conversation.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Threads(Vec<Thread>);

impl Threads {
    /// What was said, by the order of the threads.
    pub fn iter(&self) -> impl Iterator<Item = Thread> {
        self.0.iter().copied()
    }

    /// Whether they follow it, if they said so; whoever began it and said nothing does.
    pub fn follows(&self, seq: u64, is_own: bool) -> bool {
        self.iter()
            .find(|thread| thread.seq == seq)
            .map_or(is_own, |thread| thread.follows)
    }

    /// With this said as well.
    ///
    /// # Errors
    /// [`Refusal::NothingToDo`] where it was said, [`Refusal::TooMany`] beyond the limit.
    pub fn with(&self, said: Thread) -> Result<Self, Refusal> {
        let mut all = self.0.clone();
        match all.binary_search_by_key(&said.seq, |thread| thread.seq) {
            Ok(place) if all.get(place) == Some(&said) => return Err(Refusal::NothingToDo),
            Ok(place) => all.splice(place..=place, [said]).for_each(drop),
            Err(_) if all.len() >= limits::THREADS_SAID_COUNT_MAX => return Err(Refusal::TooMany),
            Err(place) => all.insert(place, said),
        }
        Ok(Self(all))
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
    /// Follow a thread, or not. Since version 6.
    Follow {
        /// The message that it hangs on.
        seq: u64,
        /// They do.
        follows: bool,
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
    fn threads_are_said_once_in_their_order_and_not_without_end() {
        let said = |seq, follows| Thread { seq, follows };
        let two = Threads::default()
            .with(said(7, true))
            .unwrap()
            .with(said(3, false))
            .unwrap();
        assert_eq!(two.iter().collect::<Vec<_>>(), [said(3, false), said(7, true)]);
        assert_eq!(two.with(said(7, true)), Err(Refusal::NothingToDo));
        let changed = two.with(said(3, true)).unwrap();
        assert_eq!(changed.iter().collect::<Vec<_>>(), [said(3, true), said(7, true)]);
        assert_eq!((two.follows(3, true), two.follows(7, false)), (false, true));
        assert_eq!((two.follows(5, true), two.follows(5, false)), (true, false));
        let all = |count| (1..=count).try_fold(Threads::default(), |threads, seq| threads.with(said(seq, true)));
        let most = limits::THREADS_SAID_COUNT_MAX as u64;
        assert!(all(most).is_ok());
        assert_eq!(all(most + 1), Err(Refusal::TooMany));
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
