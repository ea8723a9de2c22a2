//! A bound on what is in flight on one connection, by count and by bytes.
//!
//! Stands in front of a connection's queues: who asks takes room or is refused, who answers takes room or stops reading.
//! Refuses to know what takes the room.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

/// Room, some of which is taken.
#[derive(Debug)]
pub(crate) struct Room {
    count_max: usize,
    size_bytes_max: usize,
    taken: Mutex<Taken>,
    freed: Notify,
}

#[derive(Debug, Default)]
struct Taken {
    count: usize,
    size_bytes: usize,
}

/// A place and its bytes; free again when this is dropped.
#[derive(Debug)]
pub(crate) struct Held {
    room: Arc<Room>,
    size_bytes: usize,
}

impl Room {
    pub fn new(count_max: usize, size_bytes_max: usize) -> Arc<Self> {
        Arc::new(Self {
            count_max,
            size_bytes_max,
            taken: Mutex::default(),
            freed: Notify::new(),
        })
    }

    /// Takes room if there is some. A request larger than the whole room gets in alone.
    pub fn try_take(self: &Arc<Self>, size_bytes: usize) -> Option<Held> {
        let mut taken = self.lock();
        let fits = taken.size_bytes.saturating_add(size_bytes) <= self.size_bytes_max || taken.count == 0;
        if taken.count >= self.count_max || !fits {
            return None;
        }
        taken.count += 1;
        taken.size_bytes += size_bytes;
        drop(taken);
        Some(Held {
            room: Arc::clone(self),
            size_bytes,
        })
    }

    /// Waits for room. For one that waits at a time.
    pub async fn take(self: &Arc<Self>, size_bytes: usize) -> Held {
        loop {
            if let Some(held) = self.try_take(size_bytes) {
                return held;
            }
            // A place that became free since then is remembered.
            self.freed.notified().await;
        }
    }

    /// How many places are taken.
    pub fn count(&self) -> usize {
        self.lock().count
    }

    fn lock(&self) -> MutexGuard<'_, Taken> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Held {
    /// From now on it takes so many bytes: the answer is there instead of the request. May pass the bound; then others wait.
    pub fn resize(&mut self, size_bytes: usize) {
        let mut taken = self.room.lock();
        taken.size_bytes = taken.size_bytes - self.size_bytes + size_bytes;
        self.size_bytes = size_bytes;
        drop(taken);
        self.room.freed.notify_one();
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        let mut taken = self.room.lock();
        taken.count -= 1;
        taken.size_bytes -= self.size_bytes;
        drop(taken);
        self.room.freed.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use super::Room;

    #[tokio::test]
    async fn room_is_bounded_by_count_and_bytes_and_comes_back() {
        let room = Room::new(2, 10);
        let (first, second) = (room.try_take(4).unwrap(), room.try_take(6).unwrap());
        assert!(room.try_take(0).is_none(), "no more places");
        drop(first);
        assert!(room.try_take(5).is_none(), "no more bytes");
        let mut third = room.try_take(4).unwrap();
        third.resize(1);
        drop(second);
        let fourth = room.try_take(9).unwrap();
        let waiting = tokio::spawn({
            let room = std::sync::Arc::clone(&room);
            async move { room.take(11).await }
        });
        drop((third, fourth));
        let alone = waiting.await.unwrap();
        assert_eq!(room.count(), 1, "larger than all, and alone");
        drop(alone);
        assert_eq!(room.count(), 0);
    }
}
