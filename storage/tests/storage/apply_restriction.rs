//! Labels, what is confidential, and templates, from commands to records and back (J04, J05, T-22).

use crate::clinic::covering::{HOUR_MS, LEAVE, fire, is_member, join, leave, party, take};
use crate::clinic::folk::{
    ADMINISTRATOR, CLERK, GENERAL, JOHN, JOHNS, MARIA, MOTHER, NURSE, OFFICER, PHYSICIAN, TOPIC,
};
use crate::clinic::{Clinic, new, send};
use corridor_domain::audit::{Action, Basis};
use corridor_domain::care::{CareStep, Party};
use corridor_domain::command::{Command, Moving};
use corridor_domain::conversation::{History, Kind};
use corridor_domain::event::EventBody;
use corridor_domain::ids::{ConversationId, PersonId, TemplateId};
use corridor_domain::limits;
use corridor_domain::person::Role;
use corridor_domain::private::{Private, Sealed};
use corridor_domain::refusal::Refusal;
use corridor_domain::restriction::{RestrictionStep, Safeguards, Sensitivity};
use corridor_domain::template::Template;

const CONFIDENTIAL: ConversationId = ConversationId(0xBC);

fn label(sensitivity: Option<Sensitivity>) -> Command {
    restrict(GENERAL, RestrictionStep::Label { sensitivity })
}

fn keep(conversation: ConversationId, confidential: bool) -> Command {
    restrict(conversation, RestrictionStep::Confidential { confidential })
}

fn restrict(conversation: ConversationId, step: RestrictionStep) -> Command {
    Command::Restrict { conversation, step }
}

fn from_years(years: u8) -> Command {
    Command::ChangeSafeguards(Safeguards {
        confidential_from_years: Some(years),
        ..Safeguards::default()
    })
}

fn of_labelled(command: Command) -> Command {
    match command {
        Command::GrantCoverage { coverage } => Command::GrantCoverageOfLabelled { coverage },
        other => other,
    }
}

#[test]
fn a_label_shuts_the_queue_and_coverage_out() {
    let mut clinic = Clinic::staffed();
    let roles = [Role::OrganizationQueue, Role::Billing].into_iter().collect();
    clinic.does(ADMINISTRATOR, Command::ChangeRoles { person: OFFICER, roles });
    let granted = leave(&clinic, LEAVE, 0, 8 * HOUR_MS);
    clinic.does(PHYSICIAN, granted);
    fire(&mut clinic);
    clinic.does(PHYSICIAN, take(GENERAL, None));
    clinic.does(CLERK, join(GENERAL));
    clinic.does(CLERK, take(GENERAL, Some(PHYSICIAN)));
    assert_eq!(party(&clinic, GENERAL), Party::Person(CLERK));
    assert_eq!(clinic.grants(OFFICER, GENERAL)[0].basis, Basis::OrganizationQueue);

    let place = clinic.does(NURSE, label(Some(Sensitivity::Part2)));
    let event = clinic.reader.event(GENERAL, place.seq).unwrap().unwrap();
    assert!(event.shared, "that somebody is gone is seen by all who saw them come");
    assert!(matches!(&event.body, EventBody::Labelled { left, .. } if left == &[CLERK]));
    assert_eq!(clinic.last_line().record.action, Action::Label);
    assert!(!is_member(&clinic, GENERAL, CLERK));
    assert_eq!(
        party(&clinic, GENERAL),
        Party::Pool(Role::FrontDesk),
        "nobody answers for what they cannot see"
    );
    assert_eq!(clinic.grants(OFFICER, GENERAL), []);
    assert_eq!(clinic.grants(CLERK, GENERAL), []);
    assert_eq!(clinic.refused(CLERK, join(GENERAL)), Refusal::NotFound);
    assert_eq!(clinic.grants(PHYSICIAN, GENERAL)[0].basis, Basis::Member);
    assert_eq!(
        clinic.grants(CLERK, TOPIC)[0].basis,
        Basis::Coverage,
        "of the others nothing changed"
    );
    assert_eq!(
        clinic.refused(NURSE, label(Some(Sensitivity::Part2))),
        Refusal::NothingToDo
    );

    assert_eq!(
        clinic.refused(NURSE, label(None)),
        Refusal::Forbidden,
        "a physician takes it away"
    );
    let place = clinic.does(PHYSICIAN, label(None));
    assert!(!clinic.reader.event(GENERAL, place.seq).unwrap().unwrap().shared);
    assert_eq!(clinic.last_line().record.action, Action::Unlabel);
    assert_eq!(clinic.grants(OFFICER, GENERAL)[0].basis, Basis::OrganizationQueue);
    assert_eq!(clinic.grants(CLERK, GENERAL)[0].basis, Basis::Coverage);
    clinic.now_ms += 9 * HOUR_MS;
    fire(&mut clinic);
    assert_eq!(
        clinic.reader.stand_ins(GENERAL).unwrap(),
        [],
        "nothing is left to give back"
    );
}

#[test]
fn a_coverage_that_names_labels_goes_on() {
    let mut clinic = Clinic::staffed();
    let granted = of_labelled(leave(&clinic, LEAVE, 0, 8 * HOUR_MS));
    clinic.does(PHYSICIAN, granted);
    assert_eq!(clinic.last_line().record.reason.expose(), "annual leave");
    assert!(clinic.reader.covers_labelled(LEAVE).unwrap());
    clinic.does(CLERK, join(GENERAL));
    let place = clinic.does(NURSE, label(Some(Sensitivity::StateLaw)));
    let event = clinic.reader.event(GENERAL, place.seq).unwrap().unwrap();
    assert!(!event.shared && matches!(&event.body, EventBody::Labelled { left, .. } if left.is_empty()));
    assert!(is_member(&clinic, GENERAL, CLERK));
    assert_eq!(clinic.grants(CLERK, GENERAL)[0].basis, Basis::Coverage);
    clinic.now_ms += 9 * HOUR_MS;
    assert_eq!(clinic.grants(CLERK, GENERAL), []);
}

#[test]
fn what_is_confidential_is_kept_from_who_acts_for_the_patient() {
    let mut clinic = Clinic::staffed();
    assert_eq!(
        clinic.refused(MARIA, keep(TOPIC, true)),
        Refusal::TooYoung,
        "the clinic set no age"
    );
    clinic.does(ADMINISTRATOR, from_years(12));
    assert_eq!(clinic.refused(MOTHER, keep(TOPIC, true)), Refusal::Forbidden);
    assert!(!clinic.grants(MOTHER, TOPIC).is_empty());

    let place = clinic.does(MARIA, keep(TOPIC, true));
    let event = clinic.reader.event(TOPIC, place.seq).unwrap().unwrap();
    assert!(event.shared);
    assert!(matches!(&event.body, EventBody::ConfidentialChanged { confidential: true, left } if left == &[MOTHER]));
    assert!(!is_member(&clinic, TOPIC, MOTHER));
    assert_eq!(clinic.grants(MOTHER, TOPIC), []);
    assert_eq!(clinic.refused(MOTHER, send(TOPIC, "what is it?")), Refusal::NotFound);
    let add = Command::AddMember {
        conversation: TOPIC,
        person: MOTHER,
        history: History::FromNow,
    };
    assert_eq!(clinic.refused(NURSE, add.clone()), Refusal::Forbidden);
    for patients in [vec![MARIA, JOHN], vec![], vec![MARIA]] {
        let person = MOTHER;
        clinic.does(ADMINISTRATOR, Command::ChangeProxyFor { person, patients });
        assert!(!is_member(&clinic, TOPIC, MOTHER));
    }
    assert!(is_member(&clinic, GENERAL, MOTHER), "the others are theirs as before");
    clinic.does(MARIA, send(TOPIC, "between us"));

    clinic.does(NURSE, keep(TOPIC, false));
    assert_eq!(clinic.grants(MOTHER, TOPIC), [], "nobody comes back by themselves");
    for patients in [vec![MARIA, JOHN], vec![], vec![MARIA]] {
        let person = MOTHER;
        clinic.does(ADMINISTRATOR, Command::ChangeProxyFor { person, patients });
        assert!(!is_member(&clinic, TOPIC, MOTHER), "nor with another change");
    }
    let aunt = PersonId(0x13);
    clinic.does(
        ADMINISTRATOR,
        crate::clinic::folk::add(crate::clinic::folk::proxy(aunt, "Aunt", MARIA)),
    );
    assert!(is_member(&clinic, GENERAL, aunt) && !is_member(&clinic, TOPIC, aunt));
    let Command::AddMember {
        conversation, person, ..
    } = add
    else {
        panic!("it adds her");
    };
    let history = History::Full;
    clinic.does(
        NURSE,
        Command::AddMember {
            conversation,
            person,
            history,
        },
    );
    let grant = clinic.grants(MOTHER, TOPIC)[0];
    let seen = clinic.reader.granted(&grant).unwrap();
    assert!(
        seen.iter().all(|event| event.message().is_none()),
        "from now on, as they were let in"
    );
}

#[test]
fn a_confidential_conversation_begins_without_them() {
    let mut clinic = Clinic::staffed();
    let begin = || Command::BeginConfidential {
        new: Box::new(new(CONFIDENTIAL, Kind::Patient { patient: MARIA }, "Private", &[])),
        reason: None,
        to: Some(NURSE),
    };
    clinic.does(ADMINISTRATOR, from_years(18));
    assert_eq!(clinic.refused(MOTHER, begin()), Refusal::Forbidden);
    clinic.does(MARIA, begin());
    let members: Vec<PersonId> = clinic
        .reader
        .memberships(CONFIDENTIAL)
        .unwrap()
        .iter()
        .map(|own| own.person)
        .collect();
    assert_eq!(members, [NURSE, PHYSICIAN, MARIA]);
    assert_eq!(clinic.grants(MOTHER, CONFIDENTIAL), []);
    assert_eq!(party(&clinic, CONFIDENTIAL), Party::Person(NURSE));
    let line = clinic
        .audit()
        .into_iter()
        .rev()
        .find(|line| line.record.action == Action::CreateConversation);
    assert_eq!(line.unwrap().record.subject, Some(MARIA));
}

#[test]
fn a_label_leaves_no_offer_to_who_cannot_see_it() {
    let mut clinic = Clinic::staffed();
    let granted = leave(&clinic, LEAVE, 0, 8 * HOUR_MS);
    clinic.does(PHYSICIAN, granted);
    clinic.does(PHYSICIAN, take(GENERAL, None));
    let offer = || crate::clinic::covering::care(GENERAL, CareStep::HandOver { to: CLERK, minutes: 30 });
    clinic.does(PHYSICIAN, offer());
    clinic.does(NURSE, label(Some(Sensitivity::Part2)));
    assert_eq!(clinic.reader.care(GENERAL).unwrap().unwrap().offer, None);
    assert_eq!(clinic.refused(PHYSICIAN, offer()), Refusal::TargetNotAMember);
    let another = label(Some(Sensitivity::StateLaw));
    assert_eq!(
        clinic.refused(NURSE, another.clone()),
        Refusal::Forbidden,
        "it would take the first one away"
    );
    clinic.does(PHYSICIAN, another);
}

#[test]
fn a_message_moves_at_one_revision() {
    let mut clinic = Clinic::staffed();
    let sent = clinic.does(PHYSICIAN, send(GENERAL, "for John"));
    let moved = |version: u32, to: ConversationId| Command::MoveMessage {
        conversation: GENERAL,
        moving: Box::new(Moving {
            seq: sent.seq,
            version,
            to,
            content: Sealed(b"for John, sealed anew".to_vec()),
        }),
    };
    assert_eq!(clinic.refused(PHYSICIAN, moved(2, JOHNS)), Refusal::MovedOn);
    assert_eq!(clinic.refused(PHYSICIAN, moved(1, GENERAL)), Refusal::Invalid);
    assert_eq!(clinic.refused(NURSE, moved(1, JOHNS)), Refusal::Forbidden, "another's");
    clinic.does(PHYSICIAN, Command::Archive { conversation: JOHNS });
    assert_eq!(clinic.refused(PHYSICIAN, moved(1, JOHNS)), Refusal::Archived);
    let untouched = clinic.reader.event(GENERAL, sent.seq).unwrap().unwrap();
    assert!(
        untouched.message().unwrap().retraction.is_none(),
        "nothing is taken back where it cannot be written"
    );
    clinic.does(PHYSICIAN, Command::Reopen { conversation: JOHNS });
    let place = clinic.does(PHYSICIAN, moved(1, JOHNS));
    let there = clinic.reader.event(JOHNS, place.seq).unwrap().unwrap();
    assert_eq!(
        there.message().unwrap().content,
        Sealed(b"for John, sealed anew".to_vec())
    );
    let here = clinic.reader.event(GENERAL, sent.seq).unwrap().unwrap();
    assert!(here.message().unwrap().retraction.is_some());
    let line = clinic.last_line().record;
    let at: Vec<_> = line
        .ranges
        .iter()
        .map(|range| (range.conversation, range.from_seq))
        .collect();
    assert_eq!(
        (line.action, at),
        (Action::MoveMessage, vec![(GENERAL, sent.seq + 1), (JOHNS, place.seq)])
    );
    assert_eq!(clinic.refused(PHYSICIAN, moved(1, JOHNS)), Refusal::AlreadyRetracted);
}

#[test]
fn whoever_writes_from_a_patients_account_is_asked_who_they_are() {
    let mut clinic = Clinic::staffed();
    let conversation = GENERAL;
    let ask = Command::AskIdentity(conversation);
    let confirm = |credential: &str| Command::ConfirmIdentity {
        conversation,
        credential: Private::from(credential),
    };
    assert_eq!(clinic.refused(MARIA, confirm("hash")), Refusal::NothingToDo);
    let place = clinic.does(NURSE, ask.clone());
    assert!(clinic.reader.event(GENERAL, place.seq).unwrap().unwrap().shared);
    assert_eq!(clinic.refused(PHYSICIAN, ask.clone()), Refusal::NothingToDo);
    assert_eq!(clinic.refused(MARIA, confirm("")), Refusal::NotConfirmed);
    let line = clinic.last_line().record;
    assert_eq!((line.action, line.actor), (Action::ConfirmIdentity, Some(MARIA)));
    clinic.does(MOTHER, confirm("hash"));
    let check = clinic.reader.identity_check(GENERAL).unwrap().unwrap();
    assert_eq!(
        (check.asked_by, check.confirmed.map(|(person, _)| person)),
        (NURSE, Some(MOTHER))
    );
    assert_eq!(clinic.refused(MARIA, confirm("hash")), Refusal::NothingToDo);
    clinic.does(PHYSICIAN, ask);
    assert!(clinic.reader.identity_check(GENERAL).unwrap().unwrap().is_open());
}

#[test]
fn templates_are_ones_own_or_the_clinics() {
    let mut clinic = Clinic::staffed();
    let save = |id: u128, owner: Option<PersonId>, name: &str, is_new: bool| Command::SaveTemplate {
        template: Box::new(Template {
            id: TemplateId(id),
            owner,
            name: Private::from(name),
            body: Private::from("Your refill is ready."),
        }),
        is_new,
    };
    clinic.does(ADMINISTRATOR, save(1, None, "Refill", true));
    clinic.does(NURSE, save(2, Some(NURSE), "Mine", true));
    assert_eq!(
        clinic.refused(NURSE, save(1, None, "Refill", false)),
        Refusal::Forbidden
    );
    assert_eq!(
        clinic.refused(NURSE, save(1, Some(NURSE), "Refill", false)),
        Refusal::NotFound
    );
    assert_eq!(
        clinic.refused(PHYSICIAN, save(2, Some(NURSE), "Theirs", false)),
        Refusal::NotFound
    );
    assert_eq!(
        clinic.refused(PHYSICIAN, save(2, Some(PHYSICIAN), "Theirs", false)),
        Refusal::NotFound
    );
    assert_eq!(
        clinic.refused(NURSE, save(2, Some(NURSE), "Mine", false)),
        Refusal::NothingToDo
    );
    assert_eq!(
        clinic.refused(NURSE, save(3, Some(NURSE), "two\nlines", true)),
        Refusal::Invalid
    );
    clinic.does(NURSE, save(2, Some(NURSE), "Renamed", false));
    let names = |clinic: &Clinic, owner| {
        let all = clinic.reader.templates_of(owner).unwrap();
        all.into_iter()
            .map(|template| template.name.expose().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(
        (names(&clinic, None), names(&clinic, Some(NURSE))),
        (vec!["Refill".to_owned()], vec!["Renamed".to_owned()])
    );
    let remove = |id: u128| Command::RemoveTemplate(TemplateId(id));
    assert_eq!(clinic.refused(PHYSICIAN, remove(2)), Refusal::NotFound);
    assert_eq!(clinic.refused(NURSE, remove(1)), Refusal::Forbidden);
    clinic.does(NURSE, remove(2));
    assert_eq!(clinic.reader.template(TemplateId(2)).unwrap(), None);
    assert_eq!(
        clinic.refused(NURSE, save(2, Some(NURSE), "Changed", false)),
        Refusal::NotFound,
        "what was removed does not come back"
    );
    for id in 0..limits::TEMPLATES_PER_OWNER_COUNT_MAX as u128 {
        clinic.does(NURSE, save(100 + id, Some(NURSE), "Many", true));
    }
    assert_eq!(
        clinic.refused(NURSE, save(99, Some(NURSE), "One more", true)),
        Refusal::TooMany
    );
    clinic.does(NURSE, save(100, Some(NURSE), "Changed at the limit", false));
}
