//! Tasks and pins as lists want them. Whether somebody may see one is asked by its conversation, elsewhere.

use super::Reader;
use crate::backend::Direction;
use crate::keys::{self, Table};
use crate::state::Records;
use corridor_domain::ids::{ConversationId, PersonId, PinId, TaskId};
use corridor_domain::limits;
use corridor_domain::person::Role;
use corridor_domain::pin::Pin;
use corridor_domain::task::{ReadBy, Task};
use std::io;

/// A pin as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pinned {
    /// What it says.
    pub pin: Pin,
    /// Of its record, which nothing changes.
    pub sha256: [u8; 32],
}

impl Reader {
    /// A task.
    pub fn task(&self, task: TaskId) -> io::Result<Option<Task>> {
        self.state.record(&keys::task(task))
    }

    /// The open tasks about a conversation.
    pub fn open_tasks_about(&self, conversation: ConversationId) -> io::Result<Vec<Task>> {
        self.tasks_by(&keys::open_tasks_about(conversation), usize::MAX / 2)
    }

    /// The closed tasks about a conversation, the last closed first, at most `limit`.
    pub fn closed_tasks_about(&self, conversation: ConversationId, limit: usize) -> io::Result<Vec<Task>> {
        self.last_of(&keys::closed_tasks_about(conversation), limit)
    }

    /// All closed tasks, the last closed first, at most `limit`.
    pub fn closed_tasks(&self, limit: usize) -> io::Result<Vec<Task>> {
        self.last_of(&keys::table(Table::ClosedTask), limit)
    }

    fn last_of(&self, prefix: &[u8], limit: usize) -> io::Result<Vec<Task>> {
        let (from, to) = keys::range_of(prefix);
        let mut tasks = Vec::new();
        for pair in self.state.scan(&from, &to, Direction::Backward).take(limit) {
            if let Some(task) = keys::last_id(&pair?.0) {
                tasks.extend(self.task(TaskId::from_bytes(task))?);
            }
        }
        Ok(tasks)
    }

    /// The open tasks that a person is to do, at most `limit`.
    pub fn tasks_of_person(&self, person: PersonId, limit: usize) -> io::Result<Vec<Task>> {
        self.tasks_by(&keys::tasks_of_person(person), limit)
    }

    /// The open tasks that whoever has the role is to do, at most `limit`.
    pub fn tasks_of_role(&self, role: Role, limit: usize) -> io::Result<Vec<Task>> {
        self.tasks_by(&keys::tasks_of_role(role), limit)
    }

    /// All open tasks, at most `limit`.
    pub fn open_tasks(&self, limit: usize) -> io::Result<Vec<Task>> {
        self.tasks_by(&keys::table(Table::ConversationOpenTask), limit)
    }

    /// What the patient of a conversation must read by a time, and has not.
    pub fn read_bys(&self, conversation: ConversationId) -> io::Result<Vec<ReadBy>> {
        crate::load::read_bys_in(&self.state, conversation)
    }

    /// What patients have not read in time, at most `limit`.
    pub fn not_read(&self, limit: usize) -> io::Result<Vec<ReadBy>> {
        let pairs = self.state.prefix(&keys::table(Table::NotRead), limit)?;
        let mut found = Vec::with_capacity(pairs.len());
        for (key, _) in pairs {
            if let Some((conversation, seq)) = keys::not_read_of(&key) {
                found.extend(self.state.record::<ReadBy>(&keys::read_by(conversation, seq))?);
            }
        }
        Ok(found)
    }

    /// A pin.
    pub fn pin(&self, pin: PinId) -> io::Result<Option<Pin>> {
        self.state.record(&keys::pin(pin))
    }

    /// What is pinned to a patient's chart out of the wanted conversations, the last first, as much as goes into one answer, and whether there
    /// is more. Before a pin, only what was pinned earlier than that one.
    pub fn pins_of(
        &self,
        patient: PersonId,
        before: Option<&Pin>,
        is_wanted: impl Fn(ConversationId) -> bool,
    ) -> io::Result<(Vec<Pinned>, bool)> {
        use sha2::{Digest, Sha256};
        let (from, end) = keys::range_of(&keys::pins_of(patient));
        let to = before.map_or(end, |pin| keys::patient_pin(patient, pin.at_ms, pin.id));
        let (mut pins, mut size_bytes) = (Vec::new(), 0);
        for pair in self.state.scan(&from, &to, Direction::Backward) {
            let (key, _) = pair?;
            let id = keys::last_id(&key).map(PinId::from_bytes);
            let bytes = id.map(|id| self.state.bytes(&keys::pin(id))).transpose()?.flatten();
            let Some(bytes) = bytes else { continue };
            let pin: Pin = crate::records::decode(&bytes)?;
            if !is_wanted(pin.conversation) {
                continue;
            }
            if pins.len() >= limits::PINS_LISTED_COUNT_MAX || size_bytes > limits::PINS_LISTED_SIZE_BYTES_MAX {
                return Ok((pins, true));
            }
            size_bytes += bytes.len();
            pins.push(Pinned {
                sha256: Sha256::digest(&bytes).into(),
                pin,
            });
        }
        Ok((pins, false))
    }

    fn tasks_by(&self, prefix: &[u8], limit: usize) -> io::Result<Vec<Task>> {
        let ids = self.state.ids(prefix, limit)?;
        let mut tasks = Vec::with_capacity(ids.len());
        for id in ids {
            tasks.extend(self.task(TaskId::from_bytes(id))?);
        }
        Ok(tasks)
    }
}
