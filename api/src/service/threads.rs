//! Threads: a message and the answers to it, wherever in the conversation they stand; and which unread message means the caller.

use super::{Caller, Service};
use crate::convert::events::Showing;
use crate::convert::waiting;
use crate::failure::{Failure, Outcome};
use corridor_domain::attention::{Attention, Threads};
use corridor_domain::command::{Command, Page};
use corridor_domain::conversation::{Conversation, Side};
use corridor_domain::decide::side_of;
use corridor_domain::event::{Event, Mention};
use corridor_domain::ids::ConversationId;
use corridor_domain::limits;
use corridor_domain::permission::basis;
use corridor_domain::person::Person;
use corridor_domain::refusal::Refusal;
use corridor_domain::view::Readable;
use corridor_protocol as wire;
use std::io;

/// Where the answers of a page stand, and where the next page begins.
type Found = (Vec<u64>, Option<u64>);

impl Service {
    /// One page of a thread. The look is on the record before a word is opened, of these messages and no others.
    pub async fn thread(
        &self,
        caller: &Caller,
        id: ConversationId,
        seq: u64,
        after: Option<u64>,
        limit: usize,
    ) -> Outcome<wire::Thread> {
        let not_found = Failure::Refused(Refusal::NotFound);
        let readable = self.reader().readable(&caller.person, id)?;
        if basis(&caller.person, &readable, self.time_of_rights_ms()).is_none() {
            return Err(not_found);
        }
        let side = side_of(Some(&caller.person));
        let Some(head) = &readable.conversation else {
            return Err(not_found);
        };
        let root = self.reader().event_for(id, side, seq)?;
        let Some(root) = root.filter(|root| root.message().is_some()) else {
            return Err(not_found);
        };
        let own = readable.own.as_ref().filter(|own| own.is_current());
        let first_seq = own.map_or(1, |own| own.first_seq);
        let from = after.unwrap_or(seq).max(seq).saturating_add(1).max(first_seq);
        let (mut chosen, next_after) = self.answers(head, side, &root, from, limit.clamp(1, limits::PAGE_COUNT_MAX))?;
        if after.is_none() && seq >= first_seq {
            chosen.insert(0, seq);
        }
        let follows = self.reader().threads(caller.person.id, id)?;
        Ok(wire::Thread {
            events: self.opened_at(caller, head, &chosen).await?,
            follows: follows.follows(root.place.seq, root.actor == caller.person.id),
            next_after,
        })
    }

    /// The answers from a place on, in the caller's numbering.
    fn answers(&self, head: &Conversation, side: Side, root: &Event, from: u64, limit: usize) -> io::Result<Found> {
        let last = head.last.seq_for(side);
        let to = last.min(from.saturating_add(limits::THREAD_LOOKED_AT_COUNT_MAX - 1));
        let mut found = Vec::new();
        for seq in from..=to {
            if found.len() == limit {
                return Ok((found, Some(seq - 1)));
            }
            if let Some(event) = self.reader().event_for(head.id, side, seq)?
                && answers(&event).is_some_and(|answered| answered == root.place.seq)
            {
                found.push(seq);
            }
        }
        Ok((found, (to < last).then_some(to)))
    }

    /// Just these messages, each as it stands now.
    async fn opened_at(&self, caller: &Caller, head: &Conversation, chosen: &[u64]) -> Outcome<Vec<wire::Event>> {
        if chosen.is_empty() {
            return Ok(Vec::new());
        }
        let mut pages: Vec<Page> = Vec::new();
        for seq in chosen {
            match pages.last_mut() {
                Some(page) if page.to_seq + 1 == *seq => page.to_seq = *seq,
                _ => pages.push(Page {
                    conversation: head.id,
                    from_seq: *seq,
                    to_seq: *seq,
                }),
            }
        }
        let (_, grants) = self.ask(caller, Command::Read { pages }).await?;
        let mut events = Vec::with_capacity(chosen.len());
        for grant in grants.iter().filter(|grant| grant.from_seq <= grant.to_seq) {
            let showing = Showing {
                names: self.names(),
                keys: self.keys(),
                head,
                side: grant.side,
            };
            for event in self.reader().granted(grant)? {
                events.extend(showing.event(&event, None)?);
            }
        }
        Ok(events)
    }

    /// What is the caller's own about a conversation: what they keep of it, and what in it means them.
    pub(super) fn own_view(
        &self,
        caller: &Caller,
        readable: &Readable,
        head: &Conversation,
        my: &mut wire::My,
    ) -> io::Result<()> {
        let known = self.reader().attention(caller.person.id, head.id)?;
        let threads = self.reader().threads(caller.person.id, head.id)?;
        let is_any = known.is_some() || threads != Threads::default();
        my.attention = is_any.then(|| {
            let untouched = || Attention::untouched(caller.person.id, head.id);
            waiting::attention(&known.unwrap_or_else(untouched), &threads)
        });
        my.called_seq = self.called(&caller.person, readable, head, &threads)?;
        Ok(())
    }

    /// The last unread message that means somebody of the staff, of the last ones that are looked at.
    fn called(
        &self,
        person: &Person,
        readable: &Readable,
        head: &Conversation,
        threads: &Threads,
    ) -> io::Result<Option<u64>> {
        let own = readable
            .own
            .as_ref()
            .filter(|own| own.is_current() && own.side == Side::Team);
        let Some(own) = own.filter(|own| own.unread(&head.last) > 0) else {
            return Ok(None);
        };
        let from = own.first_seq.max(own.read_seq.saturating_add(1));
        let unread = self.reader().messages_newest_first(head.id, from, head.last.seq);
        for event in unread.take(limits::CALLS_LOOKED_AT_COUNT_MAX) {
            let event = event?;
            if event.actor != person.id && self.means(person, head.id, &event, threads)? {
                return Ok(Some(event.place.seq));
            }
        }
        Ok(None)
    }

    fn means(&self, person: &Person, id: ConversationId, event: &Event, threads: &Threads) -> io::Result<bool> {
        let Some(message) = event.message().filter(|message| message.retraction.is_none()) else {
            return Ok(false);
        };
        let is_mentioned = message.mentions.iter().any(|mention| match mention {
            Mention::Person(mentioned) => *mentioned == person.id,
            Mention::Role(role) => person.roles.has(*role),
        });
        if is_mentioned {
            return Ok(true);
        }
        let Some(root) = answers(event) else {
            return Ok(false);
        };
        let is_own = match threads.iter().any(|thread| thread.seq == root) {
            true => false,
            false => self
                .reader()
                .event(id, root)?
                .is_some_and(|root| root.actor == person.id),
        };
        Ok(threads.follows(root, is_own))
    }
}

/// The message that it answers.
fn answers(event: &Event) -> Option<u64> {
    event.message()?.reply_to.map(|place| place.seq)
}
