//! Words that are used again: the clinic's templates and one's own.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A template.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Template {
    /// `tpl_…`
    pub id: String,
    /// The clinic's; else one's own.
    pub shared: bool,
    /// As people find it.
    pub name: String,
    /// What it says. Clients fill in `{patient.first_name}`, `{patient.name}`, `{me.name}`, `{clinic.name}` and `{today}`; what else stands in
    /// braces whoever writes fills in.
    pub body: String,
}

/// A template to be kept, or changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SaveTemplate {
    /// One line, 80 bytes at most.
    pub name: String,
    /// 4,000 bytes at most.
    pub body: String,
    /// For the whole clinic: administrators.
    #[serde(default)]
    pub shared: bool,
}

/// It is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TemplateSaved {
    /// `tpl_…`
    pub template_id: String,
    /// The revision of the change.
    pub revision: u64,
}

/// The clinic's templates and one's own, by name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TemplateList {
    /// All of them.
    pub templates: Vec<Template>,
}
