//! A stream whose writes gather until they are flushed, in a buffer that is there only while something is in it.
//!
//! Below the frames, above TLS and the connection. Thousands of sockets say nothing most of the time: a buffer for each that stays
//! as large as it once was would be most of the node's memory. Refuses to know what a frame is.

use corridor_domain::limits;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// What a buffer has room for at first: a few events.
const FIRST_SIZE_BYTES: usize = 2 * 1024;

/// The stream and what waits for it.
#[derive(Debug)]
pub struct Gathering<S> {
    stream: S,
    gathered: Vec<u8>,
    /// How much of it the stream took already.
    taken: usize,
}

impl<S: AsyncWrite + Unpin> Gathering<S> {
    /// Nothing waits.
    pub fn new(stream: S) -> Self {
        Self {
            stream,
            gathered: Vec::new(),
            taken: 0,
        }
    }

    /// Writes all that waits, and lets go of the buffer.
    fn poll_drain(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        while self.taken < self.gathered.len() {
            let rest = &self.gathered[self.taken..];
            match ready!(Pin::new(&mut self.stream).poll_write(context, rest))? {
                0 => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
                written => self.taken += written,
            }
        }
        self.gathered = Vec::new();
        self.taken = 0;
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Gathering<S> {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        if this.gathered.len() + bytes.len() > limits::SOCKET_WRITE_BUFFER_SIZE_BYTES {
            ready!(this.poll_drain(context))?;
            if bytes.len() > limits::SOCKET_WRITE_BUFFER_SIZE_BYTES {
                return Pin::new(&mut this.stream).poll_write(context, bytes);
            }
        }
        if this.gathered.is_empty() {
            this.gathered.reserve(FIRST_SIZE_BYTES.max(bytes.len()));
        }
        this.gathered.extend_from_slice(bytes);
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        ready!(this.poll_drain(context))?;
        Pin::new(&mut this.stream).poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        ready!(this.poll_drain(context))?;
        Pin::new(&mut this.stream).poll_shutdown(context)
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Gathering<S> {
    fn poll_read(self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_read(context, buffer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};

    #[tokio::test]
    async fn what_is_written_leaves_with_the_flush_and_the_buffer_is_let_go() {
        let (near, mut far) = duplex(1_000);
        let mut gathering = Gathering::new(near);
        gathering.write_all(b"one ").await.unwrap();
        gathering.write_all(b"two").await.unwrap();
        assert_eq!(gathering.gathered, b"one two");
        gathering.flush().await.unwrap();
        assert_eq!(gathering.gathered.capacity(), 0);
        let mut read = [0; 7];
        far.read_exact(&mut read).await.unwrap();
        assert_eq!(&read, b"one two");
    }

    #[tokio::test]
    async fn no_more_gathers_than_the_bound_and_all_arrives_in_order() {
        let (near, mut far) = duplex(100);
        let mut gathering = Gathering::new(near);
        let reader = tokio::spawn(async move {
            let mut read = Vec::new();
            far.read_to_end(&mut read).await.unwrap();
            read
        });
        let mut wanted = Vec::new();
        for round in 0..60_u8 {
            let large = round % 20 == 0;
            let bytes = vec![
                round;
                if large {
                    limits::SOCKET_WRITE_BUFFER_SIZE_BYTES + 9
                } else {
                    1_500
                }
            ];
            gathering.write_all(&bytes).await.unwrap();
            assert!(gathering.gathered.len() <= limits::SOCKET_WRITE_BUFFER_SIZE_BYTES);
            wanted.extend(bytes);
        }
        gathering.shutdown().await.unwrap();
        drop(gathering);
        assert_eq!(reader.await.unwrap(), wanted);
    }
}
