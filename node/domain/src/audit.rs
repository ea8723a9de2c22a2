//! The audit record: who, for whom, on which device, on which basis, what, when, towards whom. One for every command, refused
//! ones too. Knows nothing of hashing: `storage` salts and orders the leaves.

use crate::conversation::Side;
use crate::ids::{ConversationId, PersonId, SessionId};
use crate::private::Private;
use crate::refusal::Refusal;
use serde::{Deserialize, Serialize};

/// Why somebody may read content (T-04; coverage is told apart from the care team). Numbers and order are for ever.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Basis {
    /// Belongs to the room.
    Member,
    /// Cares for the patient.
    CareTeam,
    /// Works in the organization's queue of patient conversations.
    OrganizationQueue,
    /// Broke the glass: reason, time box, review.
    BreakGlass,
    /// Covers for who cares for the patient, for a time.
    Coverage,
}

macro_rules! actions {
    ($($(#[$meaning:meta])* $name:ident = $code:literal),+ $(,)?) => {
        /// What was done or tried. Numbers, names and order are for ever.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum Action { $($(#[$meaning])* $name),+ }

        impl Action {
            /// All of them, in the order of their numbers.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// The stable name in the audit record.
            pub const fn code(self) -> &'static str {
                match self { $(Self::$name => $code),+ }
            }
        }
    };
}

actions! {
    /// The workspace began.
    FoundWorkspace = "workspace_founded",
    /// A site was added.
    AddSite = "site_added",
    /// A person was added.
    AddPerson = "person_added",
    /// An account was opened or closed.
    ChangeAccountState = "account_state_changed",
    /// Roles were changed.
    ChangeRoles = "roles_changed",
    /// A care team was changed.
    ChangeCareTeam = "care_team_changed",
    /// A proxy's patients were changed.
    ChangeProxyFor = "proxy_changed",
    /// A password was set.
    SetPassword = "password_set",
    /// Somebody signed in.
    SignIn = "signed_in",
    /// Somebody failed to sign in.
    FailSignIn = "sign_in_failed",
    /// A session was ended.
    EndSession = "session_ended",
    /// A conversation was created.
    CreateConversation = "conversation_created",
    /// A conversation was renamed.
    Rename = "conversation_renamed",
    /// A conversation was put away.
    Archive = "conversation_archived",
    /// A conversation was taken out again.
    Reopen = "conversation_reopened",
    /// A room was handed over.
    ChangeOwner = "owner_changed",
    /// A member was added.
    AddMember = "member_added",
    /// A member was removed.
    RemoveMember = "member_removed",
    /// Somebody joined by themselves.
    Join = "joined",
    /// Somebody left.
    Leave = "left",
    /// A message was sent.
    Send = "message_sent",
    /// An internal note was written.
    SendNote = "note_written",
    /// A message was edited.
    Edit = "message_edited",
    /// A message was taken back.
    Retract = "message_retracted",
    /// Messages were marked as read.
    MarkRead = "marked_read",
    /// Messages reached a device.
    ConfirmDelivery = "delivery_confirmed",
    /// A message was acknowledged.
    Acknowledge = "message_acknowledged",
    /// Content was read.
    Read = "content_read",
    /// Patients were looked up.
    ReadPatients = "patients_read",
    /// People were looked up.
    ReadPeople = "people_read",
    /// The audit record was read.
    ReadAudit = "audit_read",
    /// The glass was broken.
    BreakGlass = "glass_broken",
    /// Somebody took the responsibility for a patient conversation.
    Take = "responsibility_taken",
    /// It was given to somebody.
    Assign = "responsibility_assigned",
    /// It was given back to a pool.
    ReturnToPool = "responsibility_returned",
    /// It was offered to somebody.
    HandOver = "hand_over_offered",
    /// The offer was accepted.
    AcceptHandOver = "hand_over_accepted",
    /// The offer was declined.
    DeclineHandOver = "hand_over_declined",
    /// The offer was withdrawn.
    WithdrawHandOver = "hand_over_withdrawn",
    /// A patient conversation was called done.
    Resolve = "conversation_resolved",
    /// A patient conversation was closed: the patient cannot reply.
    Close = "conversation_closed",
    /// A patient conversation was opened again.
    Open = "conversation_opened",
    /// Replying for somebody else was confirmed.
    ConfirmOnBehalf = "on_behalf_confirmed",
    /// A message was sent for somebody else.
    SendOnBehalf = "message_sent_on_behalf",
    /// A conversation lets others reply for the one who answers, or not.
    AllowOnBehalf = "on_behalf_allowed_here",
    /// Somebody lets others reply for them, or not.
    ChangeOnBehalf = "on_behalf_changed",
    /// Coverage was granted.
    GrantCoverage = "coverage_granted",
    /// Coverage was ended before its time.
    EndCoverage = "coverage_ended_early",
    /// Coverage began.
    BeginCoverage = "coverage_began",
    /// Coverage is over: what was taken under it went back.
    FinishCoverage = "coverage_over",
    /// A message was written, to be sent later.
    Schedule = "message_scheduled",
    /// It was taken back before it was sent.
    Unschedule = "scheduled_message_removed",
    /// Its time had come.
    SendScheduled = "scheduled_message_due",
    /// Somebody changed their own view of a conversation.
    ChangeAttention = "own_view_changed",
    /// Somebody was reminded of a conversation.
    Remind = "reminded",
    /// The clinic changed what it sets for itself.
    ChangeSettings = "settings_changed",
    /// Somebody takes new conversations of patients, or not.
    ChangeAvailability = "availability_changed",
    /// Roles and sites of a member of staff were changed.
    ChangeRights = "rights_changed",
    /// A task was made.
    CreateTask = "task_created",
    /// A task was given to somebody else, is due at another time, is done, or need not be.
    ChangeTask = "task_changed",
    /// Tasks were looked at, and what patients have not read.
    ReadTasks = "tasks_read",
    /// A task was due.
    TaskDue = "task_due",
    /// A patient had not read in time.
    NotReadInTime = "not_read_in_time",
    /// Something was pinned to a patient's chart.
    Pin = "pinned",
    /// What is pinned to a chart was looked at.
    ReadPins = "pins_read",
    /// A patient's conversation got a label.
    Label = "conversation_labelled",
    /// Its label was taken away.
    Unlabel = "label_removed",
    /// A patient's conversation is kept from those who act for the patient, or not any more.
    KeepConfidential = "confidentiality_changed",
    /// The clinic changed what it does against words that reach the wrong reader.
    ChangeSafeguards = "safeguards_changed",
    /// Words that are used again were kept, changed or removed.
    ChangeTemplates = "templates_changed",
    /// A message was taken back where it was written, and stands where it belongs.
    MoveMessage = "message_moved",
    /// Whoever writes from a patient's account was asked to show who they are.
    AskIdentity = "identity_asked",
    /// They showed it, or could not.
    ConfirmIdentity = "identity_confirmed",
    /// Who somebody is was corrected.
    ChangeProfile = "profile_changed",
    /// A location is called otherwise.
    RenameSite = "site_renamed",
    /// Somebody was given a code to sign in for the first time.
    Invite = "invited",
    /// They did.
    Activate = "account_activated",
}

/// A stretch of one conversation, both ends with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Range {
    /// Where.
    pub conversation: ConversationId,
    /// On which basis it was read, or written in; none for what was refused.
    pub basis: Option<Basis>,
    /// In whose numbering: readers' in theirs, deeds in the team's.
    pub side: Side,
    /// The first event; 0 if nothing was shown or done.
    pub from_seq: u64,
    /// The last event.
    pub to_seq: u64,
}

/// One line of the record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditRecord {
    /// When, in the order of the workspace.
    pub revision: u64,
    /// When, by the leader's clock.
    pub at_ms: u64,
    /// Who; nobody when the operator's console acted, or a sign-in named nobody.
    pub actor: Option<PersonId>,
    /// For whom.
    pub on_behalf_of: Option<PersonId>,
    /// On which sign-in.
    pub session: Option<SessionId>,
    /// On which device.
    pub device: Private,
    /// On which basis content was read or written.
    pub basis: Option<Basis>,
    /// What.
    pub action: Action,
    /// Why not, if it was refused.
    pub refusal: Option<Refusal>,
    /// The person it was done to.
    pub subject: Option<PersonId>,
    /// Where. The recipients of an event are those who were members at its `seq`: memberships keep their stays for ever.
    pub ranges: Vec<Range>,
    /// A reason that was given.
    pub reason: Private,
    /// Drawn by the node that received the command; keeps a leaf's hash from telling what it covers.
    pub salt: [u8; 16],
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_pinned() {
        assert!(
            Action::ALL
                .iter()
                .enumerate()
                .all(|(number, action)| *action as usize == number)
        );
        let pinned = [
            (Action::FoundWorkspace, 0),
            (Action::SignIn, 8),
            (Action::Send, 20),
            (Action::Read, 27),
            (Action::BreakGlass, 31),
            (Action::Take, 32),
            (Action::Open, 41),
            (Action::ChangeOnBehalf, 45),
            (Action::ChangeRights, 57),
            (Action::NotReadInTime, 62),
            (Action::ReadPins, 64),
            (Action::ChangeTemplates, 69),
            (Action::ConfirmIdentity, 72),
        ];
        for (action, number) in pinned {
            assert_eq!(action as usize, number, "{}", action.code());
        }
    }
}
