//! What keeps words from the wrong reader, and words that are used again.

use super::Reader;
use crate::keys;
use crate::state::Records;
use corridor_domain::identity_check::IdentityCheck;
use corridor_domain::ids::{CommandId, ConversationId, CoverageId, PersonId, TemplateId};
use corridor_domain::limits;
use corridor_domain::restriction::{Restriction, Safeguards};
use corridor_domain::template::Template;
use std::io;

impl Reader {
    /// What restricts a patient's conversation; none if nothing ever did.
    pub fn restriction(&self, conversation: ConversationId) -> io::Result<Option<Restriction>> {
        self.state.record(&keys::restriction(conversation))
    }

    /// Whether a coverage is of conversations with a label too.
    pub fn covers_labelled(&self, coverage: CoverageId) -> io::Result<bool> {
        crate::load::is_of_labelled(&self.state, coverage)
    }

    /// What the clinic does against words that reach the wrong reader.
    pub fn safeguards(&self) -> io::Result<Safeguards> {
        Ok(self.state.record(&keys::safeguards())?.unwrap_or_default())
    }

    /// The last check of who writes from a patient's account; none if nobody ever asked.
    pub fn identity_check(&self, conversation: ConversationId) -> io::Result<Option<IdentityCheck>> {
        self.state.record(&keys::identity_check(conversation))
    }

    /// Whether somebody was answered under that id.
    pub fn is_answered(&self, person: PersonId, command: CommandId) -> io::Result<bool> {
        Ok(self.state.bytes(&keys::answer(person, command))?.is_some())
    }

    /// A template.
    pub fn template(&self, template: TemplateId) -> io::Result<Option<Template>> {
        self.state.record(&keys::template(template))
    }

    /// The templates of somebody, or of the clinic.
    pub fn templates_of(&self, owner: Option<PersonId>) -> io::Result<Vec<Template>> {
        let ids = self
            .state
            .ids(&keys::templates_of(owner), limits::TEMPLATES_PER_OWNER_COUNT_MAX)?;
        let mut templates = Vec::with_capacity(ids.len());
        for id in ids {
            templates.extend(self.template(TemplateId::from_bytes(id))?);
        }
        Ok(templates)
    }
}
