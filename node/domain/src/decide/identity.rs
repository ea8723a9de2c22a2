//! Asking who writes from a patient's account, and showing it. Whether it is allowed was settled before; whether the password was right, the edge
//! found out: what it found it right against must still be the person's.

use super::Decision;
use super::room::Room;
use crate::event::EventBody;
use crate::identity_check::IdentityCheck;
use crate::outcome::Change;
use crate::person::Person;
use crate::private::Private;
use crate::refusal::Refusal;
use crate::view::View;

pub(super) fn ask(view: &View, actor: &Person) -> Result<Decision, Refusal> {
    if view.identity_check.is_some_and(|check| check.is_open()) {
        return Err(Refusal::NothingToDo);
    }
    let head = view.about.conversation.as_ref().ok_or(Refusal::NotFound)?;
    let check = IdentityCheck {
        conversation: head.id,
        asked_by: actor.id,
        asked_at_ms: view.now_ms,
        confirmed: None,
    };
    told(view, actor, check, EventBody::IdentityAsked)
}

pub(super) fn confirm(view: &View, actor: &Person, credential: &Private) -> Result<Decision, Refusal> {
    let open = view.identity_check.filter(IdentityCheck::is_open);
    let check = open.ok_or(Refusal::NothingToDo)?;
    if credential.expose().is_empty() || *credential != actor.credential {
        return Err(Refusal::NotConfirmed);
    }
    let confirmed = Some((actor.id, view.now_ms));
    let check = IdentityCheck { confirmed, ..check };
    told(view, actor, check, EventBody::IdentityConfirmed)
}

/// Both sides see that it was asked, and that it was shown.
fn told(view: &View, actor: &Person, check: IdentityCheck, body: EventBody) -> Result<Decision, Refusal> {
    let mut room = Room::new(view, view.about.conversation.clone().ok_or(Refusal::NotFound)?);
    let place = room.append(actor.id, None, true, body);
    room.put(Change::IdentityCheck(check));
    Ok(Decision {
        changes: room.finish(),
        place,
        ..Decision::default()
    })
}
