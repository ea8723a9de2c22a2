//! Frames on their way through one connection: many small ones in one write, large ones without a copy, silence noticed.
//!
//! Stands between a connection's two queues and TLS, the same for who asks and for who answers. Refuses to know what is asked.

use std::convert::Infallible;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use bytes::BytesMut;
use corridor_domain::limits;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadHalf, WriteHalf};
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::time::timeout;

use super::frame::{self, Frame};
use super::room::Held;
use crate::metrics::PEER_BYTES;

/// A frame to be written, with the room that it takes until it is. The queues are bounded by that room.
#[derive(Debug)]
pub(crate) struct Outgoing {
    pub frame: Frame,
    pub held: Option<Arc<Held>>,
}

impl Outgoing {
    fn ping() -> Self {
        Self {
            frame: Frame::Ping,
            held: None,
        }
    }
}

/// Reads frame by frame.
pub(crate) struct FrameReader<R> {
    stream: R,
    buffer: BytesMut,
    size_bytes_max: usize,
}

impl<R: AsyncRead + Unpin> FrameReader<R> {
    /// Takes no frame above this size, and no more memory than that.
    pub fn new(stream: R, size_bytes_max: usize) -> Self {
        Self {
            stream,
            buffer: BytesMut::new(),
            size_bytes_max,
        }
    }

    /// Reads and writes apart. From now on larger frames are taken: it is known who is there.
    pub fn split(self) -> (FrameReader<ReadHalf<R>>, WriteHalf<R>)
    where
        R: AsyncWrite,
    {
        let (stream, writer) = tokio::io::split(self.stream);
        let reader = FrameReader {
            stream,
            buffer: self.buffer,
            size_bytes_max: limits::PEER_FRAME_SIZE_BYTES_MAX,
        };
        (reader, writer)
    }

    /// What it reads from, when no more frames come. A refusal if the other side did not wait with what comes then.
    pub fn into_stream(self) -> io::Result<R> {
        match self.buffer.is_empty() {
            true => Ok(self.stream),
            false => Err(invalid("it speaks before it was answered".to_owned())),
        }
    }

    /// What it reads from.
    pub fn stream(&mut self) -> &mut R {
        &mut self.stream
    }

    /// The next frame. Whoever says nothing for too long, not even a ping, is gone.
    pub async fn next(&mut self) -> io::Result<Frame> {
        loop {
            let known = frame::size_bytes(&self.buffer, self.size_bytes_max).map_err(invalid)?;
            match known {
                Some(size_bytes) if self.buffer.len() >= size_bytes => {
                    PEER_BYTES.add(&["received"], size_bytes as u64);
                    let whole = self.buffer.split_to(size_bytes).freeze();
                    return frame::decode(whole).map_err(invalid);
                }
                Some(size_bytes) => self.buffer.reserve(size_bytes - self.buffer.len()),
                None => {}
            }
            let read_size = limits::PEER_READ_SIZE_BYTES.min(self.size_bytes_max);
            if self.buffer.capacity() - self.buffer.len() < read_size / 2 {
                self.buffer.reserve(read_size);
            }
            let silence = Duration::from_millis(limits::PEER_SILENCE_MS);
            let read = timeout(silence, self.stream.read_buf(&mut self.buffer)).await;
            match read {
                Ok(Ok(0)) => return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "it was closed")),
                Ok(read) => read?,
                Err(_) => return Err(io::Error::new(io::ErrorKind::TimedOut, "nothing was heard any more")),
            };
        }
    }
}

fn invalid(why: String) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, why)
}

/// Writes what is queued until that fails or nobody can queue any more; pings when there is nothing to say.
pub(crate) async fn write_frames<W: AsyncWrite + Unpin>(
    mut stream: W,
    mut queue: UnboundedReceiver<Outgoing>,
) -> io::Result<Infallible> {
    let ping_interval = Duration::from_millis(limits::PEER_PING_INTERVAL_MS);
    let mut buffer = BytesMut::with_capacity(limits::PEER_WRITE_SIZE_BYTES);
    let mut held = Vec::new();
    loop {
        let mut next = match timeout(ping_interval, queue.recv()).await {
            Ok(Some(next)) => Some(next),
            Ok(None) => return Err(io::Error::other("nobody asks any more")),
            Err(_) => Some(Outgoing::ping()),
        };
        while let Some(outgoing) = next {
            held.extend(outgoing.held);
            let body = frame::encode(outgoing.frame, &mut buffer);
            if !body.is_empty() {
                write_whole(&mut stream, &buffer).await?;
                buffer.clear();
                write_whole(&mut stream, &body).await?;
            }
            let full = buffer.len() >= limits::PEER_WRITE_SIZE_BYTES;
            next = if full { None } else { queue.try_recv().ok() };
        }
        write_whole(&mut stream, &buffer).await?;
        flush(&mut stream).await?;
        buffer.clear();
        held.clear();
    }
}

/// Writes one frame, alone.
pub(crate) async fn write_frame<W: AsyncWrite + Unpin>(stream: &mut W, frame: Frame) -> io::Result<()> {
    let mut buffer = BytesMut::new();
    let body = frame::encode(frame, &mut buffer);
    write_whole(stream, &buffer).await?;
    write_whole(stream, &body).await?;
    flush(stream).await
}

/// It may take as long as it gets on.
async fn write_whole<W: AsyncWrite + Unpin>(stream: &mut W, mut bytes: &[u8]) -> io::Result<()> {
    PEER_BYTES.add(&["sent"], bytes.len() as u64);
    while !bytes.is_empty() {
        let written = moving(stream.write(bytes)).await?;
        if written == 0 {
            return Err(io::ErrorKind::WriteZero.into());
        }
        bytes = &bytes[written..];
    }
    Ok(())
}

async fn flush<W: AsyncWrite + Unpin>(stream: &mut W) -> io::Result<()> {
    moving(stream.flush()).await
}

async fn moving<T>(step: impl Future<Output = io::Result<T>>) -> io::Result<T> {
    let stall = Duration::from_millis(limits::PEER_WRITE_STALL_MS);
    timeout(stall, step)
        .await
        .unwrap_or_else(|_| Err(io::Error::new(io::ErrorKind::TimedOut, "what is written is not read")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;
    use tokio::sync::mpsc::unbounded_channel;
    use tokio::time::Instant;

    fn request(id: u64, size_bytes: usize) -> Frame {
        Frame::Request {
            id,
            group: 0,
            kind: 1,
            body: Bytes::from(vec![id as u8; size_bytes]),
        }
    }

    #[tokio::test]
    async fn frames_of_all_sizes_come_in_order() {
        let sizes = [0, 1, 70_000, 16 * 1024, 16 * 1024 + 1, 5, 3_000_000, 0];
        let (near, far) = tokio::io::duplex(1_000);
        let (queue, receiver) = unbounded_channel();
        for (id, size_bytes) in (0..).zip(sizes) {
            let frame = request(id, size_bytes);
            queue.send(Outgoing { frame, held: None }).unwrap();
        }
        drop(queue);
        let writing = tokio::spawn(write_frames(near, receiver));
        let (mut reader, _writer) = FrameReader::new(far, limits::PEER_HELLO_SIZE_BYTES_MAX).split();
        for (id, size_bytes) in (0..).zip(sizes) {
            assert_eq!(reader.next().await.unwrap(), request(id, size_bytes));
        }
        let Err(end) = writing.await.unwrap();
        assert_eq!(end.to_string(), "nobody asks any more");
        assert_eq!(reader.next().await.unwrap_err().kind(), io::ErrorKind::UnexpectedEof);
    }

    #[tokio::test]
    async fn a_claimed_size_takes_no_memory() {
        let (mut near, far) = tokio::io::duplex(1_000);
        near.write_all(&u32::MAX.to_le_bytes()).await.unwrap();
        let mut reader = FrameReader::new(far, limits::PEER_HELLO_SIZE_BYTES_MAX);
        let refused = reader.next().await.unwrap_err();
        assert_eq!(refused.kind(), io::ErrorKind::InvalidData);
        assert!(reader.buffer.capacity() <= 2 * limits::PEER_HELLO_SIZE_BYTES_MAX);
    }

    #[tokio::test(start_paused = true)]
    async fn pings_keep_a_line_and_silence_ends_it() {
        let (near, far) = tokio::io::duplex(1_000);
        let (queue, receiver) = unbounded_channel();
        let writing = tokio::spawn(write_frames(near, receiver));
        let mut reader = FrameReader::new(far, limits::PEER_FRAME_SIZE_BYTES_MAX);
        let begun = Instant::now();
        for _ in 0..10 {
            assert_eq!(reader.next().await.unwrap(), Frame::Ping);
        }
        assert_eq!(
            (Instant::now() - begun).as_millis() as u64,
            10 * limits::PEER_PING_INTERVAL_MS
        );
        drop(queue);
        writing.await.unwrap().unwrap_err();

        let (_near, far) = tokio::io::duplex(1_000);
        let begun = Instant::now();
        let silent = FrameReader::new(far, 100).next().await.unwrap_err();
        assert_eq!(silent.kind(), io::ErrorKind::TimedOut);
        assert_eq!((Instant::now() - begun).as_millis() as u64, limits::PEER_SILENCE_MS);
    }

    #[tokio::test(start_paused = true)]
    async fn who_does_not_read_is_left() {
        let (near, _far) = tokio::io::duplex(1_000);
        let (queue, receiver) = unbounded_channel();
        let frame = request(1, 5_000);
        queue.send(Outgoing { frame, held: None }).unwrap();
        let Err(stalled) = write_frames(near, receiver).await;
        assert_eq!(stalled.kind(), io::ErrorKind::TimedOut);
    }
}
