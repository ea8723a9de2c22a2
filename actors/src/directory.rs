//! Who is connected here: people and their outboxes. Actors are found through directories of ours, never by a global name.

use crate::outbox::{Farewell, Outbox};
use corridor_domain::conversation::Side;
use corridor_domain::ids::{PersonId, SessionId};
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};

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
}

type ByPerson = HashMap<PersonId, Vec<Arc<Connected>>>;

/// All connected devices of this node.
#[derive(Debug, Default)]
pub struct Devices {
    by_person: RwLock<ByPerson>,
    next_number: AtomicU64,
    count: AtomicU64,
}

impl Devices {
    /// Nobody is connected.
    pub fn new() -> Self {
        Self::default()
    }

    /// Attaches a device. From here on it gets events; what came before is the replay's.
    pub fn attach(&self, session: SessionId, person: PersonId, side: Side, is_staff: bool) -> Arc<Connected> {
        let number = self.next_number.fetch_add(1, Ordering::Relaxed);
        let connected = Arc::new(Connected {
            number,
            session,
            person,
            side,
            is_staff,
            outbox: Arc::new(Outbox::new()),
        });
        let mut by_person = self.by_person.write().unwrap_or_else(PoisonError::into_inner);
        by_person.entry(person).or_default().push(Arc::clone(&connected));
        self.count.fetch_add(1, Ordering::Relaxed);
        connected
    }

    /// Detaches a device. Says whether the person has none left.
    pub fn detach(&self, connected: &Connected) -> bool {
        let mut by_person = self.by_person.write().unwrap_or_else(PoisonError::into_inner);
        let Some(devices) = by_person.get_mut(&connected.person) else {
            return true;
        };
        let before = devices.len();
        devices.retain(|device| device.number != connected.number);
        if devices.len() < before {
            self.count.fetch_sub(1, Ordering::Relaxed);
        }
        if devices.is_empty() {
            by_person.remove(&connected.person);
            return true;
        }
        false
    }

    /// Closes all devices of a session: from now on nothing is delivered to them.
    pub fn end_session(&self, person: PersonId, session: SessionId) {
        for device in self
            .read()
            .get(&person)
            .into_iter()
            .flatten()
            .filter(|device| device.session == session)
        {
            device.outbox.close(Farewell::SessionEnded);
        }
    }

    /// Says goodbye to everybody.
    pub fn close_all(&self, farewell: Farewell) {
        for device in self.read().values().flatten() {
            device.outbox.close(farewell);
        }
    }

    /// Looks people up for one fan-out; hold it shortly.
    pub fn look(&self) -> Look<'_> {
        Look(self.read())
    }

    /// Devices connected.
    pub fn count(&self) -> u64 {
        self.count.load(Ordering::Relaxed)
    }

    fn read(&self) -> RwLockReadGuard<'_, ByPerson> {
        self.by_person.read().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A look at who is connected.
pub struct Look<'a>(RwLockReadGuard<'a, ByPerson>);

impl Look<'_> {
    /// The devices of a person.
    pub fn devices(&self, person: PersonId) -> &[Arc<Connected>] {
        self.0.get(&person).map_or(&[], Vec::as_slice)
    }

    /// All devices of staff.
    pub fn staff(&self) -> impl Iterator<Item = &Arc<Connected>> {
        self.0.values().flatten().filter(|device| device.is_staff)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_session_ends_on_its_devices_only() {
        let devices = Devices::new();
        let phone = devices.attach(SessionId(1), PersonId(1), Side::Team, true);
        let laptop = devices.attach(SessionId(2), PersonId(1), Side::Team, true);
        devices.end_session(PersonId(1), SessionId(1));
        assert_eq!(phone.outbox.farewell(), Some(Farewell::SessionEnded));
        assert_eq!(laptop.outbox.farewell(), None);
        assert!(!devices.detach(&phone));
        assert!(devices.detach(&laptop));
        assert_eq!(devices.count(), 0);
    }
}
