//! A patient conversation is never without a responsible party: random mornings of three members of staff who take, hand over, leave,
//! come back, lose their accounts and let time pass, told by an oracle that knows nothing of `care.rs` but who may answer.

use crate::common::{
    COLLEAGUE, CONVERSATION, Case, NOW_MS, NURSE, PATIENT, colleague, departed, head, member, new_message, nurse,
    patient, staff, thread,
};
use corridor_domain::care::{Care, CareStep, Party};
use corridor_domain::command::Command;
use corridor_domain::conversation::{Audience, Conversation, History, Membership};
use corridor_domain::event::{EventBody, Mention};
use corridor_domain::ids::{CommandId, PersonId};
use corridor_domain::outcome::{Answer, Change, Outcome};
use corridor_domain::person::{AccountState, Person, Role};
use proptest::collection::vec;
use proptest::prelude::{Just, ProptestConfig, Strategy, any, prop_oneof};
use proptest::test_runner::TestCaseError;
use proptest::{prop_assert, prop_assert_eq, proptest};

const CLERK: PersonId = PersonId(0x40);
const STAFF: [PersonId; 3] = [NURSE, COLLEAGUE, CLERK];

#[derive(Debug, Clone)]
enum Step {
    Care { who: usize, step: CareStep },
    Mention { who: usize, whom: usize },
    Leave { who: usize },
    Return { who: usize },
    Suspend { who: usize, back: bool },
    Wait { minutes: u64 },
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let who = || 0..STAFF.len();
    let person = || who().prop_map(|who| STAFF[who]);
    let pool = prop_oneof![Just(None), Just(Some(Role::Nurse)), Just(Some(Role::Billing))];
    let care = prop_oneof![
        3 => proptest::option::of(person()).prop_map(|from| CareStep::Take { from }),
        2 => person().prop_map(|to| CareStep::Assign { to }),
        2 => pool.prop_map(|pool| CareStep::Return { pool }),
        4 => (person(), 1..60_u32).prop_map(|(to, minutes)| CareStep::HandOver { to, minutes }),
        4 => Just(CareStep::Accept),
        1 => Just(CareStep::Decline),
        1 => Just(CareStep::Withdraw),
        1 => Just(CareStep::Resolve),
        1 => Just(CareStep::Close),
        1 => Just(CareStep::Open),
    ];
    let step = prop_oneof![
        12 => (who(), care).prop_map(|(who, step)| Step::Care { who, step }),
        2 => (who(), who()).prop_map(|(who, whom)| Step::Mention { who, whom }),
        1 => who().prop_map(|who| Step::Leave { who }),
        2 => who().prop_map(|who| Step::Return { who }),
        1 => (who(), any::<bool>()).prop_map(|(who, back)| Step::Suspend { who, back }),
        2 => (0..45_u64).prop_map(|minutes| Step::Wait { minutes }),
    ];
    vec(step, 1..60)
}

/// What the events alone say: who answers, and what is offered to whom until when.
#[derive(Debug, Clone, Copy)]
struct Told {
    party: Party,
    offered: Option<(PersonId, u64)>,
}

struct Morning {
    now_ms: u64,
    head: Conversation,
    people: Vec<Person>,
    memberships: Vec<Membership>,
    care: Option<Care>,
    told: Told,
    done: usize,
}

impl Morning {
    fn begin() -> Self {
        let head = head(thread());
        let people = vec![nurse(), colleague(), staff(CLERK, Role::FrontDesk)];
        Self {
            now_ms: NOW_MS,
            memberships: people.iter().map(|person| member(&head, person)).collect(),
            head,
            people,
            care: None,
            told: Told {
                party: Party::Pool(Role::FrontDesk),
                offered: None,
            },
            done: 0,
        }
    }

    fn of(&self, person: PersonId) -> usize {
        STAFF.iter().position(|known| *known == person).unwrap_or(0)
    }

    fn ask(&self, who: usize, command: Command) -> Outcome {
        let subject = match &command {
            Command::Care { step, .. } => step.subject().map(|person| self.of(person)),
            Command::AddMember { .. } | Command::RemoveMember { .. } => Some(who),
            _ => None,
        };
        let mut case =
            Case::by(&self.people[who], command).about(self.head.clone(), Some(self.memberships[who].clone()));
        case.envelope.command_id = CommandId(self.done as u128);
        case.view.now_ms = self.now_ms;
        if let Some(session) = &mut case.view.session {
            session.expires_at_ms = u64::MAX;
        }
        // They care for the patient: whoever left may come back.
        case.view.about.patient = Some(patient(PATIENT, &STAFF));
        case.view.about.care.clone_from(&self.care);
        let holder = self.care.as_ref().and_then(|care| care.holder);
        case.view.about.holder = holder.map(|holder| self.people[self.of(holder)].clone());
        if let Some(subject) = subject {
            case = case.subject(&self.people[subject], Some(self.memberships[subject].clone()));
        }
        case.decide()
    }

    fn play(&mut self, step: &Step) -> Result<(), TestCaseError> {
        let conversation = CONVERSATION;
        let (who, command) = match step {
            Step::Wait { minutes } => {
                self.now_ms += minutes * 60_000;
                return self.check();
            }
            Step::Suspend { who, back } => {
                self.people[*who].state = if *back {
                    AccountState::Active
                } else {
                    AccountState::Suspended
                };
                return self.check();
            }
            Step::Care { who, step } => (
                *who,
                Command::Care {
                    conversation,
                    step: *step,
                },
            ),
            Step::Mention { who, whom } => {
                let mut message = new_message(Audience::Everyone);
                message.mentions = vec![Mention::Person(STAFF[*whom])];
                let message = Box::new(message);
                (*who, Command::Send { conversation, message })
            }
            Step::Leave { who } => {
                let person = STAFF[*who];
                (*who, Command::RemoveMember { conversation, person })
            }
            Step::Return { who } => {
                let (person, history) = (STAFF[*who], History::Full);
                (
                    *who,
                    Command::AddMember {
                        conversation,
                        person,
                        history,
                    },
                )
            }
        };
        let before = self.told;
        let outcome = self.ask(who, command);
        self.fold(&outcome);
        if let Answer::Refused { .. } = outcome.answer {
            prop_assert!(outcome.changes.is_empty());
            return self.check();
        }
        self.done += 1;
        self.judge(step, before, STAFF[who])?;
        self.check()
    }

    fn fold(&mut self, outcome: &Outcome) {
        for change in &outcome.changes {
            match change {
                Change::Conversation(head) => self.head = (**head).clone(),
                Change::Membership(membership) => {
                    let place = self.of(membership.person);
                    self.memberships[place] = (**membership).clone();
                }
                Change::Care(care) => self.care = Some((**care).clone()),
                Change::Event { event, .. } => match event.body {
                    EventBody::ResponsibilityMoved { party } => self.told = Told { party, offered: None },
                    EventBody::HandOverOffered { to, expires_at_ms } => self.told.offered = Some((to, expires_at_ms)),
                    EventBody::HandOverEnded { .. } => self.told.offered = None,
                    EventBody::MemberRemoved { person } if self.told.party == Party::Person(person) => {
                        let party = Party::Pool(Role::FrontDesk);
                        self.told = Told { party, offered: None };
                    }
                    _ => {}
                },
                _ => {}
            }
        }
    }

    /// Only these steps move it, and each only from where it may.
    fn judge(&self, step: &Step, before: Told, who: PersonId) -> Result<(), TestCaseError> {
        let moved = before.party != self.told.party;
        match step {
            Step::Care {
                step: CareStep::Accept, ..
            } => {
                let (to, expires_at_ms) = before.offered.unwrap_or((PersonId(0), 0));
                prop_assert!(
                    to == who && self.now_ms < expires_at_ms,
                    "accepted what was not offered: {before:?}"
                );
                prop_assert!(
                    self.able(before.party),
                    "accepted from who could not give it: {before:?}"
                );
                prop_assert_eq!(self.told.party, Party::Person(who));
            }
            Step::Care {
                step: CareStep::Take { from },
                ..
            } => {
                prop_assert_eq!(self.told.party, Party::Person(who));
                let able = self.able(before.party);
                prop_assert_eq!(
                    *from,
                    able.then_some(before.party).and_then(person_of),
                    "taken from somebody else"
                );
            }
            Step::Care {
                step: CareStep::Assign { to },
                ..
            } => {
                prop_assert!(!self.able(before.party), "assigned what somebody held");
                prop_assert_eq!(self.told.party, Party::Person(*to));
            }
            Step::Care {
                step: CareStep::Return { .. },
                ..
            } => prop_assert!(person_of(self.told.party).is_none()),
            Step::Leave { .. } if before.party == Party::Person(who) => {
                prop_assert!(person_of(self.told.party).is_none());
            }
            _ => prop_assert!(!moved, "{step:?} moved it from {before:?}"),
        }
        Ok(())
    }

    /// Whether a person who was named can answer.
    fn able(&self, party: Party) -> bool {
        person_of(party).is_some_and(|person| self.people[self.of(person)].state == AccountState::Active)
    }

    /// At any time: the one who answers can, and the record says what the events say.
    fn check(&self) -> Result<(), TestCaseError> {
        let untouched = Care::untouched(CONVERSATION, 0);
        let care = self.care.as_ref().unwrap_or(&untouched);
        let holder = care.holder.map(|holder| &self.people[self.of(holder)]);
        match care.party(holder) {
            Party::Person(person) => {
                let place = self.of(person);
                prop_assert!(self.people[place].state == AccountState::Active && self.memberships[place].is_current());
                prop_assert_eq!(self.told.party, Party::Person(person));
            }
            Party::Pool(pool) => {
                prop_assert!(pool.is_pool());
                prop_assert!(
                    !self.able(self.told.party),
                    "{:?} could answer, and does not",
                    self.told.party
                );
            }
        }
        prop_assert_eq!(
            care.offer.map(|offer| (offer.to, offer.expires_at_ms)),
            self.told.offered
        );
        Ok(())
    }
}

fn person_of(party: Party) -> Option<PersonId> {
    match party {
        Party::Person(person) => Some(person),
        Party::Pool(_) => None,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn property_somebody_who_can_answers_at_any_time(steps in steps()) {
        let mut morning = Morning::begin();
        for step in &steps {
            morning.play(step)?;
        }
    }
}

#[test]
fn a_morning_does_something() {
    let mut morning = Morning::begin();
    let hand_over = CareStep::HandOver {
        to: COLLEAGUE,
        minutes: 30,
    };
    let steps = [
        Step::Care {
            who: 0,
            step: CareStep::Take { from: None },
        },
        Step::Care {
            who: 0,
            step: hand_over,
        },
        Step::Wait { minutes: 29 },
        Step::Care {
            who: 1,
            step: CareStep::Accept,
        },
        Step::Leave { who: 1 },
        Step::Return { who: 1 },
    ];
    for step in &steps {
        morning.play(step).unwrap();
    }
    assert_eq!((morning.done, morning.told.party), (5, Party::Pool(Role::FrontDesk)));
    let gone = departed(morning.memberships[1].clone());
    assert!(!gone.is_current() && morning.memberships[1].is_current());
}
