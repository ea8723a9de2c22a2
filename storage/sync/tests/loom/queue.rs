//! The queue into the writer: whoever waits for room gets it, in order, and the bound holds.

use super::model::{EVERY, finds, holds};
use corridor_sync::level::Bounds;
use corridor_sync::planted::Mistake;
use corridor_sync::queue::Queue;
use loom::sync::Arc;
use loom::thread;

const ONE: Bounds = Bounds {
    count_max: 1,
    size_bytes_max: 8,
};

fn two_push_through_one_place() {
    let queue = Arc::new(Queue::new(ONE));
    let pushers = [1, 2].map(|job| {
        let queue = Arc::clone(&queue);
        thread::spawn(move || assert_eq!(queue.push(job, 1), Ok(())))
    });
    let mut taken = Vec::new();
    while taken.len() < 2 {
        taken.extend(queue.take(9, 9).unwrap());
    }
    for pusher in pushers {
        pusher.join().unwrap();
    }
    taken.sort_unstable();
    assert_eq!(taken, [1, 2]);
    assert_eq!(queue.load().count.high_water(), 1);
}

#[test]
fn who_waits_for_room_gets_it() {
    holds("queue: room", EVERY, two_push_through_one_place);
    finds(
        "queue: room",
        Mistake::QueueKeepsRoomSecret,
        "deadlock",
        EVERY,
        two_push_through_one_place,
    );
}
