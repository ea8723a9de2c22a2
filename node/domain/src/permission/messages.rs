//! Rules for messages: only members write; notes stay on the team's side; edits have a window; taking back is the author's.

use super::settings::switched_off;
use super::{Asking, unknown};
use crate::audit::{Action, Basis};
use crate::care::Stage;
use crate::conversation::{Audience, Kind, Visibility};
use crate::event::{Event, Message, Priority};
use crate::person::Role;
use crate::refusal::Refusal;

pub(super) fn deny(asking: &Asking<'_>) -> Option<Refusal> {
    if let Some(refusal) = unknown(asking) {
        return Some(refusal);
    }
    if asking.own().is_none() {
        return Some(Refusal::NotAMember);
    }
    let conversation = asking.conversation()?;
    let writes = matches!(
        asking.action,
        Action::Send | Action::SendNote | Action::Edit | Action::Retract
    );
    if writes && conversation.archived {
        return Some(Refusal::Archived);
    }
    let says = matches!(asking.action, Action::Send | Action::Edit)
        || asking.action == Action::SendNote && !conversation.kind.is_patient();
    if let Some(refusal) = switched_off(asking, &conversation.kind).filter(|_| says) {
        return Some(refusal);
    }
    if asking.target.is_some() && !sees_target(asking) {
        return Some(Refusal::NotFound);
    }
    match asking.action {
        Action::SendNote if asking.actor.is_patient_side() => Some(Refusal::NotFound),
        Action::SendNote if !conversation.kind.is_patient() => Some(Refusal::Invalid),
        Action::Send => deny_sending(asking),
        Action::Edit | Action::Retract | Action::Acknowledge => deny_target(asking),
        Action::MarkRead | Action::ConfirmDelivery if asking.target.is_none() => Some(Refusal::NotFound),
        _ => None,
    }
}

/// Nobody points at what they cannot see: a note on the patients' side, what was before a late joiner's first event.
fn sees_target(asking: &Asking<'_>) -> bool {
    let (Some(target), Some(own)) = (asking.target, asking.own()) else {
        return false;
    };
    target.is_visible_to(own.side) && target.place.seq_for(own.side) >= own.first_seq
}

fn deny_sending(asking: &Asking<'_>) -> Option<Refusal> {
    // Urgency towards the clinic is a thing of its own policy, not of a patient's button (T-11).
    if asking.actor.is_patient_side() && asking.priority != Priority::Routine {
        return Some(Refusal::Forbidden);
    }
    let closed = asking
        .about
        .care
        .as_ref()
        .is_some_and(|care| care.set_stage == Stage::Closed);
    if asking.actor.is_patient_side() && closed {
        return Some(Refusal::Closed);
    }
    let to_a_patient =
        !asking.actor.is_patient_side() && asking.conversation().is_some_and(|about| about.kind.is_patient());
    let reachable = asking.about.patient.as_ref().is_some_and(|patient| patient.is_active());
    (to_a_patient && !reachable).then_some(Refusal::PatientAccountInactive)
}

fn deny_target(asking: &Asking<'_>) -> Option<Refusal> {
    let Some((target, message)) = asking
        .target
        .and_then(|event| event.message().map(|message| (event, message)))
    else {
        return Some(Refusal::NotFound);
    };
    if message.retraction.is_some() {
        return Some(Refusal::AlreadyRetracted);
    }
    match asking.action {
        Action::Acknowledge => (target.actor == asking.actor.id).then_some(Refusal::Invalid),
        // Whoever's name stands beside takes it back as well; the words stay the writer's.
        Action::Retract if target.on_behalf_of == Some(asking.actor.id) => None,
        _ if target.actor != asking.actor.id => Some(Refusal::Forbidden),
        Action::Edit => edit_is_late(asking, target, message).then_some(Refusal::EditWindowClosed),
        _ => None,
    }
}

/// What a patient may have read is taken back and written anew, never changed under their eyes (T-19).
fn edit_is_late(asking: &Asking<'_>, target: &Event, message: &Message) -> bool {
    let seen_by_patient =
        message.audience == Audience::Everyone && asking.conversation().is_some_and(|about| about.kind.is_patient());
    seen_by_patient || !asking.about.policies.may_be_edited(target.at_ms, asking.now_ms)
}

pub(super) fn allow(asking: &Asking<'_>) -> Option<Option<Basis>> {
    let conversation = asking.conversation()?;
    let announces = matches!(
        &conversation.kind,
        Kind::Channel {
            visibility: Visibility::Announcement,
            ..
        }
    );
    let may = match asking.action {
        Action::Send if announces => asking.is_owner() || asking.actor.roles.has(Role::Administrator),
        Action::SendNote => asking.actor.is_staff() || asking.actor.kind == crate::person::PersonKind::Service,
        Action::Send
        | Action::Edit
        | Action::Retract
        | Action::MarkRead
        | Action::ConfirmDelivery
        | Action::Acknowledge => true,
        _ => false,
    };
    (may && asking.own().is_some()).then_some(asking.own_basis())
}
