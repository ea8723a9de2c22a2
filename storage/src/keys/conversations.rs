//! Keys of conversations: heads, memberships, events and their versions, and where they are found.

use super::{Fingerprint, Key, Table, key};
use corridor_domain::ids::{ConversationId, PersonId};

/// The head of a conversation.
pub fn conversation(conversation: ConversationId) -> Key {
    key(Table::Conversation, &[&conversation.to_bytes()])
}

/// A membership.
pub fn membership(conversation: ConversationId, person: PersonId) -> Key {
    key(Table::Membership, &[&conversation.to_bytes(), &person.to_bytes()])
}

/// All memberships of a conversation.
pub fn memberships_of(conversation: ConversationId) -> Key {
    key(Table::Membership, &[&conversation.to_bytes()])
}

/// That a person is a member there now.
pub fn person_conversation(person: PersonId, conversation: ConversationId) -> Key {
    key(
        Table::PersonConversation,
        &[&person.to_bytes(), &conversation.to_bytes()],
    )
}

/// All conversations of a person.
pub fn conversations_of(person: PersonId) -> Key {
    key(Table::PersonConversation, &[&person.to_bytes()])
}

/// That a conversation is about a patient.
pub fn patient_conversation(patient: PersonId, conversation: ConversationId) -> Key {
    key(
        Table::PatientConversation,
        &[&patient.to_bytes(), &conversation.to_bytes()],
    )
}

/// All conversations about a patient.
pub fn conversations_about(patient: PersonId) -> Key {
    key(Table::PatientConversation, &[&patient.to_bytes()])
}

/// The direct conversation of two people, whoever is named first.
pub fn direct_pair(one: PersonId, other: PersonId) -> Key {
    key(
        Table::DirectPair,
        &[&one.min(other).to_bytes(), &one.max(other).to_bytes()],
    )
}

/// A channel by name.
pub fn channel_name(fingerprint: &Fingerprint) -> Key {
    key(Table::ChannelName, &[fingerprint])
}

/// A channel.
pub fn channel(conversation: ConversationId) -> Key {
    key(Table::Channel, &[&conversation.to_bytes()])
}

/// An event.
pub fn event(conversation: ConversationId, seq: u64) -> Key {
    key(Table::Event, &[&conversation.to_bytes(), &seq.to_be_bytes()])
}

/// An event in the patients' numbering.
pub fn shared_seq(conversation: ConversationId, shared_seq: u64) -> Key {
    key(Table::SharedSeq, &[&conversation.to_bytes(), &shared_seq.to_be_bytes()])
}

/// An earlier version of a message.
pub fn version(conversation: ConversationId, seq: u64, version: u32) -> Key {
    key(
        Table::Version,
        &[&conversation.to_bytes(), &seq.to_be_bytes(), &version.to_be_bytes()],
    )
}

/// All earlier versions of a message.
pub fn versions_of(conversation: ConversationId, seq: u64) -> Key {
    key(Table::Version, &[&conversation.to_bytes(), &seq.to_be_bytes()])
}
