//! Opened records above, sealed bytes below: where what a batch wrote goes, and where what stands is found.
//!
//! Between [`crate::state::State`] and a [`Backend`]. A node lets a thread of its own seal and carry what was written
//! ([`Store::with_carrier`]): nobody who is answered waits while the backend tidies up or syncs, and a record that is written ten times
//! in a moment is sealed and written once. That is safe because acknowledged means that the log has it: what a crash takes from
//! here is applied again. Whatever must be in the backend (a snapshot point, before the log is purged behind it) asks for
//! [`Store::persist`], which waits for the carrier. Refuses to know what a key means.

use crate::backend::{Backend, Direction, Pairs, Write};
use crate::high_water;
use crate::keys::Key;
use crate::metrics;
use crate::sealing::StorageKey;
use crate::world::World;
use bytes::Bytes;
use corridor_domain::limits;
use corridor_sync::behind::{Behind, Failed};
use std::collections::BTreeMap;
use std::io;
use std::iter::Peekable;
use std::ops::Bound;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

/// What becomes of each key: an opened record, or nothing.
pub(crate) type Records = BTreeMap<Key, Option<Bytes>>;

/// A key and its opened record, in key order.
pub(crate) type Opened = Box<dyn Iterator<Item = io::Result<(Key, Vec<u8>)>> + Send>;

type OnTheirWay = Behind<Key, Option<Bytes>>;

/// Seals what goes down and opens what comes up. The key of a record is its context, so swapped rows do not open.
#[derive(Clone)]
pub(crate) struct Sealer {
    pub world: Arc<dyn World>,
    /// This node's own: what is on this disk opens nowhere else.
    pub key: StorageKey,
}

impl Sealer {
    /// The value as it goes to disk. An empty value says nothing and stays empty.
    pub fn sealed(&self, key: &[u8], value: &[u8]) -> Vec<u8> {
        if value.is_empty() {
            Vec::new()
        } else {
            self.key.seal(self.world.as_ref(), key, value)
        }
    }

    /// The value as it came from disk.
    pub fn opened(&self, key: &[u8], value: Vec<u8>) -> io::Result<Vec<u8>> {
        if value.is_empty() {
            Ok(value)
        } else {
            Ok(self.key.open(key, &value)?)
        }
    }

    fn all_opened(self, sealed: Pairs) -> impl Iterator<Item = io::Result<(Key, Vec<u8>)>> + Send {
        sealed.map(move |pair| {
            let (key, value) = pair?;
            let value = self.opened(&key, value)?;
            Ok((key, value))
        })
    }

    fn all_sealed(&self, records: &Records) -> Vec<Write> {
        let seal = |(key, value): (&Key, &Option<Bytes>)| {
            let value = value.as_ref().map(|value| self.sealed(key, value));
            (key.clone(), value)
        };
        records.iter().map(seal).collect()
    }
}

/// The thread that carries. Dropping it waits until everything has arrived.
struct Carrier {
    behind: Arc<OnTheirWay>,
    thread: Option<JoinHandle<()>>,
}

impl Drop for Carrier {
    fn drop(&mut self) {
        self.behind.close();
        if let Some(thread) = self.thread.take() {
            // One that panicked has told everybody that it failed.
            let _ = thread.join();
        }
    }
}

/// Tells everybody that nothing arrives any more, unless all went well.
struct Failing<'a>(Option<&'a OnTheirWay>);

impl Drop for Failing<'_> {
    fn drop(&mut self) {
        if let Some(behind) = self.0 {
            behind.fail();
        }
    }
}

/// Where records stand.
#[derive(Clone)]
pub(crate) struct Store {
    backend: Arc<dyn Backend>,
    sealer: Sealer,
    carrier: Option<Arc<Carrier>>,
}

impl Store {
    /// Every batch goes to the backend at once, on the thread that wrote it.
    pub fn new(backend: Arc<dyn Backend>, sealer: Sealer) -> Self {
        Self {
            backend,
            sealer,
            carrier: None,
        }
    }

    /// Batches are seen at once, and a thread carries them to the backend, after they have gathered for that long.
    pub fn with_carrier(self, gather: Duration) -> io::Result<Self> {
        let behind = Arc::new(OnTheirWay::new(limits::STATE_BEHIND_SIZE_BYTES_MAX));
        let (waiting, backend, sealer) = (Arc::clone(&behind), Arc::clone(&self.backend), self.sealer.clone());
        let thread = std::thread::Builder::new().name("state-carrier".to_owned());
        let thread = thread.spawn(move || {
            let mut failing = Failing(Some(&waiting));
            match carry(&waiting, backend.as_ref(), &sealer, gather) {
                Ok(()) => failing.0 = None,
                Err(error) => tracing::error!(%error, "the state store does not take what was applied"),
            }
        })?;
        let thread = Some(thread);
        Ok(Self {
            carrier: Some(Arc::new(Carrier { behind, thread })),
            ..self
        })
    }

    fn behind(&self) -> Option<&OnTheirWay> {
        self.carrier.as_ref().map(|carrier| carrier.behind.as_ref())
    }

    /// The opened record of a key.
    pub fn get(&self, key: &[u8]) -> io::Result<Option<Bytes>> {
        if let Some(found) = self.behind().and_then(|behind| behind.get(key)) {
            return Ok(found);
        }
        let found = self.backend.get(key)?;
        let opened = found.map(|value| self.sealer.opened(key, value)).transpose()?;
        Ok(opened.map(Bytes::from))
    }

    /// Keys and opened records between two keys, in either direction; lazy.
    pub fn scan(&self, from: &[u8], to: &[u8], direction: Direction) -> Opened {
        if from >= to {
            return Box::new(std::iter::empty());
        }
        let Some(behind) = self.behind() else {
            return Box::new(self.sealer.clone().all_opened(self.backend.scan(from, to, direction)));
        };
        let (newer, older) = behind.range::<[u8], _>(between(from, to), || self.backend.scan(from, to, direction));
        merged(newer, self.sealer.clone().all_opened(older), direction)
    }

    /// Writes all or nothing: from now on every reader sees it.
    pub fn write(&self, records: Records) -> io::Result<()> {
        let Some(behind) = self.behind() else {
            return self.backend.commit(self.sealer.all_sealed(&records));
        };
        let size_bytes = records
            .iter()
            .map(|(key, value)| key.len() + value.as_ref().map_or(0, Bytes::len))
            .sum();
        let gathered_bytes = behind.put(records, size_bytes).map_err(failed)?;
        high_water::STATE_BEHIND_BYTES.note(gathered_bytes);
        Ok(())
    }

    /// Replaces everything by these opened records, durably, after everything that is on its way.
    pub fn replace(&self, records: impl Iterator<Item = io::Result<(Key, Vec<u8>)>>) -> io::Result<()> {
        self.arrive()?;
        let mut sealed = records.map(|record| {
            let (key, value) = record?;
            let value = self.sealer.sealed(&key, &value);
            Ok((key, value))
        });
        self.backend.replace(&mut sealed)
    }

    /// Makes everything written so far durable.
    pub fn persist(&self) -> io::Result<()> {
        self.arrive()?;
        self.backend.persist()
    }

    /// All records of this moment, to be walked as often as needed. The call itself does not wait.
    pub fn view(&self) -> impl Fn() -> Opened + Send + Sync + 'static + use<> {
        let (newer, older) = match self.behind() {
            Some(behind) => behind.range::<[u8], _>(.., || self.backend.view()),
            None => (Records::new(), self.backend.view()),
        };
        let sealer = self.sealer.clone();
        move || merged(newer.clone(), sealer.clone().all_opened(older()), Direction::Forward)
    }

    /// Bytes on disk, for the operator.
    pub fn size_bytes(&self) -> u64 {
        self.backend.size_bytes()
    }

    /// For a planted mistake.
    pub fn now_ms(&self) -> u64 {
        self.sealer.world.now_ms()
    }

    /// For durations.
    pub fn monotonic_ns(&self) -> u64 {
        self.sealer.world.monotonic_ns()
    }

    fn arrive(&self) -> io::Result<()> {
        self.behind().map_or(Ok(()), |behind| behind.drained().map_err(failed))
    }
}

fn failed(_: Failed) -> io::Error {
    io::Error::other("state store: an earlier write failed")
}

fn carry(behind: &OnTheirWay, backend: &dyn Backend, sealer: &Sealer, gather: Duration) -> io::Result<()> {
    while behind.wait() {
        behind.gather(gather);
        let began_ns = sealer.world.monotonic_ns();
        let taken = behind.take();
        backend.commit(sealer.all_sealed(&taken))?;
        behind.arrived();
        metrics::STATE_CARRY_SECONDS.note_time(&[], began_ns, sealer.world.monotonic_ns());
    }
    Ok(())
}

fn between<'a>(from: &'a [u8], to: &'a [u8]) -> (Bound<&'a [u8]>, Bound<&'a [u8]>) {
    (Bound::Included(from), Bound::Excluded(to))
}

fn merged(
    newer: Records,
    older: impl Iterator<Item = io::Result<(Key, Vec<u8>)>> + Send + 'static,
    direction: Direction,
) -> Opened {
    if newer.is_empty() {
        return Box::new(older);
    }
    let newer: Box<dyn Iterator<Item = _> + Send> = match direction {
        Direction::Forward => Box::new(newer.into_iter()),
        Direction::Backward => Box::new(newer.into_iter().rev()),
    };
    Box::new(Merged {
        newer: newer.peekable(),
        older: older.peekable(),
        direction,
    })
}

/// What is on its way over what stands, both in one order.
struct Merged<N: Iterator, O: Iterator> {
    newer: Peekable<N>,
    older: Peekable<O>,
    direction: Direction,
}

impl<N, O> Iterator for Merged<N, O>
where
    N: Iterator<Item = (Key, Option<Bytes>)>,
    O: Iterator<Item = io::Result<(Key, Vec<u8>)>>,
{
    type Item = io::Result<(Key, Vec<u8>)>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let order = match (self.newer.peek(), self.older.peek()) {
                (None, _) | (_, Some(Err(_))) => return self.older.next(),
                (Some(_), None) => std::cmp::Ordering::Less,
                (Some((newer, _)), Some(Ok((older, _)))) => match self.direction {
                    Direction::Forward => newer.cmp(older),
                    Direction::Backward => older.cmp(newer),
                },
            };
            if order.is_gt() {
                return self.older.next();
            }
            if order.is_eq() {
                self.older.next();
            }
            if let Some((key, Some(value))) = self.newer.next() {
                return Some(Ok((key, value.to_vec())));
            }
            // It was removed: on to the next.
        }
    }
}

#[cfg(test)]
mod tests;
