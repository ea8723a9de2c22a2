//! Pins to a patient's chart, from commands to records and back.

use crate::clinic::folk::{self, CLERK, DIRECT, GENERAL, JOHN, JOHNS, MARIA, NURSE, PHYSICIAN};
use crate::clinic::{Clinic, note, retract, send};
use corridor_domain::audit::Action;
use corridor_domain::command::Command;
use corridor_domain::event::EventBody;
use corridor_domain::ids::{ConversationId, PersonId, PinId};
use corridor_domain::limits;
use corridor_domain::pin::NewPin;
use corridor_domain::private::{Private, Sealed};
use corridor_domain::refusal::Refusal;
use corridor_storage::reader::Pinned;

fn pin(conversation: ConversationId, patient: PersonId, id: u128, messages: &[u64], summary: &str) -> Command {
    let facts = folk::patient(patient, "", &[]).patient.unwrap();
    let pin = NewPin {
        id: PinId(id),
        patient,
        mrn: facts.mrn,
        birth_date: facts.birth_date,
        messages: messages.to_vec(),
        summary: Sealed(summary.as_bytes().to_vec()),
    };
    Command::Pin {
        conversation,
        pin: Box::new(pin),
    }
}

fn of(clinic: &Clinic, patient: PersonId) -> Vec<Pinned> {
    clinic.reader.pins_of(patient, None, |_| true).unwrap().0
}

#[test]
fn a_pin_is_a_copy_that_nothing_changes() {
    let mut clinic = Clinic::staffed();
    let asked = clinic.does(MARIA, send(GENERAL, "it swells at night"));
    let noted = clinic.does(NURSE, note(GENERAL, "twice this week"));
    let place = clinic.does(
        PHYSICIAN,
        pin(GENERAL, MARIA, 1, &[asked.seq, noted.seq], "watch the knee"),
    );
    let event = clinic.reader.event(GENERAL, place.seq).unwrap().unwrap();
    assert!(!event.shared && matches!(event.body, EventBody::Pinned { patient: MARIA, .. }));
    let line = clinic.last_line().record;
    assert_eq!(
        (line.action, line.actor, line.subject),
        (Action::Pin, Some(PHYSICIAN), Some(MARIA))
    );
    let before = of(&clinic, MARIA);
    let said: Vec<_> = before[0]
        .pin
        .messages
        .iter()
        .map(|message| message.content.0.clone())
        .collect();
    assert_eq!(said, [b"it swells at night".to_vec(), b"twice this week".to_vec()]);
    // Taken back afterwards, the chart still has it, to the byte; taken back before, it does not get there.
    clinic.does(NURSE, retract(GENERAL, noted.seq));
    assert_eq!(of(&clinic, MARIA), before);
    let gone = pin(GENERAL, MARIA, 2, &[noted.seq], "");
    assert_eq!(clinic.refused(PHYSICIAN, gone), Refusal::AlreadyRetracted);
    clinic.does(PHYSICIAN, pin(GENERAL, MARIA, 3, &[], "a summary alone"));
    let all = of(&clinic, MARIA);
    assert_eq!(
        (all.len(), all[0].pin.id, &all[1]),
        (2, PinId(3), &before[0]),
        "the last first"
    );
}

#[test]
fn nothing_gets_into_a_namesakes_chart() {
    let mut clinic = Clinic::staffed();
    let asked = clinic.does(MARIA, send(GENERAL, "it swells"));
    let to_another = pin(GENERAL, JOHN, 1, &[asked.seq], "");
    assert_eq!(clinic.refused(PHYSICIAN, to_another), Refusal::NotThisPatient);
    for (mrn, birth_date) in [("MRN-11", "1984-03-12"), ("MRN-10", "1984-03-21")] {
        let Command::Pin { conversation, mut pin } = pin(GENERAL, MARIA, 1, &[asked.seq], "") else {
            unreachable!("it is a pin")
        };
        (pin.mrn, pin.birth_date) = (Private::from(mrn), Private::from(birth_date));
        let command = Command::Pin { conversation, pin };
        assert_eq!(clinic.refused(PHYSICIAN, command), Refusal::NotThisPatient);
    }
    // A colleague is no patient, and who may not know of one does not pin to their chart.
    assert_eq!(
        clinic.refused(PHYSICIAN, pin(DIRECT, NURSE, 1, &[], "s")),
        Refusal::NotFound
    );
    assert_eq!(clinic.refused(NURSE, pin(DIRECT, JOHN, 1, &[], "s")), Refusal::NotFound);
    assert_eq!(
        clinic.refused(CLERK, pin(GENERAL, MARIA, 1, &[], "s")),
        Refusal::NotFound
    );
    assert_eq!(
        clinic.refused(MARIA, pin(GENERAL, MARIA, 1, &[], "s")),
        Refusal::Forbidden
    );
    assert_eq!((of(&clinic, MARIA).len(), of(&clinic, JOHN).len()), (0, 0));
    clinic.does(PHYSICIAN, pin(DIRECT, JOHN, 1, &[], "from our talk"));
    assert_eq!(of(&clinic, JOHN).len(), 1);
}

#[test]
fn a_pin_has_bounds() {
    let mut clinic = Clinic::staffed();
    let (one, other) = (
        clinic.does(MARIA, send(GENERAL, "a")),
        clinic.does(MARIA, send(GENERAL, "b")),
    );
    let both = [one.seq, other.seq];
    for (messages, summary, refusal) in [
        (vec![], "", Refusal::Invalid),
        (vec![both[1], both[0]], "", Refusal::Invalid),
        (vec![both[0], both[0]], "", Refusal::Invalid),
        (vec![1], "", Refusal::NotFound),
        (vec![both[1] + 40], "", Refusal::NotFound),
        (
            (1..=limits::PINNED_MESSAGES_COUNT_MAX as u64 + 1).collect(),
            "",
            Refusal::TooMany,
        ),
    ] {
        let command = pin(GENERAL, MARIA, 1, &messages, summary);
        assert_eq!(clinic.refused(NURSE, command), refusal, "{messages:?}");
    }
    let long = "x".repeat(limits::PIN_SIZE_BYTES_MAX);
    assert_eq!(
        clinic.refused(NURSE, pin(GENERAL, MARIA, 1, &both, &long)),
        Refusal::TooMany
    );
    clinic.does(NURSE, pin(GENERAL, MARIA, 1, &both, ""));
    let again = pin(GENERAL, MARIA, 1, &both, "another's id");
    assert_eq!(clinic.refused(PHYSICIAN, again), Refusal::Invalid);
}

#[test]
fn a_look_at_a_chart_is_on_the_record() {
    let mut clinic = Clinic::staffed();
    let look = |conversation| Command::ReadPins(conversation);
    clinic.ask(NURSE, look(GENERAL));
    let line = clinic.last_line().record;
    assert_eq!(
        (line.action, line.refusal, line.ranges[0].conversation),
        (Action::ReadPins, None, GENERAL)
    );
    assert_eq!(clinic.refused(MARIA, look(GENERAL)), Refusal::Forbidden);
    assert_eq!(clinic.refused(NURSE, look(JOHNS)), Refusal::NotFound);
    assert_eq!(clinic.refused(NURSE, look(DIRECT)), Refusal::Invalid);
}

#[test]
fn a_chart_is_read_page_by_page() {
    let mut clinic = Clinic::staffed();
    let count = limits::PINS_LISTED_COUNT_MAX as u128 + 5;
    // The first from a talk that nothing of the last page is from, two at one time.
    clinic.does(PHYSICIAN, pin(DIRECT, MARIA, 1, &[], "from our talk"));
    for id in 2..=count {
        clinic.now_ms += u64::from(id != 3);
        clinic.does(PHYSICIAN, pin(GENERAL, MARIA, id, &[], "s"));
    }
    clinic.does(PHYSICIAN, pin(JOHNS, JOHN, count + 1, &[], "another's"));
    clinic.ask(NURSE, Command::ReadPins(GENERAL));
    let line = clinic.last_line().record;
    let places: Vec<ConversationId> = line.ranges.iter().map(|range| range.conversation).collect();
    assert_eq!(places, [GENERAL, DIRECT], "a look is at the whole chart");
    let ids = |found: &[Pinned]| found.iter().map(|found| found.pin.id.0).collect::<Vec<_>>();
    let (first, more) = clinic.reader.pins_of(MARIA, None, |_| true).unwrap();
    assert_eq!((ids(&first), more), ((6..=count).rev().collect(), true));
    let last = first.last().map(|found| &found.pin);
    let (second, more) = clinic.reader.pins_of(MARIA, last, |_| true).unwrap();
    assert_eq!((ids(&second), more), (vec![5, 4, 3, 2, 1], false));
    let (none, more) = clinic
        .reader
        .pins_of(MARIA, second.last().map(|found| &found.pin), |_| true)
        .unwrap();
    assert_eq!((ids(&none), more), (vec![], false));
}
