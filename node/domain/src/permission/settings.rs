//! Rules for what a clinic sets for itself: administrators set it; who is available to patients, everybody says for themselves.

use super::Asking;
use crate::audit::{Action, Basis};
use crate::conversation::Kind;
use crate::person::Role;
use crate::refusal::Refusal;

/// The refusal where a module is off that this kind of conversation belongs to.
pub(super) fn switched_off(asking: &Asking<'_>, kind: &Kind) -> Option<Refusal> {
    let switches = asking.about.switches;
    match kind {
        Kind::Patient { .. } => (!switches.patients).then_some(Refusal::PatientMessagesOff),
        Kind::Direct | Kind::Group | Kind::Channel { .. } | Kind::CareRoom { .. } => {
            (!switches.team).then_some(Refusal::TeamChatOff)
        }
    }
}

pub(super) fn deny(asking: &Asking<'_>) -> Option<Refusal> {
    if !asking.actor.is_staff() {
        return Some(Refusal::Forbidden);
    }
    match asking.action {
        Action::ChangeSettings | Action::ChangeSafeguards => None,
        // Nobody changes their own rights.
        Action::ChangeRights if asking.is_about_self() => Some(Refusal::Forbidden),
        _ => asking.subject.is_none().then_some(Refusal::NotFound),
    }
}

pub(super) fn allow(asking: &Asking<'_>) -> Option<Option<Basis>> {
    let administrator = asking.actor.roles.has(Role::Administrator);
    let may = match asking.action {
        Action::ChangeSettings | Action::ChangeSafeguards | Action::ChangeRights => administrator,
        Action::ChangeAvailability => administrator || asking.is_about_self(),
        _ => false,
    };
    may.then_some(None)
}
