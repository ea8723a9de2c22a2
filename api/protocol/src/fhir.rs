//! What is served as FHIR R4 (4.0.1, <https://hl7.org/fhir/R4>): tasks, how they are searched, and what goes wrong. Staff only.
//!
//! Our own structs for the elements that are filled; every other element of a resource is optional there, and absent here.

use serde::Serialize;

/// A Task resource: <https://hl7.org/fhir/R4/task.html>.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Task {
    /// `Task`.
    pub resource_type: &'static str,
    /// The task's id, with a dash for the underscore, which an id of FHIR may not have.
    pub id: String,
    /// `requested`, `completed` or `cancelled`.
    pub status: &'static str,
    /// `overdue`, where it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub business_status: Option<Text>,
    /// `order`: somebody asked for it.
    pub intent: &'static str,
    /// What kind of task.
    pub code: Text,
    /// What is to be done, in one line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The conversation that it is about, or a message of it.
    pub focus: Reference,
    /// The patient.
    #[serde(rename = "for", skip_serializing_if = "Option::is_none")]
    pub patient: Option<Reference>,
    /// When it was closed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub execution_period: Option<Period>,
    /// When it was made.
    pub authored_on: String,
    /// Who made it.
    pub requester: Reference,
    /// The role whose task it is.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub performer_type: Vec<Text>,
    /// Who is to do it, or did.
    pub owner: Reference,
    /// By when.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub restriction: Option<Restriction>,
}

/// A CodeableConcept that is words only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Text {
    /// For people.
    pub text: String,
}

/// A Period of which the end alone is known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Period {
    /// Its end.
    pub end: String,
}

/// By when a task is due.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Restriction {
    /// It ends when the task is due.
    pub period: Period,
}

/// A logical reference: what is meant has an identifier here, and is served as no resource.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Reference {
    /// The kind of resource it would be.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<&'static str>,
    /// What it is known by.
    pub identifier: Identifier,
    /// For people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub display: Option<String>,
}

/// What something is known by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Identifier {
    /// Of a patient: that it is the number of the medical record.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<Coded>,
    /// The number, or an id of this clinic's.
    pub value: String,
}

/// A CodeableConcept of one code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Coded {
    /// It.
    pub coding: [Coding; 1],
}

/// A code of a code system.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Coding {
    /// The code system.
    pub system: &'static str,
    /// The code.
    pub code: &'static str,
}

/// What a search found: <https://hl7.org/fhir/R4/bundle.html>.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Bundle {
    /// `Bundle`.
    pub resource_type: &'static str,
    /// `searchset`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// How many there are; absent where that is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total: Option<usize>,
    /// What was asked.
    pub link: Vec<Link>,
    /// What was found.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub entry: Vec<Entry>,
}

/// An address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Link {
    /// `self`.
    pub relation: &'static str,
    /// The address.
    pub url: String,
}

/// One of what was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Entry {
    /// Where it is read by itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub full_url: Option<String>,
    /// It.
    pub resource: Resource,
    /// Why it is here.
    pub search: SearchMode,
}

/// What an entry may be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Resource {
    /// Found.
    Task(Box<Task>),
    /// Said about the search.
    Outcome(Outcome),
}

/// Why an entry is in a bundle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SearchMode {
    /// `match` or `outcome`.
    pub mode: &'static str,
}

/// What went wrong, or is to be known: <https://hl7.org/fhir/R4/operationoutcome.html>.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Outcome {
    /// `OperationOutcome`.
    pub resource_type: &'static str,
    /// One.
    pub issue: [Issue; 1],
}

/// What went wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Issue {
    /// `error`, `warning` or `information`.
    pub severity: &'static str,
    /// Of <http://hl7.org/fhir/issue-type>.
    pub code: &'static str,
    /// The stable code of the problem, as everywhere else on this interface.
    pub details: Text,
    /// For people.
    pub diagnostics: String,
}
