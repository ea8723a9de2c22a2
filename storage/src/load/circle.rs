//! What is around a patient: who belongs to them, and which conversations are theirs; and what a conversation begins with.

use super::settings::load_for_rights;
use super::{Onlooker, load_subject, name_holder, people_of, person_of, readable, settings};
use crate::keys::{self, Table};
use crate::state::Records;
use corridor_domain::command::NewConversation;
use corridor_domain::conversation::{Conversation, Kind, Membership};
use corridor_domain::ids::{ConversationId, PersonId};
use corridor_domain::invitation::Activation;
use corridor_domain::limits;
use corridor_domain::person::{Person, PersonKind, Profile};
use corridor_domain::private::Private;
use corridor_domain::restriction::Restriction;
use corridor_domain::view::View;
use std::io;

/// The patient, the care team, and where they take part the proxies.
pub(super) fn circle_of(records: &impl Records, patient: PersonId, with_proxies: bool) -> io::Result<Vec<PersonId>> {
    let mut circle = vec![patient];
    if let Some(facts) = person_of(records, patient)?.and_then(|person| person.patient) {
        circle.extend(facts.care_team);
    }
    if with_proxies {
        let proxies = records.ids(&keys::proxies_of(patient), limits::RELATIONS_COUNT_MAX)?;
        circle.extend(proxies.into_iter().map(PersonId::from_bytes));
    }
    Ok(circle)
}

pub(super) fn load_for_new_person(records: &impl Records, view: &mut View, person: &Person) -> io::Result<()> {
    view.login_taken = is_taken(records, &person.login)?;
    let mut wanted = person.proxy_for.clone();
    wanted.extend(person.patient.iter().flat_map(|facts| facts.care_team.iter().copied()));
    view.people = people_of(records, &wanted)?;
    if person.kind == PersonKind::Proxy {
        load_patients_conversations(records, view, person.proxy_for.iter(), None)?;
    }
    Ok(())
}

pub(super) fn load_for_profile(
    records: &impl Records,
    view: &mut View,
    person: PersonId,
    profile: &Profile,
) -> io::Result<()> {
    view.login_taken = is_taken(records, &profile.login)?;
    load_for_rights(records, view, person)
}

pub(super) fn load_for_activation(records: &impl Records, view: &mut View, activation: &Activation) -> io::Result<()> {
    view.login_taken = is_taken(records, &activation.login)?;
    view.invitation = records.record(&keys::invitation(activation.person))?;
    load_subject(records, view, activation.person)
}

/// Whether somebody signs in by that name.
fn is_taken(records: &impl Records, login: &Private) -> io::Result<bool> {
    let login = login.expose();
    if login.is_empty() {
        return Ok(false);
    }
    let fingerprint = records.fingerprint(Table::Login, login);
    Ok(records.bytes(&keys::login(&fingerprint))?.is_some())
}

/// The patients' own conversations, and the memberships one person has or had in them.
pub(super) fn load_patients_conversations<'p>(
    records: &impl Records,
    view: &mut View,
    patients: impl Iterator<Item = &'p PersonId>,
    member: Option<PersonId>,
) -> io::Result<()> {
    for patient in patients.take(2 * limits::RELATIONS_COUNT_MAX) {
        for id in records.ids(&keys::conversations_about(*patient), usize::MAX / 2)? {
            let id = ConversationId::from_bytes(id);
            let known = view.conversations.iter().any(|conversation| conversation.id == id);
            let Some(head) = records.record::<Conversation>(&keys::conversation(id))? else {
                continue;
            };
            if known || !head.kind.is_patient() {
                continue;
            }
            let restriction: Option<Restriction> = records.record(&keys::restriction(id))?;
            if restriction.is_some_and(|known| known.was_confidential) {
                view.confidential.push(id);
            }
            view.conversations.push(head);
            if let Some(member) = member {
                view.memberships
                    .extend(records.record::<Membership>(&keys::membership(id, member))?);
            }
        }
    }
    Ok(())
}

pub(super) fn load_for_creation(
    records: &impl Records,
    view: &mut View,
    onlooker: Option<&Onlooker<'_>>,
    new: &NewConversation,
) -> io::Result<()> {
    view.about.switches = settings::switches(records)?;
    let mut wanted = new.members.clone();
    wanted.truncate(limits::MEMBERS_AT_CREATION_COUNT_MAX + 1);
    match &new.kind {
        Kind::Direct => {
            if let (Some(actor), Some(other)) = (&view.actor, new.members.first()) {
                view.existing_direct = records
                    .id(&keys::direct_pair(actor.id, *other))?
                    .map(ConversationId::from_bytes);
            }
        }
        Kind::Channel { .. } => view.name_taken = name_holder(records, new.topic.expose())?.is_some(),
        Kind::Group => {}
        Kind::Patient { patient } => wanted.splice(..0, circle_of(records, *patient, true)?).for_each(drop),
        Kind::CareRoom { patient, beside } => {
            wanted.splice(..0, circle_of(records, *patient, false)?).for_each(drop);
            view.about = readable(records, onlooker, *beside)?;
        }
    }
    view.people = people_of(records, &wanted)?;
    Ok(())
}
