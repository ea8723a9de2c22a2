//! Whatever is granted, joined, taken, handed over, left and ended, and whenever anybody notices: nobody reads by a coverage outside its
//! window, nobody stays by one that is over, and every patient conversation has somebody who can answer at any revision.

use crate::clinic::folk::{ADMINISTRATOR, CLERK, GENERAL, JOHNS, NURSE, PHYSICIAN, TOPIC};
use crate::clinic::{Clinic, from, steps};
use corridor_domain::audit::Basis;
use corridor_domain::care::{CareStep, Party};
use corridor_domain::command::{Acting, Command};
use corridor_domain::conversation::History;
use corridor_domain::coverage::NewCoverage;
use corridor_domain::ids::{ConversationId, CoverageId, PersonId};
use corridor_domain::outcome::Answer;
use corridor_domain::person::AccountState;
use corridor_domain::private::Private;
use proptest::collection::vec;
use proptest::prelude::{Just, Strategy, any, prop_oneof};
use proptest::proptest;
use proptest::sample::select;

const MINUTE_MS: u64 = 60_000;
const ROOMS: [ConversationId; 3] = [GENERAL, TOPIC, JOHNS];

/// The clerk cares for nobody: whatever they read of patients, they read by coverage.
#[derive(Debug, Clone)]
enum Step {
    Grant {
        covered: PersonId,
        from: u64,
        minutes: u64,
    },
    End {
        which: usize,
    },
    Join {
        room: ConversationId,
    },
    Leave {
        room: ConversationId,
        who: PersonId,
    },
    Care {
        who: PersonId,
        room: ConversationId,
        step: CareStep,
    },
    Account {
        who: PersonId,
        open: bool,
    },
    Wait {
        seconds: u64,
    },
    Fire,
}

fn person() -> impl Strategy<Value = PersonId> {
    select(vec![NURSE, PHYSICIAN, CLERK])
}

fn a_step() -> impl Strategy<Value = Step> {
    let room = || select(ROOMS.to_vec());
    let care = prop_oneof![
        6 => proptest::option::of(person()).prop_map(|from| CareStep::Take { from }),
        1 => person().prop_map(|to| CareStep::Assign { to }),
        1 => Just(CareStep::Return { pool: None }),
        2 => (person(), 1..9_u32).prop_map(|(to, minutes)| CareStep::HandOver { to, minutes }),
        3 => Just(CareStep::Accept),
    ];
    prop_oneof![
        3 => (select(vec![NURSE, PHYSICIAN]), 0..6_u64, 1..9_u64).prop_map(|(covered, from, minutes)| Step::Grant { covered, from, minutes }),
        1 => (0..8_usize).prop_map(|which| Step::End { which }),
        5 => room().prop_map(|room| Step::Join { room }),
        1 => (room(), person()).prop_map(|(room, who)| Step::Leave { room, who }),
        9 => (person(), room(), care).prop_map(|(who, room, step)| Step::Care { who, room, step }),
        1 => (select(vec![NURSE, PHYSICIAN]), any::<bool>()).prop_map(|(who, open)| Step::Account { who, open }),
        4 => (0..200_u64).prop_map(|seconds| Step::Wait { seconds }),
        5 => Just(Step::Fire),
    ]
}

struct Schedule {
    clinic: Clinic,
    /// What was granted: whom, from when, until when as it stands.
    granted: Vec<(PersonId, u64, u64)>,
}

impl Schedule {
    fn begin() -> Self {
        Self {
            clinic: Clinic::staffed(),
            granted: Vec::new(),
        }
    }

    fn in_force(&self, now_ms: u64) -> impl Iterator<Item = PersonId> + '_ {
        let in_force = self
            .granted
            .iter()
            .filter(move |(_, from_ms, until_ms)| (*from_ms..*until_ms).contains(&now_ms));
        in_force.map(|(covered, ..)| *covered)
    }

    fn play(&mut self, step: &Step) {
        match step {
            Step::Grant { covered, from, minutes } => self.grant(*covered, from * MINUTE_MS, minutes * MINUTE_MS),
            Step::End { which } if *which < self.granted.len() => {
                let coverage = CoverageId(*which as u128 + 1);
                let answer = self.clinic.ask(ADMINISTRATOR, Command::EndCoverage(coverage));
                if let Answer::Done { at_ms, .. } = answer {
                    let (_, from_ms, until_ms) = &mut self.granted[*which];
                    *until_ms = at_ms.max(*from_ms).min(*until_ms);
                    if at_ms < *from_ms {
                        *until_ms = *from_ms;
                    }
                }
            }
            Step::End { .. } => {}
            Step::Join { room } => {
                let command = Command::AddMember {
                    conversation: *room,
                    person: CLERK,
                    history: History::Full,
                };
                self.clinic.ask(CLERK, command);
            }
            Step::Leave { room, who } => {
                let command = Command::RemoveMember {
                    conversation: *room,
                    person: *who,
                };
                self.clinic.ask(*who, command);
            }
            Step::Care { who, room, step } => {
                let command = Command::Care {
                    conversation: *room,
                    step: *step,
                };
                self.clinic.ask(*who, command);
            }
            Step::Account { who, open } => {
                let state = if *open {
                    AccountState::Active
                } else {
                    AccountState::Suspended
                };
                self.clinic
                    .ask(ADMINISTRATOR, Command::ChangeAccountState { person: *who, state });
            }
            Step::Wait { seconds } => self.clinic.now_ms += seconds * 1_000,
            Step::Fire => self.fire(),
        }
        self.somebody_answers();
    }

    fn grant(&mut self, covered: PersonId, from_ms: u64, length_ms: u64) {
        let from_ms = self.clinic.now_ms + from_ms;
        let coverage = NewCoverage {
            id: CoverageId(self.granted.len() as u128 + 1),
            covered,
            covering: CLERK,
            from_ms,
            until_ms: from_ms + length_ms,
            reason: Private::from("away"),
        };
        let answer = self.clinic.ask(
            ADMINISTRATOR,
            Command::GrantCoverage {
                coverage: Box::new(coverage),
            },
        );
        if let Answer::Done { at_ms, .. } = answer {
            self.granted.push((covered, from_ms.max(at_ms), from_ms + length_ms));
        }
    }

    /// What whoever leads does; after it nobody is anywhere by what is over.
    fn fire(&mut self) {
        let now_ms = self.clinic.now_ms;
        loop {
            let due = self.clinic.reader.timers_due(now_ms, 64).unwrap();
            if due.is_empty() {
                break;
            }
            for timer in due {
                self.clinic.commands += 1;
                let envelope = from(Acting::Clock, self.clinic.commands, Command::FireTimer { timer });
                self.clinic.apply(&[envelope]);
                self.somebody_answers();
            }
        }
        if self.in_force(now_ms).next().is_none() && self.in_force(self.clinic.now_ms).next().is_none() {
            for room in ROOMS {
                assert!(!self.is_member(room, CLERK), "the clerk is still in {room:?}");
            }
        }
    }

    fn is_member(&self, room: ConversationId, person: PersonId) -> bool {
        let membership = self.clinic.reader.membership(room, person).unwrap();
        membership.is_some_and(|membership| membership.is_current())
    }

    fn somebody_answers(&self) {
        for room in ROOMS {
            let viewer = self.clinic.reader.person(ADMINISTRATOR).unwrap().unwrap();
            let readable = self.clinic.reader.readable(&viewer, room).unwrap();
            match readable.care().unwrap().party(readable.holder.as_ref()) {
                Party::Pool(pool) => assert!(pool.is_pool()),
                Party::Person(person) => {
                    assert!(readable.holder.unwrap().is_active());
                    assert!(
                        self.is_member(room, person),
                        "{person:?} answers for {room:?} from outside"
                    );
                }
            }
        }
    }

    /// The clerk looks at everything: by a coverage only while it is in force.
    fn look(&mut self) {
        for room in ROOMS {
            let was_member = self.is_member(room, CLERK);
            let grants = self.clinic.grants(CLERK, room);
            let now_ms = self.clinic.now_ms;
            let covered: Vec<_> = self.in_force(now_ms).collect();
            match grants.first() {
                Some(grant) if grant.basis == Basis::Coverage => {
                    assert!(!covered.is_empty(), "read outside of every window")
                }
                Some(grant) => {
                    assert_eq!((grant.basis, was_member), (Basis::Member, true));
                    assert!(!covered.is_empty(), "a member by a coverage that is over");
                }
                // Both are in the care team of everybody whom they treat: the physician of all, the nurse of Maria.
                None => assert!(
                    !covered.contains(&PHYSICIAN),
                    "a coverage in force did not open {room:?}"
                ),
            }
        }
    }
}

proptest! {
    #![proptest_config(steps::config())]

    #[test]
    fn property_nobody_reads_outside_the_window(steps in vec(a_step(), 1..80)) {
        let mut schedule = Schedule::begin();
        for step in &steps {
            schedule.play(step);
            schedule.look();
        }
    }
}
