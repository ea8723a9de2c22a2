//! What follows from sending, editing, taking back and acknowledging: events, versions, counters in both numberings.

use crate::common::{
    COLLEAGUE, CONVERSATION, Case, NOW_MS, NURSE, PATIENT, appended, care_room, changed, colleague, content, done,
    head, member, message, moved, new_message, next_place, nurse, patient, thread, with_message,
};
use corridor_domain::audit::{Action, Basis};
use corridor_domain::command::{Command, NewMessage};
use corridor_domain::conversation::{Audience, Conversation, Kind, Membership, Place, Side};
use corridor_domain::event::{Event, EventBody, Mention, Message, Priority, Retraction};
use corridor_domain::limits;
use corridor_domain::outcome::{Change, Outcome};
use corridor_domain::person::{Person, Role};
use corridor_domain::private::{Private, Sealed};
use corridor_domain::refusal::Refusal;

fn send(message: NewMessage) -> Command {
    Command::Send {
        conversation: CONVERSATION,
        message: Box::new(message),
    }
}

fn after(last: Place, shared: bool) -> Place {
    let shared = u64::from(shared);
    Place {
        seq: last.seq + 1,
        number: last.number + 1,
        shared_seq: last.shared_seq + shared,
        shared_number: last.shared_number + shared,
    }
}

fn assert_sent(case: &Case, action: Action, shared: bool, message: Message, change: impl FnOnce(&mut Membership)) {
    let before = case
        .view
        .about
        .conversation
        .clone()
        .unwrap_or_else(|| head(Kind::Group));
    let mut own = case.view.about.own.clone().unwrap_or_else(|| member(&before, &nurse()));
    change(&mut own);
    let place = after(before.last, shared);
    let side = own.side;
    let changes = vec![
        appended(
            CONVERSATION,
            place,
            shared,
            own.person,
            EventBody::Message(Box::new(message)),
        ),
        changed(own),
        moved(&before, place, |head| {
            head.last_message_seq = place.seq;
            if shared {
                head.last_shared_message_seq = place.seq;
            }
        }),
    ];
    let audit = case.record(action, Some(Basis::Member), &[(CONVERSATION, place.seq, place.seq)]);
    assert_eq!(
        case.decide(),
        Outcome {
            changes,
            answer: done(CONVERSATION, place, side),
            audit
        }
    );
}

#[test]
fn a_message_moves_the_counters_of_those_who_see_it() {
    let everyone = || content(Audience::Everyone, b"body");
    for (kind, shared) in [(Kind::Group, false), (care_room(), false), (thread(), true)] {
        let case = Case::inside(&nurse(), &head(kind), send(new_message(Audience::Everyone)));
        assert_sent(&case, Action::Send, shared, everyone(), |own| {
            own.own_since_read = vec![6]
        });
    }
    let case = Case::inside(
        &patient(PATIENT, &[]),
        &head(thread()),
        send(new_message(Audience::Everyone)),
    );
    assert_sent(&case, Action::Send, true, everyone(), |own| {
        own.own_since_read = vec![5]
    });
}

#[test]
fn a_note_leaves_no_trace_in_the_shared_numbering() {
    let case = Case::inside(&nurse(), &head(thread()), send(new_message(Audience::Team)));
    let note = content(Audience::Team, b"body");
    assert_sent(&case, Action::SendNote, false, note, |own| own.own_since_read = vec![6]);
}

#[test]
fn who_has_read_all_stays_with_nothing_unread() {
    let room = head(thread());
    let all_read = Membership {
        read_seq: 10,
        read_number: 5,
        ..member(&room, &nurse())
    };
    let case = Case::by(&nurse(), send(new_message(Audience::Everyone))).about(room, Some(all_read));
    assert_sent(&case, Action::Send, true, content(Audience::Everyone, b"body"), |own| {
        (own.read_seq, own.read_number) = (11, 6);
    });
}

#[test]
fn too_many_own_messages_count_as_having_read() {
    let mut room = head(Kind::Group);
    room.last.number = 257;
    let behind = Membership {
        own_since_read: (2..=257).collect(),
        ..member(&room, &nurse())
    };
    assert_eq!(behind.own_since_read.len(), limits::OWN_SINCE_READ_COUNT_MAX);
    let case = Case::by(&nurse(), send(new_message(Audience::Everyone))).about(room, Some(behind));
    assert_sent(
        &case,
        Action::Send,
        false,
        content(Audience::Everyone, b"body"),
        |own| {
            own.own_since_read.clear();
            (own.read_seq, own.read_number) = (11, 258);
        },
    );
}

#[test]
fn a_reply_carries_the_place_of_what_it_answers() {
    let asked = NewMessage {
        priority: Priority::Stat,
        mentions: vec![Mention::Person(COLLEAGUE), Mention::Role(Role::Nurse)],
        reply_to: Some(8),
        ..new_message(Audience::Team)
    };
    let target = message(COLLEAGUE, Audience::Team);
    let case = Case::inside(&nurse(), &head(thread()), send(asked.clone())).target(target.clone());
    let written = Message {
        priority: Priority::Stat,
        mentions: asked.mentions.clone(),
        reply_to: Some(target.place),
        ..content(Audience::Team, b"body")
    };
    assert_sent(&case, Action::SendNote, false, written, |own| {
        own.own_since_read = vec![6]
    });
    let in_the_open = NewMessage {
        audience: Audience::Everyone,
        ..asked
    };
    let exposing = Case::inside(&nurse(), &head(thread()), send(in_the_open.clone())).target(target);
    assert_eq!(
        exposing.refused(),
        Refusal::Invalid,
        "a reply that patients see does not point at a note"
    );
    assert_eq!(
        Case::inside(&nurse(), &head(thread()), send(in_the_open.clone())).refused(),
        Refusal::NotFound
    );
    let no_message = Event {
        body: EventBody::Archived,
        ..message(COLLEAGUE, Audience::Everyone)
    };
    let case = Case::inside(&nurse(), &head(thread()), send(in_the_open)).target(no_message);
    assert_eq!(case.refused(), Refusal::NotFound);
}

#[test]
fn mentions_have_a_limit() {
    let mentions = vec![Mention::Role(Role::Nurse); limits::MENTIONS_COUNT_MAX + 1];
    let sent = send(NewMessage {
        mentions: mentions.clone(),
        ..new_message(Audience::Everyone)
    });
    assert_eq!(
        Case::inside(&nurse(), &head(Kind::Group), sent).refused(),
        Refusal::TooMany
    );
    let edited = Command::Edit {
        conversation: CONVERSATION,
        seq: 8,
        content: Sealed::default(),
        mentions,
    };
    let case = Case::inside(&nurse(), &head(Kind::Group), edited).target(message(NURSE, Audience::Everyone));
    assert_eq!(case.refused(), Refusal::TooMany);
}

/// Checks a command on the message at seq 8: what is put before, the message's event anew, one more event, the head.
fn assert_on_target(case: &Case, action: Action, shared: bool, put: Vec<Change>, target: Event, body: EventBody) {
    let before: Conversation = case
        .view
        .about
        .conversation
        .clone()
        .unwrap_or_else(|| head(Kind::Group));
    let actor = case.view.actor.clone().unwrap_or_else(nurse);
    let place = next_place(before.last, shared);
    let mut changes = put;
    changes.push(Change::Event {
        conversation: CONVERSATION,
        event: Box::new(target),
    });
    changes.push(appended(CONVERSATION, place, shared, actor.id, body));
    changes.push(moved(&before, place, |_| {}));
    let side = if actor.is_patient_side() {
        Side::Patient
    } else {
        Side::Team
    };
    let audit = case.record(action, Some(Basis::Member), &[(CONVERSATION, place.seq, place.seq)]);
    assert_eq!(case.decide().changes, changes);
    let expected = case.decide();
    assert_eq!(expected.answer, done(CONVERSATION, place, side));
    assert_eq!(
        corridor_domain::audit::AuditRecord {
            reason: Private::default(),
            ..expected.audit
        },
        audit
    );
}

#[test]
fn an_edit_keeps_what_was_said_before() {
    let edit = || Command::Edit {
        conversation: CONVERSATION,
        seq: 8,
        content: Sealed(b"second".to_vec()),
        mentions: vec![Mention::Person(COLLEAGUE)],
    };
    for (kind, audience) in [(Kind::Group, Audience::Everyone), (thread(), Audience::Team)] {
        let first = message(NURSE, audience);
        let second = with_message(first.clone(), |message| {
            message.content = Sealed(b"second".to_vec());
            message.mentions = vec![Mention::Person(COLLEAGUE)];
            message.version = 2;
            message.edited_at_ms = Some(NOW_MS);
        });
        let kept = Change::Version {
            conversation: CONVERSATION,
            seq: 8,
            version: 1,
            at_ms: NOW_MS - 60_000,
            content: Sealed(b"first".to_vec()),
        };
        let case = Case::inside(&nurse(), &head(kind), edit()).target(first.clone());
        let body = EventBody::Edited {
            target: first.place,
            version: 2,
        };
        assert_on_target(&case, Action::Edit, false, vec![kept], second, body);
    }
    // The second version began when it was written, not when the message was sent.
    let earlier = with_message(message(NURSE, Audience::Everyone), |message| {
        (message.version, message.edited_at_ms) = (2, Some(NOW_MS - 30_000));
    });
    let case = Case::inside(&nurse(), &head(Kind::Group), edit()).target(earlier);
    assert!(matches!(case.decide().changes[0], Change::Version { version: 2, at_ms, .. } if at_ms == NOW_MS - 30_000));
    let worn = with_message(message(NURSE, Audience::Everyone), |message| {
        message.version = limits::VERSIONS_COUNT_MAX
    });
    let case = Case::inside(&nurse(), &head(Kind::Group), edit()).target(worn);
    assert_eq!(case.refused(), Refusal::TooMany);
}

#[test]
fn the_edit_window_closes_to_the_millisecond() {
    let edit = Command::Edit {
        conversation: CONVERSATION,
        seq: 8,
        content: Sealed::default(),
        mentions: Vec::new(),
    };
    let case = |age_ms| {
        let target = Event {
            at_ms: NOW_MS - age_ms,
            ..message(NURSE, Audience::Everyone)
        };
        Case::inside(&nurse(), &head(Kind::Group), edit.clone()).target(target)
    };
    let standard_ms = u64::from(limits::EDIT_WINDOW_S) * 1_000;
    assert_eq!(case(standard_ms).decide().audit.refusal, None);
    assert_eq!(case(standard_ms + 1).refused(), Refusal::EditWindowClosed);
    // The clinic may say otherwise (T-19).
    let set = |case: Case, edit_window_s| case.change(|view| view.about.policies.edit_window_s = edit_window_s);
    assert_eq!(set(case(60_000), 60).decide().audit.refusal, None);
    assert_eq!(set(case(60_001), 60).refused(), Refusal::EditWindowClosed);
    assert_eq!(set(case(0), 0).refused(), Refusal::EditWindowClosed, "not at all");
}

#[test]
fn taking_back_leaves_a_tombstone() {
    let retract = |reason: &str| Command::Retract {
        conversation: CONVERSATION,
        seq: 8,
        reason: Private::from(reason),
    };
    let cases = [
        (Kind::Group, nurse(), Audience::Everyone, true),
        (thread(), nurse(), Audience::Everyone, true),
        (thread(), nurse(), Audience::Team, false),
        (thread(), patient(PATIENT, &[]), Audience::Everyone, true),
    ];
    for (kind, actor, audience, everyone) in cases {
        let shared = everyone && kind.is_patient();
        let before = message(actor.id, audience);
        let retraction = Retraction {
            by: actor.id,
            at_ms: NOW_MS,
            reason: Private::from("wrong patient"),
        };
        let after = with_message(before.clone(), |message| message.retraction = Some(retraction));
        let case = Case::inside(&actor, &head(kind), retract("wrong patient")).target(before.clone());
        let body = EventBody::Retracted { target: before.place };
        assert_on_target(&case, Action::Retract, shared, Vec::new(), after, body);
        assert_eq!(case.decide().audit.reason, Private::from("wrong patient"));
    }
    let long = "x".repeat(limits::REASON_SIZE_BYTES_MAX + 1);
    let case = Case::inside(&nurse(), &head(Kind::Group), retract(&long)).target(message(NURSE, Audience::Everyone));
    assert_eq!(case.refused(), Refusal::Invalid);
}

fn acknowledge(actor: &Person, kind: Kind, target: &Event) -> Case {
    let command = Command::Acknowledge {
        conversation: CONVERSATION,
        seq: 8,
    };
    Case::inside(actor, &head(kind), command).target(target.clone())
}

#[test]
fn who_of_the_staff_has_it_is_not_told_to_the_patient() {
    let cases = [
        (thread(), nurse(), Audience::Everyone, false),
        (thread(), nurse(), Audience::Team, false),
        (thread(), patient(PATIENT, &[]), Audience::Everyone, true),
        (Kind::Group, nurse(), Audience::Everyone, false),
    ];
    for (kind, actor, audience, shared) in cases {
        let before = message(COLLEAGUE, audience);
        let after = with_message(before.clone(), |message| message.acknowledged.push((actor.id, NOW_MS)));
        let case = acknowledge(&actor, kind, &before);
        let body = EventBody::Acknowledged { target: before.place };
        assert_on_target(&case, Action::Acknowledge, shared, Vec::new(), after, body);
    }
    let twice = with_message(message(COLLEAGUE, Audience::Everyone), |message| {
        message.acknowledged = vec![(NURSE, NOW_MS - 1)];
    });
    assert_eq!(
        acknowledge(&nurse(), Kind::Group, &twice).refused(),
        Refusal::NothingToDo
    );
    assert_eq!(
        acknowledge(&colleague(), Kind::Group, &twice).refused(),
        Refusal::Invalid,
        "one's own"
    );
}
