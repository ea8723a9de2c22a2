//! A group's state on its way to a node that lags too far behind for the log: piece by piece, resumed where a line broke.
//!
//! Stands between openraft, which hands over a whole snapshot, and the [`crate::peers::PeerLink`]. The sender walks its view while it
//! sends, so writes go on; the receiver says which piece it wants next, so nothing is sent twice. Pieces travel opened, inside the
//! link's encryption, since every node seals with its own key. It refuses to know what the records say.

use std::future::Future;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};

use corridor_domain::limits::{
    PEER_INSTALL_TIMEOUT_MS, SNAPSHOT_PIECE_PAUSE_MS, SNAPSHOT_PIECE_SIZE_BYTES, SNAPSHOT_PIECE_TIMEOUT_MS,
    SNAPSHOT_PIECE_TRIES_COUNT_MAX, SNAPSHOT_RETRY_PAUSE_MS,
};
use corridor_storage::replicated::{SnapshotRecord, SnapshotRecords, StateSnapshot};
use corridor_storage::spool::{Spool, Spools};

use crate::codec::requests::{Piece, Received, decode_received, encode_piece};
use crate::peers::CallError;
use crate::runtime;
use crate::types::SavedVote;

/// The transfer did not come to its end.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TransferError {
    /// The other node was away for too long, or refused.
    #[error("the state did not get through: {0}")]
    Call(#[from] CallError),
    /// Our own view cannot be read, or what was said cannot be understood.
    #[error("the state cannot be sent: {0}")]
    Io(#[from] io::Error),
}

/// Sends a state. Returns the vote of the receiver, which has installed it unless that vote is higher.
pub(crate) async fn send<Called>(
    transfer: u64,
    vote: SavedVote,
    snapshot: StateSnapshot,
    call: impl Fn(Bytes, Duration) -> Called,
) -> Result<SavedVote, TransferError>
where
    Called: Future<Output = Result<Bytes, CallError>>,
{
    let marker = Bytes::copy_from_slice(snapshot.marker());
    let mut walk = Walk::begin(&snapshot);
    loop {
        let (next, records, is_last) = walk.next_piece().await?;
        walk = next;
        let piece = Piece {
            vote,
            transfer,
            number: walk.number,
            marker: marker.clone(),
            is_last,
            records,
        };
        match deliver(&piece, &call).await? {
            Received::Installed(vote) => return Ok(vote),
            Received::Wants(number) if number == walk.number + 1 => walk.number = number,
            // It was started anew in between, or another transfer came in: from the beginning.
            Received::Wants(_) => walk = Walk::begin(&snapshot),
        }
        // Throttled: a state that is sent must not keep the log from its place on line and disk.
        tokio::time::sleep(Duration::from_millis(SNAPSHOT_PIECE_PAUSE_MS)).await;
    }
}

/// Hands one piece over, again if the line breaks.
async fn deliver<Called>(piece: &Piece, call: &impl Fn(Bytes, Duration) -> Called) -> Result<Received, TransferError>
where
    Called: Future<Output = Result<Bytes, CallError>>,
{
    let body = encode_piece(piece);
    let patience = Duration::from_millis(match piece.is_last {
        true => PEER_INSTALL_TIMEOUT_MS,
        false => SNAPSHOT_PIECE_TIMEOUT_MS,
    });
    let mut tries = 1;
    loop {
        match call(body.clone(), patience).await {
            Ok(answer) => return Ok(decode_received(&answer)?),
            Err(error @ CallError::Refused(_)) => return Err(error.into()),
            Err(error) if tries == SNAPSHOT_PIECE_TRIES_COUNT_MAX => return Err(error.into()),
            Err(_) => tries += 1,
        }
        tokio::time::sleep(Duration::from_millis(SNAPSHOT_RETRY_PAUSE_MS)).await;
    }
}

/// How far a view was walked.
struct Walk {
    records: std::iter::Peekable<SnapshotRecords>,
    /// Of the next piece.
    number: u64,
}

impl Walk {
    fn begin(snapshot: &StateSnapshot) -> Self {
        Self {
            records: snapshot.records().peekable(),
            number: 0,
        }
    }

    /// The next records, and whether they are the last. Walking may wait for the disk.
    async fn next_piece(mut self) -> io::Result<(Self, Bytes, bool)> {
        let walked = runtime::blocking(move || {
            let mut bytes = BytesMut::with_capacity(SNAPSHOT_PIECE_SIZE_BYTES);
            while bytes.len() < SNAPSHOT_PIECE_SIZE_BYTES {
                match self.records.next() {
                    Some(record) => put_record(&mut bytes, &record?),
                    None => break,
                }
            }
            let is_last = self.records.peek().is_none();
            Ok((self, bytes.freeze(), is_last))
        });
        walked.await?
    }
}

fn put_record(bytes: &mut BytesMut, (key, value): &SnapshotRecord) {
    for part in [key, value] {
        bytes.extend_from_slice(&(part.len() as u32).to_le_bytes());
        bytes.extend_from_slice(part);
    }
}

fn take_part(bytes: &mut Bytes) -> io::Result<Vec<u8>> {
    let short = || io::Error::new(io::ErrorKind::InvalidData, "a piece of a state ends too early");
    let length = u32::from_le_bytes(*bytes.first_chunk::<4>().ok_or_else(short)?) as usize;
    if bytes.len() - 4 < length {
        return Err(short());
    }
    let part = bytes.split_to(4 + length);
    Ok(part[4..].to_vec())
}

/// A state that is being received.
pub(crate) struct Incoming {
    from: u64,
    transfer: u64,
    marker: Bytes,
    pieces: Spool,
}

impl Incoming {
    /// Takes a piece from node `from`. `incoming` is what was received of this group's state before. May wait for the disk.
    pub fn take(incoming: &mut Option<Self>, spools: &Spools, from: u64, piece: &Piece) -> io::Result<Taken> {
        let goes_on = |known: &&mut Self| known.from == from && known.transfer == piece.transfer;
        let known = match incoming.as_mut().filter(goes_on) {
            Some(known) => known,
            None if piece.number == 0 => incoming.insert(Self {
                from,
                transfer: piece.transfer,
                marker: piece.marker.clone(),
                pieces: spools.begin()?,
            }),
            None => return Ok(Taken::Wants(0)),
        };
        let wanted = known.pieces.len() as u64;
        if piece.number != wanted {
            return Ok(Taken::Wants(wanted));
        }
        known.pieces.put(&piece.records)?;
        if !piece.is_last {
            return Ok(Taken::Wants(wanted + 1));
        }
        // Taken out: whatever becomes of it, it is not needed again.
        Ok(incoming
            .take()
            .map_or(Taken::Wants(0), |whole| Taken::Whole(whole.into_snapshot())))
    }

    fn into_snapshot(self) -> StateSnapshot {
        let pieces = Arc::new(self.pieces);
        StateSnapshot::new(self.marker.to_vec(), move || Box::new(Records::of(Arc::clone(&pieces))))
    }
}

/// What became of a piece.
pub(crate) enum Taken {
    /// It is wanted next.
    Wants(u64),
    /// It was the last one.
    Whole(StateSnapshot),
}

/// The records of all pieces, one after the other.
struct Records {
    pieces: Arc<Spool>,
    next: usize,
    rest: Bytes,
}

impl Records {
    fn of(pieces: Arc<Spool>) -> Self {
        Self {
            pieces,
            next: 0,
            rest: Bytes::new(),
        }
    }
}

impl Iterator for Records {
    type Item = io::Result<SnapshotRecord>;

    fn next(&mut self) -> Option<Self::Item> {
        while self.rest.is_empty() {
            match self.pieces.get(self.next).transpose()? {
                Ok(piece) => self.rest = piece.into(),
                Err(error) => return Some(Err(error)),
            }
            self.next += 1;
        }
        let key = take_part(&mut self.rest);
        Some(key.and_then(|key| Ok((key, take_part(&mut self.rest)?))))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use corridor_storage::world::SystemWorld;

    use super::*;
    use crate::codec::requests::{decode_piece, encode_received};

    fn state(count: u32, size_bytes: usize) -> StateSnapshot {
        StateSnapshot::new(b"marker".to_vec(), move || {
            Box::new((0..count).map(move |key| Ok((key.to_be_bytes().to_vec(), vec![7; size_bytes]))))
        })
    }

    fn spools() -> (tempfile::TempDir, Spools) {
        let folder = tempfile::tempdir().unwrap();
        let spools = Spools::new(folder.path(), Arc::new(SystemWorld::new()));
        (folder, spools)
    }

    /// A receiver that the line to breaks before and after every third piece.
    async fn transfer(sent: StateSnapshot, forgets_once: bool) -> (StateSnapshot, usize) {
        let (_folder, spools) = spools();
        let incoming = Mutex::new((None, 0_usize, None));
        let vote = SavedVote::new_committed(1, 1);
        let installed = send(9, vote, sent, |body, _| {
            let mut held = incoming.lock().unwrap();
            let (incoming, calls, whole) = &mut *held;
            *calls += 1;
            let lost = || std::future::ready(Err(CallError::Lost("the line broke".to_owned())));
            if *calls % 3 == 0 {
                return lost();
            }
            if forgets_once && *calls == 5 {
                *incoming = None;
            }
            let piece = decode_piece(&body).unwrap();
            let received = match Incoming::take(incoming, &spools, 2, &piece).unwrap() {
                Taken::Whole(state) => {
                    *whole = Some(state);
                    Received::Installed(vote)
                }
                Taken::Wants(number) => Received::Wants(number),
            };
            if *calls % 3 == 1 && whole.is_none() {
                return lost();
            }
            std::future::ready(Ok(encode_received(&received)))
        });
        assert_eq!(installed.await.unwrap(), vote);
        let (_, calls, whole) = incoming.into_inner().unwrap();
        (whole.unwrap(), calls)
    }

    #[tokio::test(start_paused = true)]
    async fn a_state_arrives_whole_over_a_line_that_breaks() {
        let sent = state(700, 10_000);
        for forgets in [false, true] {
            let (whole, calls) = transfer(sent.clone(), forgets).await;
            assert_eq!(whole.marker(), b"marker");
            let all = |state: &StateSnapshot| state.records().map(Result::unwrap).collect::<Vec<_>>();
            assert!(all(&whole) == all(&sent), "after {calls} calls");
            assert!(calls > 7, "it was in several pieces");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn an_empty_state_is_one_piece() {
        let (whole, _) = transfer(state(0, 0), false).await;
        assert_eq!(whole.records().count(), 0);
    }

    #[test]
    fn a_damaged_piece_is_an_error_and_no_memory() {
        let mut incoming = None;
        let piece = Piece {
            vote: SavedVote::new(1, 1),
            transfer: 1,
            number: 0,
            marker: Bytes::new(),
            is_last: true,
            records: Bytes::from_static(&[255, 255, 255, 255, 1]),
        };
        let (_folder, spools) = spools();
        let Taken::Whole(whole) = Incoming::take(&mut incoming, &spools, 2, &piece).unwrap() else {
            panic!("it was the last piece");
        };
        assert!(whole.records().next().unwrap().is_err());
    }
}
