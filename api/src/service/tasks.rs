//! Tasks: made and done, and looked at after the look is on the record; and what patients have not read in time.

use super::{Caller, Done, Service};
use crate::convert;
use crate::failure::{Failure, Outcome};
use corridor_domain::care::Party;
use corridor_domain::command::Command;
use corridor_domain::ids::{CommandId, ConversationId, TaskId};
use corridor_domain::limits;
use corridor_domain::permission::basis;
use corridor_domain::person::Role;
use corridor_domain::refusal::Refusal;
use corridor_domain::task::{NewTask, ReadBy, Task};
use corridor_domain::view::Readable;
use corridor_protocol as wire;
use std::collections::BTreeMap;
use std::io;

/// Whose tasks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TaskScope {
    /// Given to the one who asks.
    Mine,
    /// Given to a role that they have.
    Team,
    /// All that they may see.
    All,
}

/// Which of them, where not all are wanted.
#[derive(Debug, Default)]
pub struct TaskFilter {
    /// This one.
    pub id: Option<TaskId>,
    /// About the patient with this number.
    pub patient_mrn: Option<String>,
    /// Whose it is: who is to do it, or closed it.
    pub owner: Option<Party>,
    /// Of closed ones: done, or taken back.
    pub done: Option<bool>,
}

/// What may be shown, by conversation.
type Shown = BTreeMap<ConversationId, Readable>;

impl Service {
    /// Makes a task.
    pub async fn create_task(
        &self,
        caller: &Caller,
        command_id: CommandId,
        conversation: ConversationId,
        request: &wire::CreateTask,
    ) -> Outcome<wire::TaskCreated> {
        let asked = serde_json::to_vec(&(conversation.to_string(), request)).map_err(io::Error::other)?;
        let assignee = convert::tasks::assignee(&request.assignee)?;
        let title = convert::tasks::title(&request.title)?;
        // Whoever is no member may make one all the same: whether they may is settled at apply, and must find the words there.
        let title = match self.seal(caller, conversation, title, false, true)? {
            Some(title) => title,
            None => {
                self.freshness().catch_up().await?;
                self.seal(caller, conversation, title, true, true)?.unwrap_or_default()
            }
        };
        let id = TaskId::from_bytes(self.id_made_of("task", caller, command_id));
        let task = NewTask {
            id,
            title,
            assignee,
            due_ms: request.due_at_ms,
            message: request.seq,
        };
        let command = Command::CreateTask {
            conversation,
            task: Box::new(task),
        };
        let done = self
            .run(&self.envelope(caller.acting(), command_id, &asked, command))
            .await?;
        Ok(wire::TaskCreated {
            task_id: id.to_string(),
            revision: done.revision,
        })
    }

    /// Does something with a task.
    pub async fn change_task(
        &self,
        caller: &Caller,
        command_id: CommandId,
        id: &str,
        step: &wire::TaskStep,
    ) -> Outcome<Done> {
        let asked = serde_json::to_vec(&(id, step)).map_err(io::Error::other)?;
        let task = convert::tasks::task_id(id)?;
        let step = convert::tasks::step(step)?;
        let conversation = self.known_task(task).await?.conversation;
        let command = Command::ChangeTask {
            conversation,
            task,
            step,
        };
        let envelope = self.envelope(caller.acting(), command_id, &asked, command);
        self.run(&envelope).await
    }

    /// A task by its id.
    pub async fn task(&self, caller: &Caller, id: &str) -> Outcome<wire::Task> {
        is_staff(caller)?;
        let id = convert::tasks::task_id(id)?;
        let conversation = self.known_task(id).await?.conversation;
        // Who may not is on the record with what they asked for, and is told no more than that there is nothing for them.
        let command = Command::ReadTasks {
            conversations: vec![conversation],
        };
        self.ask(caller, command).await.map_err(|failure| match failure {
            Failure::Refused(Refusal::Forbidden) => Failure::Refused(Refusal::NotFound),
            failure => failure,
        })?;
        // As it stands after the look.
        let task = self.reader().task(id)?.ok_or(Refusal::NotFound)?;
        let shown = Shown::from([(conversation, self.reader().readable(&caller.person, conversation)?)]);
        Ok(self.shown_tasks(&shown, &[task])?.pop().ok_or(Refusal::NotFound)?)
    }

    async fn known_task(&self, id: TaskId) -> Outcome<Task> {
        if let Some(task) = self.reader().task(id)? {
            return Ok(task);
        }
        // It may have been made elsewhere, a moment ago.
        self.freshness().catch_up().await?;
        Ok(self.reader().task(id)?.ok_or(Refusal::NotFound)?)
    }

    /// Tasks by scope: what is overdue and due next first, of closed ones the last closed.
    pub async fn tasks(
        &self,
        caller: &Caller,
        scope: TaskScope,
        is_open: bool,
        filter: &TaskFilter,
    ) -> Outcome<wire::TaskList> {
        is_staff(caller)?;
        let mut found = match is_open {
            true => self.open_tasks(caller, scope)?,
            false => self.closed_tasks(caller, scope)?,
        };
        if is_open {
            found.sort_by_key(|task| (task.due_ms.unwrap_or(u64::MAX), task.created_at_ms, task.id));
        }
        let mut more = found.len() >= limits::TASKS_LOOKED_AT_COUNT_MAX;
        let mut readable = self.readable(caller, found.iter().map(|task| task.conversation))?;
        let mut wanted = Vec::with_capacity(found.len());
        for task in found {
            if let Some(readable) = readable.get(&task.conversation)
                && self.fits(filter, &task, readable)?
            {
                wanted.push(task);
            }
        }
        let mut found = wanted;
        more |= found.len() > limits::TASKS_LISTED_COUNT_MAX;
        found.truncate(limits::TASKS_LISTED_COUNT_MAX);
        readable.retain(|conversation, _| found.iter().any(|task| task.conversation == *conversation));
        let shown = self.looked_at(caller, readable).await?;
        Ok(wire::TaskList {
            tasks: self.shown_tasks(&shown, &found)?,
            more,
        })
    }

    /// What of a conversation is to be done, and what its patient has not read yet.
    pub async fn tasks_about(&self, caller: &Caller, conversation: ConversationId) -> Outcome<wire::ConversationTasks> {
        let command = Command::ReadTasks {
            conversations: vec![conversation],
        };
        self.ask(caller, command).await?;
        let readable = self.reader().readable(&caller.person, conversation)?;
        let shown = Shown::from([(conversation, readable)]);
        let mut tasks = self.reader().open_tasks_about(conversation)?;
        tasks.sort_by_key(|task| (task.due_ms.unwrap_or(u64::MAX), task.created_at_ms, task.id));
        let limit = limits::TASKS_LISTED_COUNT_MAX;
        tasks.extend(self.reader().closed_tasks_about(conversation, limit)?);
        let read_bys = self.reader().read_bys(conversation)?;
        Ok(wire::ConversationTasks {
            tasks: self.shown_tasks(&shown, &tasks)?,
            unread: self.unread(&shown, &read_bys)?,
        })
    }

    /// What patients have not read in time.
    pub async fn unread_by_patients(&self, caller: &Caller) -> Outcome<wire::UnreadList> {
        is_staff(caller)?;
        let mut found = self.reader().not_read(limits::TASKS_LOOKED_AT_COUNT_MAX)?;
        found.sort_by_key(|read_by| (read_by.by_ms, read_by.conversation, read_by.seq));
        let mut more = found.len() >= limits::TASKS_LOOKED_AT_COUNT_MAX;
        let mut readable = self.readable(caller, found.iter().map(|read_by| read_by.conversation))?;
        found.retain(|read_by| readable.contains_key(&read_by.conversation));
        more |= found.len() > limits::TASKS_LISTED_COUNT_MAX;
        found.truncate(limits::TASKS_LISTED_COUNT_MAX);
        readable.retain(|conversation, _| found.iter().any(|read_by| read_by.conversation == *conversation));
        let shown = self.looked_at(caller, readable).await?;
        Ok(wire::UnreadList {
            unread: self.unread(&shown, &found)?,
            more,
        })
    }

    fn open_tasks(&self, caller: &Caller, scope: TaskScope) -> io::Result<Vec<Task>> {
        let limit = limits::TASKS_LOOKED_AT_COUNT_MAX;
        let mut tasks = match scope {
            TaskScope::Mine => self.reader().tasks_of_person(caller.person.id, limit)?,
            TaskScope::All => return self.reader().open_tasks(limit),
            TaskScope::Team => {
                let mut tasks = Vec::new();
                for role in Role::ALL.into_iter().filter(|role| caller.person.roles.has(*role)) {
                    tasks.extend(self.reader().tasks_of_role(role, limit)?);
                }
                tasks
            }
        };
        for task in self.reader().open_tasks(limit)? {
            let doer = self.doer(&task)?;
            let is_theirs = match (scope, doer) {
                (TaskScope::Mine, Party::Person(person)) => person == caller.person.id,
                (TaskScope::Team, Party::Pool(role)) => caller.person.roles.has(role),
                _ => false,
            };
            if doer != task.assignee && is_theirs {
                tasks.push(task);
            }
        }
        tasks.truncate(limit);
        Ok(tasks)
    }

    /// Who is to do an open task: whoever it was given to, as long as they can see what it is about; then who answers for the conversation,
    /// or for the room. Nobody has to notice that somebody went for it to be so.
    fn doer(&self, task: &Task) -> io::Result<Party> {
        let Party::Person(given_to) = task.assignee else {
            return Ok(task.assignee);
        };
        let Some(person) = self.reader().person(given_to)?.filter(|_| task.is_open()) else {
            return Ok(task.assignee);
        };
        let about = self.reader().readable(&person, task.conversation)?;
        if person.is_active() && basis(&person, &about, self.time_of_rights_ms()).is_some() {
            return Ok(task.assignee);
        }
        let of_patient = about.care().map(|care| care.party(about.holder.as_ref()));
        let of_room = || about.conversation.as_ref().map(|head| Party::Person(head.owner));
        Ok(of_patient.or_else(of_room).unwrap_or(task.assignee))
    }

    fn fits(&self, filter: &TaskFilter, task: &Task, about: &Readable) -> io::Result<bool> {
        let mrn = || about.patient.as_ref()?.patient.as_ref().map(|facts| facts.mrn.expose());
        let owner = || match task.closed {
            Some(closed) => Ok(Party::Person(closed.by)),
            None => self.doer(task),
        };
        Ok(filter.id.is_none_or(|id| id == task.id)
            && filter
                .done
                .is_none_or(|done| task.closed.is_none_or(|closed| closed.done == done))
            && filter.patient_mrn.as_deref().is_none_or(|wanted| mrn() == Some(wanted))
            && match filter.owner {
                Some(wanted) => owner()? == wanted,
                None => true,
            })
    }

    fn closed_tasks(&self, caller: &Caller, scope: TaskScope) -> io::Result<Vec<Task>> {
        let person = &caller.person;
        let is_wanted = |task: &Task| match (scope, task.assignee) {
            (TaskScope::All, _) => true,
            (TaskScope::Mine, assignee) => {
                assignee == Party::Person(person.id) || task.closed.is_some_and(|closed| closed.by == person.id)
            }
            (TaskScope::Team, Party::Pool(role)) => person.roles.has(role),
            (TaskScope::Team, Party::Person(_)) => false,
        };
        let mut tasks = self.reader().closed_tasks(limits::TASKS_LOOKED_AT_COUNT_MAX)?;
        tasks.retain(is_wanted);
        Ok(tasks)
    }

    /// Those that the caller may read, as far as is known here.
    fn readable(&self, caller: &Caller, wanted: impl Iterator<Item = ConversationId>) -> Outcome<Shown> {
        let mut ids: Vec<_> = wanted.collect();
        ids.sort_unstable();
        ids.dedup();
        let judged = self.reader().readables(&caller.person, ids.iter().copied())?;
        let now_ms = self.time_of_rights_ms();
        let may = |readable: &Readable| basis(&caller.person, readable, now_ms).is_some();
        Ok(ids
            .into_iter()
            .zip(judged)
            .filter(|(_, readable)| may(readable))
            .collect())
    }

    /// The look is on the record before anything is shown, also one that finds nothing.
    async fn looked_at(&self, caller: &Caller, mut readable: Shown) -> Outcome<Shown> {
        let conversations = readable.keys().copied().collect();
        let (_, grants) = self.ask(caller, Command::ReadTasks { conversations }).await?;
        readable.retain(|conversation, _| grants.iter().any(|grant| grant.conversation == *conversation));
        Ok(readable)
    }

    fn shown_tasks(&self, shown: &Shown, tasks: &[Task]) -> io::Result<Vec<wire::Task>> {
        let mut all = Vec::with_capacity(tasks.len());
        for task in tasks {
            let Some(readable) = shown.get(&task.conversation) else {
                continue;
            };
            let title = match &readable.conversation {
                Some(head) if !task.title.0.is_empty() => {
                    self.keys()
                        .open(head.id, &head.content_key, task.creator, &task.title)?
                }
                _ => String::new(),
            };
            let doer = self.doer(task)?;
            all.push(convert::tasks::task(self.names(), readable, task, doer, title)?);
        }
        Ok(all)
    }

    fn unread(&self, shown: &Shown, read_bys: &[ReadBy]) -> io::Result<Vec<wire::Unread>> {
        let found = read_bys
            .iter()
            .filter_map(|read_by| Some((read_by, shown.get(&read_by.conversation)?)));
        found
            .map(|(read_by, readable)| convert::tasks::unread(self.names(), readable, read_by))
            .collect()
    }
}

/// Before anything is read for it.
fn is_staff(caller: &Caller) -> Outcome<()> {
    match caller.person.is_staff() {
        true => Ok(()),
        false => Err(Failure::Refused(Refusal::Forbidden)),
    }
}
