//! Step 6 end to end, for rooms: creating, finding again, names, members, and what a late joiner sees.

use crate::clinic::folk::{
    self, ADMINISTRATOR, CARE_ROOM, CHANNEL, CLERK, DIRECT, GENERAL, GROUP, MARIA, MOTHER, NURSE, OFFICER, PHYSICIAN,
};
use crate::clinic::{Clinic, create, note, read, send};
use corridor_domain::command::Command;
use corridor_domain::conversation::{History, Kind, Visibility};
use corridor_domain::ids::{ConversationId, PersonId};
use corridor_domain::outcome::Answer;
use corridor_domain::person::{AccountState, Role};
use corridor_domain::private::Private;
use corridor_domain::refusal::Refusal;

const NEW: ConversationId = ConversationId(0xB0);

fn rename(conversation: ConversationId, topic: &str) -> Command {
    let topic = Private::from(topic);
    Command::Rename { conversation, topic }
}

fn add(conversation: ConversationId, person: PersonId, history: History) -> Command {
    Command::AddMember {
        conversation,
        person,
        history,
    }
}

fn remove(conversation: ConversationId, person: PersonId) -> Command {
    Command::RemoveMember { conversation, person }
}

#[test]
fn a_direct_conversation_is_found_again_from_both_ends() {
    let mut clinic = Clinic::staffed();
    for (one, other) in [(NURSE, PHYSICIAN), (PHYSICIAN, NURSE)] {
        let answer = clinic.ask(one, create(NEW, Kind::Direct, "", &[other]));
        assert!(
            matches!(
                answer,
                Answer::Done {
                    conversation: Some(DIRECT),
                    ..
                }
            ),
            "{answer:?}"
        );
        assert_eq!(clinic.last_told(), []);
    }
    assert!(clinic.reader.conversation(NEW).unwrap().is_none());
    let answer = clinic.ask(NURSE, create(NEW, Kind::Direct, "", &[CLERK]));
    assert!(matches!(
        answer,
        Answer::Done {
            conversation: Some(NEW),
            ..
        }
    ));
    assert_eq!(clinic.reader.memberships(NEW).unwrap().len(), 2);
}

#[test]
fn a_channel_name_is_taken_and_a_new_one_frees_it() {
    let mut clinic = Clinic::staffed();
    let public = || folk::channel(Visibility::Public);
    assert_eq!(
        clinic.refused(CLERK, create(NEW, public(), " Front-Desk", &[])),
        Refusal::NameTaken
    );
    assert_eq!(clinic.refused(NURSE, rename(CHANNEL, "BOARD")), Refusal::NameTaken);
    clinic.does(NURSE, rename(CHANNEL, "Front-Desk"));
    assert_eq!(
        clinic.refused(CLERK, create(NEW, public(), "front-desk", &[])),
        Refusal::NameTaken
    );
    clinic.does(NURSE, rename(CHANNEL, "reception"));
    clinic.does(CLERK, create(NEW, public(), "front-desk", &[]));
    assert_eq!(clinic.refused(NURSE, rename(CHANNEL, "front-desk")), Refusal::NameTaken);
    assert_eq!(
        clinic.refused(NURSE, rename(CHANNEL, "reception")),
        Refusal::NothingToDo
    );
    // Other rooms have topics, not names.
    clinic.does(NURSE, rename(GROUP, "reception"));
    assert_eq!(clinic.reader.channels().unwrap(), [CHANNEL, folk::PRIVATE, NEW]);
}

#[test]
fn members_come_and_go_and_their_stays_are_kept() {
    let mut clinic = Clinic::staffed();
    clinic.does(NURSE, send(GROUP, "before"));
    let left = clinic.does(CLERK, remove(GROUP, CLERK));
    assert_eq!(clinic.reader.conversations_of(CLERK).unwrap(), [CHANNEL]);
    assert!(clinic.grants(CLERK, GROUP).is_empty());
    clinic.does(NURSE, send(GROUP, "without the clerk"));
    let back = clinic.does(NURSE, add(GROUP, CLERK, History::FromNow));
    assert_eq!(clinic.reader.conversations_of(CLERK).unwrap(), [GROUP, CHANNEL]);
    let own = clinic.reader.membership(GROUP, CLERK).unwrap().unwrap();
    assert_eq!(own.past_stays, [(1, left.seq)]);
    assert_eq!((own.joined_seq, own.first_seq), (back.seq, back.seq));
    let grant = clinic.grants(CLERK, GROUP).remove(0);
    assert_eq!(
        (grant.from_seq, grant.to_seq),
        (back.seq, back.seq),
        "nothing of before"
    );
    let head = clinic.reader.conversation(GROUP).unwrap().unwrap();
    assert_eq!(head.member_count, 3);
    assert_eq!(
        clinic.refused(NURSE, add(GROUP, CLERK, History::Full)),
        Refusal::AlreadyMember
    );
    assert_eq!(clinic.refused(NURSE, remove(GROUP, NURSE)), Refusal::OwnerMustHandOver);
}

#[test]
fn the_owner_hands_over_before_leaving() {
    let mut clinic = Clinic::staffed();
    let hand_over = |owner| Command::ChangeOwner {
        conversation: GROUP,
        owner,
    };
    assert_eq!(clinic.refused(CLERK, hand_over(CLERK)), Refusal::Forbidden);
    assert_eq!(clinic.refused(NURSE, hand_over(OFFICER)), Refusal::Invalid);
    clinic.does(NURSE, hand_over(CLERK));
    clinic.does(NURSE, remove(GROUP, NURSE));
    assert_eq!(clinic.refused(NURSE, send(GROUP, "one more thing")), Refusal::NotFound);
    clinic.does(CLERK, Command::Archive { conversation: GROUP });
    assert_eq!(
        clinic.refused(CLERK, send(GROUP, "into the archive")),
        Refusal::Archived
    );
    clinic.does(CLERK, Command::Reopen { conversation: GROUP });
    clinic.does(CLERK, send(GROUP, "out of the archive"));
}

/// Nine events a thousand seconds apart: creation, then messages and notes in turn.
fn with_a_past(clinic: &mut Clinic) -> Vec<u64> {
    let id = NEW;
    let kind = Kind::Patient { patient: MARIA };
    clinic.now_ms += 1_000_000;
    clinic.does(NURSE, create(id, kind, "Past", &[]));
    let mut times = vec![clinic.now_ms];
    for number in 0..8 {
        clinic.now_ms += 1_000_000;
        let body = format!("{number}");
        let said = if number % 2 == 0 {
            send(id, &body)
        } else {
            note(id, &body)
        };
        clinic.does(NURSE, said);
        times.push(clinic.now_ms);
    }
    times
}

#[test]
fn a_date_shows_what_was_written_at_or_after_it() {
    let mut clinic = Clinic::staffed();
    let times = with_a_past(&mut clinic);
    let cases = [
        (0, 1),
        (times[0], 1),
        (times[0] + 1, 2),
        (times[3], 4),
        (times[3] - 1, 4),
        (times[8], 9),
        // After the last: from now on, the joining itself with it.
        (times[8] + 1, 10),
        (u64::MAX, 10),
    ];
    for (number, (at_ms, first_seq)) in cases.into_iter().enumerate() {
        let person = PersonId(0x900 + number as u128);
        let login = format!("late{number}");
        clinic.does(ADMINISTRATOR, folk::add(folk::staff(person, &login, Role::Nurse)));
        clinic.does(NURSE, add(NEW, person, History::Since { at_ms }));
        let own = clinic.reader.membership(NEW, person).unwrap().unwrap();
        if number < 6 {
            assert_eq!(own.first_seq, first_seq, "at {at_ms}");
        } else {
            assert!(own.first_seq >= 10 && own.first_seq <= own.joined_seq, "at {at_ms}");
        }
    }
}

#[test]
fn a_date_counts_in_the_patients_numbering_for_the_patients_side() {
    // Shared are the creation and the events 2, 4, 6 and 8, in their numbering 1 to 5; then Mother's account opens again.
    for (place, first_seq) in [(0, 1), (1, 2), (2, 3), (3, 3), (4, 4), (7, 5), (8, 6)] {
        let mut clinic = Clinic::staffed();
        let state = |state| Command::ChangeAccountState { person: MOTHER, state };
        clinic.does(ADMINISTRATOR, state(AccountState::Suspended));
        let times = with_a_past(&mut clinic);
        clinic.does(ADMINISTRATOR, state(AccountState::Active));
        assert!(
            clinic.reader.membership(NEW, MOTHER).unwrap().is_none(),
            "who is suspended is left out"
        );
        let at_ms = times[place];
        clinic.does(NURSE, add(NEW, MOTHER, History::Since { at_ms }));
        let own = clinic.reader.membership(NEW, MOTHER).unwrap().unwrap();
        assert_eq!(own.first_seq, first_seq, "from event {} on", place + 1);
        let first = clinic.reader.event_for(NEW, own.side, own.first_seq).unwrap().unwrap();
        assert!(first.shared && first.at_ms >= at_ms);
    }
}

#[test]
fn a_care_room_stands_beside_and_the_patient_never_knows() {
    let mut clinic = Clinic::staffed();
    let members: Vec<_> = clinic.reader.memberships(CARE_ROOM).unwrap();
    let members: Vec<_> = members.iter().map(|member| member.person).collect();
    assert_eq!(members, [NURSE, PHYSICIAN]);
    clinic.does(NURSE, send(CARE_ROOM, "she looks pale"));
    assert!(clinic.grants(MARIA, CARE_ROOM).is_empty());
    assert_eq!(clinic.refused(MARIA, read(CARE_ROOM, 1, 9)), Refusal::NotFound);
    assert_eq!(
        clinic.refused(NURSE, add(CARE_ROOM, MARIA, History::Full)),
        Refusal::Forbidden
    );
    let beside_john = Kind::CareRoom {
        patient: folk::JOHN,
        beside: GENERAL,
    };
    assert_eq!(
        clinic.refused(NURSE, create(NEW, beside_john, "wrong", &[])),
        Refusal::Invalid
    );
}
