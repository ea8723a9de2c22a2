//! Rules for words that are used again: everybody of the staff keeps their own, administrators the clinic's.

use super::Asking;
use crate::audit::Basis;
use crate::person::Role;
use crate::refusal::Refusal;

/// The subject is whose the template is; none: the clinic's.
pub(super) fn deny(asking: &Asking<'_>) -> Option<Refusal> {
    if !asking.actor.is_staff() {
        return Some(Refusal::Forbidden);
    }
    // Nobody learns what others keep for themselves.
    (asking.subject.is_some() && !asking.is_about_self()).then_some(Refusal::NotFound)
}

pub(super) fn allow(asking: &Asking<'_>) -> Option<Option<Basis>> {
    let may = asking.is_about_self() || asking.actor.roles.has(Role::Administrator);
    may.then_some(None)
}
