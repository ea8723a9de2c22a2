//! Inviting somebody to sign in for the first time, and doing so. Refuses to know how a code is made and handed over.

use super::Decision;
use super::accounts::{changed, check_person};
use crate::invitation::{Activation, Invitation, InvitationCode};
use crate::limits;
use crate::outcome::Change;
use crate::person::{AccountState, Person, PersonKind};
use crate::refusal::Refusal;
use crate::view::View;

/// A new code takes the place of the one before.
pub(super) fn invite(view: &View, actor: &Person, code: InvitationCode) -> Result<Decision, Refusal> {
    let subject = view.subject.as_ref().ok_or(Refusal::NotFound)?;
    if subject.kind == PersonKind::Service {
        return Err(Refusal::Invalid);
    }
    if subject.state != AccountState::Invited {
        return Err(Refusal::NothingToDo);
    }
    Ok(changed(vec![Change::Invitation(Invitation {
        person: subject.id,
        code,
        by: actor.id,
        expires_at_ms: view.now_ms + limits::INVITATION_MS,
    })]))
}

/// From outside a wrong code, an old one and an account that is open look the same.
pub(super) fn activate(view: &View, activation: &Activation) -> Result<Decision, Refusal> {
    let invited = |person: &&Person| person.id == activation.person && person.state == AccountState::Invited;
    let subject = view.subject.as_ref().filter(invited).ok_or(Refusal::SignInFailed)?;
    let opens = |invitation: &Invitation| invitation.opens(activation.code, view.now_ms);
    if !view.invitation.as_ref().is_some_and(opens) {
        return Err(Refusal::SignInFailed);
    }
    let mut person = subject.clone();
    if !activation.login.expose().is_empty() {
        person.login = activation.login.clone();
    }
    if view.login_taken && person.login != subject.login {
        return Err(Refusal::LoginTaken);
    }
    person.credential = activation.credential.clone();
    person.state = AccountState::Active;
    check_person(&person)?;
    let id = person.id;
    let changes = vec![Change::Person(Box::new(person)), Change::InvitationOver(id)];
    Ok(Decision {
        changes,
        person: Some(id),
        ..Decision::default()
    })
}
