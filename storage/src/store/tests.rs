//! With a carrier that is held back: everything is read as if it stood already, and a failure reaches whoever asks next.

use super::*;
use crate::backend::{MemoryBackend, Pair, View};
use crate::world::TestWorld;
use std::sync::{Condvar, Mutex};

/// A backend that takes batches only while it is open, or fails.
#[derive(Default)]
struct Gated {
    memory: MemoryBackend,
    door: Mutex<Door>,
    moved: Condvar,
}

#[derive(Default, Clone, Copy, PartialEq)]
enum Door {
    #[default]
    Open,
    Shut,
    Broken,
}

impl Gated {
    fn set(&self, door: Door) {
        *self.door.lock().unwrap() = door;
        self.moved.notify_all();
    }
}

impl Backend for Gated {
    fn get(&self, key: &[u8]) -> io::Result<Option<Vec<u8>>> {
        self.memory.get(key)
    }

    fn scan(&self, from: &[u8], to: &[u8], direction: Direction) -> Pairs {
        self.memory.scan(from, to, direction)
    }

    fn commit(&self, writes: Vec<Write>) -> io::Result<()> {
        let mut door = self.door.lock().unwrap();
        while *door == Door::Shut {
            door = self.moved.wait(door).unwrap();
        }
        if *door == Door::Broken {
            return Err(io::Error::other("planted"));
        }
        self.memory.commit(writes)
    }

    fn persist(&self) -> io::Result<()> {
        self.memory.persist()
    }

    fn replace(&self, pairs: &mut dyn Iterator<Item = io::Result<Pair>>) -> io::Result<()> {
        self.memory.replace(pairs)
    }

    fn view(&self) -> View {
        self.memory.view()
    }

    fn size_bytes(&self) -> u64 {
        self.memory.size_bytes()
    }
}

fn store(backend: &Arc<Gated>) -> Store {
    let sealer = Sealer {
        world: Arc::new(TestWorld::new(0, 0)),
        key: StorageKey::from_bytes([7; 32]),
    };
    Store::new(Arc::clone(backend) as Arc<dyn Backend>, sealer)
}

fn records(pairs: &[(u8, Option<&'static str>)]) -> Records {
    let record = |(key, value): &(u8, Option<&'static str>)| (vec![*key], value.map(Bytes::from));
    pairs.iter().map(record).collect()
}

fn scanned(store: &Store, from: u8, to: u8, direction: Direction) -> Vec<(u8, String)> {
    let pairs = store.scan(&[from], &[to], direction);
    pairs
        .map(|pair| pair.unwrap())
        .map(|(key, value)| (key[0], String::from_utf8(value).unwrap()))
        .collect()
}

/// All ways of reading agree with what was written last.
fn assert_holds(store: &Store, wanted: &[(u8, &str)]) {
    for from in 0..12 {
        for to in 0..12 {
            let mut within: Vec<_> = wanted
                .iter()
                .filter(|(key, _)| (from..to).contains(key))
                .map(|(key, value)| (*key, (*value).to_owned()))
                .collect();
            assert_eq!(scanned(store, from, to, Direction::Forward), within);
            within.reverse();
            assert_eq!(scanned(store, from, to, Direction::Backward), within);
        }
    }
    let all: Vec<_> = store.view()().map(|pair| pair.unwrap()).collect();
    let listed = wanted
        .iter()
        .map(|(key, value)| (vec![*key], value.as_bytes().to_vec()));
    assert_eq!(all, listed.collect::<Vec<_>>());
    for key in 0..12 {
        let found = wanted.iter().find(|(wanted, _)| *wanted == key);
        let found = found.map(|(_, value)| Bytes::copy_from_slice(value.as_bytes()));
        assert_eq!(store.get(&[key]).unwrap(), found);
    }
}

#[test]
fn what_is_on_its_way_is_read_as_if_it_stood() {
    let backend = Arc::new(Gated::default());
    let store = store(&backend).with_carrier(Duration::ZERO).unwrap();
    let old = records(&[
        (2, Some("two")),
        (4, Some("four")),
        (6, Some("six")),
        (8, Some("eight")),
    ]);
    store.write(old).unwrap();
    store.persist().unwrap();
    backend.set(Door::Shut);
    store
        .write(records(&[(1, Some("one")), (4, None), (6, Some("Six"))]))
        .unwrap();
    // In the carrier's hands, most likely; both ways the outcome is the same.
    store
        .write(records(&[
            (1, None),
            (3, Some("three")),
            (6, Some("SIX")),
            (9, Some("nine")),
        ]))
        .unwrap();
    let wanted = [(2, "two"), (3, "three"), (6, "SIX"), (8, "eight"), (9, "nine")];
    assert_holds(&store, &wanted);
    backend.set(Door::Open);
    store.persist().unwrap();
    assert_holds(&store, &wanted);
    let there = backend.memory.after_power_cut();
    let kept: Vec<_> = there
        .scan(&[0], &[99], Direction::Forward)
        .map(|pair| pair.unwrap().0)
        .collect();
    assert_eq!(kept, [[2], [3], [6], [8], [9]]);
}

#[test]
fn a_store_that_takes_nothing_fails_whoever_asks_next() {
    let backend = Arc::new(Gated::default());
    let store = store(&backend).with_carrier(Duration::ZERO).unwrap();
    backend.set(Door::Broken);
    store.write(records(&[(1, Some("one"))])).unwrap();
    assert!(store.persist().is_err());
    assert!(store.write(records(&[(2, Some("two"))])).is_err());
}

#[test]
fn letting_go_waits_until_everything_has_arrived() {
    let backend = Arc::new(Gated::default());
    let store = store(&backend).with_carrier(Duration::ZERO).unwrap();
    for key in 0..10 {
        store.write(records(&[(key, Some("here"))])).unwrap();
    }
    drop(store);
    let there = backend.memory.scan(&[0], &[99], Direction::Forward);
    assert_eq!(there.count(), 10);
    assert_eq!(Arc::strong_count(&backend), 1);
}
