//! The in-memory twin: the same order and atomicity as on disk, and a power cut that takes what was not persisted. It can
//! write what is done to it into the trace of a simulated disk, whose crashes then cut both at one moment.

use super::{Backend, Direction, Pair, Pairs, View, Write, in_order};
use crate::disk::{Operation, Trace};
use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};

type Map = BTreeMap<Vec<u8>, Vec<u8>>;

/// Ordered bytes in memory.
#[derive(Debug, Clone, Default)]
pub struct MemoryBackend {
    maps: Arc<Mutex<Maps>>,
    trace: Option<Trace>,
}

#[derive(Debug, Clone, Default)]
struct Maps {
    live: Map,
    persisted: Map,
}

impl Maps {
    fn write(&mut self, writes: Vec<Write>) {
        for (key, value) in writes {
            match value {
                Some(value) => self.live.insert(key, value),
                None => self.live.remove(&key),
            };
        }
    }

    fn persist(&mut self) {
        self.persisted = self.live.clone();
    }
}

impl MemoryBackend {
    /// An empty one.
    pub fn new() -> Self {
        Self::default()
    }

    /// An empty one that records its batches and its persists.
    pub fn recording(trace: Trace) -> Self {
        Self::holding(Map::new(), trace)
    }

    /// One that holds this durably. Its record begins with it.
    pub fn holding(durable: BTreeMap<Vec<u8>, Vec<u8>>, trace: Trace) -> Self {
        if !durable.is_empty() {
            let all = durable.iter().map(|(key, value)| (key.clone(), Some(value.clone())));
            trace.record(Operation::Commit(all.collect()));
            trace.record(Operation::Persist);
        }
        Self {
            trace: Some(trace),
            ..Self::of(durable)
        }
    }

    /// What stays when the process is killed, after all that its trace holds: everything, but what was not persisted is still
    /// on its way.
    pub fn after_kill(trace: Trace) -> Self {
        let recorded = Self::new();
        for operation in trace.operations() {
            match operation {
                Operation::Commit(writes) => recorded.with(|maps| maps.write(writes)),
                Operation::Persist => recorded.with(Maps::persist),
                _ => {}
            }
        }
        Self {
            trace: Some(trace),
            ..recorded
        }
    }

    fn of(durable: Map) -> Self {
        let maps = Maps {
            live: durable.clone(),
            persisted: durable,
        };
        Self {
            maps: Arc::new(Mutex::new(maps)),
            trace: None,
        }
    }

    /// What a power cut at this moment leaves.
    #[must_use]
    pub fn after_power_cut(&self) -> Self {
        Self::of(self.with(|maps| maps.persisted.clone()))
    }

    fn record(&self, operation: impl FnOnce() -> Operation) {
        if let Some(trace) = &self.trace {
            trace.record(operation());
        }
    }

    fn with<R>(&self, work: impl FnOnce(&mut Maps) -> R) -> R {
        work(&mut self.maps.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Backend for MemoryBackend {
    fn get(&self, key: &[u8]) -> io::Result<Option<Vec<u8>>> {
        Ok(self.with(|maps| maps.live.get(key).cloned()))
    }

    fn scan(&self, from: &[u8], to: &[u8], direction: Direction) -> Pairs {
        if from >= to {
            return Box::new(std::iter::empty());
        }
        let mut found: Vec<_> = self.with(|maps| {
            maps.live
                .range(from.to_vec()..to.to_vec())
                .map(|(key, value)| (key.clone(), value.clone()))
                .collect()
        });
        if direction == Direction::Backward {
            found.reverse();
        }
        Box::new(found.into_iter().map(Ok))
    }

    fn commit(&self, writes: Vec<Write>) -> io::Result<()> {
        self.with(|maps| {
            self.record(|| Operation::Commit(writes.clone()));
            maps.write(writes);
        });
        Ok(())
    }

    fn persist(&self) -> io::Result<()> {
        self.with(|maps| {
            self.record(|| Operation::Persist);
            maps.persist();
        });
        Ok(())
    }

    fn replace(&self, pairs: &mut dyn Iterator<Item = io::Result<Pair>>) -> io::Result<()> {
        let new = in_order(pairs).collect::<io::Result<Map>>()?;
        let gone = self.with(|maps| {
            maps.live
                .keys()
                .filter(|key| !new.contains_key(*key))
                .cloned()
                .collect::<Vec<_>>()
        });
        let all = gone.into_iter().map(|key| (key, None));
        // One batch and one persist: that is all a trace knows.
        self.commit(
            all.chain(new.into_iter().map(|(key, value)| (key, Some(value))))
                .collect(),
        )?;
        self.persist()
    }

    fn view(&self) -> View {
        let moment = Arc::new(self.with(|maps| maps.live.clone()));
        Box::new(move || {
            let pairs: Vec<_> = moment
                .iter()
                .map(|(key, value)| Ok((key.clone(), value.clone())))
                .collect();
            Box::new(pairs.into_iter())
        })
    }

    fn size_bytes(&self) -> u64 {
        self.with(|maps| {
            maps.live
                .iter()
                .map(|(key, value)| (key.len() + value.len()) as u64)
                .sum()
        })
    }
}
