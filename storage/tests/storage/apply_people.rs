//! Step 6 end to end, for people: founding, accounts, sign-ins, patients with their first conversation, proxies.

use crate::clinic::folk::{
    self, ADMINISTRATOR, CLERK, GENERAL, JOHN, JOHNS, MARIA, MOTHER, NURSE, OFFICER, PHYSICIAN, TOPIC,
};
use crate::clinic::{Clinic, from, send, session_of};
use corridor_domain::audit::Action;
use corridor_domain::command::{Acting, Command};
use corridor_domain::conversation::{Kind, Side};
use corridor_domain::ids::{ConversationId, PersonId, SessionId};
use corridor_domain::outcome::{Answer, Change};
use corridor_domain::person::{AccountState, Role, Roles};
use corridor_domain::private::Private;
use corridor_domain::refusal::Refusal;

#[test]
fn a_clinic_is_founded_once_and_by_the_operator_only() {
    let mut clinic = Clinic::new();
    assert_eq!(clinic.reader.workspace_name().unwrap(), None);
    let answer = clinic.apply(&[folk::found()]).remove(0);
    assert!(matches!(
        answer,
        Answer::Done {
            person: Some(ADMINISTRATOR),
            revision: 1,
            ..
        }
    ));
    assert_eq!(
        clinic.reader.workspace_name().unwrap(),
        Some(Private::from("Elm Street"))
    );
    assert_eq!(
        clinic.reader.person_by_login(" ADA ").unwrap().unwrap().id,
        ADMINISTRATOR
    );
    let again = clinic.apply(&[folk::found()]).remove(0);
    let refusal = Refusal::NothingToDo;
    assert_eq!(again, Answer::Refused { revision: 2, refusal });
    let mut by_the_door = folk::found();
    by_the_door.acting = Acting::Door;
    let refusal = Refusal::NotSignedIn;
    assert_eq!(clinic.apply(&[by_the_door]), [Answer::Refused { revision: 3, refusal }]);
    assert_eq!(clinic.actions(), [Action::FoundWorkspace; 3]);
}

#[test]
fn an_opened_clinic_has_everybody_and_everything() {
    let mut clinic = Clinic::staffed();
    let reader = &clinic.reader;
    let mut people = Vec::new();
    reader
        .people(|person| {
            people.push(person.id);
            true
        })
        .unwrap();
    assert_eq!(people, folk::EVERYBODY);
    let mut first = Vec::new();
    reader
        .people(|person| {
            first.push(person.id);
            false
        })
        .unwrap();
    assert_eq!(first, [ADMINISTRATOR], "stops when it is told");
    assert_eq!(reader.sites().unwrap().len(), 1);
    assert_eq!(reader.channels().unwrap(), [folk::CHANNEL, folk::PRIVATE]);
    let about_maria = [GENERAL, TOPIC, folk::CARE_ROOM];
    assert_eq!(reader.conversations_about(MARIA).unwrap(), about_maria);
    assert_eq!(reader.patient_conversations(3).unwrap(), about_maria, "at most three");
    assert_eq!(reader.patient_conversations(100).unwrap().len(), 4);
    assert_eq!(reader.conversations_of(MARIA).unwrap(), [GENERAL, TOPIC]);
    assert_eq!(reader.conversations_of(ADMINISTRATOR).unwrap(), []);
    assert!(reader.size_bytes() > 0);
    assert!(clinic.grants(OFFICER, GENERAL).is_empty(), "without breaking the glass");
}

#[test]
fn a_patient_comes_with_general_and_the_care_team_in_it() {
    let clinic = Clinic::staffed();
    let head = clinic.reader.conversation(GENERAL).unwrap().unwrap();
    assert_eq!((head.kind, head.owner), (Kind::Patient { patient: MARIA }, NURSE));
    assert_eq!(
        head.member_count, 4,
        "the team of two, Maria, and since she came her mother"
    );
    let sides: Vec<_> = clinic.reader.memberships(GENERAL).unwrap();
    let sides: Vec<_> = sides.iter().map(|member| (member.person, member.side)).collect();
    let wanted = [
        (NURSE, Side::Team),
        (PHYSICIAN, Side::Team),
        (MARIA, Side::Patient),
        (MOTHER, Side::Patient),
    ];
    assert_eq!(sides, wanted);
    assert_eq!(clinic.reader.conversations_of(JOHN).unwrap(), [JOHNS]);
}

#[test]
fn a_login_is_taken_whatever_its_case() {
    let mut clinic = Clinic::staffed();
    let mut other = folk::staff(PersonId(0x66), "nina", Role::Nurse);
    other.login = Private::from("NINA ");
    assert_eq!(
        clinic.refused(ADMINISTRATOR, folk::add(other.clone())),
        Refusal::LoginTaken
    );
    other.login = Private::from("nina2");
    clinic.does(ADMINISTRATOR, folk::add(other));
    assert_eq!(
        clinic.reader.person_by_login("Nina2").unwrap().unwrap().id,
        PersonId(0x66)
    );
    assert!(clinic.reader.person_by_login("nobody").unwrap().is_none());
}

#[test]
fn whoever_gets_another_login_signs_in_by_that_and_the_old_one_is_free() {
    let mut clinic = Clinic::staffed();
    let by = |clinic: &Clinic, login: &str| clinic.reader.person_by_login(login).unwrap().map(|person| person.id);
    let correct = |clinic: &Clinic, person: PersonId, login: &str| {
        let mut profile = clinic.reader.person(person).unwrap().unwrap().profile();
        profile.login = Private::from(login);
        Command::ChangeProfile(person, Box::new(profile))
    };
    let before = clinic.reader.person(NURSE).unwrap().unwrap().login.expose().to_owned();
    let clerks = clinic.reader.person(CLERK).unwrap().unwrap().login.expose().to_owned();
    let taken = correct(&clinic, NURSE, &clerks);
    assert_eq!(clinic.refused(ADMINISTRATOR, taken), Refusal::LoginTaken);
    let other = correct(&clinic, NURSE, "okoye");
    clinic.does(ADMINISTRATOR, other);
    assert_eq!((by(&clinic, "okoye"), by(&clinic, &before)), (Some(NURSE), None));
    assert_eq!(clinic.last_line().record.action, Action::ChangeProfile);
    let free = correct(&clinic, CLERK, &before);
    clinic.does(ADMINISTRATOR, free);
    assert_eq!((by(&clinic, &before), by(&clinic, &clerks)), (Some(CLERK), None));
}

#[test]
fn an_id_that_exists_is_never_written_over() {
    let mut clinic = Clinic::staffed();
    let before = clinic.reader.conversation(folk::CHANNEL).unwrap();
    // A forged or broken command: the patient would become the owner of a staff channel.
    let mine = crate::clinic::create(folk::CHANNEL, Kind::Patient { patient: MARIA }, "mine", &[]);
    assert_eq!(clinic.refused(MARIA, mine), Refusal::Invalid);
    assert_eq!(clinic.reader.conversation(folk::CHANNEL).unwrap(), before);
    assert_eq!(
        clinic.last_line().record.ranges[0].to_seq,
        0,
        "the record claims no place"
    );
    let again = folk::add(folk::staff(NURSE, "Nora", Role::Administrator));
    assert_eq!(clinic.refused(ADMINISTRATOR, again), Refusal::Invalid);
    assert_eq!(
        clinic.reader.person(NURSE).unwrap().unwrap().name,
        Private::from("Nina")
    );
    let patient = folk::patient(PersonId(0x77), "Zoe", &[]);
    assert_eq!(
        clinic.refused(ADMINISTRATOR, folk::add_patient(patient, GENERAL)),
        Refusal::Invalid
    );
    let stolen = folk::sign_in(corridor_domain::session::Session {
        id: session_of(ADMINISTRATOR),
        ..folk::session(MARIA)
    });
    assert!(matches!(
        clinic.apply(&[stolen])[0],
        Answer::Refused {
            refusal: Refusal::Invalid,
            ..
        }
    ));
    assert_eq!(
        clinic
            .reader
            .session(session_of(ADMINISTRATOR))
            .unwrap()
            .unwrap()
            .person,
        ADMINISTRATOR
    );
}

#[test]
fn suspension_ends_every_session_at_its_revision() {
    let mut clinic = Clinic::staffed();
    let mut second = folk::session(NURSE);
    second.id = SessionId(0xBEEF);
    clinic.apply(&[folk::sign_in(second)]);
    let state = AccountState::Suspended;
    clinic.does(ADMINISTRATOR, Command::ChangeAccountState { person: NURSE, state });
    let ended: Vec<_> = clinic
        .last_told()
        .into_iter()
        .filter_map(|change| match change {
            Change::Session(session) => Some((session.id, session.ended_at_revision)),
            _ => None,
        })
        .collect();
    let at = Some(clinic.revision);
    assert_eq!(ended, [(session_of(NURSE), at), (SessionId(0xBEEF), at)]);
    assert_eq!(
        clinic
            .reader
            .session(session_of(NURSE))
            .unwrap()
            .unwrap()
            .ended_at_revision,
        at
    );
    assert_eq!(
        clinic.refused(NURSE, send(GENERAL, "still here?")),
        Refusal::NotSignedIn
    );
    let refused = clinic.apply(&[folk::sign_in(folk::session(NURSE))]).remove(0);
    assert!(matches!(
        refused,
        Answer::Refused {
            refusal: Refusal::SignInFailed,
            ..
        }
    ));
    let state = AccountState::Active;
    clinic.does(ADMINISTRATOR, Command::ChangeAccountState { person: NURSE, state });
    assert_eq!(
        clinic.refused(NURSE, send(GENERAL, "back?")),
        Refusal::NotSignedIn,
        "an ended session stays ended"
    );
}

#[test]
fn a_new_password_ends_the_others_and_an_own_session_is_ended_once() {
    let mut clinic = Clinic::staffed();
    let mut phone = folk::session(CLERK);
    phone.id = SessionId(0xF0);
    clinic.apply(&[folk::sign_in(phone)]);
    let credential = Private::from("new hash");
    clinic.does(
        CLERK,
        Command::SetPassword {
            person: CLERK,
            credential,
        },
    );
    assert!(
        clinic
            .reader
            .session(SessionId(0xF0))
            .unwrap()
            .unwrap()
            .ended_at_revision
            .is_some()
    );
    assert!(
        clinic
            .reader
            .session(session_of(CLERK))
            .unwrap()
            .unwrap()
            .ended_at_revision
            .is_none()
    );
    let end = Command::EndSession {
        session: session_of(CLERK),
    };
    assert_eq!(clinic.refused(NURSE, end.clone()), Refusal::Forbidden);
    clinic.does(CLERK, end.clone());
    assert_eq!(clinic.refused(CLERK, end.clone()), Refusal::NotSignedIn);
    assert_eq!(clinic.refused(ADMINISTRATOR, end), Refusal::NothingToDo);
}

#[test]
fn a_failed_sign_in_is_on_the_record() {
    let mut clinic = Clinic::staffed();
    let device = Private::from("a stranger's phone");
    let person = Some(NURSE);
    clinic.apply(&[from(
        Acting::Door,
        9,
        Command::FailSignIn {
            person,
            device: device.clone(),
        },
    )]);
    let line = clinic.last_line().record;
    assert_eq!(
        (line.action, line.actor, line.device),
        (Action::FailSignIn, Some(NURSE), device)
    );
    assert_eq!(line.refusal, Some(Refusal::SignInFailed));
}

#[test]
fn a_proxy_comes_and_goes_with_the_relation() {
    let mut clinic = Clinic::staffed();
    assert_eq!(clinic.reader.proxies_of(MARIA).unwrap(), [MOTHER]);
    assert_eq!(clinic.reader.conversations_of(MOTHER).unwrap(), [GENERAL, TOPIC]);
    let change = |patients: &[PersonId]| Command::ChangeProxyFor {
        person: MOTHER,
        patients: patients.to_vec(),
    };
    clinic.does(ADMINISTRATOR, change(&[JOHN]));
    assert_eq!(clinic.reader.proxies_of(MARIA).unwrap(), []);
    assert_eq!(clinic.reader.proxies_of(JOHN).unwrap(), [MOTHER]);
    assert_eq!(clinic.reader.conversations_of(MOTHER).unwrap(), [JOHNS]);
    assert!(clinic.grants(MOTHER, GENERAL).is_empty());
    assert_eq!(clinic.refused(MOTHER, send(GENERAL, "hello?")), Refusal::NotFound);
    clinic.does(ADMINISTRATOR, change(&[MARIA, JOHN]));
    let own = clinic.reader.membership(GENERAL, MOTHER).unwrap().unwrap();
    assert!(
        own.is_current() && own.past_stays.len() == 1,
        "the earlier stay is kept"
    );
    assert_eq!(clinic.reader.conversations_of(MOTHER).unwrap(), [GENERAL, TOPIC, JOHNS]);
    // A topic that begins now has her in it: she is found through the index.
    let id = ConversationId(0xB0);
    let kind = Kind::Patient { patient: MARIA };
    clinic.does(NURSE, crate::clinic::create(id, kind, "Allergy", &[]));
    assert!(clinic.reader.membership(id, MOTHER).unwrap().unwrap().is_current());
}

#[test]
fn rights_change_with_the_roles_at_once() {
    let mut clinic = Clinic::staffed();
    let glass = |conversation| Command::BreakGlass {
        conversation,
        reason: Private::from("review of a complaint"),
        minutes: 30,
    };
    clinic.does(OFFICER, glass(GENERAL));
    assert_eq!(clinic.grants(OFFICER, GENERAL).len(), 1);
    let roles: Roles = [Role::Billing].into_iter().collect();
    clinic.does(ADMINISTRATOR, Command::ChangeRoles { person: OFFICER, roles });
    assert!(
        clinic.grants(OFFICER, GENERAL).is_empty(),
        "a broken glass is worth nothing without the role"
    );
    assert_eq!(clinic.refused(OFFICER, glass(GENERAL)), Refusal::NotFound);
}
