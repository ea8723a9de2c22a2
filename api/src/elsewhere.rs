//! Workspaces that other nodes have: a client that comes here is brought there, and does not notice.
//!
//! Stands beside the front door. `forward` is the way out, with requests and whole sockets; `brought` serves whom other nodes bring; `carry`
//! is for a socket that says only in its first frame where it belongs. What guards a workspace stands at the node that has it: permission,
//! sessions, rates of people, the record of every look. Here a client only has its share of this node. Refuses to know what is asked.

mod brought;
mod carry;
mod forward;

pub use brought::{MayBring, serve};
pub(crate) use carry::{Beginning, carry};
pub use forward::Forwarder;

/// Where a client comes from that another node brings. Only nodes say so, and only they are believed.
const CLIENT_HEADER: &str = "corridor-client";

/// The authority of addresses within a tunnel: what clients call this node travels in `Host`.
fn authority(workspace: u64) -> String {
    format!("w{workspace}")
}
