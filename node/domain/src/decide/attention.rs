//! One's own view of a conversation: put away, muted, unread, reminded, threads. Changes nothing for anybody else.

use super::Decision;
use crate::attention::{Attention, AttentionStep, Thread, Threads};
use crate::conversation::Side;
use crate::decide::side_of;
use crate::limits;
use crate::outcome::Change;
use crate::person::Person;
use crate::refusal::Refusal;
use crate::timer::Timer;
use crate::view::View;

pub(super) fn step(view: &View, actor: &Person, step: &AttentionStep) -> Result<Decision, Refusal> {
    let head = view.about.conversation.as_ref().ok_or(Refusal::NotFound)?;
    let before = view
        .attention
        .clone()
        .unwrap_or_else(|| Attention::untouched(actor.id, head.id));
    let last_number = head.last.number_for(side_of(Some(actor)));
    let mut after = before.clone();
    match *step {
        AttentionStep::PutAway => after.put_away_number = Some(last_number),
        AttentionStep::TakeOut => after.put_away_number = None,
        AttentionStep::Mute { muted } => after.muted = muted,
        AttentionStep::MarkUnread => after.unread = true,
        AttentionStep::Remind { at_ms } => {
            let is_ahead = |at_ms| view.now_ms < at_ms && at_ms <= view.now_ms + limits::REMINDER_AHEAD_MS_MAX;
            if !at_ms.is_none_or(is_ahead) {
                return Err(Refusal::Invalid);
            }
            after.remind_at_ms = at_ms;
        }
        AttentionStep::Follow { follows, .. } => return follow(view, actor, before, follows),
    }
    if after == before {
        return Err(Refusal::NothingToDo);
    }
    Ok(changed(view, after, false))
}

/// A thread hangs on a message that they see. Patients have none: what is said to them stands in one line.
fn follow(view: &View, actor: &Person, before: Attention, follows: bool) -> Result<Decision, Refusal> {
    if side_of(Some(actor)) == Side::Patient {
        return Err(Refusal::Forbidden);
    }
    let target = view.target.as_ref().filter(|target| target.message().is_some());
    let target = target.ok_or(Refusal::NotFound)?;
    let seq = target.place.seq;
    let threads = view.threads.with(Thread { seq, follows })?;
    let mut decision = said(before, threads.clone(), false);
    let (person, conversation) = (actor.id, view.about.conversation.as_ref().ok_or(Refusal::NotFound)?.id);
    decision.changes.push(Change::Threads {
        person,
        conversation,
        threads,
    });
    Ok(decision)
}

/// Reading it again: it is unread no longer.
pub(super) fn read(view: &View) -> Option<Change> {
    let attention = view.attention.clone().filter(|attention| attention.unread)?;
    let attention = Attention {
        unread: false,
        ..attention
    };
    Some(Change::Attention {
        attention,
        threads: view.threads.clone(),
        reminded: false,
    })
}

/// The time has come: it is back, and unread, so that it is seen wherever the person signs in next.
pub(super) fn remind(view: &View, timer: Timer) -> Result<Decision, Refusal> {
    let attention = view.attention.clone().ok_or(Refusal::NothingToDo)?;
    match attention.timer() {
        Some((due_ms, known)) if known == timer && due_ms <= view.now_ms => {}
        _ => return Err(Refusal::NothingToDo),
    }
    // Whoever is no member any more is told nothing of it, and waits for nothing.
    if !view.about.own.as_ref().is_some_and(|own| own.is_current()) {
        let after = Attention {
            remind_at_ms: None,
            ..attention
        };
        return Ok(changed(view, after, false));
    }
    let back = Attention {
        put_away_number: None,
        unread: true,
        remind_at_ms: None,
        ..attention
    };
    let conversation = Some(back.conversation);
    Ok(Decision {
        conversation,
        ..changed(view, back, true)
    })
}

fn changed(view: &View, attention: Attention, reminded: bool) -> Decision {
    said(attention, view.threads.clone(), reminded)
}

fn said(attention: Attention, threads: Threads, reminded: bool) -> Decision {
    Decision {
        changes: vec![Change::Attention {
            attention,
            threads,
            reminded,
        }],
        ..Decision::default()
    }
}
