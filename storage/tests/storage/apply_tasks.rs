//! Tasks, what patients must read by a time, and replies over a colleague's head, from commands to records and back.

use crate::clinic::folk::{CLERK, GENERAL, GROUP, MARIA, MOTHER, NURSE, PHYSICIAN};
use crate::clinic::{Clinic, from, note, on_terms, retract, send};
use corridor_domain::audit::Action;
use corridor_domain::care::Party;
use corridor_domain::command::{Acting, Command};
use corridor_domain::conversation::{Audience, Place};
use corridor_domain::event::EventBody;
use corridor_domain::ids::{ConversationId, PersonId, TaskId};
use corridor_domain::limits;
use corridor_domain::outcome::{Answer, Change};
use corridor_domain::person::{AccountState, Role};
use corridor_domain::private::Sealed;
use corridor_domain::refusal::Refusal;
use corridor_domain::task::{Cause, NewTask, Task, TaskStep, Terms};
use corridor_domain::timer::Timer;

const CALL: TaskId = TaskId(0x7A51);
const MINUTE_MS: u64 = 60_000;

fn new_task(id: TaskId, assignee: Party, due_ms: Option<u64>, message: Option<u64>) -> NewTask {
    NewTask {
        id,
        title: Sealed(b"call her".to_vec()),
        assignee,
        due_ms,
        message,
    }
}

fn create(conversation: ConversationId, task: NewTask) -> Command {
    Command::CreateTask {
        conversation,
        task: Box::new(task),
    }
}

fn change(conversation: ConversationId, task: TaskId, step: TaskStep) -> Command {
    Command::ChangeTask {
        conversation,
        task,
        step,
    }
}

fn reply(words: &str, seen_seq: u64) -> Command {
    let terms = Terms {
        seen_seq: Some(seen_seq),
        ..Terms::default()
    };
    on_terms(GENERAL, Audience::Everyone, words, terms)
}

fn must_read(clinic: &Clinic, in_ms: u64) -> Command {
    let terms = Terms {
        read_by_ms: Some(clinic.now_ms + in_ms),
        ..Terms::default()
    };
    on_terms(GENERAL, Audience::Everyone, "take two", terms)
}

fn fire(clinic: &mut Clinic) -> Vec<Answer> {
    let due = clinic.reader.timers_due(clinic.now_ms, 64).unwrap();
    let fired = due.into_iter().map(|timer| fire_one(clinic, timer));
    fired.collect()
}

fn fire_one(clinic: &mut Clinic, timer: Timer) -> Answer {
    clinic.commands += 1;
    let envelope = from(Acting::Clock, clinic.commands, Command::FireTimer { timer });
    clinic.apply(&[envelope]).remove(0)
}

fn of(clinic: &Clinic, person: PersonId) -> Vec<TaskId> {
    let tasks = clinic.reader.tasks_of_person(person, usize::MAX).unwrap();
    tasks.iter().map(|task| task.id).collect()
}

fn task(clinic: &Clinic, id: TaskId) -> Task {
    clinic.reader.task(id).unwrap().unwrap()
}

fn is_done(answer: &Answer) -> bool {
    matches!(answer, Answer::Done { .. })
}

#[test]
fn a_task_is_found_by_who_is_to_do_it_until_it_is_done() {
    let mut clinic = Clinic::staffed();
    let asked = clinic.does(MARIA, send(GENERAL, "please call me"));
    let task_of = |assignee| new_task(CALL, assignee, None, Some(asked.seq));
    let made = clinic.does(PHYSICIAN, create(GENERAL, task_of(Party::Person(NURSE))));
    assert_eq!(
        made.shared_seq, asked.shared_seq,
        "the patient's numbering does not move"
    );
    let event = clinic.reader.event(GENERAL, made.seq).unwrap().unwrap();
    assert!(!event.shared && matches!(event.body, EventBody::TaskChanged { task: CALL, .. }));
    assert_eq!(
        (of(&clinic, NURSE), task(&clinic, CALL).message),
        (vec![CALL], Some(asked.seq))
    );
    let to_desk = TaskStep::Assign {
        to: Party::Pool(Role::FrontDesk),
    };
    clinic.does(NURSE, change(GENERAL, CALL, to_desk));
    assert_eq!(
        clinic.refused(NURSE, change(GENERAL, CALL, to_desk)),
        Refusal::NothingToDo
    );
    assert!(of(&clinic, NURSE).is_empty());
    let of_desk = |clinic: &Clinic| clinic.reader.tasks_of_role(Role::FrontDesk, 9).unwrap().len();
    assert_eq!(
        (of_desk(&clinic), clinic.reader.open_tasks_about(GENERAL).unwrap().len()),
        (1, 1)
    );
    clinic.does(NURSE, change(GENERAL, CALL, TaskStep::Complete));
    assert_eq!(clinic.last_line().record.action, Action::ChangeTask);
    assert_eq!((of_desk(&clinic), clinic.reader.open_tasks(9).unwrap().len()), (0, 0));
    let closed = task(&clinic, CALL).closed.unwrap();
    assert_eq!((closed.by, closed.done), (NURSE, true));
    assert_eq!(clinic.reader.closed_tasks(9).unwrap(), [task(&clinic, CALL)]);
    assert_eq!(
        clinic.refused(NURSE, change(GENERAL, CALL, TaskStep::Cancel)),
        Refusal::NothingToDo
    );
    clinic.does(PHYSICIAN, change(GENERAL, CALL, TaskStep::Reopen));
    assert_eq!(
        (
            of_desk(&clinic),
            clinic.reader.closed_tasks_about(GENERAL, 9).unwrap().len()
        ),
        (1, 0)
    );
}

#[test]
fn a_task_is_for_staff_who_may_see_it() {
    let mut clinic = Clinic::staffed();
    let to = |person| create(GENERAL, new_task(CALL, person, None, None));
    for stranger in [MARIA, MOTHER] {
        assert_eq!(clinic.refused(stranger, to(Party::Person(NURSE))), Refusal::Forbidden);
        assert_eq!(clinic.refused(NURSE, to(Party::Person(stranger))), Refusal::CannotHold);
    }
    assert_eq!(
        clinic.refused(NURSE, to(Party::Person(CLERK))),
        Refusal::TargetNotAMember
    );
    assert_eq!(
        clinic.refused(NURSE, to(Party::Person(PersonId(0xDEAD)))),
        Refusal::NotFound
    );
    assert_eq!(
        clinic.refused(NURSE, to(Party::Pool(Role::Administrator))),
        Refusal::Invalid
    );
    assert_eq!(
        clinic.refused(CLERK, to(Party::Pool(Role::FrontDesk))),
        Refusal::NotFound
    );
    for due_ms in [1, clinic.now_ms + limits::TASK_AHEAD_MS_MAX + MINUTE_MS] {
        let task = new_task(CALL, Party::Person(NURSE), Some(due_ms), None);
        assert_eq!(clinic.refused(NURSE, create(GENERAL, task)), Refusal::Invalid);
    }
    let nameless = NewTask {
        title: Sealed::default(),
        ..new_task(CALL, Party::Person(NURSE), None, None)
    };
    assert_eq!(clinic.refused(NURSE, create(GENERAL, nameless)), Refusal::Invalid);
    let no_message = new_task(CALL, Party::Person(NURSE), None, Some(1));
    assert_eq!(clinic.refused(NURSE, create(GENERAL, no_message)), Refusal::NotFound);
    clinic.does(NURSE, to(Party::Person(NURSE)));
    assert_eq!(
        clinic.refused(PHYSICIAN, to(Party::Person(NURSE))),
        Refusal::Invalid,
        "another's id"
    );
    let elsewhere = change(GROUP, CALL, TaskStep::Complete);
    assert_eq!(
        clinic.refused(NURSE, elsewhere),
        Refusal::NotFound,
        "it is not about that conversation"
    );
    for stranger in [MARIA, MOTHER] {
        assert_eq!(
            clinic.refused(stranger, change(GENERAL, CALL, TaskStep::Complete)),
            Refusal::Forbidden
        );
    }
    for number in 1..limits::TASKS_PER_CONVERSATION_COUNT_MAX as u128 {
        let task = new_task(TaskId(number), Party::Pool(Role::Nurse), None, None);
        clinic.does(NURSE, create(GENERAL, task));
    }
    let one_more = new_task(TaskId(0xFFFF), Party::Pool(Role::Nurse), None, None);
    assert_eq!(clinic.refused(NURSE, create(GENERAL, one_more)), Refusal::TooMany);
}

#[test]
fn looking_at_tasks_is_on_the_record_and_no_look_of_a_patient() {
    let mut clinic = Clinic::staffed();
    let look = |conversations: &[ConversationId]| Command::ReadTasks {
        conversations: conversations.to_vec(),
    };
    let Answer::Granted { grants, .. } = clinic.ask(NURSE, look(&[GENERAL, GROUP])) else {
        panic!("a look is granted")
    };
    assert_eq!(grants.len(), 2);
    let line = clinic.last_line().record;
    assert_eq!(
        (line.action, line.actor, line.ranges.len()),
        (Action::ReadTasks, Some(NURSE), 2)
    );
    for stranger in [MARIA, MOTHER] {
        assert_eq!(clinic.refused(stranger, look(&[GENERAL])), Refusal::Forbidden);
    }
    assert_eq!(clinic.refused(CLERK, look(&[GENERAL])), Refusal::NotFound);
    let Answer::Granted { grants, .. } = clinic.ask(CLERK, look(&[GENERAL, GROUP])) else {
        panic!("what one may not see is left out")
    };
    assert!(grants.iter().all(|grant| grant.conversation != GENERAL));
}

#[test]
fn a_task_is_told_when_it_is_due_once() {
    let mut clinic = Clinic::staffed();
    let due_ms = Some(clinic.now_ms + 5 * MINUTE_MS);
    clinic.does(
        NURSE,
        create(GENERAL, new_task(CALL, Party::Person(NURSE), due_ms, None)),
    );
    assert!(!is_done(&fire_one(&mut clinic, Timer::TaskDue(CALL))), "too early");
    clinic.now_ms += 6 * MINUTE_MS;
    assert!(fire(&mut clinic).iter().all(is_done));
    assert!(task(&clinic, CALL).overdue && !clinic.reader.has_timers().unwrap());
    assert_eq!(clinic.last_line().record.action, Action::TaskDue);
    assert!(!is_done(&fire_one(&mut clinic, Timer::TaskDue(CALL))), "once");
    let later = TaskStep::Due {
        due_ms: Some(clinic.now_ms + MINUTE_MS),
    };
    clinic.does(NURSE, change(GENERAL, CALL, later));
    assert!(!task(&clinic, CALL).overdue && clinic.reader.has_timers().unwrap());
    clinic.does(NURSE, change(GENERAL, CALL, TaskStep::Complete));
    assert!(!clinic.reader.has_timers().unwrap(), "what is done is not due");
}

#[test]
fn what_the_patient_has_not_read_in_time_becomes_a_task() {
    let mut clinic = Clinic::staffed();
    let command = must_read(&clinic, 5 * MINUTE_MS);
    let sent = clinic.does(NURSE, command);
    assert_eq!(clinic.reader.read_bys(GENERAL).unwrap().len(), 1);
    clinic.now_ms += 6 * MINUTE_MS;
    assert!(fire(&mut clinic).iter().all(is_done));
    let line = clinic.last_line().record;
    assert_eq!((line.action, line.actor), (Action::NotReadInTime, Some(NURSE)));
    let mine = of(&clinic, NURSE);
    let made = task(&clinic, mine[0]);
    assert_eq!(
        (mine.len(), made.cause, made.message),
        (1, Cause::Unread, Some(sent.seq))
    );
    let late = clinic.reader.not_read(9).unwrap();
    assert_eq!((late.len(), late[0].seq, late[0].missed), (1, sent.seq, true));
    // Read at last: it is off the list, and the task is somebody's to close.
    let seq = sent.shared_seq;
    clinic.does(
        MARIA,
        Command::MarkRead {
            conversation: GENERAL,
            seq,
        },
    );
    assert_eq!(clinic.reader.not_read(9).unwrap(), []);
    assert_eq!(
        (clinic.reader.read_bys(GENERAL).unwrap().len(), of(&clinic, NURSE).len()),
        (0, 1)
    );
}

#[test]
fn what_was_read_in_time_or_taken_back_is_waited_for_no_longer() {
    type Meanwhile = fn(&mut Clinic, Place);
    let read: Meanwhile = |clinic, place| {
        let (conversation, seq) = (GENERAL, place.shared_seq);
        clinic.does(NURSE, note(GENERAL, "for us"));
        clinic.does(MARIA, Command::MarkRead { conversation, seq });
    };
    let taken_back: Meanwhile = |clinic, place| {
        clinic.does(NURSE, retract(GENERAL, place.seq));
    };
    for meanwhile in [read, taken_back] {
        let mut clinic = Clinic::staffed();
        let command = must_read(&clinic, 5 * MINUTE_MS);
        let place = clinic.does(NURSE, command);
        // A colleague's reading is not the patient's.
        let seq = place.seq;
        let conversation = GENERAL;
        clinic.does(PHYSICIAN, Command::MarkRead { conversation, seq });
        assert!(clinic.reader.has_timers().unwrap());
        meanwhile(&mut clinic, place);
        assert!(!clinic.reader.has_timers().unwrap());
        assert!(!is_done(&fire_one(&mut clinic, Timer::ReadBy(GENERAL, place.seq))));
        assert!(of(&clinic, NURSE).is_empty());
    }
}

#[test]
fn whose_message_it_is_may_be_gone_by_then() {
    let mut clinic = Clinic::staffed();
    let command = must_read(&clinic, 5 * MINUTE_MS);
    clinic.does(NURSE, command);
    clinic.does(
        crate::clinic::folk::ADMINISTRATOR,
        Command::ChangeAccountState {
            person: NURSE,
            state: AccountState::Suspended,
        },
    );
    clinic.now_ms += 6 * MINUTE_MS;
    assert!(fire(&mut clinic).iter().all(is_done));
    let open = clinic.reader.open_tasks(9).unwrap();
    assert_eq!(
        open[0].assignee,
        Party::Pool(Role::FrontDesk),
        "whoever answers for the conversation"
    );
}

#[test]
fn terms_are_for_messages_to_patients() {
    let mut clinic = Clinic::staffed();
    let terms = Terms {
        seen_seq: Some(1),
        read_by_ms: None,
    };
    assert_eq!(
        clinic.refused(NURSE, on_terms(GENERAL, Audience::Team, "n", terms)),
        Refusal::Invalid
    );
    assert_eq!(
        clinic.refused(MARIA, on_terms(GENERAL, Audience::Everyone, "m", terms)),
        Refusal::Invalid
    );
    let late = must_read(&clinic, 0);
    assert_eq!(clinic.refused(NURSE, late), Refusal::Invalid, "the clock has moved on");
    for _ in 0..limits::READ_BYS_PER_CONVERSATION_COUNT_MAX {
        let command = must_read(&clinic, 60 * MINUTE_MS);
        clinic.does(NURSE, command);
    }
    let one_more = must_read(&clinic, 60 * MINUTE_MS);
    assert_eq!(clinic.refused(NURSE, one_more), Refusal::TooMany);
}

#[test]
fn nobody_replies_over_a_colleagues_head() {
    let mut clinic = Clinic::staffed();
    let asked = clinic.does(MARIA, send(GENERAL, "is it normal?"));
    let first = clinic.does(NURSE, reply("it is", asked.seq));
    assert_eq!(
        clinic.refused(PHYSICIAN, reply("it is not", asked.seq)),
        Refusal::AnotherReplied
    );
    // Who has seen it says so. What they wrote themselves, what the patient wrote, and a note hold nobody up.
    let second = clinic.does(PHYSICIAN, reply("ask me", first.seq));
    let own = clinic.does(PHYSICIAN, reply("at nine", second.seq));
    clinic.does(MARIA, send(GENERAL, "thank you"));
    clinic.does(NURSE, note(GENERAL, "for us"));
    clinic.does(PHYSICIAN, reply("welcome", own.seq));
    assert_eq!(
        clinic.refused(NURSE, reply("and I?", first.seq)),
        Refusal::AnotherReplied
    );
    // Who opted out is not held up, and what is old holds nobody up.
    clinic.does(NURSE, send(GENERAL, "never mind"));
    clinic.now_ms += limits::ANOTHER_REPLIED_MS;
    clinic.does(PHYSICIAN, reply("later", first.seq));
    // Nor what was taken back.
    let gone = clinic.does(NURSE, send(GENERAL, "wrong"));
    clinic.does(NURSE, retract(GENERAL, gone.seq));
    clinic.does(PHYSICIAN, reply("right", gone.seq - 1));
}

#[test]
fn tasks_are_told_to_the_devices() {
    let mut clinic = Clinic::staffed();
    clinic.does(NURSE, create(GENERAL, new_task(CALL, Party::Person(NURSE), None, None)));
    let told = clinic.last_told();
    assert!(
        told.iter()
            .any(|change| matches!(change, Change::Task(task) if task.id == CALL))
    );
}
