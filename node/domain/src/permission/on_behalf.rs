//! Rules for replying for somebody else: by staff who may read the thread, for the one who answers for it, unless that one, the thread, or
//! the clinic where a label stands refuses it. It makes nobody a member (T-05).

use super::{Asking, basis, outside_patient_work};
use crate::audit::{Action, Basis};
use crate::care::can_hold;
use crate::on_behalf::principal;
use crate::person::Role;
use crate::refusal::Refusal;

pub(super) fn deny(asking: &Asking<'_>) -> Option<Refusal> {
    if asking.action == Action::ChangeOnBehalf {
        return deny_change(asking);
    }
    if let Some(refusal) = outside_patient_work(asking) {
        return Some(refusal);
    }
    if !asking.about.switches.patients {
        return Some(Refusal::PatientMessagesOff);
    }
    if !asking.about.patient.as_ref().is_some_and(|patient| patient.is_active()) {
        return Some(Refusal::PatientAccountInactive);
    }
    let Some(subject) = asking.subject.filter(|subject| asking.on_behalf_of == Some(subject.id)) else {
        return Some(Refusal::NotFound);
    };
    if subject.id == asking.actor.id {
        return Some(Refusal::Invalid);
    }
    // Whoever left has nothing to do with it any more, and would not even see what was said in their name.
    if principal(asking.about) != Some(subject.id) || !asking.subject_is_member {
        return Some(Refusal::NotResponsible);
    }
    if !can_hold(subject) {
        return Some(Refusal::CannotHold);
    }
    let thread_refuses = asking.about.care.as_ref().is_some_and(|care| care.refuses_on_behalf);
    let label_refuses = asking.about.is_labelled() && !asking.about.policies.on_behalf_of_labelled;
    (thread_refuses || label_refuses || asking.subject_refuses_on_behalf).then_some(Refusal::OnBehalfRefused)
}

/// Whether others reply for somebody is theirs to say, and the administrator's.
fn deny_change(asking: &Asking<'_>) -> Option<Refusal> {
    match asking.subject {
        None => Some(Refusal::NotFound),
        Some(subject) if !subject.is_staff() => Some(Refusal::Invalid),
        Some(_) => None,
    }
}

pub(super) fn allow(asking: &Asking<'_>) -> Option<Option<Basis>> {
    if asking.action == Action::ChangeOnBehalf {
        let may = asking.is_about_self() || asking.actor.roles.has(Role::Administrator);
        return (asking.actor.is_staff() && may).then_some(None);
    }
    let ground = basis(asking.actor, asking.about, asking.now_ms)?;
    // A broken glass is for reading.
    (ground != Basis::BreakGlass).then_some(Some(ground))
}
