//! What happens in the recorded run: a clinic is founded, works, is restarted, and works on; then everybody does anything.
//!
//! Every important kind of command is in it, done and refused, retried at once and much later, under its own words and under
//! others. The same every time; only what shares a write of the log differs.

use crate::clinic::folk::{
    self, ADMINISTRATOR, CARE_ROOM, CHANNEL, CLERK, DIRECT, GENERAL, GROUP, JOHN, JOHNS, MARIA, MOTHER, NOWHERE, NURSE,
    OFFICER, PHYSICIAN, PRIVATE, TOPIC,
};
use crate::clinic::{create, edit, envelope, from, note, read, retract, send, steps};
use crate::recording::{Recorder, Recording};
use corridor_domain::command::{Acting, Command, Envelope};
use corridor_domain::conversation::{History, Visibility};
use corridor_domain::ids::{ConversationId, PersonId, SessionId};
use corridor_domain::outcome::Answer;
use corridor_domain::person::{AccountState, Role};
use corridor_domain::private::Private;
use proptest::strategy::{Strategy as _, ValueTree as _};
use proptest::test_runner::TestRunner;

/// Days of the same work, with other words and other places.
const DAYS: u128 = 7;
/// Commands of anybody about anything, at the end.
const ANYTHING: usize = 120;
/// Proposed without waiting in between.
const TOGETHER: usize = 6;

/// The whole story.
pub async fn record() -> Recording {
    let mut recorder = Recorder::new().await;
    for chunk in folk::opening().chunks(TOGETHER) {
        recorder.round(chunk.to_vec()).await;
    }
    for day in 0..DAYS {
        work(&mut recorder, day).await;
        recorder.take_snapshot();
        if day == DAYS / 2 {
            recorder.restart().await;
        }
    }
    let mut runner = TestRunner::deterministic();
    let asked = steps::asked();
    for round in 0..ANYTHING / TOGETHER {
        let draw = |_| asked.new_tree(&mut runner).unwrap().current();
        let mut envelopes: Vec<Envelope> = (0..TOGETHER).map(draw).collect();
        envelopes.push(envelopes[round % TOGETHER].clone());
        recorder.round(envelopes).await;
        if round % 5 == 4 {
            recorder.take_snapshot();
        }
    }
    recorder.purge().await;
    assert!(recorder.recycled() > 3, "no file of the log was taken up again");
    recorder.finish().await
}

/// What a node does that came back: the same people go on.
pub async fn go_on(mut recorder: Recorder) -> Recording {
    let mut last = Vec::new();
    for _ in 0..3 {
        let mut said = Asking(&mut recorder).all(&[
            (NURSE, send(GENERAL, "we are back")),
            (MARIA, send(GENERAL, "good")),
            (PHYSICIAN, note(TOPIC, "as before")),
        ]);
        said.append(&mut last);
        last.clone_from(&said);
        last.truncate(2);
        recorder.round(said).await;
    }
    recorder.finish().await
}

/// Gives commands their ids.
struct Asking<'a>(&'a mut Recorder);

impl Asking<'_> {
    fn one(&mut self, person: PersonId, command: Command) -> Envelope {
        self.0.commands += 1;
        envelope(person, self.0.commands, command)
    }

    fn all(&mut self, asked: &[(PersonId, Command)]) -> Vec<Envelope> {
        asked
            .iter()
            .map(|(person, command)| self.one(*person, command.clone()))
            .collect()
    }
}

fn seq(answer: &Answer) -> u64 {
    match answer {
        Answer::Done { place, .. } => place.seq,
        _ => 0,
    }
}

/// The same words under the same id, and other words under the same id.
fn again(asked: &Envelope) -> [Envelope; 2] {
    let other = Envelope {
        fingerprint: [9; 16],
        ..asked.clone()
    };
    [asked.clone(), other]
}

async fn work(recorder: &mut Recorder, day: u128) {
    let said = talk(recorder, day).await;
    rooms(recorder, day).await;
    accounts(recorder, day).await;
    // What was asked in the morning is asked again in the evening.
    recorder.round(said.iter().flat_map(again).collect()).await;
}

async fn talk(recorder: &mut Recorder, day: u128) -> Vec<Envelope> {
    let words = |what: &str| format!("{what} on day {day}");
    let said = Asking(recorder).all(&[
        (NURSE, send(GENERAL, &words("good morning"))),
        (MARIA, send(GENERAL, &words("it hurts"))),
        (PHYSICIAN, note(GENERAL, &words("between us"))),
        (MOTHER, send(TOPIC, &words("for Maria"))),
        (PHYSICIAN, send(DIRECT, &words("a question"))),
        (CLERK, send(CHANNEL, &words("the printer"))),
    ]);
    let mut together = said.clone();
    together.push(said[0].clone());
    let answers = recorder.round(together).await;
    let (first, patients) = (seq(&answers[0]), seq(&answers[1]));
    let mark = |conversation, seq| Command::MarkRead { conversation, seq };
    let round = Asking(recorder).all(&[
        (NURSE, edit(GENERAL, first, &words("good day"))),
        (PHYSICIAN, mark(GENERAL, patients)),
        (MARIA, mark(GENERAL, 2 + day as u64)),
        (CLERK, send(GENERAL, "not my patient")),
        (MARIA, send(GROUP, "not my room")),
        (
            NURSE,
            Command::ConfirmDelivery {
                conversation: TOPIC,
                seq: 3,
            },
        ),
    ]);
    recorder.round(round).await;
    let round = Asking(recorder).all(&[
        (
            PHYSICIAN,
            Command::Acknowledge {
                conversation: GENERAL,
                seq: first,
            },
        ),
        (NURSE, retract(GENERAL, first)),
        (PHYSICIAN, read(GENERAL, 1, u64::MAX)),
        (MARIA, read(GENERAL, 1, u64::MAX)),
        (MARIA, edit(GENERAL, first, "not my words")),
    ]);
    recorder.round(round).await;
    said
}

async fn rooms(recorder: &mut Recorder, day: u128) {
    let add = |conversation, person, history| Command::AddMember {
        conversation,
        person,
        history,
    };
    let remove = |conversation, person| Command::RemoveMember { conversation, person };
    let owner = if day.is_multiple_of(2) { PHYSICIAN } else { NURSE };
    let round = Asking(recorder).all(&[
        (NURSE, add(GENERAL, CLERK, History::FromNow)),
        (CLERK, send(GENERAL, "here now")),
        (PHYSICIAN, send(CARE_ROOM, "about her knee")),
        (
            NURSE,
            Command::Rename {
                conversation: TOPIC,
                topic: Private::new(format!("Knee {day}")),
            },
        ),
        (PHYSICIAN, send(JOHNS, "hello John")),
        (JOHN, send(JOHNS, "hello")),
    ]);
    recorder.round(round).await;
    let round = Asking(recorder).all(&[
        (NURSE, remove(GENERAL, CLERK)),
        (CLERK, send(GENERAL, "gone again")),
        (
            NURSE,
            Command::ChangeOwner {
                conversation: GROUP,
                owner,
            },
        ),
        (
            PHYSICIAN,
            Command::ChangeOwner {
                conversation: GROUP,
                owner,
            },
        ),
        (NURSE, Command::Archive { conversation: PRIVATE }),
        (NURSE, send(PRIVATE, "too late")),
        (NURSE, Command::Reopen { conversation: PRIVATE }),
        (
            CLERK,
            create(NOWHERE, folk::channel(Visibility::Public), "front-desk", &[]),
        ),
        (NURSE, remove(DIRECT, NURSE)),
        (owner, remove(GROUP, owner)),
    ]);
    recorder.round(round).await;
}

async fn accounts(recorder: &mut Recorder, day: u128) {
    let (newcomer, general) = (PersonId(0x100 + day), ConversationId(0x200 + day));
    let second = SessionId(0x9000 + day);
    let device = corridor_domain::session::Session {
        id: second,
        ..folk::session(CLERK)
    };
    let patient = folk::patient(newcomer, &format!("Patient {day}"), &[NURSE, PHYSICIAN]);
    let state = match day % 2 {
        0 => AccountState::Suspended,
        _ => AccountState::Active,
    };
    let namesake = folk::staff(PersonId(0x300 + day), "Nina", Role::Nurse);
    let wrong = Command::SignIn {
        session: Box::new(folk::session(NURSE)),
        credential: Private::from("of yesterday"),
    };
    recorder.commands += 1;
    let mut round = vec![folk::sign_in(device), from(Acting::Door, recorder.commands, wrong)];
    round.extend(
        Asking(recorder).all(&[
            (ADMINISTRATOR, folk::add_patient(patient, general)),
            (ADMINISTRATOR, folk::add(namesake)),
            (NURSE, send(general, "welcome")),
            (
                ADMINISTRATOR,
                Command::ChangeRoles {
                    person: CLERK,
                    roles: [Role::FrontDesk, Role::Billing]
                        .into_iter()
                        .take(1 + day as usize % 2)
                        .collect(),
                },
            ),
            (
                ADMINISTRATOR,
                Command::ChangeCareTeam {
                    person: JOHN,
                    care_team: vec![PHYSICIAN, NURSE][..1 + day as usize % 2].to_vec(),
                },
            ),
            (
                ADMINISTRATOR,
                Command::ChangeProxyFor {
                    person: MOTHER,
                    patients: vec![MARIA, JOHN][..1 + day as usize % 2].to_vec(),
                },
            ),
        ]),
    );
    recorder.round(round).await;
    let acting = Acting::Person {
        person: CLERK,
        session: second,
    };
    recorder.commands += 2;
    let of_the_second = |number, command| from(acting, number, command);
    let (one, other) = (recorder.commands, recorder.commands - 1);
    let mut round = vec![of_the_second(one, send(CHANNEL, "from the second device"))];
    round.extend(Asking(recorder).all(&[(CLERK, Command::EndSession { session: second })]));
    round.push(of_the_second(other, send(CHANNEL, "after its end")));
    round.extend(Asking(recorder).all(&[
        (
            ADMINISTRATOR,
            Command::ChangeAccountState {
                person: newcomer,
                state,
            },
        ),
        (
            OFFICER,
            Command::BreakGlass {
                conversation: JOHNS,
                reason: Private::from("complaint of June"),
                minutes: 10,
            },
        ),
        (OFFICER, read(JOHNS, 1, u64::MAX)),
        (OFFICER, Command::ReadAudit),
        (CLERK, Command::ReadDirectory { patients: false }),
    ]));
    recorder.round(round).await;
}
