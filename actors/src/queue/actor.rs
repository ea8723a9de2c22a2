//! The queue's actor: thin. It tells whoever watches the queue what moved in it, each what they may know.

use crate::directory::Connected;
use crate::frame::Frame;
use crate::outbox::{Farewell, Latest};
use crate::queue::{Queue, Viewer};
use crate::workspace::{Context, Rooms};
use corridor_domain::ids::{ConversationId, PersonId};
use corridor_domain::permission::may_watch_queue;
use ractor::{Actor, ActorProcessingErr, ActorRef};
use std::collections::HashMap;
use std::sync::Arc;

/// Mail of the queue's actor: at most one piece at a time.
#[derive(Debug)]
pub enum QueueMessage {
    /// Something moved.
    Tell,
    /// Panics, to see what becomes of the others.
    #[cfg(test)]
    Crash,
}

/// The queue's actor.
pub(crate) struct QueueActor;

impl Actor for QueueActor {
    type Msg = QueueMessage;
    type State = Arc<Rooms>;
    type Arguments = Arc<Rooms>;

    async fn pre_start(
        &self,
        myself: ActorRef<Self::Msg>,
        rooms: Arc<Rooms>,
    ) -> Result<Arc<Rooms>, ActorProcessingErr> {
        rooms.queue.set_teller(myself.clone());
        // What moved while there was nobody to tell it.
        myself.cast(QueueMessage::Tell)?;
        Ok(rooms)
    }

    async fn handle(
        &self,
        _: ActorRef<Self::Msg>,
        message: Self::Msg,
        rooms: &mut Arc<Rooms>,
    ) -> Result<(), ActorProcessingErr> {
        match message {
            QueueMessage::Tell => tell(rooms),
            #[cfg(test)]
            QueueMessage::Crash => panic!("asked to crash"),
        }
        Ok(())
    }
}

fn tell(rooms: &Rooms) {
    let moved = rooms.queue.take_moved();
    let watchers: Vec<Arc<Connected>> = rooms.context.devices.look().watchers().cloned().collect();
    if watchers.is_empty() {
        return;
    }
    let now_ms = now_ms(&rooms.context);
    let mut viewers: HashMap<PersonId, Option<Viewer>> = HashMap::new();
    for device in &watchers {
        let viewer = viewers
            .entry(device.person)
            .or_insert_with(|| viewer(&rooms.context, device.person));
        let may_watch = viewer.as_ref().is_some_and(|viewer| may_watch_queue(&viewer.person));
        if !may_watch || moved.people.contains(&device.person) {
            close(rooms, device);
        }
    }
    for id in moved.conversations {
        let Some(Some(standing)) = rooms.queue.look(|index| index.standing(id)) else {
            continue;
        };
        // Encoded once, and only if somebody may have it.
        let mut frame = None;
        for device in watchers.iter().filter(|device| device.watches_queue()) {
            let viewer = viewers.get(&device.person).and_then(Option::as_ref);
            let may = viewer.is_some_and(|viewer| {
                rooms
                    .queue
                    .look(|index| index.shows(viewer, id, now_ms))
                    .unwrap_or_default()
            });
            let saw = |viewer: &Viewer| {
                rooms
                    .queue
                    .look(|index| index.showed(viewer, id, now_ms))
                    .unwrap_or_default()
            };
            if !may && moved.withdrawn.contains(&id) && viewer.is_some_and(saw) {
                close(rooms, device);
            }
            if may && let Some(frame) = frame.get_or_insert_with(|| rooms.context.encode.queue(&standing)) {
                give(device, Latest::Queue(id), frame);
            }
        }
    }
}

impl Queue {
    /// Whether a conversation stands in it. Where nobody asked for the queue yet nothing does.
    pub(crate) fn holds(&self, id: ConversationId) -> bool {
        self.look(|index| index.standing(id).is_some()).unwrap_or_default()
    }

    /// Whether somebody may know of a conversation of it.
    pub(crate) fn shows_to(&self, context: &Context, id: ConversationId, person: PersonId) -> bool {
        let viewer = viewer(context, person);
        let shows = |viewer: Viewer| self.look(|index| index.shows(&viewer, id, now_ms(context)));
        viewer.and_then(shows).unwrap_or_default()
    }
}

fn now_ms(context: &Context) -> u64 {
    context.reader.progress().map_or(0, |progress| progress.at_ms)
}

/// Somebody as they stand now; none: they are shown nothing.
fn viewer(context: &Context, person: PersonId) -> Option<Viewer> {
    let reader = &context.reader;
    let covers = reader.covers(person).ok()?;
    let person = reader.person(person).ok()??;
    Some(Viewer { person, covers })
}

/// Rights became less: what is shown ends, and whoever may still watch asks anew.
fn close(rooms: &Rooms, device: &Connected) {
    if device.watch_queue(false)
        && let Some(frame) = rooms.context.encode.queue_closed()
    {
        give(device, Latest::QueueClosed, &frame);
    }
}

/// Who does not take it in time is cut, and looks again when they are back: a row that is not true any more is worse.
fn give(device: &Connected, what: Latest, frame: &Frame) {
    if !device.outbox.push_latest(what, frame) {
        device.outbox.close(Farewell::TooSlow);
    }
}
