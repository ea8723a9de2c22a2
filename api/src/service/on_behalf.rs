//! Replying for somebody else: who it may be, what is confirmed, and what is sent with it.
//!
//! The token is made of the command by which it was asked for: whoever asks again gets the same one, at whichever node.

use super::{Caller, Service};
use crate::convert;
use crate::failure::{Failure, Outcome};
use corridor_domain::audit::Action;
use corridor_domain::command::{Command, Envelope, NewMessage};
use corridor_domain::ids::{CommandId, ConversationId, PersonId};
use corridor_domain::limits;
use corridor_domain::on_behalf::{Confirmation, principal};
use corridor_domain::permission::{Asking, permit};
use corridor_domain::person::Person;
use corridor_domain::view::Readable;
use corridor_protocol as wire;
use std::io;

impl Service {
    /// For whom the caller may reply, by the funnel's own answer.
    pub(super) fn may_reply_for(&self, caller: &Caller, readable: &Readable) -> io::Result<Option<Person>> {
        let Some(person) = principal(readable) else {
            return Ok(None);
        };
        let subject = self.reader().person(person)?;
        let asking = Asking {
            on_behalf_of: Some(person),
            subject: subject.as_ref(),
            subject_refuses_on_behalf: self.reader().refuses_on_behalf(person)?,
            subject_is_member: self.is_member(readable, person)?,
            ..Asking::new(
                Action::ConfirmOnBehalf,
                &caller.person,
                readable,
                self.time_of_rights_ms(),
            )
        };
        Ok(if permit(&asking).is_ok() { subject } else { None })
    }

    fn is_member(&self, readable: &Readable, person: PersonId) -> io::Result<bool> {
        let Some(head) = &readable.conversation else {
            return Ok(false);
        };
        let membership = self.reader().membership(head.id, person)?;
        Ok(membership.is_some_and(|membership| membership.is_current()))
    }

    /// Names what will be sent and for whom. Answered with how it will be signed.
    pub async fn confirm_on_behalf(
        &self,
        caller: &Caller,
        command_id: CommandId,
        conversation: ConversationId,
        request: &wire::ConfirmOnBehalf,
    ) -> Outcome<wire::OnBehalfConfirmed> {
        if request.message.body.len() > limits::MESSAGE_SIZE_BYTES_MAX {
            return Err(Failure::TooLarge);
        }
        if request.message.check_patient {
            self.check_patient(caller, command_id, &conversation.to_string(), &request.message.body)
                .await?;
        }
        let on_behalf_of = convert::person_id(&request.person_id)?;
        let token = hex(self.id_made_of("on behalf", caller, command_id));
        let command = Command::ConfirmOnBehalf {
            conversation,
            confirmation: self.confirmation(&token, &request.message)?,
        };
        let asked = serde_json::to_vec(&(conversation.to_string(), request)).map_err(io::Error::other)?;
        let envelope = Envelope {
            on_behalf_of: Some(on_behalf_of),
            ..self.envelope(caller.acting(), command_id, &asked, command)
        };
        let done = self.run(&envelope).await?;
        Ok(wire::OnBehalfConfirmed {
            token,
            expires_at_ms: done.at_ms + limits::ON_BEHALF_CONFIRMATION_MS,
            author: self.names().author(caller.person.id)?,
            on_behalf_of: self.names().author(on_behalf_of)?,
        })
    }

    /// The command that sends what was confirmed, and for whom.
    pub(super) fn sent_on_behalf(
        &self,
        conversation: ConversationId,
        message: NewMessage,
        asked: &wire::SendMessage,
        on_behalf: &wire::OnBehalf,
    ) -> Outcome<(Command, PersonId)> {
        let principal = convert::person_id(&on_behalf.person_id)?;
        let command = Command::SendOnBehalf {
            conversation,
            message: Box::new(message),
            confirmation: self.confirmation(&on_behalf.token, asked)?,
        };
        Ok((command, principal))
    }

    /// Everything that the message says is confirmed, not its words alone: how urgent, whom it means, what it answers.
    fn confirmation(&self, token: &str, message: &wire::SendMessage) -> io::Result<Confirmation> {
        let message = wire::SendMessage {
            on_behalf: None,
            seen_seq: None,
            read_by_ms: None,
            check_patient: false,
            ..message.clone()
        };
        let said = serde_json::to_vec(&message).map_err(io::Error::other)?;
        Ok(Confirmation {
            token: self.keys().fingerprint(token.as_bytes()),
            body: self.keys().fingerprint(&said),
        })
    }
}

fn hex(bytes: [u8; 16]) -> String {
    format!("{:032x}", u128::from_be_bytes(bytes))
}

#[cfg(test)]
mod tests {
    use super::hex;

    #[test]
    fn a_token_is_as_long_as_any_other() {
        assert_eq!(hex([0; 16]).len(), 32);
        assert_eq!(hex([0xAB; 16]), "ab".repeat(16));
    }
}
