//! What a cluster knows of itself beside its members: which workspaces there are.
//!
//! The state of group 0, and its rules. Pure, as all of this floor. It refuses to know where a workspace runs and what is said in it.

use crate::limits;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The group in which the nodes agree on what is not of one workspace.
pub const CLUSTER_GROUP: u64 = 0;

/// The workspace that every cluster begins with. Its key is the node's own, so no command makes it.
pub const FIRST_WORKSPACE: u64 = 1;

/// What the first workspace is called on command lines.
pub const FIRST_WORKSPACE_NAME: &str = "main";

/// A workspace, as the cluster knows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkspaceFacts {
    /// What operators and sign-in forms call it: unique among all that were ever made.
    pub name: String,
    /// Its key, sealed with the first workspace's; empty for that one.
    pub sealed_key: Vec<u8>,
    /// The node that makes itself the first voter of its group: one, so that no two groups of one number can begin. 0: the cluster's founder.
    pub founder: u64,
    /// When it was made.
    pub created_at_ms: u64,
    /// When it was closed: from then on nobody signs in, and nothing of it is deleted.
    pub closed_at_ms: Option<u64>,
}

/// Everything that group 0 knows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClusterFacts {
    /// The workspaces, by the number of their group. Numbers are places in the log of group 0, so none comes twice.
    pub workspaces: BTreeMap<u64, WorkspaceFacts>,
}

/// What can be asked of group 0.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum ClusterCommand {
    /// Makes a workspace.
    CreateWorkspace {
        /// What it is called.
        name: String,
        /// Its key, sealed.
        sealed_key: Vec<u8>,
        /// The node that begins its group.
        founder: u64,
    },
    /// Closes one, for good.
    CloseWorkspace {
        /// What it is called.
        name: String,
    },
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum ClusterAnswer {
    /// Done, or done before by the same request.
    Workspace {
        /// The number of its group.
        id: u64,
    },
    /// Not done.
    Refused(ClusterRefusal),
}

/// Why not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ClusterRefusal {
    /// There is one of that name, or there was.
    NameTaken,
    /// Not a name.
    InvalidName,
    /// More than one cluster holds.
    TooMany,
    /// There is none of that name.
    NotFound,
    /// The first one ends with its cluster.
    FirstWorkspace,
}

impl ClusterRefusal {
    /// Stable; see docs/protocol.md.
    pub fn code(self) -> &'static str {
        match self {
            Self::NameTaken => "name_taken",
            Self::InvalidName => "invalid",
            Self::TooMany => "too_many",
            Self::NotFound => "not_found",
            Self::FirstWorkspace => "first_workspace",
        }
    }

    /// A sentence for whoever asked.
    pub fn detail(self) -> &'static str {
        match self {
            Self::NameTaken => "A workspace of this name exists, or existed.",
            Self::InvalidName => "A workspace's name is 1 to 32 characters: a to z, 0 to 9, and hyphens in between.",
            Self::TooMany => "This cluster has as many workspaces as it can hold.",
            Self::NotFound => "There is no workspace of this name.",
            Self::FirstWorkspace => "The first workspace cannot be closed: it ends with its cluster.",
        }
    }
}

impl Default for ClusterFacts {
    fn default() -> Self {
        let first = WorkspaceFacts {
            name: FIRST_WORKSPACE_NAME.to_owned(),
            sealed_key: Vec::new(),
            founder: 0,
            created_at_ms: 0,
            closed_at_ms: None,
        };
        Self {
            workspaces: BTreeMap::from([(FIRST_WORKSPACE, first)]),
        }
    }
}

impl ClusterFacts {
    /// The workspace of this name, closed ones too.
    pub fn by_name(&self, name: &str) -> Option<(u64, &WorkspaceFacts)> {
        let mut all = self.workspaces.iter();
        all.find(|(_, facts)| facts.name == name)
            .map(|(id, facts)| (*id, facts))
    }

    /// The workspace, if it is there and open.
    pub fn open(&self, id: u64) -> Option<&WorkspaceFacts> {
        self.workspaces.get(&id).filter(|facts| facts.closed_at_ms.is_none())
    }

    /// Does what was committed at this revision, or says why not. The same request again gets the same answer: what was created under one
    /// key stays that, and closed stays closed.
    pub fn decide(&mut self, revision: u64, at_ms: u64, command: ClusterCommand) -> ClusterAnswer {
        let decided = match command {
            ClusterCommand::CreateWorkspace {
                name,
                sealed_key,
                founder,
            } => {
                let facts = WorkspaceFacts {
                    name,
                    sealed_key,
                    founder,
                    created_at_ms: at_ms,
                    closed_at_ms: None,
                };
                self.create(revision, facts)
            }
            ClusterCommand::CloseWorkspace { name } => self.close(at_ms, &name),
        };
        match decided {
            Ok(id) => ClusterAnswer::Workspace { id },
            Err(refusal) => ClusterAnswer::Refused(refusal),
        }
    }

    fn create(&mut self, id: u64, new: WorkspaceFacts) -> Result<u64, ClusterRefusal> {
        if !is_name(&new.name) {
            return Err(ClusterRefusal::InvalidName);
        }
        if let Some((id, known)) = self.by_name(&new.name) {
            let is_the_same = known.sealed_key == new.sealed_key && !new.sealed_key.is_empty();
            return is_the_same.then_some(id).ok_or(ClusterRefusal::NameTaken);
        }
        // The entry that makes a cluster of one node stands before every command; a number below would be the first workspace's.
        if self.workspaces.len() >= limits::WORKSPACES_COUNT_MAX || id <= FIRST_WORKSPACE {
            return Err(ClusterRefusal::TooMany);
        }
        self.workspaces.insert(id, new);
        Ok(id)
    }

    fn close(&mut self, at_ms: u64, name: &str) -> Result<u64, ClusterRefusal> {
        let id = self.by_name(name).map(|(id, _)| id).ok_or(ClusterRefusal::NotFound)?;
        if id == FIRST_WORKSPACE {
            return Err(ClusterRefusal::FirstWorkspace);
        }
        if let Some(facts) = self.workspaces.get_mut(&id) {
            facts.closed_at_ms.get_or_insert(at_ms);
        }
        Ok(id)
    }
}

/// Names stand in addresses and on command lines.
fn is_name(name: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    (1..=limits::WORKSPACE_NAME_SIZE_BYTES_MAX).contains(&name.len())
        && name.bytes().all(is_plain)
        && !name.starts_with('-')
        && !name.ends_with('-')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn create(facts: &mut ClusterFacts, revision: u64, name: &str, key: u8) -> ClusterAnswer {
        let command = ClusterCommand::CreateWorkspace {
            name: name.to_owned(),
            sealed_key: vec![key],
            founder: 1,
        };
        facts.decide(revision, revision * 10, command)
    }

    fn close(facts: &mut ClusterFacts, revision: u64, name: &str) -> ClusterAnswer {
        let name = name.to_owned();
        facts.decide(revision, revision * 10, ClusterCommand::CloseWorkspace { name })
    }

    #[test]
    fn a_workspace_is_made_once_and_closed_for_good() {
        let mut facts = ClusterFacts::default();
        let made = ClusterAnswer::Workspace { id: 5 };
        assert_eq!(create(&mut facts, 5, "uptown", 1), made);
        assert_eq!(create(&mut facts, 6, "uptown", 1), made, "the same request again");
        let taken = ClusterAnswer::Refused(ClusterRefusal::NameTaken);
        assert_eq!(create(&mut facts, 7, "uptown", 2), taken);
        assert!(facts.open(5).is_some());
        assert_eq!(close(&mut facts, 8, "uptown"), made);
        assert_eq!(close(&mut facts, 9, "uptown"), made);
        assert!(facts.open(5).is_none());
        assert_eq!(facts.workspaces[&5].closed_at_ms, Some(80));
        assert_eq!(create(&mut facts, 10, "uptown", 3), taken, "a name is never used again");
    }

    #[test]
    fn the_first_workspace_is_there_from_the_beginning_and_stays() {
        let mut facts = ClusterFacts::default();
        assert_eq!(facts.by_name("main").map(|(id, _)| id), Some(FIRST_WORKSPACE));
        let refused = |refusal| ClusterAnswer::Refused(refusal);
        assert_eq!(close(&mut facts, 3, "main"), refused(ClusterRefusal::FirstWorkspace));
        assert_eq!(close(&mut facts, 4, "other"), refused(ClusterRefusal::NotFound));
        assert_eq!(create(&mut facts, 5, "main", 9), refused(ClusterRefusal::NameTaken));
        assert_eq!(create(&mut facts, 1, "early", 9), refused(ClusterRefusal::TooMany));
    }

    #[test]
    fn names_are_fit_for_addresses() {
        for name in ["", "-a", "a-", "A", "a b", "ä", "a_b", "a/b", &"a".repeat(33)] {
            let refused = ClusterAnswer::Refused(ClusterRefusal::InvalidName);
            assert_eq!(create(&mut ClusterFacts::default(), 2, name, 1), refused, "{name}");
        }
        for name in ["a", "north-2", &"a".repeat(32)] {
            assert!(is_name(name), "{name}");
        }
    }

    #[test]
    fn there_is_a_bound() {
        let mut facts = ClusterFacts::default();
        let bound = limits::WORKSPACES_COUNT_MAX as u64;
        for number in 1..bound {
            let made = create(&mut facts, number + 1, &format!("w{number}"), 1);
            assert_eq!(made, ClusterAnswer::Workspace { id: number + 1 });
        }
        let one_more = create(&mut facts, bound + 1, "one-more", 1);
        assert_eq!(one_more, ClusterAnswer::Refused(ClusterRefusal::TooMany));
    }
}
