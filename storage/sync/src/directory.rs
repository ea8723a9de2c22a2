//! Who can be found: the devices of each person, entered before anything is read, closed to newcomers at the end.
//!
//! A device that entered is found by every look that begins later. Refuses to know what a device is.

use crate::level::Level;
use crate::planted::{Mistake, planted};
use crate::shim::{HashMap, RwLock, RwLockReadGuard, read, write};
use std::hash::Hash;

/// All devices, by person.
#[derive(Debug)]
pub struct Directory<P, D> {
    inner: RwLock<Inner<P, D>>,
}

#[derive(Debug)]
struct Inner<P, D> {
    by_person: HashMap<P, Vec<D>>,
    count: Level,
    shut: bool,
}

/// A device that entered.
#[derive(Debug)]
pub struct Entered<R> {
    /// The directory was shut before: nobody else will say goodbye to this device.
    pub is_shut: bool,
    /// What was read after it could be found.
    pub read: R,
}

impl<P: Copy + Eq + Hash, D> Directory<P, D> {
    /// Nobody is there.
    pub fn new() -> Self {
        let inner = Inner {
            by_person: HashMap::default(),
            count: Level::default(),
            shut: false,
        };
        Self {
            inner: RwLock::new(inner),
        }
    }

    /// Enters a device, and reads when it can be found: whatever is handed out later than `then` could read finds it.
    pub fn enter<R>(&self, person: P, device: D, then: impl FnOnce() -> R) -> Entered<R> {
        if planted(Mistake::DirectoryReadsBeforeEntering) {
            let read = then();
            let is_shut = self.put(person, device);
            return Entered { is_shut, read };
        }
        let is_shut = self.put(person, device);
        Entered { is_shut, read: then() }
    }

    fn put(&self, person: P, device: D) -> bool {
        let mut inner = write(&self.inner);
        inner.by_person.entry(person).or_default().push(device);
        inner.count.add(1);
        inner.shut
    }

    /// Takes a device out; the one that is `it`. Says whether it was there.
    pub fn leave(&self, person: P, it: impl Fn(&D) -> bool) -> bool {
        let mut inner = write(&self.inner);
        let Some(devices) = inner.by_person.get_mut(&person) else {
            return false;
        };
        let Some(place) = devices.iter().position(it) else {
            return false;
        };
        let gone = devices.swap_remove(place);
        if devices.is_empty() {
            inner.by_person.remove(&person);
        }
        inner.count.subtract(1);
        drop(inner);
        drop(gone);
        true
    }

    /// Looks people up; hold it shortly.
    pub fn look(&self) -> Look<'_, P, D> {
        Look(read(&self.inner))
    }

    /// From now on a device that enters is told that it came too late. Says goodbye to those that are there.
    pub fn shut(&self, goodbye: impl Fn(&D)) {
        if planted(Mistake::DirectorySaysGoodbyeBeforeShutting) {
            self.look().all().for_each(goodbye);
            write(&self.inner).shut = true;
            return;
        }
        write(&self.inner).shut = true;
        self.look().all().for_each(goodbye);
    }

    /// Lets newcomers in again.
    pub fn reopen(&self) {
        write(&self.inner).shut = false;
    }

    /// Devices, and the most that ever were.
    pub fn level(&self) -> Level {
        read(&self.inner).count
    }
}

impl<P: Copy + Eq + Hash, D> Default for Directory<P, D> {
    fn default() -> Self {
        Self::new()
    }
}

/// A look at who is there.
#[derive(Debug)]
pub struct Look<'a, P, D>(RwLockReadGuard<'a, Inner<P, D>>);

impl<P: Copy + Eq + Hash, D> Look<'_, P, D> {
    /// The devices of a person.
    pub fn devices(&self, person: P) -> &[D] {
        self.0.by_person.get(&person).map_or(&[], Vec::as_slice)
    }

    /// All devices.
    pub fn all(&self) -> impl Iterator<Item = &D> {
        self.0.by_person.values().flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn devices_come_and_go() {
        let directory = Directory::new();
        assert_eq!(directory.enter('a', 1, || 7).read, 7);
        directory.enter('a', 2, || ());
        directory.enter('b', 3, || ());
        assert_eq!(directory.look().devices('a'), [1, 2]);
        assert!(directory.leave('a', |device| *device == 1));
        assert!(!directory.leave('a', |device| *device == 1));
        assert!(!directory.leave('c', |_| true));
        assert_eq!(directory.look().all().count(), 2);
        assert_eq!((directory.level().now(), directory.level().high_water()), (2, 3));
    }

    #[test]
    fn who_enters_after_it_was_shut_is_told() {
        let directory = Directory::new();
        assert!(!directory.enter('a', 1, || ()).is_shut);
        let told = std::cell::RefCell::new(Vec::new());
        directory.shut(|device| told.borrow_mut().push(*device));
        assert_eq!(told.into_inner(), [1]);
        assert!(directory.enter('a', 2, || ()).is_shut);
    }
}
