//! People, conversations and members for the wire.

use super::standing::Standing;
use super::{
    audience_to_wire, basis_name, history_to_wire, kind_name, priority_to_wire, role_name, state_name,
    visibility_to_wire,
};
use crate::convert::events::Showing;
use crate::convert::safeguards::sensitivity_to_wire;
use crate::names;
use corridor_domain::audit::{Action, Basis};
use corridor_domain::conversation::{Conversation, Kind, Membership, Place, Side};
use corridor_domain::event::Event;
use corridor_domain::limits;
use corridor_domain::permission::{Asking, basis, permit};
use corridor_domain::person::{Person, Role};
use corridor_domain::view::Readable;
use corridor_protocol as wire;
use std::io;

/// A person. Roles and sites are staff's business; `presence` too.
pub fn person(person: &Person, presence: Option<wire::Presence>) -> wire::Person {
    wire::Person {
        id: person.id.to_string(),
        kind: kind_name(person.kind).to_owned(),
        name: person.name.expose().to_owned(),
        title: person.title.expose().to_owned(),
        roles: person.roles.iter().map(|role| role_name(role).to_owned()).collect(),
        state: state_name(person.state).to_owned(),
        site_ids: person.sites.iter().map(ToString::to_string).collect(),
        patient: person.patient.as_ref().map(|facts| wire::PatientFacts {
            mrn: facts.mrn.expose().to_owned(),
            birth_date: facts.birth_date.expose().to_owned(),
            care_team: facts.care_team.iter().map(ToString::to_string).collect(),
        }),
        proxy_for: person.proxy_for.iter().map(ToString::to_string).collect(),
        organization: person.organization.expose().to_owned(),
        presence,
        available: None,
    }
}

/// The patient of a conversation, as staff tell patients apart.
pub fn patient_summary(person: &Person) -> Option<wire::PatientSummary> {
    let facts = person.patient.as_ref()?;
    Some(wire::PatientSummary {
        id: person.id.to_string(),
        name: person.name.expose().to_owned(),
        mrn: facts.mrn.expose().to_owned(),
        birth_date: facts.birth_date.expose().to_owned(),
        state: state_name(person.state).to_owned(),
    })
}

const KIND_DIRECT: &str = "direct";

fn kind_of(kind: &Kind) -> &'static str {
    match kind {
        Kind::Direct => KIND_DIRECT,
        Kind::Group => "group",
        Kind::Channel { .. } => "channel",
        Kind::Patient { .. } => "patient",
        Kind::CareRoom { .. } => "care_room",
    }
}

/// A conversation without its newest message and members: what its head and the viewer's membership say.
pub fn conversation(
    viewer: &Person,
    readable: &Readable,
    now_ms: u64,
    first_names: Vec<String>,
) -> Option<wire::Conversation> {
    let head = readable.conversation.as_ref()?;
    let own = readable.own.as_ref().filter(|own| own.is_current());
    let side = own.map_or_else(|| corridor_domain::decide::side_of(Some(viewer)), |own| own.side);
    let (channel, beside_id) = match &head.kind {
        Kind::Channel {
            visibility,
            site,
            phi_allowed,
        } => {
            let channel = wire::Channel {
                visibility: visibility_to_wire(*visibility),
                site_id: site.map(|site| site.to_string()),
                phi_allowed: *phi_allowed,
            };
            (Some(channel), None)
        }
        Kind::CareRoom { beside, .. } => (None, Some(beside.to_string())),
        _ => (None, None),
    };
    Some(wire::Conversation {
        id: head.id.to_string(),
        kind: kind_of(&head.kind).to_owned(),
        topic: head.topic.expose().to_owned(),
        state: state_of(head).to_owned(),
        channel,
        patient: readable.patient.as_ref().and_then(patient_summary),
        owner_id: head.owner.to_string(),
        beside_id,
        created_at_ms: head.created_at_ms,
        member_count: head.member_count,
        first_names,
        last_seq: head.last.seq_for(side),
        last_number: head.last.number_for(side),
        revision: head.revision,
        my: my(viewer, readable, head, own, now_ms),
        sensitivity: readable
            .restriction
            .and_then(|known| known.sensitivity)
            .filter(|_| side == Side::Team)
            .map(sensitivity_to_wire),
        identity_check: None,
        confidential: readable.is_confidential(),
        care: None,
        last_message: None,
        members: None,
        care_rooms: Vec::new(),
    })
}

/// A care room, named where it is not shown itself.
pub fn care_room(head: &Conversation) -> wire::CareRoom {
    wire::CareRoom {
        id: head.id.to_string(),
        topic: head.topic.expose().to_owned(),
        state: state_of(head).to_owned(),
    }
}

fn state_of(head: &Conversation) -> &'static str {
    if head.archived { "archived" } else { "open" }
}

fn my(viewer: &Person, readable: &Readable, head: &Conversation, own: Option<&Membership>, now_ms: u64) -> wire::My {
    let basis = basis(viewer, readable, now_ms);
    let broken = readable
        .break_glass
        .as_ref()
        .filter(|_| basis == Some(Basis::BreakGlass));
    wire::My {
        member: own.is_some(),
        owner: own.is_some() && head.owner == viewer.id,
        basis: basis.map(|basis| basis_name(basis).to_owned()),
        basis_until_ms: broken.map(|broken| broken.expires_at_ms),
        first_seq: own.map_or(1, |own| own.first_seq),
        read_seq: own.map_or(0, |own| own.read_seq),
        read_number: own.map_or(0, |own| own.read_number),
        unread: own.map_or(0, |own| own.unread(&head.last)),
        attention: None,
        called_seq: None,
        may: may(viewer, readable, now_ms),
    }
}

/// What the viewer may do here: the funnel's own answer, so that a button never promises what a node refuses.
fn may(viewer: &Person, readable: &Readable, now_ms: u64) -> Vec<String> {
    const ASKED: [(Action, &str); 25] = [
        (Action::Send, "send"),
        (Action::SendNote, "note"),
        (Action::Rename, "rename"),
        (Action::Archive, "archive"),
        (Action::Reopen, "reopen"),
        (Action::AddMember, "add_member"),
        (Action::RemoveMember, "remove_member"),
        (Action::Leave, "leave"),
        (Action::Join, "join"),
        (Action::MarkRead, "acknowledge"),
        (Action::Take, "take"),
        (Action::Assign, "assign"),
        (Action::ReturnToPool, "return"),
        (Action::HandOver, "hand_over"),
        (Action::AcceptHandOver, "accept"),
        (Action::DeclineHandOver, "decline"),
        (Action::WithdrawHandOver, "withdraw"),
        (Action::Resolve, "resolve"),
        (Action::Close, "close"),
        (Action::Open, "open"),
        (Action::Label, "label"),
        (Action::Unlabel, "unlabel"),
        (Action::KeepConfidential, "keep_confidential"),
        (Action::AskIdentity, "ask_identity"),
        (Action::ConfirmIdentity, "confirm_identity"),
    ];
    let archived = readable.conversation.as_ref().is_some_and(|head| head.archived);
    let is_member = readable.own.as_ref().is_some_and(|own| own.is_current());
    let standing = Standing::of(readable, now_ms);
    let pointless = |action| match action {
        Action::Archive => archived,
        Action::Reopen => !archived,
        Action::Join => is_member,
        Action::Label => readable.is_labelled(),
        Action::Unlabel => !readable.is_labelled(),
        _ => standing
            .as_ref()
            .is_some_and(|standing| standing.is_pointless(action, viewer.id)),
    };
    // Some other member of staff who answers for patients, and some event, stand for those that will be named.
    let somebody = Person {
        id: corridor_domain::ids::PersonId(0),
        roles: [Role::Nurse].into_iter().collect(),
        ..stand_in(viewer)
    };
    let first = readable.own.as_ref().map_or(1, |own| own.first_seq);
    let event = Event {
        place: Place {
            seq: first,
            number: 0,
            shared_seq: first,
            shared_number: 0,
        },
        shared: true,
        revision: 0,
        at_ms: now_ms,
        actor: somebody.id,
        on_behalf_of: None,
        body: corridor_domain::event::EventBody::Created,
    };
    ASKED
        .into_iter()
        .filter(|(action, _)| !pointless(*action))
        .filter(|(action, _)| {
            let about_self = matches!(action, Action::Leave | Action::Join);
            let subject = if about_self { viewer } else { &somebody };
            let target = (*action == Action::MarkRead).then_some(&event);
            let asking = Asking {
                subject: Some(subject),
                target,
                ..Asking::new(*action, viewer, readable, now_ms)
            };
            permit(&asking).is_ok()
        })
        .map(|(_, name)| name.to_owned())
        .collect()
}

fn stand_in(viewer: &Person) -> Person {
    Person {
        kind: corridor_domain::person::PersonKind::Staff,
        state: corridor_domain::person::AccountState::Active,
        patient: None,
        ..viewer.clone()
    }
}

/// The newest message, for lists: its beginning on one line.
pub fn last_message(showing: &Showing<'_>, event: &Event) -> io::Result<Option<wire::LastMessage>> {
    let Some(message) = event.message() else {
        return Ok(None);
    };
    let body = showing.open(event, message)?.unwrap_or_default();
    Ok(Some(wire::LastMessage {
        seq: event.place.seq_for(showing.side),
        number: event.place.number_for(showing.side),
        at_ms: event.at_ms,
        author: showing.names.author(event.actor)?,
        on_behalf_of: showing.on_behalf_of(event)?,
        audience: audience_to_wire(message.audience),
        priority: priority_to_wire(message.priority),
        preview: preview(&body),
        retracted: message.retraction.is_some(),
    }))
}

/// The first words on one line, without marks of Markdown that would only disturb.
pub fn preview(body: &str) -> String {
    // Doubled marks stand before a comma as well.
    let body = body.replace("**", "").replace("~~", "");
    let plain = body
        .split_whitespace()
        .map(|word| word.trim_matches(['*', '~', '`', '>']))
        .filter(|word| !word.is_empty());
    let mut line = String::new();
    for word in plain {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
        if line.chars().count() > limits::PREVIEW_CHARACTERS_MAX {
            return line.chars().take(limits::PREVIEW_CHARACTERS_MAX).chain(['…']).collect();
        }
    }
    line
}

/// One member. Towards patients, staff's marks are the care team's: how far any of them came.
pub fn member(membership: &Membership, person: &Person, head: &Conversation, side: Side) -> wire::Member {
    let hidden = side == Side::Patient && membership.side == Side::Team;
    let author = names::of(person);
    wire::Member {
        person_id: author.id,
        name: author.name,
        kind: author.kind,
        title: author.title,
        owner: head.owner == membership.person,
        added_at_ms: membership.joined_at_ms,
        history: history_to_wire(membership.history),
        delivered_seq: if hidden { 0 } else { membership.delivered_seq },
        read_seq: if hidden { 0 } else { membership.read_seq },
        read_number: if hidden {
            head.team_read_shared_number
        } else {
            membership.read_number
        },
    }
}

#[cfg(test)]
mod tests {
    use super::preview;

    #[test]
    fn a_preview_is_one_short_line() {
        assert_eq!(preview("**Potassium**\n\n> 6.9, `stat`"), "Potassium 6.9, stat");
        assert_eq!(preview("it is **fine**, ~~not~~ *well*"), "it is fine, not well");
        let long = "word ".repeat(100);
        assert!(preview(&long).chars().count() <= 121);
    }
}
