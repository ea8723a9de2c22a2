//! Asking who writes from a patient's account, and showing it by the password of whoever is signed in.

use super::sessions::Failures;
use super::{Caller, Done, Service};
use crate::failure::{Failure, Outcome};
use corridor_domain::command::Command;
use corridor_domain::ids::{CommandId, ConversationId};
use corridor_domain::limits;
use corridor_domain::private::Private;
use corridor_domain::refusal::Refusal;
use corridor_protocol as wire;
use std::io;
use std::net::IpAddr;

impl Service {
    /// How the last check stands.
    pub(super) fn identity_check(&self, conversation: ConversationId) -> io::Result<Option<wire::IdentityCheck>> {
        let Some(check) = self.reader().identity_check(conversation)? else {
            return Ok(None);
        };
        let author = |person| self.names().author(person);
        Ok(Some(wire::IdentityCheck {
            asked_by: author(check.asked_by)?,
            asked_at_ms: check.asked_at_ms,
            confirmed_by: check.confirmed.map(|(person, _)| author(person)).transpose()?,
            confirmed_at_ms: check.confirmed.map(|(_, at_ms)| at_ms),
        }))
    }

    /// Asks.
    pub async fn ask_identity(&self, caller: &Caller, command_id: CommandId, id: ConversationId) -> Outcome<Done> {
        let command = Command::AskIdentity(id);
        self.run_asked(caller, command_id, &("ask identity", id.to_string()), command)
            .await
    }

    /// Shows it. A wrong password is on the record, and slows the next try down as at the door.
    pub async fn confirm_identity(
        &self,
        caller: &Caller,
        command_id: CommandId,
        id: ConversationId,
        request: &wire::ConfirmIdentity,
        address: IpAddr,
    ) -> Outcome<Done> {
        if request.password.len() > limits::PASSWORD_SIZE_BYTES_MAX {
            return Err(Failure::Refused(Refusal::NotConfirmed));
        }
        let key = Failures::key(address, caller.person.login.expose());
        let now_ms = self.now_ms();
        self.failures()
            .check(&key, now_ms)
            .map_err(|retry_after_ms| Failure::RateLimited { retry_after_ms })?;
        let credential = caller.person.credential.clone();
        let right = self
            .passwords()
            .check(&request.password, Some(credential.expose()))
            .await?;
        let credential = match right {
            true => credential,
            false => Private::default(),
        };
        let command = Command::ConfirmIdentity {
            conversation: id,
            credential,
        };
        // What was asked is the right or the wrong password: the words of it stay out of every fingerprint.
        let asked = ("confirm identity", id.to_string(), right);
        let done = self.run_asked(caller, command_id, &asked, command).await;
        match right {
            true => self.failures().clear(&key),
            false => self.failures().count(key, now_ms),
        }
        done
    }
}
