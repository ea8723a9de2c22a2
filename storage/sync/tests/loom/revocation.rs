//! Revocation against delivery: from the revision at which its session ended, nothing reaches a device: not by replay, not
//! live, not through the successor of a fallen conversation.

use super::model::{finds, holds, look};
use corridor_sync::directory::Directory;
use corridor_sync::handover::{Handover, Progress};
use corridor_sync::outbox::{Farewell, Item, Outbox};
use corridor_sync::planted::Mistake;
use loom::sync::Arc;
use loom::sync::atomic::{AtomicU64, Ordering};
use loom::thread;
use std::convert::Infallible;

type Small = Outbox<u8, &'static str, 8, 1024>;

/// The revision at which the session ends; it also carries an event, and so does the next one.
const ENDED: u64 = 1;

struct Node {
    applied: AtomicU64,
    directory: Directory<u8, Arc<Small>>,
    progress: Progress,
}

impl Node {
    fn hand_out(&self, revision: u64) {
        for outbox in self.directory.look().devices(1) {
            outbox.push_event(revision, &"event");
        }
    }

    fn dispatch(&self, revision: u64) {
        self.progress.announce(revision, || {
            if revision == ENDED {
                for outbox in self.directory.look().devices(1) {
                    outbox.close(Farewell::SessionEnded);
                }
            }
        });
        self.hand_out(revision);
        self.progress.note_dispatched(revision);
    }

    /// A conversation's actor that follows a fallen one hands out what was announced.
    fn succeed(&self) {
        if self.progress.announced() >= ENDED {
            self.hand_out(ENDED);
        }
    }
}

fn one_attaches_while_its_session_ends() {
    let node = Arc::new(Node {
        applied: AtomicU64::new(0),
        directory: Directory::new(),
        progress: Progress::new(0),
    });
    let dispatcher = {
        let node = Arc::clone(&node);
        thread::spawn(move || {
            node.applied.store(ENDED + 1, Ordering::Release);
            node.dispatch(ENDED);
            node.dispatch(ENDED + 1);
        })
    };
    let successor = {
        let node = Arc::clone(&node);
        thread::spawn(move || node.succeed())
    };
    let outbox = Arc::new(Small::new());
    let revision = || Ok::<_, Infallible>(node.applied.load(Ordering::Acquire));
    let lives = || Ok(node.applied.load(Ordering::Acquire) < ENDED);
    let then = || Handover::read(revision, lives);
    let Ok(handover) = node.directory.enter(1, Arc::clone(&outbox), then).read;
    if let Some(handover) = handover {
        assert!(handover.replay_to() < ENDED, "replayed to a session that ended");
        let mut taken = Vec::new();
        let _ = look(outbox.take(&mut taken));
        for item in taken {
            let Item::Event { revision, .. } = item else { continue };
            assert!(revision < ENDED, "delivered to a session that ended");
        }
    }
    dispatcher.join().unwrap();
    successor.join().unwrap();
    assert!(handover.is_none() || outbox.farewell() == Some(Farewell::SessionEnded));
    node.directory.leave(1, |_| true);
}

#[test]
fn nothing_reaches_a_session_that_ended() {
    holds("revocation", Some(3), one_attaches_while_its_session_ends);
    finds(
        "revocation",
        Mistake::ProgressAnnouncesBeforeClosing,
        "delivered to a session that ended",
        Some(3),
        one_attaches_while_its_session_ends,
    );
    finds(
        "revocation",
        Mistake::HandoverChecksTheSessionFirst,
        "replayed to a session that ended",
        Some(3),
        one_attaches_while_its_session_ends,
    );
}
