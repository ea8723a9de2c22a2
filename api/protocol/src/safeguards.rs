//! What keeps words from the wrong reader: labels, what is confidential, the wrong-patient check, moving a message to the right patient.

use crate::objects::Author;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Why a conversation is more than others kept to those who treat the patient.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Sensitivity {
    /// Treatment of a substance use disorder (42 CFR Part 2).
    #[serde(rename = "part_2")]
    Part2,
    /// What the law of a state protects beyond HIPAA.
    StateLaw,
}

/// A change of what restricts a patient's conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "step", rename_all = "snake_case", deny_unknown_fields)]
pub enum RestrictionStep {
    /// Give it a label, or take its label away: it is not in the organization queue, and no coverage opens it that was not granted for such ones.
    Label {
        /// Which; absent: none any more.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        sensitivity: Option<Sensitivity>,
    },
    /// Keep it from those who act for the patient, or not any more.
    Confidential {
        /// Keep it.
        confidential: bool,
    },
}

/// What a clinic does against words that reach the wrong reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Safeguards {
    /// From that age on, in years, a patient's conversation can be kept from those who act for them; absent: at no age.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confidential_from_years: Option<u8>,
    /// For how long clients hold a reply to a patient so that it can be undone, in seconds, 60 at most; 0: not at all.
    pub undo_s: u16,
}

/// Something in a message that is another patient's, or any patient's where none is to be named, as it stands in the text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Found {
    /// `record_number`, `birth_date` or `name`.
    pub what: String,
    /// As it was written.
    pub text: String,
}

/// The last check of who writes from a patient's account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct IdentityCheck {
    /// Who asked.
    pub asked_by: Author,
    /// When.
    pub asked_at_ms: u64,
    /// Who showed it; absent: nobody has yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confirmed_by: Option<Author>,
    /// When.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confirmed_at_ms: Option<u64>,
}

/// The password once more.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConfirmIdentity {
    /// Of whoever is signed in.
    pub password: String,
}

/// Where a message belongs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MoveMessage {
    /// `con_…`, the right patient's.
    pub to_id: String,
}

/// It was taken back where it was, and stands where it belongs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Moved {
    /// `con_…`
    pub conversation_id: String,
    /// Where it stands there.
    pub seq: u64,
    /// Its number there.
    pub number: u64,
    /// The revision of that.
    pub revision: u64,
    /// When.
    pub at_ms: u64,
}
