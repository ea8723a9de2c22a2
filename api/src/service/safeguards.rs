//! What keeps words from the wrong reader: labels, what is confidential, whether a message names another patient, and moving one that was
//! written into the wrong patient's conversation.

use super::{Caller, Done, Service};
use crate::convert;
use crate::failure::{Failure, Outcome};
use corridor_domain::audit::Action;
use corridor_domain::command::Command;
use corridor_domain::conversation::{Audience, Kind};
use corridor_domain::event::{Event, Message};
use corridor_domain::ids::{CommandId, ConversationId};
use corridor_domain::permission::{Asking, permit};
use corridor_domain::refusal::Refusal;
use corridor_protocol as wire;
use std::io;

/// Shown where the message was. It does not say whose it is: that is nobody's business there.
const MOVED: &str = "Written in the wrong patient's conversation.";

impl Service {
    /// Gives a conversation a label, or keeps it from those who act for the patient.
    pub async fn restrict(
        &self,
        caller: &Caller,
        command_id: CommandId,
        conversation: ConversationId,
        step: &wire::RestrictionStep,
    ) -> Outcome<Done> {
        let command = Command::Restrict {
            conversation,
            step: convert::safeguards::step(step),
        };
        self.run_asked(caller, command_id, &(conversation.to_string(), step), command)
            .await
    }

    /// Sets what the clinic does against words that reach the wrong reader.
    pub async fn change_safeguards(
        &self,
        caller: &Caller,
        command_id: CommandId,
        safeguards: &wire::Safeguards,
    ) -> Outcome<Done> {
        let domain = convert::safeguards::safeguards(safeguards);
        if !domain.is_sound() {
            return Err(Failure::Invalid(
                "confidential_from_years is 1 to 18 or absent, and undo_s is 60 at most.",
            ));
        }
        let command = Command::ChangeSafeguards { safeguards: domain };
        self.run_asked(caller, command_id, safeguards, command).await
    }

    /// Refuses a message that names another patient, where whoever sends it wants to be told: staff, about a patient. A help against mistakes
    /// and no right, so it is no matter of the log.
    pub(super) async fn check_patient(
        &self,
        caller: &Caller,
        conversation: &str,
        message: &wire::SendMessage,
    ) -> Outcome<()> {
        if !message.check_patient || !caller.person.works_with_patients() {
            return Ok(());
        }
        let conversation = convert::conversation_id(conversation)?;
        let head = self.reader().conversation(conversation)?;
        let Some(patient) = head.and_then(|head| head.kind.patient()) else {
            return Ok(());
        };
        // Of whom one knows nothing one learns nothing: not even whose conversation it is.
        let readable = self.reader().readable(&caller.person, conversation)?;
        let now_ms = self.time_of_rights_ms();
        if corridor_domain::permission::basis(&caller.person, &readable, now_ms).is_none() {
            return Ok(());
        }
        let named = self.actors().others_named(&message.body, patient, now_ms).await?;
        match named.is_empty() {
            true => Ok(()),
            false => Err(Failure::AnotherPatient(
                named.into_iter().map(convert::safeguards::found).collect(),
            )),
        }
    }

    /// Takes one's own message back where it was, and writes it where it belongs; each is on the record of its conversation. In that order: first
    /// the wrong reader is rid of it. Whoever asks again goes on where it stopped.
    pub async fn move_message(
        &self,
        caller: &Caller,
        command_id: CommandId,
        conversation: ConversationId,
        seq: u64,
        request: &wire::MoveMessage,
    ) -> Outcome<wire::Moved> {
        let to = convert::conversation_id(&request.to_id)?;
        if to == conversation {
            return Err(Failure::Invalid("A message is moved to another conversation."));
        }
        let (event, message) = self.movable(caller, conversation, seq).await?;
        let body = self.body_of(conversation, &event, &message)?;
        self.may_write_to(caller, to, message.audience)?;
        let step = |what| CommandId(u128::from_be_bytes(self.id_made_of(what, caller, command_id)));
        let send = wire::Command::SendMessage {
            conversation_id: to.to_string(),
            message: wire::SendMessage {
                body,
                audience: convert::audience_to_wire(message.audience),
                priority: convert::priority_to_wire(message.priority),
                reply_to: None,
                mentions: Vec::new(),
                on_behalf: None,
                seen_seq: None,
                read_by_ms: None,
                check_patient: false,
            },
        };
        let retract = wire::Command::RetractMessage {
            conversation_id: conversation.to_string(),
            seq,
            reason: MOVED.to_owned(),
        };
        self.command(caller, step("moved away"), &retract).await?;
        let done = self.command(caller, step("moved here"), &send).await?;
        Ok(wire::Moved {
            conversation_id: to.to_string(),
            seq: done.seq,
            number: done.number,
            revision: done.revision,
            at_ms: done.at_ms,
        })
    }

    /// One's own message in a patient's conversation, in one's own name. One that was taken back already may be on its way.
    async fn movable(&self, caller: &Caller, conversation: ConversationId, seq: u64) -> Outcome<(Event, Message)> {
        if !caller.person.is_staff() {
            return Err(Failure::Refused(Refusal::Forbidden));
        }
        let is_there = self.reader().event(conversation, seq)?.is_some();
        if !is_there {
            // It may have been written elsewhere, a moment ago.
            self.freshness().catch_up().await?;
        }
        let head = self.reader().conversation(conversation)?;
        let membership = self.reader().membership(conversation, caller.person.id)?;
        let event = self.reader().event(conversation, seq)?;
        let own = membership.filter(|own| own.is_current() && own.first_seq <= seq);
        let found = event.zip(own).map(|(event, _)| event);
        let event = found.ok_or(Failure::Refused(Refusal::NotFound))?;
        let message = event.message().cloned().ok_or(Failure::Refused(Refusal::NotFound))?;
        let is_about_a_patient = head.is_some_and(|head| matches!(head.kind, Kind::Patient { .. }));
        if !is_about_a_patient {
            return Err(Failure::Refused(Refusal::Invalid));
        }
        if event.actor != caller.person.id || event.on_behalf_of.is_some() {
            return Err(Failure::Refused(Refusal::Forbidden));
        }
        Ok((event, message))
    }

    /// The words as they were, also of one that was taken back: they are the caller's own, and this is its way on.
    fn body_of(&self, conversation: ConversationId, event: &Event, message: &Message) -> Outcome<String> {
        let head = self.reader().conversation(conversation)?.ok_or(Refusal::NotFound)?;
        let opened = self
            .keys()
            .open(head.id, &head.content_key, event.actor, &message.content);
        Ok(opened.map_err(io::Error::from)?)
    }

    /// Nothing is taken back before it is known that it can be written where it belongs.
    fn may_write_to(&self, caller: &Caller, to: ConversationId, audience: Audience) -> Outcome<()> {
        let readable = self.reader().readable(&caller.person, to)?;
        let is_patients = readable
            .conversation
            .as_ref()
            .is_some_and(|head| head.kind.is_patient());
        let action = match audience {
            Audience::Everyone => Action::Send,
            Audience::Team => Action::SendNote,
        };
        let asking = Asking {
            audience,
            ..Asking::new(action, &caller.person, &readable, self.time_of_rights_ms())
        };
        permit(&asking)?;
        match is_patients {
            true => Ok(()),
            false => Err(Failure::Refused(Refusal::Invalid)),
        }
    }
}
