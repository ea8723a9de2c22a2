//! Measures how many requests a second pass between two nodes of this machine, over real TLS and loopback.
//!
//! Stands outside the program: `cargo run --release -p corridor-cluster --example peer_rate -- [SECONDS]`.
#![allow(clippy::print_stdout, reason = "its output is its work")]

use std::error::Error;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use corridor_cluster::peers::{Kind, NodeId, PeerLink, PeerService, Reply, Request};
use corridor_cluster::transport::{Identity, JoinService, Transport, names};
use corridor_storage::world::{SystemWorld, World};
use futures::future::BoxFuture;
use futures::stream::{FuturesUnordered, StreamExt};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};

/// Size of a request's body, and how many are in flight.
const SHAPES: [(usize, usize); 5] = [(400, 1), (400, 16), (400, 1_000), (64 * 1024, 16), (8 * 1024 * 1024, 2)];
const CLUSTER: [u8; 16] = [1; 16];
const LONG: Duration = Duration::from_secs(60);

/// Answers at once, as short as an append is acknowledged.
struct Short;

impl PeerService for Short {
    fn take(&self, _: NodeId, _: u64, _: Request, reply: Reply) {
        reply(Ok(Bytes::from_static(&[0; 24])));
    }

    fn end(&self, _: u64) {}
}

impl JoinService for Short {
    fn join(&self, _: SocketAddr, _: Bytes) -> BoxFuture<'static, Result<Bytes, String>> {
        Box::pin(std::future::ready(Err("nobody joins here".to_owned())))
    }
}

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() -> Result<(), Box<dyn Error>> {
    let seconds: u64 = std::env::args().nth(1).map_or(Ok(2), |seconds| seconds.parse())?;
    let world: Arc<dyn World> = Arc::new(SystemWorld::new());
    let mut params = CertificateParams::new(Vec::new())?;
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let key = KeyPair::generate()?;
    let authority = params.self_signed(&key)?.der().to_vec();
    let issuer = Issuer::new(params, key);
    let start = |node| -> Result<(Arc<Transport>, String), Box<dyn Error>> {
        let key = KeyPair::generate()?;
        let params = CertificateParams::new(vec![names::node_name(&CLUSTER, node)])?;
        let identity = Identity {
            cluster: CLUSTER,
            node,
            authority: authority.clone(),
            certificate: params.signed_by(&key, &issuer)?.der().to_vec(),
            key: key.serialize_der().into(),
        };
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let address = listener.local_addr()?.to_string();
        let transport = Transport::start(
            &identity,
            listener,
            Arc::new(Short),
            Arc::new(Short),
            Arc::clone(&world),
        )?;
        Ok((transport, address))
    };
    let ((one, _), (two, address)) = (start(1)?, start(2)?);
    for (size_bytes, outstanding) in SHAPES {
        let rate = measure(&one, &address, &*world, (size_bytes, outstanding), seconds).await?;
        let megabytes = rate * size_bytes as f64 / 1e6;
        println!("{size_bytes:>8} bytes, {outstanding:>4} in flight: {rate:>8.0} requests/s, {megabytes:>6.0} MB/s");
    }
    one.shutdown().await;
    two.shutdown().await;
    Ok(())
}

async fn measure(
    one: &Transport,
    address: &str,
    world: &dyn World,
    (size_bytes, outstanding): (usize, usize),
    seconds: u64,
) -> Result<f64, Box<dyn Error>> {
    let body = Bytes::from(vec![7; size_bytes]);
    let call = || {
        let request = Request {
            group: 1,
            kind: Kind::Append,
            body: body.clone(),
        };
        one.call(2, address, request, LONG)
    };
    call().await?;
    let began_ns = world.monotonic_ns();
    let end_ns = began_ns + seconds * 1_000_000_000;
    let mut waiting: FuturesUnordered<_> = (0..outstanding).map(|_| call()).collect();
    let mut answered_count: u64 = 0;
    while let Some(answer) = waiting.next().await {
        answer?;
        answered_count += 1;
        if world.monotonic_ns() < end_ns {
            waiting.push(call());
        }
    }
    Ok(answered_count as f64 * 1e9 / (world.monotonic_ns() - began_ns) as f64)
}
