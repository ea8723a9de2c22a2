//! A small clinic over the applied state, for the tests of this folder: people, their sign-ins, and short words for commands.
//!
//! Everything goes the production way: envelopes are encoded as for the log and applied in batches.

#![allow(dead_code, reason = "every test program takes what it needs")]

pub mod covering;
pub mod folk;
pub mod steps;

use corridor_domain::audit::Action;
use corridor_domain::command::{Acting, Command, Envelope, NewConversation, NewMessage, Page};
use corridor_domain::conversation::{Audience, Kind, Place};
use corridor_domain::event::Priority;
use corridor_domain::ids::{CommandId, ConversationId, PersonId, SessionId};
use corridor_domain::outcome::{Answer, Change, Grant};
use corridor_domain::private::{Private, Sealed};
use corridor_domain::refusal::Refusal;
use corridor_domain::task::Terms;
use corridor_storage::apply::{Applied, AppliedState, encode_command};
use corridor_storage::backend::{Backend, MemoryBackend};
use corridor_storage::reader::{AuditFilter, AuditLine, Reader};
use corridor_storage::replicated::{CommittedCommand, ReplicatedState};
use corridor_storage::sealing::StorageKey;
use corridor_storage::state::State;
use corridor_storage::world::TestWorld;
use std::sync::{Arc, Mutex};

pub const NOW_MS: u64 = 1_800_000_000_000;

/// The applied state of a clinic, and what was told to the listener.
pub struct Clinic {
    pub applied: AppliedState,
    pub reader: Reader,
    pub told: Arc<Mutex<Vec<Applied>>>,
    pub revision: u64,
    pub now_ms: u64,
    pub commands: u128,
}

impl Clinic {
    /// Over these bytes, from where they stand.
    pub fn over(backend: Arc<dyn Backend>) -> Self {
        let world = Arc::new(TestWorld::new(NOW_MS, 7));
        let (node, workspace) = (StorageKey::from_bytes([1; 32]), StorageKey::from_bytes([2; 32]));
        let state = State::new(backend, world, &node, &workspace);
        let told: Arc<Mutex<Vec<Applied>>> = Arc::default();
        let ear = Arc::clone(&told);
        let listener = Box::new(move |applied| ear.lock().unwrap().extend(applied));
        let applied = AppliedState::open(state.clone(), listener).unwrap();
        let progress = applied.progress();
        Self {
            applied,
            reader: Reader::new(state),
            told,
            revision: progress.revision,
            now_ms: progress.at_ms.max(NOW_MS),
            commands: 1_000_000 + u128::from(progress.revision),
        }
    }

    /// In memory, empty.
    pub fn new() -> Self {
        Self::over(Arc::new(MemoryBackend::new()))
    }

    /// In memory, with everybody and everything of [`folk`].
    pub fn staffed() -> Self {
        let mut clinic = Self::new();
        for (envelope, answer) in folk::opening().into_iter().zip(clinic.apply(&folk::opening())) {
            assert!(matches!(answer, Answer::Done { .. }), "{envelope:?}: {answer:?}");
        }
        clinic
    }

    /// One batch.
    pub fn apply(&mut self, envelopes: &[Envelope]) -> Vec<Answer> {
        let mut commands = Vec::with_capacity(envelopes.len());
        for envelope in envelopes {
            self.revision += 1;
            self.now_ms += 1_000;
            commands.push(CommittedCommand {
                revision: self.revision,
                at_ms: self.now_ms,
                command: encode_command(envelope).unwrap(),
            });
        }
        let marker = self.revision.to_be_bytes().to_vec();
        self.applied.apply(commands, marker).unwrap()
    }

    pub fn envelope(&mut self, person: PersonId, command: Command) -> Envelope {
        self.commands += 1;
        envelope(person, self.commands, command)
    }

    /// Somebody asks.
    pub fn ask(&mut self, person: PersonId, command: Command) -> Answer {
        let envelope = self.envelope(person, command);
        self.apply(&[envelope]).remove(0)
    }

    /// Somebody does; the place of the event.
    pub fn does(&mut self, person: PersonId, command: Command) -> Place {
        match self.ask(person, command.clone()) {
            Answer::Done { place, .. } => place,
            other => panic!("{command:?}: {other:?}"),
        }
    }

    /// Somebody is refused; what the record says agrees, and nothing was changed.
    pub fn refused(&mut self, person: PersonId, command: Command) -> Refusal {
        let answer = self.ask(person, command.clone());
        let Answer::Refused { refusal, .. } = answer else {
            panic!("{command:?}: {answer:?}")
        };
        assert_eq!(self.last_line().record.refusal, Some(refusal));
        assert_eq!(self.last_told(), []);
        refusal
    }

    /// What somebody may see of a whole conversation.
    pub fn grants(&mut self, person: PersonId, conversation: ConversationId) -> Vec<Grant> {
        match self.ask(person, read(conversation, 0, u64::MAX)) {
            Answer::Granted { grants, .. } => grants,
            Answer::Refused { .. } => Vec::new(),
            other => panic!("{other:?}"),
        }
    }

    /// The audit record, oldest first.
    pub fn audit(&self) -> Vec<AuditLine> {
        let mut lines = self.reader.audit(AuditFilter::default(), usize::MAX).unwrap();
        lines.reverse();
        lines
    }

    pub fn last_line(&self) -> AuditLine {
        self.reader.audit(AuditFilter::default(), 1).unwrap().remove(0)
    }

    pub fn actions(&self) -> Vec<Action> {
        self.audit().iter().map(|line| line.record.action).collect()
    }

    pub fn last_told(&self) -> Vec<Change> {
        self.told.lock().unwrap().last().unwrap().changes.clone()
    }

    pub fn unread(&self, conversation: ConversationId, person: PersonId) -> u64 {
        let head = self.reader.conversation(conversation).unwrap().unwrap();
        let own = self.reader.membership(conversation, person).unwrap().unwrap();
        own.unread(&head.last)
    }

    /// Every key and opened value, as a snapshot has them.
    pub fn records(&self) -> Vec<(Vec<u8>, Vec<u8>)> {
        let snapshot = self.applied.snapshot().unwrap();
        snapshot.records().map(|record| record.unwrap()).collect()
    }
}

/// What a person asks over the session of [`folk`].
pub fn envelope(person: PersonId, command_id: u128, command: Command) -> Envelope {
    let acting = Acting::Person {
        person,
        session: session_of(person),
    };
    from(acting, command_id, command)
}

pub fn from(acting: Acting, command_id: u128, command: Command) -> Envelope {
    Envelope {
        command_id: CommandId(command_id),
        fingerprint: [5; 16],
        acting,
        on_behalf_of: None,
        salt: command_id.to_be_bytes(),
        command,
    }
}

pub fn session_of(person: PersonId) -> SessionId {
    SessionId(person.0 << 8)
}

pub fn new(id: ConversationId, kind: Kind, topic: &str, members: &[PersonId]) -> NewConversation {
    NewConversation {
        id,
        kind,
        topic: Private::from(topic),
        members: members.to_vec(),
        content_key: Sealed(vec![7; 8]),
    }
}

pub fn create(id: ConversationId, kind: Kind, topic: &str, members: &[PersonId]) -> Command {
    Command::CreateConversation(Box::new(new(id, kind, topic, members)))
}

pub fn send(conversation: ConversationId, body: &str) -> Command {
    say(conversation, Audience::Everyone, body, None)
}

pub fn note(conversation: ConversationId, body: &str) -> Command {
    say(conversation, Audience::Team, body, None)
}

pub fn say(conversation: ConversationId, audience: Audience, body: &str, reply_to: Option<u64>) -> Command {
    Command::Send {
        conversation,
        message: message(audience, body, reply_to),
    }
}

pub fn on_terms(conversation: ConversationId, audience: Audience, body: &str, terms: Terms) -> Command {
    Command::SendOnTerms {
        conversation,
        message: message(audience, body, None),
        terms,
    }
}

fn message(audience: Audience, body: &str, reply_to: Option<u64>) -> Box<NewMessage> {
    Box::new(NewMessage {
        audience,
        priority: Priority::Routine,
        content: Sealed(body.as_bytes().to_vec()),
        mentions: Vec::new(),
        reply_to,
    })
}

pub fn edit(conversation: ConversationId, seq: u64, body: &str) -> Command {
    Command::Edit {
        conversation,
        seq,
        content: Sealed(body.as_bytes().to_vec()),
        mentions: Vec::new(),
    }
}

pub fn retract(conversation: ConversationId, seq: u64) -> Command {
    Command::Retract {
        conversation,
        seq,
        reason: Private::from("wrong room"),
    }
}

pub fn read(conversation: ConversationId, from_seq: u64, to_seq: u64) -> Command {
    let page = Page {
        conversation,
        from_seq,
        to_seq,
    };
    Command::Read { pages: vec![page] }
}
