//! The pure part of presence: devices come and go, people set their light; what changed is said once.

use crate::frame::Light;
use corridor_domain::ids::PersonId;
use std::collections::HashMap;

/// The lights of those who are connected. Who is not in it is offline.
#[derive(Debug, Clone, Default)]
pub struct PresenceCore {
    people: HashMap<PersonId, Light>,
}

impl PresenceCore {
    /// So many devices of this person are connected now; told twice, it counts once. Says what changed for the others.
    pub fn count(&mut self, person: PersonId, devices: usize) -> Option<(PersonId, Light)> {
        if devices == 0 {
            return self.people.remove(&person).map(|_| (person, Light::Offline));
        }
        let mut came = None;
        self.people.entry(person).or_insert_with(|| {
            came = Some((person, Light::Available));
            Light::Available
        });
        came
    }

    /// Who has a light.
    pub fn people(&self) -> Vec<PersonId> {
        self.people.keys().copied().collect()
    }

    /// Somebody set their light. Only who is connected has one.
    pub fn set(&mut self, person: PersonId, light: Light) -> Option<(PersonId, Light)> {
        let standing = self.people.get_mut(&person)?;
        if light == Light::Offline || *standing == light {
            return None;
        }
        *standing = light;
        Some((person, light))
    }

    /// All lights that are on.
    pub fn lights(&self) -> Vec<(PersonId, Light)> {
        let mut lights: Vec<_> = self.people.iter().map(|(person, light)| (*person, *light)).collect();
        lights.sort_by_key(|(person, _)| *person);
        lights
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_changed_is_said_once() {
        let mut core = PresenceCore::default();
        let who = PersonId(1);
        assert_eq!(core.set(who, Light::Busy), None);
        assert_eq!(core.count(who, 1), Some((who, Light::Available)));
        assert_eq!(core.count(who, 2), None);
        assert_eq!(core.set(who, Light::Busy), Some((who, Light::Busy)));
        assert_eq!(core.set(who, Light::Busy), None);
        assert_eq!(core.count(who, 1), None);
        assert_eq!(core.lights(), [(who, Light::Busy)]);
        assert_eq!(core.count(who, 0), Some((who, Light::Offline)));
        assert_eq!(core.count(who, 0), None);
        assert!(core.lights().is_empty());
    }
}
