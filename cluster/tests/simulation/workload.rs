//! What people ask for: mostly words in conversations, and everything that moves the walls between them.
//!
//! Stands above the clients, which only carry. The clinic is that of the other tests; every message has words of its own.

use crate::clinic::folk::{
    ADMINISTRATOR, CARE_ROOM, CHANNEL, CLERK, DIRECT, GENERAL, GROUP, JOHN, JOHNS, MARIA, MOTHER, NURSE, OFFICER,
    PHYSICIAN, PRIVATE, TOPIC, channel,
};
use crate::clinic::{create, edit, envelope, note, on_terms, read, retract, send};
use crate::clock::BEGIN_MS;
use crate::dice::Dice;
use crate::history::Wish;
use corridor_domain::care::{CareStep, Party};
use corridor_domain::command::{Command, Envelope, Moving};
use corridor_domain::conversation::{Audience, History, Visibility};
use corridor_domain::coverage::NewCoverage;
use corridor_domain::ids::{ConversationId, CoverageId, PersonId, TaskId};
use corridor_domain::limits;
use corridor_domain::person::Role;
use corridor_domain::private::{Private, Sealed};
use corridor_domain::restriction::{RestrictionStep, Sensitivity};
use corridor_domain::settings::Policies;
use corridor_domain::task::{NewTask, TaskStep, Terms};

/// Who has a client.
pub const PEOPLE: [PersonId; 7] = [NURSE, PHYSICIAN, MARIA, CLERK, MOTHER, JOHN, ADMINISTRATOR];

/// Where a person writes; now and then where they may not.
fn rooms(person: PersonId) -> &'static [ConversationId] {
    match person {
        NURSE => &[GENERAL, TOPIC, GROUP, CHANNEL, DIRECT, PRIVATE, CARE_ROOM],
        PHYSICIAN => &[GENERAL, TOPIC, JOHNS, GROUP, DIRECT, PRIVATE, CARE_ROOM],
        MARIA | MOTHER => &[GENERAL, TOPIC, GENERAL, GROUP],
        JOHN => &[JOHNS, JOHNS, GENERAL],
        CLERK => &[GROUP, CHANNEL, CHANNEL, GENERAL],
        _ => &[CHANNEL, PRIVATE, GENERAL],
    }
}

fn is_patients(room: ConversationId) -> bool {
    [GENERAL, TOPIC, JOHNS].contains(&room)
}

/// What one person asks for, one thing after the other.
pub struct Workload {
    pub person: PersonId,
    number: u128,
    base: u128,
    dice: Dice,
    /// Where messages of this person stand.
    said: Vec<(ConversationId, u64)>,
}

/// What is asked.
pub enum Asked {
    /// A command.
    Command(Box<Envelope>, Wish),
    /// A look at a conversation as it is now.
    Look(ConversationId),
}

impl Workload {
    pub fn new(place: usize, dice: Dice) -> Self {
        Self {
            person: PEOPLE[place % PEOPLE.len()],
            number: 0,
            base: (place as u128 + 1) << 32,
            dice,
            said: Vec::new(),
        }
    }

    /// A message of this person stands there now.
    pub fn has_said(&mut self, conversation: ConversationId, seq: u64) {
        self.said.push((conversation, seq));
    }

    /// The next thing.
    pub fn next(&mut self) -> Asked {
        let dice = self.dice.clone();
        let Some(&room) = dice.one(rooms(self.person)) else {
            return Asked::Look(GENERAL);
        };
        let draw = dice.between(0, 100);
        let mine = dice.one(&self.said).copied();
        self.number += 1;
        let words = self.words();
        let any_seq = dice.between(1, 30);
        let covers = [CLERK, PHYSICIAN, ADMINISTRATOR].contains(&self.person);
        let command = match draw {
            0..10 => return Asked::Look(room),
            10..22 if covers => self.covers(),
            10..62 => send(room, &words),
            62..68 => note(room, &words),
            68..74 => match mine {
                Some((room, seq)) => edit(room, seq, &words),
                None => send(room, &words),
            },
            74..77 => match mine {
                Some((room, seq)) if is_patients(room) && dice.between(0, 2) == 0 => self.moves_message(room, seq),
                Some((room, seq)) => retract(room, seq),
                None => note(room, &words),
            },
            77..83 => Command::MarkRead {
                conversation: room,
                seq: any_seq,
            },
            83..86 => Command::Acknowledge {
                conversation: room,
                seq: any_seq,
            },
            86..91 => read(room, 1, u64::MAX),
            91..94 => self.task(),
            _ => self.moves_walls(room),
        };
        let (envelope, wish) = self.wish(command);
        Asked::Command(Box::new(envelope), wish)
    }

    /// The last thing of a run: words that must get through.
    pub fn last(&mut self) -> (Envelope, Wish) {
        self.number += 1;
        let words = self.words();
        self.wish(send(rooms(self.person)[0], &words))
    }

    fn words(&self) -> String {
        format!("words {:x}", self.base + self.number)
    }

    /// What was written to the wrong patient: taken back there, and written here, at one revision.
    fn moves_message(&self, conversation: ConversationId, seq: u64) -> Command {
        let to = if conversation == JOHNS { GENERAL } else { JOHNS };
        let moving = Moving {
            seq,
            version: 1,
            to,
            content: Sealed(self.words().into_bytes()),
        };
        Command::MoveMessage {
            conversation,
            moving: Box::new(moving),
        }
    }

    fn moves_walls(&self, room: ConversationId) -> Command {
        let dice = &self.dice;
        let history = match dice.between(0, 2) {
            0 => History::Full,
            _ => History::FromNow,
        };
        let &person = dice.one(&[CLERK, JOHN, OFFICER, NURSE]).unwrap_or(&CLERK);
        match dice.between(0, 17) {
            0..3 => Command::AddMember {
                conversation: room,
                person,
                history,
            },
            3..6 => Command::RemoveMember {
                conversation: room,
                person,
            },
            6 => Command::Rename {
                conversation: room,
                topic: Private::new(self.words()),
            },
            7 => Command::Archive { conversation: PRIVATE },
            8 => Command::Reopen { conversation: PRIVATE },
            9..13 => self.moves_care(),
            13 | 14 => self.labels(),
            15 => Command::ChangePolicies(Policies {
                edit_window_s: if dice.between(0, 2) == 0 {
                    5
                } else {
                    limits::EDIT_WINDOW_S
                },
                on_behalf_of_labelled: true,
            }),
            _ => {
                let id = ConversationId(self.base + self.number);
                create(id, channel(Visibility::Public), &self.words(), &[NURSE, CLERK])
            }
        }
    }

    /// A label comes and goes: whoever came in by a coverage is sent out by it.
    fn labels(&self) -> Command {
        let &conversation = self.dice.one(&[GENERAL, TOPIC, JOHNS]).unwrap_or(&GENERAL);
        let sensitivity = (self.dice.between(0, 2) == 0).then_some(Sensitivity::Part2);
        let step = RestrictionStep::Label { sensitivity };
        Command::Restrict { conversation, step }
    }

    /// Who answers for a patient: taken, given and offered by those who may, and by those who may not.
    fn moves_care(&self) -> Command {
        let dice = &self.dice;
        let &conversation = dice.one(&[GENERAL, GENERAL, TOPIC, JOHNS]).unwrap_or(&GENERAL);
        let &other = dice.one(&[NURSE, PHYSICIAN, CLERK]).unwrap_or(&NURSE);
        let step = match dice.between(0, 12) {
            0..3 => CareStep::Take {
                from: (dice.between(0, 2) == 0).then_some(other),
            },
            3..6 => CareStep::HandOver { to: other, minutes: 1 },
            6..9 => CareStep::Accept,
            9 => CareStep::Return { pool: None },
            10 => CareStep::Assign { to: other },
            _ => CareStep::Resolve,
        };
        Command::Care { conversation, step }
    }

    /// Something is to be done, is done, or must be read in some seconds.
    fn task(&self) -> Command {
        let dice = &self.dice;
        let &conversation = dice.one(&[GENERAL, GENERAL, TOPIC, JOHNS]).unwrap_or(&GENERAL);
        let &assignee = dice
            .one(&[Party::Person(NURSE), Party::Person(PHYSICIAN), Party::Pool(Role::Nurse)])
            .unwrap_or(&Party::Pool(Role::Nurse));
        let soon_ms = Some(BEGIN_MS + dice.between(4_000, 50_000));
        let task = TaskId(self.base + u128::from(dice.between(0, 4)));
        match dice.between(0, 6) {
            0 => {
                let title = Sealed(self.words().into_bytes());
                let task = NewTask {
                    id: task,
                    title,
                    assignee,
                    due_ms: soon_ms,
                    message: None,
                };
                Command::CreateTask {
                    conversation,
                    task: Box::new(task),
                }
            }
            1 => {
                let step = match dice.between(0, 3) {
                    0 => TaskStep::Assign { to: assignee },
                    1 => TaskStep::Reopen,
                    _ => TaskStep::Complete,
                };
                Command::ChangeTask {
                    conversation,
                    task,
                    step,
                }
            }
            _ => {
                let terms = Terms {
                    seen_seq: None,
                    read_by_ms: soon_ms,
                };
                on_terms(conversation, Audience::Everyone, &self.words(), terms)
            }
        }
    }

    /// The clerk covers for the physician for some seconds, comes in by that, takes over, and is sent home.
    fn covers(&self) -> Command {
        let dice = &self.dice;
        let &conversation = dice.one(&[GENERAL, TOPIC, JOHNS]).unwrap_or(&GENERAL);
        match (self.person, dice.between(0, 6)) {
            (CLERK, 0..4) => Command::AddMember {
                conversation,
                person: CLERK,
                history: History::Full,
            },
            (CLERK, _) => Command::Care {
                conversation,
                step: CareStep::Take { from: Some(PHYSICIAN) },
            },
            (PHYSICIAN, 0..3) => Command::Care {
                conversation,
                step: CareStep::Take { from: None },
            },
            (ADMINISTRATOR, 0) => Command::EndCoverage(self.one_of_mine()),
            _ => {
                let from_ms = BEGIN_MS + dice.between(8_000, 40_000);
                let coverage = NewCoverage {
                    id: self.one_of_mine(),
                    covered: PHYSICIAN,
                    covering: CLERK,
                    from_ms,
                    until_ms: from_ms + dice.between(2_000, 20_000),
                    reason: Private::new(self.words()),
                };
                Command::GrantCoverage {
                    coverage: Box::new(coverage),
                }
            }
        }
    }

    /// Few, so that what is ended was granted.
    fn one_of_mine(&self) -> CoverageId {
        CoverageId(self.base + u128::from(self.dice.between(0, 4)))
    }

    fn wish(&self, command: Command) -> (Envelope, Wish) {
        let envelope = envelope(self.person, self.base + self.number, command);
        let wish = wish(&envelope);
        (envelope, wish)
    }
}

/// A command as the history has it.
pub fn wish(envelope: &Envelope) -> Wish {
    use corridor_domain::command::Acting;
    let person = match envelope.acting {
        Acting::Person { person, .. } => person.0,
        Acting::Door | Acting::Operator | Acting::Clock => 0,
    };
    let text = |bytes: &[u8]| Some(String::from_utf8_lossy(bytes).into_owned());
    let conversation = match &envelope.command {
        Command::MoveMessage { moving, .. } => Some(moving.to), // where the words stand then
        command => command.conversation(),
    };
    let (kind, body) = match &envelope.command {
        Command::MoveMessage { moving, .. } => ("send", text(&moving.content.0)),
        Command::Send { message, .. } | Command::SendOnTerms { message, .. } => ("send", text(&message.content.0)),
        Command::Edit { content, .. } => ("edit", text(&content.0)),
        command if command.is_answered_once() => ("change", None),
        _ => ("read", None),
    };
    Wish {
        command: crate::witness::command_name(envelope),
        person: format!("{person:x}"),
        kind: kind.to_owned(),
        conversation: conversation.map(|conversation| format!("{:x}", conversation.0)),
        body,
        once: envelope.command.is_answered_once() && person != 0,
    }
}
