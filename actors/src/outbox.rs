//! What waits for one socket: bounded, in order, with typing and presence coalesced.
//!
//! A client that does not read is cut with a hint where to resume, and costs at most the bound. Closing throws away what waits:
//! after a session was ended nothing more of it is delivered. Knows bytes and revisions, not what they mean.

use crate::frame::Frame;
use corridor_domain::ids::{ConversationId, PersonId};
use corridor_domain::limits;
use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use tokio::sync::Notify;

/// Why an outbox was closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Farewell {
    /// The session was ended: signed out, suspended, expired.
    SessionEnded,
    /// The node stops.
    ShuttingDown,
    /// The client did not read.
    TooSlow,
}

/// What a newer frame replaces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Latest {
    /// Somebody's typing in a conversation.
    Typing(ConversationId, PersonId),
    /// Somebody's light.
    Presence(PersonId),
}

/// One thing to be written to the socket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Item {
    /// An event; frames at or below the revision that a replay reached are skipped.
    Event {
        /// Its revision.
        revision: u64,
        /// Its frame.
        frame: Frame,
    },
    /// Typing or presence.
    Latest {
        /// What a newer one replaces.
        what: Latest,
        /// Its frame.
        frame: Frame,
    },
}

impl Item {
    fn frame(&self) -> &Frame {
        match self {
            Self::Event { frame, .. } | Self::Latest { frame, .. } => frame,
        }
    }
}

#[derive(Debug, Default)]
struct Inner {
    items: VecDeque<Item>,
    size_bytes: usize,
    farewell: Option<Farewell>,
}

/// A bounded queue in front of one socket. Many push, one takes.
#[derive(Debug, Default)]
pub struct Outbox {
    inner: Mutex<Inner>,
    changed: Notify,
}

impl Outbox {
    /// An empty one.
    pub fn new() -> Self {
        Self::default()
    }

    /// Pushes an event. A full outbox is closed instead: a hole is worse than a cut.
    pub fn push_event(&self, revision: u64, frame: &Frame) {
        let mut inner = self.lock();
        if inner.farewell.is_some() {
            return;
        }
        let full = inner.items.len() >= limits::OUTBOX_EVENTS_COUNT_MAX
            || inner.size_bytes + frame.len() > limits::OUTBOX_SIZE_BYTES_MAX;
        if full {
            close(&mut inner, Farewell::TooSlow);
        } else {
            inner.size_bytes += frame.len();
            inner.items.push_back(Item::Event {
                revision,
                frame: frame.clone(),
            });
        }
        drop(inner);
        self.changed.notify_one();
    }

    /// Pushes typing or presence: it replaces an older one of the same, and is left out when there is no room. It may be lost.
    pub fn push_latest(&self, what: Latest, frame: &Frame) {
        let mut inner = self.lock();
        if inner.farewell.is_some() {
            return;
        }
        let older = inner
            .items
            .iter()
            .position(|item| matches!(item, Item::Latest { what: held, .. } if *held == what));
        if let Some(place) = older
            && let Some(item) = inner.items.remove(place)
        {
            inner.size_bytes -= item.frame().len();
        }
        // Half of the room is kept for what must not be lost.
        let room = inner.items.len() < limits::OUTBOX_EVENTS_COUNT_MAX / 2;
        if room && inner.size_bytes + frame.len() <= limits::OUTBOX_SIZE_BYTES_MAX / 2 {
            inner.size_bytes += frame.len();
            inner.items.push_back(Item::Latest {
                what,
                frame: frame.clone(),
            });
        }
        drop(inner);
        self.changed.notify_one();
    }

    /// Closes it and throws away what waits. The first reason stays.
    pub fn close(&self, farewell: Farewell) {
        close(&mut self.lock(), farewell);
        self.changed.notify_one();
    }

    /// Takes everything that waits, or the farewell.
    pub async fn take(&self, into: &mut Vec<Item>) -> Result<(), Farewell> {
        loop {
            let changed = self.changed.notified();
            {
                let mut inner = self.lock();
                if let Some(farewell) = inner.farewell {
                    return Err(farewell);
                }
                if !inner.items.is_empty() {
                    into.extend(inner.items.drain(..));
                    inner.size_bytes = 0;
                    return Ok(());
                }
            }
            changed.await;
        }
    }

    /// Whether it was closed, and why.
    pub fn farewell(&self) -> Option<Farewell> {
        self.lock().farewell
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn close(inner: &mut Inner, farewell: Farewell) {
    inner.items = VecDeque::new();
    inner.size_bytes = 0;
    inner.farewell.get_or_insert(farewell);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(text: &'static str) -> Frame {
        Frame::from_static(text.as_bytes())
    }

    #[tokio::test]
    async fn events_keep_their_order_and_typing_coalesces() {
        let outbox = Outbox::new();
        let typing = Latest::Typing(ConversationId(1), PersonId(1));
        outbox.push_latest(typing, &frame("typing"));
        outbox.push_event(1, &frame("one"));
        outbox.push_latest(typing, &frame("stopped"));
        outbox.push_event(2, &frame("two"));
        let mut taken = Vec::new();
        outbox.take(&mut taken).await.unwrap();
        let frames: Vec<_> = taken.iter().map(|item| item.frame().clone()).collect();
        assert_eq!(frames, [frame("one"), frame("stopped"), frame("two")]);
    }

    #[tokio::test]
    async fn who_does_not_read_is_cut_and_costs_nothing_more() {
        let outbox = Outbox::new();
        for revision in 0..=limits::OUTBOX_EVENTS_COUNT_MAX as u64 {
            outbox.push_event(revision, &frame("event"));
        }
        assert_eq!(outbox.take(&mut Vec::new()).await, Err(Farewell::TooSlow));
        assert_eq!(outbox.lock().size_bytes, 0);
    }

    #[tokio::test]
    async fn nothing_is_delivered_after_the_session_ended() {
        let outbox = Outbox::new();
        outbox.push_event(1, &frame("one"));
        outbox.close(Farewell::SessionEnded);
        outbox.push_event(2, &frame("two"));
        outbox.close(Farewell::ShuttingDown);
        let mut taken = Vec::new();
        assert_eq!(outbox.take(&mut taken).await, Err(Farewell::SessionEnded));
        assert!(taken.is_empty());
    }
}
