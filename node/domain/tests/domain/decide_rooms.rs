//! What follows from beginning a conversation: the exact list of changes, the answer, the record.

use crate::common::{
    ADMINISTRATOR, BESIDE, COLLEAGUE, CONVERSATION, Case, NEW, NOW_MS, NURSE, OTHER_PATIENT, OWNER, PATIENT, PROXY,
    REVISION, administrator, appended, care_room, channel, colleague, done, head, member, nurse, partner, patient,
    proxy, thread,
};
use corridor_domain::audit::Action;
use corridor_domain::command::{Command, NewConversation};
use corridor_domain::conversation::{Conversation, History, Kind, Membership, Place, Side, Visibility};
use corridor_domain::event::EventBody;
use corridor_domain::ids::PersonId;
use corridor_domain::outcome::{Change, Outcome};
use corridor_domain::person::{AccountState, Person};
use corridor_domain::private::{Private, Sealed};
use corridor_domain::refusal::Refusal;

fn new(kind: Kind, topic: &str, members: &[PersonId]) -> NewConversation {
    NewConversation {
        id: NEW,
        kind,
        topic: Private::from(topic),
        members: members.to_vec(),
        content_key: Sealed(vec![1]),
    }
}

fn create(actor: &Person, new: NewConversation, people: &[Person]) -> Case {
    Case::by(actor, Command::CreateConversation(Box::new(new))).people(people)
}

/// Everything that a new conversation writes: the first event, the members, the head, in this order.
fn begun(new: &NewConversation, owner: PersonId, members: &[(PersonId, Side)]) -> Vec<Change> {
    let shared = u64::from(new.kind.is_patient());
    let first = Place {
        seq: 1,
        number: 0,
        shared_seq: shared,
        shared_number: 0,
    };
    let mut changes = vec![appended(NEW, first, shared == 1, owner, EventBody::Created)];
    changes.extend(members.iter().map(|&(person, side)| {
        let stands = first.seq_for(side);
        Change::Membership(Box::new(Membership {
            conversation: NEW,
            person,
            side,
            joined_seq: 1,
            joined_at_ms: NOW_MS,
            history: History::Full,
            first_seq: 1,
            read_seq: stands,
            read_number: 0,
            own_since_read: Vec::new(),
            delivered_seq: stands,
            departure: None,
            past_stays: Vec::new(),
        }))
    }));
    changes.push(Change::Conversation(Box::new(Conversation {
        id: NEW,
        kind: new.kind.clone(),
        topic: new.topic.clone(),
        archived: false,
        owner,
        created_at_ms: NOW_MS,
        last: first,
        revision: REVISION,
        last_at_ms: NOW_MS,
        last_message_seq: 0,
        last_shared_message_seq: 0,
        team_read_shared_number: 0,
        member_count: u32::try_from(members.len()).unwrap_or(u32::MAX),
        content_key: new.content_key.clone(),
    })));
    changes
}

fn assert_created(case: &Case, new: &NewConversation, members: &[(PersonId, Side)], side: Side) {
    let owner = case.view.actor.as_ref().map_or(OWNER, |actor| actor.id);
    let first = Place {
        seq: 1,
        shared_seq: u64::from(new.kind.is_patient()),
        ..Place::default()
    };
    let mut audit = case.record(Action::CreateConversation, None, &[(NEW, 1, 1)]);
    audit.subject = new.kind.patient();
    let expected = Outcome {
        changes: begun(new, owner, members),
        answer: done(NEW, first, side),
        audit,
    };
    assert_eq!(case.decide(), expected);
}

#[test]
fn rooms_of_staff_begin_with_those_who_were_named() {
    let both = [(NURSE, Side::Team), (COLLEAGUE, Side::Team)];
    let group = new(Kind::Group, "Shift", &[COLLEAGUE]);
    assert_created(
        &create(&nurse(), group.clone(), &[colleague()]),
        &group,
        &both,
        Side::Team,
    );
    let direct = new(Kind::Direct, "", &[COLLEAGUE]);
    assert_created(
        &create(&nurse(), direct.clone(), &[colleague()]),
        &direct,
        &both,
        Side::Team,
    );
    for visibility in [Visibility::Public, Visibility::Private, Visibility::Site] {
        let room = new(channel(visibility), "front-desk", &[COLLEAGUE]);
        assert_created(
            &create(&nurse(), room.clone(), &[colleague()]),
            &room,
            &both,
            Side::Team,
        );
    }
    for visibility in [Visibility::Announcement, Visibility::Partner] {
        let room = new(channel(visibility), "northlab", &[COLLEAGUE]);
        let members = [(ADMINISTRATOR, Side::Team), (COLLEAGUE, Side::Team)];
        assert_created(
            &create(&administrator(), room.clone(), &[colleague()]),
            &room,
            &members,
            Side::Team,
        );
    }
}

#[test]
fn a_patient_thread_takes_in_patient_proxies_and_care_team() {
    let room = new(thread(), "Knee", &[]);
    let suspended = Person {
        state: AccountState::Suspended,
        ..crate::common::staff(PersonId(0x40), corridor_domain::person::Role::Nurse)
    };
    let whose = patient(PATIENT, &[COLLEAGUE, suspended.id]);
    let people = [whose.clone(), colleague(), suspended.clone(), proxy(PROXY, PATIENT)];
    let circle = [
        (PATIENT, Side::Patient),
        (COLLEAGUE, Side::Team),
        (PROXY, Side::Patient),
    ];
    let by_nurse = [&[(NURSE, Side::Team)], &circle[..]].concat();
    assert_created(&create(&nurse(), room.clone(), &people), &room, &by_nurse, Side::Team);
    assert_created(&create(&whose, room.clone(), &people), &room, &circle, Side::Patient);
    // The thread is the chart's: the patient belongs to it with a closed account too.
    let closed = Person {
        state: AccountState::Suspended,
        ..whose
    };
    let people = [closed, colleague(), suspended, proxy(PROXY, PATIENT)];
    assert_created(&create(&nurse(), room.clone(), &people), &room, &by_nurse, Side::Team);
}

#[test]
fn a_care_room_takes_in_the_care_team_and_never_the_patient() {
    let room = new(care_room(), "Before the visit", &[]);
    let people = [patient(PATIENT, &[COLLEAGUE]), colleague()];
    let beside = Conversation {
        id: BESIDE,
        ..head(thread())
    };
    let case = |new, beside: &Conversation| {
        create(&nurse(), new, &people).about(beside.clone(), Some(member(beside, &nurse())))
    };
    assert_created(
        &case(room.clone(), &beside),
        &room,
        &[(NURSE, Side::Team), (COLLEAGUE, Side::Team)],
        Side::Team,
    );
    assert_eq!(
        case(new(care_room(), "x", &[PATIENT]), &beside).refused(),
        Refusal::Forbidden
    );
    // It stands beside a thread of that very patient, and of nobody and nothing else.
    let others = Conversation {
        kind: Kind::Patient { patient: OTHER_PATIENT },
        ..beside.clone()
    };
    assert_eq!(case(room.clone(), &others).refused(), Refusal::Invalid);
    assert_eq!(
        case(
            room.clone(),
            &Conversation {
                id: BESIDE,
                ..head(Kind::Group)
            }
        )
        .refused(),
        Refusal::Invalid
    );
    assert_eq!(case(room.clone(), &head(thread())).refused(), Refusal::Invalid);
    assert_eq!(create(&nurse(), room, &people).refused(), Refusal::NotFound);
}

#[test]
fn two_people_have_one_direct_conversation() {
    let direct = new(Kind::Direct, "", &[COLLEAGUE]);
    let case = create(&nurse(), direct, &[colleague()]).change(|view| view.existing_direct = Some(CONVERSATION));
    let audit = case.record(Action::CreateConversation, None, &[(CONVERSATION, 0, 0)]);
    let answer = done(CONVERSATION, Place::default(), Side::Team);
    assert_eq!(
        case.decide(),
        Outcome {
            changes: Vec::new(),
            answer,
            audit
        }
    );
    assert_eq!(
        create(&nurse(), new(Kind::Direct, "", &[NURSE]), &[nurse()]).refused(),
        Refusal::Invalid
    );
    assert_eq!(
        create(&nurse(), new(Kind::Direct, "", &[]), &[]).refused(),
        Refusal::Invalid
    );
    let three = create(
        &nurse(),
        new(Kind::Direct, "", &[COLLEAGUE, ADMINISTRATOR]),
        &[colleague(), administrator()],
    );
    assert_eq!(three.refused(), Refusal::Invalid);
}

#[test]
fn a_room_that_makes_no_sense_is_not_begun() {
    let refused = |new: NewConversation, people: &[Person]| create(&nurse(), new, people).refused();
    for topic in ["", "   ", "two\nlines", &"x".repeat(201)] {
        assert_eq!(refused(new(Kind::Group, topic, &[]), &[]), Refusal::Invalid);
    }
    assert_eq!(refused(new(Kind::Group, "x", &[COLLEAGUE]), &[]), Refusal::NotFound);
    let crowd: Vec<PersonId> = (1_000..1_201).map(PersonId).collect();
    assert_eq!(refused(new(Kind::Group, "x", &crowd), &[]), Refusal::TooMany);
    let nowhere = Kind::Channel {
        visibility: Visibility::Site,
        site: None,
        phi_allowed: false,
    };
    assert_eq!(refused(new(nowhere, "x", &[]), &[]), Refusal::Invalid);
    let taken = create(&nurse(), new(channel(Visibility::Public), "x", &[]), &[]).change(|view| view.name_taken = true);
    assert_eq!(taken.refused(), Refusal::NameTaken);
    let by_patient = create(
        &patient(PATIENT, &[]),
        new(thread(), "x", &[COLLEAGUE]),
        &[patient(PATIENT, &[])],
    );
    assert_eq!(
        by_patient.refused(),
        Refusal::Forbidden,
        "before anybody learns whether there is such a person"
    );
    assert_eq!(
        create(&partner(), new(Kind::Group, "x", &[]), &[]).refused(),
        Refusal::Forbidden
    );
}
