//! Keys of tasks, of what patients must read by a time, and of pins. Part of the map in `keys.rs`.

use super::{Key, Table, key};
use corridor_domain::ids::{ConversationId, PersonId, PinId, TaskId};
use corridor_domain::person::Role;

/// A task.
pub fn task(task: TaskId) -> Key {
    key(Table::Task, &[&task.to_bytes()])
}

/// That a task about a conversation was closed at that time.
pub fn conversation_closed_task(conversation: ConversationId, at_ms: u64, task: TaskId) -> Key {
    let parts: [&[u8]; 3] = [&conversation.to_bytes(), &at_ms.to_be_bytes(), &task.to_bytes()];
    key(Table::ConversationClosedTask, &parts)
}

/// All closed tasks about a conversation, in the order in which they were closed.
pub fn closed_tasks_about(conversation: ConversationId) -> Key {
    key(Table::ConversationClosedTask, &[&conversation.to_bytes()])
}

/// That a task was closed at that time.
pub fn closed_task(at_ms: u64, task: TaskId) -> Key {
    key(Table::ClosedTask, &[&at_ms.to_be_bytes(), &task.to_bytes()])
}

/// That a task about a conversation is open.
pub fn conversation_open_task(conversation: ConversationId, task: TaskId) -> Key {
    key(
        Table::ConversationOpenTask,
        &[&conversation.to_bytes(), &task.to_bytes()],
    )
}

/// All open tasks about a conversation.
pub fn open_tasks_about(conversation: ConversationId) -> Key {
    key(Table::ConversationOpenTask, &[&conversation.to_bytes()])
}

/// That a person is to do it.
pub fn person_task(person: PersonId, task: TaskId) -> Key {
    key(Table::PersonTask, &[&person.to_bytes(), &task.to_bytes()])
}

/// All that a person is to do.
pub fn tasks_of_person(person: PersonId) -> Key {
    key(Table::PersonTask, &[&person.to_bytes()])
}

/// That whoever has the role is to do it.
pub fn role_task(role: Role, task: TaskId) -> Key {
    key(Table::RoleTask, &[&[role as u8], &task.to_bytes()])
}

/// All that whoever has the role is to do.
pub fn tasks_of_role(role: Role) -> Key {
    key(Table::RoleTask, &[&[role as u8]])
}

/// A message that a patient must read by a time.
pub fn read_by(conversation: ConversationId, seq: u64) -> Key {
    key(Table::ReadBy, &[&conversation.to_bytes(), &seq.to_be_bytes()])
}

/// All of a conversation.
pub fn read_bys_in(conversation: ConversationId) -> Key {
    key(Table::ReadBy, &[&conversation.to_bytes()])
}

/// That it was not read by that time.
pub fn not_read(conversation: ConversationId, seq: u64) -> Key {
    key(Table::NotRead, &[&conversation.to_bytes(), &seq.to_be_bytes()])
}

/// The reverse of [`not_read`].
pub fn not_read_of(key: &[u8]) -> Option<(ConversationId, u64)> {
    let (conversation, seq) = key.get(1..)?.split_first_chunk::<16>()?;
    let seq = <[u8; 8]>::try_from(seq).ok()?;
    Some((ConversationId::from_bytes(*conversation), u64::from_be_bytes(seq)))
}

/// A pin.
pub fn pin(pin: PinId) -> Key {
    key(Table::Pin, &[&pin.to_bytes()])
}

/// That a pin is in a patient's chart since that time.
pub fn patient_pin(patient: PersonId, at_ms: u64, pin: PinId) -> Key {
    let parts: [&[u8]; 3] = [&patient.to_bytes(), &at_ms.to_be_bytes(), &pin.to_bytes()];
    key(Table::PatientPin, &parts)
}

/// All pins of a patient's chart, in the order in which they were made.
pub fn pins_of(patient: PersonId) -> Key {
    key(Table::PatientPin, &[&patient.to_bytes()])
}
