//! Trust in exactly one authority, known by its fingerprint only: for the one connection that a node makes before it is one.
//!
//! Stands behind [`ask_to_join`](super::ask_to_join). What is verified by hand is which certificate is the authority's and that the
//! leaf is a node's; chain, dates and signatures are left to rustls and webpki.

use std::fmt;
use std::sync::Arc;

use corridor_storage::world::World;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{Resumption, verify_server_cert_signed_by_trust_anchor};
use rustls::crypto::{CryptoProvider, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, IpAddr, Ipv4Addr, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, Error, PeerIncompatible, RootCertStore, SignatureScheme,
};
use sha2::{Digest, Sha256};

use super::names;
use super::tls::{JOIN_PROTOCOL, WorldTime, provider};

/// A client that talks to nodes of this authority only, and shows no certificate.
pub(crate) fn client(fingerprint: [u8; 32], world: Arc<dyn World>) -> Result<ClientConfig, Error> {
    let provider = provider();
    let verifier = Pinned {
        fingerprint,
        provider: Arc::clone(&provider),
    };
    let mut config = ClientConfig::builder_with_details(provider, Arc::new(WorldTime(world)))
        .with_protocol_versions(&[&rustls::version::TLS13])?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_no_client_auth();
    config.resumption = Resumption::disabled();
    config.enable_sni = false;
    config.alpn_protocols = vec![JOIN_PROTOCOL.to_vec()];
    Ok(config)
}

/// The node's name is not known yet; this one is neither sent nor looked at.
pub(crate) fn no_name() -> ServerName<'static> {
    ServerName::IpAddress(IpAddr::V4(Ipv4Addr::from([0, 0, 0, 0])))
}

struct Pinned {
    fingerprint: [u8; 32],
    provider: Arc<CryptoProvider>,
}

impl fmt::Debug for Pinned {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Pinned")
    }
}

impl ServerCertVerifier for Pinned {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let is_meant = |certificate: &&CertificateDer<'_>| Sha256::digest(certificate).as_slice() == self.fingerprint;
        let authority = intermediates.iter().find(is_meant);
        let authority = authority.ok_or(Error::InvalidCertificate(CertificateError::UnknownIssuer))?;
        let mut roots = RootCertStore::empty();
        roots.add(authority.clone().into_owned())?;
        // Signed by the authority itself: what else the server sent is of no use.
        let parsed = ParsedCertificate::try_from(end_entity)?;
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_server_cert_signed_by_trust_anchor(&parsed, &roots, &[], now, algorithms.all)?;
        if names::node_in(end_entity).is_none() {
            return Err(Error::InvalidCertificate(CertificateError::NotValidForName));
        }
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _message: &[u8],
        _certificate: &CertificateDer<'_>,
        _signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Err(Error::PeerIncompatible(PeerIncompatible::Tls12NotOfferedOrEnabled))
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signed, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}
