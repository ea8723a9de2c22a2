//! Names of people, remembered: every event shows who did it, and names seldom change.

use corridor_domain::ids::PersonId;
use corridor_domain::limits;
use corridor_domain::person::Person;
use corridor_protocol::Author;
use corridor_storage::reader::Reader;
use lru::LruCache;
use std::io;
use std::num::NonZeroUsize;
use std::sync::{Mutex, PoisonError};

/// Labels of people.
pub struct Names {
    reader: Reader,
    remembered: Mutex<LruCache<PersonId, Author>>,
}

impl Names {
    /// Nothing is remembered yet.
    pub fn new(reader: Reader) -> Self {
        let room = NonZeroUsize::MIN.saturating_add(limits::NAMES_REMEMBERED_COUNT_MAX - 1);
        Self {
            reader,
            remembered: Mutex::new(LruCache::new(room)),
        }
    }

    /// It is asked for anew: the person was changed. Whoever read the name before holds the lock until it is remembered.
    pub fn forget(&self, id: PersonId) {
        let mut remembered = self.remembered.lock().unwrap_or_else(PoisonError::into_inner);
        remembered.pop(&id);
    }

    /// The label of a person.
    pub fn author(&self, id: PersonId) -> io::Result<Author> {
        let mut remembered = self.remembered.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(author) = remembered.get(&id) {
            return Ok(author.clone());
        }
        let Some(person) = self.reader.person(id)? else {
            // A record names somebody who is not there: shown as such, and not remembered.
            return Ok(Author {
                id: id.to_string(),
                name: String::new(),
                kind: "unknown".to_owned(),
                title: String::new(),
            });
        };
        let author = of(&person);
        remembered.put(id, author.clone());
        Ok(author)
    }
}

/// The label of a person at hand.
pub fn of(person: &Person) -> Author {
    Author {
        id: person.id.to_string(),
        name: person.name.expose().to_owned(),
        kind: crate::convert::kind_name(person.kind).to_owned(),
        title: person.title.expose().to_owned(),
    }
}
