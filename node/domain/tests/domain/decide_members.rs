//! What follows from adding, joining, removing and leaving: events, memberships, what a late joiner sees (T-27).

use crate::common::{
    COLLEAGUE, CONVERSATION, Case, NOW_MS, NURSE, PATIENT, PROXY, appended, care_room, changed, channel, colleague,
    departed, done, head, member, moved, next_place, nurse, patient, proxy, thread,
};
use corridor_domain::audit::{Action, Basis};
use corridor_domain::command::Command;
use corridor_domain::conversation::{Conversation, Departure, History, Kind, Membership, Place, Side, Visibility};
use corridor_domain::event::EventBody;
use corridor_domain::limits;
use corridor_domain::outcome::Outcome;
use corridor_domain::person::Person;
use corridor_domain::refusal::Refusal;

const SINCE: History = History::Since {
    at_ms: 1_700_000_000_000,
};

fn owned(kind: Kind) -> Conversation {
    Conversation {
        owner: NURSE,
        ..head(kind)
    }
}

fn add(room: &Conversation, subject: &Person, history: History) -> Case {
    let command = Command::AddMember {
        conversation: CONVERSATION,
        person: subject.id,
        history,
    };
    Case::inside(&nurse(), room, command).subject(subject, None)
}

/// Somebody new, having read and received all that was there before.
fn newcomer(person: &Person, place: Place, history: History, first_seq: u64) -> Membership {
    let mut membership = member(&head(Kind::Group), person);
    membership.joined_seq = place.seq;
    membership.joined_at_ms = NOW_MS;
    membership.history = history;
    membership.first_seq = first_seq;
    membership.read_seq = place.seq_for(membership.side);
    membership.read_number = place.number_for(membership.side);
    membership.delivered_seq = membership.read_seq;
    membership
}

fn assert_added(
    case: &Case,
    action: Action,
    shared: bool,
    history: History,
    expected: impl FnOnce(Place) -> Membership,
) {
    let before = case
        .view
        .about
        .conversation
        .clone()
        .unwrap_or_else(|| head(Kind::Group));
    let actor = case.view.actor.as_ref().map_or(NURSE, |actor| actor.id);
    let basis = case
        .view
        .about
        .own
        .as_ref()
        .filter(|own| own.is_current())
        .map(|_| Basis::Member);
    let place = next_place(before.last, shared);
    let membership = expected(place);
    let body = EventBody::MemberAdded {
        person: membership.person,
        history,
    };
    let changes = vec![
        appended(CONVERSATION, place, shared, actor, body),
        changed(membership),
        moved(&before, place, |head| head.member_count = 5),
    ];
    let audit = case.record(action, basis, &[(CONVERSATION, place.seq, place.seq)]);
    assert_eq!(
        case.decide(),
        Outcome {
            changes,
            answer: done(CONVERSATION, place, Side::Team),
            audit
        }
    );
}

#[test]
fn history_is_chosen_when_somebody_is_added() {
    let (group, whose) = (owned(Kind::Group), owned(thread()));
    let (staff, proxy) = (colleague(), proxy(PROXY, PATIENT));
    let case = add(&group, &staff, History::Full);
    assert_added(&case, Action::AddMember, false, History::Full, |at| {
        newcomer(&staff, at, History::Full, 1)
    });
    let case = add(&group, &staff, History::FromNow);
    assert_added(&case, Action::AddMember, false, History::FromNow, |at| {
        newcomer(&staff, at, History::FromNow, 11)
    });
    let case = add(&whose, &staff, SINCE).change(|view| view.since = Some((4, 3)));
    assert_added(&case, Action::AddMember, true, SINCE, |at| {
        newcomer(&staff, at, SINCE, 4)
    });
    // On the patients' side the same date is a place in the shared numbering.
    let case = add(&whose, &proxy, SINCE).change(|view| view.since = Some((4, 3)));
    assert_added(&case, Action::AddMember, true, SINCE, |at| {
        newcomer(&proxy, at, SINCE, 3)
    });
    let case = add(&whose, &proxy, History::FromNow);
    assert_added(&case, Action::AddMember, true, History::FromNow, |at| {
        newcomer(&proxy, at, History::FromNow, 8)
    });
    // A date that could not be looked up shows nothing from before.
    let case = add(&group, &staff, SINCE);
    assert_added(&case, Action::AddMember, false, SINCE, |at| {
        newcomer(&staff, at, SINCE, 11)
    });
}

#[test]
fn who_comes_back_keeps_the_record_of_the_earlier_stay() {
    let group = owned(Kind::Group);
    let staff = colleague();
    let before = Membership {
        joined_seq: 6,
        past_stays: vec![(1, 4)],
        ..departed(member(&group, &staff))
    };
    let mut case = add(&group, &staff, History::FromNow);
    case.view.subject_membership = Some(before);
    assert_added(&case, Action::AddMember, false, History::FromNow, |place| Membership {
        past_stays: vec![(1, 4), (6, 8)],
        ..newcomer(&staff, place, History::FromNow, 11)
    });
}

#[test]
fn who_joins_sees_what_the_room_shows_to_all_who_may_join() {
    let room = head(channel(Visibility::Public));
    let command = Command::AddMember {
        conversation: CONVERSATION,
        person: NURSE,
        history: History::FromNow,
    };
    let case = Case::by(&nurse(), command.clone())
        .about(room, None)
        .subject(&nurse(), None);
    assert_added(&case, Action::Join, false, History::Full, |place| {
        newcomer(&nurse(), place, History::Full, 1)
    });
    let room = head(thread());
    let case = Case::by(&nurse(), command).about(room, None).subject(&nurse(), None);
    let case = case.change(|view| view.about.patient = Some(patient(PATIENT, &[NURSE])));
    assert_added(&case, Action::Join, true, History::Full, |place| {
        newcomer(&nurse(), place, History::Full, 1)
    });
}

#[test]
fn nobody_is_a_member_twice_and_no_room_is_endless() {
    let group = owned(Kind::Group);
    let mut twice = add(&group, &colleague(), History::Full);
    twice.view.subject_membership = Some(member(&group, &colleague()));
    assert_eq!(twice.refused(), Refusal::AlreadyMember);
    let full = Conversation {
        member_count: limits::MEMBERS_COUNT_MAX,
        ..group.clone()
    };
    assert_eq!(add(&full, &colleague(), History::Full).refused(), Refusal::TooMany);
    let mut nobody = add(&group, &colleague(), History::Full);
    nobody.view.subject = None;
    assert_eq!(nobody.refused(), Refusal::NotFound);
}

fn assert_removed(case: &Case, action: Action, shared: bool, before: &Membership) {
    let room = case
        .view
        .about
        .conversation
        .clone()
        .unwrap_or_else(|| head(Kind::Group));
    let actor = case.view.actor.as_ref().map_or(NURSE, |actor| actor.id);
    let place = next_place(room.last, shared);
    let departure = Departure {
        seq: place.seq,
        at_ms: NOW_MS,
        by: actor,
    };
    let changes = vec![
        appended(
            CONVERSATION,
            place,
            shared,
            actor,
            EventBody::MemberRemoved { person: before.person },
        ),
        changed(Membership {
            departure: Some(departure),
            ..before.clone()
        }),
        moved(&room, place, |head| head.member_count = 3),
    ];
    let audit = case.record(action, Some(Basis::Member), &[(CONVERSATION, place.seq, place.seq)]);
    assert_eq!(
        case.decide(),
        Outcome {
            changes,
            answer: done(CONVERSATION, place, Side::Team),
            audit
        }
    );
}

#[test]
fn removing_and_leaving_end_the_membership_with_their_event() {
    for (kind, shared) in [(Kind::Group, false), (thread(), true), (care_room(), false)] {
        let room = owned(kind);
        let theirs = member(&room, &colleague());
        let remove = Command::RemoveMember {
            conversation: CONVERSATION,
            person: COLLEAGUE,
        };
        let case = Case::inside(&nurse(), &room, remove.clone()).subject(&colleague(), Some(theirs.clone()));
        assert_removed(&case, Action::RemoveMember, shared, &theirs);
        let leave = Case::inside(&colleague(), &room, remove).subject(&colleague(), Some(theirs.clone()));
        assert_removed(&leave, Action::Leave, shared, &theirs);
    }
}

#[test]
fn who_is_not_there_is_not_removed() {
    let room = owned(Kind::Group);
    let remove = Command::RemoveMember {
        conversation: CONVERSATION,
        person: COLLEAGUE,
    };
    let case = Case::inside(&nurse(), &room, remove);
    assert_eq!(case.clone().subject(&colleague(), None).refused(), Refusal::NotAMember);
    let gone = departed(member(&room, &colleague()));
    assert_eq!(case.subject(&colleague(), Some(gone)).refused(), Refusal::NotAMember);
}

#[test]
fn an_owner_hands_over_before_leaving_unless_alone() {
    let leave = Command::RemoveMember {
        conversation: CONVERSATION,
        person: NURSE,
    };
    for kind in [Kind::Group, channel(Visibility::Public)] {
        let room = owned(kind);
        let own = member(&room, &nurse());
        let case = Case::inside(&nurse(), &room, leave.clone()).subject(&nurse(), Some(own.clone()));
        assert_eq!(case.refused(), Refusal::OwnerMustHandOver);
        let alone = Conversation {
            member_count: 1,
            ..room
        };
        let case = Case::inside(&nurse(), &alone, leave.clone()).subject(&nurse(), Some(own));
        assert_eq!(case.decide().changes.len(), 3);
    }
    let own = member(&owned(thread()), &nurse());
    let case = Case::inside(&nurse(), &owned(thread()), leave).subject(&nurse(), Some(own.clone()));
    assert_removed(&case, Action::Leave, true, &own);
}
