//! The charts of a workspace, for asking whether a text names another patient than the one it is about (`domain::identity`).
//!
//! Disposable: gathered from storage when somebody asks first, and kept up by what the dispatcher hands out. Refuses to know who asks, and what
//! becomes of the answer.

use corridor_domain::identity::{Charts, Named};
use corridor_domain::ids::PersonId;
use corridor_domain::outcome::Change;
use corridor_storage::apply::Applied;
use corridor_storage::reader::Reader;
use std::io;
use std::sync::{Mutex, PoisonError, RwLock};

/// The charts as they are known here.
#[derive(Debug, Default)]
pub(crate) struct KnownCharts {
    /// None until somebody asks.
    known: RwLock<Option<Known>>,
    /// Held by whoever gathers them.
    gathering: Mutex<()>,
}

#[derive(Debug, Default)]
struct Known {
    charts: Charts,
    is_whole: bool,
}

impl KnownCharts {
    /// Whether they can be asked.
    pub(crate) fn are_gathered(&self) -> bool {
        self.look(|_| ()).is_some()
    }

    /// Gathers them, if that was not done yet. Reads every person: not for a thread that must not wait.
    pub(crate) fn gather(&self, reader: &Reader) -> io::Result<()> {
        let _alone = self.gathering.lock().unwrap_or_else(PoisonError::into_inner);
        if self.are_gathered() {
            return Ok(());
        }
        self.change(|known| *known = Some(Known::default()));
        let read = reader.people(|person| {
            self.change(|known| {
                // Whoever was handed out meanwhile is newer, or as new.
                if let Some(known) = known.as_mut().filter(|known| !known.charts.knows(person.id)) {
                    known.charts.take(&person);
                }
            });
            true
        });
        self.change(|known| match &read {
            Ok(()) => known.iter_mut().for_each(|known| known.is_whole = true),
            Err(_) => *known = None,
        });
        read
    }

    /// Something was applied.
    pub(crate) fn note(&self, applied: &Applied) {
        let people = applied.changes.iter().filter_map(|change| match change {
            Change::Person(person) => Some(person),
            _ => None,
        });
        for person in people {
            self.change(|known| known.iter_mut().for_each(|known| known.charts.take(person)));
        }
    }

    /// What in a text about that patient is another one's; none before they were gathered.
    pub(crate) fn others_named(&self, body: &str, patient: PersonId) -> Option<Vec<Named>> {
        self.look(|charts| charts.others_named(body, patient))
    }

    /// What in a text tells that a patient is meant, whichever; none before they were gathered.
    pub(crate) fn patients_named(&self, body: &str) -> Option<Vec<Named>> {
        self.look(|charts| charts.patients_named(body))
    }

    fn look<T>(&self, at: impl FnOnce(&Charts) -> T) -> Option<T> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        known
            .as_ref()
            .filter(|known| known.is_whole)
            .map(|known| at(&known.charts))
    }

    fn change(&self, by: impl FnOnce(&mut Option<Known>)) {
        by(&mut self.known.write().unwrap_or_else(PoisonError::into_inner));
    }
}
