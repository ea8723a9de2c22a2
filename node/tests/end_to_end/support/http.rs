//! A client of HTTP/1.1 as small as it can be: one request a connection, on any stream. It sends what it is told, wrong or not.

use serde_json::Value;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};

use super::PATIENCE;

/// A request, as it will stand on the wire.
#[derive(Debug, Clone)]
pub struct Request {
    pub method: String,
    pub path: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

/// What came back.
#[derive(Debug, Clone)]
pub struct Response {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Request {
    pub fn new(method: &str, path: &str) -> Self {
        Self {
            method: method.to_owned(),
            path: path.to_owned(),
            headers: Vec::new(),
            body: Vec::new(),
        }
    }

    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// A body of that kind.
    pub fn body(self, content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        Self {
            body: body.into(),
            ..self.header("Content-Type", content_type)
        }
    }

    pub fn json(self, body: &Value) -> Self {
        self.body("application/json", body.to_string())
    }

    /// With the headers of somebody who wants a socket.
    pub fn upgrade(self) -> Self {
        self.header("Connection", "Upgrade")
            .header("Upgrade", "websocket")
            .header("Sec-WebSocket-Version", "13")
            .header("Sec-WebSocket-Key", "Y29ycmlkb3ItdGVzdHMhIQ==")
    }

    fn head(&self, host: &str) -> String {
        let mut head = format!("{} {} HTTP/1.1\r\n", self.method, self.path);
        let has = |wanted: &str| self.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case(wanted));
        if !has("Host") {
            head += &format!("Host: {host}\r\n");
        }
        if !has("Connection") {
            head += "Connection: close\r\n";
        }
        if !has("Content-Length") && (!self.body.is_empty() || !matches!(self.method.as_str(), "GET" | "HEAD")) {
            head += &format!("Content-Length: {}\r\n", self.body.len());
        }
        for (name, value) in &self.headers {
            head += &format!("{name}: {value}\r\n");
        }
        head + "\r\n"
    }

    /// Sends it there and waits for the whole answer. Panics if there is none.
    pub fn send(&self, address: SocketAddr) -> Response {
        self.try_send(address)
            .unwrap_or_else(|why| panic!("{} {}: {why}", self.method, self.path))
    }

    /// As [`Request::send`]; says why there is no answer.
    pub fn try_send(&self, address: SocketAddr) -> std::io::Result<Response> {
        let stream = connect(address)?;
        self.send_on(stream, &address.to_string())
    }

    /// As [`Request::try_send`], from another address of this machine.
    pub fn send_from(&self, source: Ipv4Addr, address: SocketAddr) -> std::io::Result<Response> {
        self.send_on(connect_from(source, address, None)?, &address.to_string())
    }

    /// Sends it on a stream that is open already.
    pub fn send_on(&self, mut stream: impl Read + Write, host: &str) -> std::io::Result<Response> {
        stream.write_all(self.head(host).as_bytes())?;
        // Who refuses a body may do so before the last byte of it was sent.
        let written = stream.write_all(&self.body).and_then(|()| stream.flush());
        let answer = read_answer(&mut stream, self.method == "HEAD");
        if answer.is_err() {
            written?;
        }
        answer
    }
}

/// A stream on which waiting ends.
pub fn connect(address: SocketAddr) -> std::io::Result<TcpStream> {
    let stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

/// As [`connect`], from another address of this machine, and with a receive buffer of that size if one is named.
pub fn connect_from(
    source: Ipv4Addr,
    address: SocketAddr,
    receive_size_bytes: Option<usize>,
) -> std::io::Result<TcpStream> {
    let socket = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None)?;
    if let Some(size_bytes) = receive_size_bytes {
        socket.set_recv_buffer_size(size_bytes)?;
    }
    socket.bind(&SocketAddr::from((source, 0)).into())?;
    socket.connect_timeout(&address.into(), PATIENCE)?;
    let stream = TcpStream::from(socket);
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

/// Reads one answer, as long as its head says.
pub fn read_answer(stream: &mut impl Read, without_body: bool) -> std::io::Result<Response> {
    let cut = || std::io::Error::new(std::io::ErrorKind::UnexpectedEof, "the answer was cut off");
    let mut bytes = Vec::new();
    let mut part = [0_u8; 16 * 1024];
    let head_end = loop {
        if let Some(place) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break place + 4;
        }
        match stream.read(&mut part)? {
            0 => return Err(cut()),
            count => bytes.extend_from_slice(&part[..count]),
        }
    };
    let head = String::from_utf8_lossy(&bytes[..head_end]).into_owned();
    let mut lines = head.split("\r\n");
    let status = lines
        .next()
        .and_then(|line| line.split(' ').nth(1))
        .and_then(|code| code.parse().ok());
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.trim().to_owned(), value.trim().to_owned()))
        .collect();
    let mut response = Response {
        status: status.ok_or_else(cut)?,
        headers,
        body: bytes.split_off(head_end),
    };
    let length: Option<usize> = response.header("content-length").and_then(|length| length.parse().ok());
    let wanted = if without_body || response.status == 101 {
        Some(0)
    } else {
        length
    };
    while wanted.is_none_or(|wanted| response.body.len() < wanted) {
        match stream.read(&mut part)? {
            0 if wanted.is_none() => break,
            0 => return Err(cut()),
            count => response.body.extend_from_slice(&part[..count]),
        }
    }
    if response
        .header("transfer-encoding")
        .is_some_and(|value| value.eq_ignore_ascii_case("chunked"))
    {
        response.body = without_chunks(&response.body).ok_or_else(cut)?;
    }
    Ok(response)
}

fn without_chunks(mut rest: &[u8]) -> Option<Vec<u8>> {
    let mut whole = Vec::new();
    loop {
        let line_end = rest.windows(2).position(|two| two == b"\r\n")?;
        let size = usize::from_str_radix(std::str::from_utf8(&rest[..line_end]).ok()?.trim(), 16).ok()?;
        rest = &rest[line_end + 2..];
        if size == 0 {
            return Some(whole);
        }
        whole.extend_from_slice(rest.get(..size)?);
        rest = rest.get(size + 2..)?;
    }
}

impl Response {
    pub fn header(&self, wanted: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(name, _)| name.eq_ignore_ascii_case(wanted))
            .map(|(_, value)| value.as_str())
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|why| panic!("{why}: {}", self.text()))
    }

    /// The body of an answer that has this status.
    #[track_caller]
    pub fn expect(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.text());
        if self.body.is_empty() { Value::Null } else { self.json() }
    }

    /// A refusal: status, stable code, and the form that every problem has.
    #[track_caller]
    pub fn refused(&self, status: u16, code: &str) -> Value {
        assert_eq!(self.status, status, "{}", self.text());
        assert_eq!(self.header("content-type"), Some("application/problem+json"));
        let problem = self.json();
        assert_eq!(problem["code"], code, "{problem}");
        assert_eq!(problem["status"], status, "{problem}");
        for field in ["type", "title", "detail"] {
            assert!(
                problem[field].as_str().is_some_and(|text| !text.is_empty()),
                "{field}: {problem}"
            );
        }
        problem
    }
}
