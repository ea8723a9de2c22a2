//! What somebody keeps for themselves: their own view of a conversation, and messages that are sent later.

use super::{Caller, Done, Service};
use crate::convert;
use crate::failure::{Failure, Outcome};
use corridor_domain::command::{Command, NewMessage};
use corridor_domain::ids::{CommandId, ConversationId, ScheduledId};
use corridor_domain::refusal::Refusal;
use corridor_domain::scheduled::{NewScheduled, Scheduled};
use corridor_domain::view::Readable;
use corridor_protocol as wire;
use std::io;

impl Service {
    /// Changes one's own view of a conversation.
    pub async fn change_attention(
        &self,
        caller: &Caller,
        command_id: CommandId,
        conversation: ConversationId,
        step: &wire::AttentionStep,
    ) -> Outcome<Done> {
        let asked = serde_json::to_vec(&(conversation.to_string(), step)).map_err(io::Error::other)?;
        let step = convert::waiting::step(step);
        let command = Command::ChangeAttention { conversation, step };
        self.run(&self.envelope(caller.acting(), command_id, &asked, command))
            .await
    }

    /// Whether a conversation is unread for the caller, and whether they put it away.
    pub(super) fn calls(&self, caller: &Caller, readable: &Readable) -> io::Result<(bool, bool)> {
        let (Some(head), Some(own)) = (&readable.conversation, &readable.own) else {
            return Ok((false, false));
        };
        let unread = own.is_current() && own.unread(&head.last) > 0;
        let Some(attention) = self.reader().attention(caller.person.id, head.id)? else {
            return Ok((unread, false));
        };
        let put_away = attention.is_put_away(head.last.number_for(own.side));
        Ok((unread || attention.unread, put_away))
    }

    /// Writes a message that is sent later.
    pub async fn schedule(
        &self,
        caller: &Caller,
        command_id: CommandId,
        conversation: ConversationId,
        request: &wire::ScheduleMessage,
    ) -> Outcome<wire::Scheduled> {
        let asked = serde_json::to_vec(&(conversation.to_string(), request)).map_err(io::Error::other)?;
        let message = &request.message;
        if message.on_behalf.is_some() {
            return Err(Failure::Invalid(
                "What is sent for somebody else is confirmed and sent at once, not later.",
            ));
        }
        if message.seen_seq.is_some() || message.read_by_ms.is_some() {
            return Err(Failure::Invalid(
                "What is sent later comes without seen_seq and read_by_ms: they are about now.",
            ));
        }
        if message.check_patient {
            self.check_patient(caller, command_id, &conversation.to_string(), &message.body)
                .await?;
        }
        // Whoever is no member as far as is known here may have become one elsewhere, a moment ago.
        let content = match self.seal(caller, conversation, &message.body, false, false)? {
            Some(content) => content,
            None => {
                self.freshness().catch_up().await?;
                self.seal(caller, conversation, &message.body, true, false)?
                    .unwrap_or_default()
            }
        };
        let id = ScheduledId::from_bytes(self.id_made_of("scheduled", caller, command_id));
        let scheduled = NewScheduled {
            id,
            at_ms: request.at_ms,
            message: NewMessage {
                audience: convert::audience(message.audience),
                priority: convert::priority(message.priority),
                content,
                mentions: convert::mentions(&message.mentions)?,
                reply_to: message.reply_to,
            },
        };
        let command = Command::Schedule {
            conversation,
            scheduled: Box::new(scheduled),
        };
        self.run(&self.envelope(caller.acting(), command_id, &asked, command))
            .await?;
        // Whoever asks again is told how it stands by now.
        let found = self.reader().scheduled(caller.person.id)?;
        let state = found
            .iter()
            .find(|found| found.new.id == id)
            .map(convert::waiting::scheduled);
        Ok(wire::Scheduled {
            message: Some(message.clone()),
            ..state.unwrap_or_else(|| wire::Scheduled {
                id: id.to_string(),
                conversation_id: conversation.to_string(),
                at_ms: request.at_ms,
                state: "over".to_owned(),
                code: None,
                seq: None,
                message: None,
            })
        })
    }

    /// Takes one back.
    pub async fn unschedule(&self, caller: &Caller, command_id: CommandId, id: &str) -> Outcome<Done> {
        let scheduled = convert::waiting::scheduled_id(id).map_err(|_| Refusal::NotFound)?;
        let command = Command::Unschedule(scheduled);
        self.run(&self.envelope(caller.acting(), command_id, id.as_bytes(), command))
            .await
    }

    /// What the caller has to be sent later, the earliest first.
    pub fn scheduled(&self, caller: &Caller) -> Outcome<wire::ScheduledList> {
        let mut found = self.reader().scheduled(caller.person.id)?;
        found.sort_by_key(|scheduled| (scheduled.new.at_ms, scheduled.new.id));
        let shown = found.iter().map(|scheduled| self.own_words(scheduled));
        Ok(wire::ScheduledList {
            scheduled: shown.collect::<io::Result<_>>()?,
        })
    }

    fn own_words(&self, scheduled: &Scheduled) -> io::Result<wire::Scheduled> {
        let head = self.reader().conversation(scheduled.conversation)?;
        let content = &scheduled.new.message.content;
        let body = match &head {
            Some(head) => self
                .keys()
                .open(head.id, &head.content_key, scheduled.author, content)?,
            None => String::new(),
        };
        Ok(wire::Scheduled {
            message: Some(convert::waiting::message(scheduled, body)),
            ..convert::waiting::scheduled(scheduled)
        })
    }
}
