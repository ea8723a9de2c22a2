//! The way in for commands, whether they come by socket or by HTTP: rate, room on the disks, route, propose, wait.
//!
//! Commands about a conversation go through its actor, new topics through their patient's, all others straight to the log.
//! Failures are told apart by what is known: refused, certainly not done, maybe done.

use crate::conversation::ConversationMessage;
use crate::credits::Closed;
use crate::disk_space::DiskSpace;
use crate::patient_thread::PatientThreadMessage;
use crate::rates::Rates;
use crate::workspace::Rooms;
use bytes::Bytes;
use corridor_cluster::{Pending, ProposeError, Proposer};
use corridor_domain::command::{Acting, Command, Envelope};
use corridor_domain::ids::{ConversationId, PersonId};
use corridor_domain::outcome::Answer;
use corridor_storage::apply::{AppliedState, encode_command};
use corridor_storage::world::World;
use std::sync::Arc;
use tokio::sync::oneshot;

/// The log of a workspace.
pub type Proposals = Proposer<AppliedState>;
/// An answer that is on its way.
pub type PendingAnswer = Pending<Answer>;

/// Why there is no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SubmitError {
    /// Certainly not done: this person sends too much.
    #[error("too many commands; try again in {retry_after_ms} ms")]
    RateLimited {
        /// When to try again.
        retry_after_ms: u64,
    },
    /// Certainly not done: the node has too much to do.
    #[error("overloaded; try again in {retry_after_ms} ms")]
    Overloaded {
        /// When to try again.
        retry_after_ms: u64,
    },
    /// Certainly not done: the disks are nearly full.
    #[error("the disks are nearly full")]
    DiskNearlyFull,
    /// Certainly not done: the node is cut off, or stops.
    #[error("this node takes no commands now")]
    Fenced,
    /// Maybe done. Ask again with the same command id.
    #[error("the outcome is unknown; ask again with the same id")]
    OutcomeUnknown,
}

impl From<ProposeError> for SubmitError {
    fn from(error: ProposeError) -> Self {
        match error {
            ProposeError::Overloaded { retry_after_ms } => Self::Overloaded { retry_after_ms },
            ProposeError::NotLeader { .. }
            | ProposeError::TooNew
            | ProposeError::Fenced
            | ProposeError::ShuttingDown => Self::Fenced,
            ProposeError::OutcomeUnknown => Self::OutcomeUnknown,
        }
    }
}

/// How often one person may.
#[derive(Debug)]
pub(crate) struct PersonRates {
    /// Anything, looks too.
    pub(crate) commands: Rates<PersonId>,
    /// What others get to read.
    pub(crate) sends: Rates<PersonId>,
}

/// The way in for commands.
#[derive(Clone)]
pub struct Gateway {
    rooms: Arc<Rooms>,
    rates: Arc<PersonRates>,
    space: DiskSpace,
    world: Arc<dyn World>,
}

impl Gateway {
    pub(crate) fn new(rooms: Arc<Rooms>, rates: Arc<PersonRates>, space: DiskSpace, world: Arc<dyn World>) -> Self {
        Self {
            rooms,
            rates,
            space,
            world,
        }
    }

    /// Takes a command and waits for its answer.
    pub async fn submit(&self, envelope: &Envelope) -> Result<Answer, SubmitError> {
        Ok(self.forward(envelope).await?.await?)
    }

    /// Puts a command on its way. Commands of one caller about one conversation keep their order.
    pub async fn forward(&self, envelope: &Envelope) -> Result<PendingAnswer, SubmitError> {
        self.check_rate(envelope)?;
        if !self.space.is_enough_for(&envelope.command) {
            return Err(SubmitError::DiskNearlyFull);
        }
        let command = encode_command(envelope).map_err(|_| SubmitError::Fenced)?;
        if let Some(conversation) = envelope.command.conversation().filter(|id| self.may_wake(*id)) {
            return self.through_conversation(conversation, command).await;
        }
        match new_topic_of(&envelope.command).filter(|patient| self.may_rouse(*patient)) {
            Some(patient) => self.through_patient(patient, command).await,
            None => Ok(self.rooms.context.proposer.propose(command)),
        }
    }

    /// A made-up id wakes nobody: the log refuses it as well.
    fn may_wake(&self, conversation: ConversationId) -> bool {
        let found = || self.rooms.context.reader.conversation(conversation);
        self.rooms.slots.find(conversation).is_some() || !matches!(found(), Ok(None))
    }

    fn may_rouse(&self, patient: PersonId) -> bool {
        let found = || self.rooms.context.reader.person(patient);
        self.rooms.patients.find(patient).is_some() || !matches!(found(), Ok(None))
    }

    async fn through_conversation(&self, id: ConversationId, command: Bytes) -> Result<PendingAnswer, SubmitError> {
        loop {
            let slot = self.rooms.conversation(id).await.map_err(|_| SubmitError::Fenced)?;
            let (reply, pending) = oneshot::channel();
            let command = command.clone();
            let sent = slot.send(|permit| ConversationMessage::Propose { command, reply, permit });
            match sent.await {
                // If the reply is dropped, the actor fell with the mail in its hands: nobody knows how far it came.
                Ok(()) => return pending.await.map_err(|_| SubmitError::OutcomeUnknown),
                // It fell asleep, or fell, before it had the mail: that was certainly not done yet.
                Err(Closed) if self.rooms.make_way().await => {}
                Err(Closed) => return Err(SubmitError::Fenced),
            }
        }
    }

    async fn through_patient(&self, id: PersonId, command: Bytes) -> Result<PendingAnswer, SubmitError> {
        loop {
            let slot = self.rooms.patient(id).await.map_err(|_| SubmitError::Fenced)?;
            let (reply, pending) = oneshot::channel();
            let command = command.clone();
            let sent = slot.send(|permit| PatientThreadMessage::Propose { command, reply, permit });
            match sent.await {
                Ok(()) => return pending.await.map_err(|_| SubmitError::OutcomeUnknown),
                Err(Closed) if self.rooms.make_way().await => {}
                Err(Closed) => return Err(SubmitError::Fenced),
            }
        }
    }

    /// Counts something that costs as much as a command and is none.
    pub fn take_turn(&self, person: PersonId) -> Result<(), SubmitError> {
        let taken = self.rates.commands.take(person, self.world.monotonic_ns());
        taken.map_err(|retry_after_ms| SubmitError::RateLimited { retry_after_ms })
    }

    fn check_rate(&self, envelope: &Envelope) -> Result<(), SubmitError> {
        let writes = matches!(
            envelope.command,
            Command::Send { .. }
                | Command::SendOnTerms { .. }
                | Command::SendOnBehalf { .. }
                | Command::CreateTask { .. }
                | Command::ChangeTask { .. }
                | Command::Pin { .. }
                | Command::Care { .. }
                | Command::Schedule { .. }
                | Command::GrantCoverage { .. }
                | Command::Edit { .. }
                | Command::Retract { .. }
                | Command::CreateConversation(_)
                | Command::BeginThread { .. }
                | Command::BeginConfidential { .. }
                | Command::Restrict { .. }
                | Command::MoveMessage { .. }
                | Command::AskIdentity(..)
                | Command::GrantCoverageOfLabelled { .. }
                | Command::SaveTemplate { .. }
                | Command::ChangeProfile(..)
        );
        let Acting::Person { person, .. } = envelope.acting else {
            return Ok(());
        };
        // Whoever wants to end a session is never told to wait.
        if matches!(envelope.command, Command::EndSession { .. }) {
            return Ok(());
        }
        let now_ns = self.world.monotonic_ns();
        let taken = self.rates.commands.take(person, now_ns);
        taken
            .and_then(|()| {
                if writes {
                    self.rates.sends.take(person, now_ns)
                } else {
                    Ok(())
                }
            })
            .map_err(|retry_after_ms| SubmitError::RateLimited { retry_after_ms })
    }
}

fn new_topic_of(command: &Command) -> Option<PersonId> {
    match command {
        Command::CreateConversation(new)
        | Command::BeginThread { new, .. }
        | Command::BeginConfidential { new, .. } => new.kind.patient(),
        _ => None,
    }
}
