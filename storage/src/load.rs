//! **Load**, decide, write: fetches the slice of state that one command needs, and nothing else.
//!
//! Places that a command names are in the numbering of the asking person's side; here they become events.

mod circle;
mod coverage;
mod places;
mod restriction;
mod settings;
mod tasks;
mod waiting;

pub(crate) use coverage::{Onlooker, coverages, covers_of, is_of_labelled};
pub(crate) use tasks::read_bys_in;
pub(crate) use waiting::scheduled_of;

use crate::keys::{self, Table};
use crate::state::Records;
use circle::{load_for_creation, load_for_new_person, load_patients_conversations};
use corridor_domain::attention::AttentionStep;
use corridor_domain::care::Care;
use corridor_domain::command::{Acting, Command, Envelope, NewMessage};
use corridor_domain::conversation::{Conversation, History, Kind, Membership, Side};
use corridor_domain::event::Mention;
use corridor_domain::ids::{ConversationId, PersonId, SessionId};
use corridor_domain::limits;
use corridor_domain::person::Person;
use corridor_domain::session::Session;
use corridor_domain::view::{Readable, View};
use places::{first_since, target};
use std::io;

/// Loads the view for a command at a revision and a time.
pub(crate) fn load(records: &impl Records, revision: u64, now_ms: u64, envelope: &Envelope) -> io::Result<View> {
    let mut view = View {
        revision,
        now_ms,
        ..View::default()
    };
    match envelope.acting {
        Acting::Person { person, session } => {
            view.actor = person_of(records, person)?;
            view.session = records.record(&keys::session(session))?;
        }
        Acting::Clock => {}
        Acting::Operator => view.founded = records.bytes(&keys::meta(keys::MetaName::WorkspaceName))?.is_some(),
        Acting::Door => {
            if let Command::SignIn { session, .. } = &envelope.command {
                view.actor = person_of(records, session.person)?;
                view.sessions = sessions_of(records, session.person)?;
            }
        }
    }
    let actor = view.actor.clone();
    let onlooker = actor.as_ref().map(Onlooker::new);
    if let Some(conversation) = envelope.command.conversation() {
        view.about = readable(records, onlooker.as_ref(), conversation)?;
    }
    load_family(records, &mut view, onlooker.as_ref(), &envelope.command)?;
    load_principal(records, &mut view, envelope)?;
    Ok(view)
}

fn load_family(
    records: &impl Records,
    view: &mut View,
    onlooker: Option<&Onlooker<'_>>,
    command: &Command,
) -> io::Result<()> {
    match command {
        Command::AddPerson { person, .. } => load_for_new_person(records, view, person),
        Command::ChangeAccountState { person, .. } | Command::SetPassword { person, .. } => {
            view.sessions = sessions_of(records, *person)?;
            load_subject(records, view, *person)
        }
        Command::ChangeRoles { person, .. } => load_subject(records, view, *person),
        Command::ChangeCareTeam { person, care_team } => {
            view.people = people_of(records, care_team)?;
            load_subject(records, view, *person)
        }
        Command::ChangeProxyFor { person, patients } => {
            load_subject(records, view, *person)?;
            view.people = people_of(records, patients)?;
            let before = view
                .subject
                .as_ref()
                .map(|subject| subject.proxy_for.clone())
                .unwrap_or_default();
            load_patients_conversations(records, view, patients.iter().chain(&before), Some(*person))
        }
        Command::EndSession { session } => load_session(records, view, *session),
        Command::CreateConversation(new) => load_for_creation(records, view, onlooker, new),
        Command::BeginConfidential { new, to, .. } => {
            view.safeguards = records.record(&keys::safeguards())?;
            settings::load_for_beginning(records, view, onlooker, new, *to)
        }
        Command::BeginThread { new, to, .. } => settings::load_for_beginning(records, view, onlooker, new, *to),
        Command::Restrict { conversation, step } => restriction::load(records, view, *conversation, step),
        Command::AskIdentity(conversation) | Command::ConfirmIdentity { conversation, .. } => {
            view.identity_check = records.record(&keys::identity_check(*conversation))?;
            Ok(())
        }
        Command::ChangeSettings(..)
        | Command::ChangeSafeguards(..)
        | Command::ChangeChartLink(..)
        | Command::ChangePolicies(..) => settings::load_what_is_set(records, view, command),
        Command::SaveTemplate { template, .. } => {
            restriction::load_template(records, view, template.id, Some(template.owner))
        }
        Command::RemoveTemplate(template) => restriction::load_template(records, view, *template, None),
        Command::ChangeProfile(person, profile) => circle::load_for_profile(records, view, *person, profile),
        Command::Invite(person, _) => load_subject(records, view, *person),
        Command::Activate(activation) => circle::load_for_activation(records, view, activation),
        Command::RenameSite(site) => {
            view.site = records.record(&keys::site(site.id))?;
            Ok(())
        }
        Command::ChangeAvailability { person, .. } => settings::load_available(records, view, *person),
        Command::ChangeRights { person, .. } => settings::load_for_rights(records, view, *person),
        Command::Rename { topic, .. } => {
            let is_channel = matches!(
                view.about.conversation.as_ref().map(|found| &found.kind),
                Some(Kind::Channel { .. })
            );
            let holder = name_holder(records, topic.expose())?;
            view.name_taken = is_channel && holder.is_some() && holder != command.conversation();
            Ok(())
        }
        Command::ChangeOwner {
            conversation,
            owner: person,
        }
        | Command::RemoveMember { conversation, person } => {
            view.subject_membership = records.record(&keys::membership(*conversation, *person))?;
            view.stand_in = records.record(&keys::stand_in(*conversation, *person))?;
            load_subject(records, view, *person)
        }
        Command::AddMember {
            conversation,
            person,
            history,
        } => {
            view.subject_membership = records.record(&keys::membership(*conversation, *person))?;
            coverage::load_covered(records, view, *conversation)?;
            if let (History::Since { at_ms }, Some(head)) = (history, &view.about.conversation) {
                view.since = Some(first_since(records, head, *at_ms)?);
            }
            load_subject(records, view, *person)
        }
        Command::Send { message, conversation }
        | Command::SendOnBehalf {
            message, conversation, ..
        } => load_message(records, view, *conversation, message),
        Command::SendOnTerms {
            conversation,
            message,
            terms,
        } => {
            tasks::load_terms(records, view, *conversation, terms)?;
            load_message(records, view, *conversation, message)
        }
        Command::CreateTask { conversation, task } => tasks::load_for_creation(records, view, *conversation, task),
        Command::ChangeTask {
            conversation,
            task,
            step,
        } => tasks::load_for_step(records, view, *conversation, *task, step),
        Command::Pin { conversation, pin } => tasks::load_for_pin(records, view, *conversation, pin),
        Command::ReadPins(..) => tasks::load_chart(records, view),
        Command::ReadTasks { conversations } => load_pages(records, view, onlooker, conversations.iter().copied()),
        Command::Schedule {
            conversation,
            scheduled,
        } => waiting::load_for_schedule(records, view, *conversation, scheduled),
        Command::Unschedule(scheduled) => waiting::load_scheduled(records, view, *scheduled),
        Command::ChangeAttention { conversation, step } => {
            if let AttentionStep::Follow { seq, .. } = step {
                view.target = target(records, view, *conversation, Some(*seq))?;
            }
            waiting::load_attention(records, view, *conversation)
        }
        Command::Edit { conversation, seq, .. } | Command::ConfirmDelivery { conversation, seq } => {
            view.target = target(records, view, *conversation, Some(*seq))?;
            Ok(())
        }
        Command::Acknowledge { conversation, seq } => {
            view.target = target(records, view, *conversation, Some(*seq))?;
            tasks::load_for_read(records, view, *conversation)
        }
        Command::MarkRead { conversation, seq } => {
            view.target = target(records, view, *conversation, Some(*seq))?;
            tasks::load_for_read(records, view, *conversation)?;
            waiting::load_attention(records, view, *conversation)
        }
        Command::MoveMessage { conversation, moving } => {
            view.target = target(records, view, *conversation, Some(moving.seq))?;
            tasks::load_read_bys(records, view, *conversation)?;
            load_pages(records, view, onlooker, std::iter::once(moving.to))
        }
        Command::Retract { conversation, seq, .. } => {
            view.target = target(records, view, *conversation, Some(*seq))?;
            tasks::load_read_bys(records, view, *conversation)
        }
        Command::Read { pages } => load_pages(records, view, onlooker, pages.iter().map(|page| page.conversation)),
        Command::Care { conversation, step } => {
            if let Some(subject) = step.subject() {
                view.subject_membership = records.record(&keys::membership(*conversation, subject))?;
                load_subject(records, view, subject)?;
            }
            coverage::load_for_step(records, view, onlooker, *conversation, step)
        }
        Command::GrantCoverage { coverage } | Command::GrantCoverageOfLabelled { coverage } => {
            coverage::load_new_coverage(records, view, coverage)
        }
        Command::EndCoverage(coverage) => coverage::load_coverage(records, view, *coverage),
        Command::FireTimer { timer } => waiting::load_for_timer(records, view, *timer),
        Command::FoundWorkspace { .. }
        | Command::AddSite { .. }
        | Command::SignIn { .. }
        | Command::FailSignIn { .. }
        | Command::Archive { .. }
        | Command::Reopen { .. }
        | Command::ReadDirectory { .. }
        | Command::ReadAudit
        | Command::BreakGlass { .. }
        | Command::ConfirmOnBehalf { .. }
        | Command::ChangeOnBehalf { .. } => Ok(()),
    }
}

fn load_pages(
    records: &impl Records,
    view: &mut View,
    onlooker: Option<&Onlooker<'_>>,
    conversations: impl Iterator<Item = ConversationId>,
) -> io::Result<()> {
    for conversation in conversations.take(limits::INBOX_COUNT_MAX) {
        view.pages.push(readable(records, onlooker, conversation)?);
    }
    Ok(())
}

/// Whom a message means, and what it answers.
fn load_message(
    records: &impl Records,
    view: &mut View,
    conversation: ConversationId,
    message: &NewMessage,
) -> io::Result<()> {
    let mentioned: Vec<PersonId> = message
        .mentions
        .iter()
        .filter_map(|mention| match mention {
            Mention::Person(person) => Some(*person),
            Mention::Role(_) => None,
        })
        .take(limits::MENTIONS_COUNT_MAX)
        .collect();
    view.people = people_of(records, &mentioned)?;
    view.target = target(records, view, conversation, message.reply_to)?;
    Ok(())
}

/// The one for whom something is sent, and what was confirmed of it.
fn load_principal(records: &impl Records, view: &mut View, envelope: &Envelope) -> io::Result<()> {
    let subject = match &envelope.command {
        Command::ConfirmOnBehalf { .. } | Command::SendOnBehalf { .. } => envelope.on_behalf_of,
        Command::ChangeOnBehalf { person, .. } => Some(*person),
        _ => return Ok(()),
    };
    if let Some(subject) = subject {
        load_subject(records, view, subject)?;
        view.subject_refuses_on_behalf = records.bytes(&keys::refuses_on_behalf(subject))?.is_some();
    }
    if let (Some(subject), Some(conversation)) = (subject, envelope.command.conversation()) {
        view.subject_membership = records.record(&keys::membership(conversation, subject))?;
    }
    if let (Some(actor), Command::SendOnBehalf { conversation, .. }) = (&view.actor, &envelope.command) {
        view.confirmed = records.record(&keys::confirmed(actor.id, *conversation))?;
    }
    Ok(())
}

fn person_of(records: &impl Records, person: PersonId) -> io::Result<Option<Person>> {
    records.record(&keys::person(person))
}

fn people_of(records: &impl Records, ids: &[PersonId]) -> io::Result<Vec<Person>> {
    let mut people: Vec<Person> = Vec::with_capacity(ids.len());
    for id in ids.iter().take(limits::MEMBERS_AT_CREATION_COUNT_MAX) {
        if let Some(person) = person_of(records, *id)?
            && !people.iter().any(|known| known.id == person.id)
        {
            people.push(person);
        }
    }
    Ok(people)
}

fn load_subject(records: &impl Records, view: &mut View, person: PersonId) -> io::Result<()> {
    view.subject = person_of(records, person)?;
    Ok(())
}

fn load_session(records: &impl Records, view: &mut View, session: SessionId) -> io::Result<()> {
    let found: Option<Session> = records.record(&keys::session(session))?;
    if let Some(found) = found {
        load_subject(records, view, found.person)?;
        view.sessions.push(found);
    }
    Ok(())
}

fn sessions_of(records: &impl Records, person: PersonId) -> io::Result<Vec<Session>> {
    let ids = records.ids(&keys::sessions_of(person), usize::MAX / 2)?;
    let mut sessions = Vec::with_capacity(ids.len());
    for id in ids {
        sessions.extend(records.record(&keys::session(SessionId::from_bytes(id)))?);
    }
    Ok(sessions)
}

/// A conversation as one reader needs it judged.
pub(crate) fn readable(
    records: &impl Records,
    onlooker: Option<&Onlooker<'_>>,
    id: ConversationId,
) -> io::Result<Readable> {
    let conversation: Option<Conversation> = records.record(&keys::conversation(id))?;
    let Some(onlooker) = onlooker else {
        return Ok(Readable {
            conversation,
            ..Readable::default()
        });
    };
    let reader = onlooker.person;
    let patient = match conversation.as_ref().and_then(|found| found.kind.patient()) {
        Some(patient) => person_of(records, patient)?,
        None => None,
    };
    let is_patients = conversation.as_ref().is_some_and(|found| found.kind.is_patient());
    let care: Option<Care> = match is_patients {
        true => records.record(&keys::care(id))?,
        false => None,
    };
    let restriction = match is_patients {
        true => records.record(&keys::restriction(id))?,
        false => None,
    };
    let holder = match care.as_ref().and_then(|care| care.holder) {
        Some(holder) => person_of(records, holder)?,
        None => None,
    };
    let own: Option<Membership> = records.record(&keys::membership(id, reader.id))?;
    let is_inside = own.as_ref().is_some_and(Membership::is_current);
    let own_is_by_coverage = match own
        .as_ref()
        .filter(|own| is_patients && is_inside && own.side == Side::Team)
    {
        Some(own) => coverage::is_by_coverage(records, own)?,
        None => false,
    };
    // Whoever is inside by a coverage is outside when it is over, and may have another.
    let covers = match is_patients && (!is_inside || own_is_by_coverage) {
        true => onlooker.covers(records)?.to_vec(),
        false => Vec::new(),
    };
    Ok(Readable {
        switches: settings::switches(records)?,
        policies: settings::policies(records)?,
        own,
        own_is_by_coverage,
        covers,
        break_glass: if reader.is_staff() {
            records.record(&keys::break_glass(reader.id, id))?
        } else {
            None
        },
        conversation,
        patient,
        care,
        holder,
        restriction,
    })
}

fn name_holder(records: &impl Records, name: &str) -> io::Result<Option<ConversationId>> {
    let fingerprint = records.fingerprint(Table::ChannelName, name);
    Ok(records
        .id(&keys::channel_name(&fingerprint))?
        .map(ConversationId::from_bytes))
}
