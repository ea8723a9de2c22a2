//! TLS 1.3 between nodes: who is let in, and what is asked of whom.
//!
//! Stands between the identity and each connection. ring is named here and nowhere looked up; there are no sessions to resume, so
//! that every connection checks both certificates anew. Refuses to know frames.

use std::fmt;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use corridor_storage::world::World;
use rustls::client::Resumption;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::UnixTime;
use rustls::server::{NoServerSessionStorage, WebPkiClientVerifier};
use rustls::sign::SingleCertAndKey;
use rustls::time_provider::TimeProvider;
use rustls::{ClientConfig, RootCertStore, ServerConfig};

use super::identity::{Identity, invalid};
use super::validity;
use crate::peers::NodeId;

/// What is spoken between nodes of a cluster.
pub const PEER_PROTOCOL: &[u8] = b"corridor-peer/1";
/// What is spoken with a node that is not of the cluster yet.
pub const JOIN_PROTOCOL: &[u8] = b"corridor-join/1";

/// What carries clients to a workspace that another node has.
pub const TUNNEL_PROTOCOL: &[u8] = b"corridor-tunnel/1";

/// An identity, ready for use.
#[derive(Debug)]
pub(crate) struct Tls {
    pub cluster: [u8; 16],
    pub node: NodeId,
    /// For nodes that ask: they must show a certificate.
    pub peer_server: Arc<ServerConfig>,
    /// For nodes that bring clients: they must show one as well.
    pub tunnel_server: Arc<ServerConfig>,
    /// For those who join: they have none.
    pub join_server: Arc<ServerConfig>,
    /// For asking others.
    pub client: Arc<ClientConfig>,
    /// For bringing clients to others.
    pub tunnel_client: Arc<ClientConfig>,
    /// The end of this node's certificate, in Unix time.
    pub not_after_s: Option<u64>,
}

impl Tls {
    pub fn new(identity: &Identity, world: &Arc<dyn World>) -> io::Result<Self> {
        let unusable = |error: &dyn fmt::Display| invalid(&format!("the node's identity cannot be used: {error}"));
        let own = Arc::new(SingleCertAndKey::from(identity.certified_key()?));
        let mut roots = RootCertStore::empty();
        roots.add(identity.authority()).map_err(|error| unusable(&error))?;
        let roots = Arc::new(roots);
        let provider = provider();
        let time: Arc<dyn TimeProvider> = Arc::new(WorldTime(Arc::clone(world)));
        let server = || {
            ServerConfig::builder_with_details(Arc::clone(&provider), Arc::clone(&time))
                .with_protocol_versions(&[&rustls::version::TLS13])
                .map_err(|error| unusable(&error))
        };

        let verifier = WebPkiClientVerifier::builder_with_provider(Arc::clone(&roots), Arc::clone(&provider))
            .build()
            .map_err(|error| unusable(&error))?;
        let mut peer_server = server()?
            .with_client_cert_verifier(verifier)
            .with_cert_resolver(Arc::<SingleCertAndKey>::clone(&own));
        let mut tunnel_server = peer_server.clone();
        without_sessions(&mut peer_server, PEER_PROTOCOL);
        without_sessions(&mut tunnel_server, TUNNEL_PROTOCOL);
        let mut join_server = server()?
            .with_no_client_auth()
            .with_cert_resolver(Arc::<SingleCertAndKey>::clone(&own));
        without_sessions(&mut join_server, JOIN_PROTOCOL);

        let mut client = ClientConfig::builder_with_details(provider, time)
            .with_protocol_versions(&[&rustls::version::TLS13])
            .map_err(|error| unusable(&error))?
            .with_root_certificates(roots)
            .with_client_cert_resolver(own);
        client.resumption = Resumption::disabled();
        let mut tunnel_client = client.clone();
        client.alpn_protocols = vec![PEER_PROTOCOL.to_vec()];
        tunnel_client.alpn_protocols = vec![TUNNEL_PROTOCOL.to_vec()];
        Ok(Self {
            cluster: identity.cluster,
            node: identity.node,
            peer_server: Arc::new(peer_server),
            tunnel_server: Arc::new(tunnel_server),
            join_server: Arc::new(join_server),
            client: Arc::new(client),
            tunnel_client: Arc::new(tunnel_client),
            not_after_s: validity::not_after_s(&identity.certificate()),
        })
    }
}

/// No tickets, nothing remembered, no early data.
fn without_sessions(config: &mut ServerConfig, protocol: &[u8]) {
    config.session_storage = Arc::new(NoServerSessionStorage {});
    config.send_tls13_tickets = 0;
    config.max_early_data_size = 0;
    config.alpn_protocols = vec![protocol.to_vec()];
}

pub(crate) fn provider() -> Arc<CryptoProvider> {
    Arc::new(rustls::crypto::ring::default_provider())
}

/// The world's clock, by which certificates begin and end.
pub(crate) struct WorldTime(pub Arc<dyn World>);

impl fmt::Debug for WorldTime {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("WorldTime")
    }
}

impl TimeProvider for WorldTime {
    fn current_time(&self) -> Option<UnixTime> {
        Some(UnixTime::since_unix_epoch(Duration::from_millis(self.0.now_ms())))
    }
}
