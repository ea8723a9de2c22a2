//! The cluster's own certificate authority: made once, at the founding, and then on every node, so that a dead first machine
//! does not end the cluster.
//!
//! It turns a node's public key into a certificate that binds cluster and node; a private key never leaves its machine. Refuses
//! to know where anything is kept, and who may join.

use corridor_domain::limits;
use corridor_storage::world::World;
use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, PKCS_ECDSA_P256_SHA256, PublicKeyData, SerialNumber, SignatureAlgorithm,
};
use sha2::{Digest, Sha256};
use std::fmt;
use std::time::Duration;
use zeroize::Zeroizing;

/// How a public key of P-256 begins, as SubjectPublicKeyInfo (RFC 5480): the algorithm, the curve, and that a whole point follows.
const PUBLIC_KEY_BEGIN: [u8; 27] = [
    0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce,
    0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00, 0x04,
];
const POINT_SIZE_BYTES: usize = 65;
/// The last moment a certificate is made for, in the year 9000: beyond 9999 no certificate can be written.
const NOW_MS_MAX: u64 = 221_845_392_000_000;

/// Which cluster: drawn at the founding, in every node's certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ClusterId(pub [u8; 16]);

impl ClusterId {
    /// A new one.
    pub fn draw(world: &dyn World) -> Self {
        let mut bytes = [0; 16];
        world.fill_random(&mut bytes);
        Self(bytes)
    }

    /// Reads 32 hexadecimal digits.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        let number = u128::from_str_radix(text, 16).ok().filter(|_| digits)?;
        Some(Self(number.to_be_bytes()))
    }
}

impl fmt::Display for ClusterId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:032x}", u128::from_be_bytes(self.0))
    }
}

/// The one name in a node's certificate.
pub fn node_name(cluster: ClusterId, node: u64) -> String {
    format!("node-{node}.{cluster}.corridor.internal")
}

/// Why nothing was made or issued.
#[derive(Debug, thiserror::Error)]
pub enum AuthorityError {
    /// What should be a node's public key is none.
    #[error("the public key is not one of the curve P-256")]
    PublicKey,
    /// Key and certificate of the authority do not belong together.
    #[error("the authority's key is not that of its certificate")]
    Mismatch,
    /// What the library says.
    #[error("a certificate cannot be made: {0}")]
    Making(#[from] rcgen::Error),
}

/// The authority with its key.
pub struct Authority {
    cluster: ClusterId,
    certificate: Vec<u8>,
    key: KeyPair,
}

impl Authority {
    /// A new cluster's.
    pub fn create(world: &dyn World) -> Result<Self, AuthorityError> {
        let cluster = ClusterId::draw(world);
        let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?;
        let mut parameters = parameters(cluster);
        set_validity(&mut parameters, world.now_ms(), limits::AUTHORITY_LIFETIME_MS);
        parameters.serial_number = Some(draw_serial(world));
        let certificate = parameters.self_signed(&key)?.der().to_vec();
        Ok(Self {
            cluster,
            certificate,
            key,
        })
    }

    /// That of this certificate and key, both as DER.
    pub fn from_parts(cluster: ClusterId, certificate: Vec<u8>, key: &[u8]) -> Result<Self, AuthorityError> {
        let key = KeyPair::try_from(key)?;
        if !is_for(&certificate, &key) {
            return Err(AuthorityError::Mismatch);
        }
        Ok(Self {
            cluster,
            certificate,
            key,
        })
    }

    /// A certificate, as DER, for the node with this public key (SubjectPublicKeyInfo, as DER): 90 days, from an hour ago on.
    pub fn issue(&self, node: u64, public_key: &[u8], world: &dyn World) -> Result<Vec<u8>, AuthorityError> {
        let public_key = NodeKey::parse(public_key).ok_or(AuthorityError::PublicKey)?;
        let name = node_name(self.cluster, node);
        let mut parameters = CertificateParams::new(vec![name])?;
        parameters.distinguished_name = DistinguishedName::new();
        parameters
            .distinguished_name
            .push(DnType::CommonName, format!("Corridor node {node}"));
        set_validity(&mut parameters, world.now_ms(), limits::NODE_CERTIFICATE_LIFETIME_MS);
        parameters.serial_number = Some(draw_serial(world));
        parameters.is_ca = IsCa::ExplicitNoCa;
        parameters.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        parameters.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth, ExtendedKeyUsagePurpose::ClientAuth];
        parameters.use_authority_key_identifier_extension = true;
        let issuer = Issuer::new(self::parameters(self.cluster), &self.key);
        Ok(parameters.signed_by(&public_key, &issuer)?.der().to_vec())
    }

    /// Of which cluster.
    pub fn cluster(&self) -> ClusterId {
        self.cluster
    }

    /// Its certificate, as DER.
    pub fn certificate(&self) -> &[u8] {
        &self.certificate
    }

    /// Its key, as PKCS #8 DER.
    pub fn key(&self) -> Zeroizing<Vec<u8>> {
        Zeroizing::new(self.key.serialize_der())
    }

    /// What an invitation pins.
    pub fn fingerprint(&self) -> [u8; 32] {
        fingerprint(&self.certificate)
    }
}

/// The SHA-256 of a certificate's DER.
pub fn fingerprint(certificate: &[u8]) -> [u8; 32] {
    Sha256::digest(certificate).into()
}

/// Whether a certificate is for this key.
pub fn is_for(certificate: &[u8], key: &KeyPair) -> bool {
    let public_key = key.subject_public_key_info();
    certificate.windows(public_key.len()).any(|window| window == public_key)
}

/// What is the same at every making: the name says which cluster, and everything else follows from the key.
fn parameters(cluster: ClusterId) -> CertificateParams {
    let mut parameters = CertificateParams::default();
    parameters.distinguished_name = DistinguishedName::new();
    parameters
        .distinguished_name
        .push(DnType::CommonName, format!("Corridor cluster {cluster}"));
    parameters.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    parameters.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    parameters
}

fn set_validity(parameters: &mut CertificateParams, now_ms: u64, lifetime_ms: u64) {
    let now_ms = now_ms.min(NOW_MS_MAX);
    let time = |at_ms| rcgen::date_time_ymd(1970, 1, 1) + Duration::from_millis(at_ms);
    parameters.not_before = time(now_ms.saturating_sub(limits::CERTIFICATE_BACKDATE_MS));
    parameters.not_after = time(now_ms + lifetime_ms);
}

fn draw_serial(world: &dyn World) -> SerialNumber {
    let mut bytes = [0; 16];
    world.fill_random(&mut bytes);
    // Positive, and never shorter than it looks.
    bytes[0] = bytes[0] & 0x7f | 0x40;
    SerialNumber::from_slice(&bytes)
}

/// The public key of a node: a point of P-256.
struct NodeKey([u8; POINT_SIZE_BYTES]);

impl NodeKey {
    fn parse(public_key: &[u8]) -> Option<Self> {
        let begins = public_key.starts_with(&PUBLIC_KEY_BEGIN);
        let point = public_key.get(PUBLIC_KEY_BEGIN.len() - 1..)?;
        begins.then_some(Self(point.try_into().ok()?))
    }
}

impl PublicKeyData for NodeKey {
    fn der_bytes(&self) -> &[u8] {
        &self.0
    }

    fn algorithm(&self) -> &'static SignatureAlgorithm {
        &PKCS_ECDSA_P256_SHA256
    }
}

/// Whether a node could be given a certificate for this public key.
pub fn is_public_key(public_key: &[u8]) -> bool {
    NodeKey::parse(public_key).is_some()
}

#[cfg(test)]
mod tests {
    use super::{Authority, AuthorityError, ClusterId, is_public_key, node_name};
    use crate::membership::validity::not_after_ms;
    use corridor_storage::world::{TestWorld, World};
    use rcgen::{KeyPair, PKCS_ED25519, PublicKeyData};
    use rustls::client::WebPkiServerVerifier;
    use rustls::client::danger::ServerCertVerifier;
    use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
    use rustls::server::WebPkiClientVerifier;
    use rustls::{CertificateError, Error, RootCertStore};
    use std::sync::Arc;
    use std::time::Duration;

    const NOW_MS: u64 = 1_795_000_000_000;
    const DAY_MS: u64 = 86_400_000;

    /// What TLS says of a certificate, as a server's and as a client's.
    fn judged(authority: &Authority, certificate: &[u8], name: &str, at_ms: u64) -> [Result<(), Error>; 2] {
        let mut roots = RootCertStore::empty();
        roots
            .add(CertificateDer::from(authority.certificate().to_vec()))
            .unwrap();
        let (roots, provider) = (Arc::new(roots), Arc::new(rustls::crypto::ring::default_provider()));
        let server = WebPkiServerVerifier::builder_with_provider(Arc::clone(&roots), Arc::clone(&provider));
        let client = WebPkiClientVerifier::builder_with_provider(roots, provider);
        let certificate = CertificateDer::from(certificate.to_vec());
        let (name, at) = (
            ServerName::try_from(name.to_owned()).unwrap(),
            UnixTime::since_unix_epoch(Duration::from_millis(at_ms)),
        );
        let as_server = server.build().unwrap();
        let as_server = as_server
            .verify_server_cert(&certificate, &[], &name, &[], at)
            .map(drop);
        let as_client = client.build().unwrap();
        [as_server, as_client.verify_client_cert(&certificate, &[], at).map(drop)]
    }

    #[test]
    fn an_issued_certificate_is_good_on_both_sides_in_its_time_and_under_its_name() {
        let world = TestWorld::new(NOW_MS, 1);
        let authority = Authority::create(&world).unwrap();
        let key = KeyPair::generate().unwrap();
        let certificate = authority.issue(7, &key.subject_public_key_info(), &world).unwrap();
        let name = node_name(authority.cluster(), 7);
        let judge = |name: &str, at_ms| judged(&authority, &certificate, name, at_ms);
        for at_ms in [NOW_MS, NOW_MS - 59 * 60_000, NOW_MS + 90 * DAY_MS - 1_000] {
            assert_eq!(judge(&name, at_ms), [Ok(()), Ok(())], "{at_ms}");
        }
        let [early, late] = [NOW_MS - 2 * 3_600_000, NOW_MS + 91 * DAY_MS].map(|at_ms| judge(&name, at_ms));
        assert!(early.iter().chain(&late).all(Result::is_err), "{early:?} {late:?}");
        let other = judge(&node_name(authority.cluster(), 8), NOW_MS);
        assert!(matches!(
            &other[0],
            Err(Error::InvalidCertificate(
                CertificateError::NotValidForNameContext { .. }
            ))
        ));
        assert_eq!(not_after_ms(&certificate), Some(NOW_MS + 90 * DAY_MS));
        let stranger = Authority::create(&world).unwrap();
        let foreign = judged(&stranger, &certificate, &name, NOW_MS);
        assert!(foreign.iter().all(Result::is_err), "{foreign:?}");
    }

    #[test]
    fn an_authority_read_back_issues_what_the_first_vouches_for() {
        let world = TestWorld::new(NOW_MS, 2);
        let first = Authority::create(&world).unwrap();
        let again = Authority::from_parts(first.cluster(), first.certificate().to_vec(), &first.key()).unwrap();
        assert_eq!(again.fingerprint(), first.fingerprint());
        let key = KeyPair::generate().unwrap();
        let certificate = again.issue(2, &key.subject_public_key_info(), &world).unwrap();
        let name = node_name(first.cluster(), 2);
        assert_eq!(judged(&first, &certificate, &name, world.now_ms()), [Ok(()), Ok(())]);
        let stranger = Authority::create(&world).unwrap();
        let mixed = Authority::from_parts(first.cluster(), first.certificate().to_vec(), &stranger.key());
        assert!(matches!(mixed, Err(AuthorityError::Mismatch)));
    }

    #[test]
    fn only_keys_of_the_curve_are_taken() {
        let world = TestWorld::new(NOW_MS, 3);
        let authority = Authority::create(&world).unwrap();
        let public_key = KeyPair::generate().unwrap().subject_public_key_info();
        assert_eq!(public_key.len(), 91);
        assert!(is_public_key(&public_key));
        let other_curve = KeyPair::generate_for(&PKCS_ED25519).unwrap().subject_public_key_info();
        let longer = [public_key.as_slice(), &[0]].concat();
        for wrong in [&public_key[..90], &longer, &other_curve, &[]] {
            let issued = authority.issue(1, wrong, &world);
            assert!(matches!(issued, Err(AuthorityError::PublicKey)), "{wrong:?}");
        }
    }

    #[test]
    fn a_cluster_is_written_as_hexadecimal_digits() {
        let cluster = ClusterId::draw(&TestWorld::new(0, 4));
        let text = cluster.to_string();
        assert_eq!((text.len(), ClusterId::parse(&text)), (32, Some(cluster)));
        for wrong in [
            "",
            "+0000000000000000000000000000001",
            &text[1..],
            "g0000000000000000000000000000000",
        ] {
            assert_eq!(ClusterId::parse(wrong), None, "{wrong}");
        }
        let zero = ClusterId([0; 16]);
        assert_eq!(
            node_name(zero, 3),
            "node-3.00000000000000000000000000000000.corridor.internal"
        );
    }
}
