//! The presence actor: thin. It counts the devices in the directory, so no mail counts twice; started anew, it shows all
//! lights again, and whose went out meanwhile.

use crate::directory::Connected;
use crate::frame::Light;
use crate::outbox::Latest;
use crate::workspace::Rooms;
use corridor_domain::ids::PersonId;
use corridor_domain::limits;
use corridor_sync::presence::Change;
use ractor::{Actor, ActorProcessingErr, ActorRef};
use std::sync::Arc;
use tokio::sync::oneshot;

/// Mail of the presence actor. Bounded by the sockets: each has at most a few of these under way.
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
        let mut people: Vec<_> = rooms.lights().lights().iter().map(|(person, _)| *person).collect();
        people.extend(rooms.context.devices.look().staff().map(|device| device.person));
        let went: Vec<_> = people
            .into_iter()
            .filter_map(|person| recount(&rooms, person))
            .collect();
        let went = went.into_iter().filter(|(_, light)| *light == Light::Offline);
        let lights = rooms.lights().lights();
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
                let mut lights = rooms.lights().lights();
                // Their own, if it is new, goes to everybody anyway.
                lights.retain(|(person, _)| changed.is_none_or(|(came, _)| came != *person));
                show(rooms, &device, &lights);
                changed
            }
            PresenceMessage::Disconnected(person) => recount(rooms, person),
            PresenceMessage::Set(person, light) => {
                let changed = light != Light::Offline && rooms.lights().set(person, light);
                changed.then_some((person, light))
            }
            PresenceMessage::Lights(reply) => {
                let _ = reply.send(rooms.lights().lights());
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

fn recount(rooms: &Rooms, person: PersonId) -> Option<(PersonId, Light)> {
    let devices = || rooms.context.devices.look().devices(person).len();
    let light = match rooms.lights().recount(person, Light::Available, devices)? {
        Change::Came => Light::Available,
        Change::Went => Light::Offline,
    };
    Some((person, light))
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
