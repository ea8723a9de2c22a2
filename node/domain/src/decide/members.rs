//! Adding, joining, removing, leaving; what a late joiner sees is settled when they are added (T-27).

use super::care::holder_left;
use super::room::{Room, membership_at};
use super::{Decision, coverage};
use crate::conversation::{Conversation, History, Kind, Membership, Side};
use crate::decide::side_of;
use crate::event::EventBody;
use crate::limits;
use crate::outcome::Change;
use crate::person::{Person, PersonKind};
use crate::refusal::Refusal;
use crate::view::View;

pub(super) fn add(view: &View, actor: &Person, history: History) -> Result<Decision, Refusal> {
    let head = view.about.conversation.clone().ok_or(Refusal::NotFound)?;
    let subject = view.subject.as_ref().ok_or(Refusal::NotFound)?;
    // Who joins by themselves sees what the room shows to all who may join it.
    let history = if subject.id == actor.id { History::Full } else { history };
    // What was said while it was kept from them stays so.
    let was_kept = view.about.restriction.is_some_and(|known| known.was_confidential);
    let history = match was_kept && subject.kind == PersonKind::Proxy {
        true => History::FromNow,
        false => history,
    };
    let since = view.since;
    let (mut changes, place) = admit(
        view,
        head,
        actor,
        subject,
        view.subject_membership.as_ref(),
        history,
        since,
    )?;
    if subject.id == actor.id {
        changes.extend(coverage::joined(view, actor, place.seq));
    }
    Ok(Decision {
        changes,
        place,
        ..Decision::default()
    })
}

/// Lets one person in: the event and the membership. Shared with accounts, where a proxy comes to a patient's threads.
pub(super) fn admit(
    view: &View,
    head: Conversation,
    actor: &Person,
    subject: &Person,
    before: Option<&Membership>,
    history: History,
    since: Option<(u64, u64)>,
) -> Result<(Vec<Change>, crate::conversation::Place), Refusal> {
    if before.is_some_and(Membership::is_current) {
        return Err(Refusal::AlreadyMember);
    }
    if head.member_count >= limits::MEMBERS_COUNT_MAX {
        return Err(Refusal::TooMany);
    }
    let side = side_of(Some(subject));
    let mut room = Room::new(view, head);
    room.head.member_count += 1;
    let place = room.append(
        actor.id,
        None,
        true,
        EventBody::MemberAdded {
            person: subject.id,
            history,
        },
    );
    let first_seq = match (history, since, side) {
        (History::Full, _, _) => 1,
        (History::Since { .. }, Some((seq, _)), Side::Team) => seq,
        (History::Since { .. }, Some((_, shared_seq)), Side::Patient) => shared_seq.max(1),
        _ => place.seq_for(side),
    };
    let mut membership = membership_at(&room.head, subject.id, side, place, view.now_ms, history, first_seq);
    if let Some(before) = before {
        membership.past_stays = before.past_stays.clone();
        let until = before.departure.map_or(place.seq, |departure| departure.seq);
        membership.past_stays.push((before.joined_seq, until));
    }
    // Who comes in for somebody has read what that one has read: what waits for them waits for both (J04).
    let covered = view.covered_membership.as_ref().filter(|covered| covered.is_current());
    if let Some(covered) = covered.filter(|_| subject.id == actor.id) {
        membership.read_seq = covered.read_seq;
        membership.read_number = covered.read_number;
    }
    room.put_membership(membership);
    Ok((room.finish(), place))
}

pub(super) fn remove(view: &View, actor: &Person) -> Result<Decision, Refusal> {
    let head = view.about.conversation.clone().ok_or(Refusal::NotFound)?;
    let membership = view
        .subject_membership
        .as_ref()
        .filter(|membership| membership.is_current())
        .ok_or(Refusal::NotAMember)?;
    let (mut changes, place) = dismiss(view, head, actor, membership)?;
    changes.extend(coverage::gone(view));
    Ok(Decision {
        changes,
        place,
        ..Decision::default()
    })
}

/// Lets one person out: the event and the membership that ends with it.
pub(super) fn dismiss(
    view: &View,
    head: Conversation,
    actor: &Person,
    membership: &Membership,
) -> Result<(Vec<Change>, crate::conversation::Place), Refusal> {
    let rooms_with_owner = matches!(head.kind, Kind::Group | Kind::Channel { .. });
    if rooms_with_owner && head.owner == membership.person && head.member_count > 1 {
        return Err(Refusal::OwnerMustHandOver);
    }
    let mut room = Room::new(view, head);
    room.head.member_count = room.head.member_count.saturating_sub(1);
    let place = room.append(
        actor.id,
        None,
        true,
        EventBody::MemberRemoved {
            person: membership.person,
        },
    );
    let departure = crate::conversation::Departure {
        seq: place.seq,
        at_ms: view.now_ms,
        by: actor.id,
    };
    room.put_membership(Membership {
        departure: Some(departure),
        ..membership.clone()
    });
    holder_left(view, &mut room, membership.person);
    Ok((room.finish(), place))
}
