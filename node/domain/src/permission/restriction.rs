//! Rules for what restricts a patient's conversation: the team gives it a label, physicians take it away; the patient or the team keeps it from
//! those who act for the patient. From what age, is looked at in `decide/restriction.rs`.

use super::{Asking, basis, outside_patient_work, unknown};
use crate::audit::{Action, Basis};
use crate::person::{PersonKind, Role};
use crate::refusal::Refusal;

pub(super) fn deny(asking: &Asking<'_>) -> Option<Refusal> {
    if asking.actor.kind != PersonKind::Patient {
        return outside_patient_work(asking);
    }
    if let Some(refusal) = unknown(asking) {
        return Some(refusal);
    }
    // What a label says of the patient is the team's matter; patients never see one.
    if asking.action != Action::KeepConfidential {
        return Some(Refusal::Forbidden);
    }
    asking.conversation()?.archived.then_some(Refusal::Archived)
}

pub(super) fn allow(asking: &Asking<'_>) -> Option<Option<Basis>> {
    let ground = basis(asking.actor, asking.about, asking.now_ms)?;
    // Whoever looks in from the queue, stands in or broke the glass would shut others out, or let them in, for good.
    let is_theirs = matches!(ground, Basis::Member | Basis::CareTeam);
    let may = asking.action != Action::Unlabel || asking.actor.roles.has(Role::Physician);
    (is_theirs && may).then_some(Some(ground))
}
