//! Codes by which people sign in for the first time. A code is made of the command that asked for it, so that a retry answers the same one; what
//! is kept of it is a fingerprint.

use super::sessions::{Failures, shortened};
use super::{Caller, Service};
use crate::convert;
use crate::failure::{Failure, Outcome};
use corridor_domain::command::{Acting, Command};
use corridor_domain::ids::{CommandId, PersonId};
use corridor_domain::invitation::{Activation, Invitation, InvitationCode};
use corridor_domain::limits;
use corridor_domain::private::Private;
use corridor_domain::refusal::Refusal;
use corridor_protocol as wire;
use std::net::IpAddr;

impl Service {
    /// A code for somebody who cannot sign in yet.
    pub async fn invite(&self, caller: &Caller, command_id: CommandId, person: PersonId) -> Outcome<wire::Invitation> {
        let secret = self.id_made_of("invitation", caller, command_id);
        let command = Command::Invite(person, self.fingerprint_of(person, &secret));
        let asked = person.to_string();
        self.run(&self.envelope(caller.acting(), command_id, asked.as_bytes(), command))
            .await?;
        let expires_at_ms = self.reader().invitation(person)?.map(|known| known.expires_at_ms);
        Ok(wire::Invitation {
            code: format!("{person}.{}", CommandId(u128::from_be_bytes(secret))),
            // Used already, by whoever was quicker than this answer.
            expires_at_ms: expires_at_ms.unwrap_or_default(),
        })
    }

    /// Opens an account by such a code, with a password of one's own, and begins a session.
    pub async fn activate(&self, request: &wire::Activate, address: IpAddr) -> Outcome<wire::SignedIn> {
        let failed = Failure::Refused(Refusal::SignInFailed);
        let said = request.code.trim().split_once('.');
        let parsed = said.and_then(|(person, secret)| {
            let secret: CommandId = secret.parse().ok()?;
            Some((convert::person_id(person).ok()?, secret.to_bytes()))
        });
        let Some((id, secret)) = parsed else {
            return Err(failed);
        };
        let key = Failures::key(address, &id.to_string());
        let now_ms = self.now_ms();
        self.failures()
            .check(&key, now_ms)
            .map_err(|retry_after_ms| Failure::RateLimited { retry_after_ms })?;
        self.freshness().catch_up().await?;
        let device = Private::new(shortened(&request.device_name, limits::DEVICE_NAME_SIZE_BYTES_MAX));
        let code = self.fingerprint_of(id, &secret);
        let opens = |known: &Invitation| known.opens(code, self.time_of_rights_ms());
        if !self.reader().invitation(id)?.as_ref().is_some_and(opens) {
            self.failures().count(key, now_ms);
            let person = self.reader().person(id)?.map(|known| known.id);
            let command = Command::FailSignIn { person, device };
            self.run(&self.envelope(Acting::Door, self.draw_command_id(), b"", command))
                .await?;
            return Err(failed);
        }
        let activation = Activation {
            person: id,
            code,
            login: Private::new(request.login.trim().to_lowercase()),
            credential: Private::new(self.credential_of(&request.password).await?),
            device: device.clone(),
        };
        let command = Command::Activate(Box::new(activation));
        self.run(&self.envelope(Acting::Door, self.draw_command_id(), b"", command))
            .await?;
        let person = self.reader().person(id)?.ok_or(failed)?;
        self.begin_session(&person, device).await
    }

    fn fingerprint_of(&self, person: PersonId, secret: &[u8; 16]) -> InvitationCode {
        let named = [&b"invitation of"[..], &person.to_bytes(), secret];
        self.keys().fingerprint(&named.concat())
    }
}
