//! People, conversations, records: what clients are shown.

use crate::care::Care;
use crate::commands::{Audience, History, Priority};
use crate::safeguards::{IdentityCheck, Sensitivity};
use crate::waiting::Attention;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What somebody's light shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Presence {
    /// There.
    Available,
    /// There, not free.
    Busy,
    /// There, off duty.
    OffDuty,
    /// No device connected.
    Offline,
}

/// A patient's identifiers and care team.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PatientFacts {
    /// The clinic's number of the patient.
    pub mrn: String,
    /// `YYYY-MM-DD`.
    pub birth_date: String,
    /// The staff who care for the patient.
    pub care_team: Vec<String>,
}

/// A person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Person {
    /// `per_…`
    pub id: String,
    /// `staff`, `patient`, `proxy`, `partner` or `service`.
    pub kind: String,
    /// Full name.
    pub name: String,
    /// "MD", "RN", "mother".
    pub title: String,
    /// What a member of staff may do.
    pub roles: Vec<String>,
    /// `active`, `invited` or `suspended`.
    pub state: String,
    /// Where they work.
    pub site_ids: Vec<String>,
    /// Patients only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub patient: Option<PatientFacts>,
    /// The patients a proxy acts for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub proxy_for: Vec<String>,
    /// The organization of a partner.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub organization: String,
    /// Shown to staff only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub presence: Option<Presence>,
    /// False: takes no new conversations of patients. Only in the list of people, and of oneself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub available: Option<bool>,
}

/// Who did something: enough to label it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Author {
    /// `per_…`
    pub id: String,
    /// Full name.
    pub name: String,
    /// As in [`Person::kind`].
    pub kind: String,
    /// "MD", "RN", "mother".
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub title: String,
}

/// Who finds a channel and who writes in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Channel {
    /// `public`, `private`, `site`, `announcement` or `partner`.
    pub visibility: crate::ChannelVisibility,
    /// For channels of one site.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub site_id: Option<String>,
    /// Whether patient information may be written in it.
    pub phi_allowed: bool,
}

/// The patient of a conversation: two identifiers at least.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PatientSummary {
    /// `per_…`
    pub id: String,
    /// Full name.
    pub name: String,
    /// The clinic's number of the patient.
    pub mrn: String,
    /// `YYYY-MM-DD`.
    pub birth_date: String,
    /// `active`, `invited` or `suspended`: only active ones can be messaged.
    pub state: String,
}

/// The viewer's own part of a conversation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct My {
    /// Whether a member now.
    pub member: bool,
    /// Whether the owner.
    pub owner: bool,
    /// `member`, `care_team`, `coverage`, `organization_queue` or `break_glass`; absent: found in the list of channels only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub basis: Option<String>,
    /// Until when, where that is `break_glass`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub basis_until_ms: Option<u64>,
    /// The first event one sees.
    pub first_seq: u64,
    /// Read up to: events.
    pub read_seq: u64,
    /// Read up to: messages.
    pub read_number: u64,
    /// Messages of others not read yet.
    pub unread: u64,
    /// One's own view of it; absent where one changed nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attention: Option<Attention>,
    /// The last unread message that means one: it mentions one, or answers in a thread that one follows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub called_seq: Option<u64>,
    /// What one may do here now.
    pub may: Vec<String>,
}

/// The newest message, for lists.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LastMessage {
    /// Its place.
    pub seq: u64,
    /// Its number.
    pub number: u64,
    /// When.
    pub at_ms: u64,
    /// By whom.
    pub author: Author,
    /// For whom.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_behalf_of: Option<Author>,
    /// Who sees it.
    pub audience: Audience,
    /// How urgent.
    pub priority: Priority,
    /// Its beginning, on one line; empty once retracted.
    pub preview: String,
    /// Taken back.
    pub retracted: bool,
}

/// One member.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Member {
    /// `per_…`
    pub person_id: String,
    /// Full name.
    pub name: String,
    /// As in [`Person::kind`].
    pub kind: String,
    /// "MD", "RN", "mother".
    pub title: String,
    /// Answers for the room.
    pub owner: bool,
    /// When they came.
    pub added_at_ms: u64,
    /// What they see of before.
    pub history: History,
    /// Reached one of their devices up to; towards patients always 0 for staff.
    pub delivered_seq: u64,
    /// Read up to: events; towards patients the care team's furthest for staff.
    pub read_seq: u64,
    /// Read up to: messages; likewise.
    pub read_number: u64,
}

/// A conversation as this viewer sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Conversation {
    /// `con_…`
    pub id: String,
    /// `direct`, `group`, `channel`, `patient` or `care_room`.
    pub kind: String,
    /// What it is about; empty for direct ones.
    pub topic: String,
    /// `open` or `archived`.
    pub state: String,
    /// Channels only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel: Option<Channel>,
    /// Patient conversations and care rooms only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub patient: Option<PatientSummary>,
    /// Who answers for the room.
    pub owner_id: String,
    /// The patient conversation a care room stands beside.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub beside_id: Option<String>,
    /// When it began.
    pub created_at_ms: u64,
    /// Members now.
    pub member_count: u32,
    /// Up to four other members: the title of direct ones and groups.
    pub first_names: Vec<String>,
    /// The last event one may see.
    pub last_seq: u64,
    /// Messages one may see.
    pub last_number: u64,
    /// The revision of the last event.
    pub revision: u64,
    /// One's own part.
    pub my: My,
    /// Its label; staff only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sensitivity: Option<Sensitivity>,
    /// The last check of who writes from the patient's account; absent where nobody asked, and in lists.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identity_check: Option<IdentityCheck>,
    /// Those who act for the patient do not see it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub confidential: bool,
    /// Who answers for it; patient conversations only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub care: Option<Care>,
    /// The newest message one may see.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_message: Option<LastMessage>,
    /// Only when asked for one conversation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub members: Option<Vec<Member>>,
    /// Those that stand beside a patient's conversation and that one may read; staff only, and when asked for one conversation.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub care_rooms: Vec<CareRoom>,
}

/// A care room, as the patient's conversation that it stands beside names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CareRoom {
    /// `con_…`
    pub id: String,
    /// What it is about.
    pub topic: String,
    /// `open` or `archived`.
    pub state: String,
}

/// The four figures of the dashboard, and the badge; all within what the viewer may see.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
pub struct Counts {
    /// Conversations of the viewer.
    pub total_conversations: u64,
    /// Those with unread messages.
    pub unread_conversations: u64,
    /// Unread messages.
    pub unread_messages: u64,
    /// Patients with conversations.
    pub unique_patients: u64,
    /// Messages.
    pub total_messages: u64,
}

/// The clinic.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Workspace {
    /// Its name.
    pub name: String,
}

/// A node, and where clients reach it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NodePlace {
    /// Its number.
    pub node: u64,
    /// `https://HOST:PORT`
    pub url: String,
    /// Whether it is the one that answers.
    pub is_this: bool,
}

/// The nodes, any of which answers everything: a session holds at all of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NodeList {
    /// By number.
    pub nodes: Vec<NodePlace>,
}

/// The one who asks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Me {
    /// Who.
    pub person: Person,
    /// `ses_…`
    pub session_id: String,
    /// What the device calls itself.
    pub device_name: String,
    /// When the session ends at the latest.
    pub expires_at_ms: u64,
    /// Where.
    pub workspace: Workspace,
    /// What one may do at all: `read_people`, `read_patients`, `read_audit`, `manage_people`, `change_settings`, `create_channel`,
    /// `create_announcement`, `create_patient_conversation`, `break_glass`, `organization_queue`, `patient_queue`.
    pub permissions: Vec<String>,
    /// Nobody replies for one.
    pub refuses_on_behalf: bool,
}

/// How far a message came with one recipient.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Receipt {
    /// `per_…`
    pub person_id: String,
    /// Full name.
    pub name: String,
    /// When it reached a device.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delivered_at_ms: Option<u64>,
    /// When it was read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub read_at_ms: Option<u64>,
    /// When they said: I have it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub acknowledged_at_ms: Option<u64>,
}

/// One version of a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Version {
    /// 1 is the first.
    pub version: u32,
    /// When it was written.
    pub at_ms: u64,
    /// By whom.
    pub actor: Author,
    /// What it said.
    pub body: String,
}

/// A location.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Site {
    /// `site_…`
    pub id: String,
    /// Its name.
    pub name: String,
}
