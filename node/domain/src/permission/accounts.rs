//! Rules for accounts: administrators keep them; everybody may end their own session and set their own password; whoever works with patients
//! invites them and who acts for them.

use super::Asking;
use crate::audit::Action;
use crate::person::{Person, Role};
use crate::refusal::Refusal;

pub(super) fn deny(asking: &Asking<'_>) -> Option<Refusal> {
    let needs_subject = !matches!(asking.action, Action::AddSite | Action::RenameSite | Action::AddPerson);
    if needs_subject && asking.subject.is_none() {
        return Some(Refusal::NotFound);
    }
    // Nobody closes their own account or changes their own rights: a second administrator does.
    let about_own_rights = matches!(asking.action, Action::ChangeAccountState | Action::ChangeRoles);
    if about_own_rights && asking.is_about_self() {
        return Some(Refusal::Forbidden);
    }
    None
}

pub(super) fn allow(asking: &Asking<'_>) -> bool {
    let administrator = asking.actor.is_staff() && asking.actor.roles.has(Role::Administrator);
    match asking.action {
        Action::SetPassword | Action::EndSession => administrator || asking.is_about_self(),
        // One click from where a patient cannot be written to yet (T-16).
        Action::Invite if asking.subject.is_some_and(Person::is_patient_side) => {
            administrator || asking.actor.works_with_patients()
        }
        _ => administrator,
    }
}
