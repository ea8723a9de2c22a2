//! What a node brings to its groups: who it is, its way to the others, and what it must do when something fails.
//!
//! Stands between the node's composition root and [`crate::Group`], and holds nothing that belongs to one group.

use std::sync::Arc;

use corridor_storage::log::FatalHandler;
use corridor_storage::spool::Spools;
use corridor_storage::world::World;

use crate::host::Host;
use crate::peers::{Alone, NodeId, PeerLink};

/// What a node brings to its groups.
#[derive(Clone)]
pub struct Hosting {
    /// This node.
    pub node_id: NodeId,
    /// The way to the others.
    pub link: Arc<dyn PeerLink>,
    /// Where the others' requests come in.
    pub host: Arc<Host>,
    /// Where a state waits that arrives from another node.
    pub spools: Spools,
    /// Clock and randomness.
    pub world: Arc<dyn World>,
    /// Called when log, state or openraft's core fail; it must end the process.
    pub on_fatal: FatalHandler,
}

impl Hosting {
    /// A node without others. Nothing arrives there.
    pub fn alone(node_id: NodeId, world: Arc<dyn World>, on_fatal: FatalHandler) -> Self {
        let nowhere = std::env::temp_dir();
        Self {
            node_id,
            link: Arc::new(Alone),
            host: Arc::new(Host::new()),
            spools: Spools::new(&nowhere, Arc::clone(&world)),
            world,
            on_fatal,
        }
    }
}
