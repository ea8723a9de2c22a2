//! The part of a scene that is about what people keep for themselves: scheduled messages, their own view, reminders.

use super::scene::Scene;
use super::scene_of_tasks::{READ_BY_SEQ, TASK};
use super::{COLLEAGUE, CONVERSATION, Case, NOW_MS, NURSE, head, member, new_message, nurse, patient, thread};
use corridor_domain::attention::{Attention, AttentionStep};
use corridor_domain::audit::Action;
use corridor_domain::command::Command;
use corridor_domain::conversation::Audience;
use corridor_domain::ids::{PersonId, ScheduledId};
use corridor_domain::scheduled::{NewScheduled, Scheduled};
use corridor_domain::timer::Timer;

pub const SCHEDULED: ScheduledId = ScheduledId(0x5C);

/// A message of somebody, due at that time.
pub fn scheduled(author: PersonId, at_ms: u64) -> Scheduled {
    Scheduled {
        new: NewScheduled {
            id: SCHEDULED,
            at_ms,
            message: new_message(Audience::Everyone),
        },
        conversation: CONVERSATION,
        author,
        refused: None,
    }
}

impl Scene<'_> {
    pub(super) fn waiting_command(&self) -> Option<Command> {
        let timer = |timer| Some(Command::FireTimer { timer });
        match self.action {
            Action::Unschedule => Some(Command::Unschedule(SCHEDULED)),
            Action::SendScheduled => timer(Timer::MessageDue(SCHEDULED)),
            Action::Remind => timer(Timer::Reminder(NURSE, CONVERSATION)),
            Action::TaskDue => timer(Timer::TaskDue(TASK)),
            Action::NotReadInTime => timer(Timer::ReadBy(CONVERSATION, READ_BY_SEQ)),
            _ => None,
        }
    }

    /// What waits: of whoever asks, of a colleague, or of the nurse whom the clock serves.
    pub(super) fn waiting(&self, mut case: Case, actor: Option<PersonId>) -> Case {
        let author = match actor {
            Some(actor) if self.is("own message") => actor,
            Some(_) => COLLEAGUE,
            None => NURSE,
        };
        let due_ms = if self.is("due") { NOW_MS } else { NOW_MS + 1 };
        if self.is("done before") {
            return case;
        }
        self.waiting_tasks(&mut case.view, due_ms);
        case.view.scheduled = Some(scheduled(author, due_ms));
        case.view.attention = Some(Attention {
            remind_at_ms: Some(due_ms),
            ..Attention::untouched(NURSE, CONVERSATION)
        });
        if actor.is_none() {
            let head = head(thread());
            case.view.actor = Some(nurse());
            let own = member(&head, &nurse());
            case = case.about(head, Some(own));
            case.view.about.patient = Some(patient(super::PATIENT, &[]));
        }
        case
    }

    pub(super) fn own_view(&self) -> Command {
        Command::ChangeAttention {
            conversation: CONVERSATION,
            step: AttentionStep::MarkUnread,
        }
    }

    pub(super) fn schedule(&self, new: corridor_domain::command::NewMessage) -> Command {
        let scheduled = NewScheduled {
            message: new,
            ..scheduled(NURSE, NOW_MS + 1).new
        };
        Command::Schedule {
            conversation: CONVERSATION,
            scheduled: Box::new(scheduled),
        }
    }
}
