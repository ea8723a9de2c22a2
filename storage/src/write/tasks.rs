//! Tasks, found by what they are about and by who is to do them; and what patients must read by a time.

use super::waiting::move_timer;
use crate::keys::{self, Key};
use crate::state::Records;
use crate::transaction::Transaction;
use corridor_domain::care::Party;
use corridor_domain::task::{ReadBy, Task};
use std::io;

/// Whoever is to do it finds it until it is closed; then it stands among the closed ones.
pub(super) fn write_task(batch: &mut Transaction<'_>, task: &Task) -> io::Result<()> {
    let before: Option<Task> = batch.record(&keys::task(task.id))?;
    move_timer(batch, before.as_ref().and_then(Task::timer), task.timer());
    let was: Vec<Key> = before.iter().flat_map(found_by).collect();
    let is = found_by(task);
    for gone in was.iter().filter(|key| !is.contains(key)) {
        batch.remove(gone.clone());
    }
    for new in is.iter().filter(|key| !was.contains(key)) {
        batch.put_bytes(new.clone(), Vec::new());
    }
    batch.put(keys::task(task.id), task)
}

fn found_by(task: &Task) -> [Key; 2] {
    if let Some(closed) = task.closed {
        let about = keys::conversation_closed_task(task.conversation, closed.at_ms, task.id);
        return [about, keys::closed_task(closed.at_ms, task.id)];
    }
    let assigned = match task.assignee {
        Party::Person(person) => keys::person_task(person, task.id),
        Party::Pool(role) => keys::role_task(role, task.id),
    };
    [assigned, keys::conversation_open_task(task.conversation, task.id)]
}

pub(super) fn write_read_by(batch: &mut Transaction<'_>, read_by: &ReadBy) -> io::Result<()> {
    let key = keys::read_by(read_by.conversation, read_by.seq);
    let before: Option<ReadBy> = batch.record(&key)?;
    move_timer(batch, before.as_ref().and_then(ReadBy::timer), read_by.timer());
    if read_by.missed {
        batch.put_bytes(keys::not_read(read_by.conversation, read_by.seq), Vec::new());
    }
    batch.put(key, read_by)
}

/// They have read it, or need not any more.
pub(super) fn remove_read_by(batch: &mut Transaction<'_>, read_by: &ReadBy) {
    move_timer(batch, read_by.timer(), None);
    if read_by.missed {
        batch.remove(keys::not_read(read_by.conversation, read_by.seq));
    }
    batch.remove(keys::read_by(read_by.conversation, read_by.seq));
}
