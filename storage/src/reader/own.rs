//! What people keep of conversations for themselves, and what in them means somebody.

use super::Reader;
use crate::backend::Direction;
use crate::keys;
use crate::records;
use crate::state::Records;
use corridor_domain::attention::{Attention, Threads};
use corridor_domain::event::Event;
use corridor_domain::ids::{ConversationId, PersonId};
use corridor_domain::invitation::Invitation;
use corridor_domain::private::Private;
use corridor_domain::settings::Policies;
use std::io;

impl Reader {
    /// Somebody's own view of a conversation; none if they changed nothing.
    pub fn attention(&self, person: PersonId, conversation: ConversationId) -> io::Result<Option<Attention>> {
        self.state.record(&keys::attention(person, conversation))
    }

    /// What somebody said of the threads of a conversation.
    pub fn threads(&self, person: PersonId, conversation: ConversationId) -> io::Result<Threads> {
        Ok(self
            .state
            .record(&keys::threads(person, conversation))?
            .unwrap_or_default())
    }

    /// The code that somebody was given to sign in for the first time; none where none is open.
    pub fn invitation(&self, person: PersonId) -> io::Result<Option<Invitation>> {
        self.state.record(&keys::invitation(person))
    }

    /// What the clinic allows its people to do with words that were written.
    pub fn policies(&self) -> io::Result<Policies> {
        Ok(self.state.record(&keys::policies())?.unwrap_or_default())
    }

    /// Where the clinic's own charts are found; empty where it did not say so.
    pub fn chart_link(&self) -> io::Result<Private> {
        Ok(self.state.record(&keys::chart_link())?.unwrap_or_default())
    }

    /// The messages among the events from `from_seq` to `to_seq`, the newest first, as they stand in the team's numbering. What a caller
    /// is told of them goes through a grant, or is no word of theirs.
    pub fn messages_newest_first(
        &self,
        conversation: ConversationId,
        from_seq: u64,
        to_seq: u64,
    ) -> impl Iterator<Item = io::Result<Event>> + '_ {
        let from = keys::event(conversation, from_seq);
        let to = keys::event(conversation, to_seq.saturating_add(1));
        let found = self.state.scan(&from, &to, Direction::Backward);
        found
            .map(|pair| pair.and_then(|(_, bytes)| records::decode::<Event>(&bytes)))
            .filter(|event| event.as_ref().map_or(true, |event| event.message().is_some()))
    }
}
