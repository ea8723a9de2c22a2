//! A device as a client holds one: a socket that says hello, reads, writes, and comes back by the revision it holds when it was
//! cut. Knows what a frame's kind means for the socket; everything else is the load's.

use crate::failure::{Context, Failure, Outcome};
use crate::load::{Order, Shared};
use crate::wire;
use futures_util::{FutureExt, SinkExt, StreamExt};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use std::net::SocketAddr;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpSocket, TcpStream};
use tokio::sync::Semaphore;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_util::either::Either;

/// Small, because there are thousands of sockets.
const READ_BUFFER_SIZE_BYTES: usize = 8 * 1024;
/// Frames handled before what they led to is written.
const FRAMES_AT_ONCE: usize = 64;
/// Longest time between two tries to connect; the first tries wait less.
const BACKOFF_MS_MAX: u64 = 1_000;
const CONNECT_TIMEOUT: Duration = Duration::from_secs(20);

/// To a node, by TLS or not.
pub type Stream = Either<TcpStream, TlsStream<TcpStream>>;
type Socket = WebSocketStream<Stream>;

/// Where the sockets go.
pub struct Endpoint {
    address: SocketAddr,
    tls: Option<TlsConnector>,
    /// Connections that are being made at the same time, at most.
    gate: Semaphore,
    /// Of the system, for each connection; None: as it likes.
    receive_buffer_size_bytes: Option<u32>,
}

impl Endpoint {
    /// That address, by TLS if there is a certificate to trust (PEM); so many connections are made at once.
    pub fn new(address: SocketAddr, certificate: Option<&str>, at_once: usize) -> Outcome<Self> {
        let tls = certificate.map(connector).transpose()?;
        Ok(Self {
            address,
            tls,
            gate: Semaphore::new(at_once),
            receive_buffer_size_bytes: None,
        })
    }

    /// The system takes no more than so many bytes for a connection that does not read.
    pub fn with_receive_buffer(self, size_bytes: u32) -> Self {
        Self {
            receive_buffer_size_bytes: Some(size_bytes),
            ..self
        }
    }

    /// Where that is.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// A new connection.
    pub async fn connect(&self) -> Outcome<Stream> {
        let what = || format!("connecting to {}", self.address);
        let socket = TcpSocket::new_v4().context(what())?;
        if let Some(size_bytes) = self.receive_buffer_size_bytes {
            socket.set_recv_buffer_size(size_bytes).context(what())?;
        }
        let stream = socket.connect(self.address).await.context(what())?;
        stream.set_nodelay(true).context(what())?;
        Ok(match &self.tls {
            None => Either::Left(stream),
            Some(tls) => {
                let name = ServerName::try_from("localhost").context(what())?;
                Either::Right(tls.connect(name, stream).await.context(what())?)
            }
        })
    }
}

fn connector(certificate: &str) -> Outcome<TlsConnector> {
    let certificate = CertificateDer::from_pem_slice(certificate.as_bytes()).context("the certificate")?;
    let mut roots = rustls::RootCertStore::empty();
    roots.add(certificate).context("the certificate")?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&rustls::version::TLS13])
        .context("TLS")?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(TlsConnector::from(Arc::new(config)))
}

/// Holds a device's socket until it is told to leave, or something breaks.
pub async fn run(load: Shared, device: u32, endpoint: Rc<Endpoint>, token: String) -> Outcome<()> {
    let mut tries = 0;
    loop {
        let since = load.borrow().devices[device as usize].held;
        match tokio::time::timeout(CONNECT_TIMEOUT, begin(&load, device, &endpoint, &token, since)).await {
            Ok(Ok(socket)) => {
                tries = 0;
                load.borrow_mut().on_live(device);
                let ended = serve(&load, device, socket).await;
                load.borrow_mut().on_gone(device);
                ended?;
            }
            Ok(Err(NotBegun::Broken(failure))) => return Err(failure),
            Ok(Err(NotBegun::Later(at_least_ms))) => {
                tries += 1;
                sleep_before(device, tries, at_least_ms).await;
            }
            Err(_) => tries += 1,
        }
        let mut load = load.borrow_mut();
        let order = &mut load.devices[device as usize].order;
        match *order {
            Order::Leave => return Ok(()),
            Order::Cut => *order = Order::Hold,
            Order::Hold | Order::Stall => {}
        }
    }
}

/// Why there is no socket.
enum NotBegun {
    /// Try again, at the earliest in so many milliseconds.
    Later(u64),
    /// Trying again is no use.
    Broken(Failure),
}

/// Full jitter: anything up to a limit that doubles with each try.
async fn sleep_before(device: u32, tries: u32, at_least_ms: u64) {
    let limit_ms = (10_u64 << tries.min(10)).min(BACKOFF_MS_MAX);
    let drawn = u64::from(
        device
            .wrapping_mul(2_654_435_761)
            .wrapping_add(tries.wrapping_mul(40_503))
            >> 8,
    );
    tokio::time::sleep(Duration::from_millis(at_least_ms + drawn % limit_ms)).await;
}

/// Connects, says hello, reads until caught up.
async fn begin(
    load: &Shared,
    device: u32,
    endpoint: &Endpoint,
    token: &str,
    since: Option<u64>,
) -> Result<Socket, NotBegun> {
    let later = |_| NotBegun::Later(0);
    let _permit = endpoint.gate.acquire().await.map_err(|_| NotBegun::Later(0))?;
    let stream = endpoint.connect().await.map_err(later)?;
    let request = format!("ws://{}/v1/socket", endpoint.address).into_client_request();
    let request = request.context("the request for a socket").map_err(NotBegun::Broken)?;
    let config = WebSocketConfig::default()
        .read_buffer_size(READ_BUFFER_SIZE_BYTES)
        .write_buffer_size(READ_BUFFER_SIZE_BYTES);
    let socket = tokio_tungstenite::client_async_with_config(request, stream, Some(config)).await;
    let mut socket = match socket {
        Ok((socket, _)) => socket,
        Err(Error::Http(refused)) => {
            let header = refused.headers().get("retry-after");
            let seconds: u64 = header.and_then(|value| value.to_str().ok()?.parse().ok()).unwrap_or(0);
            load.borrow_mut()
                .measure
                .on_error(&format!("http_{}", refused.status().as_u16()));
            return Err(NotBegun::Later(seconds * 1_000));
        }
        Err(_) => return Err(NotBegun::Later(0)),
    };
    let hello = Message::text(wire::hello(token, since));
    socket.send(hello).await.map_err(|_| NotBegun::Later(0))?;
    loop {
        let Some(Ok(message)) = socket.next().await else {
            return Err(NotBegun::Later(0));
        };
        let Message::Text(text) = message else { continue };
        let frame = wire::read(text.as_str())
            .context("a frame of the node")
            .map_err(NotBegun::Broken)?;
        load.borrow_mut().on_frame(device, &frame).map_err(NotBegun::Broken)?;
        match frame.kind {
            "caught_up" => return Ok(socket),
            "goodbye" if frame.reason == Some("session_ended") => {
                let failure = Failure::Broken("the node says that a session of the load has ended".to_owned());
                return Err(NotBegun::Broken(failure));
            }
            _ => {}
        }
    }
}

/// Reads and writes until the socket is gone, or is to be given up.
async fn serve(load: &Shared, device: u32, mut socket: Socket) -> Outcome<()> {
    let bell = Rc::clone(&load.borrow().devices[device as usize].bell);
    loop {
        if flush(load, device, &mut socket).await.is_err() {
            return Ok(());
        }
        let order = load.borrow().devices[device as usize].order;
        match order {
            Order::Hold => {}
            Order::Cut => return reset(&socket),
            Order::Leave => return Ok(()),
            Order::Stall => {
                bell.notified().await;
                continue;
            }
        }
        tokio::select! {
            biased;
            message = socket.next() => if !on_message(load, device, message)? { return Ok(()) },
            () = bell.notified() => continue,
        }
        for _ in 1..FRAMES_AT_ONCE {
            match socket.next().now_or_never() {
                Some(message) => {
                    if !on_message(load, device, message)? {
                        return Ok(());
                    }
                }
                None => break,
            }
        }
    }
}

/// False: the socket is gone.
fn on_message(load: &Shared, device: u32, message: Option<Result<Message, Error>>) -> Outcome<bool> {
    match message {
        Some(Ok(Message::Text(text))) => {
            let frame = wire::read(text.as_str()).context("a frame of the node")?;
            let retry = load.borrow_mut().on_frame(device, &frame)?;
            if let Some(retry) = retry {
                let load = Rc::clone(load);
                tokio::task::spawn_local(async move {
                    tokio::time::sleep(Duration::from_millis(retry.after_ms)).await;
                    load.borrow_mut().retry(retry.sent);
                });
            }
            Ok(true)
        }
        Some(Ok(Message::Close(_)) | Err(_)) | None => Ok(false),
        Some(Ok(_)) => Ok(true),
    }
}

/// Writes what waits for the device.
async fn flush(load: &Shared, device: u32, socket: &mut Socket) -> Result<(), Error> {
    let mut wrote = false;
    loop {
        let next = load.borrow_mut().devices[device as usize].outgoing.pop_front();
        let Some(frame) = next else { break };
        socket.feed(Message::text(frame)).await?;
        wrote = true;
    }
    match wrote {
        true => socket.flush().await,
        false => Ok(()),
    }
}

/// Makes the system send a reset instead of an orderly end.
fn reset(socket: &Socket) -> Outcome<()> {
    let stream = match socket.get_ref() {
        Either::Left(stream) => stream,
        Either::Right(stream) => stream.get_ref().0,
    };
    stream.set_zero_linger().context("cutting a socket")
}
