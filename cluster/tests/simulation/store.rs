//! The twin of the state's store: batches reach the disk in order, and are durable after a persist or when they please.
//!
//! Stands where fjall stands in production, behind the same seam.

use crate::disk::Condition;
use corridor_storage::backend::{Backend, Direction, Pair, Pairs, View, Write};
use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

type Map = BTreeMap<Vec<u8>, Vec<u8>>;

/// Ordered bytes on a simulated disk. Clones are the same store.
#[derive(Clone)]
pub struct Store {
    disk: Condition,
    maps: Arc<Mutex<Maps>>,
}

#[derive(Clone, Default)]
struct Maps {
    live: Map,
    persisted: Map,
    /// Batches since the last persist.
    journal: Vec<Vec<Write>>,
}

fn write(map: &mut Map, writes: &[Write]) {
    for (key, value) in writes {
        match value {
            Some(value) => map.insert(key.clone(), value.clone()),
            None => map.remove(key),
        };
    }
}

impl Maps {
    fn persist_first(&mut self, count: usize) {
        for batch in self.journal.drain(..count) {
            write(&mut self.persisted, &batch);
        }
    }
}

impl Store {
    /// An empty one.
    pub fn new(disk: Condition) -> Self {
        Self {
            disk,
            maps: Arc::default(),
        }
    }

    fn maps(&self) -> MutexGuard<'_, Maps> {
        self.maps.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many batches are not durable.
    pub fn unpersisted(&self) -> usize {
        self.maps().journal.len()
    }

    /// What a restart finds if the first so many batches had reached the disk by themselves.
    pub fn after_crash(&self, reached: usize) -> Self {
        let mut maps = self.maps().clone();
        maps.persist_first(reached.min(maps.journal.len()));
        maps.journal.clear();
        maps.live = maps.persisted.clone();
        Self {
            disk: self.disk.clone(),
            maps: Arc::new(Mutex::new(maps)),
        }
    }

    /// What a restart finds after the process alone ended: the machine still has everything, durable or not.
    pub fn after_kill(&self) -> Self {
        Self {
            disk: self.disk.clone(),
            maps: Arc::new(Mutex::new(self.maps().clone())),
        }
    }
}

impl Backend for Store {
    fn get(&self, key: &[u8]) -> io::Result<Option<Vec<u8>>> {
        Ok(self.maps().live.get(key).cloned())
    }

    fn scan(&self, from: &[u8], to: &[u8], direction: Direction) -> Pairs {
        if from >= to {
            return Box::new(std::iter::empty());
        }
        let maps = self.maps();
        let found = maps.live.range(from.to_vec()..to.to_vec());
        let mut found: Vec<_> = found.map(|(key, value)| Ok((key.clone(), value.clone()))).collect();
        drop(maps);
        if direction == Direction::Backward {
            found.reverse();
        }
        Box::new(found.into_iter())
    }

    fn commit(&self, writes: Vec<Write>) -> io::Result<()> {
        if self.disk.is_full() {
            return Err(io::Error::other("no space left on the disk"));
        }
        let mut maps = self.maps();
        write(&mut maps.live, &writes);
        maps.journal.push(writes);
        Ok(())
    }

    fn persist(&self) -> io::Result<()> {
        self.disk.outcome()?;
        let mut maps = self.maps();
        let count = maps.journal.len();
        maps.persist_first(count);
        Ok(())
    }

    fn replace(&self, pairs: &mut dyn Iterator<Item = io::Result<Pair>>) -> io::Result<()> {
        let new = pairs.collect::<io::Result<Map>>()?;
        self.disk.outcome()?;
        let mut maps = self.maps();
        maps.journal.clear();
        maps.persisted.clone_from(&new);
        maps.live = new;
        Ok(())
    }

    fn view(&self) -> View {
        let moment = Arc::new(self.maps().live.clone());
        Box::new(move || {
            let pairs: Vec<_> = moment
                .iter()
                .map(|(key, value)| Ok((key.clone(), value.clone())))
                .collect();
            Box::new(pairs.into_iter())
        })
    }

    fn size_bytes(&self) -> u64 {
        let maps = self.maps();
        maps.live
            .iter()
            .map(|(key, value)| (key.len() + value.len()) as u64)
            .sum()
    }
}
