//! Words that are used again: the clinic's templates, and what somebody saved for themselves. Fields in braces are filled in where a message is
//! written; this page only keeps the words.

use crate::ids::{PersonId, TemplateId};
use crate::limits;
use crate::private::Private;
use serde::{Deserialize, Serialize};

/// One template.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Template {
    /// Never reused.
    pub id: TemplateId,
    /// Whose it is; none: the clinic's.
    pub owner: Option<PersonId>,
    /// As people find it.
    pub name: Private,
    /// What it says.
    pub body: Private,
}

impl Template {
    /// Whether it makes sense: a name of one line, words, and neither too long.
    pub fn is_sound(&self) -> bool {
        let (name, body) = (self.name.expose(), self.body.expose());
        !name.trim().is_empty()
            && name.len() <= limits::TEMPLATE_NAME_SIZE_BYTES_MAX
            && !name.chars().any(char::is_control)
            && !body.trim().is_empty()
            && body.len() <= limits::TEMPLATE_BODY_SIZE_BYTES_MAX
    }
}
