//! Whom the clients of a selftest trust: the certificate that the node on this machine shows, those that were given, and the authorities
//! that this machine's system trusts.
//!
//! Stands below the connections. A certificate that is trusted by name of its file is that one whatever name it is for; everything else
//! is checked as every client checks it. Refuses to know who listens where.

use super::failure::{CannotRun, Context, Outcome};
use corridor_domain::limits;
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, Error, PeerIncompatible, RootCertStore, SignatureScheme,
};
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio_rustls::TlsConnector;

/// Where systems keep the authorities that they trust, as PEM.
const SYSTEM_FILES: &[&str] = &[
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
];

/// Makes connections that trust these files, of which `own` is what the node on this machine shows.
pub fn connector(own: Option<&Path>, given: &[PathBuf]) -> Outcome<TlsConnector> {
    let mut known = Vec::new();
    for file in own.into_iter().chain(given.iter().map(PathBuf::as_path)) {
        known.extend(certificates(file)?);
    }
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(known.iter().cloned());
    let system = SYSTEM_FILES.iter().map(Path::new).find(|file| file.is_file());
    // A system that keeps them elsewhere, or badly, trusts nobody here: --trust names what is needed.
    roots.add_parsable_certificates(system.and_then(|file| certificates(file).ok()).unwrap_or_default());
    connector_for(known, roots)
}

fn connector_for(known: Vec<CertificateDer<'static>>, roots: RootCertStore) -> Outcome<TlsConnector> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let chains = match roots.is_empty() {
        true => None,
        false => {
            let chains = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider)).build();
            Some(chains.context("the certificates to trust")?)
        }
    };
    let trust = Trust {
        known,
        chains,
        provider: Arc::clone(&provider),
    };
    let config = ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&rustls::version::TLS13])
        .context("TLS")?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(trust))
        .with_no_client_auth();
    Ok(TlsConnector::from(Arc::new(config)))
}

fn certificates(file: &Path) -> Outcome<Vec<CertificateDer<'static>>> {
    let what = || format!("the certificates of {}", file.display());
    if std::fs::metadata(file).context(what())?.len() > limits::SELFTEST_TRUST_SIZE_BYTES_MAX {
        return Err(CannotRun(format!("{}: the file is too large", what())));
    }
    let read = CertificateDer::pem_file_iter(file).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    let read = read.context(what())?;
    match read.is_empty() {
        true => Err(CannotRun(format!("{}: the file holds none in PEM form", what()))),
        false => Ok(read),
    }
}

struct Trust {
    known: Vec<CertificateDer<'static>>,
    chains: Option<Arc<WebPkiServerVerifier>>,
    provider: Arc<CryptoProvider>,
}

impl fmt::Debug for Trust {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Trust")
    }
}

impl ServerCertVerifier for Trust {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let unknown = || Error::InvalidCertificate(CertificateError::UnknownIssuer);
        let checked = match &self.chains {
            Some(chains) => chains.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now),
            None => Err(unknown()),
        };
        use CertificateError::{Expired, ExpiredContext, NotValidYet, NotValidYetContext};
        match checked {
            // No client takes it then.
            Err(Error::InvalidCertificate(
                Expired | ExpiredContext { .. } | NotValidYet | NotValidYetContext { .. },
            )) => checked,
            Err(_) if self.known.iter().any(|known| known == end_entity) => Ok(ServerCertVerified::assertion()),
            checked => checked,
        }
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

#[cfg(test)]
mod tests {
    use super::{Trust, connector};
    use rcgen::{CertificateParams, KeyPair};
    use rustls::RootCertStore;
    use rustls::client::WebPkiServerVerifier;
    use rustls::client::danger::ServerCertVerifier;
    use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
    use std::sync::Arc;
    use std::time::Duration;

    /// Self-signed for a name, good from 2020 to 2030.
    fn made(name: &str) -> CertificateDer<'static> {
        let mut parameters = CertificateParams::new(vec![name.to_owned()]).unwrap();
        parameters.not_before = rcgen::date_time_ymd(2020, 1, 1);
        parameters.not_after = rcgen::date_time_ymd(2030, 1, 1);
        let key = KeyPair::generate().unwrap();
        parameters.self_signed(&key).unwrap().der().clone()
    }

    #[test]
    fn a_known_certificate_is_trusted_by_any_name_and_another_one_is_not() {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let (own, other) = (made("one.example"), made("one.example"));
        let mut roots = RootCertStore::empty();
        roots.add(own.clone()).unwrap();
        let chains = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider));
        let trust = Trust {
            known: vec![own.clone()],
            chains: Some(chains.build().unwrap()),
            provider,
        };
        let is_trusted = |certificate: &CertificateDer<'_>, name: &'static str, seconds| {
            let name = ServerName::try_from(name).unwrap();
            let now = UnixTime::since_unix_epoch(Duration::from_secs(seconds));
            trust.verify_server_cert(certificate, &[], &name, &[], now).is_ok()
        };
        let (in_2026, in_2031) = (1_780_000_000, 1_930_000_000);
        assert!(is_trusted(&own, "one.example", in_2026));
        assert!(is_trusted(&own, "127.0.0.1", in_2026));
        assert!(!is_trusted(&own, "one.example", in_2031));
        assert!(!is_trusted(&other, "one.example", in_2026));
    }

    #[test]
    fn a_file_to_trust_holds_certificates() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("trust.pem");
        assert!(connector(Some(&file), &[]).is_err());
        std::fs::write(&file, "nothing of the kind").unwrap();
        assert!(connector(None, std::slice::from_ref(&file)).is_err());
        let text = pem::encode(&pem::Pem::new("CERTIFICATE", made("one.example").to_vec()));
        std::fs::write(&file, text).unwrap();
        assert!(connector(Some(&file), &[]).is_ok());
    }
}
