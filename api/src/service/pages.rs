//! One conversation: its head, members, pages of history, receipts, versions, and what a returning device has missed.

use super::{Caller, Service};
use crate::convert::events::Showing;
use crate::convert::objects;
use crate::failure::{Failure, Outcome};
use corridor_domain::command::{Command, Page};
use corridor_domain::conversation::{Conversation, Kind, Side};
use corridor_domain::decide::side_of;
use corridor_domain::event::{Event, EventBody};
use corridor_domain::ids::{ConversationId, PersonId};
use corridor_domain::limits;
use corridor_domain::outcome::Grant;
use corridor_domain::permission::{Asking, basis, permit, sees_retracted};
use corridor_domain::refusal::Refusal;
use corridor_domain::view::Readable;
use corridor_protocol as wire;
use std::collections::BTreeMap;
use std::io;

/// Which page of history.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// Events after this `seq`.
    After(u64),
    /// The last events before this `seq`.
    Before(u64),
}

impl Service {
    /// The head and the members. What one only finds in the list of channels is shown without members.
    pub async fn conversation(&self, caller: &Caller, id: ConversationId) -> Outcome<wire::Conversation> {
        let readable = self.findable(caller, id)?;
        let names = self.first_names(caller, &readable)?;
        let mut conversation = self
            .head(caller, &readable, names)?
            .ok_or(Failure::Refused(Refusal::NotFound))?;
        if basis(&caller.person, &readable, self.time_of_rights_ms()).is_some() {
            conversation.identity_check = self.identity_check(id)?;
            conversation.members = Some(self.member_list(caller, &readable)?);
            conversation.care_rooms = self.care_rooms(caller, &readable)?;
        }
        Ok(conversation)
    }

    /// The rooms beside a patient's conversation that the caller may read. Patients learn of none.
    fn care_rooms(&self, caller: &Caller, readable: &Readable) -> io::Result<Vec<wire::CareRoom>> {
        let about = readable.conversation.as_ref().filter(|_| caller.person.is_staff());
        let Some((id, Kind::Patient { patient })) = about.map(|head| (head.id, &head.kind)) else {
            return Ok(Vec::new());
        };
        let now_ms = self.time_of_rights_ms();
        let mut rooms = Vec::new();
        for other in self.reader().conversations_about(*patient)? {
            let head = self.reader().conversation(other)?;
            let Some(head) = head.filter(|head| matches!(head.kind, Kind::CareRoom { beside, .. } if beside == id))
            else {
                continue;
            };
            let room = self.reader().readable(&caller.person, other)?;
            if basis(&caller.person, &room, now_ms).is_some() {
                rooms.push(objects::care_room(&head));
            }
            if rooms.len() >= limits::INBOX_COUNT_MAX {
                break;
            }
        }
        Ok(rooms)
    }

    /// The members.
    pub async fn members(&self, caller: &Caller, id: ConversationId) -> Outcome<wire::MemberList> {
        let readable = self.findable(caller, id)?;
        if basis(&caller.person, &readable, self.time_of_rights_ms()).is_none() {
            return Err(Failure::Refused(Refusal::NotAMember));
        }
        Ok(wire::MemberList {
            members: self.member_list(caller, &readable)?,
        })
    }

    fn member_list(&self, caller: &Caller, readable: &Readable) -> io::Result<Vec<wire::Member>> {
        let Some(head) = &readable.conversation else {
            return Ok(Vec::new());
        };
        let side = side_of(Some(&caller.person));
        let mut members = Vec::new();
        for membership in self
            .reader()
            .memberships(head.id)?
            .iter()
            .filter(|membership| membership.is_current())
        {
            if let Some(person) = self.reader().person(membership.person)? {
                members.push(objects::member(membership, &person, head, side));
            }
        }
        members.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(members)
    }

    /// A conversation that one may read or find. All others are not there.
    fn findable(&self, caller: &Caller, id: ConversationId) -> Outcome<Readable> {
        let readable = self.reader().readable(&caller.person, id)?;
        let asking = Asking {
            subject: Some(&caller.person),
            ..Asking::new(
                corridor_domain::audit::Action::Join,
                &caller.person,
                &readable,
                self.time_of_rights_ms(),
            )
        };
        let found = basis(&caller.person, &readable, self.time_of_rights_ms()).is_some() || permit(&asking).is_ok();
        if found {
            Ok(readable)
        } else {
            Err(Failure::Refused(Refusal::NotFound))
        }
    }

    /// A page of history, each message as it stands now. The look is on the record before anything is opened.
    pub async fn events(
        &self,
        caller: &Caller,
        id: ConversationId,
        turn: Turn,
        limit: usize,
    ) -> Outcome<wire::EventPage> {
        let limit = limit.clamp(1, limits::PAGE_COUNT_MAX) as u64;
        let (from_seq, to_seq) = match turn {
            Turn::After(seq) => (seq.saturating_add(1), seq.saturating_add(limit)),
            Turn::Before(seq) => {
                let last = self.last_seq(caller, id)?;
                let before = seq.min(last + 1);
                (before.saturating_sub(limit).max(1), before.saturating_sub(1))
            }
        };
        let page = Page {
            conversation: id,
            from_seq,
            to_seq,
        };
        let (_, grants) = self.ask(caller, Command::Read { pages: vec![page] }).await?;
        let grant = grants.first().copied().ok_or(Failure::Refused(Refusal::NotFound))?;
        let head = self
            .reader()
            .conversation(id)?
            .ok_or(Failure::Refused(Refusal::NotFound))?;
        let first_seq = self
            .reader()
            .membership(id, caller.person.id)?
            .filter(|own| own.is_current())
            .map_or(1, |own| own.first_seq);
        let last_seq = head.last.seq_for(grant.side);
        let has_more = match turn {
            Turn::After(_) => grant.to_seq < last_seq,
            Turn::Before(_) => grant.from_seq > first_seq,
        };
        Ok(wire::EventPage {
            events: self.shown(&head, &grant)?,
            first_seq,
            last_seq,
            has_more,
        })
    }

    fn last_seq(&self, caller: &Caller, id: ConversationId) -> io::Result<u64> {
        let side = side_of(Some(&caller.person));
        Ok(self
            .reader()
            .conversation(id)?
            .map_or(0, |head| head.last.seq_for(side)))
    }

    /// The events of a grant for the wire.
    fn shown(&self, head: &Conversation, grant: &Grant) -> io::Result<Vec<wire::Event>> {
        if grant.to_seq < grant.from_seq {
            return Ok(Vec::new());
        }
        let showing = Showing {
            names: self.names(),
            keys: self.keys(),
            head,
            side: grant.side,
        };
        let mut events = Vec::new();
        for event in self.reader().granted(grant)? {
            let target = self.target_of(head.id, &event)?;
            events.extend(showing.event(&event, target.as_ref())?);
        }
        Ok(events)
    }

    fn target_of(&self, id: ConversationId, event: &Event) -> io::Result<Option<Event>> {
        match &event.body {
            EventBody::Edited { target, .. } | EventBody::Retracted { target } => self.reader().event(id, target.seq),
            _ => Ok(None),
        }
    }

    /// Everything that happened in one's conversations above a revision, in the order of revisions. None: too much; fetch anew.
    pub async fn missed(&self, caller: &Caller, since: u64) -> Outcome<Option<Vec<wire::Event>>> {
        let side = side_of(Some(&caller.person));
        let mut pages = Vec::new();
        let mut count = 0_u64;
        for id in self.reader().conversations_of(caller.person.id)? {
            let Some(head) = self.reader().conversation(id)?.filter(|head| head.revision > since) else {
                continue;
            };
            let from_seq = self.reader().first_seq_above(&head, side, since)?;
            let to_seq = head.last.seq_for(side);
            if from_seq > to_seq {
                continue;
            }
            count += to_seq - from_seq + 1;
            if count > limits::REPLAY_EVENTS_COUNT_MAX as u64 || pages.len() >= limits::INBOX_COUNT_MAX {
                return Ok(None);
            }
            pages.push(Page {
                conversation: id,
                from_seq,
                to_seq,
            });
        }
        if pages.is_empty() {
            return Ok(Some(Vec::new()));
        }
        let (_, grants) = self.ask(caller, Command::Read { pages }).await?;
        let mut events = Vec::new();
        let mut size_bytes = 0;
        for grant in &grants {
            if let Some(head) = self.reader().conversation(grant.conversation)? {
                let shown = self.shown(&head, grant)?;
                size_bytes += shown.iter().map(body_size_bytes).sum::<usize>();
                if size_bytes > limits::REPLAY_SIZE_BYTES_MAX {
                    return Ok(None);
                }
                events.extend(shown);
            }
        }
        events.sort_by_key(|event| (event.revision, event.seq));
        Ok(Some(events))
    }

    /// A message that the caller may see, by its place in their numbering.
    async fn message(&self, caller: &Caller, id: ConversationId, seq: u64) -> Outcome<(Conversation, Event, Side)> {
        let page = Page {
            conversation: id,
            from_seq: seq,
            to_seq: seq,
        };
        let (_, grants) = self.ask(caller, Command::Read { pages: vec![page] }).await?;
        let not_found = || Failure::Refused(Refusal::NotFound);
        let grant = grants
            .first()
            .copied()
            .filter(|grant| grant.from_seq <= grant.to_seq)
            .ok_or_else(not_found)?;
        let head = self.reader().conversation(id)?.ok_or_else(not_found)?;
        let event = self
            .reader()
            .granted(&grant)?
            .into_iter()
            .next()
            .filter(|event| event.message().is_some());
        Ok((head, event.ok_or_else(not_found)?, grant.side))
    }

    /// How far a message came with each recipient. Patients are told of the care team as one.
    pub async fn receipts(&self, caller: &Caller, id: ConversationId, seq: u64) -> Outcome<wire::ReceiptList> {
        let (head, event, side) = self.message(caller, id, seq).await?;
        let mut marks: BTreeMap<PersonId, (Option<u64>, Option<u64>)> = BTreeMap::new();
        for mark in self
            .reader()
            .events(id, event.place.seq + 1, head.last.seq, limits::RECEIPT_SCAN_COUNT_MAX)?
        {
            let entry = marks.entry(mark.actor).or_default();
            match &mark.body {
                EventBody::Delivered { up_to } if up_to.seq >= event.place.seq => {
                    entry.0.get_or_insert(mark.at_ms);
                }
                EventBody::Read { up_to } if up_to.seq >= event.place.seq => {
                    entry.0.get_or_insert(mark.at_ms);
                    entry.1.get_or_insert(mark.at_ms);
                }
                _ => {}
            }
        }
        let acknowledged: BTreeMap<PersonId, u64> = event
            .message()
            .iter()
            .flat_map(|message| message.acknowledged.iter().copied())
            .collect();
        let mut receipts = Vec::new();
        let mut team_read_at_ms: Option<u64> = None;
        for membership in self.reader().memberships(id)? {
            let there = membership.was_member_at(event.place.seq) && membership.person != event.actor;
            if !there || !event.is_visible_to(membership.side) {
                continue;
            }
            let (delivered_at_ms, read_at_ms) = marks.get(&membership.person).copied().unwrap_or_default();
            if side == Side::Patient && membership.side == Side::Team {
                team_read_at_ms = [team_read_at_ms, read_at_ms].into_iter().flatten().min();
                continue;
            }
            receipts.push(wire::Receipt {
                person_id: membership.person.to_string(),
                name: self.names().author(membership.person)?.name,
                delivered_at_ms,
                read_at_ms,
                acknowledged_at_ms: acknowledged.get(&membership.person).copied(),
            });
        }
        if side == Side::Patient {
            let name = "Your care team".to_owned();
            receipts.push(wire::Receipt {
                person_id: String::new(),
                name,
                delivered_at_ms: None,
                read_at_ms: team_read_at_ms,
                acknowledged_at_ms: None,
            });
        }
        Ok(wire::ReceiptList { receipts })
    }

    /// A message's versions, oldest first. One that was taken back has none to show, but to who reviews it.
    pub async fn versions(&self, caller: &Caller, id: ConversationId, seq: u64) -> Outcome<wire::VersionList> {
        let (head, event, _) = self.message(caller, id, seq).await?;
        let message = event.message().ok_or(Failure::Refused(Refusal::NotFound))?;
        if message.retraction.is_some() && !sees_retracted(&caller.person) {
            return Err(Failure::Refused(Refusal::AlreadyRetracted));
        }
        let actor = self.names().author(event.actor)?;
        let stored = self.reader().versions(id, event.place.seq)?;
        let newest = (message.edited_at_ms.unwrap_or(event.at_ms), message.content.clone());
        let all = stored
            .into_iter()
            .map(|version| (version.at_ms, version.content))
            .chain([newest]);
        let mut versions = Vec::new();
        for (number, (at_ms, content)) in (1..).zip(all) {
            let body = self
                .keys()
                .open(id, &head.content_key, event.actor, &content)
                .map_err(io::Error::from)?;
            versions.push(wire::Version {
                version: number,
                at_ms,
                actor: actor.clone(),
                body,
            });
        }
        Ok(wire::VersionList { versions })
    }
}

fn body_size_bytes(event: &wire::Event) -> usize {
    match &event.event {
        wire::EventBody::MessageSent { body, .. } | wire::EventBody::MessageEdited { body, .. } => {
            body.as_ref().map_or(0, String::len)
        }
        _ => 0,
    }
}
