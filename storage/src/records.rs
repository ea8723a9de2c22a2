//! Stored formats. Every value begins with its kind and version; a format that changes gets a new version here and a migration
//! from the one before, and the old bytes stay in `tests/fixtures`, in the folder of the
//! release that wrote them first.
//!
//! Version 1 of each kind is the domain's type as postcard writes it (docs: the postcard wire format): numbers of enums are
//! append-only, fields are never reordered. `tests/formats.rs` holds the bytes.

use bytes::Bytes;
use corridor_domain::attention::{Attention, Threads};
use corridor_domain::audit::AuditRecord;
use corridor_domain::care::Care;
use corridor_domain::conversation::{Conversation, Membership};
use corridor_domain::coverage::{Coverage, StandIn};
use corridor_domain::event::Event;
use corridor_domain::identity_check::IdentityCheck;
use corridor_domain::invitation::Invitation;
use corridor_domain::on_behalf::Confirmed;
use corridor_domain::outcome::Answer;
use corridor_domain::person::{Person, Site};
use corridor_domain::pin::Pin;
use corridor_domain::private::{Private, Sealed};
use corridor_domain::restriction::{Restriction, Safeguards};
use corridor_domain::scheduled::Scheduled;
use corridor_domain::session::{BreakGlass, Session};
use corridor_domain::settings::{Policies, Settings};
use corridor_domain::task::{ReadBy, Task};
use corridor_domain::template::Template;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::io;

/// A value of the store: which kind it is, and in which version it is written now.
pub trait Record: Serialize + DeserializeOwned {
    /// Never reused.
    const KIND: u8;
    /// The version written; older ones are migrated while reading.
    const VERSION: u8 = 1;

    /// Reads an older version. There is none yet.
    fn migrate(_version: u8, _bytes: &[u8]) -> Option<Self> {
        None
    }
}

/// The answer to a command, with what tells a retry from a conflict.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredAnswer {
    /// Of what was asked.
    pub fingerprint: [u8; 16],
    /// What was said.
    pub answer: Answer,
}

/// How far the state has come. Written with every batch.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// The last revision applied.
    pub revision: u64,
    /// The last time stamped; time never goes backwards in the state.
    pub at_ms: u64,
    /// Lines of the audit record; the next leaf has this index.
    pub audit_count: u64,
    /// Rolls over every record before it is sealed; equal on all replicas at equal revisions.
    pub hash: [u8; 32],
}

/// An earlier body of a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredVersion {
    /// When it was written.
    pub at_ms: u64,
    /// What it said.
    pub content: Sealed,
}

macro_rules! records {
    ($($name:ty = $kind:literal),+ $(,)?) => {
        $(impl Record for $name { const KIND: u8 = $kind; })+
        /// All kinds; `tests/formats.rs` has bytes of each.
        pub const KINDS: &[u8] = &[$($kind),+];
    };
}

records! {
    Person = 1,
    Site = 2,
    Session = 3,
    Conversation = 4,
    Membership = 5,
    Event = 6,
    BreakGlass = 7,
    StoredAnswer = 8,
    AuditRecord = 9,
    Progress = 10,
    StoredVersion = 11,
    Private = 12,
    Care = 13,
    Confirmed = 14,
    Coverage = 15,
    StandIn = 16,
    Scheduled = 17,
    Attention = 18,
    Settings = 19,
    Task = 20,
    ReadBy = 21,
    Pin = 22,
    Restriction = 23,
    Safeguards = 24,
    Template = 25,
    IdentityCheck = 26,
    Threads = 27,
    Invitation = 28,
    Policies = 29,
}

/// The bytes of a record.
pub fn encode<R: Record>(record: &R) -> io::Result<Vec<u8>> {
    encode_behind(record, Vec::new())
}

fn encode_behind<R: Record>(record: &R, mut before: Vec<u8>) -> io::Result<Vec<u8>> {
    before.extend([R::KIND, R::VERSION]);
    postcard::to_extend(record, before).map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))
}

/// Where records are written one after the other: a vector that grows with each of them anew costs more than what is written.
#[derive(Debug, Default)]
pub(crate) struct Scratch(Vec<u8>);

impl Scratch {
    /// As [`encode`], in one allocation of just the size.
    pub fn encode<R: Record>(&mut self, record: &R) -> io::Result<Bytes> {
        self.0.clear();
        self.0 = encode_behind(record, std::mem::take(&mut self.0))?;
        Ok(Bytes::copy_from_slice(&self.0))
    }
}

/// The record of the bytes, migrated if they are of an older version.
pub fn decode<R: Record>(bytes: &[u8]) -> io::Result<R> {
    let damaged = |what: &str| {
        io::Error::new(
            io::ErrorKind::InvalidData,
            format!("record of kind {}: {what}", R::KIND),
        )
    };
    match bytes {
        [kind, ..] if *kind != R::KIND => Err(damaged("another kind was found")),
        [_, version, body @ ..] if *version == R::VERSION => whole(body).ok_or_else(|| damaged("does not decode")),
        [_, version, body @ ..] => {
            R::migrate(*version, body).ok_or_else(|| damaged("a version that this program does not know"))
        }
        _ => Err(damaged("too short")),
    }
}

/// The value of exactly these bytes: one that leaves some over is of a form that this program does not know.
pub(crate) fn whole<T: DeserializeOwned>(bytes: &[u8]) -> Option<T> {
    match postcard::take_from_bytes(bytes) {
        Ok((value, [])) => Some(value),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_is_read_as_what_it_is() {
        let progress = Progress {
            revision: 3,
            at_ms: 4,
            audit_count: 5,
            hash: [6; 32],
        };
        let bytes = encode(&progress).unwrap();
        assert_eq!(bytes[..2], [10, 1]);
        assert_eq!(decode::<Progress>(&bytes).unwrap(), progress);
        let mut scratch = Scratch::default();
        for _ in 0..2 {
            assert_eq!(scratch.encode(&progress).unwrap(), bytes, "as often as it is used");
        }
        assert!(decode::<StoredVersion>(&bytes).is_err());
        for length in 0..bytes.len() {
            assert!(decode::<Progress>(&bytes[..length]).is_err(), "cut at {length}");
        }
        let longer = [bytes.as_slice(), &[0]].concat();
        assert!(decode::<Progress>(&longer).is_err(), "bytes left over");
        let mut newer = bytes;
        newer[1] = 99;
        assert!(decode::<Progress>(&newer).unwrap_err().to_string().contains("version"));
    }
}
