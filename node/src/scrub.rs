//! Reads everything that this node keeps, slowly and all the time, and says so in one line if something cannot be read.
//!
//! Stands beside the edge, and paces `storage/src/scrub.rs`. A node of a cluster that finds damage takes itself out: others have what it
//! lost. A node alone has nobody to take over and goes on. It refuses to know what is kept.

use corridor_domain::limits;
use corridor_storage::scrub::Scrub;
use metrics::{counter, describe_counter, describe_gauge, gauge};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
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
    /// What is kept.
    pub scrub: Scrub,
    /// Of a node of a cluster: whether it must serve nobody.
    pub must_not_serve: Option<Arc<AtomicBool>>,
}

impl Scrubbing {
    /// Reads for as long as it is polled, or until something cannot be read.
    pub async fn watch(self) {
        let Self {
            mut scrub,
            must_not_serve,
        } = self;
        loop {
            sleep(Duration::from_millis(limits::SCRUB_PIECE_PAUSE_MS)).await;
            let read = tokio::task::spawn_blocking(move || {
                let read = scrub.next_piece();
                (scrub, read)
            });
            // It is cancelled only while the node stops.
            let Ok((back, read)) = read.await else { return };
            scrub = back;
            match read {
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
                Err(error) => return damaged(&error, must_not_serve.as_deref()),
            }
        }
    }
}

fn damaged(error: &std::io::Error, must_not_serve: Option<&AtomicBool>) {
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
