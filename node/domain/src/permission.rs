//! The one funnel of permission: deny wins, silence denies.
//!
//! Every command passes [`permit`] at apply, on the revision of the data it guards; the edge asks the same question earlier, only
//! to save the log from noise. The rules stand in one short file per family, each with its denials first and its grants second.

mod accounts;
mod care;
mod coverage;
mod identity;
mod messages;
mod on_behalf;
mod pins;
mod reading;
mod restriction;
mod rooms;
mod settings;
mod tasks;
mod templates;

pub use reading::{basis, may_watch_queue, queue_basis, sees_all_late, sees_retracted};

use crate::audit::{Action, Basis};
use crate::conversation::{Audience, Conversation, Kind, Membership};
use crate::decide::as_sent;
use crate::event::{Event, Priority};
use crate::ids::PersonId;
use crate::person::Person;
use crate::refusal::Refusal;
use crate::view::Readable;

/// What the funnel looks at: who wants to do what, to what.
#[derive(Debug, Clone, Copy)]
pub struct Asking<'a> {
    /// What.
    pub action: Action,
    /// Who.
    pub actor: &'a Person,
    /// When.
    pub now_ms: u64,
    /// For whom, if not for themselves.
    pub on_behalf_of: Option<PersonId>,
    /// The conversation it is about, with the actor's own membership in it.
    pub about: &'a Readable,
    /// The person it is done to, or for.
    pub subject: Option<&'a Person>,
    /// Others may not reply for that person.
    pub subject_refuses_on_behalf: bool,
    /// That person belongs to the conversation.
    pub subject_is_member: bool,
    /// The event it points at.
    pub target: Option<&'a Event>,
    /// Who will see what is written.
    pub audience: Audience,
    /// How urgent it is said to be.
    pub priority: Priority,
    /// The conversation to be created.
    pub new_kind: Option<&'a Kind>,
    /// The people it names.
    pub people: &'a [Person],
}

impl<'a> Asking<'a> {
    /// A question about nothing but the actor; callers fill in the rest.
    pub fn new(action: Action, actor: &'a Person, about: &'a Readable, now_ms: u64) -> Self {
        Self {
            action,
            actor,
            now_ms,
            on_behalf_of: None,
            about,
            subject: None,
            subject_refuses_on_behalf: false,
            subject_is_member: false,
            target: None,
            audience: Audience::Everyone,
            priority: Priority::Routine,
            new_kind: None,
            people: &[],
        }
    }

    fn conversation(&self) -> Option<&'a Conversation> {
        self.about.conversation.as_ref()
    }

    fn own(&self) -> Option<&'a Membership> {
        self.about.own_at(self.now_ms)
    }

    /// On which basis they are inside.
    pub(crate) fn own_basis(&self) -> Option<Basis> {
        self.own().map(|_| match self.about.own_is_by_coverage {
            true => Basis::Coverage,
            false => Basis::Member,
        })
    }

    fn is_owner(&self) -> bool {
        self.own().is_some()
            && self
                .conversation()
                .is_some_and(|conversation| conversation.owner == self.actor.id)
    }

    fn is_about_self(&self) -> bool {
        self.subject.is_some_and(|subject| subject.id == self.actor.id)
    }
}

/// The verdict: the basis on which it may be done (none where no content is touched), or why not.
pub fn permit(asking: &Asking<'_>) -> Result<Option<Basis>, Refusal> {
    if !asking.actor.is_active() {
        return Err(Refusal::NotSignedIn);
    }
    let for_another = matches!(asking.action, Action::ConfirmOnBehalf | Action::SendOnBehalf);
    if !for_another && asking.on_behalf_of.is_some_and(|person| person != asking.actor.id) {
        return Err(Refusal::Forbidden);
    }
    match asking.action {
        Action::FoundWorkspace
        | Action::SignIn
        | Action::FailSignIn
        | Action::Activate
        | Action::BeginCoverage
        | Action::FinishCoverage
        | Action::SendScheduled
        | Action::Remind
        | Action::TaskDue
        | Action::NotReadInTime => Err(Refusal::Forbidden),
        Action::AddSite
        | Action::AddPerson
        | Action::ChangeAccountState
        | Action::ChangeRoles
        | Action::ChangeCareTeam
        | Action::ChangeProxyFor
        | Action::SetPassword
        | Action::ChangeProfile
        | Action::RenameSite
        | Action::Invite
        | Action::EndSession => decide(accounts::deny(asking), accounts::allow(asking).then_some(None)),
        Action::CreateConversation
        | Action::Rename
        | Action::Archive
        | Action::Reopen
        | Action::ChangeOwner
        | Action::AddMember
        | Action::RemoveMember
        | Action::Join
        | Action::Leave => decide(rooms::deny(asking), rooms::allow(asking)),
        // As if it were sent now; and it is asked again when it is.
        Action::Schedule => permit(&Asking {
            action: as_sent(asking.audience),
            ..*asking
        }),
        // One's own: whoever asks for another's finds none.
        Action::Unschedule => Ok(None),
        Action::ChangeAttention => match (unknown(asking), asking.own()) {
            (Some(refusal), _) => Err(refusal),
            (None, None) => Err(Refusal::NotAMember),
            (None, Some(_)) => Ok(None),
        },
        Action::Send
        | Action::SendNote
        | Action::Edit
        | Action::Retract
        | Action::MarkRead
        | Action::ConfirmDelivery
        | Action::Acknowledge => decide(messages::deny(asking), messages::allow(asking)),
        Action::Take
        | Action::Assign
        | Action::ReturnToPool
        | Action::HandOver
        | Action::AcceptHandOver
        | Action::DeclineHandOver
        | Action::WithdrawHandOver
        | Action::Resolve
        | Action::Close
        | Action::Open
        | Action::AllowOnBehalf => decide(care::deny(asking), care::allow(asking)),
        Action::ConfirmOnBehalf | Action::SendOnBehalf | Action::ChangeOnBehalf => {
            decide(on_behalf::deny(asking), on_behalf::allow(asking))
        }
        Action::CreateTask | Action::ChangeTask | Action::ReadTasks => {
            decide(tasks::deny(asking), tasks::allow(asking))
        }
        Action::Pin | Action::ReadPins => decide(pins::deny(asking), pins::allow(asking)),
        Action::Label | Action::Unlabel | Action::KeepConfidential => {
            decide(restriction::deny(asking), restriction::allow(asking))
        }
        // It is taken back; whether it may be written there is asked where it is decided.
        Action::MoveMessage => match outside_patient_work(asking) {
            Some(refusal) => Err(refusal),
            None => permit(&Asking {
                action: Action::Retract,
                ..*asking
            }),
        },
        Action::AskIdentity | Action::ConfirmIdentity => decide(identity::deny(asking), identity::allow(asking)),
        Action::ChangeTemplates => decide(templates::deny(asking), templates::allow(asking)),
        Action::GrantCoverage | Action::EndCoverage => decide(coverage::deny(asking), coverage::allow(asking)),
        Action::ChangeSettings | Action::ChangeSafeguards | Action::ChangeAvailability | Action::ChangeRights => {
            decide(settings::deny(asking), settings::allow(asking))
        }
        Action::Read | Action::ReadPatients | Action::ReadPeople | Action::ReadAudit | Action::BreakGlass => {
            decide(reading::deny(asking), reading::allow(asking))
        }
    }
}

/// Deny wins; silence denies.
fn decide(denied: Option<Refusal>, allowed: Option<Option<Basis>>) -> Result<Option<Basis>, Refusal> {
    match (denied, allowed) {
        (Some(refusal), _) => Err(refusal),
        (None, Some(basis)) => Ok(basis),
        (None, None) => Err(Refusal::Forbidden),
    }
}

/// Nobody learns from a refusal that there is a conversation they must not know of.
fn unknown(asking: &Asking<'_>) -> Option<Refusal> {
    let known = asking.conversation().is_some_and(|conversation| {
        basis(asking.actor, asking.about, asking.now_ms).is_some() || rooms::is_found_by(asking.actor, conversation)
    });
    (!known).then_some(Refusal::NotFound)
}

/// What keeps everybody from working in this conversation as one about a patient: it is unknown to them, such work is not theirs, it is
/// about no patient, or it is laid away.
fn outside_patient_work(asking: &Asking<'_>) -> Option<Refusal> {
    if let Some(refusal) = unknown(asking) {
        return Some(refusal);
    }
    let conversation = asking.conversation()?;
    if !asking.actor.works_with_patients() {
        return Some(Refusal::Forbidden);
    }
    if !conversation.kind.is_patient() {
        return Some(Refusal::Invalid);
    }
    conversation.archived.then_some(Refusal::Archived)
}
