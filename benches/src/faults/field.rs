//! Three nodes, each in a namespace and on a disk of its own. Refuses to know what goes wrong.

use super::disk::Disk;
use super::native::Native;
use super::network::Network;
use super::orders::Orders;
use crate::clinic::write_certificate;
use crate::cluster::member::{Member, Site};
use crate::cluster::{Cluster, NODES};
use crate::failure::{Context, Outcome};
use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

/// In its namespace, where nobody else takes them.
const OPERATIONS_PORT: u16 = 9090;
const CLIENTS_PORT: u16 = 8443;
const PEERS_PORT: u16 = 7443;
/// Nobody is slowed down: that is tested elsewhere.
const LIMITS: &str = "[limits]
disk_reserve_mib = 1
sends_per_second = 10000
sends_burst = 10000
commands_per_second = 10000
commands_burst = 10000
requests_per_second = 10000
requests_burst = 10000
sign_ins_per_second = 10000
sign_ins_burst = 10000
socket_openings_per_second = 10000
socket_openings_burst = 10000
";

/// Where faults are done. Dropped in this order: processes, disks, then the wire.
pub struct Field {
    /// The nodes.
    pub cluster: Cluster,
    /// What keeps their files, by number.
    pub disks: Vec<Disk>,
    /// What their processes are told, by number.
    pub orders: Vec<Orders>,
    /// What some faults are made with.
    pub native: Native,
    /// The wire between them.
    pub network: Network,
    /// The build with which all nodes begin, and an earlier one, if there is one.
    binaries: [PathBuf; 2],
}

impl Field {
    /// Three nodes that vote and are well, below that folder; of an earlier build there may be none.
    pub async fn found(folder: &Path, binary: &Path, earlier: Option<&Path>) -> Outcome<Self> {
        let network = Network::new(NODES).await?;
        let native = Native::build(folder).await?;
        let certificate = write_certificate(folder)?;
        let (mut members, mut disks, mut all_orders) = (Vec::new(), Vec::new(), Vec::new());
        for node in 0..NODES {
            let at = folder.join(format!("node-{node}"));
            fs::create_dir_all(&at).context(at.display())?;
            let disk = Disk::new(&at).await?;
            let ip = network.address(node);
            let data = disk.folder().join("data");
            let orders = Orders::new(&at.join("orders"))?;
            let site = Site {
                folder: at,
                environment: orders.environment(&native.shim, &data)?,
                data,
                clients: SocketAddr::from((ip, CLIENTS_PORT)),
                peers: SocketAddr::from((ip, PEERS_PORT)),
                operations: SocketAddr::from(([127, 0, 0, 1], OPERATIONS_PORT)),
                namespace_file: Some(network.namespace_file(node)),
                has_certificate: true,
                limits: LIMITS.to_owned(),
            };
            members.push(Member::new(binary, site)?);
            disks.push(disk);
            all_orders.push(orders);
        }
        let field = Self {
            cluster: Cluster::new(folder, members, Some(certificate)),
            disks,
            orders: all_orders,
            native,
            network,
            binaries: [binary, earlier.unwrap_or(binary)].map(Path::to_owned),
        };
        field.cluster.found().await?;
        Ok(field)
    }

    /// No node runs the earlier build.
    pub fn is_all_of_the_present(&self) -> bool {
        let mut members = self.cluster.members.iter();
        members.all(|member| member.node.binary() == self.binaries[0])
    }

    /// The build that this one is not.
    pub fn other_binary(&self, binary: &Path) -> PathBuf {
        let [present, earlier] = &self.binaries;
        if binary == present {
            earlier.clone()
        } else {
            present.clone()
        }
    }
}
