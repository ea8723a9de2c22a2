//! The wire: every type that crosses a socket, and nothing else. Public and stable; docs/protocol.md is its page for people.
//!
//! Pure types with their JSON form. Refuses to know: the domain (translation is `api/src/convert`'s), HTTP, sockets, permission.
//! New fields are optional, new variants are announced; what is here is never renamed.

#![forbid(unsafe_code)]

mod audit;
mod care;
mod commands;
mod coverage;
mod events;
pub mod fhir;
mod frames;
mod invitations;
mod objects;
mod pins;
mod problem;
mod requests;
mod safeguards;
mod settings;
mod tasks;
mod templates;
mod timeline;
mod waiting;

pub use audit::{AuditPage, AuditRange, AuditRecord};
pub use care::{
    Age, Care, CareStep, ConfirmOnBehalf, FirstReplies, HandOver, LateHandOver, Load, OnBehalfConfirmed, Overview,
    Party, PartyLoad, QueuePage,
};
pub use commands::{
    Audience, Command, EditMessage, History, Mention, OnBehalf, Priority, RetractMessage, SendMessage, UpTo,
};
pub use coverage::{Coverage, CoverageList, Covering, GrantCoverage};
pub use events::{Event, EventBody, Retracted};
pub use frames::{ClientFrame, Failed, GoodbyeReason, PresenceChange, ServerFrame, Succeeded, VERSION};
pub use invitations::{Activate, Invitation};
pub use objects::{
    Author, CareRoom, Channel, Conversation, Counts, LastMessage, Me, Member, My, NodeList, NodePlace, PatientFacts,
    PatientSummary, Person, Presence, Receipt, Site, Version, Workspace,
};
pub use pins::{CreatePin, Pin, PinCreated, PinList, PinnedMessage};
pub use problem::Problem;
pub use requests::{
    AddMember, AddPerson, BreakGlass, ChangeConversation, ChangePerson, Changed, ChannelVisibility, ConversationList,
    CreateConversation, Created, EventPage, GlassBroken, Inbox, MarkedRead, MemberList, PatientList, PatientProfile,
    PeopleList, PersonAdded, ReceiptList, Sent, SignIn, SignedIn, SiteList, VersionList,
};
pub use safeguards::{
    ConfirmIdentity, Found, IdentityCheck, MoveMessage, Moved, RestrictionStep, Safeguards, Sensitivity,
};
pub use settings::{AddSite, ChartLink, Hours, OfSite, Policies, Reason, Settings, SettingsPage, SiteAdded};
pub use tasks::{Assignee, ConversationTasks, CreateTask, Task, TaskCreated, TaskList, TaskStep, Unread, UnreadList};
pub use templates::{SaveTemplate, Template, TemplateList, TemplateSaved};
pub use timeline::{Timeline, TimelineItem};
pub use waiting::{Attention, AttentionStep, Following, ScheduleMessage, Scheduled, ScheduledList, Thread};
