//! Rules for tasks: staff who may read a conversation, by another right than a broken glass, make tasks about it and do them. Patients never
//! learn of one.

use super::{Asking, basis, unknown};
use crate::audit::{Action, Basis};
use crate::conversation::Side;
use crate::refusal::Refusal;

pub(super) fn deny(asking: &Asking<'_>) -> Option<Refusal> {
    if let Some(refusal) = unknown(asking) {
        return Some(refusal);
    }
    if !asking.actor.is_staff() {
        return Some(Refusal::Forbidden);
    }
    if asking.action == Action::ReadTasks {
        return None;
    }
    let conversation = asking.conversation()?;
    // What is open can be done and closed there as well.
    if conversation.archived && asking.action == Action::CreateTask {
        return Some(Refusal::Archived);
    }
    (asking.target.is_some() && !sees_target(asking)).then_some(Refusal::NotFound)
}

/// What was before a late joiner's first event is not theirs to point at.
fn sees_target(asking: &Asking<'_>) -> bool {
    let first_seq = asking.own().map_or(1, |own| own.first_seq);
    let sees = |target: &crate::event::Event| target.place.seq_for(Side::Team) >= first_seq;
    asking.target.is_some_and(sees)
}

pub(super) fn allow(asking: &Asking<'_>) -> Option<Option<Basis>> {
    let ground = basis(asking.actor, asking.about, asking.now_ms)?;
    // A broken glass is for reading.
    let may = asking.action == Action::ReadTasks || ground != Basis::BreakGlass;
    may.then_some(Some(ground))
}
