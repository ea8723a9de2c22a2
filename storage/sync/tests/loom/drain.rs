//! The drain at shutdown: after the gate is shut nothing gets in, everybody who got in is told, and the drain ends.

use super::model::{EVERY, finds, holds};
use corridor_sync::gate::{Gate, Inside, Refused};
use corridor_sync::level::Bounds;
use corridor_sync::planted::Mistake;
use corridor_sync::queue::Queue;
use loom::future::block_on;
use loom::sync::Arc;
use loom::sync::atomic::{AtomicUsize, Ordering};
use loom::thread;

const BOUNDS: Bounds = Bounds {
    count_max: 8,
    size_bytes_max: 64,
};

/// Whoever proposed: told an outcome, or, dropped, that nobody knows it.
struct Asker(Arc<AtomicUsize>);

impl Drop for Asker {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

type Waiting = Queue<Inside<Asker, u8>>;

fn propose(gate: &Gate<u8>, waiting: &Waiting, entered: &AtomicUsize, told: &Arc<AtomicUsize>) {
    match gate.enter(1) {
        Ok(permit) => {
            entered.fetch_add(1, Ordering::SeqCst);
            let asked = permit.hold(Asker(Arc::clone(told)));
            // Handed back by a queue that is closed, it is dropped: nobody knows.
            drop(waiting.push(asked, 1));
        }
        Err(refused) => assert_eq!(refused, Refused::Shut(1)),
    }
}

fn one_proposes_while_it_shuts_down() {
    let gate = Gate::new(BOUNDS);
    let waiting: Arc<Waiting> = Arc::new(Queue::new(BOUNDS));
    let (entered, told) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let carrier = {
        let waiting = Arc::clone(&waiting);
        thread::spawn(move || {
            while let Some(all) = waiting.take(9, 9) {
                for asked in all {
                    asked.tell(drop);
                }
            }
        })
    };
    let proposer = {
        let (gate, waiting) = (gate.clone(), Arc::clone(&waiting));
        let (entered, told) = (Arc::clone(&entered), Arc::clone(&told));
        thread::spawn(move || propose(&gate, &waiting, &entered, &told))
    };
    gate.shut(1);
    block_on(gate.drained());
    let at_the_end = (entered.load(Ordering::SeqCst), told.load(Ordering::SeqCst));
    assert_eq!(at_the_end.0, at_the_end.1, "drained, and somebody is not told");
    proposer.join().unwrap();
    waiting.close();
    carrier.join().unwrap();
    let later = (entered.load(Ordering::SeqCst), told.load(Ordering::SeqCst));
    assert_eq!(later, at_the_end, "got in after the drain");
}

/// The carrier is gone: what it had not taken is dropped with its queue.
fn one_proposes_to_a_carrier_that_is_gone() {
    let gate = Gate::new(BOUNDS);
    let (entered, told) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let proposer = {
        let (gate, entered, told) = (gate.clone(), Arc::clone(&entered), Arc::clone(&told));
        thread::spawn(move || propose(&gate, &Queue::new(BOUNDS), &entered, &told))
    };
    gate.shut(1);
    block_on(gate.drained());
    let at_the_end = (entered.load(Ordering::SeqCst), told.load(Ordering::SeqCst));
    assert_eq!(at_the_end.0, at_the_end.1, "drained, and somebody is not told");
    proposer.join().unwrap();
    assert_eq!(entered.load(Ordering::SeqCst), at_the_end.0, "got in after the drain");
}

#[test]
fn everybody_who_got_in_is_told() {
    holds("drain: shutdown", Some(4), one_proposes_while_it_shuts_down);
    finds(
        "drain: shutdown",
        Mistake::GateSettlesBeforeTelling,
        "somebody is not told",
        EVERY,
        one_proposes_while_it_shuts_down,
    );
}

#[test]
fn nothing_gets_in_after_the_drain() {
    holds("drain: dropped", EVERY, one_proposes_to_a_carrier_that_is_gone);
    finds(
        "drain: dropped",
        Mistake::GateLooksThenCounts,
        "got in after the drain",
        EVERY,
        one_proposes_to_a_carrier_that_is_gone,
    );
}
