//! Tasks: made, given to somebody else, done; and what becomes of a message that a patient must read by a time. Whether it is allowed was
//! settled before.

use super::Decision;
use super::room::Room;
use crate::audit::{Action, Range};
use crate::care::{Party, can_hold};
use crate::conversation::{Place, Side};
use crate::event::{Event, EventBody};
use crate::ids::{ConversationId, PersonId, TaskId};
use crate::limits;
use crate::outcome::{Change, Grant};
use crate::permission::{Asking, permit};
use crate::person::Person;
use crate::refusal::Refusal;
use crate::task::{Cause, Closed, NewTask, ReadBy, Task, TaskDeed, TaskStep};
use crate::timer::Timer;
use crate::view::View;

pub(super) fn create(view: &View, actor: &Person, new: &NewTask) -> Result<Decision, Refusal> {
    let head = view.about.conversation.as_ref().ok_or(Refusal::NotFound)?;
    is_ahead(view, new.due_ms)?;
    // No two have one name.
    if new.title.0.is_empty() || view.task.is_some() {
        return Err(Refusal::Invalid);
    }
    if new.message.is_some() && view.target.as_ref().and_then(Event::message).is_none() {
        return Err(Refusal::NotFound);
    }
    if view.open_tasks_count >= limits::TASKS_PER_CONVERSATION_COUNT_MAX {
        return Err(Refusal::TooMany);
    }
    can_take(view, new.assignee)?;
    let task = Task {
        id: new.id,
        conversation: head.id,
        message: view.target.as_ref().map(|target| target.place.seq),
        title: new.title.clone(),
        cause: Cause::Asked,
        creator: actor.id,
        created_at_ms: view.now_ms,
        assignee: new.assignee,
        due_ms: new.due_ms,
        overdue: false,
        closed: None,
    };
    told(view, actor.id, task, TaskDeed::Created)
}

pub(super) fn step(view: &View, actor: &Person, step: &TaskStep) -> Result<Decision, Refusal> {
    let before = view.task.clone().ok_or(Refusal::NotFound)?;
    let mut task = before.clone();
    if !task.is_open() && *step != TaskStep::Reopen {
        return Err(Refusal::NothingToDo);
    }
    let closed = |done| Closed {
        by: actor.id,
        at_ms: view.now_ms,
        done,
    };
    let deed = match *step {
        TaskStep::Assign { to } => {
            can_take(view, to)?;
            task.assignee = to;
            TaskDeed::Assigned
        }
        TaskStep::Due { due_ms } => {
            is_ahead(view, due_ms)?;
            (task.due_ms, task.overdue) = (due_ms, false);
            TaskDeed::Rescheduled
        }
        TaskStep::Complete => {
            task.closed = Some(closed(true));
            TaskDeed::Completed
        }
        TaskStep::Cancel => {
            task.closed = Some(closed(false));
            TaskDeed::Cancelled
        }
        TaskStep::Reopen if view.open_tasks_count >= limits::TASKS_PER_CONVERSATION_COUNT_MAX => {
            return Err(Refusal::TooMany);
        }
        TaskStep::Reopen => {
            task.closed = None;
            TaskDeed::Reopened
        }
    };
    if task == before {
        return Err(Refusal::NothingToDo);
    }
    told(view, actor.id, task, deed)
}

fn is_ahead(view: &View, due_ms: Option<u64>) -> Result<(), Refusal> {
    let is_ahead = |due_ms| view.now_ms < due_ms && due_ms <= view.now_ms + limits::TASK_AHEAD_MS_MAX;
    match due_ms.is_none_or(is_ahead) {
        true => Ok(()),
        false => Err(Refusal::Invalid),
    }
}

/// Whoever is to do it sees what it is about: a member, or who cares for the patient. A role always has somebody, or the manager sees it.
fn can_take(view: &View, assignee: Party) -> Result<(), Refusal> {
    let Party::Person(person) = assignee else {
        return match assignee {
            Party::Pool(role) if role.is_pool() => Ok(()),
            _ => Err(Refusal::Invalid),
        };
    };
    let subject = view.subject.as_ref().filter(|subject| subject.id == person);
    let subject = subject.ok_or(Refusal::NotFound)?;
    if !subject.is_active() || !subject.is_staff() {
        return Err(Refusal::CannotHold);
    }
    let is_inside = view.subject_membership.as_ref().is_some_and(|own| own.is_current());
    let patient = view.about.patient.as_ref();
    let cares = subject.works_with_patients() && patient.is_some_and(|patient| patient.has_in_care_team(person));
    match is_inside || cares {
        true => Ok(()),
        false => Err(Refusal::TargetNotAMember),
    }
}

/// The team is told in the conversation, in its order; the patient never.
fn told(view: &View, actor: PersonId, task: Task, what: TaskDeed) -> Result<Decision, Refusal> {
    let head = view.about.conversation.clone().ok_or(Refusal::NotFound)?;
    let conversation = Some(head.id);
    let mut room = Room::new(view, head);
    let is_given = matches!(what, TaskDeed::Created | TaskDeed::Assigned | TaskDeed::NotRead);
    let assignee = is_given.then_some(task.assignee);
    let body = EventBody::TaskChanged {
        task: task.id,
        what,
        assignee,
    };
    let place = room.append(actor, None, false, body);
    room.put(Change::Task(Box::new(task)));
    Ok(Decision {
        conversation,
        changes: room.finish(),
        place,
        ..Decision::default()
    })
}

/// Its time has come: it is told once, and stands as overdue from now on.
pub(super) fn due(view: &View, timer: Timer) -> Result<Decision, Refusal> {
    let task = view.task.clone().ok_or(Refusal::NothingToDo)?;
    match task.timer() {
        Some((due_ms, known)) if known == timer && due_ms <= view.now_ms => {}
        _ => return Err(Refusal::NothingToDo),
    }
    Ok(Decision {
        conversation: Some(task.conversation),
        changes: vec![Change::Task(Box::new(Task { overdue: true, ..task }))],
        ..Decision::default()
    })
}

/// A message that was sent must be read by then.
pub(super) fn must_be_read(
    view: &View,
    actor: &Person,
    place: Place,
    by_ms: u64,
    decision: &mut Decision,
) -> Result<(), Refusal> {
    let head = view.about.conversation.as_ref().ok_or(Refusal::NotFound)?;
    let open = view.read_bys.iter().filter(|found| !found.missed).count();
    if open >= limits::READ_BYS_PER_CONVERSATION_COUNT_MAX
        || view.read_bys.len() >= limits::READ_BYS_KEPT_PER_CONVERSATION_COUNT_MAX
    {
        return Err(Refusal::TooMany);
    }
    is_ahead(view, Some(by_ms))?;
    decision.changes.push(Change::ReadBy(ReadBy {
        conversation: head.id,
        seq: place.seq,
        shared_seq: place.shared_seq,
        author: actor.id,
        by_ms,
        missed: false,
    }));
    Ok(())
}

/// What the patient's side has read up to there is waited for no longer.
pub(super) fn were_read(view: &View, up_to: Place) -> impl Iterator<Item = Change> {
    let read = view
        .read_bys
        .iter()
        .filter(move |found| found.shared_seq <= up_to.shared_seq);
    read.map(|found| Change::ReadByOver(*found))
}

/// A message that was taken back need not be read, and one that the patient acknowledged was.
pub(super) fn is_over(view: &View, place: Place) -> impl Iterator<Item = Change> {
    let gone = view.read_bys.iter().filter(move |found| found.seq == place.seq);
    gone.map(|found| Change::ReadByOver(*found))
}

/// The patient has not read in time: whose message it is, or who answers, is to reach them another way.
pub(super) fn not_read(view: &View, timer: Timer) -> Result<Decision, Refusal> {
    let read_by = view
        .read_bys
        .iter()
        .find(|found| found.timer().is_some_and(|(_, known)| known == timer));
    let read_by = *read_by
        .filter(|found| found.by_ms <= view.now_ms)
        .ok_or(Refusal::NothingToDo)?;
    let author = view.subject.as_ref().filter(|author| can_hold(author));
    let is_inside = view.subject_membership.as_ref().is_some_and(|own| own.is_current());
    let responsible = || view.about.care().map(|care| care.party(view.about.holder.as_ref()));
    let assignee = match author.filter(|_| is_inside) {
        Some(author) => Party::Person(author.id),
        None => responsible().ok_or(Refusal::NothingToDo)?,
    };
    let task = Task {
        id: by_clock(view),
        conversation: read_by.conversation,
        message: Some(read_by.seq),
        title: Default::default(),
        cause: Cause::Unread,
        creator: read_by.author,
        created_at_ms: view.now_ms,
        assignee,
        due_ms: None,
        overdue: false,
        closed: None,
    };
    let mut decision = told(view, read_by.author, task, TaskDeed::NotRead)?;
    let missed = ReadBy {
        missed: true,
        ..read_by
    };
    decision.changes.push(Change::ReadBy(missed));
    Ok(decision)
}

/// Nobody draws an id for what comes about by itself: its time and its revision, of which there is one.
fn by_clock(view: &View) -> TaskId {
    TaskId(u128::from(view.now_ms) << 80 | u128::from(view.revision))
}

/// Looking at tasks is looking at what they are about: on the record by conversation, and what one may not see is left out.
pub(super) fn read(
    view: &View,
    actor: &Person,
    conversations: &[ConversationId],
    on_behalf_of: Option<PersonId>,
) -> Result<Decision, Refusal> {
    if conversations.len() > limits::INBOX_COUNT_MAX {
        return Err(Refusal::TooMany);
    }
    let mut decision = Decision::default();
    let mut grants = Vec::with_capacity(conversations.len());
    let mut refused = None;
    for (conversation, readable) in conversations.iter().zip(&view.pages) {
        let asking = Asking {
            on_behalf_of,
            ..Asking::new(Action::ReadTasks, actor, readable, view.now_ms)
        };
        let basis = match permit(&asking) {
            Ok(Some(basis)) => basis,
            Ok(None) => continue,
            Err(refusal) => {
                refused = Some(refusal);
                continue;
            }
        };
        decision.basis.get_or_insert(basis);
        let cover = readable
            .cover(view.now_ms)
            .filter(|_| basis == crate::audit::Basis::Coverage);
        decision.covered = decision.covered.or(cover.map(|cover| cover.covered));
        decision.ranges.push(Range {
            conversation: *conversation,
            basis: Some(basis),
            side: Side::Team,
            from_seq: 0,
            to_seq: 0,
        });
        grants.push(Grant {
            conversation: *conversation,
            side: Side::Team,
            basis,
            from_seq: 1,
            to_seq: 0,
        });
    }
    match refused {
        Some(refusal) if conversations.len() == 1 => Err(refusal),
        _ => {
            decision.grants = Some(grants);
            Ok(decision)
        }
    }
}
