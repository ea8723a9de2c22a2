//! In order out of disorder: two make things ready at the same time, and they are handed on as they were expected.

use super::model::{EVERY, finds, holds};
use corridor_sync::order::InOrder;
use corridor_sync::planted::Mistake;
use loom::sync::{Arc, Mutex};
use loom::thread;

type Handed = Arc<Mutex<Vec<u8>>>;

fn ready(order: &InOrder<u8, u8>, handed: &Handed, key: u8) {
    order.ready(key, key, |thing| handed.lock().unwrap().push(thing));
}

fn two_make_ready_what_a_third_expects() {
    let order = Arc::new(InOrder::new());
    let handed: Handed = Arc::new(Mutex::new(Vec::new()));
    order.reserve(1);
    order.reserve(2);
    let other = {
        let (order, handed) = (Arc::clone(&order), Arc::clone(&handed));
        thread::spawn(move || ready(&order, &handed, 2))
    };
    ready(&order, &handed, 1);
    order.reserve(3);
    ready(&order, &handed, 3);
    other.join().unwrap();
    assert_eq!(*handed.lock().unwrap(), [1, 2, 3], "out of order, or left behind");
    assert!(order.is_done(), "out of order, or left behind");
}

#[test]
fn everything_is_handed_on_in_order() {
    holds("order", EVERY, two_make_ready_what_a_third_expects);
    for mistake in [Mistake::OrderHandsOnBesideAnother, Mistake::OrderSkipsWhatIsNotReady] {
        finds(
            "order",
            mistake,
            "out of order, or left behind",
            EVERY,
            two_make_ready_what_a_third_expects,
        );
    }
}
