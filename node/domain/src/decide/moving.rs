//! Moving one's own message to the right patient: taken back where it was written and written where it belongs, at one revision, with one line
//! on the record that both conversations find.

use super::{Decision, messages, scheduled};
use crate::audit::Range;
use crate::command::{Moving, NewMessage};
use crate::conversation::{Place, Side};
use crate::ids::ConversationId;
use crate::outcome::Change;
use crate::permission::{Asking, permit};
use crate::person::Person;
use crate::private::Private;
use crate::refusal::Refusal;
use crate::task::ReadBy;
use crate::view::View;

/// Shown where the message was. It does not say whose it is: that is nobody's business there.
const REASON: &str = "Written in the wrong patient's conversation.";

pub(super) fn move_message(view: &View, actor: &Person, moving: &Moving) -> Result<Decision, Refusal> {
    let from = view.about.conversation.as_ref().ok_or(Refusal::NotFound)?;
    let (target, message) = messages::target_of(view)?;
    // In one's own name alone: what was confirmed for somebody else was confirmed for this patient.
    if target.actor != actor.id || target.on_behalf_of.is_some() {
        return Err(Refusal::Forbidden);
    }
    if message.version != moving.version {
        return Err(Refusal::MovedOn);
    }
    let there = view.pages.first().ok_or(Refusal::NotFound)?;
    let to = there.conversation.as_ref().ok_or(Refusal::NotFound)?;
    let asking = Asking {
        audience: message.audience,
        priority: message.priority,
        ..Asking::new(scheduled::as_sent(message.audience), actor, there, view.now_ms)
    };
    permit(&asking)?;
    if to.id == from.id || !to.kind.is_patient() {
        return Err(Refusal::Invalid);
    }
    // What is kept from others is not carried to where it is not.
    let is_laid_open =
        view.about.is_labelled() && !there.is_labelled() || view.about.is_confidential() && !there.is_confidential();
    if is_laid_open {
        return Err(Refusal::Forbidden);
    }
    let read_by = view.read_bys.iter().find(|found| found.seq == target.place.seq);
    let away = messages::retract(view, actor, &Private::from(REASON))?;
    let new = NewMessage {
        audience: message.audience,
        priority: message.priority,
        content: moving.content.clone(),
        mentions: Vec::new(),
        reply_to: None,
    };
    let elsewhere = View {
        about: there.clone(),
        target: None,
        ..view.clone()
    };
    let here = messages::send(&elsewhere, actor, &new)?;
    let mut changes = away.changes;
    changes.extend(here.changes);
    // Whoever it is meant for still has to read it.
    changes.extend(read_by.filter(|found| view.now_ms < found.by_ms).map(|found| {
        Change::ReadBy(ReadBy {
            conversation: to.id,
            seq: here.place.seq,
            shared_seq: here.place.shared_seq,
            missed: false,
            ..*found
        })
    }));
    let basis = asking.own_basis();
    let range = |conversation: ConversationId, place: Place| Range {
        conversation,
        basis,
        side: Side::Team,
        from_seq: place.seq,
        to_seq: place.seq,
    };
    Ok(Decision {
        changes,
        conversation: Some(to.id),
        place: here.place,
        ranges: vec![range(from.id, away.place), range(to.id, here.place)],
        ..Decision::default()
    })
}
