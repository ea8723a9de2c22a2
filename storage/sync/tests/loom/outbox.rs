//! The outbox: no wake-up is lost, nothing after the close, and never more than the bound, in hand or waiting.

use super::model::{EVERY, finds, holds};
use corridor_sync::outbox::{Farewell, Item, Outbox};
use corridor_sync::planted::Mistake;
use loom::future::block_on;
use loom::sync::Arc;
use loom::sync::atomic::{AtomicBool, Ordering};
use loom::thread;
use std::sync::atomic::{AtomicUsize, Ordering as StdOrdering};

type Plain = Outbox<u8, &'static str, 8, 1024>;

fn two_push_one_takes() {
    let outbox = Arc::new(Plain::new());
    let pushers = [1, 2].map(|sender| {
        let outbox = Arc::clone(&outbox);
        thread::spawn(move || outbox.push_event(sender, &"event"))
    });
    let mut seen = Vec::new();
    while seen.len() < 2 {
        let mut taken = Vec::new();
        assert_eq!(block_on(outbox.take(&mut taken)), Ok(()));
        assert!(!taken.is_empty(), "woken for nothing");
        seen.extend(taken);
    }
    for pusher in pushers {
        pusher.join().unwrap();
    }
}

fn one_pushes_while_another_closes() {
    let outbox = Arc::new(Plain::new());
    let closed = Arc::new(AtomicBool::new(false));
    let pusher = {
        let outbox = Arc::clone(&outbox);
        thread::spawn(move || {
            outbox.push_event(1, &"one");
            outbox.push_latest(7, &"typing");
        })
    };
    let closer = {
        let (outbox, closed) = (Arc::clone(&outbox), Arc::clone(&closed));
        thread::spawn(move || {
            outbox.close(Farewell::SessionEnded);
            closed.store(true, Ordering::SeqCst);
        })
    };
    loop {
        let was_closed = closed.load(Ordering::SeqCst);
        let mut taken = Vec::new();
        match block_on(outbox.take(&mut taken)) {
            Ok(()) => assert!(!was_closed, "delivered after the close"),
            Err(farewell) => {
                assert_eq!(farewell, Farewell::SessionEnded);
                break;
            }
        }
    }
    pusher.join().unwrap();
    closer.join().unwrap();
}

/// A frame that knows how many of it are held.
struct Counted(std::sync::Arc<AtomicUsize>);

impl Clone for Counted {
    fn clone(&self) -> Self {
        self.0.fetch_add(1, StdOrdering::SeqCst);
        Self(std::sync::Arc::clone(&self.0))
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.fetch_sub(1, StdOrdering::SeqCst);
    }
}

impl AsRef<[u8]> for Counted {
    fn as_ref(&self) -> &[u8] {
        b"frame"
    }
}

/// Room for two frames.
const ROOM_FOR_TWO_BYTES: usize = 2 * (size_of::<Item<u8, Counted>>() + b"frame".len());

fn what_is_in_hand_counts() {
    let outbox: Arc<Outbox<u8, Counted, 8, ROOM_FOR_TWO_BYTES>> = Arc::new(Outbox::new());
    let held = std::sync::Arc::new(AtomicUsize::new(0));
    let pusher = {
        let (outbox, held) = (Arc::clone(&outbox), std::sync::Arc::clone(&held));
        thread::spawn(move || {
            held.fetch_add(1, StdOrdering::SeqCst);
            let frame = Counted(held);
            for revision in 1..=3 {
                outbox.push_event(revision, &frame);
            }
        })
    };
    let mut in_hand = Vec::new();
    let taken = block_on(outbox.take(&mut in_hand));
    pusher.join().unwrap();
    let held = held.load(StdOrdering::SeqCst);
    assert!(held <= 2, "more is held than the bound: {held}");
    assert!(outbox.size_bytes().high_water() <= ROOM_FOR_TWO_BYTES);
    assert!(taken.is_ok() || taken == Err(Farewell::TooSlow));
}

#[test]
fn no_wake_up_is_lost() {
    holds("outbox: wake", Some(4), two_push_one_takes);
    finds(
        "outbox: wake",
        Mistake::OutboxLooksThenWaits,
        "deadlock",
        Some(4),
        two_push_one_takes,
    );
}

#[test]
fn nothing_is_delivered_after_the_close() {
    holds("outbox: close", Some(3), one_pushes_while_another_closes);
    finds(
        "outbox: close",
        Mistake::OutboxDeliversAfterClose,
        "delivered after the close",
        Some(3),
        one_pushes_while_another_closes,
    );
}

#[test]
fn who_does_not_read_costs_the_bound() {
    holds("outbox: bound", EVERY, what_is_in_hand_counts);
    finds(
        "outbox: bound",
        Mistake::OutboxForgetsTheHand,
        "more is held than the bound",
        EVERY,
        what_is_in_hand_counts,
    );
}
