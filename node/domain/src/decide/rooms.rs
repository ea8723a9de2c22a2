//! Creating, renaming, putting away and handing over conversations.

use super::Decision;
use super::room::{Room, membership_at};
use crate::command::NewConversation;
use crate::conversation::{Conversation, History, Kind, Place, Side, Visibility};
use crate::decide::side_of;
use crate::event::EventBody;
use crate::ids::PersonId;
use crate::limits;
use crate::outcome::Change;
use crate::person::{AccountState, Person};
use crate::private::Private;
use crate::refusal::Refusal;
use crate::view::View;

pub(super) fn create(view: &View, actor: &Person, new: &NewConversation) -> Result<Decision, Refusal> {
    check_topic(&new.kind, &new.topic)?;
    if new.members.len() > limits::MEMBERS_AT_CREATION_COUNT_MAX {
        return Err(Refusal::TooMany);
    }
    // Patients and proxies begin their own threads; whom the team brings in is the team's matter.
    if actor.is_patient_side() && !new.members.is_empty() {
        return Err(Refusal::Forbidden);
    }
    if new
        .members
        .iter()
        .any(|member| !view.people.iter().any(|person| person.id == *member))
    {
        return Err(Refusal::NotFound);
    }
    match new.kind {
        // The patient talked about is never in the room beside.
        Kind::CareRoom { patient, .. } if new.members.contains(&patient) => return Err(Refusal::Forbidden),
        Kind::Channel {
            visibility: Visibility::Site,
            site: None,
            ..
        } => return Err(Refusal::Invalid),
        Kind::Direct if new.members.len() != 1 || new.members[0] == actor.id => return Err(Refusal::Invalid),
        Kind::Direct => {
            if let Some(existing) = view.existing_direct {
                return Ok(Decision {
                    conversation: Some(existing),
                    ..Decision::default()
                });
            }
        }
        Kind::Channel { .. } if view.name_taken => return Err(Refusal::NameTaken),
        _ => {}
    }
    let (changes, place) = begin(view, actor.id, Some(actor), new);
    Ok(Decision {
        changes,
        conversation: Some(new.id),
        place,
        ..Decision::default()
    })
}

/// The events and records of a new conversation. `creator` is none when the operator's founding made it.
pub(super) fn begin(
    view: &View,
    owner: PersonId,
    creator: Option<&Person>,
    new: &NewConversation,
) -> (Vec<Change>, Place) {
    let members = first_members(view, creator, new);
    let head = Conversation {
        id: new.id,
        kind: new.kind.clone(),
        topic: new.topic.clone(),
        archived: false,
        owner,
        created_at_ms: view.now_ms,
        last: Place::default(),
        revision: view.revision,
        last_at_ms: view.now_ms,
        last_message_seq: 0,
        last_shared_message_seq: 0,
        team_read_shared_number: 0,
        member_count: members.len() as u32,
        content_key: new.content_key.clone(),
    };
    let mut room = Room::new(view, head);
    let place = room.append(owner, None, true, EventBody::Created);
    for (person, side) in members {
        // All are there from the first event on; the read marks stand at it.
        let membership = membership_at(&room.head, person, side, place, view.now_ms, History::Full, 1);
        room.put_membership(membership);
    }
    (room.finish(), place)
}

/// Who belongs to it from the start: the creator, those named, and in patients' matters those who come by themselves.
fn first_members(view: &View, creator: Option<&Person>, new: &NewConversation) -> Vec<(PersonId, Side)> {
    let mut members: Vec<(PersonId, Side)> = creator
        .map(|creator| (creator.id, side_of(Some(creator))))
        .into_iter()
        .collect();
    let patient = new
        .kind
        .patient()
        .and_then(|id| view.people.iter().find(|person| person.id == id));
    for person in &view.people {
        let named = new.members.contains(&person.id);
        let cares = patient.is_some_and(|patient| patient.has_in_care_team(person.id));
        let is_patients = match new.kind {
            Kind::Patient { patient } => person.id == patient || person.proxy_for.contains(&patient),
            _ => false,
        };
        // The patient stays a member with a closed account: the thread is the chart's. Suspended staff are left out.
        let open = person.state != AccountState::Suspended || Some(person.id) == new.kind.patient();
        if (named || cares || is_patients) && open && !members.iter().any(|(id, _)| *id == person.id) {
            members.push((person.id, side_of(Some(person))));
        }
    }
    members
}

fn check_topic(kind: &Kind, topic: &Private) -> Result<(), Refusal> {
    let text = topic.expose();
    let fits = text.len() <= limits::TOPIC_SIZE_BYTES_MAX && !text.chars().any(char::is_control);
    let needed = !matches!(kind, Kind::Direct);
    if !fits || (needed && text.trim().is_empty()) {
        Err(Refusal::Invalid)
    } else {
        Ok(())
    }
}

pub(super) fn rename(view: &View, actor: &Person, topic: &Private) -> Result<Decision, Refusal> {
    let head = view.about.conversation.clone().ok_or(Refusal::NotFound)?;
    check_topic(&head.kind, topic)?;
    if head.topic == *topic {
        return Err(Refusal::NothingToDo);
    }
    if view.name_taken {
        return Err(Refusal::NameTaken);
    }
    let mut room = Room::new(view, head);
    room.head.topic = topic.clone();
    let place = room.append(actor.id, None, true, EventBody::Renamed { topic: topic.clone() });
    Ok(done(room.finish(), place))
}

pub(super) fn set_archived(view: &View, actor: &Person, archived: bool) -> Result<Decision, Refusal> {
    let head = view.about.conversation.clone().ok_or(Refusal::NotFound)?;
    if head.archived == archived {
        return Err(Refusal::NothingToDo);
    }
    let mut room = Room::new(view, head);
    room.head.archived = archived;
    let body = if archived {
        EventBody::Archived
    } else {
        EventBody::Reopened
    };
    let place = room.append(actor.id, None, true, body);
    Ok(done(room.finish(), place))
}

pub(super) fn change_owner(view: &View, actor: &Person, owner: PersonId) -> Result<Decision, Refusal> {
    let head = view.about.conversation.clone().ok_or(Refusal::NotFound)?;
    if head.owner == owner {
        return Err(Refusal::NothingToDo);
    }
    if !view
        .subject_membership
        .as_ref()
        .is_some_and(|membership| membership.is_current())
    {
        return Err(Refusal::Invalid);
    }
    let mut room = Room::new(view, head);
    room.head.owner = owner;
    let place = room.append(actor.id, None, false, EventBody::OwnerChanged { owner });
    Ok(done(room.finish(), place))
}

fn done(changes: Vec<Change>, place: Place) -> Decision {
    Decision {
        changes,
        place,
        ..Decision::default()
    }
}
