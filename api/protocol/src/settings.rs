//! What a clinic sets for itself.

use crate::objects::Author;
use crate::safeguards::Safeguards;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A stretch of a week in which the clinic answers, in its own time zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Hours {
    /// 0 is Monday.
    pub day: u8,
    /// From that minute of the day.
    pub from_minute: u16,
    /// Until that minute of the day; not with it.
    pub until_minute: u16,
}

/// Who answers first for patients of one site.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OfSite {
    /// `site_…`
    pub site_id: String,
    /// `front_desk`, `nurse`, …
    pub role: String,
}

/// A reason for which patients write.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Reason {
    /// The clinic's number for it, never used for another one.
    pub number: u16,
    /// As patients read it.
    pub name: String,
    /// Who answers first; staff only.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub role: String,
    /// Who does for patients of these sites instead; staff only.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub of_sites: Vec<OfSite>,
}

/// Everything that a clinic sets for itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// What patients read first, in every state.
    #[serde(default)]
    pub guidance: String,
    /// When the clinic answers; empty: it does not say.
    #[serde(default)]
    pub hours: Vec<Hours>,
    /// In which time zone that is, as the IANA database names it.
    #[serde(default)]
    pub zone: String,
    /// Messages with patients are on.
    pub patients: bool,
    /// Chat among staff is on.
    pub team: bool,
    /// For what patients write.
    #[serde(default)]
    pub reasons: Vec<Reason>,
}

/// What a clinic allows its people to do with words that were written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Policies {
    /// For how long staff may edit a message outside what patients see, in seconds, up to a day; 0: not at all.
    pub edit_window_s: u32,
    /// Whether others reply on behalf of who answers also in conversations with a label.
    pub on_behalf_of_labelled: bool,
}

/// The settings as the viewer may see them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SettingsPage {
    /// What is set.
    pub settings: Settings,
    /// What it does against words that reach the wrong reader.
    pub safeguards: Safeguards,
    /// What it allows its people to do with words that were written.
    pub policies: Policies,
    /// Where the clinic's own charts are found, `{mrn}` for the record number; for staff, absent where it did not say so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chart_url: Option<String>,
    /// For patients and proxies: whom of their care team they can ask for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reachable: Vec<Author>,
}

/// Where the clinic's own charts are found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChartLink {
    /// An https address with `{mrn}` where the record number stands; empty: none.
    pub url: String,
}

/// A location to be added, or its new name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AddSite {
    /// As people call it.
    pub name: String,
}

/// It was added.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SiteAdded {
    /// `site_…`
    pub site_id: String,
}
