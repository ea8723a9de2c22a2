//! Asking to join: one bounded question of somebody who is no node yet, and one bounded answer.
//!
//! Stands on the same port as the nodes' own connections. The asker knows nothing but the fingerprint of the cluster's
//! authority, and trusts what that vouches for; the node knows nothing of the asker, and hears few at once, for a short time.
//! Refuses to know tokens and certificates to be made: that is the [`JoinService`].

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use corridor_domain::limits;
use corridor_storage::world::World;
use futures::future::BoxFuture;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::sync::Semaphore;
use tokio::time::{Instant, timeout, timeout_at};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::accept::Stream;
use super::frame::{Frame, HEAD_SIZE, Outcome};
use super::pinned;
use super::refusals::{Reason, Refused};
use super::shared::Shared;
use super::wire::{FrameReader, write_frame};
use crate::metrics::PEER_JOINS;

/// What a node does with those who want to join.
pub trait JoinService: Send + Sync {
    /// Answers a request of somebody unknown. An error is told as the reason of a refusal, and promises that nothing was done.
    fn join(&self, from: SocketAddr, request: Bytes) -> BoxFuture<'static, Result<Bytes, String>>;
}

/// Why a request to join has no answer, by what is certain.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JoinError {
    /// Certainly not asked: nobody is there, or it is no node.
    #[error("the node cannot be reached: {0}")]
    Unreachable(String),
    /// Certainly not asked: whoever is there is not of the cluster that was meant.
    #[error("this is not the cluster that was meant; somebody may stand between, and nothing was told to it: {0}")]
    NotTrusted(String),
    /// Certainly not done.
    #[error("the cluster refused: {0}")]
    Refused(String),
    /// Maybe done.
    #[error("no answer came, though the cluster may have taken the request: {0}")]
    Lost(String),
}

/// How many may ask.
pub(crate) struct Joins {
    at_once: Semaphore,
    rate: Mutex<Rate>,
}

struct Rate {
    /// Requests that may come now, in thousandths of a millionth.
    credit_ns: u64,
    as_of_ns: u64,
}

/// Time that makes one request.
const INTERVAL_NS: u64 = 1_000_000_000 / limits::JOINS_PER_SECOND as u64;

impl Joins {
    pub fn new(now_ns: u64) -> Self {
        Self {
            at_once: Semaphore::new(limits::JOINS_AT_ONCE_COUNT_MAX),
            rate: Mutex::new(Rate {
                credit_ns: INTERVAL_NS * u64::from(limits::JOINS_BURST),
                as_of_ns: now_ns,
            }),
        }
    }

    fn is_due(&self, now_ns: u64) -> bool {
        let mut rate = self.rate.lock().unwrap_or_else(PoisonError::into_inner);
        let most_ns = INTERVAL_NS * u64::from(limits::JOINS_BURST);
        let earned_ns = now_ns.saturating_sub(rate.as_of_ns);
        rate.credit_ns = rate.credit_ns.saturating_add(earned_ns).min(most_ns);
        rate.as_of_ns = now_ns;
        let is_due = rate.credit_ns >= INTERVAL_NS;
        if is_due {
            rate.credit_ns -= INTERVAL_NS;
        }
        is_due
    }
}

/// Answers one request to join.
pub(crate) async fn answer(shared: &Shared, stream: Stream, from: SocketAddr) {
    let limit = Duration::from_millis(limits::JOIN_TIMEOUT_MS);
    let mut stream = FrameReader::new(stream, limits::JOIN_SIZE_BYTES_MAX + HEAD_SIZE);
    let answered = timeout(limit, answer_in_time(shared, &mut stream, from)).await;
    match answered {
        Ok(Ok(outcome)) => PEER_JOINS.add(&[outcome], 1),
        Ok(Err(error)) => {
            PEER_JOINS.add(&["failed"], 1);
            shared
                .refusals
                .incoming(&from.ip().to_string(), &Refused::from_io(&error));
        }
        Err(_) => {
            PEER_JOINS.add(&["failed"], 1);
            tracing::info!(%from, "a request to join took too long");
        }
    }
}

async fn answer_in_time(
    shared: &Shared,
    stream: &mut FrameReader<Stream>,
    from: SocketAddr,
) -> io::Result<&'static str> {
    let Frame::JoinRequest(request) = stream.next().await? else {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "it asks for something else"));
    };
    let outcome = match shared.joins.at_once.try_acquire() {
        Ok(_place) if shared.joins.is_due(shared.world.monotonic_ns()) => match shared.join.join(from, request).await {
            Ok(body) if body.len() > limits::JOIN_SIZE_BYTES_MAX => {
                tracing::error!(size_bytes = body.len(), "an answer to join is larger than may be sent");
                Outcome::Lost("the answer is too large".to_owned())
            }
            Ok(body) => Outcome::Done(body),
            Err(why) => Outcome::Refused(why),
        },
        _ => Outcome::Refused("too many want to join at once; try again in a minute".to_owned()),
    };
    let label = match &outcome {
        Outcome::Done(_) => "answered",
        Outcome::Refused(_) => "refused",
        Outcome::Lost(_) => "failed",
    };
    write_frame(stream.stream(), Frame::JoinAnswer(outcome)).await?;
    stream.stream().shutdown().await?;
    Ok(label)
}

/// Asks the node at `address` (`host:port`) to let this one in; `ca_fingerprint` is the SHA-256 of its authority's certificate.
///
/// Tells nothing to anybody whose certificate is not of that authority.
pub async fn ask_to_join(
    address: &str,
    ca_fingerprint: [u8; 32],
    request: Bytes,
    deadline: Duration,
    world: Arc<dyn World>,
) -> Result<Bytes, JoinError> {
    if request.len() > limits::JOIN_SIZE_BYTES_MAX {
        let why = format!("a request of {} bytes is more than it takes", request.len());
        return Err(JoinError::Refused(why));
    }
    let until = Instant::now() + deadline.min(Duration::from_millis(limits::PEER_UNUSED_MS));
    let connected = timeout_at(until, connect(address, ca_fingerprint, world)).await;
    let stream = connected.unwrap_or_else(|_| Err(JoinError::Unreachable("it took too long".to_owned())))?;
    timeout_at(until, ask(stream, request))
        .await
        .unwrap_or_else(|_| Err(JoinError::Lost("it took too long".to_owned())))
}

async fn connect(
    address: &str,
    ca_fingerprint: [u8; 32],
    world: Arc<dyn World>,
) -> Result<TlsStream<TcpStream>, JoinError> {
    let unreachable = |error: &dyn std::fmt::Display| JoinError::Unreachable(error.to_string());
    let config = pinned::client(ca_fingerprint, world).map_err(|error| unreachable(&error))?;
    let tcp = TcpStream::connect(address).await.map_err(|error| unreachable(&error))?;
    tcp.set_nodelay(true).map_err(|error| unreachable(&error))?;
    let connector = TlsConnector::from(Arc::new(config));
    connector.connect(pinned::no_name(), tcp).await.map_err(|error| {
        let refused = Refused::from_io(&error);
        match refused.reason {
            Reason::Certificate | Reason::Name => JoinError::NotTrusted(refused.why),
            _ => JoinError::Unreachable(refused.why),
        }
    })
}

async fn ask(mut stream: TlsStream<TcpStream>, request: Bytes) -> Result<Bytes, JoinError> {
    let lost = |error: io::Error| JoinError::Lost(error.to_string());
    write_frame(&mut stream, Frame::JoinRequest(request))
        .await
        .map_err(lost)?;
    let mut stream = FrameReader::new(stream, limits::JOIN_SIZE_BYTES_MAX + HEAD_SIZE);
    match stream.next().await.map_err(lost)? {
        Frame::JoinAnswer(Outcome::Done(body)) => Ok(body),
        Frame::JoinAnswer(Outcome::Refused(why)) => Err(JoinError::Refused(why)),
        Frame::JoinAnswer(Outcome::Lost(why)) => Err(JoinError::Lost(why)),
        _ => Err(JoinError::Lost("it answers something else".to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use corridor_domain::limits;

    use super::{INTERVAL_NS, Joins};

    #[test]
    fn guesses_are_slowed_down() {
        let joins = Joins::new(5);
        let burst = (0..100).filter(|_| joins.is_due(5)).count();
        assert_eq!(burst, limits::JOINS_BURST as usize);
        assert!(!joins.is_due(5 + INTERVAL_NS - 1));
        assert!(joins.is_due(5 + INTERVAL_NS));
        assert!(!joins.is_due(0), "a clock that goes back gives nothing");
    }
}
