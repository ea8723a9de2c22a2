//! A client's way to a node: where it listens, a connection by TLS or not, questions and answers over HTTP.
//!
//! Stands below people and devices. Knows no route and no meaning.

use super::failure::{CannotRun, Context, Outcome};
use corridor_domain::limits;
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Bytes;
use hyper::client::conn::http1::{self, SendRequest};
use hyper::{Method, Request, header};
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use serde_json::Value;
use std::io::ErrorKind;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

const CONNECT_TIMEOUT: Duration = Duration::from_millis(limits::SELFTEST_CONNECT_TIMEOUT_MS);
const QUESTION_TIMEOUT: Duration = Duration::from_millis(limits::SELFTEST_QUESTION_TIMEOUT_MS);

/// Bytes to a node and back.
pub trait Wire: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Wire for T {}

/// To a node, by TLS or not.
pub type Stream = Box<dyn Wire>;

/// Where clients come to a node.
#[derive(Clone)]
pub struct Endpoint {
    url: String,
    authority: String,
    host: String,
    port: u16,
    tls: Option<(TlsConnector, ServerName<'static>)>,
}

impl Endpoint {
    /// Of a URL without a path.
    pub fn of(url: &str, connector: &TlsConnector) -> Outcome<Self> {
        let unusable = || CannotRun(format!("'{url}' is not where clients could come"));
        let (scheme, rest) = url.split_once("://").ok_or_else(unusable)?;
        let usual_port = match scheme {
            "https" => 443,
            "http" => 80,
            _ => return Err(unusable()),
        };
        let rest = rest.strip_suffix('/').unwrap_or(rest);
        let (host, port) = match rest.rsplit_once(':') {
            Some((host, port)) if !port.ends_with(']') => (host, port.parse().map_err(|_| unusable())?),
            _ => (rest, usual_port),
        };
        let host = host.trim_start_matches('[').trim_end_matches(']').to_owned();
        let name = ServerName::try_from(host.clone()).map_err(|_| unusable())?;
        Ok(Self {
            url: url.to_owned(),
            authority: rest.to_owned(),
            host,
            port,
            tls: (scheme == "https").then(|| (connector.clone(), name)),
        })
    }

    /// Host and port, for the head of a request.
    pub fn authority(&self) -> &str {
        &self.authority
    }

    /// A new connection, in good time. One that is to break hard resets when it is dropped.
    pub async fn connect(&self, breaks_hard: bool) -> Outcome<Stream> {
        let what = || format!("connecting to {}", self.url);
        let connecting = async {
            let stream = TcpStream::connect((self.host.as_str(), self.port)).await;
            let stream = stream.context(what())?;
            stream.set_nodelay(true).context(what())?;
            if breaks_hard {
                stream.set_zero_linger().context(what())?;
            }
            let stream: Stream = match &self.tls {
                None => Box::new(stream),
                // What is wrong with a certificate comes back as one of these.
                Some((tls, name)) => match tls.connect(name.clone(), stream).await {
                    Ok(stream) => Box::new(stream),
                    Err(error) if error.kind() == ErrorKind::InvalidData => {
                        let what = what();
                        return Err(CannotRun(format!("{what}: {error} (--trust FILE names what to trust)")));
                    }
                    Err(error) => return Err(error).context(what()),
                },
            };
            Ok(stream)
        };
        timeout(CONNECT_TIMEOUT, connecting).await.context(what())?
    }
}

/// One kept-alive connection to a node.
pub struct Connection {
    authority: String,
    sender: SendRequest<Full<Bytes>>,
    driver: JoinHandle<()>,
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The body as JSON, or null.
    pub body: Value,
}

impl Answer {
    /// The body, if the status is the expected one.
    pub fn body_of(self, status: u16) -> Outcome<Value> {
        match self.status == status {
            true => Ok(self.body),
            false => Err(CannotRun(format!(
                "the node answered {} ({}): {}",
                self.status,
                self.body["code"].as_str().unwrap_or("no code"),
                self.body["detail"].as_str().unwrap_or_default()
            ))),
        }
    }
}

/// A question.
#[derive(Default)]
pub struct Question<'a> {
    /// As that person.
    pub token: Option<&'a str>,
    /// To that workspace; none: that of the token.
    pub workspace: Option<&'a str>,
    /// As that command.
    pub command_id: Option<&'a str>,
    /// With that body.
    pub body: Option<&'a Value>,
}

impl Connection {
    /// Connects.
    pub async fn open(endpoint: &Endpoint) -> Outcome<Self> {
        let stream = endpoint.connect(false).await?;
        let what = || format!("connecting to {}", endpoint.url);
        let (sender, connection) = http1::handshake(TokioIo::new(stream)).await.context(what())?;
        // How a connection ends is told by the questions on it.
        let driver = tokio::spawn(async move { drop(connection.await) });
        Ok(Self {
            authority: endpoint.authority().to_owned(),
            sender,
            driver,
        })
    }

    /// Asks and waits for the whole answer, in good time.
    pub async fn ask(&mut self, method: Method, path: &str, question: Question<'_>) -> Outcome<Answer> {
        let what = || format!("{method} {path}");
        let mut request = Request::builder()
            .method(&method)
            .uri(path)
            .header(header::HOST, &self.authority);
        if let Some(token) = question.token {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        if let Some(workspace) = question.workspace {
            request = request.header("Corridor-Workspace", workspace);
        }
        if let Some(id) = question.command_id {
            request = request.header("Idempotency-Key", id);
        }
        let body = match question.body {
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
            let body = Limited::new(answer.into_body(), limits::SELFTEST_ANSWER_SIZE_BYTES_MAX);
            let body = body
                .collect()
                .await
                .map_err(|error| error.to_string())
                .context(what())?;
            let body = serde_json::from_slice(&body.to_bytes()).unwrap_or_default();
            Ok(Answer { status, body })
        };
        timeout(QUESTION_TIMEOUT, asking).await.context(what())?
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.driver.abort();
    }
}

#[cfg(test)]
mod tests {
    use super::Endpoint;
    use crate::selftest::trust;

    #[test]
    fn a_url_says_where_and_whether_by_tls() {
        let connector = trust::connector(None, &[]).unwrap();
        let of = |url| {
            let endpoint = Endpoint::of(url, &connector).ok()?;
            Some((endpoint.host, endpoint.port, endpoint.tls.is_some()))
        };
        let is = |host: &str, port, tls| Some((host.to_owned(), port, tls));
        assert_eq!(of("https://one.example:8443"), is("one.example", 8443, true));
        assert_eq!(of("https://one.example"), is("one.example", 443, true));
        assert_eq!(of("http://127.0.0.1:8080/"), is("127.0.0.1", 8080, false));
        assert_eq!(of("https://[2001:db8::7]:8443"), is("2001:db8::7", 8443, true));
        assert_eq!(of("https://[2001:db8::7]"), is("2001:db8::7", 443, true));
        for wrong in ["one.example:8443", "ftp://one.example", "https://", "http://a:b"] {
            assert_eq!(of(wrong), None, "{wrong}");
        }
    }
}
