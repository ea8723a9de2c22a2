//! What follows from correcting who somebody is, what a location is called, and where charts are found; and from following threads.

use crate::common::{
    Case, HERE, NOW_MS, NURSE, PATIENT, administrator, changed_person, head, member, message, nurse, patient, thread,
};
use corridor_domain::attention::{Attention, AttentionStep, Thread, Threads};
use corridor_domain::command::{Acting, Command};
use corridor_domain::conversation::Audience;
use corridor_domain::ids::SiteId;
use corridor_domain::invitation::{Activation, Invitation};
use corridor_domain::limits;
use corridor_domain::outcome::Change;
use corridor_domain::person::{AccountState, Person, Profile, Site};
use corridor_domain::private::Private;
use corridor_domain::refusal::Refusal;
use corridor_domain::settings::Policies;

fn correct(subject: &Person, change: impl FnOnce(&mut Profile)) -> Case {
    let mut profile = subject.profile();
    change(&mut profile);
    let command = Command::ChangeProfile(subject.id, Box::new(profile));
    Case::by(&administrator(), command)
        .subject(subject, None)
        .change(|view| view.sites = vec![HERE])
}

#[test]
fn names_logins_and_facts_are_corrected_and_nothing_else() {
    let nurse = nurse();
    let case = correct(&nurse, |profile| {
        profile.name = Private::from("Nina Okoye");
        profile.login = Private::from("okoye");
    });
    let wanted = changed_person(&nurse, |person| {
        person.name = Private::from("Nina Okoye");
        person.login = Private::from("okoye");
    });
    assert_eq!(case.decide().changes, [wanted]);
    let maria = patient(PATIENT, &[NURSE]);
    let case = correct(&maria, |profile| {
        profile.mrn = Private::from("MRN-2");
        profile.birth_date = Private::from("1984-03-21");
        profile.sites = vec![HERE];
    });
    let wanted = changed_person(&maria, |person| {
        if let Some(facts) = person.patient.as_mut() {
            (facts.mrn, facts.birth_date) = (Private::from("MRN-2"), Private::from("1984-03-21"));
        }
        person.sites = vec![HERE];
    });
    let changes = case.decide().changes;
    // Whoever is at the site already gains nothing by it.
    assert!(changes == [wanted], "{changes:?}");
}

#[test]
fn a_correction_that_cannot_be_is_refused() {
    let (nurse, maria) = (nurse(), patient(PATIENT, &[]));
    let long = "x".repeat(limits::NAME_SIZE_BYTES_MAX + 1);
    let refused = |subject: &Person, change: fn(&mut Profile, &str), text: &str| {
        correct(subject, |profile| change(profile, text)).refused()
    };
    let name = |profile: &mut Profile, text: &str| profile.name = Private::new(text);
    let login = |profile: &mut Profile, text: &str| profile.login = Private::new(text);
    let birth = |profile: &mut Profile, text: &str| profile.birth_date = Private::new(text);
    assert_eq!(refused(&nurse, name, ""), Refusal::Invalid);
    assert_eq!(refused(&nurse, name, &long), Refusal::Invalid);
    assert_eq!(refused(&nurse, name, nurse.name.expose()), Refusal::NothingToDo);
    assert_eq!(
        refused(&nurse, login, ""),
        Refusal::Invalid,
        "whoever signs in needs one"
    );
    assert_eq!(refused(&nurse, birth, "1984-03-12"), Refusal::Invalid, "no patient");
    assert_eq!(refused(&maria, birth, "12.03.1984"), Refusal::Invalid);
    let elsewhere = |profile: &mut Profile| profile.sites = vec![SiteId(0x99)];
    assert_eq!(correct(&maria, elsewhere).refused(), Refusal::NotFound);
    assert_eq!(
        correct(&nurse, elsewhere).refused(),
        Refusal::Invalid,
        "theirs go with their rights"
    );
    let taken = correct(&nurse, |profile| profile.login = Private::from("ada"));
    assert_eq!(
        taken.change(|view| view.login_taken = true).refused(),
        Refusal::LoginTaken
    );
    let own = correct(&nurse, |profile| profile.name = Private::from("Nina"));
    assert_eq!(
        own.change(|view| view.login_taken = true).decide().changes.len(),
        1,
        "one's own is no other's"
    );
}

#[test]
fn a_site_that_is_there_gets_another_name() {
    let site = |name: &str| Site {
        id: HERE,
        name: Private::from(name),
    };
    let rename = |name: &str| Case::by(&administrator(), Command::RenameSite(site(name)));
    let here = |case: Case| case.change(|view| view.site = Some(site("Downtown")));
    assert_eq!(here(rename("Uptown")).decide().changes, [Change::Site(site("Uptown"))]);
    assert_eq!(here(rename("Downtown")).refused(), Refusal::NothingToDo);
    assert_eq!(here(rename(" ")).refused(), Refusal::Invalid);
    assert_eq!(rename("Uptown").refused(), Refusal::NotFound);
}

#[test]
fn charts_are_found_by_an_address_that_is_safe_to_open() {
    let set = |link: &str| Case::by(&administrator(), Command::ChangeChartLink(Private::from(link)));
    let link = "https://ehr.example/chart?mrn={mrn}";
    assert_eq!(set(link).decide().changes, [Change::ChartLink(Private::from(link))]);
    let known = |case: Case| case.change(|view| view.chart_link = Some(Private::from(link)));
    assert_eq!(known(set(link)).refused(), Refusal::NothingToDo);
    assert_eq!(known(set("")).decide().changes, [Change::ChartLink(Private::default())]);
    assert_eq!(set("").refused(), Refusal::NothingToDo);
    let long = format!(
        "https://ehr.example/{{mrn}}{}",
        "x".repeat(limits::CHART_LINK_SIZE_BYTES_MAX)
    );
    for wrong in [
        "http://ehr.example/{mrn}",
        "https://ehr.example/",
        "javascript:{mrn}",
        "https://a b/{mrn}",
        &long,
    ] {
        assert_eq!(set(wrong).refused(), Refusal::Invalid, "{wrong}");
    }
    assert_eq!(
        Case::by(&nurse(), Command::ChangeChartLink(Private::from(link))).refused(),
        Refusal::Forbidden
    );
}

#[test]
fn administrators_set_what_may_be_done_with_words() {
    let set = |policies| Case::by(&administrator(), Command::ChangePolicies(policies));
    let standard = Policies::default();
    let stricter = Policies {
        edit_window_s: 0,
        on_behalf_of_labelled: false,
    };
    assert_eq!(set(stricter).decide().changes, [Change::Policies(stricter)]);
    assert_eq!(set(standard).refused(), Refusal::NothingToDo);
    let strict = |case: Case| case.change(|view| view.about.policies = stricter);
    assert_eq!(strict(set(standard)).decide().changes, [Change::Policies(standard)]);
    let at = |edit_window_s| Policies {
        edit_window_s,
        ..standard
    };
    assert_eq!(set(at(limits::EDIT_WINDOW_S_MAX)).decide().audit.refusal, None);
    assert_eq!(set(at(limits::EDIT_WINDOW_S_MAX + 1)).refused(), Refusal::Invalid);
    assert_eq!(
        Case::by(&nurse(), Command::ChangePolicies(stricter)).refused(),
        Refusal::Forbidden
    );
}

#[test]
fn staff_follow_threads_and_patients_have_none() {
    let head = head(thread());
    let follow = |who: &Person, follows| {
        let step = AttentionStep::Follow { seq: 7, follows };
        let conversation = head.id;
        Case::by(who, Command::ChangeAttention { conversation, step })
            .about(head.clone(), Some(member(&head, who)))
            .target(message(PATIENT, Audience::Everyone))
    };
    let case = follow(&nurse(), true);
    let seq = message(PATIENT, Audience::Everyone).place.seq;
    let threads = Threads::default().with(Thread { seq, follows: true });
    let threads = threads.unwrap_or_default();
    let told = Change::Attention {
        attention: Attention::untouched(NURSE, head.id),
        threads: threads.clone(),
        reminded: false,
    };
    let kept = Change::Threads {
        person: NURSE,
        conversation: head.id,
        threads: threads.clone(),
    };
    assert_eq!(case.decide().changes, [told, kept]);
    assert_eq!(
        case.change(|view| view.threads = threads).refused(),
        Refusal::NothingToDo
    );
    assert_eq!(
        follow(&nurse(), true).change(|view| view.target = None).refused(),
        Refusal::NotFound
    );
    assert_eq!(follow(&patient(PATIENT, &[]), true).refused(), Refusal::Forbidden);
}

#[test]
fn a_code_opens_an_account_once_in_time_and_under_a_login_that_is_free() {
    let invited = Person {
        state: AccountState::Invited,
        login: Private::default(),
        credential: Private::default(),
        ..patient(PATIENT, &[NURSE])
    };
    let case = Case::by(&nurse(), Command::Invite(PATIENT, [7; 16])).subject(&invited, None);
    let open = Invitation {
        person: PATIENT,
        code: [7; 16],
        by: NURSE,
        expires_at_ms: NOW_MS + limits::INVITATION_MS,
    };
    assert_eq!(case.decide().changes, [Change::Invitation(open)]);
    let activate = |login: &str, code: u8, invitation: Option<Invitation>| {
        let activation = Activation {
            person: PATIENT,
            code: [code; 16],
            login: Private::from(login),
            credential: Private::from("hash"),
            device: Private::from("phone"),
        };
        Case::from(Acting::Door, Command::Activate(Box::new(activation)))
            .subject(&invited, None)
            .change(|view| view.invitation = invitation)
    };
    let opened = activate("maria", 7, Some(open)).decide();
    let wanted = changed_person(&invited, |person| {
        person.login = Private::from("maria");
        person.credential = Private::from("hash");
        person.state = AccountState::Active;
    });
    assert_eq!(opened.changes, [wanted, Change::InvitationOver(PATIENT)]);
    assert_eq!(opened.audit.actor, Some(PATIENT));
    let old = Invitation {
        expires_at_ms: NOW_MS,
        ..open
    };
    for (login, code, invitation, refusal) in [
        ("maria", 8, Some(open), Refusal::SignInFailed),
        ("maria", 7, Some(old), Refusal::SignInFailed),
        ("maria", 7, None, Refusal::SignInFailed),
        ("", 7, Some(open), Refusal::Invalid),
    ] {
        assert_eq!(activate(login, code, invitation).refused(), refusal, "{login:?} {code}");
    }
    let taken = activate("ada", 7, Some(open)).change(|view| view.login_taken = true);
    assert_eq!(taken.refused(), Refusal::LoginTaken);
    let active = activate("maria", 7, Some(open)).subject(&patient(PATIENT, &[]), None);
    assert_eq!(active.refused(), Refusal::SignInFailed);
}
