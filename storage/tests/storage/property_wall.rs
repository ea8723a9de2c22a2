//! No sequence of commands lets a patient or a proxy reach an internal note, a room of the staff, or another patient.

use crate::clinic::folk::{self, JOHN, MARIA, MOTHER, NURSE};
use crate::clinic::{Clinic, envelope, note, send, steps};
use corridor_domain::command::{Command, Envelope, Page};
use corridor_domain::conversation::{Kind, Side};
use corridor_domain::ids::{ConversationId, PersonId};
use corridor_domain::outcome::{Answer, Grant};
use corridor_domain::person::{Person, PersonKind};
use proptest::collection::vec;
use proptest::proptest;

const OUTSIDE: [PersonId; 3] = [MARIA, JOHN, MOTHER];

/// Whose conversations somebody on the patients' side may see.
fn own(person: &Person) -> Vec<PersonId> {
    let mut own = person.proxy_for.clone();
    own.push(person.id);
    own
}

/// Every event that a grant leads to is of an own thread, and shared.
fn check_grant(clinic: &Clinic, person: &Person, grant: &Grant) {
    let head = clinic.reader.conversation(grant.conversation).unwrap().unwrap();
    let Kind::Patient { patient } = head.kind else {
        panic!("{:?} was granted a look at {:?}", person.id, head.kind)
    };
    assert!(
        own(person).contains(&patient),
        "{:?} was granted a look at {patient:?}'s",
        person.id
    );
    assert!(
        !is_kept_from(clinic, person, grant.conversation),
        "{:?} is a proxy",
        person.id
    );
    check_events(clinic, grant);
}

/// The patient or the team keeps it from those who act for the patient.
fn is_kept_from(clinic: &Clinic, person: &Person, conversation: ConversationId) -> bool {
    let restriction = clinic.reader.restriction(conversation).unwrap();
    person.kind == PersonKind::Proxy && restriction.is_some_and(|known| known.confidential)
}

fn check_events(clinic: &Clinic, grant: &Grant) {
    assert_eq!(grant.side, Side::Patient);
    for event in clinic.reader.granted(grant).unwrap() {
        assert!(event.shared, "a note, through {grant:?}");
        if let Some(message) = event.message() {
            assert_eq!(message.audience, corridor_domain::conversation::Audience::Everyone);
            // Nor does a shared message lead to one.
            if let Some(place) = message.reply_to {
                let target = clinic.reader.event(grant.conversation, place.seq).unwrap().unwrap();
                assert!(target.shared, "an answer to a note, through {grant:?}");
            }
        }
    }
}

/// Nobody of the patients' side belongs to what is not theirs: what is delivered goes by memberships.
fn check_memberships(clinic: &Clinic) {
    for conversation in steps::anywhere() {
        let Some(head) = clinic.reader.conversation(conversation).unwrap() else {
            continue;
        };
        for member in clinic.reader.memberships(conversation).unwrap() {
            let person = clinic.reader.person(member.person).unwrap().unwrap();
            assert_eq!(member.side == Side::Patient, person.is_patient_side(), "{member:?}");
            if person.is_patient_side() && member.is_current() {
                let theirs = matches!(head.kind, Kind::Patient { patient } if own(&person).contains(&patient));
                assert!(theirs, "{:?} belongs to {:?}", person.id, head.kind);
                assert!(
                    !is_kept_from(clinic, &person, conversation),
                    "{:?} is a proxy",
                    person.id
                );
            }
        }
    }
}

/// Everything that somebody can be granted, in one look and one by one.
fn looks(person: PersonId, number: u128) -> Vec<Envelope> {
    let page = |conversation| Page {
        conversation,
        from_seq: 0,
        to_seq: u64::MAX,
    };
    let pages = steps::anywhere().into_iter().map(page).collect();
    vec![envelope(person, number, Command::Read { pages })]
}

fn run(asked: &[Envelope]) -> (Clinic, usize) {
    let mut clinic = Clinic::staffed();
    // There is something to be found.
    for conversation in [folk::GENERAL, folk::TOPIC] {
        clinic.does(NURSE, note(conversation, "secret"));
        clinic.does(NURSE, send(conversation, "open"));
    }
    clinic.does(folk::PHYSICIAN, note(folk::JOHNS, "secret"));
    clinic.does(NURSE, send(folk::GROUP, "secret"));
    let mut given: Vec<Grant> = Vec::new();
    for (number, envelope) in (10_000..).zip(asked) {
        let mut rounds = vec![envelope.clone()];
        rounds.extend(OUTSIDE.into_iter().flat_map(|person| looks(person, number)));
        for envelope in rounds {
            let corridor_domain::command::Acting::Person { person, .. } = envelope.acting else {
                continue;
            };
            let Answer::Granted { grants, .. } = clinic.apply(&[envelope]).remove(0) else {
                continue;
            };
            let person = clinic.reader.person(person).unwrap().unwrap();
            if person.is_patient_side() {
                grants.iter().for_each(|grant| check_grant(&clinic, &person, grant));
                given.extend(grants);
            }
        }
        check_memberships(&clinic);
    }
    // A grant that was given stays harmless, whatever was written since.
    given.iter().for_each(|grant| check_events(&clinic, grant));
    (clinic, given.len())
}

proptest! {
    #![proptest_config(steps::config())]

    #[test]
    fn property_the_wall_holds_against_everybody(asked in vec(steps::asked(), 1..60)) {
        run(&asked);
    }
}

#[test]
fn the_patients_side_is_granted_what_is_theirs() {
    let (mut clinic, given) = run(&[envelope(MARIA, 1, send(folk::GENERAL, "hello"))]);
    assert_eq!(
        given,
        2 + 1 + 2,
        "Maria's two, John's one, and Maria's two for her mother"
    );
    let seen = |clinic: &mut Clinic, person, conversation| {
        let grant = clinic.grants(person, conversation).remove(0);
        clinic.reader.granted(&grant).unwrap().len()
    };
    assert_eq!(
        seen(&mut clinic, MARIA, folk::GENERAL),
        4,
        "creation, mother, what the nurse and what Maria said"
    );
    assert_eq!(seen(&mut clinic, NURSE, folk::GENERAL), 5);
    assert_eq!(seen(&mut clinic, JOHN, folk::JOHNS), 1);
}
