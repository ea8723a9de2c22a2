//! What a selftest asks of the node on its machine as its operator does, by the control socket: a workspace, and troubles for it.
//!
//! Refuses to know why.

use super::desk::{NodeSeen, SelftestDeed};
use super::failure::{CannotRun, Context, Outcome};
use super::hooks::Trouble;
use crate::control::{self, ClusterDeed, Reply, Request, WorkspaceDeed, WorkspaceLine};
use crate::membership::status::ClusterStatus;
use corridor_domain::limits;
use corridor_protocol::AddPerson;
use serde_json::Value;
use std::path::PathBuf;
use std::time::Duration;
use tokio::time::{sleep, timeout};

/// Between two tries.
const AGAIN: Duration = Duration::from_millis(500);
/// So often a workspace is looked for that is to be closed and is not there.
const LOOKS: u32 = 4;

/// The operator of a scratch workspace.
pub struct Operator {
    /// The folder of the node.
    pub data: PathBuf,
    /// The name of the scratch workspace.
    pub workspace: String,
}

/// A refusal, or that nobody answers.
struct Refused {
    code: String,
    detail: String,
}

impl From<Refused> for CannotRun {
    fn from(refused: Refused) -> Self {
        Self(format!("the node refused: {} ({})", refused.detail, refused.code))
    }
}

impl Operator {
    async fn ask(&self, request: &Request) -> Outcome<Result<Value, Refused>> {
        let reply = control::ask(&self.data, request).await;
        Ok(match reply.map_err(|error| CannotRun(error.to_string()))? {
            Reply::Done(answer) => Ok(answer),
            Reply::Refused { code, detail } => Err(Refused { code, detail }),
        })
    }

    /// The version of the program that the node runs.
    pub async fn version(&self) -> Outcome<String> {
        let status = self.ask(&Request::Status).await??;
        let version = status["version"].as_str();
        Ok(version.context("the node says no version")?.to_owned())
    }

    /// How the cluster is; none, if the node is alone.
    pub async fn cluster(&self) -> Outcome<Option<ClusterStatus>> {
        match self.ask(&Request::Cluster(ClusterDeed::Status)).await? {
            Ok(status) => Ok(Some(serde_json::from_value(status).context("the node's answer")?)),
            Err(refused) if refused.code == "alone" => Ok(None),
            Err(refused) => Err(refused.into()),
        }
    }

    /// All workspaces.
    pub async fn workspaces(&self) -> Outcome<Vec<WorkspaceLine>> {
        let lines = self.ask(&Request::Workspace(WorkspaceDeed::List)).await??;
        serde_json::from_value(lines).context("the node's answer")
    }

    /// Makes the scratch workspace. It is on most nodes then, at least; whether it is on all that are to have it.
    pub async fn create(&self, title: &str, administrator: &AddPerson) -> Outcome<bool> {
        let mut tries = 0;
        loop {
            let request = Request::Workspace(WorkspaceDeed::Create {
                name: self.workspace.clone(),
                title: title.to_owned(),
                administrator: Box::new(administrator.clone()),
            });
            tries += 1;
            match self.ask(&request).await? {
                Ok(made) => return Ok(made["is_on_all_nodes"] == true),
                // As an operator is told: the same again.
                Err(refused) if refused.code == "fenced" && tries < LOOKS => sleep(AGAIN).await,
                Err(refused) => return Err(refused.into()),
            }
        }
    }

    /// Closes it, if it was made; tried again until it is certain.
    pub async fn close(&self) -> Outcome<()> {
        let patience = Duration::from_millis(limits::SELFTEST_CLOSING_TIMEOUT_MS);
        let mut last = CannotRun("the node does not answer".to_owned());
        let closing = async {
            let mut looks = 0;
            loop {
                let name = self.workspace.clone();
                match self.ask(&Request::Workspace(WorkspaceDeed::Close { name })).await {
                    Ok(Ok(_)) => return Ok(()),
                    // Its making may still be under way.
                    Ok(Err(refused)) if refused.code == "not_found" => {
                        looks += 1;
                        if looks == LOOKS {
                            return Ok(());
                        }
                    }
                    Ok(Err(refused)) => last = refused.into(),
                    Err(error) => last = error,
                }
                sleep(AGAIN).await;
            }
        };
        let closed = timeout(patience, closing).await;
        closed.unwrap_or(Err(last))
    }

    /// How its group is, node by node.
    pub async fn look(&self) -> Outcome<Vec<NodeSeen>> {
        let seen = self.ask(&self.deed(SelftestDeed::Look)).await??;
        serde_json::from_value(seen).context("the node's answer")
    }

    /// Trouble for it on a node.
    pub async fn trouble(&self, node: u64, trouble: Trouble) -> Outcome<()> {
        let request = self.deed(SelftestDeed::Trouble { node, trouble });
        self.ask(&request).await??;
        Ok(())
    }

    fn deed(&self, deed: SelftestDeed) -> Request {
        Request::Selftest {
            workspace: self.workspace.clone(),
            deed,
        }
    }
}
