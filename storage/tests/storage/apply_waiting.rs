//! Messages that are sent later, reminders, and one's own view, from commands to records and back.

use crate::clinic::folk::{ADMINISTRATOR, GENERAL, GROUP, MARIA, NURSE, PHYSICIAN};
use crate::clinic::{Clinic, from, note, send};
use corridor_domain::attention::AttentionStep;
use corridor_domain::audit::Action;
use corridor_domain::command::{Acting, Command, NewMessage};
use corridor_domain::conversation::Audience;
use corridor_domain::event::Priority;
use corridor_domain::ids::{ConversationId, PersonId, ScheduledId};
use corridor_domain::limits;
use corridor_domain::outcome::{Answer, Change};
use corridor_domain::person::AccountState;
use corridor_domain::private::Sealed;
use corridor_domain::refusal::Refusal;
use corridor_domain::scheduled::NewScheduled;
use corridor_domain::timer::Timer;

const MORNING: ScheduledId = ScheduledId(0x5C00);
const MINUTE_MS: u64 = 60_000;

fn later(clinic: &Clinic, id: ScheduledId, conversation: ConversationId, in_ms: u64, words: &str) -> Command {
    let message = NewMessage {
        audience: Audience::Everyone,
        priority: Priority::Routine,
        content: Sealed(words.as_bytes().to_vec()),
        mentions: Vec::new(),
        reply_to: None,
    };
    let at_ms = clinic.now_ms + in_ms;
    Command::Schedule {
        conversation,
        scheduled: Box::new(NewScheduled { id, at_ms, message }),
    }
}

fn fire_one(clinic: &mut Clinic, timer: Timer) -> Answer {
    clinic.commands += 1;
    let envelope = from(Acting::Clock, clinic.commands, Command::FireTimer { timer });
    clinic.apply(&[envelope]).remove(0)
}

fn fire(clinic: &mut Clinic) -> usize {
    let due = clinic.reader.timers_due(clinic.now_ms, 64).unwrap();
    for timer in &due {
        let answer = fire_one(clinic, *timer);
        assert!(matches!(answer, Answer::Done { .. }), "{timer:?}: {answer:?}");
    }
    due.len()
}

fn words(clinic: &Clinic, conversation: ConversationId) -> Vec<(PersonId, Vec<u8>)> {
    let head = clinic.reader.conversation(conversation).unwrap().unwrap();
    let events = clinic
        .reader
        .events(conversation, 1, head.last.seq, usize::MAX)
        .unwrap();
    let messages = events
        .iter()
        .filter_map(|event| Some((event.actor, event.message()?.content.0.clone())));
    messages.collect()
}

#[test]
fn it_is_sent_once_as_if_its_author_sent_it_then() {
    let mut clinic = Clinic::staffed();
    let command = later(&clinic, MORNING, GENERAL, 5 * MINUTE_MS, "good morning");
    clinic.does(NURSE, command);
    clinic.does(MARIA, send(GENERAL, "before"));
    assert_eq!(fire(&mut clinic), 0);
    let early = fire_one(&mut clinic, Timer::MessageDue(MORNING));
    assert!(matches!(
        early,
        Answer::Refused {
            refusal: Refusal::NothingToDo,
            ..
        }
    ));
    clinic.now_ms += 5 * MINUTE_MS;
    assert_eq!(fire(&mut clinic), 1);
    let line = clinic.last_line().record;
    assert_eq!(
        (line.action, line.actor, line.ranges[0].conversation),
        (Action::SendScheduled, Some(NURSE), GENERAL)
    );
    let again = fire_one(&mut clinic, Timer::MessageDue(MORNING));
    assert!(matches!(
        again,
        Answer::Refused {
            refusal: Refusal::NothingToDo,
            ..
        }
    ));
    assert_eq!(
        words(&clinic, GENERAL),
        [(MARIA, b"before".to_vec()), (NURSE, b"good morning".to_vec())]
    );
    assert_eq!(clinic.unread(GENERAL, PHYSICIAN), 2);
    assert_eq!(clinic.reader.scheduled(NURSE).unwrap(), []);
    assert!(!clinic.reader.has_timers().unwrap());
}

#[test]
fn what_its_author_may_not_say_any_more_stays_with_them() {
    type Meanwhile = fn(&mut Clinic);
    let meanwhile: [(Meanwhile, Refusal); 3] = [
        (
            |clinic| {
                clinic.does(
                    NURSE,
                    Command::RemoveMember {
                        conversation: GENERAL,
                        person: NURSE,
                    },
                );
            },
            Refusal::NotAMember,
        ),
        (
            |clinic| {
                clinic.does(
                    ADMINISTRATOR,
                    Command::ChangeAccountState {
                        person: NURSE,
                        state: AccountState::Suspended,
                    },
                );
            },
            Refusal::NotSignedIn,
        ),
        (
            |clinic| {
                clinic.does(
                    ADMINISTRATOR,
                    Command::ChangeAccountState {
                        person: MARIA,
                        state: AccountState::Suspended,
                    },
                );
            },
            Refusal::PatientAccountInactive,
        ),
    ];
    for (change, refusal) in meanwhile {
        let mut clinic = Clinic::staffed();
        let command = later(&clinic, MORNING, GENERAL, MINUTE_MS, "good morning");
        clinic.does(NURSE, command);
        change(&mut clinic);
        clinic.now_ms += MINUTE_MS;
        assert_eq!(fire(&mut clinic), 1, "{refusal:?}");
        assert_eq!(clinic.last_line().record.refusal, Some(refusal));
        assert_eq!(words(&clinic, GENERAL), []);
        let kept = clinic.reader.scheduled(NURSE).unwrap();
        assert_eq!((kept.len(), kept[0].refused), (1, Some(refusal)));
        assert!(!clinic.reader.has_timers().unwrap(), "it is not tried for ever");
    }
}

#[test]
fn a_patient_is_told_their_own_numbering() {
    let mut clinic = Clinic::staffed();
    clinic.does(NURSE, note(GENERAL, "for us"));
    clinic.does(NURSE, note(GENERAL, "for us again"));
    let command = later(&clinic, MORNING, GENERAL, MINUTE_MS, "see you");
    clinic.does(MARIA, command);
    clinic.now_ms += MINUTE_MS;
    fire(&mut clinic);
    let head = clinic.reader.conversation(GENERAL).unwrap().unwrap();
    let over = clinic.last_told().into_iter().find_map(|change| match change {
        Change::ScheduledOver { sent_seq, .. } => sent_seq,
        _ => None,
    });
    assert_eq!(over, Some(head.last.shared_seq));
    assert_ne!(head.last.shared_seq, head.last.seq);
}

#[test]
fn scheduled_messages_have_bounds_and_are_their_authors() {
    let mut clinic = Clinic::staffed();
    for (in_ms, words) in [
        (0, "now"),
        (limits::SCHEDULED_AHEAD_MS_MAX + MINUTE_MS, "far"),
        (MINUTE_MS, ""),
    ] {
        let command = later(&clinic, MORNING, GENERAL, in_ms, words);
        assert_eq!(clinic.refused(NURSE, command), Refusal::Invalid, "{words}");
    }
    for number in 0..limits::SCHEDULED_PER_PERSON_COUNT_MAX as u128 {
        let command = later(&clinic, ScheduledId(number), GROUP, 60 * MINUTE_MS, "later");
        clinic.does(NURSE, command);
    }
    let one_more = later(&clinic, MORNING, GROUP, 60 * MINUTE_MS, "one more");
    assert_eq!(clinic.refused(NURSE, one_more), Refusal::TooMany);
    let taken = later(&clinic, ScheduledId(7), GROUP, 60 * MINUTE_MS, "another's id");
    assert_eq!(clinic.refused(PHYSICIAN, taken), Refusal::Invalid);
    let remove = || Command::Unschedule(ScheduledId(7));
    assert_eq!(clinic.refused(PHYSICIAN, remove()), Refusal::NotFound);
    clinic.does(NURSE, remove());
    let again = later(&clinic, MORNING, GROUP, 60 * MINUTE_MS, "there is room again");
    clinic.does(NURSE, again);
}

#[test]
fn a_reminder_brings_it_back_once_and_a_later_one_takes_its_place() {
    let mut clinic = Clinic::staffed();
    let step = |step| Command::ChangeAttention {
        conversation: GENERAL,
        step,
    };
    clinic.does(NURSE, step(AttentionStep::PutAway));
    let first = Some(clinic.now_ms + MINUTE_MS);
    clinic.does(NURSE, step(AttentionStep::Remind { at_ms: first }));
    let second = Some(clinic.now_ms + 10 * MINUTE_MS);
    clinic.does(NURSE, step(AttentionStep::Remind { at_ms: second }));
    clinic.now_ms += 2 * MINUTE_MS;
    assert_eq!(fire(&mut clinic), 0, "the first one is gone");
    clinic.now_ms += 10 * MINUTE_MS;
    assert_eq!(fire(&mut clinic), 1);
    let line = clinic.last_line().record;
    assert_eq!((line.action, line.actor), (Action::Remind, Some(NURSE)));
    let view = clinic.reader.attention(NURSE, GENERAL).unwrap().unwrap();
    assert_eq!(
        (view.unread, view.put_away_number, view.remind_at_ms),
        (true, None, None)
    );
    assert_eq!(clinic.reader.attention(PHYSICIAN, GENERAL).unwrap(), None);
    clinic.does(
        NURSE,
        Command::MarkRead {
            conversation: GENERAL,
            seq: 1,
        },
    );
    assert!(!clinic.reader.attention(NURSE, GENERAL).unwrap().unwrap().unread);
    assert!(!clinic.reader.has_timers().unwrap());
}

#[test]
fn which_threads_somebody_follows_is_kept_and_told_with_their_view() {
    let mut clinic = Clinic::staffed();
    let root = clinic.does(PHYSICIAN, send(GROUP, "Rounds at four?")).seq;
    let step = |step| Command::ChangeAttention {
        conversation: GROUP,
        step,
    };
    let follow = |follows| step(AttentionStep::Follow { seq: root, follows });
    clinic.does(NURSE, follow(true));
    assert_eq!(clinic.refused(NURSE, follow(true)), Refusal::NothingToDo);
    assert!(clinic.reader.threads(NURSE, GROUP).unwrap().follows(root, false));
    assert!(!clinic.reader.threads(PHYSICIAN, GROUP).unwrap().follows(root, false));
    // What is said of the conversation leaves the threads alone, and tells of them.
    clinic.does(NURSE, step(AttentionStep::Mute { muted: true }));
    let told = clinic.last_told();
    assert!(
        matches!(&told[..], [Change::Attention { attention, threads, .. }] if attention.muted && threads.follows(root, false)),
        "{told:?}"
    );
    clinic.does(NURSE, follow(false));
    assert!(!clinic.reader.threads(NURSE, GROUP).unwrap().follows(root, true));
    assert!(clinic.reader.attention(NURSE, GROUP).unwrap().unwrap().muted);
    let nowhere = step(AttentionStep::Follow {
        seq: 999,
        follows: true,
    });
    assert_eq!(clinic.refused(NURSE, nowhere), Refusal::NotFound);
}
