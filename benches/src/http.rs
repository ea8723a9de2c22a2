//! HTTP as the load client needs it: one kept-alive connection, JSON in and out. Knows no route and no meaning.

use crate::failure::{Context, Failure, Outcome};
use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper::client::conn::http1::{self, SendRequest};
use hyper::{Method, Request, header};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::task::JoinHandle;

/// Longest time for one answer.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(30);

/// One connection to a node.
pub struct Connection {
    address: SocketAddr,
    sender: SendRequest<Full<Bytes>>,
    driver: JoinHandle<()>,
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The body.
    pub body: Bytes,
}

impl Answer {
    /// The body as JSON, if the status is the expected one.
    pub fn expect(&self, status: u16) -> Outcome<Value> {
        if self.status != status {
            let text = String::from_utf8_lossy(&self.body);
            return Err(Failure::Broken(format!(
                "expected the status {status}, but the node answered {}: {text}",
                self.status
            )));
        }
        serde_json::from_slice(&self.body).context("the node answered what is not JSON")
    }
}

impl Connection {
    /// Connects.
    pub async fn open(address: SocketAddr) -> Outcome<Self> {
        let what = || format!("connecting to {address}");
        let stream = TcpStream::connect(address).await.context(what())?;
        stream.set_nodelay(true).context(what())?;
        Self::over(address, stream).await
    }

    /// On a stream that leads there.
    pub async fn over(
        address: SocketAddr,
        stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static,
    ) -> Outcome<Self> {
        let what = || format!("connecting to {address}");
        let (sender, connection) = http1::handshake(TokioIo::new(stream)).await.context(what())?;
        // How a connection ends is told by the requests on it.
        let driver = tokio::spawn(async move { drop(connection.await) });
        Ok(Self {
            address,
            sender,
            driver,
        })
    }

    /// Asks and waits for the whole answer. With a token as that person; with a command id as that command.
    pub async fn ask(
        &mut self,
        method: Method,
        path: &str,
        token: Option<&str>,
        command_id: Option<&str>,
        body: Option<&Value>,
    ) -> Outcome<Answer> {
        let named = command_id.map(|id| ("Idempotency-Key", id));
        self.ask_with(method, path, token, named, body).await
    }

    async fn ask_with(
        &mut self,
        method: Method,
        path: &str,
        token: Option<&str>,
        field: Option<(&str, &str)>,
        body: Option<&Value>,
    ) -> Outcome<Answer> {
        let what = || format!("{method} {path}");
        let mut request = Request::builder()
            .method(&method)
            .uri(path)
            .header(header::HOST, self.address.to_string());
        if let Some(token) = token {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        if let Some((name, value)) = field {
            request = request.header(name, value);
        }
        let body = match body {
            Some(body) => {
                request = request.header(header::CONTENT_TYPE, "application/json");
                Full::from(body.to_string())
            }
            None => Full::default(),
        };
        let request = request.body(body).context(what())?;
        let asking = async {
            self.sender.ready().await.context(what())?;
            let answer = self.sender.send_request(request).await.context(what())?;
            let status = answer.status().as_u16();
            let body = answer.into_body().collect().await.context(what())?.to_bytes();
            Ok(Answer { status, body })
        };
        tokio::time::timeout(ANSWER_TIMEOUT, asking).await.context(what())?
    }

    /// `GET`, as that person.
    pub async fn get(&mut self, path: &str, token: Option<&str>) -> Outcome<Answer> {
        self.ask(Method::GET, path, token, None, None).await
    }

    /// The same, of a node that is to know that revision by then.
    pub async fn get_at(&mut self, path: &str, token: &str, revision: u64) -> Outcome<Answer> {
        let revision = revision.to_string();
        let field = Some(("Corridor-Revision", revision.as_str()));
        self.ask_with(Method::GET, path, Some(token), field, None).await
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.driver.abort();
    }
}

/// One question on a connection of its own.
pub async fn get_once(address: SocketAddr, path: &str) -> Outcome<Answer> {
    Connection::open(address).await?.get(path, None).await
}
