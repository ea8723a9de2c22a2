//! What follows from founding a workspace, from signing in and out; what is refused without a live session.

use crate::common::{
    ADMINISTRATOR, COLLEAGUE, Case, NOW_MS, NURSE, REVISION, administrator, colleague, done_to, nurse, session_of,
};
use corridor_domain::audit::Action;
use corridor_domain::command::{Acting, Command};
use corridor_domain::ids::{SessionId, SiteId};
use corridor_domain::limits;
use corridor_domain::outcome::{Change, Outcome};
use corridor_domain::person::{AccountState, Person, Site};
use corridor_domain::private::Private;
use corridor_domain::refusal::Refusal;
use corridor_domain::session::Session;

const SUSPENDED: AccountState = AccountState::Suspended;

fn ended(session: &Session) -> Change {
    Change::Session(Box::new(Session {
        ended_at_revision: Some(REVISION),
        ..session.clone()
    }))
}

/// An administrator's command on somebody: the list of changes, an answer without a place, a record that names them.
fn assert_kept(case: &Case, action: Action, changes: Vec<Change>) {
    let audit = case.record(action, None, &[]);
    assert_eq!(
        case.decide(),
        Outcome {
            changes,
            answer: done_to(None),
            audit
        }
    );
}

fn found(name: &str, administrator: Person) -> Case {
    let command = Command::FoundWorkspace {
        name: Private::from(name),
        administrator: Box::new(administrator),
    };
    let mut case = Case::from(Acting::Operator, command);
    case.view.founded = false;
    case
}

#[test]
fn a_workspace_is_founded_once_by_the_operator_with_somebody_who_can_sign_in() {
    let case = found("Harbor Family Medicine", administrator());
    let changes = vec![
        Change::WorkspaceName(Private::from("Harbor Family Medicine")),
        Change::Person(Box::new(administrator())),
    ];
    let audit = case.record(Action::FoundWorkspace, None, &[]);
    assert_eq!(
        case.decide(),
        Outcome {
            changes,
            answer: done_to(Some(ADMINISTRATOR)),
            audit
        }
    );
    assert_eq!(case.change(|view| view.founded = true).refused(), Refusal::NothingToDo);
    assert_eq!(found("", administrator()).refused(), Refusal::Invalid);
    assert_eq!(found("Harbor", nurse()).refused(), Refusal::Invalid);
    for state in [AccountState::Invited, SUSPENDED] {
        assert_eq!(
            found(
                "Harbor",
                Person {
                    state,
                    ..administrator()
                }
            )
            .refused(),
            Refusal::Invalid
        );
    }
    let site = Command::AddSite {
        site: Site {
            id: SiteId(1),
            name: Private::from("North"),
        },
    };
    assert_eq!(Case::from(Acting::Operator, site).refused(), Refusal::Forbidden);
}

fn sign_in(credential: &str, who: Option<Person>) -> Case {
    sign_in_until(u64::MAX, credential, who)
}

fn sign_in_until(expires_at_ms: u64, credential: &str, who: Option<Person>) -> Case {
    let session = Session {
        expires_at_ms,
        ..session_of(NURSE)
    };
    let command = Command::SignIn {
        session: Box::new(session),
        credential: Private::from(credential),
    };
    let mut case = Case::from(Acting::Door, command);
    case.view.actor = who;
    case
}

#[test]
fn a_session_lives_by_the_workspaces_time_whatever_the_doors_clock_says() {
    // The leader's clock once stood a day ahead; the door's is right.
    for at_the_door in [NOW_MS - 24 * 60 * 60_000, NOW_MS, u64::MAX] {
        let outcome = sign_in_until(at_the_door, "hash", Some(nurse())).decide();
        let [Change::Session(session)] = outcome.changes.as_slice() else {
            panic!("{outcome:?}");
        };
        assert_eq!(session.expires_at_ms, NOW_MS + limits::SESSION_LIFETIME_MS);
        assert!(session.is_live(NOW_MS));
    }
}

#[test]
fn signing_in_begins_a_session_with_an_end() {
    let case = sign_in("hash", Some(nurse()));
    let expires_at_ms = NOW_MS + limits::SESSION_LIFETIME_MS;
    let session = Session {
        created_at_ms: NOW_MS,
        expires_at_ms,
        ..session_of(NURSE)
    };
    let mut audit = case.record(Action::SignIn, None, &[]);
    (audit.session, audit.device) = (Some(session.id), session.device.clone());
    let changes = vec![Change::Session(Box::new(session))];
    assert_eq!(
        case.decide(),
        Outcome {
            changes,
            answer: done_to(Some(NURSE)),
            audit
        }
    );
}

#[test]
fn one_session_too_many_ends_the_oldest() {
    let live = |n: u64| {
        let id = SessionId(u128::from(n));
        Session {
            id,
            created_at_ms: NOW_MS - 1_000 + n,
            ..session_of(NURSE)
        }
    };
    let mut sessions: Vec<Session> = (1..=limits::SESSIONS_PER_PERSON_COUNT_MAX as u64)
        .rev()
        .map(live)
        .collect();
    sessions.push(Session {
        ended_at_revision: Some(1),
        created_at_ms: 0,
        ..live(50)
    });
    sessions.push(Session {
        expires_at_ms: NOW_MS,
        created_at_ms: 1,
        ..live(51)
    });
    let changes = sign_in("hash", Some(nurse()))
        .change(|view| view.sessions = sessions.clone())
        .decide()
        .changes;
    assert_eq!((changes.len(), &changes[0]), (2, &ended(&live(1))));
    sessions.remove(0);
    let changes = sign_in("hash", Some(nurse()))
        .change(|view| view.sessions = sessions)
        .decide()
        .changes;
    assert_eq!(changes.len(), 1);
}

#[test]
fn the_door_never_says_why() {
    let closed = Person {
        state: SUSPENDED,
        ..nurse()
    };
    let without = Person {
        credential: Private::default(),
        ..nurse()
    };
    for case in [
        sign_in("hash", None),
        sign_in("older hash", Some(nurse())),
        sign_in("hash", Some(closed)),
        sign_in("hash", Some(colleague())),
        sign_in("", Some(without)),
    ] {
        assert_eq!(case.refused(), Refusal::SignInFailed);
    }
    let device = Private::from("unknown phone");
    for tried in [Some(NURSE), None] {
        let case = Case::from(
            Acting::Door,
            Command::FailSignIn {
                person: tried,
                device: device.clone(),
            },
        );
        assert_eq!(case.refused(), Refusal::SignInFailed);
        let audit = case.decide().audit;
        assert_eq!(
            (audit.actor, audit.session, audit.device),
            (tried, None, device.clone())
        );
    }
    assert_eq!(
        Case::from(Acting::Door, Command::ReadAudit).refused(),
        Refusal::NotSignedIn
    );
}

#[test]
fn nothing_is_accepted_after_a_session_has_ended() {
    let changes: [fn(&mut Session); 4] = [
        |session| session.ended_at_revision = Some(REVISION - 1),
        |session| session.expires_at_ms = NOW_MS,
        |session| session.person = COLLEAGUE,
        |session| session.id = SessionId(1),
    ];
    for change in changes {
        let mut case = Case::by(&nurse(), Command::ReadDirectory { patients: false });
        case.view.session.iter_mut().for_each(change);
        assert_eq!(case.refused(), Refusal::NotSignedIn);
    }
    let mut case = Case::by(&nurse(), Command::ReadDirectory { patients: false });
    case.view.session = None;
    assert_eq!(case.refused(), Refusal::NotSignedIn);
    let stranger = Case::by(&nurse(), Command::ReadDirectory { patients: false });
    assert_eq!(
        stranger.change(|view| view.actor = Some(colleague())).refused(),
        Refusal::NotSignedIn
    );
}

#[test]
fn ending_a_session_ends_that_one() {
    let session = session_of(NURSE);
    let command = Command::EndSession { session: session.id };
    let case = Case::by(&nurse(), command.clone()).subject(&nurse(), None);
    assert_eq!(case.refused(), Refusal::NotFound);
    let case = case.change(|view| view.sessions = vec![session.clone()]);
    assert_kept(&case, Action::EndSession, vec![ended(&session)]);
    let over = Session {
        ended_at_revision: Some(3),
        ..session
    };
    assert_eq!(
        case.change(|view| view.sessions = vec![over]).refused(),
        Refusal::NothingToDo
    );
    assert_eq!(Case::by(&nurse(), command).refused(), Refusal::NotFound);
}
