//! Rules for asking who writes from a patient's account: members of the staff who work with patients ask, whoever is on the patient's side shows it.

use super::{Asking, outside_patient_work, unknown};
use crate::audit::{Action, Basis};
use crate::refusal::Refusal;

pub(super) fn deny(asking: &Asking<'_>) -> Option<Refusal> {
    if asking.action == Action::AskIdentity {
        if let Some(refusal) = outside_patient_work(asking) {
            return Some(refusal);
        }
        if asking.own().is_none() {
            return Some(Refusal::NotAMember);
        }
        let reachable = asking.about.patient.as_ref().is_some_and(|patient| patient.is_active());
        return (!reachable).then_some(Refusal::PatientAccountInactive);
    }
    if let Some(refusal) = unknown(asking) {
        return Some(refusal);
    }
    if !asking.actor.is_patient_side() {
        return Some(Refusal::Forbidden);
    }
    asking.own().is_none().then_some(Refusal::NotAMember)
}

pub(super) fn allow(asking: &Asking<'_>) -> Option<Option<Basis>> {
    asking.own_basis().map(Some)
}
