//! Who is connected here: people and their outboxes. Actors are found through directories of ours, never by a global name.

use crate::outbox::{Farewell, Outbox};
use corridor_domain::conversation::Side;
use corridor_domain::ids::{PersonId, SessionId};
use corridor_storage::high_water;
use corridor_sync::directory::{Directory, Entered};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// One connected device.
#[derive(Debug)]
pub struct Connected {
    /// Tells devices of one session apart.
    pub number: u64,
    /// By which sign-in.
    pub session: SessionId,
    /// Whose.
    pub person: PersonId,
    /// In which numbering they count.
    pub side: Side,
    /// Whether they see lights.
    pub is_staff: bool,
    /// What waits for the socket.
    pub outbox: Arc<Outbox>,
    watches_queue: AtomicBool,
}

impl Connected {
    /// Whether it is told what moves in the queue.
    pub fn watches_queue(&self) -> bool {
        self.watches_queue.load(Ordering::Acquire)
    }

    /// From now on it is told, or no longer. Says whether it was before.
    pub fn watch_queue(&self, active: bool) -> bool {
        self.watches_queue.swap(active, Ordering::AcqRel)
    }
}

/// All connected devices of this node.
#[derive(Debug, Default)]
pub struct Devices {
    directory: Directory<PersonId, Arc<Connected>>,
    next_number: AtomicU64,
    /// What everybody is told while it is shut.
    last_word: Mutex<Option<Farewell>>,
}

impl Devices {
    /// Nobody is connected.
    pub fn new() -> Self {
        Self::default()
    }

    /// Attaches a device. From here on it gets events; what came before is the replay's, as far as `then` reads.
    pub fn attach<R>(
        &self,
        session: SessionId,
        person: PersonId,
        side: Side,
        is_staff: bool,
        then: impl FnOnce() -> R,
    ) -> (Arc<Connected>, R) {
        let number = self.next_number.fetch_add(1, Ordering::Relaxed);
        let connected = Arc::new(Connected {
            number,
            session,
            person,
            side,
            is_staff,
            outbox: Arc::new(Outbox::new()),
            watches_queue: AtomicBool::new(false),
        });
        let Entered { is_shut, read } = self.directory.enter(person, Arc::clone(&connected), then);
        if is_shut {
            connected.outbox.close(self.last_word());
        }
        (connected, read)
    }

    /// Detaches a device.
    pub fn detach(&self, connected: &Connected) {
        let is_it = |device: &Arc<Connected>| device.number == connected.number;
        high_water::OUTBOX_BYTES.note(connected.outbox.size_bytes().high_water());
        self.directory.leave(connected.person, is_it);
    }

    /// Closes all devices of a session: from now on nothing is delivered to them.
    pub fn end_session(&self, person: PersonId, session: SessionId) {
        let look = self.look();
        for device in look.devices(person).iter().filter(|device| device.session == session) {
            device.outbox.close(Farewell::SessionEnded);
        }
    }

    /// Cuts everybody; they come back.
    pub fn cut_all(&self) {
        for device in self.directory.look().all() {
            device.outbox.close(Farewell::TooSlow);
        }
    }

    /// Says goodbye to everybody, also to those who come after it, until it is opened again. The first reason stays.
    pub fn say_goodbye(&self, farewell: Farewell) {
        let farewell = *self.held_last_word().get_or_insert(farewell);
        self.directory.shut(|device| device.outbox.close(farewell));
    }

    /// Lets devices in again. Whoever came in between was told to come back.
    pub fn reopen(&self) {
        // In this order: who is told that it is shut finds a last word.
        self.directory.reopen();
        *self.held_last_word() = None;
    }

    fn last_word(&self) -> Farewell {
        self.held_last_word().unwrap_or(Farewell::Fenced)
    }

    fn held_last_word(&self) -> MutexGuard<'_, Option<Farewell>> {
        self.last_word.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Looks people up for one fan-out; hold it shortly.
    pub fn look(&self) -> Look<'_> {
        Look(self.directory.look())
    }

    /// The most that waits or waited for one of those who are connected.
    pub fn note_high_water(&self) {
        for device in self.directory.look().all() {
            high_water::OUTBOX_BYTES.note(device.outbox.size_bytes().high_water());
        }
    }

    /// Devices connected.
    pub fn count(&self) -> u64 {
        self.directory.level().now() as u64
    }
}

/// A look at who is connected.
pub struct Look<'a>(corridor_sync::directory::Look<'a, PersonId, Arc<Connected>>);

impl Look<'_> {
    /// The devices of a person.
    pub fn devices(&self, person: PersonId) -> &[Arc<Connected>] {
        self.0.devices(person)
    }

    /// All devices.
    pub fn all(&self) -> impl Iterator<Item = &Arc<Connected>> {
        self.0.all()
    }

    /// All devices of staff.
    pub fn staff(&self) -> impl Iterator<Item = &Arc<Connected>> {
        self.0.all().filter(|device| device.is_staff)
    }

    /// Devices that watch the queue.
    pub fn watchers(&self) -> impl Iterator<Item = &Arc<Connected>> {
        self.0.all().filter(|device| device.watches_queue())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attach(devices: &Devices, session: u128) -> Arc<Connected> {
        devices
            .attach(SessionId(session), PersonId(1), Side::Team, true, || ())
            .0
    }

    #[test]
    fn a_session_ends_on_its_devices_only() {
        let devices = Devices::new();
        let (phone, laptop) = (attach(&devices, 1), attach(&devices, 2));
        devices.end_session(PersonId(1), SessionId(1));
        assert_eq!(phone.outbox.farewell(), Some(Farewell::SessionEnded));
        assert_eq!(laptop.outbox.farewell(), None);
        devices.detach(&phone);
        devices.detach(&phone);
        assert_eq!(devices.count(), 1);
        devices.detach(&laptop);
        assert_eq!(devices.count(), 0);
    }

    #[test]
    fn who_comes_after_the_goodbye_is_told_too() {
        let devices = Devices::new();
        let early = attach(&devices, 1);
        devices.say_goodbye(Farewell::ShuttingDown);
        let late = attach(&devices, 2);
        for device in [early, late] {
            assert_eq!(device.outbox.farewell(), Some(Farewell::ShuttingDown));
        }
        devices.reopen();
        assert_eq!(attach(&devices, 3).outbox.farewell(), None);
        devices.say_goodbye(Farewell::Fenced);
        assert_eq!(attach(&devices, 4).outbox.farewell(), Some(Farewell::Fenced));
    }
}
