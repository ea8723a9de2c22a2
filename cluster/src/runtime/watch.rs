//! A value that many watch, waking them in the order in which they began to wait.
//!
//! Stands where tokio's stands in production: that one wakes in an order of its own chance, which no seed reaches.

use std::ops::Deref;
use std::pin::pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use openraft::async_runtime::{WatchReceiver, WatchSender};
use openraft::rt::watch::{RecvError, SendError, Watch};
use openraft::{OptionalSend, OptionalSync};
use tokio::sync::Notify;

/// The kind of channel.
pub struct SimulatedWatch;

struct Channel<T> {
    content: RwLock<Content<T>>,
    changed: Notify,
    senders: AtomicUsize,
    receivers: AtomicUsize,
}

struct Content<T> {
    value: T,
    /// Counts the changes.
    version: u64,
}

impl<T> Channel<T> {
    fn read(&self) -> RwLockReadGuard<'_, Content<T>> {
        self.content.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Content<T>> {
        self.content.write().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The value as long as somebody looks at it.
pub struct Look<'a, T>(RwLockReadGuard<'a, Content<T>>);

impl<T> Deref for Look<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0.value
    }
}

/// Changes the value.
pub struct Sender<T>(Arc<Channel<T>>);

impl<T> Clone for Sender<T> {
    fn clone(&self) -> Self {
        self.0.senders.fetch_add(1, Ordering::SeqCst);
        Self(Arc::clone(&self.0))
    }
}

impl<T> Drop for Sender<T> {
    fn drop(&mut self) {
        if self.0.senders.fetch_sub(1, Ordering::SeqCst) == 1 {
            self.0.changed.notify_waiters();
        }
    }
}

/// Watches the value.
pub struct Receiver<T> {
    channel: Arc<Channel<T>>,
    seen: u64,
}

impl<T> Receiver<T> {
    fn of(channel: &Arc<Channel<T>>, seen: u64) -> Self {
        channel.receivers.fetch_add(1, Ordering::SeqCst);
        Self {
            channel: Arc::clone(channel),
            seen,
        }
    }
}

impl<T> Clone for Receiver<T> {
    fn clone(&self) -> Self {
        Self::of(&self.channel, self.seen)
    }
}

impl<T> Drop for Receiver<T> {
    fn drop(&mut self) {
        self.channel.receivers.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Watch for SimulatedWatch {
    type Sender<T: OptionalSend + OptionalSync> = Sender<T>;
    type Receiver<T: OptionalSend + OptionalSync> = Receiver<T>;
    type Ref<'a, T: OptionalSend + 'a> = Look<'a, T>;

    fn channel<T: OptionalSend + OptionalSync>(value: T) -> (Sender<T>, Receiver<T>) {
        let channel = Arc::new(Channel {
            content: RwLock::new(Content { value, version: 0 }),
            changed: Notify::new(),
            senders: AtomicUsize::new(1),
            receivers: AtomicUsize::new(0),
        });
        let receiver = Receiver::of(&channel, 0);
        (Sender(channel), receiver)
    }
}

impl<T: OptionalSend + OptionalSync> WatchSender<SimulatedWatch, T> for Sender<T> {
    fn send(&self, value: T) -> Result<(), SendError<T>> {
        if self.0.receivers.load(Ordering::SeqCst) == 0 {
            return Err(SendError(value));
        }
        self.send_if_modified(|current| {
            *current = value;
            true
        });
        Ok(())
    }

    fn send_if_modified<F>(&self, modify: F) -> bool
    where
        F: FnOnce(&mut T) -> bool,
    {
        let mut content = self.0.write();
        let modified = modify(&mut content.value);
        content.version += u64::from(modified);
        drop(content);
        if modified {
            self.0.changed.notify_waiters();
        }
        modified
    }

    fn borrow_watched(&self) -> Look<'_, T> {
        Look(self.0.read())
    }

    fn subscribe(&self) -> Receiver<T> {
        Receiver::of(&self.0, self.0.read().version)
    }
}

impl<T: OptionalSend + OptionalSync> WatchReceiver<SimulatedWatch, T> for Receiver<T> {
    async fn changed(&mut self) -> Result<(), RecvError> {
        loop {
            let mut changed = pin!(self.channel.changed.notified());
            changed.as_mut().enable();
            let version = self.channel.read().version;
            if version != self.seen {
                self.seen = version;
                return Ok(());
            }
            if self.channel.senders.load(Ordering::SeqCst) == 0 {
                return Err(RecvError(()));
            }
            changed.await;
        }
    }

    fn borrow_watched(&self) -> Look<'_, T> {
        Look(self.channel.read())
    }

    fn borrow_and_update(&mut self) -> Look<'_, T> {
        let content = self.channel.read();
        self.seen = content.version;
        Look(content)
    }
}
