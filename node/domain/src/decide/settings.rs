//! What a clinic sets for itself, who is available to patients, and how a patient's conversation begins by it.

use super::{Decision, rooms};
use crate::care::{Care, can_hold};
use crate::command::NewConversation;
use crate::ids::PersonId;
use crate::limits;
use crate::outcome::Change;
use crate::person::{Person, Role, Roles};
use crate::private::Private;
use crate::refusal::Refusal;
use crate::settings::{Policies, Settings};
use crate::view::View;

pub(super) fn change(view: &View, settings: &Settings) -> Result<Decision, Refusal> {
    if !settings.is_sound() {
        return Err(Refusal::Invalid);
    }
    if view.settings.as_ref() == Some(settings) {
        return Err(Refusal::NothingToDo);
    }
    Ok(changed(Change::Settings(Box::new(settings.clone()))))
}

/// An address that names no patient by itself: clients put in the record number.
pub(super) fn chart_link(view: &View, link: &Private) -> Result<Decision, Refusal> {
    let text = link.expose();
    let is_address = text.starts_with("https://")
        && text.contains("{mrn}")
        && text.len() <= limits::CHART_LINK_SIZE_BYTES_MAX
        && text.chars().all(|one| one.is_ascii_graphic());
    if !text.is_empty() && !is_address {
        return Err(Refusal::Invalid);
    }
    if view.chart_link.as_ref().unwrap_or(&Private::default()) == link {
        return Err(Refusal::NothingToDo);
    }
    Ok(changed(Change::ChartLink(link.clone())))
}

pub(super) fn policies(view: &View, policies: Policies) -> Result<Decision, Refusal> {
    if !policies.is_sound() {
        return Err(Refusal::Invalid);
    }
    if view.about.policies == policies {
        return Err(Refusal::NothingToDo);
    }
    Ok(changed(Change::Policies(policies)))
}

pub(super) fn availability(view: &View, available: bool) -> Result<Decision, Refusal> {
    let subject = view.subject.as_ref().ok_or(Refusal::NotFound)?;
    if !subject.works_with_patients() {
        return Err(Refusal::CannotHold);
    }
    if view.subject_is_unavailable != available {
        return Err(Refusal::NothingToDo);
    }
    let person = subject.id;
    Ok(changed(Change::Available { person, available }))
}

/// The queue of all patients needs a role that works with patients: without it nobody finds or sees them (F-063).
pub(super) fn rights(view: &View, roles: Roles, sites: &[crate::ids::SiteId]) -> Result<Decision, Refusal> {
    let subject = view.subject.clone().ok_or(Refusal::NotFound)?;
    if !subject.is_staff() || sites.len() > limits::RELATIONS_COUNT_MAX {
        return Err(Refusal::Invalid);
    }
    let with = Person {
        roles,
        sites: sites.to_vec(),
        ..subject
    };
    if roles.has(Role::OrganizationQueue) && !with.works_with_patients() {
        return Err(Refusal::QueueNeedsMore);
    }
    if sites.iter().any(|site| !view.sites.contains(site)) {
        return Err(Refusal::NotFound);
    }
    Ok(changed(Change::Person(Box::new(with))))
}

/// As any patient conversation, and somebody answers for it from the start as its reason says, or whom the patient asks for.
pub(super) fn begin(
    view: &View,
    actor: &Person,
    new: &NewConversation,
    reason: Option<u16>,
    to: Option<PersonId>,
) -> Result<Decision, Refusal> {
    let patient = new.kind.patient().filter(|_| new.kind.is_patient());
    let patient = patient.and_then(|id| view.people.iter().find(|person| person.id == id));
    let patient = patient.ok_or(Refusal::Invalid)?;
    let settings = view.settings.clone().unwrap_or_default();
    let pool = settings.pool_for(reason, &patient.sites).ok_or(Refusal::NotFound)?;
    if let Some(to) = to {
        let asked = view.subject.as_ref().filter(|subject| subject.id == to);
        let asked = asked.ok_or(Refusal::NotFound)?;
        if !can_hold(asked) || !patient.has_in_care_team(to) {
            return Err(Refusal::CannotHold);
        }
        // The team's queue and its roles go on (T-15): the patient chooses a reason instead.
        if view.subject_is_unavailable {
            return Err(Refusal::NotAvailable);
        }
    }
    let mut decision = rooms::create(view, actor, new)?;
    let untouched = Care::untouched(new.id, view.now_ms);
    let care = Care {
        pool,
        holder: to,
        ..untouched.clone()
    };
    if care != untouched {
        decision.changes.push(Change::Care(Box::new(care)));
    }
    Ok(decision)
}

fn changed(change: Change) -> Decision {
    Decision {
        changes: vec![change],
        ..Decision::default()
    }
}
