//! Beyond this machine it is TLS 1.3 or nothing.

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned, SupportedProtocolVersion};
use serde_json::json;
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::Arc;

use crate::support::clinic::{Clinic, PASSWORD_OF_ADMINISTRATOR};
use crate::support::http::{Request, Response, connect};

/// Asks over TLS, trusting that certificate, by that version only, under that name.
fn ask(
    request: &Request,
    address: SocketAddr,
    certificate: &Path,
    version: &'static SupportedProtocolVersion,
    name: &'static str,
) -> std::io::Result<Response> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(certificate).unwrap()).unwrap();
    let config = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_protocol_versions(&[version])
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let connection = ClientConnection::new(Arc::new(config), ServerName::try_from(name).unwrap()).unwrap();
    request.send_on(StreamOwned::new(connection, connect(address)?), "localhost")
}

#[test]
fn a_node_that_others_reach_speaks_tls_1_3_and_nothing_else() {
    let clinic = Clinic::empty_for_others();
    let (address, certificate) = (clinic.node.address, clinic.data.join("tls/certificate.pem"));
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&clinic.data.join("tls/key.pem")), 0o600);
    assert_eq!(mode(&clinic.data), 0o700);

    let body = json!({ "login": "amara", "password": PASSWORD_OF_ADMINISTRATOR });
    let sign_in = Request::new("POST", "/v1/sign-in").json(&body);
    let signed_in = ask(&sign_in, address, &certificate, &rustls::version::TLS13, "localhost").unwrap();
    let cookie = signed_in.header("set-cookie").unwrap();
    assert!(
        cookie.starts_with("__Host-corridor=") && cookie.contains("; Secure"),
        "{cookie}"
    );
    let pair = cookie.split(';').next().unwrap();
    let me = Request::new("GET", "/v1/me").header("Cookie", pair);
    let me = ask(&me, address, &certificate, &rustls::version::TLS13, "localhost")
        .unwrap()
        .expect(200);
    assert_eq!(me["workspace"]["name"], "Hillside Practice");
    let page = ask(
        &Request::new("GET", "/"),
        address,
        &certificate,
        &rustls::version::TLS13,
        "localhost",
    )
    .unwrap();
    assert!(page.header("strict-transport-security").is_some(), "{page:?}");
    // Over TLS a page of this node is one that came over TLS.
    let plain_page = Request::new("DELETE", "/v1/session")
        .header("Cookie", pair)
        .header("Origin", "http://localhost");
    let refused = ask(&plain_page, address, &certificate, &rustls::version::TLS13, "localhost").unwrap();
    refused.refused(403, "origin_not_allowed");

    let older = ask(
        &me_request(pair),
        address,
        &certificate,
        &rustls::version::TLS12,
        "localhost",
    )
    .unwrap_err();
    assert!(older.to_string().contains("ProtocolVersion"), "{older}");
    let other_name = ask(
        &me_request(pair),
        address,
        &certificate,
        &rustls::version::TLS13,
        "other.example",
    )
    .unwrap_err();
    assert!(other_name.to_string().contains("certificate"), "{other_name}");
    let plain = me_request(pair).try_send(address);
    assert!(plain.is_err(), "{plain:?}");
    // Health and figures stay on this machine, plain.
    assert_eq!(clinic.node.operations("/healthz").status, 200);
    assert!(clinic.node.operations.ip().is_loopback());
}

fn me_request(cookie: &str) -> Request {
    Request::new("GET", "/v1/me").header("Cookie", cookie)
}
