//! Reads everything that this node keeps, slowly and all the time, and says so in one line if something cannot be read.
//!
//! Stands beside the edge, and paces `storage/src/scrub.rs`. A node of a cluster that finds damage takes itself out: others have what it
//! lost. A node alone has nobody to take over and goes on. It refuses to know what is kept.

use corridor_domain::limits;
use corridor_storage::scrub::{Pass, Scrub};
use metrics::{counter, describe_counter, describe_gauge, gauge};
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::task::JoinHandle;
use tokio::time::sleep;

/// Says what the figures mean, and begins with none.
pub fn introduce() {
    describe_counter!(
        "corridor_scrub_passes_total",
        "Times that everything on this node's disk was read and was as it was written."
    );
    describe_gauge!(
        "corridor_scrub_found_damage",
        "Whether something on this node's disk cannot be read: 1 or 0."
    );
    counter!("corridor_scrub_passes_total").increment(0);
    gauge!("corridor_scrub_found_damage").set(0.0);
}

/// What is read, and who is told.
pub struct Scrubbing {
    scrub: Arc<Mutex<Scrub>>,
    /// Of a node of a cluster: whether it must serve nobody.
    must_not_serve: Option<Arc<AtomicBool>>,
    /// The piece that is being read: it holds state and log.
    reading: Option<JoinHandle<io::Result<Option<Pass>>>>,
}

impl Scrubbing {
    /// Of this, telling that.
    pub fn new(scrub: Scrub, must_not_serve: Option<Arc<AtomicBool>>) -> Self {
        Self {
            scrub: Arc::new(Mutex::new(scrub)),
            must_not_serve,
            reading: None,
        }
    }

    /// Reads for as long as it is polled, or until something cannot be read.
    pub async fn watch(&mut self) {
        loop {
            sleep(Duration::from_millis(limits::SCRUB_PIECE_PAUSE_MS)).await;
            match self.read_piece().await {
                Ok(None) => {}
                Ok(Some(pass)) => {
                    counter!("corridor_scrub_passes_total").increment(1);
                    tracing::info!(
                        pass.records,
                        pass.entries,
                        "everything that this node keeps can be read"
                    );
                    sleep(Duration::from_millis(limits::SCRUB_PASS_PAUSE_MS)).await;
                }
                Err(error) => return damaged(&error, self.must_not_serve.as_deref()),
            }
        }
    }

    async fn read_piece(&mut self) -> io::Result<Option<Pass>> {
        let scrub = Arc::clone(&self.scrub);
        let reading = self.reading.get_or_insert_with(|| {
            let read = move || scrub.lock().unwrap_or_else(PoisonError::into_inner).next_piece();
            tokio::task::spawn_blocking(read)
        });
        let read = reading.await;
        self.reading = None;
        // A piece that panicked is one that cannot be read.
        read.unwrap_or_else(|panic| Err(io::Error::other(panic)))
    }

    /// Lets go of state and log: when it returns, nothing is being read.
    pub async fn end(mut self) {
        if self.reading.is_some() {
            // What it found is found again at the next start.
            let _ = self.read_piece().await;
        }
    }
}

fn damaged(error: &io::Error, must_not_serve: Option<&AtomicBool>) {
    gauge!("corridor_scrub_found_damage").set(1.0);
    match must_not_serve {
        Some(flag) => {
            flag.store(true, Ordering::Release);
            tracing::error!(
                %error,
                "THE DISK OF THIS NODE IS DAMAGED: it serves nobody; stop it, then have another take its place with \
                 `corridor cluster replace` on a node that runs"
            );
        }
        None => {
            tracing::error!(%error, "THE DISK OF THIS NODE IS DAMAGED: restore a backup while the rest can still be read")
        }
    }
}
