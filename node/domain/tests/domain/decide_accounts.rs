//! What follows from adding people, opening and closing accounts, setting passwords, changing roles and relations.

use crate::common::{
    COLLEAGUE, CONVERSATION, Case, NEW, NURSE, OTHER_PATIENT, PATIENT, PROXY, REVISION, administrator, changed_person,
    colleague, departed, done_to, head, member, nurse, patient, person, proxy, session_of, staff, thread,
};
use corridor_domain::audit::Action;
use corridor_domain::command::{Command, NewConversation};
use corridor_domain::conversation::{Conversation, Kind, Side};
use corridor_domain::event::EventBody;
use corridor_domain::ids::{ConversationId, PersonId, SessionId, SiteId};
use corridor_domain::limits;
use corridor_domain::outcome::{Answer, Change, Outcome};
use corridor_domain::person::{AccountState, Person, PersonKind, Role, Site};
use corridor_domain::private::{Private, Sealed};
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

fn by_administrator(command: Command, subject: &Person) -> Case {
    Case::by(&administrator(), command).subject(subject, None)
}

#[test]
fn closing_an_account_ends_its_sessions() {
    let change = |state| Command::ChangeAccountState {
        person: COLLEAGUE,
        state,
    };
    let (live, over) = (
        session_of(COLLEAGUE),
        Session {
            ended_at_revision: Some(3),
            ..session_of(COLLEAGUE)
        },
    );
    let case = by_administrator(change(SUSPENDED), &colleague());
    let case = case.change(|view| view.sessions = vec![live.clone(), over]);
    let closed = changed_person(&colleague(), |person| person.state = SUSPENDED);
    assert_kept(&case, Action::ChangeAccountState, vec![closed, ended(&live)]);
    let suspended = Person {
        state: SUSPENDED,
        ..colleague()
    };
    let case = by_administrator(change(AccountState::Active), &suspended);
    assert_kept(
        &case,
        Action::ChangeAccountState,
        vec![changed_person(&suspended, |person| {
            person.state = AccountState::Active;
        })],
    );
    assert_eq!(
        by_administrator(change(SUSPENDED), &suspended).refused(),
        Refusal::NothingToDo
    );
    assert_eq!(
        by_administrator(change(AccountState::Invited), &suspended).refused(),
        Refusal::Invalid
    );
    let without = Person {
        credential: Private::default(),
        ..suspended
    };
    assert_eq!(
        by_administrator(change(AccountState::Active), &without).refused(),
        Refusal::Invalid
    );
    assert_eq!(
        Case::by(&administrator(), change(SUSPENDED)).refused(),
        Refusal::NotFound
    );
}

#[test]
fn a_password_opens_an_invited_account_and_ends_other_sessions() {
    let command = Command::SetPassword {
        person: NURSE,
        credential: Private::from("new hash"),
    };
    let (this, other) = (
        session_of(NURSE),
        Session {
            id: SessionId(77),
            ..session_of(NURSE)
        },
    );
    let case = Case::by(&nurse(), command.clone()).subject(&nurse(), None);
    let case = case.change(|view| view.sessions = vec![this, other.clone()]);
    let with_new = |person: &mut Person| person.credential = Private::from("new hash");
    assert_kept(
        &case,
        Action::SetPassword,
        vec![changed_person(&nurse(), with_new), ended(&other)],
    );
    for (before, after) in [(AccountState::Invited, AccountState::Active), (SUSPENDED, SUSPENDED)] {
        let subject = Person {
            state: before,
            credential: Private::default(),
            ..nurse()
        };
        let expected = changed_person(&subject, |person| {
            with_new(person);
            person.state = after;
        });
        assert_kept(
            &by_administrator(command.clone(), &subject),
            Action::SetPassword,
            vec![expected],
        );
    }
    let without_login = Person {
        login: Private::default(),
        ..nurse()
    };
    assert_eq!(by_administrator(command, &without_login).refused(), Refusal::Invalid);
}

#[test]
fn roles_and_care_teams_are_changed_as_a_whole() {
    let roles = Command::ChangeRoles {
        person: COLLEAGUE,
        roles: [Role::Billing].into_iter().collect(),
    };
    let case = by_administrator(roles.clone(), &colleague());
    let expected = changed_person(&colleague(), |person| {
        person.roles = [Role::Billing].into_iter().collect()
    });
    assert_kept(&case, Action::ChangeRoles, vec![expected]);
    let already = staff(COLLEAGUE, Role::Billing);
    assert_eq!(by_administrator(roles, &already).refused(), Refusal::NothingToDo);

    let team = |care_team: &[PersonId]| Command::ChangeCareTeam {
        person: PATIENT,
        care_team: care_team.to_vec(),
    };
    let whose = patient(PATIENT, &[NURSE]);
    let case = by_administrator(team(&[COLLEAGUE]), &whose).people(&[colleague()]);
    let expected = changed_person(&whose, |person| *person = patient(PATIENT, &[COLLEAGUE]));
    assert_kept(&case, Action::ChangeCareTeam, vec![expected]);
    assert_eq!(
        by_administrator(team(&[COLLEAGUE]), &whose).refused(),
        Refusal::NotFound
    );
    let outsider = person(COLLEAGUE, PersonKind::Partner);
    assert_eq!(
        by_administrator(team(&[COLLEAGUE]), &whose)
            .people(&[outsider])
            .refused(),
        Refusal::NotFound
    );
    let crowd = vec![COLLEAGUE; limits::RELATIONS_COUNT_MAX + 1];
    assert_eq!(
        by_administrator(team(&crowd), &whose).people(&[colleague()]).refused(),
        Refusal::TooMany
    );
}

#[test]
fn a_proxy_comes_with_the_relation_and_goes_with_it() {
    let other_thread = Conversation {
        id: ConversationId(5),
        kind: Kind::Patient { patient: OTHER_PATIENT },
        ..head(thread())
    };
    let care_room = Conversation {
        id: ConversationId(6),
        ..head(crate::common::care_room())
    };
    let subject = proxy(PROXY, PATIENT);
    let change = |patients: &[PersonId]| Command::ChangeProxyFor {
        person: PROXY,
        patients: patients.to_vec(),
    };
    let case = by_administrator(change(&[OTHER_PATIENT]), &subject).people(&[patient(OTHER_PATIENT, &[])]);
    let case = case.change(|view| {
        view.conversations = vec![head(thread()), other_thread.clone(), care_room.clone()];
        view.memberships = vec![member(&head(thread()), &subject)];
    });
    let changes = case.decide().changes;
    assert_eq!(
        changes[0],
        changed_person(&subject, |person| person.proxy_for = vec![OTHER_PATIENT])
    );
    let written: Vec<_> = changes
        .iter()
        .filter_map(|change| match change {
            Change::Membership(membership) => Some((membership.conversation, membership.is_current(), membership.side)),
            _ => None,
        })
        .collect();
    assert_eq!(
        written,
        [
            (CONVERSATION, false, Side::Patient),
            (other_thread.id, true, Side::Patient)
        ]
    );
    assert_eq!(
        changes.len(),
        7,
        "the person, and for each thread an event, a membership, a head"
    );
    // Who was a proxy before comes back to the same threads.
    let again = by_administrator(change(&[PATIENT]), &proxy(PROXY, OTHER_PATIENT)).people(&[patient(PATIENT, &[])]);
    let again = again.change(|view| {
        view.conversations = vec![head(thread())];
        view.memberships = vec![departed(member(&head(thread()), &subject))];
    });
    let Change::Membership(back) = &again.decide().changes[2] else {
        panic!("no membership")
    };
    assert_eq!(
        (back.is_current(), back.past_stays.as_slice()),
        (true, [(1, 8)].as_slice())
    );
    assert_eq!(
        by_administrator(change(&[PATIENT]), &subject).refused(),
        Refusal::NotFound
    );

    // A new proxy is taken into the threads, and never into the room beside them.
    let command = Command::AddPerson {
        person: Box::new(subject.clone()),
        general: None,
    };
    let case = Case::by(&administrator(), command).people(&[patient(PATIENT, &[])]);
    let changes = case
        .change(|view| view.conversations = vec![care_room, other_thread, head(thread())])
        .decide()
        .changes;
    assert_eq!(changes.len(), 4);
    assert!(matches!(&changes[2], Change::Membership(new) if (new.conversation, new.person) == (CONVERSATION, PROXY)));
}

fn add(person: Person, general: Option<NewConversation>) -> Case {
    let command = Command::AddPerson {
        person: Box::new(person),
        general: general.map(Box::new),
    };
    Case::by(&administrator(), command).people(&[colleague()])
}

fn general(kind: Kind, members: Vec<PersonId>) -> Option<NewConversation> {
    Some(NewConversation {
        id: NEW,
        kind,
        topic: Private::from("General"),
        members,
        content_key: Sealed(vec![1]),
    })
}

#[test]
fn a_patient_comes_with_a_general_conversation() {
    let new = patient(PATIENT, &[COLLEAGUE]);
    let outcome = add(new.clone(), general(thread(), Vec::new())).decide();
    assert_eq!(outcome.answer, done_to(Some(PATIENT)));
    assert_eq!(
        (outcome.audit.subject, outcome.audit.action),
        (Some(PATIENT), Action::AddPerson)
    );
    assert_eq!(outcome.changes[0], Change::Person(Box::new(new.clone())));
    let Change::Event {
        conversation: NEW,
        event,
    } = &outcome.changes[1]
    else {
        panic!("{outcome:?}")
    };
    assert_eq!(
        (&event.body, event.actor, event.shared),
        (&EventBody::Created, COLLEAGUE, true)
    );
    let members: Vec<_> = outcome
        .changes
        .iter()
        .filter_map(|change| match change {
            Change::Membership(membership) => Some((membership.person, membership.side)),
            _ => None,
        })
        .collect();
    assert_eq!(members, [(COLLEAGUE, Side::Team), (PATIENT, Side::Patient)]);
    let Some(Change::Conversation(head)) = outcome.changes.last() else {
        panic!("{outcome:?}")
    };
    assert_eq!((head.owner, head.member_count, head.last.seq), (COLLEAGUE, 2, 1));
    assert_eq!(add(new.clone(), None).refused(), Refusal::Invalid);
    assert_eq!(
        add(new.clone(), general(Kind::Group, Vec::new())).refused(),
        Refusal::Invalid
    );
    assert_eq!(
        add(new.clone(), general(thread(), vec![NURSE])).refused(),
        Refusal::Invalid
    );
    let unknown_team = patient(PATIENT, &[NURSE]);
    assert_eq!(
        add(unknown_team, general(thread(), Vec::new())).refused(),
        Refusal::NotFound
    );
    assert_eq!(add(nurse(), general(thread(), Vec::new())).refused(), Refusal::Invalid);
}

#[test]
fn a_person_is_added_whole_or_not_at_all() {
    let outcome = add(nurse(), None).decide();
    assert_eq!(outcome.changes, [Change::Person(Box::new(nurse()))]);
    assert!(matches!(
        outcome.answer,
        Answer::Done {
            person: Some(NURSE),
            ..
        }
    ));
    let taken = add(nurse(), None).change(|view| view.login_taken = true);
    assert_eq!(taken.refused(), Refusal::LoginTaken);
    let long = "x".repeat(255);
    let wrong: [fn(&mut Person); 8] = [
        |person| person.name = Private::from(" "),
        |person| person.name = Private::from("a\nb"),
        |person| person.login = Private::default(),
        |person| person.credential = Private::default(),
        |person| person.kind = PersonKind::Partner,
        |person| person.kind = PersonKind::Patient,
        |person| person.proxy_for = vec![PATIENT],
        |person| person.sites = vec![SiteId(1); limits::RELATIONS_COUNT_MAX + 1],
    ];
    for change in wrong {
        let mut person = nurse();
        change(&mut person);
        assert_eq!(add(person, None).refused(), Refusal::Invalid);
    }
    assert_eq!(
        add(
            Person {
                login: Private::new(long),
                ..nurse()
            },
            None
        )
        .refused(),
        Refusal::Invalid
    );
    for (mrn, birth_date) in [("", "1984-03-12"), ("MRN-1", "12.03.1984"), ("MRN-1", "1984-3-12")] {
        let mut person = patient(PATIENT, &[]);
        if let Some(facts) = person.patient.as_mut() {
            (facts.mrn, facts.birth_date) = (Private::from(mrn), Private::from(birth_date));
        }
        assert_eq!(add(person, general(thread(), Vec::new())).refused(), Refusal::Invalid);
    }
    let invited = Person {
        state: AccountState::Invited,
        credential: Private::default(),
        ..nurse()
    };
    assert_eq!(add(invited, None).decide().changes.len(), 1);
    let nameless = Command::AddSite {
        site: Site {
            id: SiteId(1),
            name: Private::default(),
        },
    };
    assert_eq!(Case::by(&administrator(), nameless).refused(), Refusal::Invalid);
    let site = Site {
        id: SiteId(1),
        name: Private::from("North"),
    };
    let case = Case::by(&administrator(), Command::AddSite { site: site.clone() });
    assert_kept(&case, Action::AddSite, vec![Change::Site(site)]);
}
