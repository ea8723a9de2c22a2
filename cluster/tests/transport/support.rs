//! What the tests of the transport share: authorities that make certificates, nodes whose service is the test itself.

use std::net::{SocketAddr, TcpListener};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use bytes::Bytes;
use corridor_cluster::peers::{CallError, Kind, NodeId, PeerLink, PeerService, Reply, Request, Serve};
use corridor_cluster::transport::{Identity, JoinService, Transport, names};
use corridor_storage::world::SystemWorld;
use futures::future::BoxFuture;
use metrics::{Counter, Gauge, Histogram, Key, KeyName, Metadata, Recorder, SharedString, Unit};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair, date_time_ymd};
use rustls::pki_types::CertificateDer;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

pub const CLUSTER: [u8; 16] = [0xc1; 16];
/// Longer than anything takes, shorter than a stuck test may.
pub const LONG: Duration = Duration::from_secs(60);

/// An authority of some cluster.
pub struct Authority {
    pub certificate: CertificateDer<'static>,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    pub fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        let certificate = params.self_signed(&key).unwrap().der().clone();
        Self {
            certificate,
            issuer: Issuer::new(params, key),
        }
    }

    pub fn identity(&self, node: NodeId) -> Identity {
        self.identity_named(node, &[names::node_name(&CLUSTER, node)], 2090)
    }

    /// An identity whose certificate says these names and ends in this year.
    pub fn identity_named(&self, node: NodeId, names: &[String], end_year: i32) -> Identity {
        let mut params = CertificateParams::new(names).unwrap();
        params.not_after = date_time_ymd(end_year, 1, 1);
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        Identity {
            cluster: CLUSTER,
            node,
            authority: self.certificate.to_vec(),
            certificate: certificate.der().to_vec(),
            key: key.serialize_der().into(),
        }
    }
}

/// A request that the test has to answer.
pub struct Taken {
    pub from: NodeId,
    pub line: u64,
    pub request: Request,
    pub reply: Reply,
}

struct Service {
    taken: UnboundedSender<Taken>,
    ended: UnboundedSender<u64>,
}

impl PeerService for Service {
    fn take(&self, from: NodeId, line: u64, request: Request, reply: Reply) {
        let taken = Taken {
            from,
            line,
            request,
            reply,
        };
        // A test that no longer looks lets the reply fall.
        let _ = self.taken.send(taken);
    }

    fn end(&self, line: u64) {
        let _ = self.ended.send(line);
    }

    /// Gives back what a client of group 5 says.
    fn bring(&self, from: NodeId, group: u64) -> Result<Serve, String> {
        if group != 5 {
            return Err(format!("node {from} is at the wrong node"));
        }
        Ok(Box::new(|tunnel| {
            Box::pin(async move {
                let (mut reads, mut writes) = tokio::io::split(tunnel);
                let _ = tokio::io::copy(&mut reads, &mut writes).await;
            })
        }))
    }
}

/// Answers with the request, turned round; refuses what begins with "no".
#[derive(Default)]
pub struct Turning {
    pub asked_count: AtomicUsize,
}

impl JoinService for Turning {
    fn join(&self, from: SocketAddr, request: Bytes) -> BoxFuture<'static, Result<Bytes, String>> {
        assert!(from.ip().is_loopback());
        self.asked_count.fetch_add(1, Ordering::Relaxed);
        let answer = if request.starts_with(b"no") {
            Err("not you".to_owned())
        } else {
            Ok(request.iter().rev().copied().collect())
        };
        Box::pin(std::future::ready(answer))
    }
}

/// A node.
pub struct Node {
    pub transport: Arc<Transport>,
    pub address: String,
    pub taken: UnboundedReceiver<Taken>,
    pub ended: UnboundedReceiver<u64>,
    pub join: Arc<Turning>,
}

pub fn start(identity: &Identity) -> Node {
    start_on(identity, TcpListener::bind("127.0.0.1:0").unwrap())
}

pub fn start_on(identity: &Identity, listener: TcpListener) -> Node {
    record();
    let address = listener.local_addr().unwrap().to_string();
    let (taking, taken) = unbounded_channel();
    let (ending, ended) = unbounded_channel();
    let service = Arc::new(Service {
        taken: taking,
        ended: ending,
    });
    let world = Arc::new(SystemWorld::new());
    let join = Arc::new(Turning::default());
    let transport = Transport::start(identity, listener, service, Arc::<Turning>::clone(&join), world).unwrap();
    Node {
        transport,
        address,
        taken,
        ended,
        join,
    }
}

/// Two nodes of one cluster, of which the first will ask the second.
pub fn two_nodes() -> (Node, Node) {
    let authority = Authority::new();
    (start(&authority.identity(1)), start(&authority.identity(2)))
}

impl Node {
    /// Hands a request over before it returns.
    pub fn ask(
        &self,
        to: NodeId,
        address: &str,
        body: impl Into<Bytes>,
    ) -> BoxFuture<'static, Result<Bytes, CallError>> {
        let request = Request {
            group: 5,
            kind: Kind::Forward,
            body: body.into(),
        };
        self.transport.call(to, address, request, LONG)
    }

    pub async fn next(&mut self) -> Taken {
        tokio::time::timeout(LONG, self.taken.recv()).await.unwrap().unwrap()
    }

    /// Answers everything with itself from now on.
    pub fn echo(mut self) -> Arc<Transport> {
        let transport = Arc::clone(&self.transport);
        tokio::spawn(async move {
            while let Some(taken) = self.taken.recv().await {
                (taken.reply)(Ok(taken.request.body));
            }
        });
        transport
    }
}

/// Asks until it is answered: a node that could not be reached is left alone for a moment.
pub async fn ask_until_answered(node: &Node, to: NodeId, address: &str) -> Bytes {
    loop {
        match node.ask(to, address, "again").await {
            Ok(body) => return body,
            Err(_) => tokio::time::sleep(Duration::from_millis(10)).await,
        }
    }
}

/// Counters by name and labels, for the whole process.
static COUNTED: Mutex<Vec<(String, Arc<AtomicU64>)>> = Mutex::new(Vec::new());

struct Counting;

impl Recorder for Counting {
    fn describe_counter(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_gauge(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
        let labels = key.labels().map(|label| label.value().to_owned());
        let name: Vec<String> = std::iter::once(key.name().to_owned()).chain(labels).collect();
        let value: Arc<AtomicU64> = Arc::default();
        COUNTED.lock().unwrap().push((name.join(" "), Arc::clone(&value)));
        Counter::from_arc(value)
    }
    fn register_gauge(&self, _: &Key, _: &Metadata<'_>) -> Gauge {
        Gauge::noop()
    }
    fn register_histogram(&self, _: &Key, _: &Metadata<'_>) -> Histogram {
        Histogram::noop()
    }
}

pub fn record() {
    static INSTALLED: OnceLock<()> = OnceLock::new();
    INSTALLED.get_or_init(|| {
        metrics::set_global_recorder(Counting).ok().unwrap();
        corridor_cluster::metrics::introduce();
    });
}

/// How often that was counted, over all tests of this process.
pub fn counted(name: &str) -> u64 {
    let counted = COUNTED.lock().unwrap();
    let values = counted.iter().filter(|(known, _)| known == name);
    values.map(|(_, value)| value.load(Ordering::Relaxed)).sum()
}
