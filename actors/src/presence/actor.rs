//! The presence actor: thin. It counts the devices in the directory, so no mail counts twice, and takes what other nodes told;
//! started anew, it shows all lights again, and whose went out meanwhile.

use crate::directory::Connected;
use crate::frame::Light;
use crate::gossip::{News, Standing, Telling, Typing};
use crate::outbox::Latest;
use crate::workspace::Rooms;
use corridor_domain::ids::PersonId;
use corridor_domain::limits;
use ractor::{Actor, ActorProcessingErr, ActorRef};
use std::collections::BTreeSet;
use std::sync::Arc;
use tokio::sync::oneshot;

/// Mail of the presence actor. Bounded by the sockets: each has at most a few of these under way; of what other nodes told there
/// is one at a time.
#[derive(Debug)]
pub enum PresenceMessage {
    /// A device of staff came; it is shown all lights.
    Connected(Arc<Connected>),
    /// A device of staff went.
    Disconnected(PersonId),
    /// Somebody set their light.
    Set(PersonId, Light),
    /// Which lights are on?
    Lights(oneshot::Sender<Vec<(PersonId, Light)>>),
    /// Another node told something.
    Heard {
        /// Which.
        node: u64,
        /// What.
        telling: Box<Telling>,
        /// When, by this node's clock that only goes forward.
        now_ms: u64,
        /// Gets what the conversations are to show.
        reply: oneshot::Sender<Vec<Typing>>,
    },
    /// Is another node silent?
    Look {
        /// Now, by this node's clock that only goes forward.
        now_ms: u64,
        /// Gets what the conversations are to show.
        reply: oneshot::Sender<Vec<Typing>>,
    },
    /// Panics, to see what becomes of the others.
    #[cfg(test)]
    Crash,
}

/// The presence actor. The lights themselves outlive it, in [`Rooms`].
pub(crate) struct PresenceActor;

impl Actor for PresenceActor {
    type Msg = PresenceMessage;
    type State = Arc<Rooms>;
    type Arguments = Arc<Rooms>;

    async fn pre_start(
        &self,
        myself: ActorRef<Self::Msg>,
        rooms: Arc<Rooms>,
    ) -> Result<Arc<Rooms>, ActorProcessingErr> {
        // First it can be found, then it counts: whoever comes in between is counted, or writes to it, or both.
        rooms.set_presence(myself);
        let mut people: BTreeSet<_> = rooms.lights().lights().iter().map(|(person, _)| *person).collect();
        people.extend(rooms.board().shown().iter().map(|(person, _)| *person));
        people.extend(rooms.context.devices.look().staff().map(|device| device.person));
        let changed: Vec<_> = people
            .into_iter()
            .filter_map(|person| recount(&rooms, person))
            .collect();
        let went = changed.into_iter().filter(|(_, light)| *light == Light::Offline);
        let lights = rooms.board().shown();
        for light in lights.into_iter().chain(went) {
            show_all(&rooms, light);
        }
        Ok(rooms)
    }

    async fn handle(
        &self,
        _: ActorRef<Self::Msg>,
        message: Self::Msg,
        rooms: &mut Arc<Rooms>,
    ) -> Result<(), ActorProcessingErr> {
        let changed = match message {
            PresenceMessage::Connected(device) => {
                let changed = recount(rooms, device.person);
                let mut lights = rooms.board().shown();
                // Their own, if it is new, goes to everybody anyway.
                lights.retain(|(person, _)| changed.is_none_or(|(came, _)| came != *person));
                show(rooms, &device, &lights);
                changed
            }
            PresenceMessage::Disconnected(person) => recount(rooms, person),
            PresenceMessage::Set(person, light) => set(rooms, person, light),
            PresenceMessage::Lights(reply) => {
                let _ = reply.send(rooms.board().shown());
                None
            }
            PresenceMessage::Heard {
                node,
                telling,
                now_ms,
                reply,
            } => {
                let news = rooms.board().hearing.hear(node, &telling, now_ms);
                take(rooms, news, reply);
                None
            }
            PresenceMessage::Look { now_ms, reply } => {
                let news = rooms.board().hearing.look(now_ms);
                take(rooms, news, reply);
                None
            }
            #[cfg(test)]
            PresenceMessage::Crash => panic!("asked to crash"),
        };
        if let Some(light) = changed {
            show_all(rooms, light);
        }
        Ok(())
    }
}

/// Shows the lights that changed elsewhere, and hands on who is writing.
fn take(rooms: &Rooms, news: News, reply: oneshot::Sender<Vec<Typing>>) {
    for person in news.people {
        if let Some(light) = settle(rooms, person, false) {
            show_all(rooms, light);
        }
    }
    // Whoever asked may be gone: the node stops.
    let _ = reply.send(news.typing);
}

fn set(rooms: &Rooms, person: PersonId, light: Light) -> Option<(PersonId, Light)> {
    let own = rooms.lights().light(person)?;
    let standing = rooms.board().set(person, own, light)?;
    let is_changed = light != Light::Offline && rooms.lights().set(person, standing);
    settle(rooms, person, is_changed)
}

fn recount(rooms: &Rooms, person: PersonId) -> Option<(PersonId, Light)> {
    let devices = || rooms.context.devices.look().devices(person).len();
    let change = rooms.lights().recount(person, Standing::CAME, devices);
    settle(rooms, person, change.is_some())
}

/// Brings this node's light of a person and the others' together. What is to be shown, if it is something else than before.
fn settle(rooms: &Rooms, person: PersonId, is_changed: bool) -> Option<(PersonId, Light)> {
    let mut board = rooms.board();
    let own = rooms.lights().light(person);
    let taken_over = own.and_then(|own| board.taken_over(person, own));
    let is_taken_over = taken_over.is_some_and(|standing| rooms.lights().set(person, standing));
    let own = rooms.lights().light(person);
    if is_changed || is_taken_over {
        rooms.voice.note_light(person, own);
    }
    board.show(person, own)
}

fn show_all(rooms: &Rooms, light: (PersonId, Light)) {
    if let Some(frame) = rooms.context.encode.presence(&[light]) {
        for device in rooms.context.devices.look().staff() {
            device.outbox.push_latest(Latest::Presence(light.0), &frame);
        }
    }
}

/// Many to a frame: one frame each would not fit an outbox.
fn show(rooms: &Rooms, device: &Connected, lights: &[(PersonId, Light)]) {
    for (number, lights) in lights.chunks(limits::LIGHTS_PER_FRAME_COUNT_MAX).enumerate() {
        if let Some(frame) = rooms.context.encode.presence(lights) {
            device.outbox.push_latest(Latest::Lights(number), &frame);
        }
    }
}
