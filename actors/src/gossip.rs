//! What nodes tell each other of the living: lights, and who is writing. Never in the log.
//!
//! A node tells all it knows of its own from time to time, and changes at once; what it told is void when it falls silent. So
//! whatever is lost on the way is made good by the next telling. Stands beside presence and conversations, under the way between
//! nodes. It refuses to know how tellings travel, and who the nodes are.

mod hearing;
mod telling;
mod voice;

use crate::conversation::ConversationMessage;
use crate::presence::PresenceMessage;
use crate::workspace::Rooms;
use corridor_domain::conversation::{Membership, Side};
use corridor_storage::world::World;
pub use hearing::{Hearing, News};
use std::sync::Arc;
pub use telling::{Part, Standing, Telling, Typing};
use tokio::sync::oneshot;
pub(crate) use voice::Voice;
pub use voice::VoiceCore;

/// The mouth and the ears of a node's living part. Cheap to clone.
#[derive(Clone)]
pub struct Gossip {
    rooms: Arc<Rooms>,
    world: Arc<dyn World>,
}

impl Gossip {
    pub(crate) fn new(rooms: Arc<Rooms>, world: Arc<dyn World>) -> Self {
        Self { rooms, world }
    }

    /// Waits until something changed here that the others do not know.
    pub async fn changed(&self) {
        self.rooms.voice.changed().await;
    }

    /// What changed since it was last told.
    pub fn tell_changes(&self) -> Vec<Telling> {
        self.rooms.voice.tell(false, || self.rooms.lights().lights())
    }

    /// What changed, and then everything.
    pub fn tell_all(&self) -> Vec<Telling> {
        self.rooms.voice.tell(true, || self.rooms.lights().lights())
    }

    /// Takes what another node told. Returns when it was handed to the devices, or to the conversations on its way there.
    pub async fn hear(&self, node: u64, telling: Telling) {
        let (reply, news) = oneshot::channel();
        let now_ms = self.now_ms();
        let heard = PresenceMessage::Heard {
            node,
            telling: Box::new(telling),
            now_ms,
            reply,
        };
        self.ask(heard, news).await;
    }

    /// Takes back what those told who have fallen silent.
    pub async fn look(&self) {
        let (reply, news) = oneshot::channel();
        let now_ms = self.now_ms();
        self.ask(PresenceMessage::Look { now_ms, reply }, news).await;
    }

    async fn ask(&self, message: PresenceMessage, news: oneshot::Receiver<Vec<Typing>>) {
        let Some(presence) = self.rooms.presence() else { return };
        if presence.cast(message).is_err() {
            return;
        }
        // If it fell over it, the node tells everything again soon.
        for typing in news.await.unwrap_or_default() {
            self.show(typing).await;
        }
    }

    /// As typing on this node is shown: of whoever may be seen writing, to the team. Lost typing hurts nobody, so it never waits for room.
    async fn show(&self, typing: Typing) {
        let Typing {
            conversation,
            person,
            active,
        } = typing;
        if !self.rooms.writes_in(conversation, person) {
            return;
        }
        let slot = match self.rooms.slots.find(conversation) {
            Some(slot) => Ok(slot),
            None if !self.has_readers(typing) => return,
            None => self.rooms.conversation(conversation).await,
        };
        let Ok(slot) = slot else { return };
        if let Ok(Some(permit)) = slot.credits.try_acquire() {
            let is_here = false;
            let message = ConversationMessage::Typing {
                person,
                active,
                is_here,
                permit,
            };
            let _ = slot.actor.cast(message);
        }
    }

    /// Whether it is worth to wake the conversation: somebody is connected here who would be shown it.
    fn has_readers(&self, typing: Typing) -> bool {
        let context = &self.rooms.context;
        let Ok(members) = context.reader.memberships(typing.conversation) else {
            return false;
        };
        let look = context.devices.look();
        // Who works in the queue is shown it as well, if they may read it.
        if look.watchers().any(|device| device.person != typing.person) {
            return true;
        }
        let reads = |member: &Membership| {
            let sees = member.is_current() && member.side == Side::Team && member.person != typing.person;
            sees && !look.devices(member.person).is_empty()
        };
        members.iter().any(reads)
    }

    fn now_ms(&self) -> u64 {
        self.world.monotonic_ns() / 1_000_000
    }
}
