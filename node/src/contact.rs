//! Watches whether this node is in contact with the others: without them it shows nothing, and says so.
//!
//! Stands beside the edge. A node that hears no quorum within the lease tells its sockets to come back, here or elsewhere, and
//! answers nobody; when it hears them again it first catches up with everything that was agreed on in between, above all with
//! what was revoked. It refuses to know who leads.

use corridor_actors::Actors;
use corridor_api::freshness::Freshness;
use corridor_cluster::{GroupStatus, NotReady};
use corridor_domain::limits;
use futures::future::BoxFuture;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::time::interval;

/// What is watched, and who is told.
pub struct Contact {
    /// How the group is doing.
    pub status: Box<dyn Fn() -> GroupStatus + Send + Sync>,
    /// Waits until what is read here is current.
    pub catch_up: Box<dyn Fn() -> BoxFuture<'static, Result<u64, NotReady>> + Send + Sync>,
    /// The living.
    pub actors: Actors,
    /// For the edge.
    pub freshness: Arc<Freshness>,
    /// For the operators.
    pub ready: Arc<AtomicBool>,
    /// Whether this node's state was found to be another one than that of the others: then it is never let in again.
    pub differs: Arc<AtomicBool>,
}

impl Contact {
    /// Watches for as long as it is polled.
    pub async fn watch(&self) {
        let mut looks = interval(Duration::from_millis(limits::CONTACT_LOOK_INTERVAL_MS));
        let mut is_current = true;
        loop {
            looks.tick().await;
            let is_in_contact = (self.status)().is_in_contact && !self.differs.load(Ordering::Acquire);
            if is_current && !is_in_contact {
                is_current = false;
                self.lose();
            } else if !is_current && is_in_contact && (self.catch_up)().await.is_ok() {
                is_current = true;
                self.regain();
            }
        }
    }

    fn lose(&self) {
        tracing::warn!("this node does not hear the others: it shows nothing until it does");
        self.ready.store(false, Ordering::Release);
        self.freshness.set_current(false);
        self.actors.cut_off();
    }

    fn regain(&self) {
        tracing::info!("this node hears the others again and has caught up");
        self.actors.let_in_again();
        self.freshness.set_current(true);
        self.ready.store(!self.actors.is_fenced(), Ordering::Release);
    }
}
