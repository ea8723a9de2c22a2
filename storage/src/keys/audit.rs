//! Keys of the audit record. Part of the map in `keys.rs`.

use super::{Key, Table, key};
use corridor_domain::ids::{ConversationId, PersonId};

/// A line of the audit record.
pub fn audit(leaf_index: u64) -> Key {
    key(Table::Audit, &[&leaf_index.to_be_bytes()])
}

/// That a line is about a person.
pub fn audit_person(person: PersonId, leaf_index: u64) -> Key {
    key(Table::AuditPerson, &[&person.to_bytes(), &leaf_index.to_be_bytes()])
}

/// That a line is about a conversation.
pub fn audit_conversation(conversation: ConversationId, leaf_index: u64) -> Key {
    key(
        Table::AuditConversation,
        &[&conversation.to_bytes(), &leaf_index.to_be_bytes()],
    )
}
