//! Properties of whole sequences: markings against a recount, counters without gaps, notes without a trace, texts
//! that return.
//!
//! A conversation is run through `decide` with the smallest store there is: the changes of one command, folded
//! into a struct.

use crate::common::{
    COLLEAGUE, CONVERSATION, Case, NURSE, PATIENT, administrator, colleague, head, member, new_message, nurse, patient,
    thread,
};
use corridor_domain::command::{Command, Page};
use corridor_domain::conversation::{Audience, Conversation, History, Membership, Place, Side};
use corridor_domain::event::{Event, EventBody};
use corridor_domain::ids::{CommandId, ConversationId, PersonId, SessionId, SiteId};
use corridor_domain::outcome::{Answer, Change, Outcome};
use corridor_domain::person::Person;
use corridor_domain::private::{Private, Sealed};
use proptest::collection::vec;
use proptest::prelude::{Just, Strategy, any, prop_oneof};
use proptest::test_runner::TestCaseError;
use proptest::{prop_assert, prop_assert_eq, proptest};

/// What one of the four does; places are chosen among the events that person can see.
#[derive(Debug, Clone)]
enum Step {
    Send { who: usize, audience: Audience },
    Read { who: usize, at: usize },
    Confirm { who: usize, at: usize },
    Edit { who: usize, at: usize },
    Retract { who: usize, at: usize },
    Acknowledge { who: usize, at: usize },
    Archive { who: usize, back: bool },
    Leave { who: usize },
    Return { who: usize, history: History },
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let who = || 0..4_usize;
    let at = || 0..60_usize;
    let audience = prop_oneof![3 => Just(Audience::Everyone), 1 => Just(Audience::Team)];
    let history = prop_oneof![Just(History::Full), Just(History::FromNow)];
    let step = prop_oneof![
        6 => (who(), audience).prop_map(|(who, audience)| Step::Send { who, audience }),
        4 => (who(), at()).prop_map(|(who, at)| Step::Read { who, at }),
        1 => (who(), at()).prop_map(|(who, at)| Step::Confirm { who, at }),
        1 => (who(), at()).prop_map(|(who, at)| Step::Edit { who, at }),
        1 => (who(), at()).prop_map(|(who, at)| Step::Retract { who, at }),
        1 => (who(), at()).prop_map(|(who, at)| Step::Acknowledge { who, at }),
        1 => (who(), any::<bool>()).prop_map(|(who, back)| Step::Archive { who, back }),
        1 => (1..3_usize).prop_map(|who| Step::Leave { who }),
        2 => (1..3_usize, history).prop_map(|(who, history)| Step::Return { who, history }),
    ];
    vec(step, 1..80)
}

/// What a recount by hand knows of one member: up to which event (in the team's numbering) they have read.
#[derive(Debug, Clone, Copy, Default)]
struct Recount {
    read_up_to: u64,
}

struct Thread {
    head: Conversation,
    people: [Person; 4],
    memberships: [Membership; 4],
    events: Vec<Event>,
    recounts: [Recount; 4],
}

impl Thread {
    /// A thread with its first event, three of the team and the patient.
    fn new() -> Self {
        let mut head = head(thread());
        head.last = Place {
            seq: 1,
            number: 0,
            shared_seq: 1,
            shared_number: 0,
        };
        (head.last_message_seq, head.last_shared_message_seq, head.owner) = (0, 0, NURSE);
        let people = [nurse(), colleague(), administrator(), patient(PATIENT, &[])];
        let memberships = people.each_ref().map(|person| member(&head, person));
        let created = crate::common::message(NURSE, Audience::Everyone);
        let created = Event {
            place: head.last,
            body: EventBody::Created,
            ..created
        };
        Self {
            head,
            people,
            memberships,
            events: vec![created],
            recounts: [Recount { read_up_to: 1 }; 4],
        }
    }

    /// The events that one of them sees now, in order.
    fn seen_by(&self, who: usize) -> Vec<Event> {
        let own = &self.memberships[who];
        let visible = self
            .events
            .iter()
            .filter(|event| event.is_visible_to(own.side) && event.place.seq_for(own.side) >= own.first_seq);
        visible.cloned().collect()
    }

    fn fold(&mut self, outcome: &Outcome) {
        for change in &outcome.changes {
            match change {
                Change::Conversation(head) => self.head = (**head).clone(),
                Change::Membership(membership) => {
                    for known in self
                        .memberships
                        .iter_mut()
                        .filter(|known| known.person == membership.person)
                    {
                        *known = (**membership).clone();
                    }
                }
                Change::Event {
                    conversation: CONVERSATION,
                    event,
                } => match self.events.iter_mut().find(|known| known.place.seq == event.place.seq) {
                    Some(known) => *known = (**event).clone(),
                    None => self.events.push((**event).clone()),
                },
                _ => {}
            }
        }
    }

    /// One step through `decide`; what it refuses changes nothing.
    fn step(&mut self, step: &Step) -> Result<(), TestCaseError> {
        let conversation = CONVERSATION;
        let (who, at, command) = match *step {
            Step::Send { who, audience } => (
                who,
                None,
                Command::Send {
                    conversation,
                    message: Box::new(new_message(audience)),
                },
            ),
            Step::Read { who, at } => (who, Some(at), Command::MarkRead { conversation, seq: 0 }),
            Step::Confirm { who, at } => (who, Some(at), Command::ConfirmDelivery { conversation, seq: 0 }),
            Step::Edit { who, at } => {
                let edit = Command::Edit {
                    conversation,
                    seq: 0,
                    content: Sealed::default(),
                    mentions: Vec::new(),
                };
                (who, Some(at), edit)
            }
            Step::Retract { who, at } => (
                who,
                Some(at),
                Command::Retract {
                    conversation,
                    seq: 0,
                    reason: Private::default(),
                },
            ),
            Step::Acknowledge { who, at } => (who, Some(at), Command::Acknowledge { conversation, seq: 0 }),
            Step::Archive { who, back: true } => (who, None, Command::Reopen { conversation }),
            Step::Archive { who, back: false } => (who, None, Command::Archive { conversation }),
            Step::Leave { who } => (
                who,
                None,
                Command::RemoveMember {
                    conversation,
                    person: self.people[who].id,
                },
            ),
            Step::Return { who, history } => (
                0,
                None,
                Command::AddMember {
                    conversation,
                    person: self.people[who].id,
                    history,
                },
            ),
        };
        let seen = self.seen_by(who);
        let target = at.and_then(|at| seen.get(at % seen.len().max(1)).cloned());
        let mut case =
            Case::by(&self.people[who], command).about(self.head.clone(), Some(self.memberships[who].clone()));
        if let Step::Leave { who } | Step::Return { who, .. } = *step {
            case = case.subject(&self.people[who], Some(self.memberships[who].clone()));
        }
        case.view.target = target.clone();
        let outcome = case.decide();
        self.fold(&outcome);
        self.recount(step, who, target.as_ref(), &outcome);
        if let (Step::Read { .. }, Answer::Done { unread, .. }) = (step, &outcome.answer) {
            prop_assert_eq!(*unread, self.unread_of(who), "the answer to a mark says what is left");
        }
        Ok(())
    }

    /// Keeps the recount: reading moves it forward, coming back sets it to the event of coming back.
    fn recount(&mut self, step: &Step, who: usize, target: Option<&Event>, outcome: &Outcome) {
        if matches!(outcome.answer, Answer::Refused { .. }) {
            return;
        }
        match (step, target) {
            (Step::Read { .. }, Some(target)) => {
                self.recounts[who].read_up_to = self.recounts[who].read_up_to.max(target.place.seq);
            }
            (Step::Return { who, .. }, _) => self.recounts[*who].read_up_to = self.head.last.seq,
            _ => {}
        }
    }

    /// Unread by counting: messages of others, visible to that side, after what was read.
    fn unread_of(&self, who: usize) -> u64 {
        let (own, recount) = (&self.memberships[who], self.recounts[who]);
        let counted = self.events.iter().filter(|event| {
            event.message().is_some()
                && event.is_visible_to(own.side)
                && event.actor != own.person
                && event.place.seq > recount.read_up_to
        });
        counted.count() as u64
    }
}

/// The thread after all steps, with a look at it after every one of them.
fn run(steps: &[Step], look: impl Fn(&Thread) -> Result<(), TestCaseError>) -> Result<Thread, TestCaseError> {
    let mut thread = Thread::new();
    for step in steps {
        thread.step(step)?;
        look(&thread)?;
    }
    Ok(thread)
}

/// The last value of each counter, event by event, from nothing.
fn counted(events: &[Event]) -> Vec<Place> {
    let mut last = Place::default();
    let places = events.iter().map(|event| {
        let (shared, message) = (u64::from(event.shared), u64::from(event.message().is_some()));
        last.seq += 1;
        last.number += message;
        last.shared_seq += shared;
        last.shared_number += shared * message;
        last
    });
    places.collect()
}

proptest! {
    #[test]
    fn property_unread_is_what_a_recount_finds(steps in steps()) {
        run(&steps, |thread| {
            for who in (0..4).filter(|who| thread.memberships[*who].is_current()) {
                let own = &thread.memberships[who];
                prop_assert_eq!(own.unread(&thread.head.last), thread.unread_of(who), "{:?}", own);
            }
            Ok(())
        })?;
    }

    #[test]
    fn property_own_messages_kept_apart_are_own_and_unread(steps in steps()) {
        run(&steps, |thread| {
            for own in &thread.memberships {
                prop_assert!(own.own_since_read.is_sorted_by(|earlier, later| earlier < later));
                prop_assert!(own.own_since_read.iter().all(|number| *number > own.read_number));
                let last = thread.head.last;
                prop_assert!(own.read_number <= last.number_for(own.side) && own.read_seq <= last.seq_for(own.side));
                for number in &own.own_since_read {
                    let written = thread.events.iter().any(|event| {
                        event.message().is_some() && event.actor == own.person
                            && event.is_visible_to(own.side) && event.place.number_for(own.side) == *number
                    });
                    prop_assert!(written, "{number} is a message of their own");
                }
            }
            Ok(())
        })?;
    }

    #[test]
    fn property_counters_have_no_gap_in_both_numberings(steps in steps()) {
        let thread = run(&steps, |_| Ok(()))?;
        let places: Vec<Place> = thread.events.iter().map(|event| event.place).collect();
        prop_assert_eq!(&places, &counted(&thread.events));
        prop_assert_eq!(places.last(), Some(&thread.head.last));
        let newest = |side| thread.events.iter().rfind(|event| event.message().is_some() && event.is_visible_to(side));
        for side in [Side::Team, Side::Patient] {
            prop_assert_eq!(thread.head.last_message_seq_for(side), newest(side).map_or(0, |event| event.place.seq));
        }
    }

    #[test]
    fn property_notes_leave_no_trace_on_the_patients_side(steps in steps()) {
        let thread = run(&steps, |_| Ok(()))?;
        let shared: Vec<&Event> = thread.events.iter().filter(|event| event.is_visible_to(Side::Patient)).collect();
        for (seq, event) in (1..).zip(&shared) {
            prop_assert_eq!(event.place.shared_seq, seq);
            prop_assert!(event.message().is_none_or(|message| message.audience == Audience::Everyone));
            // What points at a note is itself not shared; a read mark gives away no more than the shared numbering.
            if let EventBody::Edited { target, .. }
            | EventBody::Retracted { target }
            | EventBody::Acknowledged { target } = event.body
            {
                let pointed = &thread.events[usize::try_from(target.seq - 1).unwrap()];
                prop_assert!(pointed.shared, "{:?} points at {:?}", event, pointed);
            }
        }
        // The page that the patient gets: the shared numbering, from 1 to its end.
        let read = Command::Read { pages: vec![Page { conversation: CONVERSATION, from_seq: 0, to_seq: u64::MAX }] };
        let case = Case::by(&thread.people[3], read).about(thread.head.clone(), Some(thread.memberships[3].clone()));
        let outcome = case.change(|view| view.pages = vec![view.about.clone()]).decide();
        let Answer::Granted { grants, .. } = outcome.answer else { return Err(TestCaseError::fail("not granted")) };
        let given = (grants[0].side, grants[0].from_seq, grants[0].to_seq);
        prop_assert_eq!(given, (Side::Patient, 1, shared.len() as u64));
    }

    #[test]
    fn property_the_same_in_gives_the_same_out(steps in steps()) {
        let (one, other) = (run(&steps, |_| Ok(()))?, run(&steps, |_| Ok(()))?);
        prop_assert_eq!((one.head, one.events, one.memberships), (other.head, other.events, other.memberships));
    }

    #[test]
    fn property_ids_return_from_their_text(value in any::<u128>()) {
        prop_assert_eq!(PersonId(value).to_string().parse(), Ok(PersonId(value)));
        prop_assert_eq!(ConversationId(value).to_string().parse(), Ok(ConversationId(value)));
        prop_assert_eq!(SessionId(value).to_string().parse(), Ok(SessionId(value)));
        prop_assert_eq!(SiteId(value).to_string().parse(), Ok(SiteId(value)));
        prop_assert_eq!(CommandId(value).to_string().parse(), Ok(CommandId(value)));
        prop_assert_eq!(PersonId::from_bytes(PersonId(value).to_bytes()), PersonId(value));
        prop_assert!(PersonId(value).to_string().parse::<ConversationId>().is_err());
    }

    #[test]
    fn property_ids_keep_their_order_as_text_and_as_bytes(one in any::<u128>(), other in any::<u128>()) {
        let order = PersonId(one).cmp(&PersonId(other));
        prop_assert_eq!(PersonId(one).to_string().cmp(&PersonId(other).to_string()), order);
        prop_assert_eq!(PersonId(one).to_bytes().cmp(&PersonId(other).to_bytes()), order);
    }

    #[test]
    fn property_no_text_breaks_the_reading_of_ids(text in ".{0,40}") {
        if let Ok(id) = text.parse::<PersonId>() {
            prop_assert_eq!(id.to_string(), text.clone());
        }
        if let Ok(id) = text.parse::<CommandId>() {
            prop_assert_eq!(id.to_string(), text.replace('-', "").to_lowercase());
        }
    }

    #[test]
    fn property_private_text_is_stored_and_never_printed(text in "[a-z]{3,40}") {
        let private = Private::new(text.clone());
        let bytes = postcard::to_stdvec(&private).unwrap();
        prop_assert_eq!(postcard::from_bytes(&bytes), Ok(private.clone()));
        prop_assert_eq!(private.expose(), text.as_str());
        prop_assert_eq!(format!("{private:?}"), format!("[private, {} bytes]", text.len()));
    }
}

#[test]
fn the_steps_really_write() {
    let both = [Audience::Everyone, Audience::Team].map(|audience| Step::Send { who: 1, audience });
    let Ok(thread) = run(&both, |_| Ok(())) else {
        panic!("refused")
    };
    assert_eq!(
        thread.head.last,
        Place {
            seq: 3,
            number: 2,
            shared_seq: 2,
            shared_number: 1
        }
    );
    assert_eq!(
        (thread.unread_of(0), thread.unread_of(1), thread.unread_of(3)),
        (2, 0, 1)
    );
    assert_eq!(thread.people[1].id, COLLEAGUE);
}
