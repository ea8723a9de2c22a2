//! How the cluster is doing, node by node: as JSON for programs and as a table for people.
//!
//! Pure. Where the figures come from is for [`Members`](super::desk::Members) to know; what is not known is left open, never
//! guessed.

use super::validity;
use serde::{Deserialize, Serialize};
use std::fmt::Write as _;

/// What a node is in the group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Leads now.
    Leader,
    /// Has a vote.
    Voter,
    /// Learns, and has none yet.
    Learner,
}

impl Role {
    /// For people.
    pub fn name(self) -> &'static str {
        match self {
            Self::Leader => "leader",
            Self::Voter => "voter",
            Self::Learner => "learner",
        }
    }
}

/// One node, as the node that is asked sees it. What is not known is `null`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NodeStatus {
    /// Which.
    pub node: u64,
    /// Whether it is the one that was asked.
    pub is_this: bool,
    /// `HOST:PORT` at which the others dial it.
    pub address: String,
    /// What it is.
    pub role: Role,
    /// Whether it answered just now.
    pub is_reachable: bool,
    /// Entries of the log that it lacks.
    pub lag_entries: Option<u64>,
    /// The last revision that it applied.
    pub applied_revision: Option<u64>,
    /// The hash of its state at that revision, as hexadecimal digits.
    pub state_hash: Option<String>,
    /// Whether its state was the same as that of the node asked, at a revision that both had.
    pub is_state_equal: Option<bool>,
    /// Room on its disk.
    pub disk_free_bytes: Option<u64>,
    /// When its certificate ends.
    pub certificate_ends_ms: Option<u64>,
}

/// The cluster, as one of its nodes sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClusterStatus {
    /// Which, as hexadecimal digits.
    pub cluster: String,
    /// Its nodes.
    pub nodes: Vec<NodeStatus>,
}

const HEADINGS: [&str; 9] = [
    "NODE",
    "ADDRESS",
    "ROLE",
    "REACHABLE",
    "LAG",
    "REVISION",
    "STATE",
    "DISK FREE",
    "CERTIFICATE ENDS",
];

/// A line for each node, and a word on what is not as it should be.
pub fn table(status: &ClusterStatus) -> String {
    let rows: Vec<[String; 9]> = status.nodes.iter().map(row).collect();
    let widths: Vec<usize> = (0..HEADINGS.len())
        .map(|column| {
            let cells = rows.iter().map(|row| row[column].chars().count());
            cells.max().unwrap_or_default().max(HEADINGS[column].len())
        })
        .collect();
    let mut text = format!("cluster {}\n\n", status.cluster);
    write_line(&mut text, HEADINGS, &widths);
    for row in &rows {
        write_line(&mut text, row.each_ref().map(String::as_str), &widths);
    }
    let warnings = warnings(status);
    if !warnings.is_empty() {
        text.push('\n');
    }
    for warning in warnings {
        // Writing to a string does not fail.
        let _ = writeln!(text, "{warning}");
    }
    text
}

fn write_line(text: &mut String, cells: [&str; 9], widths: &[usize]) {
    let padded = cells.iter().zip(widths).map(|(cell, width)| format!("{cell:width$}"));
    let line = padded.collect::<Vec<_>>().join("  ");
    text.push_str(line.trim_end());
    text.push('\n');
}

fn row(node: &NodeStatus) -> [String; 9] {
    fn known(value: Option<impl ToString>) -> String {
        value.map_or_else(|| "?".to_owned(), |value| value.to_string())
    }
    let this = if node.is_this { "*" } else { "" };
    let state = node
        .is_state_equal
        .map(|equal| if equal { "equal" } else { "DIFFERENT" });
    [
        format!("{}{this}", node.node),
        node.address.clone(),
        node.role.name().to_owned(),
        (if node.is_reachable { "yes" } else { "NO" }).to_owned(),
        known(node.lag_entries),
        known(node.applied_revision),
        known(state),
        known(node.disk_free_bytes.map(size)),
        known(node.certificate_ends_ms.map(validity::date)),
    ]
}

/// What somebody should look into.
fn warnings(status: &ClusterStatus) -> Vec<String> {
    let mut warnings = Vec::new();
    if !status.nodes.iter().any(|node| node.role == Role::Leader) {
        warnings.push("No leader is known: nothing can be written until one is.".to_owned());
    }
    for node in &status.nodes {
        if node.is_state_equal == Some(false) {
            let number = node.node;
            warnings.push(format!(
                "The state of node {number} is not that of this node at the same revision: one of the two is damaged."
            ));
        }
    }
    let voters = status.nodes.iter().filter(|node| node.role != Role::Learner).count();
    let reachable = status
        .nodes
        .iter()
        .filter(|node| node.role != Role::Learner && node.is_reachable)
        .count();
    let majority = voters / 2 + 1;
    if voters > 1 && reachable == majority {
        warnings.push(format!(
            "{reachable} of {voters} voters are reachable: if one more fails, nothing can be written."
        ));
    } else if voters > 1 && reachable < majority {
        warnings.push(format!(
            "{reachable} of {voters} voters are reachable: nothing can be written until {majority} are."
        ));
    }
    warnings
}

fn size(bytes: u64) -> String {
    const GIBIBYTE: u64 = 1024 * 1024 * 1024;
    const MEBIBYTE: u64 = 1024 * 1024;
    match bytes {
        GIBIBYTE.. => format!("{} GiB", bytes / GIBIBYTE),
        _ => format!("{} MiB", bytes / MEBIBYTE),
    }
}

#[cfg(test)]
mod tests {
    use super::{ClusterStatus, NodeStatus, Role, table};
    use serde_json::json;

    fn node(node: u64, role: Role) -> NodeStatus {
        NodeStatus {
            node,
            is_this: node == 1,
            address: format!("node-{node}.example:7443"),
            role,
            is_reachable: true,
            lag_entries: Some(0),
            applied_revision: Some(1_234),
            state_hash: Some("ab".repeat(32)),
            is_state_equal: Some(true),
            disk_free_bytes: Some(42 * 1024 * 1024 * 1024),
            certificate_ends_ms: Some(1_796_000_000_000),
        }
    }

    fn three() -> ClusterStatus {
        ClusterStatus {
            cluster: "0".repeat(32),
            nodes: vec![node(1, Role::Leader), node(7, Role::Voter), node(12, Role::Voter)],
        }
    }

    #[test]
    fn a_sound_cluster_is_a_table_and_nothing_else() {
        let expected = "\
cluster 00000000000000000000000000000000

NODE  ADDRESS               ROLE    REACHABLE  LAG  REVISION  STATE  DISK FREE  CERTIFICATE ENDS
1*    node-1.example:7443   leader  yes        0    1234      equal  42 GiB     2026-11-30
7     node-7.example:7443   voter   yes        0    1234      equal  42 GiB     2026-11-30
12    node-12.example:7443  voter   yes        0    1234      equal  42 GiB     2026-11-30
";
        assert_eq!(table(&three()), expected);
    }

    #[test]
    fn what_is_wrong_is_said_and_what_is_not_known_stays_open() {
        let mut status = three();
        status.nodes[1] = NodeStatus {
            is_reachable: false,
            lag_entries: None,
            applied_revision: None,
            is_state_equal: None,
            disk_free_bytes: None,
            certificate_ends_ms: None,
            ..node(7, Role::Voter)
        };
        let text = table(&status);
        let line = text.lines().find(|line| line.starts_with("7 ")).unwrap();
        let cells: Vec<_> = line.split_whitespace().collect();
        assert_eq!(
            cells,
            ["7", "node-7.example:7443", "voter", "NO", "?", "?", "?", "?", "?"]
        );
        assert!(text.ends_with("\n2 of 3 voters are reachable: if one more fails, nothing can be written.\n"));
        status.nodes[0].role = Role::Voter;
        status.nodes[2].is_reachable = false;
        status.nodes[2].is_state_equal = Some(false);
        status.nodes[2].disk_free_bytes = Some(900 * 1024 * 1024);
        let text = table(&status);
        for part in [
            "No leader is known",
            "The state of node 12 is not that of this node",
            "1 of 3 voters are reachable: nothing can be written until 2 are.",
            "DIFFERENT",
            "900 MiB",
        ] {
            assert!(text.contains(part), "{part}\n{text}");
        }
    }

    #[test]
    fn the_names_for_programs_stay() {
        let one = ClusterStatus {
            cluster: "0".repeat(32),
            nodes: vec![node(1, Role::Leader)],
        };
        let expected = json!({
            "cluster": "0".repeat(32),
            "nodes": [{
                "node": 1, "is_this": true, "address": "node-1.example:7443", "role": "leader", "is_reachable": true,
                "lag_entries": 0, "applied_revision": 1234, "state_hash": "ab".repeat(32), "is_state_equal": true,
                "disk_free_bytes": 42_u64 * 1024 * 1024 * 1024, "certificate_ends_ms": 1_796_000_000_000_u64,
            }],
        });
        assert_eq!(serde_json::to_value(&one).unwrap(), expected);
        assert_eq!(serde_json::from_value::<ClusterStatus>(expected).unwrap(), one);
    }
}
