//! Keys of people, locations and sign-ins. Part of the map in `keys.rs`.

use super::{Fingerprint, Key, Table, key};
use corridor_domain::ids::{PersonId, SessionId, SiteId};

/// A person.
pub fn person(person: PersonId) -> Key {
    key(Table::Person, &[&person.to_bytes()])
}

/// Who signs in by that name.
pub fn login(fingerprint: &Fingerprint) -> Key {
    key(Table::Login, &[fingerprint])
}

/// A location.
pub fn site(site: SiteId) -> Key {
    key(Table::Site, &[&site.to_bytes()])
}

/// A sign-in.
pub fn session(session: SessionId) -> Key {
    key(Table::Session, &[&session.to_bytes()])
}

/// A sign-in of a person.
pub fn person_session(person: PersonId, session: SessionId) -> Key {
    key(Table::PersonSession, &[&person.to_bytes(), &session.to_bytes()])
}

/// All sign-ins of a person.
pub fn sessions_of(person: PersonId) -> Key {
    key(Table::PersonSession, &[&person.to_bytes()])
}

/// The code that somebody was given to sign in for the first time.
pub fn invitation(person: PersonId) -> Key {
    key(Table::Invitation, &[&person.to_bytes()])
}
