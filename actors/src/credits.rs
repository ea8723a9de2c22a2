//! Credits in front of an actor's mailbox: ractor's mailboxes are unbounded, so every way in is bounded here.
//!
//! A permit travels inside the message and comes back when the message was handled, or lost with its actor. Closing is only
//! possible when all permits are home: an actor that goes to sleep leaves no mail behind.

use std::sync::Arc;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// A bounded way in.
#[derive(Debug, Clone)]
pub struct Credits {
    semaphore: Arc<Semaphore>,
    count: usize,
}

/// The right to have one message waiting.
#[derive(Debug)]
pub struct Permit {
    _home: OwnedSemaphorePermit,
}

/// The actor is going to sleep or gone: look it up anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Closed;

impl Credits {
    /// A way in for at most `count` waiting messages.
    pub fn new(count: usize) -> Self {
        Self {
            semaphore: Arc::new(Semaphore::new(count)),
            count,
        }
    }

    /// Waits for room.
    pub async fn acquire(&self) -> Result<Permit, Closed> {
        let permit = Arc::clone(&self.semaphore).acquire_owned().await.map_err(|_| Closed)?;
        Ok(Permit { _home: permit })
    }

    /// Takes room if there is some; `Ok(None)` if there is none.
    pub fn try_acquire(&self) -> Result<Option<Permit>, Closed> {
        match Arc::clone(&self.semaphore).try_acquire_owned() {
            Ok(permit) => Ok(Some(Permit { _home: permit })),
            Err(tokio::sync::TryAcquireError::NoPermits) => Ok(None),
            Err(tokio::sync::TryAcquireError::Closed) => Err(Closed),
        }
    }

    /// Closes the way in if nobody is in it. Whoever tries after that is told [`Closed`].
    pub fn close_if_idle(&self) -> bool {
        let Ok(all) = u32::try_from(self.count) else {
            return false;
        };
        match self.semaphore.try_acquire_many(all) {
            Ok(permits) => {
                self.semaphore.close();
                permits.forget();
                true
            }
            Err(_) => false,
        }
    }

    /// Closes the way in: the actor is gone.
    pub fn close(&self) {
        self.semaphore.close();
    }

    /// Messages waiting or being handled.
    pub fn in_use(&self) -> usize {
        self.count.saturating_sub(self.semaphore.available_permits())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn nobody_is_left_behind_when_it_closes() {
        let credits = Credits::new(2);
        let held = credits.acquire().await.unwrap();
        assert!(!credits.close_if_idle());
        assert_eq!(credits.in_use(), 1);
        let second = credits.try_acquire().unwrap().unwrap();
        assert!(credits.try_acquire().unwrap().is_none());
        drop((held, second));
        assert!(credits.close_if_idle());
        assert_eq!(credits.acquire().await.unwrap_err(), Closed);
    }
}
