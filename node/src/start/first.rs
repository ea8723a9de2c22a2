//! Before a node serves for the first time: it is founded, or it is looked whether it has what makes it a node.
//!
//! Stands beside the composition root, which it uses with every door shut.

use super::{Running, StartError};
use crate::config::{ClusterSettings, Settings};
use crate::membership::standing;
use corridor_protocol::AddPerson;
use std::net::SocketAddr;
use std::sync::Arc;

/// A refusal if a node of a cluster lacks its papers. Without this it would found a clinic of its own under the address of the lost
/// one, and tell every device that comes that its session has ended.
pub fn check_papers(settings: &Settings) -> Result<(), StartError> {
    let data = &settings.data;
    if settings.cluster.is_none() || data.join(standing::FOLDER).exists() {
        return Ok(());
    }
    Err(StartError::refused(format!(
        "{} holds no node, but the configuration has a [cluster], so there must be one: is the disk mounted? If it is lost, move the \
         configuration away, and do what `corridor cluster replace` says on another machine: a new node takes the place of the one \
         that was here",
        data.display()
    )))
}

/// Founds a workspace in an empty folder, without opening any door.
pub async fn found(settings: &Settings, name: &str, administrator: &AddPerson) -> Result<(), StartError> {
    let world = Arc::new(corridor_storage::world::SystemWorld::new());
    let loopback = SocketAddr::new(std::net::Ipv4Addr::LOCALHOST.into(), 0);
    let cluster = settings.cluster.clone();
    let quiet = Settings {
        cluster: cluster.map(|cluster| ClusterSettings {
            listen: loopback,
            ..cluster
        }),
        listen: loopback,
        operations: loopback,
        tls: None,
        ..settings.clone()
    };
    let running = Running::start(&quiet, world).await?;
    let founded = match running.service().await {
        Ok(service) => service.found(name, administrator).await.map_err(StartError::from),
        Err(error) => Err(error),
    };
    running.stop().await;
    founded.map(drop)
}
