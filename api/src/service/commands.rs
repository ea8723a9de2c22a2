//! Commands about conversations and messages: from the wire to envelopes with sealed content, and back.

use super::{Caller, Done, Service};
use crate::convert;
use crate::failure::{Failure, Outcome};
use corridor_domain::command::{Command, Envelope, NewConversation, NewMessage};
use corridor_domain::conversation::{Conversation, Kind};
use corridor_domain::ids::{CommandId, ConversationId, PersonId};
use corridor_domain::limits;
use corridor_domain::private::{Private, Sealed};
use corridor_domain::refusal::Refusal;
use corridor_domain::task::Terms;
use corridor_protocol as wire;

impl Service {
    /// The envelope of a socket's command. Over HTTP the same commands come through here too. Who writes where this node does not know
    /// them yet may have come from another one, a moment ahead: then it catches up first.
    pub async fn prepare(&self, caller: &Caller, command_id: CommandId, command: &wire::Command) -> Outcome<Envelope> {
        let checked = match command {
            wire::Command::SendMessage {
                conversation_id,
                message,
            } => message.check_patient.then_some((conversation_id, &message.body)),
            wire::Command::EditMessage {
                conversation_id, edit, ..
            } => edit.check_patient.then_some((conversation_id, &edit.body)),
            _ => None,
        };
        if let Some((conversation_id, body)) = checked {
            self.check_patient(caller, command_id, conversation_id, body).await?;
        }
        match self.prepare_now(caller, command_id, command, false)? {
            Some(envelope) => Ok(envelope),
            None => Box::pin(self.prepare_late(caller, command_id, command)).await,
        }
    }

    async fn prepare_late(&self, caller: &Caller, command_id: CommandId, command: &wire::Command) -> Outcome<Envelope> {
        self.freshness().catch_up().await?;
        let envelope = self.prepare_now(caller, command_id, command, true)?;
        envelope.ok_or_else(|| Failure::Internal(std::io::Error::other("a command was not prepared")))
    }

    /// None: the caller is no member of the conversation, as far as is known here, and what is known may be old.
    fn prepare_now(
        &self,
        caller: &Caller,
        command_id: CommandId,
        command: &wire::Command,
        is_current: bool,
    ) -> Outcome<Option<Envelope>> {
        let asked = serde_json::to_vec(command).map_err(std::io::Error::other)?;
        let domain = match command {
            wire::Command::SendMessage {
                conversation_id,
                message,
            } => {
                let conversation = convert::conversation_id(conversation_id)?;
                // To seal reveals nothing: whether it may be said is settled at apply, and must find the words there.
                let is_for_another = message.on_behalf.is_some();
                let Some(content) = self.seal(caller, conversation, &message.body, is_current, is_for_another)? else {
                    return Ok(None);
                };
                let new = NewMessage {
                    audience: convert::audience(message.audience),
                    priority: convert::priority(message.priority),
                    content,
                    mentions: convert::mentions(&message.mentions)?,
                    reply_to: message.reply_to,
                };
                let terms = Terms {
                    seen_seq: message.seen_seq,
                    read_by_ms: message.read_by_ms,
                };
                match &message.on_behalf {
                    Some(_) if terms != Terms::default() => {
                        return Err(Failure::Invalid(
                            "What is sent for somebody else was confirmed as it stands: it comes without seen_seq and read_by_ms.",
                        ));
                    }
                    None if terms != Terms::default() => Command::SendOnTerms {
                        conversation,
                        message: Box::new(new),
                        terms,
                    },
                    None => Command::Send {
                        conversation,
                        message: Box::new(new),
                    },
                    Some(on_behalf) => {
                        let (command, principal) = self.sent_on_behalf(conversation, new, message, on_behalf)?;
                        let envelope = self.envelope(caller.acting(), command_id, &asked, command);
                        return Ok(Some(Envelope {
                            on_behalf_of: Some(principal),
                            ..envelope
                        }));
                    }
                }
            }
            wire::Command::EditMessage {
                conversation_id,
                seq,
                edit,
            } => {
                let conversation = convert::conversation_id(conversation_id)?;
                let Some(content) = self.seal(caller, conversation, &edit.body, is_current, false)? else {
                    return Ok(None);
                };
                Command::Edit {
                    conversation,
                    seq: *seq,
                    content,
                    mentions: convert::mentions(&edit.mentions)?,
                }
            }
            wire::Command::RetractMessage {
                conversation_id,
                seq,
                reason,
            } => Command::Retract {
                conversation: convert::conversation_id(conversation_id)?,
                seq: *seq,
                reason: Private::new(reason.trim()),
            },
            wire::Command::MarkRead { conversation_id, seq } => Command::MarkRead {
                conversation: convert::conversation_id(conversation_id)?,
                seq: *seq,
            },
            wire::Command::ConfirmDelivery { conversation_id, seq } => Command::ConfirmDelivery {
                conversation: convert::conversation_id(conversation_id)?,
                seq: *seq,
            },
            wire::Command::Acknowledge { conversation_id, seq } => Command::Acknowledge {
                conversation: convert::conversation_id(conversation_id)?,
                seq: *seq,
            },
            wire::Command::Care { conversation_id, step } => Command::Care {
                conversation: convert::conversation_id(conversation_id)?,
                step: convert::care::step(step)?,
            },
        };
        Ok(Some(self.envelope(caller.acting(), command_id, &asked, domain)))
    }

    /// Prepares a command, sends it on its way and waits for what it did.
    pub async fn command(&self, caller: &Caller, command_id: CommandId, command: &wire::Command) -> Outcome<Done> {
        let timed = self.timed(command);
        let envelope = self.prepare(caller, command_id, command).await?;
        timed.noted(self.run(&envelope).await)
    }

    /// Seals a body under its conversation's key. A conversation that is not there, or not for the caller, takes an empty
    /// body along: the refusal belongs on the record, and is made at apply. But not by what may be old: the leader may know better, and would
    /// take the message without its words.
    pub(super) fn seal(
        &self,
        caller: &Caller,
        conversation: ConversationId,
        body: &str,
        is_current: bool,
        is_for_another: bool,
    ) -> Outcome<Option<Sealed>> {
        if body.len() > limits::MESSAGE_SIZE_BYTES_MAX {
            return Err(Failure::TooLarge);
        }
        if body.trim().is_empty() {
            return Err(Failure::Invalid("A message has a body."));
        }
        let is_unfit = |character: char| character.is_control() && !matches!(character, '\n' | '\t' | '\r');
        if body.contains(is_unfit) {
            return Err(Failure::Invalid(
                "A message has no control characters besides line breaks and tabs.",
            ));
        }
        let is_member = self
            .reader()
            .membership(conversation, caller.person.id)?
            .is_some_and(|own| own.is_current());
        let head: Option<Conversation> = if is_member || is_for_another {
            self.reader().conversation(conversation)?
        } else {
            None
        };
        match head {
            Some(head) => {
                let sealed = self
                    .keys()
                    .seal(conversation, &head.content_key, caller.person.id, body);
                Ok(Some(sealed.map_err(std::io::Error::from)?))
            }
            None => Ok(is_current.then(Sealed::default)),
        }
    }

    /// Begins a conversation.
    pub async fn create_conversation(
        &self,
        caller: &Caller,
        command_id: CommandId,
        request: &wire::CreateConversation,
    ) -> Outcome<wire::Created> {
        let asked = serde_json::to_vec(request).map_err(std::io::Error::other)?;
        let (kind, topic, members) = self.new_conversation(request)?;
        let id = ConversationId(self.draw_id());
        let new = NewConversation {
            id,
            kind,
            topic: Private::new(topic.trim()),
            members,
            content_key: self.keys().draw(id),
        };
        let new = Box::new(new);
        let command = match request {
            wire::CreateConversation::Patient {
                reason,
                to_id,
                confidential,
                ..
            } if *confidential || reason.is_some() || to_id.is_some() => {
                let (reason, to) = (*reason, to_id.as_deref().map(convert::person_id).transpose()?);
                match confidential {
                    true => Command::BeginConfidential { new, reason, to },
                    false => Command::BeginThread { new, reason, to },
                }
            }
            _ => Command::CreateConversation(new),
        };
        let envelope = self.envelope(caller.acting(), command_id, &asked, command);
        let done = self.run(&envelope).await?;
        let conversation_id = done.conversation.map(|id| id.to_string()).unwrap_or_default();
        Ok(wire::Created {
            conversation_id,
            revision: done.revision,
        })
    }

    fn new_conversation<'a>(&self, request: &'a wire::CreateConversation) -> Outcome<(Kind, &'a str, Vec<PersonId>)> {
        Ok(match request {
            wire::CreateConversation::Direct { person_id } => (Kind::Direct, "", vec![convert::person_id(person_id)?]),
            wire::CreateConversation::Group { topic, member_ids } => {
                (Kind::Group, topic, convert::person_ids(member_ids)?)
            }
            wire::CreateConversation::Channel {
                topic,
                visibility,
                site_id,
                phi_allowed,
                member_ids,
            } => {
                let site = site_id.as_deref().map(convert::site_id).transpose()?;
                if (*visibility == wire::ChannelVisibility::Site) != site.is_some() {
                    return Err(Failure::Invalid(
                        "A channel of a site names its site, and no other channel does.",
                    ));
                }
                let visibility = convert::visibility(*visibility);
                let kind = Kind::Channel {
                    visibility,
                    site,
                    phi_allowed: *phi_allowed,
                };
                (kind, topic, convert::person_ids(member_ids)?)
            }
            wire::CreateConversation::Patient { patient_id, topic, .. } => (
                Kind::Patient {
                    patient: convert::person_id(patient_id)?,
                },
                topic,
                Vec::new(),
            ),
            wire::CreateConversation::CareRoom { beside_id, topic } => {
                let beside = convert::conversation_id(beside_id)?;
                let head = self
                    .reader()
                    .conversation(beside)?
                    .filter(|head| head.kind.is_patient());
                let patient = head
                    .and_then(|head| head.kind.patient())
                    .ok_or(Failure::Refused(Refusal::NotFound))?;
                (Kind::CareRoom { patient, beside }, topic, Vec::new())
            }
        })
    }

    /// Changes one thing of a conversation.
    pub async fn change_conversation(
        &self,
        caller: &Caller,
        command_id: CommandId,
        conversation: ConversationId,
        change: &wire::ChangeConversation,
    ) -> Outcome<Done> {
        let command = match change {
            wire::ChangeConversation {
                topic: Some(topic),
                state: None,
                owner_id: None,
            } => Command::Rename {
                conversation,
                topic: Private::new(topic.trim()),
            },
            wire::ChangeConversation {
                topic: None,
                state: Some(state),
                owner_id: None,
            } => match state.as_str() {
                "archived" => Command::Archive { conversation },
                "open" => Command::Reopen { conversation },
                _ => return Err(Failure::Invalid("A state is open or archived.")),
            },
            wire::ChangeConversation {
                topic: None,
                state: None,
                owner_id: Some(owner),
            } => Command::ChangeOwner {
                conversation,
                owner: convert::person_id(owner)?,
            },
            _ => return Err(Failure::Invalid("Change exactly one of topic, state and owner_id.")),
        };
        self.run_asked(caller, command_id, &(conversation.to_string(), change), command)
            .await
    }

    /// Adds a member, or joins.
    pub async fn add_member(
        &self,
        caller: &Caller,
        command_id: CommandId,
        conversation: ConversationId,
        request: &wire::AddMember,
    ) -> Outcome<Done> {
        let person = convert::person_id(&request.person_id)?;
        let command = Command::AddMember {
            conversation,
            person,
            history: convert::history(request.history),
        };
        self.run_asked(caller, command_id, &(conversation.to_string(), request), command)
            .await
    }

    /// Removes a member, or leaves.
    pub async fn remove_member(
        &self,
        caller: &Caller,
        command_id: CommandId,
        conversation: ConversationId,
        person: PersonId,
    ) -> Outcome<Done> {
        let asked = ("remove", conversation.to_string(), person.to_string());
        self.run_asked(
            caller,
            command_id,
            &asked,
            Command::RemoveMember { conversation, person },
        )
        .await
    }

    /// Breaks the glass.
    pub async fn break_glass(
        &self,
        caller: &Caller,
        command_id: CommandId,
        request: &wire::BreakGlass,
    ) -> Outcome<wire::GlassBroken> {
        let conversation = convert::conversation_id(&request.conversation_id)?;
        let reason = Private::new(request.reason.trim());
        let command = Command::BreakGlass {
            conversation,
            reason,
            minutes: request.minutes,
        };
        let done = self.run_asked(caller, command_id, request, command).await?;
        Ok(wire::GlassBroken {
            revision: done.revision,
            expires_at_ms: done.at_ms + u64::from(request.minutes) * 60_000,
        })
    }

    pub(super) async fn run_asked(
        &self,
        caller: &Caller,
        command_id: CommandId,
        asked: &impl serde::Serialize,
        command: Command,
    ) -> Outcome<Done> {
        let asked = serde_json::to_vec(asked).map_err(std::io::Error::other)?;
        self.run(&self.envelope(caller.acting(), command_id, &asked, command))
            .await
    }
}
