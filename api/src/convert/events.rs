//! Events for the wire, as one side may see them. Bodies are opened here, after the look was granted and recorded.

use super::{audience_to_wire, care, history_to_wire, mentions_to_wire, priority_to_wire, safeguards, tasks};
use crate::names::Names;
use corridor_domain::conversation::{Conversation, Place, Side};
use corridor_domain::event::{Event, EventBody, Message};
use corridor_domain::ids::PersonId;
use corridor_protocol as wire;
use corridor_storage::content::ContentKeys;
use std::io;

/// What is needed to show an event.
#[derive(Clone, Copy)]
pub struct Showing<'a> {
    /// Labels of people.
    pub names: &'a Names,
    /// Opens bodies.
    pub keys: &'a ContentKeys,
    /// The conversation.
    pub head: &'a Conversation,
    /// Who looks.
    pub side: Side,
}

impl Showing<'_> {
    /// The event as the side sees it; `target` is the message that an edit or a retraction is about. None: not for this side.
    pub fn event(&self, event: &Event, target: Option<&Event>) -> io::Result<Option<wire::Event>> {
        if !event.is_visible_to(self.side) {
            return Ok(None);
        }
        // Towards patients a read mark of staff is the care team's, without a name (T-28).
        let hides_actor =
            self.side == Side::Patient && matches!(event.body, EventBody::Read { .. }) && self.is_staff(event.actor)?;
        Ok(Some(wire::Event {
            revision: event.revision,
            conversation_id: self.head.id.to_string(),
            seq: event.place.seq_for(self.side),
            at_ms: event.at_ms,
            actor: if hides_actor {
                None
            } else {
                Some(self.names.author(event.actor)?)
            },
            on_behalf_of: self.on_behalf_of(event)?,
            event: self.body(event, target, hides_actor)?,
        }))
    }

    /// For whom it was done: both names go everywhere the words go.
    pub fn on_behalf_of(&self, event: &Event) -> io::Result<Option<wire::Author>> {
        event.on_behalf_of.map(|person| self.names.author(person)).transpose()
    }

    fn is_staff(&self, person: PersonId) -> io::Result<bool> {
        Ok(!matches!(self.names.author(person)?.kind.as_str(), "patient" | "proxy"))
    }

    fn seq(&self, place: &Place) -> u64 {
        place.seq_for(self.side)
    }

    fn body(&self, event: &Event, target: Option<&Event>, hides_actor: bool) -> io::Result<wire::EventBody> {
        let author = |person: &PersonId| self.names.author(*person);
        Ok(match &event.body {
            EventBody::Created => wire::EventBody::ConversationCreated,
            EventBody::Message(message) => self.message(event, message)?,
            EventBody::Edited { target: place, version } => {
                let message = target.and_then(Event::message);
                wire::EventBody::MessageEdited {
                    target_seq: self.seq(place),
                    version: *version,
                    body: match (target, message) {
                        (Some(target), Some(message)) => self.open(target, message)?,
                        _ => None,
                    },
                    mentions: message
                        .map(|message| mentions_to_wire(&message.mentions))
                        .unwrap_or_default(),
                }
            }
            EventBody::Retracted { target: place } => {
                let retraction = target
                    .and_then(Event::message)
                    .and_then(|message| message.retraction.as_ref());
                wire::EventBody::MessageRetracted {
                    target_seq: self.seq(place),
                    reason: retraction
                        .map(|retraction| retraction.reason.expose().to_owned())
                        .unwrap_or_default(),
                }
            }
            EventBody::MemberAdded { person, history } => wire::EventBody::MemberAdded {
                person: author(person)?,
                history: history_to_wire(*history),
            },
            EventBody::MemberRemoved { person } => wire::EventBody::MemberRemoved {
                person: author(person)?,
                left: *person == event.actor,
            },
            EventBody::Renamed { topic } => wire::EventBody::Renamed {
                topic: topic.expose().to_owned(),
            },
            EventBody::Archived => wire::EventBody::Archived,
            EventBody::Reopened => wire::EventBody::Reopened,
            EventBody::OwnerChanged { owner } => wire::EventBody::OwnerChanged { person: author(owner)? },
            EventBody::Delivered { up_to } => wire::EventBody::Delivered {
                person: author(&event.actor)?,
                up_to_seq: self.seq(up_to),
            },
            EventBody::Read { up_to } => wire::EventBody::Read {
                person: if hides_actor { None } else { Some(author(&event.actor)?) },
                up_to_seq: self.seq(up_to),
                up_to_number: up_to.number_for(self.side),
            },
            EventBody::Acknowledged { target } => wire::EventBody::Acknowledged {
                target_seq: self.seq(target),
                person: author(&event.actor)?,
            },
            EventBody::ResponsibilityMoved { party } => wire::EventBody::ResponsibilityMoved {
                party: care::party(self.names, *party)?,
            },
            EventBody::HandOverOffered { to, expires_at_ms } => wire::EventBody::HandOverOffered {
                to: author(to)?,
                expires_at_ms: *expires_at_ms,
            },
            EventBody::HandOverEnded { to, how } => wire::EventBody::HandOverEnded {
                to: author(to)?,
                how: care::offer_end_name(*how).to_owned(),
            },
            EventBody::OnBehalfChanged { allowed } => wire::EventBody::OnBehalfChanged { allowed: *allowed },
            EventBody::CoverageEnded { person, left, party } => wire::EventBody::CoverageEnded {
                person: author(person)?,
                left: *left,
                party: match (self.side, party) {
                    (Side::Team, Some(party)) => Some(care::party(self.names, *party)?),
                    _ => None,
                },
            },
            EventBody::Labelled { left, .. } if self.side == Side::Patient => wire::EventBody::MembersLeft {
                people: left.iter().map(author).collect::<io::Result<_>>()?,
            },
            EventBody::Labelled { sensitivity, left } => wire::EventBody::Labelled {
                sensitivity: sensitivity.map(safeguards::sensitivity_to_wire),
                left: left.iter().map(author).collect::<io::Result<_>>()?,
            },
            EventBody::ConfidentialChanged { confidential, left } => wire::EventBody::ConfidentialChanged {
                confidential: *confidential,
                left: left.iter().map(author).collect::<io::Result<_>>()?,
            },
            EventBody::IdentityAsked => wire::EventBody::IdentityAsked,
            EventBody::IdentityConfirmed => wire::EventBody::IdentityConfirmed,
            EventBody::Pinned { pin, patient } => wire::EventBody::Pinned {
                pin_id: pin.to_string(),
                // Outside a patient's conversations there may be people who must not know of the patient.
                patient: match self.head.kind.patient() {
                    Some(_) => Some(author(patient)?),
                    None => None,
                },
            },
            EventBody::TaskChanged { task, what, assignee } => wire::EventBody::TaskChanged {
                task_id: task.to_string(),
                what: tasks::deed_name(*what).to_owned(),
                assignee: assignee.map(|party| care::party(self.names, party)).transpose()?,
            },
            EventBody::StageChanged { stage } => wire::EventBody::StageChanged {
                stage: care::shown_stage(*stage, self.side).to_owned(),
            },
        })
    }

    fn message(&self, event: &Event, message: &Message) -> io::Result<wire::EventBody> {
        let retracted = match &message.retraction {
            Some(retraction) => Some(wire::Retracted {
                at_ms: retraction.at_ms,
                person: self.names.author(retraction.by)?,
                reason: retraction.reason.expose().to_owned(),
            }),
            None => None,
        };
        let mut acknowledged_by = Vec::with_capacity(message.acknowledged.len());
        for (person, _) in &message.acknowledged {
            // Who of the staff has it is the team's business.
            if self.side == Side::Team || !self.is_staff(*person)? {
                acknowledged_by.push(self.names.author(*person)?);
            }
        }
        Ok(wire::EventBody::MessageSent {
            number: event.place.number_for(self.side),
            audience: audience_to_wire(message.audience),
            priority: priority_to_wire(message.priority),
            body: self.open(event, message)?,
            reply_to: message.reply_to.as_ref().map(|place| self.seq(place)),
            mentions: mentions_to_wire(&message.mentions),
            version: message.version,
            edited_at_ms: message.edited_at_ms,
            retracted,
            acknowledged_by,
        })
    }

    /// The newest body; none once it was taken back.
    pub fn open(&self, event: &Event, message: &Message) -> io::Result<Option<String>> {
        if message.retraction.is_some() {
            return Ok(None);
        }
        Ok(Some(self.keys.open(
            self.head.id,
            &self.head.content_key,
            event.actor,
            &message.content,
        )?))
    }
}
