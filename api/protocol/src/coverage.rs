//! Coverage: who works for a time in whose patient conversations.

use crate::objects::Author;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A coverage, as those see it who are part of it, and administrators.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Coverage {
    /// `cov_…`
    pub id: String,
    /// Who is away.
    pub covered: Author,
    /// Who works for them.
    pub covering: Author,
    /// From when.
    pub from_ms: u64,
    /// Until when; not with it.
    pub until_ms: u64,
    /// Why.
    pub reason: String,
    /// `planned`, `running`, or `over` once everything went back.
    pub state: String,
    /// Of conversations with a label too.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub of_labelled: bool,
    /// Who granted it.
    pub by: Author,
    /// Who ended it before its time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_by: Option<Author>,
}

/// What is granted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GrantCoverage {
    /// Who is away; absent: the one who asks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub covered_id: Option<String>,
    /// Who works for them.
    pub covering_id: String,
    /// From when; absent: from now on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from_ms: Option<u64>,
    /// Until when.
    pub until_ms: u64,
    /// Why.
    pub reason: String,
    /// Of conversations with a label too, as those of 42 CFR Part 2.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub of_labelled: bool,
}

/// Coverages that are not over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CoverageList {
    /// By their beginning.
    pub coverages: Vec<Coverage>,
}

/// That whoever answers for a patient conversation covers for somebody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Covering {
    /// Who answers.
    pub person: Author,
    /// For whom.
    pub covered: Author,
    /// Until when.
    pub until_ms: u64,
}
