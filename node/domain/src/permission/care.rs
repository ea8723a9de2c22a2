//! Rules for the responsibility for patient conversations: staff who work with patients move it, inside their own basis.
//! Who holds it now, and what is offered to whom, is looked at in `decide/care.rs`.

use super::{Asking, basis, outside_patient_work};
use crate::audit::{Action, Basis};
use crate::care::can_hold;
use crate::refusal::Refusal;

pub(super) fn deny(asking: &Asking<'_>) -> Option<Refusal> {
    if let Some(refusal) = outside_patient_work(asking) {
        return Some(refusal);
    }
    // Whoever sorts the queue gives work to others without joining; all else is for those who are in the room.
    let needs_membership = asking.action != Action::Assign;
    if needs_membership && asking.own().is_none() {
        return Some(Refusal::NotAMember);
    }
    match (asking.action, asking.subject) {
        (Action::Assign | Action::HandOver, Some(subject)) => (!can_hold(subject)).then_some(Refusal::CannotHold),
        (Action::Assign | Action::HandOver, None) => Some(Refusal::NotFound),
        _ => None,
    }
}

pub(super) fn allow(asking: &Asking<'_>) -> Option<Option<Basis>> {
    let ground = basis(asking.actor, asking.about, asking.now_ms)?;
    // A broken glass is for reading.
    (ground != Basis::BreakGlass).then_some(Some(ground))
}
