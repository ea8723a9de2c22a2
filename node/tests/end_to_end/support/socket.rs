//! One socket as a program holds it: hello, frames, commands. Every frame of the node must be one that the protocol knows.

use corridor_protocol::ServerFrame;
use serde_json::{Value, json};
use std::collections::VecDeque;
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};
use tungstenite::client::IntoClientRequest;
use tungstenite::protocol::frame::coding::CloseCode;
use tungstenite::{Error, HandshakeError, Message, WebSocket};

use super::person::Person;
use super::{PATIENCE, http, new_command_id};

/// What came out of a socket.
#[derive(Debug, Clone, PartialEq)]
pub enum Came {
    /// A frame of the node.
    Frame(Value),
    /// The end: with a close frame, or without a word.
    Closed(Option<CloseCode>),
    /// Nothing until the deadline.
    Nothing,
}

/// Why there is no socket.
#[derive(Debug)]
pub enum Refused {
    /// The node answered something else.
    Answer(http::Response),
    /// There was no answer.
    Other(String),
}

/// A socket.
pub struct Socket {
    stream: WebSocket<TcpStream>,
    /// Frames that came and that no test asked for yet.
    waiting: VecDeque<Value>,
    /// Every frame that ever came, in order.
    pub seen: Vec<Value>,
}

impl Socket {
    /// Opens a socket without saying hello.
    pub fn open(address: SocketAddr, headers: &[(&str, &str)]) -> Self {
        Self::try_open(address, headers).unwrap()
    }

    /// As [`Socket::open`]; says why not.
    pub fn try_open(address: SocketAddr, headers: &[(&str, &str)]) -> Result<Self, String> {
        let stream = http::connect(address).map_err(|why| why.to_string())?;
        Self::open_on(stream, address, headers).map_err(|refused| match refused {
            Refused::Answer(answer) => answer.text(),
            Refused::Other(why) => why,
        })
    }

    /// Opens a socket on a stream that is open already, or hands over the answer that it got instead.
    pub fn open_on(stream: TcpStream, address: SocketAddr, headers: &[(&str, &str)]) -> Result<Self, Refused> {
        let mut request = format!("ws://{address}/v1/socket").into_client_request().unwrap();
        for (name, value) in headers {
            let name = tungstenite::http::HeaderName::try_from(*name).unwrap();
            request.headers_mut().insert(name, value.parse().unwrap());
        }
        match tungstenite::client(request, stream) {
            Ok((stream, _)) => Ok(Self {
                stream,
                waiting: VecDeque::new(),
                seen: Vec::new(),
            }),
            Err(HandshakeError::Failure(Error::Http(answer))) => {
                let headers = answer.headers().iter();
                let text = |value: &tungstenite::http::HeaderValue| value.to_str().unwrap_or_default().to_owned();
                Err(Refused::Answer(http::Response {
                    status: answer.status().as_u16(),
                    headers: headers.map(|(name, value)| (name.to_string(), text(value))).collect(),
                    body: answer.into_body().unwrap_or_default(),
                }))
            }
            Err(why) => Err(Refused::Other(why.to_string())),
        }
    }

    /// Says hello on an open socket and waits until it is caught up.
    pub fn try_hello(&mut self, person: &Person, since: Option<u64>) -> Result<Value, String> {
        let mut hello = json!({ "type": "hello", "version": 1, "token": person.token });
        if let Some(since) = since {
            hello["since"] = json!(since);
        }
        self.try_send(&hello)?;
        self.find(PATIENCE, |frame| frame["type"] == "caught_up")
    }

    /// A socket of that person that is caught up; `since` is the last revision held.
    #[track_caller]
    pub fn connect(person: &Person, since: Option<u64>) -> Self {
        Self::try_connect(person, since).unwrap()
    }

    /// As [`Socket::connect`]; says why not.
    pub fn try_connect(person: &Person, since: Option<u64>) -> Result<Self, String> {
        let mut socket = Self::try_open(person.address, &[])?;
        socket.try_hello(person, since).map(|_| socket)
    }

    #[track_caller]
    pub fn send(&mut self, frame: &Value) {
        self.try_send(frame).unwrap();
    }

    pub fn try_send(&mut self, frame: &Value) -> Result<(), String> {
        self.send_message(Message::text(frame.to_string()))
    }

    /// Any message, legal or not.
    pub fn send_message(&mut self, message: Message) -> Result<(), String> {
        self.stream.send(message).map_err(|why| why.to_string())
    }

    /// The connection below, for bytes that are no message.
    pub fn bytes(&mut self) -> &mut TcpStream {
        self.stream.get_mut()
    }

    /// The next frame that nobody asked for yet.
    pub fn next(&mut self, patience: Duration) -> Came {
        match self.waiting.pop_front() {
            Some(frame) => Came::Frame(frame),
            None => self.read(patience),
        }
    }

    fn read(&mut self, patience: Duration) -> Came {
        let deadline = Instant::now() + patience;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Came::Nothing;
            }
            self.stream.get_mut().set_read_timeout(Some(left)).unwrap();
            match self.stream.read() {
                Ok(Message::Text(text)) => {
                    let frame: Value = serde_json::from_str(text.as_str()).unwrap();
                    let known = serde_json::from_str::<ServerFrame>(text.as_str());
                    assert!(known.is_ok(), "the protocol knows no such frame: {frame}: {known:?}");
                    self.seen.push(frame.clone());
                    return Came::Frame(frame);
                }
                Ok(Message::Close(close)) => return Came::Closed(close.map(|close| close.code)),
                Ok(Message::Binary(_)) => panic!("the node sent a binary frame"),
                Ok(_) => {}
                Err(Error::Io(why)) if is_timeout(&why) => return Came::Nothing,
                Err(_) => return Came::Closed(None),
            }
        }
    }

    /// The first frame that is wanted, out of those that wait or come; the others stay.
    pub fn find(&mut self, patience: Duration, wanted: impl Fn(&Value) -> bool) -> Result<Value, String> {
        let deadline = Instant::now() + patience;
        if let Some(place) = self.waiting.iter().position(&wanted) {
            return Ok(self.waiting.remove(place).unwrap());
        }
        loop {
            match self.read(deadline.saturating_duration_since(Instant::now())) {
                Came::Frame(frame) if wanted(&frame) => return Ok(frame),
                Came::Frame(frame) => self.waiting.push_back(frame),
                Came::Closed(code) => return Err(format!("closed ({code:?}) before the wanted frame")),
                Came::Nothing => {
                    return Err(format!("the wanted frame did not come; waiting are {:?}", self.waiting));
                }
            }
        }
    }

    /// As [`Socket::find`], with patience and panic.
    #[track_caller]
    pub fn expect(&mut self, wanted: impl Fn(&Value) -> bool) -> Value {
        self.find(PATIENCE, wanted).unwrap()
    }

    /// Waits for the event at that place of the conversation.
    #[track_caller]
    pub fn expect_event(&mut self, conversation: &str, seq: u64) -> Value {
        self.expect(|frame| frame["type"] == "event" && frame["conversation_id"] == conversation && frame["seq"] == seq)
    }

    /// Sends a command under that id. Its result.
    #[track_caller]
    pub fn command_as(&mut self, id: &str, command: &Value) -> Value {
        self.send(&json!({ "type": "command", "id": id, "command": command }));
        self.expect(|frame| frame["type"] == "result" && frame["id"] == id)
    }

    /// Sends a command that is done. Its result.
    #[track_caller]
    pub fn command(&mut self, command: &Value) -> Value {
        let result = self.command_as(&new_command_id(), command);
        assert_eq!(result["ok"], true, "{result}");
        result
    }

    /// Sends a command that is refused with that code.
    #[track_caller]
    pub fn refused(&mut self, command: &Value, code: &str) {
        let result = self.command_as(&new_command_id(), command);
        assert_eq!(
            (&result["ok"], &result["problem"]["code"]),
            (&json!(false), &json!(code)),
            "{result}"
        );
    }

    /// Reads to the end. The frames that were left, and how it closed.
    #[track_caller]
    pub fn until_closed(&mut self, patience: Duration) -> (Vec<Value>, Option<CloseCode>) {
        let deadline = Instant::now() + patience;
        let mut frames: Vec<Value> = self.waiting.drain(..).collect();
        loop {
            match self.read(deadline.saturating_duration_since(Instant::now())) {
                Came::Frame(frame) => frames.push(frame),
                Came::Closed(code) => return (frames, code),
                Came::Nothing => panic!("not closed within {patience:?}"),
            }
        }
    }

    /// Expects the socket to be closed with this goodbye and nothing after it. What came before.
    #[track_caller]
    pub fn expect_goodbye(&mut self, reason: &str, patience: Duration) -> Vec<Value> {
        let (mut frames, _) = self.until_closed(patience);
        let last = frames.pop().unwrap_or_default();
        assert_eq!(
            (&last["type"], &last["reason"]),
            (&json!("goodbye"), &json!(reason)),
            "after {frames:?}"
        );
        frames
    }

    /// The events of a conversation that came so far, in the order in which they came.
    pub fn events_of(&self, conversation: &str) -> Vec<Value> {
        let of = |frame: &&Value| frame["type"] == "event" && frame["conversation_id"] == conversation;
        self.seen.iter().filter(of).cloned().collect()
    }
}

fn is_timeout(why: &std::io::Error) -> bool {
    matches!(
        why.kind(),
        std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut
    )
}
