//! What is done for whoever asks at the control socket.
//!
//! Stands behind the socket, in front of the workspaces and the desk of the cluster. Refuses to know how requests travel.

use super::{ClusterDeed, Errand, Reply, Request, WorkspaceDeed};
use crate::membership::desk::{Desk, Refused};
use crate::selftest::desk;
use crate::workspaces::Workspaces;
use corridor_api::failure::Failure;
use corridor_api::front::Choice;
use corridor_api::service::Service;
use corridor_cluster::Member;
use corridor_protocol::{AddPerson, SignIn};
use corridor_storage::world::World;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

/// What the node says of itself.
pub type Status = Arc<dyn Fn() -> Value + Send + Sync>;

/// Where everything comes from that is asked at the control socket.
pub struct Counter {
    /// The workspaces of this node.
    pub workspaces: Arc<Workspaces>,
    /// What the node says of itself.
    pub status: Status,
    /// Of a node that is not alone.
    pub desk: Option<Arc<Desk>>,
    /// Who asks other nodes, for workspaces that this one has not.
    pub errand: Option<Errand>,
    /// The clock.
    pub world: Arc<dyn World>,
}

/// A workspace, as `corridor workspace list` shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkspaceLine {
    /// The number of its group.
    pub id: u64,
    /// What it is called.
    pub name: String,
    /// When it was made; 0: with the cluster.
    pub created_at_ms: u64,
    /// When it was closed.
    pub closed_at_ms: Option<u64>,
    /// Whether the node that was asked shall have it.
    pub is_here: bool,
    /// Whether it is awake on the node that was asked.
    pub is_awake: bool,
    /// Who leads its group, if it is awake there and that is known.
    pub leader: Option<u64>,
    /// The nodes that have it, if it is awake there; of one that other nodes have, those that shall.
    pub nodes: Option<Vec<u64>>,
    /// Devices that are connected to it there.
    pub sockets: u64,
}

impl Counter {
    /// Does what is asked, here or at a node that has the workspace which it concerns.
    pub async fn answer(&self, request: Request) -> Reply {
        if matches!(request, Request::Workspace(WorkspaceDeed::Create { .. })) {
            // It is made where it shall be, which is not for a node to judge that knows old things.
            self.workspaces.catch_up().await;
        }
        match self.errand.as_ref().zip(self.elsewhere(&request)) {
            Some((errand, hosts)) => errand.run(&hosts, &request).await,
            None => self.answer_here(request).await,
        }
    }

    /// The nodes that have the workspace which a request concerns, if this one has not.
    fn elsewhere(&self, request: &Request) -> Option<Vec<Member>> {
        let name = match request {
            Request::PersonAdd { workspace, .. } | Request::Selftest { workspace, .. } => workspace,
            Request::Workspace(WorkspaceDeed::Create { name, .. }) => name,
            Request::Status | Request::Cluster(_) | Request::Workspace(_) => return None,
        };
        self.workspaces.hosts_elsewhere(name)
    }

    /// Does what another node was asked.
    pub async fn answer_errand(&self, request: Request) -> Result<Reply, String> {
        match (&request, self.elsewhere(&request)) {
            (Request::Status | Request::Cluster(_), _)
            | (Request::Workspace(WorkspaceDeed::List | WorkspaceDeed::Close { .. }), _) => {
                Err("this is asked at a node's own machine only".to_owned())
            }
            (_, None) => Ok(self.answer_here(request).await),
            (_, Some(_)) => Err("other nodes have this workspace".to_owned()),
        }
    }

    /// Does what is asked here.
    async fn answer_here(&self, request: Request) -> Reply {
        match request {
            Request::Status => Reply::Done((self.status)()),
            Request::PersonAdd {
                workspace,
                login,
                password,
                person,
            } => match self.service_of(&workspace).await {
                Ok(service) => add_person(&service, login, password, &person)
                    .await
                    .unwrap_or_else(Reply::from),
                Err(refused) => refused.into(),
            },
            Request::Cluster(deed) => match self.desk.as_deref() {
                Some(desk) => answer_at(desk, deed).await.map_or_else(Reply::from, Reply::Done),
                None => Refused::alone().into(),
            },
            Request::Workspace(deed) => self.answer_about(deed).await.map_or_else(Reply::from, Reply::Done),
            Request::Selftest { workspace, deed } => {
                desk::answer(&self.workspaces, self.world.as_ref(), workspace, deed)
                    .await
                    .map_or_else(Reply::from, Reply::Done)
            }
        }
    }

    async fn service_of(&self, name: &str) -> Result<Service, Refused> {
        let workspace = self.workspaces.come_to(&Choice::Named(name.to_owned())).await?;
        Ok(workspace.service.clone())
    }

    async fn answer_about(&self, deed: WorkspaceDeed) -> Result<Value, Refused> {
        let facts = self.workspaces.facts();
        match deed {
            WorkspaceDeed::Create {
                name,
                title,
                administrator,
            } => {
                let id = self.created(&name).await?;
                let workspace = self.workspaces.come_to(&Choice::Number(id)).await?;
                // On most nodes first: what is founded is acknowledged, and must not be on one disk.
                let (voters, wanted) = self.workspaces.spread(id, &workspace).await;
                if voters <= wanted / 2 {
                    let detail = format!(
                        "Workspace {name} is on {voters} of {wanted} nodes yet, and not founded. See that the others run, and say the \
                         same again."
                    );
                    return Err(Refused::new("fenced", detail));
                }
                let founded = workspace.service.found(&title, &administrator).await;
                founded.map_err(|failure| failed(&failure))?;
                Ok(json!({ "id": id, "name": name, "is_on_all_nodes": voters >= wanted }))
            }
            WorkspaceDeed::List => {
                // What is known here is shown also while the others are not heard.
                let _ = facts.catch_up().await;
                serde_json::to_value(self.lines()).map_err(unwritable)
            }
            WorkspaceDeed::Close { name } => Ok(json!({ "id": facts.close(&name).await?, "name": name })),
        }
    }

    /// A new workspace; or one that was made and never founded, since something went wrong in between.
    async fn created(&self, name: &str) -> Result<u64, Refused> {
        let refused = match self.workspaces.facts().create(name).await {
            Ok(id) => return Ok(id),
            Err(refused) => refused,
        };
        let known = self.workspaces.facts().now();
        let open = known.by_name(name).filter(|(_, facts)| facts.closed_at_ms.is_none());
        let Some((id, _)) = open.filter(|_| refused.code == "name_taken") else {
            return Err(refused);
        };
        let service = self.service_of(name).await?;
        match service.reader().workspace_name() {
            Ok(None) => Ok(id),
            Ok(Some(_)) => Err(refused),
            Err(error) => Err(Refused::new(
                "internal",
                format!("The workspace cannot be read: {error}."),
            )),
        }
    }

    fn lines(&self) -> Vec<WorkspaceLine> {
        let facts = self.workspaces.facts().now();
        let line = |(id, facts): (u64, corridor_domain::cluster::WorkspaceFacts)| {
            let awake = self.workspaces.get(id);
            let elsewhere = self.workspaces.hosts_elsewhere(&facts.name);
            let group = awake.as_ref().map(|workspace| (workspace.status)());
            WorkspaceLine {
                id,
                name: facts.name,
                created_at_ms: facts.created_at_ms,
                closed_at_ms: facts.closed_at_ms,
                is_here: elsewhere.is_none(),
                is_awake: awake.is_some(),
                leader: group.as_ref().and_then(|group| group.leader),
                nodes: group
                    .map(|group| group.members)
                    .or(elsewhere)
                    .map(|members| members.iter().map(|member| member.node).collect()),
                sockets: awake.map_or(0, |workspace| workspace.actors.devices().count()),
            }
        };
        facts.workspaces.into_iter().map(line).collect()
    }
}

fn unwritable(error: serde_json::Error) -> Refused {
    Refused::new("internal", format!("The answer cannot be written: {error}."))
}

fn failed(failure: &Failure) -> Refused {
    let problem = failure.problem();
    Refused::new("refused", format!("{} ({})", problem.detail, problem.code))
}

pub(super) async fn answer_at(desk: &Desk, deed: ClusterDeed) -> Result<Value, Refused> {
    let answer = match deed {
        ClusterDeed::Invite { valid_minutes } => serde_json::to_value(desk.invite(valid_minutes)?),
        ClusterDeed::Replace { node, valid_minutes } => serde_json::to_value(desk.replace(node, valid_minutes).await?),
        ClusterDeed::Status => serde_json::to_value(desk.members.status().await?),
        ClusterDeed::Remove { node } => {
            desk.members.remove(node).await?;
            Ok(json!({ "removed": node }))
        }
    };
    answer.map_err(unwritable)
}

/// Signs in, adds, and ends the session again, whatever came of it.
async fn add_person(service: &Service, login: String, password: String, person: &AddPerson) -> Result<Reply, Failure> {
    let sign_in = SignIn {
        login,
        password,
        device_name: "corridor person add".to_owned(),
    };
    let signed_in = service.sign_in(&sign_in, IpAddr::V4(Ipv4Addr::LOCALHOST)).await?;
    let caller = service.authenticate(&signed_in.token).await?;
    let added = service.add_person(&caller, service.draw_command_id(), person).await;
    if let Err(failure) = service
        .end_session(&caller, service.draw_command_id(), caller.session.id)
        .await
    {
        // It ends by itself in time, and its token is forgotten here.
        tracing::warn!(
            code = failure.problem().code,
            "a session of the command line was not ended"
        );
    }
    let added = added?;
    Ok(Reply::Done(
        json!({ "person_id": added.person_id, "revision": added.revision }),
    ))
}
