//! Pinning to a patient's chart, and looking at what is pinned, after the look is on the record.

use super::{Caller, Service};
use crate::convert;
use crate::convert::objects::patient_summary;
use crate::failure::{Failure, Outcome};
use corridor_domain::command::Command;
use corridor_domain::ids::{CommandId, ConversationId, PersonId, PinId};
use corridor_domain::limits;
use corridor_domain::permission::basis;
use corridor_domain::pin::NewPin;
use corridor_domain::private::{Private, Sealed};
use corridor_domain::refusal::Refusal;
use corridor_protocol as wire;
use corridor_storage::reader::Pinned;
use std::io;

impl Service {
    /// Pins messages, a summary, or both.
    pub async fn pin(
        &self,
        caller: &Caller,
        command_id: CommandId,
        conversation: ConversationId,
        request: &wire::CreatePin,
    ) -> Outcome<wire::PinCreated> {
        let asked = serde_json::to_vec(&(conversation.to_string(), request)).map_err(io::Error::other)?;
        let id = PinId::from_bytes(self.id_made_of("pin", caller, command_id));
        let pin = NewPin {
            id,
            patient: convert::person_id(&request.patient_id)?,
            mrn: Private::new(request.mrn.trim()),
            birth_date: Private::new(request.birth_date.trim()),
            messages: request.seqs.clone(),
            summary: self.sealed_summary(caller, conversation, &request.summary).await?,
        };
        let command = Command::Pin {
            conversation,
            pin: Box::new(pin),
        };
        let done = self
            .run(&self.envelope(caller.acting(), command_id, &asked, command))
            .await?;
        Ok(wire::PinCreated {
            pin_id: id.to_string(),
            revision: done.revision,
        })
    }

    async fn sealed_summary(&self, caller: &Caller, conversation: ConversationId, summary: &str) -> Outcome<Sealed> {
        if summary.trim().is_empty() {
            return Ok(Sealed::default());
        }
        if summary.len() > limits::PIN_SUMMARY_SIZE_BYTES_MAX {
            return Err(Failure::Invalid("A summary has at most 8,000 bytes."));
        }
        if let Some(sealed) = self.seal(caller, conversation, summary, false, true)? {
            return Ok(sealed);
        }
        self.freshness().catch_up().await?;
        Ok(self
            .seal(caller, conversation, summary, true, true)?
            .unwrap_or_default())
    }

    /// What is pinned to the chart of a conversation's patient, the last first; before a pin of it, what was pinned earlier.
    pub async fn pins(
        &self,
        caller: &Caller,
        conversation: ConversationId,
        before: Option<PinId>,
    ) -> Outcome<wire::PinList> {
        let (_, grants) = self.ask(caller, Command::ReadPins(conversation)).await?;
        let head = self.reader().conversation(conversation)?;
        let patient = head.and_then(|head| head.kind.patient()).ok_or(Refusal::NotFound)?;
        let is_on_record = |from| grants.iter().any(|grant| grant.conversation == from);
        // Of a pin in another chart one learns as little as of one that is not there.
        let before = match before {
            Some(id) => {
                let pin = self.reader().pin(id)?.filter(|pin| pin.patient == patient);
                Some(pin.ok_or(Refusal::NotFound)?)
            }
            None => None,
        };
        let (found, more) = self.reader().pins_of(patient, before.as_ref(), is_on_record)?;
        let last = found.last().map(|found| found.pin.id.to_string());
        let pins = found
            .iter()
            .map(|found| self.pinned(caller, patient, found))
            .collect::<io::Result<_>>()?;
        Ok(wire::PinList {
            pins,
            more,
            next_before: last.filter(|_| more),
        })
    }

    fn pinned(&self, caller: &Caller, patient: PersonId, found: &Pinned) -> io::Result<wire::Pin> {
        let pin = &found.pin;
        let absent = || io::Error::other("a pin belongs to nothing that is there");
        let patient = self.reader().person(patient)?.as_ref().and_then(patient_summary);
        let head = self.reader().conversation(pin.conversation)?.ok_or_else(absent)?;
        let from = self.reader().readable(&caller.person, pin.conversation)?;
        let may_read = basis(&caller.person, &from, self.time_of_rights_ms()).is_some();
        let open = |author: PersonId, content: &Sealed| self.keys().open(head.id, &head.content_key, author, content);
        let mut messages = Vec::with_capacity(pin.messages.len());
        for message in &pin.messages {
            let on_behalf_of = message.on_behalf_of.map(|person| self.names().author(person));
            messages.push(wire::PinnedMessage {
                seq: message.place.seq,
                at_ms: message.at_ms,
                author: self.names().author(message.actor)?,
                on_behalf_of: on_behalf_of.transpose()?,
                audience: convert::audience_to_wire(message.audience),
                priority: convert::priority_to_wire(message.priority),
                version: message.version,
                body: open(message.actor, &message.content)?,
            });
        }
        Ok(wire::Pin {
            id: pin.id.to_string(),
            patient: patient.ok_or_else(absent)?,
            conversation_id: may_read.then(|| pin.conversation.to_string()),
            by: self.names().author(pin.by)?,
            at_ms: pin.at_ms,
            summary: match pin.summary.0.is_empty() {
                true => String::new(),
                false => open(pin.by, &pin.summary)?,
            },
            messages,
            sha256: found.sha256.iter().map(|byte| format!("{byte:02x}")).collect(),
        })
    }
}
