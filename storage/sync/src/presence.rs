//! The table of lights: who is connected has one.
//!
//! It is told nothing that could be told twice: somebody came or went, look how many devices there are now. The look is taken
//! under the table's lock, so that the last one decides, whoever takes it. Refuses to know what a light means.

use crate::planted::{Mistake, planted};
use crate::shim::{HashMap, Mutex, lock};
use std::hash::Hash;

/// The lights of those who are connected. Who is not in it is offline.
#[derive(Debug)]
pub struct Table<P, L> {
    lights: Mutex<HashMap<P, L>>,
}

/// What others must be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// Somebody has a light now.
    Came,
    /// Somebody has none any more.
    Went,
}

impl<P: Copy + Ord + Hash, L: Copy + PartialEq> Table<P, L> {
    /// Nobody has a light.
    pub fn new() -> Self {
        Self {
            lights: Mutex::new(HashMap::default()),
        }
    }

    /// Counts the devices of a person; the first one lights `light`, the last one puts it out. Says what changed.
    pub fn recount(&self, person: P, light: L, devices: impl FnOnce() -> usize) -> Option<Change> {
        let (mut lights, count) = if planted(Mistake::PresenceCountsOutsideTheLock) {
            let count = devices();
            (lock(&self.lights), count)
        } else {
            (lock(&self.lights), devices())
        };
        match (count, lights.contains_key(&person)) {
            (0, true) => {
                lights.remove(&person);
                Some(Change::Went)
            }
            (1.., false) => {
                lights.insert(person, light);
                Some(Change::Came)
            }
            _ => None,
        }
    }

    /// Somebody set their light. Only who is connected has one. Says whether it changed.
    pub fn set(&self, person: P, light: L) -> bool {
        match lock(&self.lights).get_mut(&person) {
            Some(standing) if *standing != light => {
                *standing = light;
                true
            }
            _ => false,
        }
    }

    /// The light of a person, if it is on.
    pub fn light(&self, person: P) -> Option<L> {
        lock(&self.lights).get(&person).copied()
    }

    /// All lights that are on, by person.
    pub fn lights(&self) -> Vec<(P, L)> {
        let mut lights: Vec<_> = lock(&self.lights)
            .iter()
            .map(|(person, light)| (*person, *light))
            .collect();
        lights.sort_by_key(|(person, _)| *person);
        lights
    }
}

impl<P: Copy + Ord + Hash, L: Copy + PartialEq> Default for Table<P, L> {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_changed_is_said_once() {
        let table = Table::new();
        assert!(!table.set('a', "busy"));
        assert_eq!(table.recount('a', "there", || 1), Some(Change::Came));
        assert_eq!(table.recount('a', "there", || 2), None);
        assert!(table.set('a', "busy"));
        assert!(!table.set('a', "busy"));
        assert_eq!(table.recount('a', "there", || 1), None);
        assert_eq!(table.lights(), [('a', "busy")]);
        assert_eq!((table.light('a'), table.light('b')), (Some("busy"), None));
        assert_eq!(table.recount('a', "there", || 0), Some(Change::Went));
        assert_eq!(table.recount('a', "there", || 0), None);
        assert!(table.lights().is_empty());
    }
}
