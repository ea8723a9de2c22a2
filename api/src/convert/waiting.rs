//! One's own view and what is sent later, between the wire and the domain.

use super::{audience_to_wire, mentions_to_wire, priority_to_wire};
use crate::failure::{Failure, Outcome};
use corridor_domain::attention::{Attention, AttentionStep, Thread, Threads};
use corridor_domain::ids::ScheduledId;
use corridor_domain::scheduled::Scheduled;
use corridor_protocol as wire;

/// A step as the domain knows it.
pub fn step(step: &wire::AttentionStep) -> AttentionStep {
    match step {
        wire::AttentionStep::PutAway => AttentionStep::PutAway,
        wire::AttentionStep::TakeOut => AttentionStep::TakeOut,
        wire::AttentionStep::Mute { muted } => AttentionStep::Mute { muted: *muted },
        wire::AttentionStep::MarkUnread => AttentionStep::MarkUnread,
        wire::AttentionStep::Remind { at_ms } => AttentionStep::Remind { at_ms: *at_ms },
        wire::AttentionStep::Follow { seq, follows } => AttentionStep::Follow {
            seq: *seq,
            follows: *follows,
        },
    }
}

/// One's own view.
pub fn attention(attention: &Attention, threads: &Threads) -> wire::Attention {
    let following = |thread: Thread| wire::Following {
        seq: thread.seq,
        follows: thread.follows,
    };
    wire::Attention {
        put_away_number: attention.put_away_number,
        muted: attention.muted,
        marked_unread: attention.unread,
        remind_at_ms: attention.remind_at_ms,
        threads: threads.iter().map(following).collect(),
    }
}

/// The id of what is sent later.
pub fn scheduled_id(text: &str) -> Outcome<ScheduledId> {
    text.parse()
        .map_err(|_| Failure::Invalid("A scheduled message's id is `sch_` and 26 characters."))
}

/// What waits, or was refused; without its words.
pub fn scheduled(scheduled: &Scheduled) -> wire::Scheduled {
    wire::Scheduled {
        id: scheduled.new.id.to_string(),
        conversation_id: scheduled.conversation.to_string(),
        at_ms: scheduled.new.at_ms,
        state: if scheduled.refused.is_some() {
            "refused"
        } else {
            "waiting"
        }
        .to_owned(),
        code: scheduled.refused.map(|refusal| refusal.code().to_owned()),
        seq: None,
        message: None,
    }
}

/// What became of it.
pub fn scheduled_over(over: &Scheduled, sent_seq: Option<u64>) -> wire::Scheduled {
    wire::Scheduled {
        state: if sent_seq.is_some() { "sent" } else { "removed" }.to_owned(),
        seq: sent_seq,
        ..scheduled(over)
    }
}

/// Its words, for the one who wrote them.
pub fn message(scheduled: &Scheduled, body: String) -> wire::SendMessage {
    let message = &scheduled.new.message;
    wire::SendMessage {
        body,
        audience: audience_to_wire(message.audience),
        priority: priority_to_wire(message.priority),
        reply_to: message.reply_to,
        mentions: mentions_to_wire(&message.mentions),
        on_behalf: None,
        seen_seq: None,
        read_by_ms: None,
        check_patient: false,
    }
}
