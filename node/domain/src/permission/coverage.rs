//! Rules for coverage: whoever is away grants it, or an administrator for them; never the one who gets to read by it.

use super::Asking;
use crate::audit::{Action, Basis};
use crate::care::can_hold;
use crate::person::{Person, Role};
use crate::refusal::Refusal;

pub(super) fn deny(asking: &Asking<'_>) -> Option<Refusal> {
    if !asking.actor.is_staff() {
        return Some(Refusal::Forbidden);
    }
    let (Some(covering), Some(covered)) = (asking.subject, asking.people.first()) else {
        return Some(Refusal::NotFound);
    };
    match asking.action {
        // Who has nothing to do with it does not learn that it is there.
        Action::EndCoverage => (!is_theirs(asking, covering, covered)).then_some(Refusal::NotFound),
        _ if covering.id == covered.id => Some(Refusal::Invalid),
        _ if covering.id == asking.actor.id => Some(Refusal::Forbidden),
        _ if !can_hold(covering) || !can_hold(covered) => Some(Refusal::CannotHold),
        _ => None,
    }
}

fn is_theirs(asking: &Asking<'_>, covering: &Person, covered: &Person) -> bool {
    let actor = asking.actor;
    actor.id == covering.id || actor.id == covered.id || actor.roles.has(Role::Administrator)
}

pub(super) fn allow(asking: &Asking<'_>) -> Option<Option<Basis>> {
    let (covering, covered) = (asking.subject?, asking.people.first()?);
    let may = match asking.action {
        Action::GrantCoverage => asking.actor.id == covered.id || asking.actor.roles.has(Role::Administrator),
        Action::EndCoverage => is_theirs(asking, covering, covered),
        _ => false,
    };
    may.then_some(None)
}
