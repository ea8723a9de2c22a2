//! What is found in texts about one patient, and what is not.

use super::*;
use crate::person::{AccountState, PatientFacts, Roles};
use crate::private::Private;

const MARIA: PersonId = PersonId(1);

fn person(id: u128, kind: PersonKind, name: &str, chart: Option<(&str, &str)>) -> Person {
    Person {
        id: PersonId(id),
        kind,
        name: Private::from(name),
        title: Private::default(),
        login: Private::default(),
        credential: Private::default(),
        roles: Roles::default(),
        state: AccountState::Active,
        sites: Vec::new(),
        patient: chart.map(|(mrn, born)| PatientFacts {
            mrn: Private::from(mrn),
            birth_date: Private::from(born),
            care_team: Vec::new(),
        }),
        proxy_for: Vec::new(),
        organization: Private::default(),
    }
}

fn charts() -> Charts {
    let mut charts = Charts::default();
    let patients = [
        (1, "Maria Garcia", ("MRN-10240", "1980-03-12")),
        (2, "Mario Garcia", ("MRN-10241", "1975-06-01")),
        (3, "John Wu", ("MRN-20077", "2014-02-28")),
        (4, "Anne-Marie Okafor", ("77 1234", "1991-11-05")),
    ];
    for (id, name, chart) in patients {
        charts.take(&person(id, PersonKind::Patient, name, Some(chart)));
    }
    charts.take(&person(8, PersonKind::Staff, "Samuel Okafor", None));
    charts.take(&person(9, PersonKind::Proxy, "Lin Wu", None));
    charts
}

fn found(text: &str) -> Vec<(What, String)> {
    let all = charts().others_named(text, MARIA);
    all.into_iter().map(|named| (named.what, named.text)).collect()
}

#[test]
fn what_is_another_patients_is_found() {
    let cases = [
        ("The chart is MRN-10241, please", What::RecordNumber, "MRN-10241"),
        ("mrn 20077 has no allergies", What::RecordNumber, "mrn 20077"),
        ("record no 771234", What::RecordNumber, "771234"),
        ("chart number 77-1234 it is", What::RecordNumber, "77-1234"),
        ("DOB 6/1/1975", What::BirthDate, "6/1/1975"),
        ("born 1975-06-02, you said", What::BirthDate, "1975-06-02"),
        ("Birth date 28.02.2014.", What::BirthDate, "28.02.2014"),
        ("born June 1, 1975", What::BirthDate, "June 1, 1975"),
        ("born on 1 June 1975", What::BirthDate, "1 June 1975"),
        ("The result for Mario Garcia is in", What::Name, "Mario Garcia"),
        ("The result for Garcia, Mario is in", What::Name, "Garcia, Mario"),
        ("J. Wu can come on Monday", What::Name, "J. Wu"),
        ("Hello John, your result is in", What::Name, "Hello John"),
        ("Anne-Marie, see you then", What::Name, "Anne-Marie"),
    ];
    for (text, what, written) in cases {
        assert_eq!(found(text), [(what, written.to_owned())], "{text}");
    }
}

#[test]
fn what_is_the_patients_own_or_nobodys_is_not() {
    let silent = [
        "Hi Maria, your result is in. Garcia, M. and MRN-10240, born 03/12/1980 or 12.03.1980.",
        "Maria Garcia, March 12, 1980",
        "Come on 2026-12-01 at 10:15, or call 555-10241.",
        "Take 10241 steps a day",
        "Your visit of 2025-06-01 is paid",
        "The surgery of 6/1/1975, the form of 28.02.2014",
        "It costs 771234, or call 77-1234",
        "Dr. Okafor asks you to come, and so does Samuel Okafor",
        "Ms. Wu called about her child",
        "Mr. Garcia can come with you",
        "will john and mario be there",
        "Hello there, Good Morning",
        "",
        "\u{1F600} \u{130}\u{df} --- 12/ 13/",
    ];
    for text in silent {
        assert_eq!(found(text), [], "{text}");
    }
}

#[test]
fn any_patient_is_named_by_a_number_or_by_name_and_birth_date() {
    let charts = charts();
    let named = |text: &str| -> Vec<(What, String)> {
        let all = charts.patients_named(text);
        all.into_iter().map(|named| (named.what, named.text)).collect()
    };
    let number = |text: &str| (What::RecordNumber, text.to_owned());
    let name = |text: &str| (What::Name, text.to_owned());
    let born = |text: &str| (What::BirthDate, text.to_owned());
    assert_eq!(
        named("MRN-10240 waits, and chart 77-1234"),
        [number("MRN-10240"), number("77-1234")]
    );
    for (text, expected) in [
        (
            "Who saw Maria Garcia, 03/12/1980?",
            [name("Maria Garcia"), born("03/12/1980")],
        ),
        ("28.02.2014 is john wu", [born("28.02.2014"), name("john wu")]),
        ("Garcia, DOB 6/1/75, for room 3", [name("Garcia"), born("6/1/75")]),
        (
            "M. Garcia (born June 1, 1975)",
            [name("M. Garcia"), born("June 1, 1975")],
        ),
        ("Ms. Okafor, 1991-11-05", [name("Okafor"), born("1991-11-05")]),
    ] {
        assert_eq!(named(text), expected, "{text}");
    }
    // A name, a date, or both that do not belong together: nobody's.
    for silent in [
        "Maria Garcia is here",
        "03/12/1980 and 1991-11-05",
        "Maria Garcia, 1975-06-02",
        "John Wu comes on 2014-03-28",
        "the wu on 2014-02-28",
        "Samuel and Lin, 1980-03-12",
        "We gave 10240 shots, call 555-10241",
        "",
    ] {
        assert_eq!(named(silent), [], "{silent}");
    }
    let many = "MRN-10240 MRN-10241 MRN-20077, chart 77-1234, Maria Garcia 1980-03-12, Mario Garcia 1975-06-01";
    assert_eq!(named(many).len(), limits::OTHERS_NAMED_COUNT_MAX);
}

#[test]
fn what_changes_is_found_as_it_is_now() {
    let mut charts = charts();
    charts.take(&person(
        3,
        PersonKind::Patient,
        "Johann Wang",
        Some(("MRN-3", "2014-02-27")),
    ));
    let named = |text| charts.others_named(text, MARIA).len();
    assert_eq!((named("John Wu, MRN-20077"), named("Johann Wang")), (0, 1));
    let many =
        "MRN-10241 and John Zoe, Mario Garcia; chart 77-1234, DOB 1/1/2000, DOB 2/1/2000, DOB 3/1/2000, DOB 4/1/2000";
    assert_eq!(charts.others_named(many, MARIA).len(), limits::OTHERS_NAMED_COUNT_MAX);
    assert!(charts.others_named("MRN-10241", PersonId(77)).is_empty());
}

#[test]
fn a_number_that_is_part_of_ones_own_is_ones_own() {
    let mut charts = charts();
    charts.take(&person(
        1,
        PersonKind::Patient,
        "Maria Garcia",
        Some(("77 1234 5", "1980-03-12")),
    ));
    assert!(charts.others_named("Your chart is 77 1234 5.", MARIA).is_empty());
    charts.take(&person(
        5,
        PersonKind::Patient,
        "Lee Chang",
        Some(("77-1234-5", "1990-01-01")),
    ));
    assert!(
        charts.others_named("Your chart is 77 1234 5.", MARIA).is_empty(),
        "two of one number are nobody's to tell apart"
    );
}

#[test]
fn words_behind_the_bound_are_not_looked_at() {
    let near = format!("{}Mario Garcia", "so ".repeat(limits::WORDS_COMPARED_COUNT_MAX - 2));
    let far = format!("{}Mario Garcia", "so ".repeat(limits::WORDS_COMPARED_COUNT_MAX));
    assert_eq!((found(&near).len(), found(&far).len()), (1, 0));
}
