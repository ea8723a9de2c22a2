//! From replay to live: a device that attaches in the middle sees every event, and each once.

use super::model::{EVERY, finds, holds, look};
use corridor_sync::directory::Directory;
use corridor_sync::handover::{Handover, Progress};
use corridor_sync::outbox::{Item, Outbox};
use corridor_sync::planted::Mistake;
use loom::sync::Arc;
use loom::sync::atomic::{AtomicU64, Ordering};
use loom::thread;
use std::convert::Infallible;

type Small = Outbox<u8, &'static str, 8, 1024>;

const LAST: u64 = 2;

fn one_attaches_while_events_are_handed_out() {
    // The applied state: every revision up to here can be read.
    let applied = Arc::new(AtomicU64::new(0));
    let directory: Arc<Directory<u8, Arc<Small>>> = Arc::new(Directory::new());
    let progress = Arc::new(Progress::new(0));
    let dispatcher = {
        let (applied, directory, progress) = (Arc::clone(&applied), Arc::clone(&directory), Arc::clone(&progress));
        thread::spawn(move || {
            for revision in 1..=LAST {
                applied.store(revision, Ordering::Release);
                progress.announce(revision, || ());
                for outbox in directory.look().devices(1) {
                    outbox.push_event(revision, &"event");
                }
                progress.note_dispatched(revision);
            }
        })
    };
    let outbox = Arc::new(Small::new());
    let then = || Handover::read(|| Ok::<_, Infallible>(applied.load(Ordering::Acquire)), || Ok(true));
    let Ok(handover) = directory.enter(1, Arc::clone(&outbox), then).read;
    let handover = handover.unwrap();
    let mut seen: Vec<u64> = (1..=handover.replay_to()).collect();
    let take = |seen: &mut Vec<u64>| {
        let mut taken = Vec::new();
        let _ = look(outbox.take(&mut taken));
        for item in taken {
            if let Item::Event { revision, .. } = item
                && handover.is_new(revision)
            {
                seen.push(revision);
            }
        }
    };
    take(&mut seen);
    dispatcher.join().unwrap();
    take(&mut seen);
    assert_eq!(seen, (1..=LAST).collect::<Vec<_>>(), "a hole, or one twice");
    assert_eq!((progress.announced(), progress.dispatched()), (LAST, LAST));
    directory.leave(1, |_| true);
}

#[test]
fn no_hole_and_no_double() {
    holds("handover", EVERY, one_attaches_while_events_are_handed_out);
    for mistake in [Mistake::DirectoryReadsBeforeEntering, Mistake::HandoverRepeatsTheSeam] {
        finds(
            "handover",
            mistake,
            "a hole, or one twice",
            EVERY,
            one_attaches_while_events_are_handed_out,
        );
    }
}
