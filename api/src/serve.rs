//! Where the node listens: TLS 1.3 or, on this machine only, plain; slow clients, full headers and the end have their limits.
//!
//! Gives every handler the address of its client. Refuses to know routes, people and what travels inside.

use axum::Router;
use axum_server::Handle;
use axum_server::tls_rustls::{RustlsAcceptor, RustlsConfig};
use corridor_domain::limits;
use hyper_util::server::conn::auto::Builder;
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use socket2::{Domain, Socket, Type};
use std::future::Future;
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

mod door;
pub(crate) mod line;

pub use door::Door;
pub(crate) use door::OnLine;
pub use line::Allowance;

/// Where the certificate and its key are, as PEM.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlsFiles {
    /// The certificate, followed by those that vouch for it.
    pub certificate: PathBuf,
    /// The private key.
    pub key: PathBuf,
}

/// Why the node does not listen. Each is a sentence for an operator.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// Patients' words would cross a network readably.
    #[error(
        "{address} can be reached from other machines, and without TLS everybody between could read along: give a certificate \
         and its key, or listen on 127.0.0.1"
    )]
    PlainBeyondThisMachine {
        /// Where it should have listened.
        address: SocketAddr,
    },
    /// The address is taken, is not ours, or needs rights that the process has not.
    #[error("cannot listen on {address}: {source}")]
    Listen {
        /// Where it should have listened.
        address: SocketAddr,
        /// What the system says.
        source: std::io::Error,
    },
    /// A TLS file is missing or is not what it should be.
    #[error("the TLS {what} {}: {reason}", file.display())]
    TlsFile {
        /// Certificate or key.
        what: &'static str,
        /// Which.
        file: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// Both can be read, but do not belong together or cannot be used.
    #[error("the TLS certificate {} cannot be used with the key {}: {source}", files.certificate.display(), files.key.display())]
    Pair {
        /// Which.
        files: TlsFiles,
        /// Why.
        source: rustls::Error,
    },
    /// It listened, and cannot go on.
    #[error("serving on {address} ended: {source}")]
    Ended {
        /// Where it listened.
        address: SocketAddr,
        /// Why.
        source: std::io::Error,
    },
}

/// Refuses to be readable from beyond this machine.
pub fn check_reach(address: SocketAddr, tls: Option<&TlsFiles>) -> Result<(), ServeError> {
    if tls.is_none() && !address.ip().to_canonical().is_loopback() {
        return Err(ServeError::PlainBeyondThisMachine { address });
    }
    Ok(())
}

/// Takes the address, before anything else is started. Port 0 takes any.
pub fn bind(address: SocketAddr) -> Result<TcpListener, ServeError> {
    listen(address).map_err(|source| ServeError::Listen { address, source })
}

/// As the standard library does it, but with room for a storm of connections.
fn listen(address: SocketAddr) -> std::io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, None)?;
    socket.set_reuse_address(true)?;
    socket.bind(&address.into())?;
    socket.listen(limits::ACCEPT_BACKLOG_COUNT_MAX)?;
    Ok(socket.into())
}

/// Listens and answers until `stop`, then lets the requests under way end, for at most `drain_timeout_ms`.
pub async fn serve(
    address: SocketAddr,
    router: Router,
    tls: Option<&TlsFiles>,
    door: Door,
    stop: impl Future<Output = ()> + Send + 'static,
    drain_timeout_ms: u64,
) -> Result<(), ServeError> {
    check_reach(address, tls)?;
    serve_on(bind(address)?, router, tls, door, stop, drain_timeout_ms).await
}

/// As [`serve`], on an address that was taken before.
pub async fn serve_on(
    listener: TcpListener,
    router: Router,
    tls: Option<&TlsFiles>,
    door: Door,
    stop: impl Future<Output = ()> + Send + 'static,
    drain_timeout_ms: u64,
) -> Result<(), ServeError> {
    let unspecified = SocketAddr::from(([0, 0, 0, 0], 0));
    let address = listener.local_addr().map_err(|source| ServeError::Listen {
        address: unspecified,
        source,
    })?;
    check_reach(address, tls)?;
    let config = tls.map(tls_config).transpose()?;
    let handle = Handle::new();
    let mut server = axum_server::from_tcp(listener)
        .map_err(|source| ServeError::Listen { address, source })?
        .handle(handle.clone())
        .first_request_timeout(Duration::from_millis(limits::FIRST_REQUEST_TIMEOUT_MS))
        .accept_error_handler(|_client, error| tracing::debug!(%error, "a connection was not accepted"));
    bound_http(server.http_builder());

    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    let serving = async move {
        match config {
            Some(config) => {
                let config = RustlsConfig::from_config(Arc::new(config));
                let acceptor = RustlsAcceptor::new(config)
                    .handshake_timeout(Duration::from_millis(limits::TLS_HANDSHAKE_TIMEOUT_MS))
                    .acceptor(door);
                server.acceptor(acceptor).serve(service).await
            }
            None => server.acceptor(door).serve(service).await,
        }
    };
    tokio::pin!(serving);
    let ended = tokio::select! {
        ended = &mut serving => ended,
        () = stop => {
            handle.graceful_shutdown(Some(Duration::from_millis(drain_timeout_ms)));
            serving.await
        }
    };
    ended.map_err(|source| ServeError::Ended { address, source })
}

/// HTTP/1.1: sockets need it, browsers have it, and every further protocol is one more to bound. HTTP/2 cannot be switched off
/// beside sockets: whoever begins with it gets one stream, and the door is closed at its first request.
pub(crate) fn bound_http<E>(builder: &mut Builder<E>) {
    builder
        .http1()
        .header_read_timeout(Duration::from_millis(limits::KEEP_ALIVE_TIMEOUT_MS))
        .max_headers(limits::HTTP_HEADERS_COUNT_MAX)
        .max_buf_size(limits::HTTP_HEAD_SIZE_BYTES_MAX);
    let head_size_bytes_max = u32::try_from(limits::HTTP_HEAD_SIZE_BYTES_MAX).unwrap_or(u32::MAX);
    builder
        .http2()
        .max_concurrent_streams(1)
        .max_header_list_size(head_size_bytes_max);
}

/// Reads the files and checks that they belong together. Also for checking a configuration before the node starts.
pub fn tls_config(files: &TlsFiles) -> Result<ServerConfig, ServeError> {
    let failed = |what, file: &Path, reason: String| ServeError::TlsFile {
        what,
        file: file.to_owned(),
        reason,
    };
    let no_certificate =
        |error: rustls::pki_types::pem::Error| failed("certificate", &files.certificate, reason(&error));
    let chain = CertificateDer::pem_file_iter(&files.certificate)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(no_certificate)?;
    if chain.is_empty() {
        return Err(failed(
            "certificate",
            &files.certificate,
            "it holds no certificate in PEM form".to_owned(),
        ));
    }
    let key = PrivateKeyDer::from_pem_file(&files.key).map_err(|error| failed("key", &files.key, reason(&error)))?;
    let pair = |source| ServeError::Pair {
        files: files.clone(),
        source,
    };
    let mut config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_protocol_versions(&[&rustls::version::TLS13])
        .map_err(pair)?
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .map_err(pair)?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}

fn reason(error: &rustls::pki_types::pem::Error) -> String {
    use rustls::pki_types::pem::Error;
    match error {
        Error::Io(error) => error.to_string(),
        Error::NoItemsFound => "it holds no key in PEM form".to_owned(),
        _ => "it is not in PEM form, or is damaged".to_owned(),
    }
}

#[cfg(test)]
mod tests;
