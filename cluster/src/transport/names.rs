//! What a certificate says of its node: one DNS name that binds the cluster and the node.
//!
//! Stands beside TLS, which proves that a certificate is the caller's and of the cluster's authority. Refuses to know keys.

use rustls::pki_types::{CertificateDer, ServerName};
use webpki::EndEntityCert;

use crate::peers::NodeId;

const BEFORE_NODE: &str = "node-";
const AFTER_CLUSTER: &str = ".corridor.internal";
const CLUSTER_HEX_SIZE: usize = 32;

/// The only name in the certificate of this node of this cluster.
pub fn node_name(cluster: &[u8; 16], node: NodeId) -> String {
    let cluster = u128::from_be_bytes(*cluster);
    format!("{BEFORE_NODE}{node}.{cluster:032x}{AFTER_CLUSTER}")
}

/// The cluster and the node that a name stands for, if it is exactly one that [`node_name`] makes.
pub fn node_of(name: &str) -> Option<([u8; 16], NodeId)> {
    let rest = name.strip_prefix(BEFORE_NODE)?.strip_suffix(AFTER_CLUSTER)?;
    let (node, cluster) = rest.split_once('.')?;
    if cluster.len() != CLUSTER_HEX_SIZE {
        return None;
    }
    let node = node.parse().ok()?;
    let cluster = u128::from_str_radix(cluster, 16).ok()?.to_be_bytes();
    (node_name(&cluster, node) == name).then_some((cluster, node))
}

/// Checks that a certificate is this node's and nobody else's. That it is genuine and valid now was checked before.
pub(crate) fn check(certificate: &CertificateDer<'_>, name: &str) -> Result<(), String> {
    let wrong = |problem: &str| format!("the certificate is not that of '{name}': {problem}");
    let parsed = EndEntityCert::try_from(certificate).map_err(|error| wrong(&error.to_string()))?;
    let expected = ServerName::try_from(name).map_err(|error| wrong(&error.to_string()))?;
    parsed
        .verify_is_valid_for_subject_name(&expected)
        .map_err(|_| wrong("it says something else"))?;
    // webpki takes wildcards and further names; one certificate speaks for one node.
    if only_name(&parsed).as_deref() == Some(name) {
        Ok(())
    } else {
        Err(wrong("it has further names"))
    }
}

/// The node of some cluster that a certificate is for.
pub(crate) fn node_in(certificate: &CertificateDer<'_>) -> Option<([u8; 16], NodeId)> {
    let parsed = EndEntityCert::try_from(certificate).ok()?;
    node_of(&only_name(&parsed)?)
}

fn only_name(certificate: &EndEntityCert<'_>) -> Option<String> {
    let mut names = certificate.valid_dns_names();
    let only = names.next()?.to_owned();
    names.next().is_none().then_some(only)
}

#[cfg(test)]
mod tests {
    use rcgen::generate_simple_self_signed;

    use super::{check, node_in, node_name, node_of};

    const CLUSTER: [u8; 16] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 255];
    const NAME: &str = "node-42.000102030405060708090a0b0c0d0eff.corridor.internal";

    #[test]
    fn a_name_stays_as_it_is_and_is_read_back() {
        assert_eq!(node_name(&CLUSTER, 42), NAME);
        assert_eq!(node_of(NAME), Some((CLUSTER, 42)));
        let longest = node_name(&CLUSTER, u64::MAX);
        assert_eq!(node_of(&longest), Some((CLUSTER, u64::MAX)));
        for other in [
            "node-042.000102030405060708090a0b0c0d0eff.corridor.internal",
            "node-+42.000102030405060708090a0b0c0d0eff.corridor.internal",
            "node-42.000102030405060708090A0B0C0D0EFF.corridor.internal",
            "node-42.0102030405060708090a0b0c0d0eff.corridor.internal",
            "node-42.+00102030405060708090a0b0c0d0eff.corridor.internal",
            "node-42.000102030405060708090a0b0c0d0eff.corridor.internal.example",
            "node-.000102030405060708090a0b0c0d0eff.corridor.internal",
            "localhost",
            "",
        ] {
            assert_eq!(node_of(other), None, "{other}");
        }
    }

    #[test]
    fn a_certificate_has_this_one_name() {
        let made = |names: &[&str]| {
            let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
            generate_simple_self_signed(names).unwrap().cert.der().clone()
        };
        let right = made(&[NAME]);
        assert_eq!(check(&right, NAME), Ok(()));
        assert_eq!(node_in(&right), Some((CLUSTER, 42)));
        assert!(check(&right, &node_name(&CLUSTER, 43)).is_err());
        let wide = made(&["*.000102030405060708090a0b0c0d0eff.corridor.internal"]);
        assert!(check(&wide, NAME).is_err());
        assert_eq!(node_in(&wide), None);
        let many = made(&[NAME, &node_name(&CLUSTER, 43)]);
        assert!(check(&many, NAME).is_err());
        assert_eq!(node_in(&many), None);
    }
}
