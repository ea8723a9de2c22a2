//! Keys of what keeps words from the wrong reader, and of words that are used again.

use super::{Key, Table, key};
use corridor_domain::ids::{ConversationId, CoverageId, PersonId, TemplateId};

/// What restricts a patient's conversation.
pub fn restriction(conversation: ConversationId) -> Key {
    key(Table::Restriction, &[&conversation.to_bytes()])
}

/// That a coverage is of conversations with a label too.
pub fn covers_labelled(coverage: CoverageId) -> Key {
    key(Table::CoversLabelled, &[&coverage.to_bytes()])
}

/// What the clinic does against words that reach the wrong reader.
pub fn safeguards() -> Key {
    key(Table::Safeguards, &[])
}

/// The last check of who writes from a patient's account.
pub fn identity_check(conversation: ConversationId) -> Key {
    key(Table::IdentityCheck, &[&conversation.to_bytes()])
}

/// A template.
pub fn template(template: TemplateId) -> Key {
    key(Table::Template, &[&template.to_bytes()])
}

/// That somebody, or the clinic, has a template.
pub fn owner_template(owner: Option<PersonId>, template: TemplateId) -> Key {
    key(Table::OwnerTemplate, &[&owner_bytes(owner), &template.to_bytes()])
}

/// All templates of somebody, or of the clinic.
pub fn templates_of(owner: Option<PersonId>) -> Key {
    key(Table::OwnerTemplate, &[&owner_bytes(owner)])
}

fn owner_bytes(owner: Option<PersonId>) -> [u8; 16] {
    owner.map_or([0; 16], PersonId::to_bytes)
}
