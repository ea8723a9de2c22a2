//! Agreement: every command gets one place in one order, on a quorum's disks, before anybody is told.
//!
//! Stands between the actors, who propose, and storage, which keeps the log and applies what is committed. The only crate
//! that knows openraft, and none of its types leaves it. It carries commands; it refuses to know what they say.

#![forbid(unsafe_code)]

mod applied;
mod codec;
mod config;
mod confirmed;
#[cfg(test)]
#[path = "../../storage/tests/support/fixtures.rs"]
mod fixtures;
mod group;
mod host;
mod hosting;
mod inbound;
mod log_store;
pub mod metrics;
mod network;
pub mod peers;
mod propose;
mod reading;
mod reply;
mod runtime;
mod snapshot;
mod start;
mod state_machine;
mod state_thread;
mod status;
mod steer;
pub mod suite;
mod tail;
pub mod transport;
mod tunnel;
mod types;

pub use config::GroupConfig;
pub use group::{Group, NotReady};
pub use host::{Bring, GossipService, Host, IsRemoved, Knock, Operate};
pub use hosting::Hosting;
pub use inbound::let_go_at;
pub use log_store::carry_vote;
pub use propose::{Pending, ProposeError, Proposer};
#[cfg(feature = "simulation")]
pub use runtime::simulated as simulation;
pub use start::StartError;
pub use status::{GroupStatus, Member};
pub use steer::{Steer, SteerError};
pub use tunnel::Tunnel;
pub use types::Peer;
