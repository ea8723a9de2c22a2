//! Who this node is towards the others: the certificate that its cluster's authority gave it, and the key to it.
//!
//! Stands in front of TLS. Certificates are made elsewhere; this refuses to know how.

use std::fmt;
use std::io;

use rustls::crypto::ring::sign::any_supported_type;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::sign::CertifiedKey;
use zeroize::Zeroizing;

use super::names;
use crate::peers::NodeId;

/// A node with its certificate. The key shows itself to nobody and is wiped from memory at the end.
#[derive(Clone)]
pub struct Identity {
    /// The cluster.
    pub cluster: [u8; 16],
    /// The node.
    pub node: NodeId,
    /// The certificate of the cluster's authority, as DER.
    pub authority: Vec<u8>,
    /// The node's certificate, as DER. Its only name is [`node_name`](super::names::node_name).
    pub certificate: Vec<u8>,
    /// The key to it, as PKCS#8 in DER.
    pub key: Zeroizing<Vec<u8>>,
}

impl fmt::Debug for Identity {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Identity")
            .field("node", &self.name())
            .finish_non_exhaustive()
    }
}

impl Identity {
    /// The only name in the node's certificate.
    pub fn name(&self) -> String {
        names::node_name(&self.cluster, self.node)
    }

    pub(crate) fn certificate(&self) -> CertificateDer<'static> {
        CertificateDer::from(self.certificate.clone())
    }

    pub(crate) fn authority(&self) -> CertificateDer<'static> {
        CertificateDer::from(self.authority.clone())
    }

    /// Certificate and key, which must belong to each other and to this node.
    pub(crate) fn certified_key(&self) -> io::Result<CertifiedKey> {
        let unusable = |why: String| invalid(&format!("the certificate of this node cannot be used: {why}"));
        names::check(&self.certificate(), &self.name()).map_err(unusable)?;
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(self.key.as_slice()));
        let key = any_supported_type(&key).map_err(|error| unusable(error.to_string()))?;
        // The authority goes along, for those who join and know only what it must hash to.
        let pair = CertifiedKey::new(vec![self.certificate(), self.authority()], key);
        pair.keys_match().map_err(|error| unusable(error.to_string()))?;
        Ok(pair)
    }
}

pub(crate) fn invalid(why: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, why)
}

#[cfg(test)]
mod tests {
    use rcgen::{CertifiedKey, generate_simple_self_signed};
    use zeroize::Zeroizing;

    use super::{Identity, names};

    #[test]
    fn a_certificate_must_be_the_nodes_and_fit_its_key() {
        let made = |node| {
            let CertifiedKey { cert, signing_key } =
                generate_simple_self_signed(vec![names::node_name(&[1; 16], node)]).unwrap();
            Identity {
                cluster: [1; 16],
                node: 1,
                authority: cert.der().to_vec(),
                certificate: cert.der().to_vec(),
                key: Zeroizing::new(signing_key.serialize_der()),
            }
        };
        let (own, other) = (made(1), made(2));
        assert_eq!(own.certified_key().unwrap().cert.len(), 2);
        let why = other.certified_key().unwrap_err().to_string();
        assert!(why.contains("is not that of 'node-1."), "{why}");
        let mixed = Identity {
            key: other.key.clone(),
            ..own.clone()
        };
        assert!(mixed.certified_key().is_err());
        let shown = format!("{own:?}");
        assert!(shown.contains("node-1.") && !shown.contains("key"), "{shown}");
    }
}
