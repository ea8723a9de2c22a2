//! Load, **decide**, write: the one pure step. A view and an envelope go in, an outcome comes out; the same in, the same out.
//!
//! Order of checks, for every command: the session, the permission funnel, the shape of the command, its effect. The first
//! refusal ends it: no changes, but an answer and an audit record all the same.

mod accounts;
mod attention;
mod care;
mod coverage;
mod identity;
mod invitations;
mod marks;
mod members;
mod messages;
mod moving;
mod on_behalf;
mod pins;
mod profiles;
mod reading;
mod record;
mod restriction;
mod room;
mod rooms;
mod scheduled;
mod settings;
mod tasks;
mod templates;

pub use scheduled::as_sent;

use crate::audit::{Action, Basis, Range};
use crate::care::CareStep;
use crate::command::{Acting, Command, Envelope};
use crate::conversation::{Audience, Membership, Place, Side};
use crate::event::Priority;
use crate::ids::PersonId;
use crate::outcome::{Answer, Change, Outcome};
use crate::permission::{Asking, permit};
use crate::person::Person;
use crate::refusal::Refusal;
use crate::restriction::RestrictionStep;
use crate::timer::Timer;
use crate::view::View;

/// What a family of decisions gives back when it did not refuse.
#[derive(Debug, Default)]
pub(crate) struct Decision {
    changes: Vec<Change>,
    conversation: Option<crate::ids::ConversationId>,
    place: Place,
    person: Option<PersonId>,
    unread: u64,
    grants: Option<Vec<crate::outcome::Grant>>,
    basis: Option<Basis>,
    ranges: Vec<Range>,
    /// For whom the actor covers, where they look by that.
    covered: Option<PersonId>,
    /// Why what was due could not be done: on the record, though it is no refusal of the command.
    noted: Option<Refusal>,
}

/// Says what follows from the command. Never fails: a refusal is an outcome.
pub fn decide(view: &View, envelope: &Envelope) -> Outcome {
    let action = action_of(&envelope.command, envelope.acting);
    let actor = view.actor.as_ref();
    let decided = authenticate(view, envelope).and_then(|()| match envelope.acting {
        Acting::Operator => accounts::by_operator(view, &envelope.command),
        Acting::Door => accounts::at_the_door(view, &envelope.command),
        Acting::Clock => by_clock(view, &envelope.command),
        Acting::Person { .. } => {
            let actor = actor.ok_or(Refusal::NotSignedIn)?;
            by_person(view, envelope, actor, action)
        }
    });
    let refusal = decided.as_ref().err().copied();
    let decision = decided.unwrap_or_default();
    let audit = record::of(view, envelope, action, refusal, &decision);
    let answer = match (refusal, decision.grants) {
        (Some(refusal), _) => Answer::Refused {
            revision: view.revision,
            refusal,
        },
        (None, Some(grants)) => Answer::Granted {
            revision: view.revision,
            grants,
        },
        (None, None) => Answer::Done {
            revision: view.revision,
            at_ms: view.now_ms,
            conversation: decision.conversation.or_else(|| envelope.command.conversation()),
            place: decision.place,
            side: side_of(actor),
            person: decision.person,
            unread: decision.unread,
        },
    };
    Outcome {
        changes: decision.changes,
        answer,
        audit,
    }
}

/// The numbering a person counts in.
pub fn side_of(person: Option<&Person>) -> Side {
    if person.is_some_and(Person::is_patient_side) {
        Side::Patient
    } else {
        Side::Team
    }
}

/// The session must be live and the person's own at this very revision: nothing is accepted after it was ended.
fn authenticate(view: &View, envelope: &Envelope) -> Result<(), Refusal> {
    let Acting::Person { person, session } = envelope.acting else {
        return Ok(());
    };
    let live = view
        .session
        .as_ref()
        .is_some_and(|found| found.id == session && found.person == person && found.is_live(view.now_ms));
    let open = view
        .actor
        .as_ref()
        .is_some_and(|actor| actor.id == person && actor.is_active());
    if live && open {
        Ok(())
    } else {
        Err(Refusal::NotSignedIn)
    }
}

/// Nobody asked for it: what is due was asked for before, and was allowed then.
fn by_clock(view: &View, command: &Command) -> Result<Decision, Refusal> {
    match command {
        Command::FireTimer { timer } => match timer {
            Timer::CoverageBegins(_) | Timer::CoverageEnds(_) => coverage::fired(view, *timer),
            Timer::MessageDue(_) => scheduled::due(view, *timer),
            Timer::Reminder(..) => attention::remind(view, *timer),
            Timer::TaskDue(_) => tasks::due(view, *timer),
            Timer::ReadBy(..) => tasks::not_read(view, *timer),
        },
        _ => Err(Refusal::Forbidden),
    }
}

fn by_person(view: &View, envelope: &Envelope, actor: &Person, action: Action) -> Result<Decision, Refusal> {
    if let Command::Read { pages } = &envelope.command {
        return reading::read(view, actor, pages, envelope.on_behalf_of);
    }
    if let Command::ReadTasks { conversations } = &envelope.command {
        return tasks::read(view, actor, conversations, envelope.on_behalf_of);
    }
    let asking = asking(view, envelope, actor, action);
    let basis = permit(&asking)?;
    let mut decision = match &envelope.command {
        Command::FoundWorkspace { .. }
        | Command::Activate(..)
        | Command::SignIn { .. }
        | Command::FailSignIn { .. }
        | Command::FireTimer { .. } => return Err(Refusal::Forbidden),
        Command::AddSite { .. }
        | Command::AddPerson { .. }
        | Command::ChangeAccountState { .. }
        | Command::ChangeRoles { .. }
        | Command::ChangeCareTeam { .. }
        | Command::ChangeProxyFor { .. }
        | Command::SetPassword { .. }
        | Command::ChangeProfile(..)
        | Command::RenameSite(..)
        | Command::EndSession { .. } => accounts::by_person(view, envelope, actor),
        Command::Invite(_, code) => invitations::invite(view, actor, *code),
        Command::CreateConversation(new) => rooms::create(view, actor, new),
        Command::Rename { topic, .. } => rooms::rename(view, actor, topic),
        Command::Archive { .. } => rooms::set_archived(view, actor, true),
        Command::Reopen { .. } => rooms::set_archived(view, actor, false),
        Command::ChangeOwner { owner, .. } => rooms::change_owner(view, actor, *owner),
        Command::AddMember { history, .. } => members::add(view, actor, *history),
        Command::RemoveMember { .. } => members::remove(view, actor),
        Command::Send { message, .. } => messages::send(view, actor, message),
        Command::SendOnTerms { message, terms, .. } => messages::send_on_terms(view, actor, message, terms),
        Command::Edit { content, mentions, .. } => messages::edit(view, actor, content, mentions),
        Command::Retract { reason, .. } => messages::retract(view, actor, reason),
        Command::Acknowledge { .. } => messages::acknowledge(view, actor),
        Command::MarkRead { .. } => marks::read(view, actor),
        Command::ConfirmDelivery { .. } => marks::delivered(view, actor),
        Command::ReadDirectory { .. } | Command::ReadAudit => Ok(Decision {
            grants: Some(Vec::new()),
            ..Decision::default()
        }),
        Command::BreakGlass { reason, minutes, .. } => reading::break_glass(view, actor, reason, *minutes),
        Command::Care { step, .. } => care::step(view, actor, step),
        Command::ConfirmOnBehalf { confirmation, .. } => on_behalf::confirm(view, actor, *confirmation),
        Command::SendOnBehalf {
            message, confirmation, ..
        } => on_behalf::send(view, actor, message, confirmation),
        Command::ChangeOnBehalf { refuses, .. } => on_behalf::change(view, *refuses),
        Command::GrantCoverage { coverage } => coverage::grant(view, actor, coverage),
        Command::GrantCoverageOfLabelled { coverage } => coverage::grant_of_labelled(view, actor, coverage),
        Command::EndCoverage(..) => coverage::end(view, actor),
        Command::Schedule { scheduled, .. } => scheduled::schedule(view, actor, scheduled),
        Command::Unschedule(..) => scheduled::unschedule(view, actor),
        Command::ChangeAttention { step, .. } => attention::step(view, actor, step),
        Command::ChangeSettings(settings) => settings::change(view, settings),
        Command::ChangeChartLink(link) => settings::chart_link(view, link),
        Command::ChangePolicies(policies) => settings::policies(view, *policies),
        Command::ChangeAvailability { available, .. } => settings::availability(view, *available),
        Command::ChangeRights { roles, sites, .. } => settings::rights(view, *roles, sites),
        Command::ChangeSafeguards(safeguards) => restriction::safeguards(view, *safeguards),
        Command::BeginThread { new, reason, to } => settings::begin(view, actor, new, *reason, *to),
        Command::BeginConfidential { new, reason, to } => restriction::begin(view, actor, new, *reason, *to),
        Command::Restrict { step, .. } => restriction::step(view, actor, *step),
        Command::MoveMessage { moving, .. } => moving::move_message(view, actor, moving),
        Command::AskIdentity(..) => identity::ask(view, actor),
        Command::ConfirmIdentity { credential, .. } => identity::confirm(view, actor, credential),
        Command::SaveTemplate { template, is_new } => templates::save(view, template, *is_new),
        Command::RemoveTemplate(..) => templates::remove(view),
        Command::CreateTask { task, .. } => tasks::create(view, actor, task),
        Command::ChangeTask { step, .. } => tasks::step(view, actor, step),
        Command::Pin { pin, .. } => pins::pin(view, actor, pin),
        Command::ReadPins(..) => pins::read(view, actor),
        Command::Read { .. } | Command::ReadTasks { .. } => Err(Refusal::Invalid),
    }?;
    decision.basis = decision.basis.or(basis);
    if decision.basis == Some(Basis::Coverage) {
        decision.covered = view.about.cover(view.now_ms).map(|cover| cover.covered);
    }
    Ok(decision)
}

/// The question the funnel is asked for this command; the edge asks the same.
pub fn asking<'a>(view: &'a View, envelope: &'a Envelope, actor: &'a Person, action: Action) -> Asking<'a> {
    let (audience, priority) = match &envelope.command {
        Command::Send { message, .. }
        | Command::SendOnTerms { message, .. }
        | Command::SendOnBehalf { message, .. } => (message.audience, message.priority),
        Command::Schedule { scheduled, .. } => (scheduled.message.audience, scheduled.message.priority),
        _ => (Audience::Everyone, Priority::Routine),
    };
    let new_kind = match &envelope.command {
        Command::CreateConversation(new)
        | Command::BeginThread { new, .. }
        | Command::BeginConfidential { new, .. } => Some(&new.kind),
        _ => None,
    };
    Asking {
        action,
        actor,
        now_ms: view.now_ms,
        on_behalf_of: envelope.on_behalf_of,
        about: &view.about,
        subject: view.subject.as_ref(),
        subject_refuses_on_behalf: view.subject_refuses_on_behalf,
        subject_is_member: view.subject_membership.as_ref().is_some_and(Membership::is_current),
        target: view.target.as_ref(),
        audience,
        priority,
        new_kind,
        people: &view.people,
    }
}

/// What the command is called in the record. Joining and leaving are adding and removing oneself.
pub fn action_of(command: &Command, acting: Acting) -> Action {
    let oneself = |subject: &PersonId| matches!(acting, Acting::Person { person, .. } if person == *subject);
    match command {
        Command::FoundWorkspace { .. } => Action::FoundWorkspace,
        Command::AddSite { .. } => Action::AddSite,
        Command::AddPerson { .. } => Action::AddPerson,
        Command::ChangeAccountState { .. } => Action::ChangeAccountState,
        Command::ChangeRoles { .. } => Action::ChangeRoles,
        Command::ChangeCareTeam { .. } => Action::ChangeCareTeam,
        Command::ChangeProxyFor { .. } => Action::ChangeProxyFor,
        Command::SetPassword { .. } => Action::SetPassword,
        Command::ChangeProfile(..) => Action::ChangeProfile,
        Command::RenameSite(..) => Action::RenameSite,
        Command::Invite(..) => Action::Invite,
        Command::Activate(..) => Action::Activate,
        Command::SignIn { .. } => Action::SignIn,
        Command::FailSignIn { .. } => Action::FailSignIn,
        Command::EndSession { .. } => Action::EndSession,
        Command::CreateConversation(_) | Command::BeginThread { .. } | Command::BeginConfidential { .. } => {
            Action::CreateConversation
        }
        Command::Rename { .. } => Action::Rename,
        Command::Archive { .. } => Action::Archive,
        Command::Reopen { .. } => Action::Reopen,
        Command::ChangeOwner { .. } => Action::ChangeOwner,
        Command::AddMember { person, .. } if oneself(person) => Action::Join,
        Command::AddMember { .. } => Action::AddMember,
        Command::RemoveMember { person, .. } if oneself(person) => Action::Leave,
        Command::RemoveMember { .. } => Action::RemoveMember,
        Command::Send { message, .. } | Command::SendOnTerms { message, .. } => scheduled::as_sent(message.audience),
        Command::Edit { .. } => Action::Edit,
        Command::Retract { .. } => Action::Retract,
        Command::MarkRead { .. } => Action::MarkRead,
        Command::ConfirmDelivery { .. } => Action::ConfirmDelivery,
        Command::Acknowledge { .. } => Action::Acknowledge,
        Command::Read { .. } => Action::Read,
        Command::ReadDirectory { patients: true } => Action::ReadPatients,
        Command::ReadDirectory { patients: false } => Action::ReadPeople,
        Command::ReadAudit => Action::ReadAudit,
        Command::BreakGlass { .. } => Action::BreakGlass,
        Command::Care { step, .. } => match step {
            CareStep::Take { .. } => Action::Take,
            CareStep::Assign { .. } => Action::Assign,
            CareStep::Return { .. } => Action::ReturnToPool,
            CareStep::HandOver { .. } => Action::HandOver,
            CareStep::Accept => Action::AcceptHandOver,
            CareStep::Decline => Action::DeclineHandOver,
            CareStep::Withdraw => Action::WithdrawHandOver,
            CareStep::Resolve => Action::Resolve,
            CareStep::Close => Action::Close,
            CareStep::Open => Action::Open,
            CareStep::AllowOnBehalf { .. } => Action::AllowOnBehalf,
        },
        Command::ConfirmOnBehalf { .. } => Action::ConfirmOnBehalf,
        Command::SendOnBehalf { .. } => Action::SendOnBehalf,
        Command::ChangeOnBehalf { .. } => Action::ChangeOnBehalf,
        Command::GrantCoverage { .. } | Command::GrantCoverageOfLabelled { .. } => Action::GrantCoverage,
        Command::EndCoverage(..) => Action::EndCoverage,
        Command::Schedule { .. } => Action::Schedule,
        Command::Unschedule(..) => Action::Unschedule,
        Command::ChangeAttention { .. } => Action::ChangeAttention,
        Command::ChangeSettings(..) | Command::ChangeChartLink(..) | Command::ChangePolicies(..) => {
            Action::ChangeSettings
        }
        Command::ChangeAvailability { .. } => Action::ChangeAvailability,
        Command::ChangeRights { .. } => Action::ChangeRights,
        Command::FireTimer { timer } => match timer {
            Timer::CoverageBegins(_) => Action::BeginCoverage,
            Timer::CoverageEnds(_) => Action::FinishCoverage,
            Timer::MessageDue(_) => Action::SendScheduled,
            Timer::Reminder(..) => Action::Remind,
            Timer::TaskDue(_) => Action::TaskDue,
            Timer::ReadBy(..) => Action::NotReadInTime,
        },
        Command::CreateTask { .. } => Action::CreateTask,
        Command::ChangeTask { .. } => Action::ChangeTask,
        Command::ReadTasks { .. } => Action::ReadTasks,
        Command::Pin { .. } => Action::Pin,
        Command::ReadPins(..) => Action::ReadPins,
        Command::Restrict { step, .. } => match step {
            RestrictionStep::Label { sensitivity: Some(_) } => Action::Label,
            RestrictionStep::Label { sensitivity: None } => Action::Unlabel,
            RestrictionStep::Confidential { .. } => Action::KeepConfidential,
        },
        Command::MoveMessage { .. } => Action::MoveMessage,
        Command::AskIdentity(..) => Action::AskIdentity,
        Command::ConfirmIdentity { .. } => Action::ConfirmIdentity,
        Command::ChangeSafeguards(..) => Action::ChangeSafeguards,
        Command::SaveTemplate { .. } | Command::RemoveTemplate(..) => Action::ChangeTemplates,
    }
}
