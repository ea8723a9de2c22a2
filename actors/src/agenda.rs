//! The agenda: what is due is proposed by the node that leads, and nobody else (a second proposal would do nothing but leave a line).
//!
//! Disposable: the timers stand in the state. Whoever leads next finds what is due there, and what was proposed by two leaders is done
//! once, since a timer that fired is gone. It refuses to know what a timer does.

use crate::disk_space::DiskSpace;
use crate::workspace::Rooms;
use corridor_domain::command::{Acting, Command, Envelope};
use corridor_domain::ids::CommandId;
use corridor_domain::limits;
use corridor_domain::outcome::Answer;
use corridor_domain::timer::Timer;
use corridor_storage::apply::encode_command;
use corridor_storage::world::World;
use ractor::{Actor, ActorProcessingErr, ActorRef};
use std::io;
use std::sync::Arc;
use std::time::Duration;

/// Whether this node leads the workspace's group, as far as it knows.
pub type Leads = Box<dyn Fn() -> bool + Send + Sync>;

/// Mail of the agenda's actor.
#[derive(Debug)]
pub enum Look {
    /// Look what is due.
    Due,
    /// The same, and say when it was looked at.
    #[cfg(test)]
    Now(ractor::RpcReplyPort<()>),
    /// Panics, to see what becomes of the others.
    #[cfg(test)]
    Crash,
}

/// The agenda's actor.
pub(crate) struct AgendaActor;

/// What it works with.
#[derive(Clone)]
pub(crate) struct Agenda {
    pub(crate) rooms: Arc<Rooms>,
    pub(crate) leads: Arc<Leads>,
    pub(crate) world: Arc<dyn World>,
    pub(crate) space: DiskSpace,
}

impl Actor for AgendaActor {
    type Msg = Look;
    type State = Agenda;
    type Arguments = Agenda;

    async fn pre_start(&self, myself: ActorRef<Look>, agenda: Agenda) -> Result<Agenda, ActorProcessingErr> {
        agenda.rooms.set_agenda(myself.clone());
        myself.send_interval(Duration::from_millis(limits::AGENDA_LOOK_INTERVAL_MS), || Look::Due);
        Ok(agenda)
    }

    async fn handle(&self, _: ActorRef<Look>, look: Look, agenda: &mut Agenda) -> Result<(), ActorProcessingErr> {
        if (agenda.leads)()
            && let Err(error) = agenda.propose_what_is_due().await
        {
            tracing::error!(%error, "what is due cannot be read");
        }
        match look {
            Look::Due => Ok(()),
            #[cfg(test)]
            Look::Now(reply) => Ok(reply.send(())?),
            #[cfg(test)]
            Look::Crash => panic!("asked to crash"),
        }
    }
}

impl Agenda {
    /// Until nothing is due: what ends may take several commands. What is not taken now, or changes nothing, is proposed at the next look.
    async fn propose_what_is_due(&self) -> io::Result<()> {
        for _ in 0..limits::AGENDA_ROUNDS_COUNT_MAX {
            let due = self.due()?;
            let mut pending = Vec::with_capacity(due.len());
            for timer in due {
                let command = encode_command(&self.envelope(timer))?;
                pending.push(self.rooms.context.proposer.propose(command));
            }
            let mut is_done = !pending.is_empty();
            for answer in pending {
                is_done &= matches!(answer.await, Ok(Answer::Done { .. }));
            }
            if !is_done || !(self.leads)() {
                return Ok(());
            }
        }
        Ok(())
    }

    fn due(&self) -> io::Result<Vec<Timer>> {
        let reader = &self.rooms.context.reader;
        // The workspace's time is ahead where a clock was wrong; the log will be stamped with it.
        let now_ms = self.world.now_ms().max(reader.progress()?.at_ms);
        let mut due = reader.timers_due(now_ms, limits::AGENDA_TIMERS_COUNT_MAX)?;
        // What people write can wait for room on the disks, as when they write it themselves.
        due.retain(|timer| self.space.is_enough_for(&Command::FireTimer { timer: *timer }));
        Ok(due)
    }

    fn envelope(&self, timer: Timer) -> Envelope {
        let (mut id, mut salt) = ([0_u8; 16], [0_u8; 16]);
        self.world.fill_random(&mut id);
        self.world.fill_random(&mut salt);
        Envelope {
            command_id: CommandId(u128::from_be_bytes(id)),
            fingerprint: [0; 16],
            acting: Acting::Clock,
            on_behalf_of: None,
            salt,
            command: Command::FireTimer { timer },
        }
    }
}
