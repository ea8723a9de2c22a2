//! Rules for pins: staff who work with patients put to a chart what they may read, by another right than a broken glass, and only to a chart
//! that is theirs to see. Whoever may read a conversation about the patient may look at what is pinned to the chart; patients do not.

use super::{Asking, basis, queue_basis, unknown};
use crate::audit::{Action, Basis};
use crate::person::PersonKind;
use crate::refusal::Refusal;

pub(super) fn deny(asking: &Asking<'_>) -> Option<Refusal> {
    if let Some(refusal) = unknown(asking) {
        return Some(refusal);
    }
    if !asking.actor.is_staff() {
        return Some(Refusal::Forbidden);
    }
    let conversation = asking.conversation()?;
    if asking.action == Action::ReadPins {
        return conversation.kind.patient().is_none().then_some(Refusal::Invalid);
    }
    if !asking.actor.works_with_patients() {
        return Some(Refusal::Forbidden);
    }
    let patient = match asking.subject {
        Some(subject) if subject.kind == PersonKind::Patient => subject,
        _ => return Some(Refusal::NotFound),
    };
    match conversation.kind.patient() {
        // What is said of one patient does not come into the chart of another.
        Some(about) => (about != patient.id).then_some(Refusal::NotThisPatient),
        None => {
            let covers = asking.about.covers.as_slice();
            let sees = queue_basis(asking.actor, covers, patient, None, false, asking.now_ms).is_some();
            (!sees).then_some(Refusal::NotFound)
        }
    }
}

pub(super) fn allow(asking: &Asking<'_>) -> Option<Option<Basis>> {
    let ground = basis(asking.actor, asking.about, asking.now_ms)?;
    let may = asking.action == Action::ReadPins || ground != Basis::BreakGlass;
    may.then_some(Some(ground))
}
