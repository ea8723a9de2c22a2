//! How a workspace's store is opened when it wakes. Refuses to know what is in it.

use super::Which;
use crate::machine::Machine;
use corridor_domain::limits;
use corridor_storage::backend::FjallBackend;
use std::io;
use std::sync::Arc;
use std::time::Duration;

/// Opens the store. Who came late to the workspace's last life may still hold it for a moment.
pub async fn open_store(machine: &Arc<Machine>, which: &Which) -> io::Result<FjallBackend> {
    let mut looks = tokio::time::interval(Duration::from_millis(limits::WORKSPACE_STORE_LOOK_INTERVAL_MS));
    let mut tries = 0;
    loop {
        looks.tick().await;
        let (opening, id, stay) = (Arc::clone(machine), which.id, which.stay.clone());
        let opened = tokio::task::spawn_blocking(move || opening.open_store(id, &stay)).await?;
        tries += 1;
        match opened {
            Err(error) if is_held(&error) && tries < limits::WORKSPACE_STORE_TRIES_COUNT_MAX => {}
            opened => return opened,
        }
    }
}

fn is_held(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::ResourceBusy
}
