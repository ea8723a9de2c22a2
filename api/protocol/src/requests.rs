//! Bodies of HTTP requests and answers that are not objects of their own.

use crate::commands::History;
use crate::events::Event;
use crate::objects::{Conversation, Counts, Member, Person, Receipt, Site, Version};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Sign in.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignIn {
    /// Sign-in name.
    pub login: String,
    /// Password.
    pub password: String,
    /// What the device calls itself.
    #[serde(default)]
    pub device_name: String,
}

/// Signed in.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub struct SignedIn {
    /// For programs: `Authorization: Bearer TOKEN`. Browsers have it in an HttpOnly cookie.
    pub token: String,
    /// `ses_…`
    pub session_id: String,
    /// When it ends at the latest.
    pub expires_at_ms: u64,
    /// Who one is.
    pub person: Person,
}

/// The inbox.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Inbox {
    /// The revision it is of: the cursor for the socket.
    pub revision: u64,
    /// Newest first.
    pub conversations: Vec<Conversation>,
    /// Over all of them, whatever the filter.
    pub counts: Counts,
}

/// Conversations.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ConversationList {
    /// Newest first.
    pub conversations: Vec<Conversation>,
}

/// Who finds a channel and who writes in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ChannelVisibility {
    /// All staff find and join it.
    Public,
    /// Only members know of it.
    Private,
    /// Staff of one site find and join it.
    Site,
    /// All staff find it; the owner and administrators write.
    Announcement,
    /// Partners may be added.
    Partner,
}

/// A conversation to be created.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum CreateConversation {
    /// With one other member of staff; the existing one is answered if there is one.
    Direct {
        /// With whom.
        person_id: String,
    },
    /// Made on the spot.
    Group {
        /// What it is about.
        topic: String,
        /// Who belongs to it.
        #[serde(default)]
        member_ids: Vec<String>,
    },
    /// A named room.
    Channel {
        /// Its name.
        topic: String,
        /// Who finds it.
        visibility: ChannelVisibility,
        /// For channels of one site.
        #[serde(default)]
        site_id: Option<String>,
        /// Whether patient information may be written in it.
        #[serde(default)]
        phi_allowed: bool,
        /// Who belongs to it.
        #[serde(default)]
        member_ids: Vec<String>,
    },
    /// A topic of a patient; the care team, the patient and proxies are its members.
    Patient {
        /// Whose.
        patient_id: String,
        /// What it is about.
        topic: String,
        /// For which of the clinic's reasons: it says who answers first.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<u16>,
        /// Who of the care team is asked for.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        to_id: Option<String>,
        /// Those who act for the patient do not see it; from the age that the clinic sets.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        confidential: bool,
    },
    /// Staff beside a patient conversation.
    CareRoom {
        /// The patient conversation.
        beside_id: String,
        /// What it is about.
        topic: String,
    },
}

/// Created.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Created {
    /// `con_…`
    pub conversation_id: String,
    /// The revision of the change.
    pub revision: u64,
}

/// One change of a conversation: exactly one field.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangeConversation {
    /// A new topic.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub topic: Option<String>,
    /// `open` or `archived`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// A new owner.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner_id: Option<String>,
}

/// Changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Changed {
    /// The revision of the change.
    pub revision: u64,
    /// The event's place; absent if there was none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seq: Option<u64>,
    /// The leader's time.
    pub at_ms: u64,
}

/// A page of history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct EventPage {
    /// Ascending.
    pub events: Vec<Event>,
    /// The first event one may see at all.
    pub first_seq: u64,
    /// The last event there is.
    pub last_seq: u64,
    /// Whether there are more in the direction that was asked for.
    pub has_more: bool,
}

/// Sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Sent {
    /// Its place.
    pub seq: u64,
    /// Its number.
    pub number: u64,
    /// The revision of the change.
    pub revision: u64,
    /// The leader's time.
    pub at_ms: u64,
}

/// Marked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MarkedRead {
    /// The revision of the change.
    pub revision: u64,
    /// What is left unread.
    pub unread: u64,
}

/// Receipts of one message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReceiptList {
    /// One a recipient.
    pub receipts: Vec<Receipt>,
}

/// Versions of one message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct VersionList {
    /// Oldest first.
    pub versions: Vec<Version>,
}

/// Members of a conversation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MemberList {
    /// Members now.
    pub members: Vec<Member>,
}

/// Somebody to be added; oneself: to join.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AddMember {
    /// Whom.
    pub person_id: String,
    /// What they see of the time before.
    #[serde(default)]
    pub history: History,
}

/// People.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PeopleList {
    /// By name.
    pub people: Vec<Person>,
}

/// Patients.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PatientList {
    /// By name.
    pub patients: Vec<Person>,
}

/// One patient, and who acts for them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PatientProfile {
    /// The patient.
    pub patient: Person,
    /// By name.
    pub proxies: Vec<Person>,
}

/// Locations.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SiteList {
    /// By name.
    pub sites: Vec<Site>,
}

/// A person to be added.
#[derive(Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AddPerson {
    /// `staff`, `patient`, `proxy`, `partner` or `service`.
    pub kind: String,
    /// Full name.
    pub name: String,
    /// "MD", "RN", "mother".
    #[serde(default)]
    pub title: String,
    /// Sign-in name; empty: cannot sign in.
    #[serde(default)]
    pub login: String,
    /// At least 15 characters; empty: invited, not active.
    #[serde(default)]
    pub password: String,
    /// Staff only.
    #[serde(default)]
    pub roles: Vec<String>,
    /// Where they work, or are treated.
    #[serde(default)]
    pub site_ids: Vec<String>,
    /// Patients only.
    #[serde(default)]
    pub mrn: String,
    /// Patients only: `YYYY-MM-DD`.
    #[serde(default)]
    pub birth_date: String,
    /// Patients only.
    #[serde(default)]
    pub care_team: Vec<String>,
    /// Proxies only.
    #[serde(default)]
    pub proxy_for: Vec<String>,
    /// Partners only.
    #[serde(default)]
    pub organization: String,
}

/// Added.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PersonAdded {
    /// `per_…`
    pub person_id: String,
    /// The revision of the change.
    pub revision: u64,
}

/// One change of a person: exactly one field. Roles and site_ids are one together, and so are name, title, login, organization, mrn,
/// birth_date and the site_ids of a patient.
#[derive(Clone, Default, Serialize, Deserialize, ToSchema, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct ChangePerson {
    /// `active` or `suspended`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// The new set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub roles: Option<Vec<String>>,
    /// Where a member of staff works from now on, empty: everywhere; may come together with roles.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub site_ids: Option<Vec<String>>,
    /// Whether the person takes new conversations of patients; for oneself, and for administrators.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub available: Option<bool>,
    /// The new team of a patient.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub care_team: Option<Vec<String>>,
    /// The new patients of a proxy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proxy_for: Option<Vec<String>>,
    /// A new password; ends the person's other sessions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password: Option<String>,
    /// Nobody replies for the person; for oneself, and for administrators.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refuses_on_behalf: Option<bool>,
    /// As written on the wall of the clinic.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Professional title or relation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Sign-in name; empty takes it away, which whoever can sign in needs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub login: Option<String>,
    /// The organization of a partner.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organization: Option<String>,
    /// Medical record number of a patient.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mrn: Option<String>,
    /// Birth date of a patient, `YYYY-MM-DD`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub birth_date: Option<String>,
}

/// Read without being a member, for a time and a reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BreakGlass {
    /// What.
    pub conversation_id: String,
    /// Why, in a sentence.
    pub reason: String,
    /// For how long, at most eight hours.
    pub minutes: u32,
}

/// The glass is broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct GlassBroken {
    /// The revision of the record of it.
    pub revision: u64,
    /// Until when.
    pub expires_at_ms: u64,
}
