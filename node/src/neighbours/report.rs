//! What a node says of itself when another node asks how it is doing.
//!
//! Stands behind the gossip of the nodes. Postcard behind a byte for its form: nodes of two releases may ask each other.

use crate::room;
use bytes::Bytes;
use corridor_storage::landmarks::{Landmark, Landmarks};
use serde::{Deserialize, Serialize};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

const FORMAT: u8 = 1;
/// The question. Number 2 is a telling (`telling.rs`), 3 and 4 are about rest (`companions.rs`), 5 is trouble
/// (`selftest/hooks.rs`).
const HOW_ARE_YOU: u8 = 1;

/// How a node is doing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// The last revision that it applied.
    pub revision: u64,
    /// The rolling hash of its state there.
    pub state_hash: [u8; 32],
    /// Room on its disk.
    pub disk_free_bytes: u64,
    /// When its certificate ends.
    pub certificate_ends_ms: u64,
    /// What its hash was where every node passes.
    pub landmarks: Vec<Landmark>,
}

/// The question.
pub fn question() -> Bytes {
    Bytes::from_static(&[FORMAT, HOW_ARE_YOU])
}

/// Reads an answer.
pub fn read(answer: &[u8]) -> io::Result<Report> {
    let unknown = || {
        io::Error::new(
            io::ErrorKind::InvalidData,
            "a report of a form that this program does not know",
        )
    };
    match answer.split_first() {
        Some((&FORMAT, body)) => postcard::from_bytes(body).map_err(|_| unknown()),
        _ => Err(unknown()),
    }
}

/// The last revision that a group's state has applied, and its hash there.
pub type StandingOfState = Box<dyn Fn() -> io::Result<(u64, [u8; 32])> + Send + Sync>;

/// Makes reports of a group on this node.
pub struct Reporter {
    data: PathBuf,
    standing: StandingOfState,
    certificate_ends_ms: Arc<AtomicU64>,
    landmarks: Arc<Landmarks>,
}

impl Reporter {
    /// Of a group of the node with this data folder.
    pub fn new(
        data: &Path,
        standing: StandingOfState,
        certificate_ends_ms: Arc<AtomicU64>,
        landmarks: Arc<Landmarks>,
    ) -> Self {
        Self {
            data: data.to_owned(),
            standing,
            certificate_ends_ms,
            landmarks,
        }
    }

    /// Where this node can be compared.
    pub fn landmarks(&self) -> Vec<Landmark> {
        self.landmarks.all()
    }

    /// How this node is doing now.
    pub fn report(&self) -> io::Result<Report> {
        let (revision, state_hash) = (self.standing)()?;
        Ok(Report {
            revision,
            state_hash,
            disk_free_bytes: room::free_bytes(&self.data)?,
            certificate_ends_ms: self.certificate_ends_ms.load(Ordering::Acquire),
            landmarks: self.landmarks.all(),
        })
    }

    /// Answers another node.
    pub fn answer(&self, request: &[u8]) -> io::Result<Bytes> {
        if request != question() {
            return Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                "a question that this program does not know",
            ));
        }
        let bytes = postcard::to_extend(&self.report()?, vec![FORMAT]);
        bytes.map(Bytes::from).map_err(io::Error::other)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_is_read_as_it_was_written() {
        let report = Report {
            revision: 300,
            state_hash: [7; 32],
            disk_free_bytes: 5,
            certificate_ends_ms: 6,
            landmarks: vec![(256, [9; 32])],
        };
        let bytes = postcard::to_extend(&report, vec![FORMAT]).unwrap();
        assert_eq!(read(&bytes).unwrap(), report);
        assert_eq!(bytes[..4], [1, 172, 2, 7], "the bytes between nodes stay as they are");
        assert!(read(&bytes[..9]).is_err());
        assert!(read(&[2]).is_err() && read(&[]).is_err());
    }
}
