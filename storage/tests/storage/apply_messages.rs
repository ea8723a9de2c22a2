//! Step 6 end to end, for messages: two numberings over one order, versions, tombstones, marks, acknowledgements.

use crate::clinic::folk::{CHANNEL, GENERAL, GROUP, JOHN, MARIA, MOTHER, NURSE, PHYSICIAN};
use crate::clinic::{Clinic, edit, note, retract, say, send};
use corridor_domain::command::Command;
use corridor_domain::conversation::{Audience, Place, Side};
use corridor_domain::event::{Event, EventBody, Message};
use corridor_domain::ids::{ConversationId, PersonId};
use corridor_domain::outcome::Answer;
use corridor_domain::private::{Private, Sealed};
use corridor_domain::refusal::Refusal;

fn message(clinic: &Clinic, conversation: ConversationId, seq: u64) -> Message {
    let event = clinic.reader.event(conversation, seq).unwrap().unwrap();
    event.message().unwrap().clone()
}

fn shown(clinic: &mut Clinic, person: PersonId, conversation: ConversationId) -> Vec<Event> {
    let grant = clinic.grants(person, conversation).remove(0);
    clinic.reader.granted(&grant).unwrap()
}

fn mark(conversation: ConversationId, seq: u64) -> Command {
    Command::MarkRead { conversation, seq }
}

#[test]
fn a_note_takes_a_place_in_one_numbering_only() {
    let mut clinic = Clinic::staffed();
    // Two events before: the creation, and Mother's coming; both are shared.
    let before = clinic.reader.conversation(GENERAL).unwrap().unwrap().last;
    assert_eq!((before.seq, before.shared_seq, before.number), (2, 2, 0));
    let first = clinic.does(NURSE, send(GENERAL, "good morning"));
    let hidden = clinic.does(NURSE, note(GENERAL, "seems anxious"));
    let second = clinic.does(MARIA, send(GENERAL, "hello"));
    let place = |seq, number, shared_seq, shared_number| Place {
        seq,
        number,
        shared_seq,
        shared_number,
    };
    assert_eq!(
        [first, hidden, second],
        [place(3, 1, 3, 1), place(4, 2, 3, 1), place(5, 3, 4, 2)]
    );
    // The shared index leads a patient's number to the event.
    let reader = &clinic.reader;
    assert_eq!(
        reader.event_for(GENERAL, Side::Patient, 4).unwrap().unwrap().place,
        second
    );
    assert_eq!(reader.event_for(GENERAL, Side::Team, 4).unwrap().unwrap().place, hidden);
    assert!(reader.event_for(GENERAL, Side::Patient, 5).unwrap().is_none());
    assert!(reader.event_for(GENERAL, Side::Patient, 0).unwrap().is_none());
    for person in [MARIA, MOTHER] {
        let events = shown(&mut clinic, person, GENERAL);
        let seqs: Vec<u64> = events.iter().map(|event| event.place.shared_seq).collect();
        assert_eq!(seqs, [1, 2, 3, 4], "no gap where the note is");
        assert!(events.iter().all(|event| event.shared));
    }
    assert_eq!(shown(&mut clinic, NURSE, GENERAL).len(), 5);
    assert_eq!(clinic.unread(GENERAL, PHYSICIAN), 3);
    assert_eq!(clinic.unread(GENERAL, MOTHER), 2);
}

#[test]
fn a_patient_writes_no_note_and_points_at_none() {
    let mut clinic = Clinic::staffed();
    clinic.does(NURSE, send(GENERAL, "one"));
    let hidden = clinic.does(NURSE, note(GENERAL, "two"));
    let shared = clinic.does(NURSE, send(GENERAL, "three"));
    assert_eq!(clinic.refused(MARIA, note(GENERAL, "me too")), Refusal::NotFound);
    // In Maria's numbering the note's place belongs to the message behind it.
    assert_eq!(hidden.seq, shared.shared_seq);
    let reply = clinic.does(MARIA, say(GENERAL, Audience::Everyone, "to three", Some(hidden.seq)));
    assert_eq!(message(&clinic, GENERAL, reply.seq).reply_to, Some(shared));
    // What is not there yet in her numbering is not there, though the team's has it.
    let beyond = clinic.reader.conversation(GENERAL).unwrap().unwrap().last;
    let far = say(GENERAL, Audience::Everyone, "to what?", Some(beyond.seq));
    assert!(beyond.seq > beyond.shared_seq);
    assert_eq!(clinic.refused(MARIA, far), Refusal::NotFound);
    assert_eq!(clinic.refused(MARIA, mark(GENERAL, beyond.seq)), Refusal::NotFound);
    // A shared answer never points at a note; a note may point at anything.
    let exposing = say(GENERAL, Audience::Everyone, "as I noted", Some(hidden.seq));
    assert_eq!(clinic.refused(NURSE, exposing), Refusal::Invalid);
    let inside = clinic.does(PHYSICIAN, say(GENERAL, Audience::Team, "agreed", Some(hidden.seq)));
    assert_eq!(message(&clinic, GENERAL, inside.seq).reply_to, Some(hidden));
    assert_eq!(clinic.refused(JOHN, send(GENERAL, "who is this?")), Refusal::NotFound);
}

#[test]
fn an_edit_keeps_what_was_said_before() {
    let mut clinic = Clinic::staffed();
    let place = clinic.does(NURSE, send(GROUP, "frist"));
    let sent_at_ms = clinic.now_ms;
    let edited = clinic.does(NURSE, edit(GROUP, place.seq, "first"));
    let edited_at_ms = clinic.now_ms;
    clinic.does(NURSE, edit(GROUP, place.seq, "First."));
    let now = message(&clinic, GROUP, place.seq);
    assert_eq!((now.version, now.content), (3, Sealed(b"First.".to_vec())));
    assert_eq!(now.edited_at_ms, Some(clinic.now_ms));
    let versions = clinic.reader.versions(GROUP, place.seq).unwrap();
    let versions: Vec<_> = versions.into_iter().map(|old| (old.at_ms, old.content.0)).collect();
    assert_eq!(
        versions,
        [(sent_at_ms, b"frist".to_vec()), (edited_at_ms, b"first".to_vec())]
    );
    let event = clinic.reader.event(GROUP, edited.seq).unwrap().unwrap();
    let version = 2;
    assert_eq!(event.body, EventBody::Edited { target: place, version });
    assert_eq!(event.place.number, place.number, "an edit is no message");
    assert_eq!(
        clinic.refused(PHYSICIAN, edit(GROUP, place.seq, "mine")),
        Refusal::Forbidden
    );
    clinic.now_ms += 16 * 60_000;
    assert_eq!(
        clinic.refused(NURSE, edit(GROUP, place.seq, "late")),
        Refusal::EditWindowClosed
    );
    let to_maria = clinic.does(NURSE, send(GENERAL, "as it is"));
    assert_eq!(
        clinic.refused(NURSE, edit(GENERAL, to_maria.seq, "not so")),
        Refusal::EditWindowClosed
    );
}

#[test]
fn a_message_taken_back_leaves_a_tombstone() {
    let mut clinic = Clinic::staffed();
    let place = clinic.does(NURSE, send(GENERAL, "wrong room"));
    assert_eq!(
        clinic.refused(PHYSICIAN, retract(GENERAL, place.seq)),
        Refusal::Forbidden
    );
    assert_eq!(
        clinic.refused(MARIA, retract(GENERAL, place.shared_seq)),
        Refusal::Forbidden
    );
    let taken = clinic.does(NURSE, retract(GENERAL, place.seq));
    let tombstone = message(&clinic, GENERAL, place.seq).retraction.unwrap();
    assert_eq!((tombstone.by, tombstone.reason), (NURSE, Private::from("wrong room")));
    let event = clinic.reader.event(GENERAL, taken.seq).unwrap().unwrap();
    assert!(event.shared && event.body == EventBody::Retracted { target: place });
    assert_eq!(
        clinic.refused(NURSE, retract(GENERAL, place.seq)),
        Refusal::AlreadyRetracted
    );
    assert_eq!(clinic.last_line().record.reason, Private::from("wrong room"));
    assert_eq!(
        clinic.unread(GENERAL, MARIA),
        1,
        "that something was there is still news"
    );
}

#[test]
fn marks_move_forward_only_and_answer_with_what_is_left() {
    let mut clinic = Clinic::staffed();
    let places: Vec<Place> = (0..5)
        .map(|number| clinic.does(NURSE, send(GROUP, &format!("{number}"))))
        .collect();
    assert_eq!((clinic.unread(GROUP, PHYSICIAN), clinic.unread(GROUP, NURSE)), (5, 0));
    let left = |clinic: &mut Clinic, seq| match clinic.ask(PHYSICIAN, mark(GROUP, seq)) {
        Answer::Done { unread, place, .. } => (unread, place.seq > 0),
        other => panic!("{other:?}"),
    };
    assert_eq!(left(&mut clinic, places[2].seq), (2, true));
    assert_eq!(
        left(&mut clinic, places[0].seq),
        (2, false),
        "backwards moves nothing and makes no event"
    );
    assert_eq!(left(&mut clinic, places[4].seq), (0, true));
    let own = clinic.reader.membership(GROUP, PHYSICIAN).unwrap().unwrap();
    assert_eq!(
        (own.read_seq, own.read_number, own.delivered_seq),
        (places[4].seq, 5, places[4].seq)
    );
    assert_eq!(clinic.refused(PHYSICIAN, mark(GROUP, 99)), Refusal::NotFound);
    let seq = places[1].seq;
    let delivered = Command::ConfirmDelivery {
        conversation: GROUP,
        seq,
    };
    assert_eq!(
        clinic.does(PHYSICIAN, delivered),
        Place::default(),
        "it was read: it had arrived"
    );
}

#[test]
fn what_the_team_read_is_shown_to_patients_once_and_without_names() {
    let mut clinic = Clinic::staffed();
    let place = clinic.does(MARIA, send(GENERAL, "my knee hurts"));
    let by_nurse = clinic.does(NURSE, mark(GENERAL, place.seq));
    let by_physician = clinic.does(PHYSICIAN, mark(GENERAL, place.seq));
    let shared = |seq| clinic.reader.event(GENERAL, seq).unwrap().unwrap().shared;
    assert_eq!((shared(by_nurse.seq), shared(by_physician.seq)), (true, false));
    let head = clinic.reader.conversation(GENERAL).unwrap().unwrap();
    assert_eq!(head.team_read_shared_number, place.shared_number);
}

#[test]
fn an_acknowledgement_is_kept_with_the_message_and_counts_once() {
    let mut clinic = Clinic::staffed();
    let place = clinic.does(NURSE, send(GENERAL, "take it twice a day"));
    let seq = place.shared_seq;
    let acknowledge = Command::Acknowledge {
        conversation: GENERAL,
        seq,
    };
    let event = clinic.does(MARIA, acknowledge.clone());
    assert_eq!(
        message(&clinic, GENERAL, place.seq).acknowledged,
        [(MARIA, clinic.now_ms)]
    );
    assert!(clinic.reader.event(GENERAL, event.seq).unwrap().unwrap().shared);
    assert_eq!(clinic.refused(MARIA, acknowledge), Refusal::NothingToDo);
    let by_team = Command::Acknowledge {
        conversation: GENERAL,
        seq: place.seq,
    };
    assert_eq!(clinic.refused(NURSE, by_team.clone()), Refusal::Invalid);
    let event = clinic.does(PHYSICIAN, by_team);
    assert!(
        !clinic.reader.event(GENERAL, event.seq).unwrap().unwrap().shared,
        "the team's own business"
    );
    let created = Command::Acknowledge {
        conversation: GENERAL,
        seq: 1,
    };
    assert_eq!(clinic.refused(PHYSICIAN, created), Refusal::NotFound);
}

#[test]
fn nobody_writes_where_they_are_no_member() {
    let mut clinic = Clinic::staffed();
    assert_eq!(clinic.refused(PHYSICIAN, send(CHANNEL, "hello")), Refusal::NotAMember);
    assert_eq!(clinic.refused(PHYSICIAN, mark(CHANNEL, 1)), Refusal::NotAMember);
    assert_eq!(
        clinic.refused(NURSE, send(crate::clinic::folk::NOWHERE, "hello")),
        Refusal::NotFound
    );
    assert_eq!(clinic.refused(NURSE, note(CHANNEL, "hello")), Refusal::Invalid);
    let mut behalf = clinic.envelope(NURSE, send(GENERAL, "for her"));
    behalf.on_behalf_of = Some(MARIA);
    let answer = clinic.apply(&[behalf]).remove(0);
    assert!(matches!(
        answer,
        Answer::Refused {
            refusal: Refusal::Forbidden,
            ..
        }
    ));
    assert_eq!(clinic.last_line().record.on_behalf_of, Some(MARIA));
}
