//! The doors of a node: bound before anything else starts, with a place for everybody who may come in.
//!
//! Stands beside the composition root. It refuses to know what is behind them.

use crate::files;
use crate::start::StartError;
use corridor_api::gate::{Bounds, Places};
use corridor_api::serve::{self, Door};
use corridor_domain::limits;
use corridor_storage::high_water;
use std::net::{SocketAddr, TcpListener};

/// Bound before anything else starts: an address in use, or readable from beyond this machine, is said at once.
pub fn open_door(address: SocketAddr, tls: Option<&serve::TlsFiles>) -> Result<TcpListener, StartError> {
    let refused = |error: serve::ServeError| StartError::refused(error.to_string());
    serve::check_reach(address, tls).map_err(refused)?;
    tls.map(serve::tls_config).transpose().map_err(refused)?;
    serve::bind(address).map_err(refused)
}

/// The door of clients: as many as the configuration says and the process can hold.
pub fn client_door(bounds: &Bounds, is_alone: bool) -> Door {
    let tunnels = if is_alone { 0 } else { 2 * files::tunnels() };
    let connections = files::connections_within(bounds.connections, tunnels);
    Door::new(Places::new(
        connections,
        bounds.connections_per_address,
        &high_water::CONNECTIONS,
    ))
}

pub fn operations_door() -> Door {
    let connections = limits::OPERATIONS_CONNECTIONS_COUNT_MAX;
    Door::new(Places::new(
        connections,
        connections,
        &high_water::OPERATIONS_CONNECTIONS,
    ))
}
