//! The bytes between two nodes: one frame after the other, over a connection that TLS keeps whole and secret.
//!
//! Stands above TLS and under everything that asks and answers. Written by hand, so that a new release of a serialiser cannot
//! change what is on the wire. Refuses to know what a body says.
//!
//! Wire version 1, little-endian. A frame is the size of what follows (u32), its type (u8) and:
//! - 1 hello: `format u8 = 1 | lowest u16 | highest u16 | cluster 16 bytes | node u64 | applies u8`: the wire versions that the node
//!   speaks, and the highest version of commands that it applies. The format and the two versions stand there in every format to
//!   come; what stands behind is of a later program, and is not read.
//! - 2 refusal: a text; the connection ends
//! - 3 request: `id u64 | group u64 | kind u8 | body`
//! - 4 answer: `id u64 | outcome u8 | body`; outcome 0 refused, 1 done, 2 lost; the body of 0 and 2 is a text
//! - 5 ping: nothing
//! - 6 request to join: `format u8 = 1 | body`
//! - 7 answer to it: `outcome u8 | body`, as in 4
//! - 8 request for a tunnel: `format u8 = 1 | group u64`; the answer is 4 with id 0. After it the connection carries the bytes of a client

use bytes::{Buf, BufMut, Bytes, BytesMut};
use corridor_domain::limits::{PEER_COPY_SIZE_BYTES_MAX, PEER_REASON_SIZE_BYTES_MAX};

use crate::peers::NodeId;

/// The wire versions that this program speaks.
pub(crate) const VERSIONS: (u16, u16) = (1, 1);

const HELLO: u8 = 1;
const REFUSAL: u8 = 2;
const REQUEST: u8 = 3;
const ANSWER: u8 = 4;
const PING: u8 = 5;
const JOIN_REQUEST: u8 = 6;
const JOIN_ANSWER: u8 = 7;
const TUNNEL: u8 = 8;

const FORMAT: u8 = 1;
const REFUSED: u8 = 0;
const DONE: u8 = 1;
const LOST: u8 = 2;

const LENGTH_SIZE: usize = 4;
/// What a frame has beside its body, at most.
pub(crate) const HEAD_SIZE: usize = LENGTH_SIZE + 1 + 8 + 8 + 1;

/// Who speaks, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Hello {
    /// The lowest and the highest wire version that it speaks.
    pub versions: (u16, u16),
    pub cluster: [u8; 16],
    pub node: NodeId,
    /// The highest version of commands that it applies.
    pub applies: u8,
}

impl Hello {
    /// The highest version that both speak.
    pub fn common_version(&self, other: &Self) -> Option<u16> {
        let lowest = self.versions.0.max(other.versions.0);
        let highest = self.versions.1.min(other.versions.1);
        (lowest <= highest).then_some(highest)
    }
}

/// What became of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Outcome {
    Done(Bytes),
    /// Certainly not done.
    Refused(String),
    /// Nobody knows.
    Lost(String),
}

/// One frame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Frame {
    Hello(Hello),
    Refusal(String),
    /// The kind may be one of a later version.
    Request {
        id: u64,
        group: u64,
        kind: u8,
        body: Bytes,
    },
    Answer {
        id: u64,
        outcome: Outcome,
    },
    Ping,
    JoinRequest(Bytes),
    JoinAnswer(Outcome),
    /// Bring me to that group's workspace.
    Tunnel {
        group: u64,
    },
}

/// Appends a frame. A large body is not copied: it is returned, and must be written right after.
#[must_use]
pub(crate) fn encode(frame: Frame, bytes: &mut BytesMut) -> Bytes {
    let start = bytes.len();
    bytes.put_u32_le(0);
    let mut body = put(frame, bytes);
    if body.len() <= PEER_COPY_SIZE_BYTES_MAX {
        bytes.extend_from_slice(&body);
        body = Bytes::new();
    }
    let length = bytes.len() - start - LENGTH_SIZE + body.len();
    bytes[start..start + LENGTH_SIZE].copy_from_slice(&(length as u32).to_le_bytes());
    body
}

fn put(frame: Frame, bytes: &mut BytesMut) -> Bytes {
    match frame {
        Frame::Hello(hello) => {
            bytes.put_u8(HELLO);
            bytes.put_u8(FORMAT);
            bytes.put_u16_le(hello.versions.0);
            bytes.put_u16_le(hello.versions.1);
            bytes.put_slice(&hello.cluster);
            bytes.put_u64_le(hello.node);
            bytes.put_u8(hello.applies);
            Bytes::new()
        }
        Frame::Refusal(why) => {
            bytes.put_u8(REFUSAL);
            text(why)
        }
        Frame::Request { id, group, kind, body } => {
            bytes.put_u8(REQUEST);
            bytes.put_u64_le(id);
            bytes.put_u64_le(group);
            bytes.put_u8(kind);
            body
        }
        Frame::Answer { id, outcome } => {
            bytes.put_u8(ANSWER);
            bytes.put_u64_le(id);
            put_outcome(outcome, bytes)
        }
        Frame::Ping => {
            bytes.put_u8(PING);
            Bytes::new()
        }
        Frame::JoinRequest(body) => {
            bytes.put_u8(JOIN_REQUEST);
            bytes.put_u8(FORMAT);
            body
        }
        Frame::JoinAnswer(outcome) => {
            bytes.put_u8(JOIN_ANSWER);
            put_outcome(outcome, bytes)
        }
        Frame::Tunnel { group } => {
            bytes.put_u8(TUNNEL);
            bytes.put_u8(FORMAT);
            bytes.put_u64_le(group);
            Bytes::new()
        }
    }
}

fn put_outcome(outcome: Outcome, bytes: &mut BytesMut) -> Bytes {
    let (tag, body) = match outcome {
        Outcome::Refused(why) => (REFUSED, text(why)),
        Outcome::Done(body) => (DONE, body),
        Outcome::Lost(why) => (LOST, text(why)),
    };
    bytes.put_u8(tag);
    body
}

/// A reason, cut to what may be sent.
fn text(mut why: String) -> Bytes {
    why.truncate(why.floor_char_boundary(PEER_REASON_SIZE_BYTES_MAX));
    Bytes::from(why)
}

/// The size of the frame that begins here, its length included, once so much is known; refused when it claims too much.
pub(crate) fn size_bytes(bytes: &[u8], size_bytes_max: usize) -> Result<Option<usize>, String> {
    let Some((length, _)) = bytes.split_first_chunk::<LENGTH_SIZE>() else {
        return Ok(None);
    };
    let size_bytes = (u32::from_le_bytes(*length) as usize).saturating_add(LENGTH_SIZE);
    if size_bytes > size_bytes_max {
        return Err(format!(
            "a frame of {size_bytes} bytes, where {size_bytes_max} are the most"
        ));
    }
    Ok(Some(size_bytes))
}

/// Reads one whole frame. A large body shares the frame's memory; a small one is copied, so that it does not hold on to it.
pub(crate) fn decode(mut frame: Bytes) -> Result<Frame, String> {
    take::<LENGTH_SIZE>(&mut frame)?;
    let read = match byte(&mut frame)? {
        HELLO => Frame::Hello(hello(&mut frame)?),
        REFUSAL => Frame::Refusal(read_text(&mut frame)),
        REQUEST => Frame::Request {
            id: number(&mut frame)?,
            group: number(&mut frame)?,
            kind: byte(&mut frame)?,
            body: body(&mut frame),
        },
        ANSWER => Frame::Answer {
            id: number(&mut frame)?,
            outcome: outcome(&mut frame)?,
        },
        PING => Frame::Ping,
        JOIN_REQUEST => {
            format(&mut frame, "join")?;
            Frame::JoinRequest(body(&mut frame))
        }
        JOIN_ANSWER => Frame::JoinAnswer(outcome(&mut frame)?),
        TUNNEL => {
            format(&mut frame, "be brought to a workspace")?;
            Frame::Tunnel {
                group: number(&mut frame)?,
            }
        }
        other => return Err(format!("a frame of unknown type {other}")),
    };
    if frame.is_empty() {
        Ok(read)
    } else {
        Err("a frame that is too long".to_owned())
    }
}

fn hello(frame: &mut Bytes) -> Result<Hello, String> {
    let format = byte(frame)?;
    let versions = (u16::from_le_bytes(take(frame)?), u16::from_le_bytes(take(frame)?));
    if format != FORMAT {
        let (lowest, highest) = versions;
        return Err(format!(
            "a hello of unknown format {format}, from a node that speaks the wire versions {lowest} to {highest}"
        ));
    }
    let hello = Hello {
        versions,
        cluster: take(frame)?,
        node: number(frame)?,
        applies: byte(frame)?,
    };
    // Words that a later program adds must not keep it from talking to this one.
    frame.clear();
    Ok(hello)
}

fn format(frame: &mut Bytes, what: &str) -> Result<(), String> {
    match byte(frame)? {
        FORMAT => Ok(()),
        format => Err(format!("a request to {what} of unknown format {format}")),
    }
}

fn outcome(frame: &mut Bytes) -> Result<Outcome, String> {
    match byte(frame)? {
        REFUSED => Ok(Outcome::Refused(read_text(frame))),
        DONE => Ok(Outcome::Done(body(frame))),
        LOST => Ok(Outcome::Lost(read_text(frame))),
        other => Err(format!("an answer of unknown outcome {other}")),
    }
}

fn body(frame: &mut Bytes) -> Bytes {
    if frame.len() <= PEER_COPY_SIZE_BYTES_MAX {
        Bytes::copy_from_slice(&std::mem::take(frame))
    } else {
        std::mem::take(frame)
    }
}

/// Another node's reason; for people, so what is not text is shown as well as it goes.
fn read_text(frame: &mut Bytes) -> String {
    let bytes = std::mem::take(frame);
    let shown = &bytes[..bytes.len().min(PEER_REASON_SIZE_BYTES_MAX)];
    String::from_utf8_lossy(shown)
        .chars()
        .filter(|char| !char.is_control())
        .collect()
}

fn take<const N: usize>(frame: &mut Bytes) -> Result<[u8; N], String> {
    let taken = *frame.first_chunk::<N>().ok_or("a frame that is too short")?;
    frame.advance(N);
    Ok(taken)
}

fn byte(frame: &mut Bytes) -> Result<u8, String> {
    take::<1>(frame).map(|[byte]| byte)
}

fn number(frame: &mut Bytes) -> Result<u64, String> {
    take(frame).map(u64::from_le_bytes)
}

#[cfg(test)]
mod kept;
#[cfg(test)]
mod tests;
