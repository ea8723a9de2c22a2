//! Accounts and sessions: founding, adding people, opening and closing, signing in and out.

use super::{Decision, invitations, members, profiles, rooms};
use crate::command::{Acting, Command, Envelope, NewConversation};
use crate::conversation::{History, Kind};
use crate::ids::PersonId;
use crate::limits;
use crate::outcome::Change;
use crate::person::{AccountState, Person, PersonKind, Role};
use crate::private::Private;
use crate::refusal::Refusal;
use crate::session::Session;
use crate::view::View;

/// The operator's console founds a workspace, once; everything after that is done by people.
pub(super) fn by_operator(view: &View, command: &Command) -> Result<Decision, Refusal> {
    let Command::FoundWorkspace { name, administrator } = command else {
        return Err(Refusal::Forbidden);
    };
    if view.founded {
        return Err(Refusal::NothingToDo);
    }
    check_person(administrator)?;
    check_name(name)?;
    // Founding happens once: an administrator who cannot sign in would lock the workspace for ever.
    if !administrator.is_staff() || !administrator.is_active() || !administrator.roles.has(Role::Administrator) {
        return Err(Refusal::Invalid);
    }
    let changes = vec![
        Change::WorkspaceName(name.clone()),
        Change::Person(administrator.clone()),
    ];
    Ok(Decision {
        changes,
        person: Some(administrator.id),
        ..Decision::default()
    })
}

/// The door knows whether a password was right; whether that still counts is decided here, on this revision.
pub(super) fn at_the_door(view: &View, command: &Command) -> Result<Decision, Refusal> {
    match command {
        Command::SignIn { session, credential } => {
            let person = view.actor.as_ref().ok_or(Refusal::SignInFailed)?;
            let current = person.is_active() && person.credential == *credential && !credential.expose().is_empty();
            if !current || person.id != session.person {
                return Err(Refusal::SignInFailed);
            }
            // By the workspace's time alone: where that is ahead of the door's clock, a session by that clock would be born dead.
            let new = Session {
                created_at_ms: view.now_ms,
                expires_at_ms: view.now_ms + limits::SESSION_LIFETIME_MS,
                ended_at_revision: None,
                ..(**session).clone()
            };
            let mut changes = oldest_beyond_limit(view);
            changes.push(Change::Session(Box::new(new)));
            Ok(Decision {
                changes,
                person: Some(person.id),
                ..Decision::default()
            })
        }
        Command::Activate(activation) => invitations::activate(view, activation),
        Command::FailSignIn { .. } => Err(Refusal::SignInFailed),
        _ => Err(Refusal::NotSignedIn),
    }
}

/// One more session than allowed ends the oldest.
fn oldest_beyond_limit(view: &View) -> Vec<Change> {
    let mut live: Vec<&Session> = view
        .sessions
        .iter()
        .filter(|session| session.is_live(view.now_ms))
        .collect();
    live.sort_by_key(|session| (session.created_at_ms, session.id));
    let surplus = (live.len() + 1).saturating_sub(limits::SESSIONS_PER_PERSON_COUNT_MAX);
    live.into_iter()
        .take(surplus)
        .map(|session| ended(session, view.revision))
        .collect()
}

fn ended(session: &Session, revision: u64) -> Change {
    Change::Session(Box::new(Session {
        ended_at_revision: Some(revision),
        ..session.clone()
    }))
}

pub(super) fn by_person(view: &View, envelope: &Envelope, actor: &Person) -> Result<Decision, Refusal> {
    match &envelope.command {
        Command::AddSite { site } => {
            check_name(&site.name)?;
            Ok(changed(vec![Change::Site(site.clone())]))
        }
        Command::AddPerson { person, general } => add_person(view, actor, person, general.as_deref()),
        Command::ChangeAccountState { state, .. } => change_state(view, *state),
        Command::ChangeRoles { roles, .. } => change_subject(view, |person| {
            if !person.is_staff() {
                return Err(Refusal::Invalid);
            }
            person.roles = *roles;
            Ok(())
        }),
        Command::ChangeCareTeam { care_team, .. } => change_subject(view, |person| {
            let facts = person.patient.as_mut().ok_or(Refusal::Invalid)?;
            check_care_team(view, care_team)?;
            facts.care_team = care_team.clone();
            Ok(())
        }),
        Command::ChangeProxyFor { patients, .. } => change_proxy(view, actor, patients),
        Command::SetPassword { credential, .. } => set_password(view, envelope, credential),
        Command::ChangeProfile(_, profile) => profiles::change(view, profile),
        Command::RenameSite(site) => profiles::rename_site(view, site),
        Command::EndSession { session } => {
            let found = view
                .sessions
                .iter()
                .find(|found| found.id == *session)
                .ok_or(Refusal::NotFound)?;
            if !found.is_live(view.now_ms) {
                return Err(Refusal::NothingToDo);
            }
            Ok(changed(vec![ended(found, view.revision)]))
        }
        _ => Err(Refusal::Invalid),
    }
}

pub(super) fn changed(changes: Vec<Change>) -> Decision {
    Decision {
        changes,
        ..Decision::default()
    }
}

fn add_person(
    view: &View,
    actor: &Person,
    person: &Person,
    general: Option<&NewConversation>,
) -> Result<Decision, Refusal> {
    check_person(person)?;
    if view.login_taken {
        return Err(Refusal::LoginTaken);
    }
    let mut changes = vec![Change::Person(Box::new(person.clone()))];
    match (person.kind, general) {
        (PersonKind::Patient, Some(general)) => {
            let facts = person.patient.as_ref().ok_or(Refusal::Invalid)?;
            check_care_team(view, &facts.care_team)?;
            if general.kind != (Kind::Patient { patient: person.id }) || !general.members.is_empty() {
                return Err(Refusal::Invalid);
            }
            // The new patient is not in the loaded slice yet.
            let mut with_patient = view.clone();
            with_patient.people.push(person.clone());
            let owner = facts.care_team.first().copied().unwrap_or(actor.id);
            changes.extend(rooms::begin(&with_patient, owner, None, general).0);
        }
        (PersonKind::Proxy, None) => {
            check_patients(view, &person.proxy_for)?;
            let own_threads = view.conversations.iter().filter(|head| match head.kind {
                Kind::Patient { patient } => {
                    person.proxy_for.contains(&patient) && !view.confidential.contains(&head.id)
                }
                _ => false,
            });
            for head in own_threads {
                changes.extend(members::admit(view, head.clone(), actor, person, None, History::Full, None)?.0);
            }
        }
        (PersonKind::Patient, None) | (_, Some(_)) => return Err(Refusal::Invalid),
        (_, None) => {}
    }
    Ok(Decision {
        changes,
        person: Some(person.id),
        ..Decision::default()
    })
}

fn change_state(view: &View, state: AccountState) -> Result<Decision, Refusal> {
    let subject = view.subject.as_ref().ok_or(Refusal::NotFound)?;
    if subject.state == state {
        return Err(Refusal::NothingToDo);
    }
    // Nobody goes back to being invited, and nobody is active without a way to sign in.
    if state == AccountState::Invited || (state == AccountState::Active && subject.credential.expose().is_empty()) {
        return Err(Refusal::Invalid);
    }
    let mut decision = change_subject(view, |person| {
        person.state = state;
        Ok(())
    })?;
    if state == AccountState::Suspended {
        decision
            .changes
            .extend(live_sessions(view).map(|session| ended(session, view.revision)));
    }
    Ok(decision)
}

fn set_password(view: &View, envelope: &Envelope, credential: &Private) -> Result<Decision, Refusal> {
    let own_session = match envelope.acting {
        Acting::Person { session, .. } => Some(session),
        Acting::Door | Acting::Operator | Acting::Clock => None,
    };
    let mut decision = change_subject(view, |person| {
        if person.login.expose().is_empty() || credential.expose().is_empty() {
            return Err(Refusal::Invalid);
        }
        person.credential = credential.clone();
        if person.state == AccountState::Invited {
            person.state = AccountState::Active;
        }
        Ok(())
    })?;
    let others = live_sessions(view).filter(|session| Some(session.id) != own_session);
    decision
        .changes
        .extend(others.map(|session| ended(session, view.revision)));
    Ok(decision)
}

fn live_sessions(view: &View) -> impl Iterator<Item = &Session> {
    view.sessions.iter().filter(|session| session.is_live(view.now_ms))
}

/// A proxy is a member of the patient's threads: comes with the relation and goes with it.
fn change_proxy(view: &View, actor: &Person, patients: &[PersonId]) -> Result<Decision, Refusal> {
    let subject = view
        .subject
        .as_ref()
        .filter(|subject| subject.kind == PersonKind::Proxy)
        .ok_or(Refusal::Invalid)?;
    check_patients(view, patients)?;
    let mut decision = change_subject(view, |person| {
        person.proxy_for = patients.to_vec();
        Ok(())
    })?;
    for head in &view.conversations {
        let Kind::Patient { patient } = head.kind else { continue };
        let before = view
            .memberships
            .iter()
            .find(|membership| membership.conversation == head.id && membership.person == subject.id);
        let is_member = before.is_some_and(|membership| membership.is_current());
        // Whoever is in one that was kept from them was let in by hand, and stays as long as the relation does.
        let comes = patients.contains(&patient) && !view.confidential.contains(&head.id);
        let changes = match (is_member, before, patients.contains(&patient)) {
            (false, before, true) if comes => {
                members::admit(view, head.clone(), actor, subject, before, History::Full, None)?.0
            }
            (true, Some(before), false) => members::dismiss(view, head.clone(), actor, before)?.0,
            _ => continue,
        };
        decision.changes.extend(changes);
    }
    Ok(decision)
}

pub(super) fn change_subject(
    view: &View,
    change: impl FnOnce(&mut Person) -> Result<(), Refusal>,
) -> Result<Decision, Refusal> {
    let before = view.subject.as_ref().ok_or(Refusal::NotFound)?;
    let mut person = before.clone();
    change(&mut person)?;
    if person == *before {
        return Err(Refusal::NothingToDo);
    }
    Ok(changed(vec![Change::Person(Box::new(person))]))
}

pub(super) fn check_name(name: &Private) -> Result<(), Refusal> {
    let text = name.expose();
    let fits =
        !text.trim().is_empty() && text.len() <= limits::NAME_SIZE_BYTES_MAX && !text.chars().any(char::is_control);
    if fits { Ok(()) } else { Err(Refusal::Invalid) }
}

pub(super) fn check_person(person: &Person) -> Result<(), Refusal> {
    check_name(&person.name)?;
    let login = person.login.expose();
    let sizes_fit = login.len() <= limits::LOGIN_SIZE_BYTES_MAX
        && person.title.expose().len() <= limits::NAME_SIZE_BYTES_MAX
        && person.organization.expose().len() <= limits::NAME_SIZE_BYTES_MAX
        && person.sites.len() <= limits::RELATIONS_COUNT_MAX
        && person.proxy_for.len() <= limits::RELATIONS_COUNT_MAX;
    let roles_fit = person.is_staff() || person.roles == crate::person::Roles::default();
    let facts_fit = (person.kind == PersonKind::Patient) == person.patient.is_some();
    let proxy_fits = person.kind == PersonKind::Proxy || person.proxy_for.is_empty();
    let can_sign_in = !login.is_empty() && !person.credential.expose().is_empty();
    let state_fits = person.state != AccountState::Active || can_sign_in || person.kind == PersonKind::Service;
    let birth_date_fits = person.patient.as_ref().is_none_or(|facts| {
        is_date(facts.birth_date.expose())
            && !facts.mrn.expose().is_empty()
            && facts.mrn.expose().len() <= limits::NAME_SIZE_BYTES_MAX
    });
    let all = sizes_fit && roles_fit && facts_fit && proxy_fits && state_fits && birth_date_fits;
    if all { Ok(()) } else { Err(Refusal::Invalid) }
}

/// `YYYY-MM-DD`, as a shape; the calendar is the edge's matter.
fn is_date(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() == 10
        && bytes.iter().enumerate().all(|(place, byte)| {
            if place == 4 || place == 7 {
                *byte == b'-'
            } else {
                byte.is_ascii_digit()
            }
        })
}

fn check_care_team(view: &View, care_team: &[PersonId]) -> Result<(), Refusal> {
    if care_team.len() > limits::RELATIONS_COUNT_MAX {
        return Err(Refusal::TooMany);
    }
    let all_staff = care_team
        .iter()
        .all(|id| view.people.iter().any(|person| person.id == *id && person.is_staff()));
    if all_staff { Ok(()) } else { Err(Refusal::NotFound) }
}

fn check_patients(view: &View, patients: &[PersonId]) -> Result<(), Refusal> {
    if patients.len() > limits::RELATIONS_COUNT_MAX {
        return Err(Refusal::TooMany);
    }
    let all = patients.iter().all(|id| {
        view.people
            .iter()
            .any(|person| person.id == *id && person.kind == PersonKind::Patient)
    });
    if all { Ok(()) } else { Err(Refusal::NotFound) }
}
