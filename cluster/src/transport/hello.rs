//! The first words of two nodes: who speaks, of which cluster, in which versions.
//!
//! Stands between TLS, which proved the certificates, and everything that is asked. Refuses to know what that is.

use corridor_storage::apply::COMMAND_VERSION;

use super::frame::{Hello, VERSIONS};
use super::refusals::{Reason, Refused};
use super::tls::Tls;

/// What this node says.
pub(crate) fn own(tls: &Tls) -> Hello {
    Hello {
        versions: VERSIONS,
        cluster: tls.cluster,
        node: tls.node,
        applies: COMMAND_VERSION,
    }
}

/// The wire version in which the two talk: the highest that both speak.
pub(crate) fn agree(own: &Hello, theirs: &Hello) -> Result<u16, Refused> {
    if theirs.cluster != own.cluster {
        return Err(Refused::new(Reason::Cluster, "it is of another cluster"));
    }
    if theirs.node == own.node {
        let why = format!("it says that it is node {}, and that is this node", own.node);
        return Err(Refused::new(Reason::Name, why));
    }
    own.common_version(theirs).ok_or_else(|| {
        let why = format!(
            "node {} speaks the wire versions {} to {}, node {} speaks {} to {}: update one release at a time",
            own.node, own.versions.0, own.versions.1, theirs.node, theirs.versions.0, theirs.versions.1
        );
        Refused::new(Reason::Version, why)
    })
}

#[cfg(test)]
mod tests {
    use super::{Hello, Reason, agree};

    #[test]
    fn two_nodes_of_one_cluster_with_a_common_version_agree() {
        let node = |node, cluster, versions| Hello {
            versions,
            cluster: [cluster; 16],
            node,
            applies: 1,
        };
        let own = node(1, 1, (1, 2));
        assert_eq!(agree(&own, &node(2, 1, (2, 3))), Ok(2));
        assert_eq!(agree(&own, &node(2, 1, (1, 1))), Ok(1));
        let reason = |theirs| agree(&own, &theirs).unwrap_err().reason;
        assert_eq!(reason(node(2, 2, (1, 2))), Reason::Cluster);
        assert_eq!(reason(node(1, 1, (1, 2))), Reason::Name);
        assert_eq!(reason(node(2, 1, (3, 3))), Reason::Version);
        let why = agree(&own, &node(2, 1, (3, 4))).unwrap_err().why;
        assert!(why.contains("1 to 2") && why.contains("3 to 4"), "{why}");
    }
}
