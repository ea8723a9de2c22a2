//! Writes behind: a reader never sees the past after the present, and whoever waits for the store waits long enough.

use super::model::{EVERY, finds, holds};
use corridor_sync::behind::Behind;
use corridor_sync::planted::Mistake;
use loom::sync::Arc;
use loom::sync::atomic::{AtomicU8, Ordering};
use loom::thread;

const KEY: u8 = 1;

/// What waits and the store under it, which holds one number.
struct House {
    behind: Behind<u8, u8>,
    store: AtomicU8,
}

impl House {
    fn new(size_bytes_max: usize) -> Arc<Self> {
        Arc::new(Self {
            behind: Behind::new(size_bytes_max),
            store: AtomicU8::new(0),
        })
    }

    fn read(&self) -> u8 {
        self.behind
            .get(&KEY)
            .unwrap_or_else(|| self.store.load(Ordering::SeqCst))
    }

    fn carry_all(&self) {
        while self.behind.wait() {
            let taken = self.behind.take();
            self.store.store(taken[&KEY], Ordering::SeqCst);
            self.behind.arrived();
        }
    }
}

fn reads_while_it_is_carried() {
    let house = House::new(9);
    let carrier = thread::spawn({
        let house = Arc::clone(&house);
        move || house.carry_all()
    });
    house.behind.put([(KEY, 1)], 1).unwrap();
    assert_eq!(house.read(), 1, "the past came back");
    assert_eq!(house.read(), 1, "the past came back");
    house.behind.close();
    carrier.join().unwrap();
}

#[test]
fn the_past_does_not_come_back() {
    holds("behind: reads", EVERY, reads_while_it_is_carried);
    finds(
        "behind: reads",
        Mistake::BehindHidesWhatIsCarried,
        "the past came back",
        EVERY,
        reads_while_it_is_carried,
    );
}

fn waits_for_the_store() {
    // Room for one: the second waits until the first was taken.
    let house = House::new(1);
    let carrier = thread::spawn({
        let house = Arc::clone(&house);
        move || house.carry_all()
    });
    for number in [1, 2] {
        house.behind.put([(KEY, number)], 1).unwrap();
    }
    house.behind.drained().unwrap();
    assert_eq!(house.store.load(Ordering::SeqCst), 2, "drained too early");
    house.behind.close();
    carrier.join().unwrap();
}

#[test]
fn drained_is_drained() {
    holds("behind: drained", EVERY, waits_for_the_store);
    finds(
        "behind: drained",
        Mistake::BehindForgetsWhatIsCarried,
        "drained too early",
        EVERY,
        waits_for_the_store,
    );
}
