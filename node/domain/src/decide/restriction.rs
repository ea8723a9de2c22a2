//! Giving a patient's conversation a label, and keeping it from those who act for the patient. Whether it is allowed was settled before.
//!
//! Whoever was inside and may not be any more is gone with the same event that says why: a revision has one event in a conversation.

use super::care::holder_left;
use super::room::Room;
use super::{Decision, settings};
use crate::care::{Care, Offer};
use crate::command::NewConversation;
use crate::conversation::{Departure, Membership, Side};
use crate::coverage::{Cover, StandIn};
use crate::event::EventBody;
use crate::ids::PersonId;
use crate::outcome::Change;
use crate::person::{Person, PersonKind, Role};
use crate::refusal::Refusal;
use crate::restriction::{Restriction, RestrictionStep, Safeguards, Sensitivity};
use crate::view::View;

pub(super) fn step(view: &View, actor: &Person, step: RestrictionStep) -> Result<Decision, Refusal> {
    let head = view.about.conversation.as_ref().ok_or(Refusal::NotFound)?;
    let before = view.about.restriction.unwrap_or(Restriction::none(head.id));
    match step {
        RestrictionStep::Label { sensitivity } => label(view, actor, before, sensitivity),
        RestrictionStep::Confidential { confidential } => keep(view, actor, before, confidential),
    }
}

/// Whoever joined by a coverage that is not of such ones leaves; what they answered for is the pool's.
fn label(
    view: &View,
    actor: &Person,
    before: Restriction,
    sensitivity: Option<Sensitivity>,
) -> Result<Decision, Refusal> {
    if before.sensitivity == sensitivity {
        return Err(Refusal::NothingToDo);
    }
    // Another label takes the one away that is there, which is a physician's to do.
    if before.sensitivity.is_some() && !actor.roles.has(Role::Physician) {
        return Err(Refusal::Forbidden);
    }
    let substituted = view.substituted.iter().filter(|_| sensitivity.is_some());
    let leaving: Vec<_> = substituted
        .filter_map(|one| Some((one.stand_in, one.about.own.clone().filter(Membership::is_current)?)))
        .collect();
    let left: Vec<PersonId> = leaving.iter().map(|(_, own)| own.person).collect();
    let gone: Vec<Option<PersonId>> = left.iter().copied().map(Some).collect();
    // That somebody is gone is seen by all who saw them come; the label itself patients never see.
    let shared = !left.is_empty();
    let body = EventBody::Labelled { sensitivity, left };
    let memberships = leaving.iter().map(|(_, own)| own);
    let mut decision = changed(view, actor, shared, body, memberships)?;
    // Whoever cannot see it any more cannot accept it either.
    let care = view
        .about
        .care
        .as_ref()
        .filter(|care| sensitivity.is_some() && !gone.contains(&care.holder));
    if let Some(care) = care.filter(|care| care.offer.is_some_and(|offer| !may_accept(view, &offer, &gone))) {
        decision.changes.push(Change::Care(Box::new(Care {
            offer: None,
            ..care.clone()
        })));
    }
    let over = |(stand_in, _): &(StandIn, Membership)| {
        Change::StandIn(StandIn::none(stand_in.conversation, stand_in.covering))
    };
    decision.changes.extend(leaving.iter().map(over));
    decision
        .changes
        .push(Change::Restriction(Restriction { sensitivity, ..before }));
    Ok(decision)
}

/// Whether who is asked to take it over is inside, or comes in by a coverage of such conversations.
fn may_accept(view: &View, offer: &Offer, gone: &[Option<PersonId>]) -> bool {
    let is_inside = view.subject_membership.as_ref().is_some_and(Membership::is_current);
    let covers = |cover: &Cover| cover.covered == offer.by && cover.of_labelled && view.now_ms < cover.until_ms;
    is_inside && !gone.contains(&Some(offer.to)) || view.subject_covers.iter().any(covers)
}

/// Whoever acts for the patient is gone. They do not come back by themselves when it ends: whoever lets them in says from when on (T-27).
fn keep(view: &View, actor: &Person, before: Restriction, confidential: bool) -> Result<Decision, Refusal> {
    if before.confidential == confidential {
        return Err(Refusal::NothingToDo);
    }
    let patient = view.about.patient.as_ref().ok_or(Refusal::NotFound)?;
    if confidential && !in_force(view).may_be_confidential(patient, view.now_ms) {
        return Err(Refusal::TooYoung);
    }
    let acts = |own: &&Membership| own.is_current() && own.side == Side::Patient && own.person != patient.id;
    let leaving: Vec<&Membership> = view.memberships.iter().filter(|_| confidential).filter(acts).collect();
    let left = leaving.iter().map(|own| own.person).collect();
    let body = EventBody::ConfidentialChanged { confidential, left };
    let mut decision = changed(view, actor, true, body, leaving.into_iter())?;
    let was_confidential = confidential || before.was_confidential;
    decision.changes.push(Change::Restriction(Restriction {
        confidential,
        was_confidential,
        ..before
    }));
    Ok(decision)
}

fn changed<'m>(
    view: &View,
    actor: &Person,
    shared: bool,
    body: EventBody,
    leaving: impl Iterator<Item = &'m Membership>,
) -> Result<Decision, Refusal> {
    let mut room = Room::new(view, view.about.conversation.clone().ok_or(Refusal::NotFound)?);
    let place = room.append(actor.id, None, shared, body);
    for own in leaving {
        room.head.member_count = room.head.member_count.saturating_sub(1);
        let departure = Departure {
            seq: place.seq,
            at_ms: view.now_ms,
            by: actor.id,
        };
        room.put_membership(Membership {
            departure: Some(departure),
            ..own.clone()
        });
        holder_left(view, &mut room, own.person);
    }
    Ok(Decision {
        changes: room.finish(),
        place,
        ..Decision::default()
    })
}

/// As any patient conversation, but those who act for the patient do not come with it.
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
    let acts = |person: &&Person| person.kind == PersonKind::Proxy;
    if acts(&actor) {
        return Err(Refusal::Forbidden);
    }
    if !in_force(view).may_be_confidential(patient, view.now_ms) {
        return Err(Refusal::TooYoung);
    }
    let without = View {
        people: view.people.iter().filter(|person| !acts(person)).cloned().collect(),
        ..view.clone()
    };
    let mut decision = settings::begin(&without, actor, new, reason, to)?;
    decision.changes.push(Change::Restriction(Restriction {
        confidential: true,
        was_confidential: true,
        ..Restriction::none(new.id)
    }));
    Ok(decision)
}

pub(super) fn safeguards(view: &View, safeguards: Safeguards) -> Result<Decision, Refusal> {
    if !safeguards.is_sound() {
        return Err(Refusal::Invalid);
    }
    if in_force(view) == safeguards {
        return Err(Refusal::NothingToDo);
    }
    Ok(Decision {
        changes: vec![Change::Safeguards(safeguards)],
        ..Decision::default()
    })
}

fn in_force(view: &View) -> Safeguards {
    view.safeguards.unwrap_or_default()
}
