//! What keeps words from the wrong reader: labels, what is confidential, whether a message names a patient it should not, and moving one that was
//! written into the wrong patient's conversation.

use super::{Caller, Done, Service};
use crate::convert;
use crate::failure::{Failure, Outcome};
use corridor_domain::audit::Action;
use corridor_domain::command::{Command, Moving};
use corridor_domain::conversation::Kind;
use corridor_domain::identity::Named;
use corridor_domain::ids::{CommandId, ConversationId};
use corridor_domain::limits;
use corridor_domain::permission::{Asking, basis, permit};
use corridor_domain::private::Sealed;
use corridor_domain::view::Readable;
use corridor_protocol as wire;
use std::io;

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
        let command = Command::ChangeSafeguards(domain);
        self.run_asked(caller, command_id, safeguards, command).await
    }

    /// Refuses words that name another patient than the one they are about, or any patient where patients are not written about, where whoever
    /// writes them wants to be told: staff who may look patients up, so the answer tells nothing else. A help against mistakes and no right, so it is
    /// no matter of the log.
    pub(super) async fn check_patient(
        &self,
        caller: &Caller,
        command_id: CommandId,
        conversation: &str,
        body: &str,
    ) -> Outcome<()> {
        let (nothing, now_ms) = (Readable::default(), self.time_of_rights_ms());
        if permit(&Asking::new(Action::ReadPatients, &caller.person, &nothing, now_ms)).is_err() {
            return Ok(());
        }
        if body.len() > limits::MESSAGE_SIZE_BYTES_MAX {
            return Err(Failure::TooLarge);
        }
        // What was sent under this id was sent: it is answered with that, and not asked about again.
        if self.reader().is_answered(caller.person.id, command_id)? {
            return Ok(());
        }
        self.actors().gateway().take_turn(caller.person.id)?;
        let conversation = convert::conversation_id(conversation)?;
        if self.reader().conversation(conversation)?.is_none() {
            self.freshness().catch_up().await?;
        }
        // Of whom one knows nothing one learns nothing: not even whose conversation it is.
        let readable = self.reader().readable(&caller.person, conversation)?;
        let may_read = basis(&caller.person, &readable, now_ms).is_some();
        let Some(kind) = readable.conversation.map(|head| head.kind).filter(|_| may_read) else {
            return Ok(());
        };
        let found = |named: Vec<Named>| named.into_iter().map(convert::safeguards::found).collect();
        match (kind.patient(), kind) {
            (Some(patient), _) if caller.person.works_with_patients() => {
                let named = self.actors().others_named(body, patient).await?;
                match named.is_empty() {
                    true => Ok(()),
                    false => Err(Failure::AnotherPatient(found(named))),
                }
            }
            (None, Kind::Channel { phi_allowed: false, .. }) => {
                let named = self.actors().patients_named(body).await?;
                match named.is_empty() {
                    true => Ok(()),
                    false => Err(Failure::NamesAPatient(found(named))),
                }
            }
            _ => Ok(()),
        }
    }

    /// Takes one's own message back where it was, and writes it where it belongs.
    pub async fn move_message(
        &self,
        caller: &Caller,
        command_id: CommandId,
        conversation: ConversationId,
        seq: u64,
        request: &wire::MoveMessage,
    ) -> Outcome<wire::Moved> {
        let to = convert::conversation_id(&request.to_id)?;
        if self.reader().event(conversation, seq)?.is_none() || self.reader().conversation(to)?.is_none() {
            // They may have been written elsewhere, a moment ago.
            self.freshness().catch_up().await?;
        }
        let (version, content) = self.sealed_anew(caller, conversation, seq, to)?.unwrap_or_default();
        let command = Command::MoveMessage {
            conversation,
            moving: Box::new(Moving {
                seq,
                version,
                to,
                content,
            }),
        };
        let asked = ("move", conversation.to_string(), seq, request);
        let done = self.run_asked(caller, command_id, &asked, command).await?;
        Ok(wire::Moved {
            conversation_id: to.to_string(),
            seq: done.seq,
            number: done.number,
            revision: done.revision,
            at_ms: done.at_ms,
        })
    }

    /// The words of one's own message under the key of another conversation, and their version. None where there is nothing that could be moved:
    /// why, is said and recorded at apply.
    fn sealed_anew(
        &self,
        caller: &Caller,
        conversation: ConversationId,
        seq: u64,
        to: ConversationId,
    ) -> Outcome<Option<(u32, Sealed)>> {
        let (here, there) = (
            self.reader().conversation(conversation)?,
            self.reader().conversation(to)?,
        );
        let event = self.reader().event(conversation, seq)?;
        let own = event.filter(|event| event.actor == caller.person.id && caller.person.is_staff());
        let found = own.and_then(|event| event.message().cloned().map(|message| (event, message)));
        let (Some(here), Some(there), Some((event, message))) = (here, there, found) else {
            return Ok(None);
        };
        if message.retraction.is_some() {
            return Ok(None);
        }
        let opened = self
            .keys()
            .open(here.id, &here.content_key, event.actor, &message.content);
        let body = opened.map_err(io::Error::from)?;
        let sealed = self.keys().seal(there.id, &there.content_key, caller.person.id, &body);
        Ok(Some((message.version, sealed.map_err(io::Error::from)?)))
    }
}
