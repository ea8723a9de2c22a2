//! Messages that are sent later: asked for, taken back, and sent when their time has come.

use super::{Decision, messages};
use crate::audit::Action;
use crate::command::NewMessage;
use crate::conversation::Audience;
use crate::decide::side_of;
use crate::limits;
use crate::outcome::Change;
use crate::permission::{Asking, permit};
use crate::person::Person;
use crate::refusal::Refusal;
use crate::scheduled::{NewScheduled, Scheduled};
use crate::timer::Timer;
use crate::view::View;

pub(super) fn schedule(view: &View, actor: &Person, new: &NewScheduled) -> Result<Decision, Refusal> {
    let head = view.about.conversation.as_ref().ok_or(Refusal::NotFound)?;
    let is_ahead = view.now_ms < new.at_ms && new.at_ms <= view.now_ms + limits::SCHEDULED_AHEAD_MS_MAX;
    if !is_ahead || new.message.content.0.is_empty() {
        return Err(Refusal::Invalid);
    }
    if view.scheduled_count >= limits::SCHEDULED_PER_PERSON_COUNT_MAX {
        return Err(Refusal::TooMany);
    }
    // What it mentions and answers is looked at now as well: who waits for a refusal until tomorrow is not helped.
    messages::new_message(view, &new.message)?;
    let scheduled = Scheduled {
        new: new.clone(),
        conversation: head.id,
        author: actor.id,
        refused: None,
    };
    Ok(Decision {
        changes: vec![Change::Scheduled(Box::new(scheduled))],
        ..Decision::default()
    })
}

/// Takes it back, or away once it could not be sent.
pub(super) fn unschedule(view: &View, actor: &Person) -> Result<Decision, Refusal> {
    let scheduled = view.scheduled.clone().filter(|found| found.author == actor.id);
    let scheduled = scheduled.ok_or(Refusal::NotFound)?;
    Ok(Decision {
        conversation: Some(scheduled.conversation),
        changes: vec![Change::ScheduledOver {
            scheduled: Box::new(scheduled),
            sent_seq: None,
        }],
        ..Decision::default()
    })
}

/// Its time has come. What the author may not say any more is not said; it stays with them, with the reason.
pub(super) fn due(view: &View, timer: Timer) -> Result<Decision, Refusal> {
    let scheduled = view.scheduled.as_ref().ok_or(Refusal::NothingToDo)?;
    match scheduled.timer() {
        Some((due_ms, known)) if known == timer && due_ms <= view.now_ms => {}
        _ => return Err(Refusal::NothingToDo),
    }
    let sent = view
        .actor
        .as_ref()
        .ok_or(Refusal::NotFound)
        .and_then(|author| send(view, author, &scheduled.new.message));
    Ok(match sent {
        Ok(mut decision) => {
            decision.conversation = Some(scheduled.conversation);
            decision.changes.push(Change::ScheduledOver {
                scheduled: Box::new(scheduled.clone()),
                sent_seq: Some(decision.place.seq_for(side_of(view.actor.as_ref()))),
            });
            decision
        }
        Err(refusal) => Decision {
            conversation: Some(scheduled.conversation),
            changes: vec![Change::Scheduled(Box::new(Scheduled {
                refused: Some(refusal),
                ..scheduled.clone()
            }))],
            noted: Some(refusal),
            ..Decision::default()
        },
    })
}

fn send(view: &View, author: &Person, message: &NewMessage) -> Result<Decision, Refusal> {
    let asking = Asking {
        target: view.target.as_ref(),
        audience: message.audience,
        priority: message.priority,
        ..Asking::new(as_sent(message.audience), author, &view.about, view.now_ms)
    };
    let basis = permit(&asking)?;
    let mut decision = messages::send(view, author, message)?;
    decision.basis = basis;
    Ok(decision)
}

/// What it will be when it is sent.
pub fn as_sent(audience: Audience) -> Action {
    match audience {
        Audience::Everyone => Action::Send,
        Audience::Team => Action::SendNote,
    }
}
