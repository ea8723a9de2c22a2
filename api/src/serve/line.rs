//! One connection as bytes: bounded in what it may send before it is known, and in how long it may leave an answer unread.
//!
//! Stands between the system and TLS or HTTP. Refuses to know what the bytes say.

use crate::gate::Place;
use corridor_cluster::Tunnel;
use corridor_domain::limits;
use socket2::SockRef;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Sleep, sleep};

const EVERYTHING: usize = usize::MAX;

/// How much a connection may still send. Travels with its requests; whoever learns who is there lifts it.
#[derive(Debug, Clone)]
pub struct Allowance(Arc<AtomicUsize>);

impl Allowance {
    /// No bound.
    pub fn everything() -> Self {
        Self(Arc::new(AtomicUsize::new(EVERYTHING)))
    }

    /// From now on so many bytes, give or take the ones that come with the last of them.
    pub fn restrict(&self, size_bytes: usize) {
        self.0.store(size_bytes, Ordering::Relaxed);
    }

    /// From now on no bound.
    pub fn lift(&self) {
        self.0.store(EVERYTHING, Ordering::Relaxed);
    }
}

/// A stream that can be hung up: what was not taken yet is thrown away instead of being kept for a client that does not read.
pub trait HangUp {
    /// Throws it away when the stream is closed.
    fn hang_up(&self);
}

impl HangUp for TcpStream {
    fn hang_up(&self) {
        // If it does not work the system keeps a few kilobytes a while longer.
        let _ = SockRef::from(self).set_linger(Some(Duration::ZERO));
    }
}

impl HangUp for Tunnel {
    /// The node that brought the client lets go of its end.
    fn hang_up(&self) {}
}

/// A connection.
#[derive(Debug)]
pub struct Line<S: HangUp> {
    stream: S,
    allowance: Allowance,
    /// Runs while a write waits for the client to read.
    stalled: Option<Pin<Box<Sleep>>>,
    _place: Option<Place>,
}

impl<S: HangUp> Line<S> {
    /// A connection that holds its place until it is closed.
    pub fn new(stream: S, place: Option<Place>) -> Self {
        Self {
            stream,
            allowance: Allowance::everything(),
            stalled: None,
            _place: place,
        }
    }

    /// How much it may still send.
    pub fn allowance(&self) -> Allowance {
        self.allowance.clone()
    }

    /// Whatever is written gets on, or waits for a bounded time.
    fn watched<T>(&mut self, context: &mut Context<'_>, written: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if written.is_ready() {
            self.stalled = None;
            return written;
        }
        let limit = Duration::from_millis(limits::CONNECTION_WRITE_STALL_MS);
        let stalled = self.stalled.get_or_insert_with(|| Box::pin(sleep(limit)));
        match stalled.as_mut().poll(context) {
            Poll::Ready(()) => Poll::Ready(Err(io::Error::new(
                io::ErrorKind::TimedOut,
                "the client does not read its answer",
            ))),
            Poll::Pending => Poll::Pending,
        }
    }
}

impl<S: AsyncRead + HangUp + Unpin> AsyncRead for Line<S> {
    fn poll_read(self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let allowed = this.allowance.0.load(Ordering::Relaxed);
        if allowed == EVERYTHING {
            return Pin::new(&mut this.stream).poll_read(context, buffer);
        }
        if allowed == 0 {
            return Poll::Ready(Err(io::Error::new(
                io::ErrorKind::InvalidData,
                "too many bytes from somebody who did not say who it is",
            )));
        }
        let before = buffer.filled().len();
        ready!(Pin::new(&mut this.stream).poll_read(context, buffer))?;
        let left = allowed.saturating_sub(buffer.filled().len() - before);
        // If it was lifted meanwhile it stays lifted.
        let _ = this
            .allowance
            .0
            .compare_exchange(allowed, left, Ordering::Relaxed, Ordering::Relaxed);
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + HangUp + Unpin> AsyncWrite for Line<S> {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let written = Pin::new(&mut this.stream).poll_write(context, bytes);
        this.watched(context, written)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let written = Pin::new(&mut this.stream).poll_write_vectored(context, slices);
        this.watched(context, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(context)
    }
}

impl<S: HangUp> Drop for Line<S> {
    fn drop(&mut self) {
        if self.stalled.is_some() {
            self.stream.hang_up();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};

    impl HangUp for DuplexStream {
        fn hang_up(&self) {}
    }
    use tokio::time::Instant;

    #[tokio::test]
    async fn who_is_not_known_sends_so_much_and_no_more() {
        let (mut client, stream) = duplex(64);
        let mut line = Line::new(stream, None);
        line.allowance().restrict(10);
        client.write_all(b"12345678").await.unwrap();
        let mut buffer = [0; 16];
        assert_eq!(line.read(&mut buffer).await.unwrap(), 8);
        // What comes with the last allowed byte comes along; after that it is over.
        client.write_all(b"abcdef").await.unwrap();
        assert_eq!(line.read(&mut buffer).await.unwrap(), 6);
        client.write_all(b"more").await.unwrap();
        assert_eq!(
            line.read(&mut buffer).await.unwrap_err().kind(),
            io::ErrorKind::InvalidData
        );
        line.allowance().lift();
        assert_eq!(line.read(&mut buffer).await.unwrap(), 4);
    }

    #[tokio::test(start_paused = true)]
    async fn who_does_not_read_is_cut_and_who_reads_slowly_is_not() {
        let (mut client, stream) = duplex(8);
        let mut line = Line::new(stream, None);
        let slow = async {
            for _ in 0..4 {
                sleep(Duration::from_millis(limits::CONNECTION_WRITE_STALL_MS - 1_000)).await;
                client.read_exact(&mut [0; 8]).await.unwrap();
            }
            client
        };
        let (written, client) = tokio::join!(line.write_all(&[0; 40]), slow);
        written.unwrap();
        let begun = Instant::now();
        let cut = line.write_all(&[0; 40]).await.unwrap_err();
        assert_eq!(cut.kind(), io::ErrorKind::TimedOut);
        assert_eq!(begun.elapsed().as_millis() as u64, limits::CONNECTION_WRITE_STALL_MS);
        drop(client);
    }
}
