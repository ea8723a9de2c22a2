//! Commands: everything that can be asked of a workspace, and the envelope that carries whatever is not deterministic.
//! Content comes sealed; places come in the numbering of the asking person's side.

mod of_itself;
mod parts;

pub use parts::{Acting, Envelope, Moving, NewConversation, NewMessage, Page};

use crate::attention::AttentionStep;
use crate::care::CareStep;
use crate::conversation::History;
use crate::coverage::NewCoverage;
use crate::event::Mention;
use crate::ids::{ConversationId, CoverageId, PersonId, ScheduledId, SessionId, SiteId, TaskId, TemplateId};
use crate::invitation::{Activation, InvitationCode};
use crate::on_behalf::Confirmation;
use crate::person::{AccountState, Person, Profile, Roles, Site};
use crate::pin::NewPin;
use crate::private::{Private, Sealed};
use crate::restriction::{RestrictionStep, Safeguards};
use crate::scheduled::NewScheduled;
use crate::session::Session;
use crate::settings::{Policies, Settings};
use crate::task::{NewTask, TaskStep, Terms};
use crate::template::Template;
use crate::timer::Timer;
use serde::{Deserialize, Serialize};

/// Everything that can be asked. Numbers and order are for ever.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Command {
    /// Begin: a name and the first administrator. Only for an empty workspace, only by the operator.
    FoundWorkspace {
        /// The clinic's name.
        name: Private,
        /// Its first administrator.
        administrator: Box<Person>,
    },
    /// Add a location.
    AddSite {
        /// The location.
        site: Site,
    },
    /// Add a person; a patient gets a "General" conversation with it.
    AddPerson {
        /// The person, id drawn by the node.
        person: Box<Person>,
        /// For patients: their first conversation.
        general: Option<Box<NewConversation>>,
    },
    /// Open or close an account; closing ends its sessions.
    ChangeAccountState {
        /// Whose.
        person: PersonId,
        /// What it becomes.
        state: AccountState,
    },
    /// Change what a member of staff may do.
    ChangeRoles {
        /// Whose.
        person: PersonId,
        /// The new set.
        roles: Roles,
    },
    /// Change who cares for a patient.
    ChangeCareTeam {
        /// The patient.
        person: PersonId,
        /// The new team.
        care_team: Vec<PersonId>,
    },
    /// Change whom a proxy acts for.
    ChangeProxyFor {
        /// The proxy.
        person: PersonId,
        /// The new patients.
        patients: Vec<PersonId>,
    },
    /// Set a password; ends all other sessions of the person.
    SetPassword {
        /// Whose.
        person: PersonId,
        /// Its hash in PHC form.
        credential: Private,
    },
    /// The password was right: begin a session.
    SignIn {
        /// The session, drawn by the node.
        session: Box<Session>,
        /// The hash that was checked: no longer current means refused.
        credential: Private,
    },
    /// The password was wrong, or there is no such login.
    FailSignIn {
        /// Whose account was tried, if there is one.
        person: Option<PersonId>,
        /// From which device.
        device: Private,
    },
    /// End a session: one's own, or for administrators anybody's.
    EndSession {
        /// Which.
        session: SessionId,
    },
    /// Begin a conversation.
    CreateConversation(Box<NewConversation>),
    /// Change a topic.
    Rename {
        /// Where.
        conversation: ConversationId,
        /// The new topic.
        topic: Private,
    },
    /// Put a conversation away.
    Archive {
        /// Which.
        conversation: ConversationId,
    },
    /// Take a conversation out again.
    Reopen {
        /// Which.
        conversation: ConversationId,
    },
    /// Hand a room over.
    ChangeOwner {
        /// Which.
        conversation: ConversationId,
        /// To whom.
        owner: PersonId,
    },
    /// Add somebody, or join.
    AddMember {
        /// Where.
        conversation: ConversationId,
        /// Whom.
        person: PersonId,
        /// What they see of before.
        history: History,
    },
    /// Remove somebody, or leave.
    RemoveMember {
        /// Where.
        conversation: ConversationId,
        /// Whom.
        person: PersonId,
    },
    /// Send a message.
    Send {
        /// Where.
        conversation: ConversationId,
        /// What.
        message: Box<NewMessage>,
    },
    /// Give a message a new version.
    Edit {
        /// Where.
        conversation: ConversationId,
        /// Which.
        seq: u64,
        /// The new body.
        content: Sealed,
        /// Whom it means now.
        mentions: Vec<Mention>,
    },
    /// Take a message back.
    Retract {
        /// Where.
        conversation: ConversationId,
        /// Which.
        seq: u64,
        /// Why; may be empty.
        reason: Private,
    },
    /// Everything up to there was read.
    MarkRead {
        /// Where.
        conversation: ConversationId,
        /// Up to and with.
        seq: u64,
    },
    /// Everything up to there reached a device.
    ConfirmDelivery {
        /// Where.
        conversation: ConversationId,
        /// Up to and with.
        seq: u64,
    },
    /// I have it.
    Acknowledge {
        /// Where.
        conversation: ConversationId,
        /// Which message.
        seq: u64,
    },
    /// Read content: answered with what may be shown, after the record of it is safe.
    Read {
        /// What.
        pages: Vec<Page>,
    },
    /// Look up patients or people.
    ReadDirectory {
        /// Patients, or staff and partners.
        patients: bool,
    },
    /// Read the audit record.
    ReadAudit,
    /// Read without being a member, for a time.
    BreakGlass {
        /// What.
        conversation: ConversationId,
        /// Why.
        reason: Private,
        /// For how long, in minutes.
        minutes: u32,
    },
    /// Move the responsibility for a patient conversation, or say how far its work has come. Since version 2.
    Care {
        /// Which conversation.
        conversation: ConversationId,
        /// What.
        step: CareStep,
    },
    /// Name what one is about to send for somebody else, who stands in the envelope. Since version 2.
    ConfirmOnBehalf {
        /// Where.
        conversation: ConversationId,
        /// What.
        confirmation: Confirmation,
    },
    /// Send it. Since version 2.
    SendOnBehalf {
        /// Where.
        conversation: ConversationId,
        /// What.
        message: Box<NewMessage>,
        /// That it was confirmed.
        confirmation: Confirmation,
    },
    /// Let others reply for somebody, or not. Since version 2.
    ChangeOnBehalf {
        /// For whom.
        person: PersonId,
        /// They refuse it.
        refuses: bool,
    },
    /// Let somebody work for a time in the patient conversations of who is away. Since version 3.
    GrantCoverage {
        /// What is granted, id drawn by the node.
        coverage: Box<NewCoverage>,
    },
    /// End it before its time. Since version 3.
    EndCoverage(CoverageId),
    /// Write a message that is sent later. Since version 3.
    Schedule {
        /// Where.
        conversation: ConversationId,
        /// What and when, id drawn by the node.
        scheduled: Box<NewScheduled>,
    },
    /// Take it back. Since version 3.
    Unschedule(ScheduledId),
    /// Change one's own view of a conversation. Since version 3.
    ChangeAttention {
        /// Of which.
        conversation: ConversationId,
        /// What.
        step: AttentionStep,
    },
    /// Change what the clinic sets for itself. Since version 3.
    ChangeSettings(Box<Settings>),
    /// Take new conversations of patients, or not. Since version 3.
    ChangeAvailability {
        /// Who.
        person: PersonId,
        /// They do.
        available: bool,
    },
    /// Change what a member of staff may do, and where. Since version 3.
    ChangeRights {
        /// Whose.
        person: PersonId,
        /// The new roles.
        roles: Roles,
        /// The new sites; empty: everywhere.
        sites: Vec<SiteId>,
    },
    /// Begin a patient conversation for a reason, or with somebody who is asked for. Since version 3.
    BeginThread {
        /// The conversation.
        new: Box<NewConversation>,
        /// For which reason.
        reason: Option<u16>,
        /// Who is asked for.
        to: Option<PersonId>,
    },
    /// Something is due. Since version 3.
    FireTimer {
        /// What.
        timer: Timer,
    },
    /// Send a message that asks for more. Since version 4.
    SendOnTerms {
        /// Where.
        conversation: ConversationId,
        /// What.
        message: Box<NewMessage>,
        /// What it asks for.
        terms: Terms,
    },
    /// Make a task. Since version 4.
    CreateTask {
        /// About which conversation.
        conversation: ConversationId,
        /// What, id drawn by the node.
        task: Box<NewTask>,
    },
    /// Do something with a task. Since version 4.
    ChangeTask {
        /// About which conversation it is.
        conversation: ConversationId,
        /// Which.
        task: TaskId,
        /// What.
        step: TaskStep,
    },
    /// Look at the tasks about conversations. Since version 4.
    ReadTasks {
        /// About which.
        conversations: Vec<ConversationId>,
    },
    /// Pin to a patient's chart. Since version 4.
    Pin {
        /// From which conversation.
        conversation: ConversationId,
        /// What, id drawn by the node.
        pin: Box<NewPin>,
    },
    /// Look at what is pinned to the chart of a conversation's patient. Since version 4.
    ReadPins(ConversationId),
    /// Change what restricts a patient's conversation. Since version 5.
    Restrict {
        /// Which.
        conversation: ConversationId,
        /// How.
        step: RestrictionStep,
    },
    /// As [`Command::BeginThread`], and those who act for the patient do not see it. Since version 5.
    BeginConfidential {
        /// The conversation.
        new: Box<NewConversation>,
        /// For which reason.
        reason: Option<u16>,
        /// Who is asked for.
        to: Option<PersonId>,
    },
    /// As [`Command::GrantCoverage`], and of conversations with a label too. Since version 5.
    GrantCoverageOfLabelled {
        /// What is granted, id drawn by the node.
        coverage: Box<NewCoverage>,
    },
    /// Change what the clinic does against words that reach the wrong reader. Since version 5.
    ChangeSafeguards(Safeguards),
    /// Keep words that are used again, or change them. Since version 5.
    SaveTemplate {
        /// The template; a new one's id is drawn by the node.
        template: Box<Template>,
        /// There is none of that id yet.
        is_new: bool,
    },
    /// Keep them no longer. Since version 5.
    RemoveTemplate(TemplateId),
    /// Take one's own message back where it was written, and write it in another patient's conversation. Since version 5.
    MoveMessage {
        /// Where it was written.
        conversation: ConversationId,
        /// Which, and to where.
        moving: Box<Moving>,
    },
    /// Ask whoever writes from a patient's account to show that they are who they say. Since version 5.
    AskIdentity(ConversationId),
    /// Show it. Since version 5.
    ConfirmIdentity {
        /// Where.
        conversation: ConversationId,
        /// The hash that the password was checked against; empty: it was wrong.
        credential: Private,
    },
    /// Correct who somebody is. Since version 6.
    ChangeProfile(PersonId, Box<Profile>),
    /// Call a location otherwise. Since version 6.
    RenameSite(Site),
    /// Say where the clinic's own charts are found; empty: nowhere. Since version 6.
    ChangeChartLink(Private),
    /// Let somebody sign in for the first time, by a code that they are given. Since version 6.
    Invite(PersonId, InvitationCode),
    /// Do so. Since version 6.
    Activate(Box<Activation>),
    /// Set what its people may do with words that were written. Since version 7.
    ChangePolicies(Policies),
}
