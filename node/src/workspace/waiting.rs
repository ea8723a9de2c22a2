//! When a workspace serves nobody: while it waits for the other nodes, and after something says that it must not go on.
//!
//! Stands beside the workspace. Refuses to know what it would serve.

use corridor_actors::alarm::Fence;
use corridor_cluster::{Group, NotReady};
use corridor_domain::limits;
use corridor_storage::apply::AppliedState;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// A node among others waits for as long as it takes, and says so: after a power cut its machine may be the first that is up.
pub async fn wait_for_others(id: u64, group: &Group<AppliedState>) -> Result<(), NotReady> {
    let patience = Duration::from_millis(limits::WAITING_WORD_INTERVAL_MS);
    while let Err(why) = group.wait_ready(patience).await {
        let status = group.status();
        let reachable = status.leader.is_some();
        tracing::info!(%why, group = id, members = status.members.len(), reachable, "waiting for the other nodes");
    }
    Ok(())
}

/// Takes a workspace on this node out of service: it answers, but takes no commands and is not ready, until somebody starts the node again.
pub fn fence(id: u64, close: impl Fn() + Send + Sync + 'static, is_ready: Arc<AtomicBool>) -> Fence {
    Arc::new(move |why| {
        tracing::error!(
            why,
            group = id,
            "THIS NODE IS FENCED: it takes no commands until it is started again"
        );
        close();
        is_ready.store(false, Ordering::Release);
    })
}
