//! Proposals in flight: count and bytes stay under their bounds, whoever comes at once, and all comes back.

use super::model::{finds, holds};
use corridor_sync::gate::{Gate, Refused};
use corridor_sync::level::Bounds;
use corridor_sync::planted::Mistake;
use loom::thread;

const BOUNDS: Bounds = Bounds {
    count_max: 2,
    size_bytes_max: 5,
};

fn three_come_at_once() {
    let gate: Gate<u8> = Gate::new(BOUNDS);
    let enter = |gate: Gate<u8>, size_bytes| {
        move || match gate.enter(size_bytes) {
            Ok(permit) => drop(permit),
            Err(refused) => assert_eq!(refused, Refused::Full),
        }
    };
    let others = [3, 3].map(|size_bytes| thread::spawn(enter(gate.clone(), size_bytes)));
    enter(gate.clone(), 1)();
    for other in others {
        other.join().unwrap();
    }
    let load = gate.load();
    assert!(load.count.high_water() <= BOUNDS.count_max, "too many at once");
    assert!(
        load.size_bytes.high_water() <= BOUNDS.size_bytes_max,
        "too much at once"
    );
    assert_eq!((load.count.now(), load.size_bytes.now()), (0, 0));
}

#[test]
fn the_bounds_hold() {
    holds("in flight", Some(4), three_come_at_once);
    finds(
        "in flight",
        Mistake::GateFindsRoomThenCounts,
        "at once",
        Some(4),
        three_come_at_once,
    );
}
