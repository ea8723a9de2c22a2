//! The twin of the state's store: batches reach the disk in order, and are durable after a persist or when they please.
//!
//! Stands where fjall stands in production, behind the same seam.

use crate::dice::Dice;
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
    /// A row with a changed byte, as it lies there.
    rotten: Option<Pair>,
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

    /// A byte of some row changes on the disk: of which. None: there was none.
    pub fn rot(&self, dice: &Dice) -> Option<Vec<u8>> {
        let mut maps = self.maps();
        let lies_there = |(key, value): &(&Vec<u8>, &Vec<u8>)| !value.is_empty() && maps.live.get(*key) == Some(*value);
        let rows: Vec<&Vec<u8>> = maps.persisted.iter().filter(lies_there).map(|(key, _)| key).collect();
        let key = dice.one(&rows).map(|key| (*key).clone())?;
        let mut value = maps.persisted[&key].clone();
        let place = dice.between(0, value.len() as u64) as usize;
        value[place] ^= 1 << dice.between(0, 8);
        maps.persisted.insert(key.clone(), value.clone());
        maps.live.insert(key.clone(), value.clone());
        maps.rotten = Some((key.clone(), value));
        Some(key)
    }

    /// Whether the row with the changed byte is still there.
    pub fn is_rotten(&self) -> bool {
        let maps = self.maps();
        let lies_in = |map: &Map| {
            let rotten = maps.rotten.as_ref();
            rotten.is_some_and(|(key, value)| map.get(key) == Some(value))
        };
        lies_in(&maps.live) || lies_in(&maps.persisted)
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
