//! `corridor selftest`: a shortened form of our fault tests, on a clinic's own running machines, in a scratch workspace.
//!
//! Stands between the command line and the nodes. `hooks` and `desk` are of a node; everything else is of the command, which asks the node
//! on its machine as an operator and all nodes as clients. Nothing but the scratch workspace is touched, and that is closed at the end.

mod audit;
mod client;
pub mod desk;
mod disk;
mod failure;
pub mod figures;
pub mod hooks;
mod listen;
mod operator;
mod plan;
mod question;
pub mod report;
mod scene;
mod setup;
mod strike;
mod traffic;
mod trust;

pub use failure::{CannotRun, Outcome};
pub use report::Report;

use crate::config::Settings;
use crate::membership::address;
use client::Endpoint;
use corridor_domain::limits;
use corridor_judge::history::{self, FORMAT, History, What};
use corridor_judge::judge;
use corridor_protocol::AddPerson;
use corridor_storage::world::World;
use desk::NodeSeen;
use disk::DurableWrite;
use failure::Context;
use futures::FutureExt as _;
use operator::Operator;
use plan::Plan;
use scene::{Beginning, Scene, draw, number};
use setup::{Cast, Setup};
use std::future::Future;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::panic::AssertUnwindSafe;
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;
use strike::Stage;
use tokio::sync::oneshot;
use tokio::task::{JoinSet, LocalSet};
use tokio::time::{sleep, timeout};
use tokio_rustls::TlsConnector;

const PATIENCE: Duration = Duration::from_millis(limits::SELFTEST_PATIENCE_MS);
const LOOK_AGAIN: Duration = Duration::from_millis(50);
/// What comes too much comes soon.
const LISTENING_ON: Duration = Duration::from_millis(500);

/// What is wanted.
pub struct Wish {
    /// Of the node on this machine.
    pub settings: Settings,
    /// How long people write.
    pub seconds: u64,
    /// Certificates to trust, beside the node's own and the system's.
    pub trust: Vec<PathBuf>,
    /// Where everything is written down; none: in the folder for what is temporary.
    pub history: Option<PathBuf>,
}

/// Says what is being done.
pub type Tell<'a> = &'a dyn Fn(&str);

/// Makes a scratch workspace, plays in it, judges what happened, and closes it again, whatever came of it.
pub async fn run(wish: Wish, world: Arc<dyn World>, stop: impl Future<Output = ()>, tell: Tell<'_>) -> Outcome<Report> {
    let workspace = format!("{}{:08x}", hooks::NAME_BEGINS, draw(world.as_ref()) >> 32);
    let operator = Operator {
        data: wish.settings.data.clone(),
        workspace,
    };
    tokio::pin!(stop);
    let prepared = tokio::select! {
        biased;
        () = &mut stop => return Err(interrupted()),
        prepared = Prepared::look(wish, &operator, world, tell) => prepared?,
    };
    let administrator = setup::administrator(prepared.world.as_ref());
    tell(&format!("making the scratch workspace {}", operator.workspace));
    // Not ended by `stop`: what is half made cannot be closed.
    let clients = LocalSet::new();
    let created = operator.create("Selftest", &administrator).await;
    let played = match created {
        Ok(is_everywhere) => {
            // A group need not be on all nodes of a cluster, if those that are to have it do.
            let nodes = (!is_everywhere).then_some(prepared.nodes);
            let playing = prepared.play(&operator, &administrator, nodes, tell);
            let playing = AssertUnwindSafe(clients.run_until(playing));
            tokio::select! {
                biased;
                () = stop => Err(interrupted()),
                played = playing.catch_unwind() => {
                    played.unwrap_or_else(|_| Err(CannotRun("the selftest itself panicked".to_owned())))
                }
            }
        }
        Err(error) => Err(error),
    };
    tell("closing the scratch workspace");
    let closed = operator.close().await;
    match (played, closed) {
        (Ok(mut report), closed) => {
            report.not_closed = closed.err().map(|error| error.to_string());
            Ok(report)
        }
        (Err(why), Ok(())) => Err(why),
        (Err(why), Err(error)) => {
            let name = &operator.workspace;
            Err(CannotRun(format!(
                "{why}; and {name} is still open, close it with `corridor workspace close {name}`: {error}"
            )))
        }
    }
}

fn interrupted() -> CannotRun {
    CannotRun("it was interrupted; nothing is judged".to_owned())
}

/// What is known before anything is made.
struct Prepared {
    wish: Wish,
    world: Arc<dyn World>,
    connector: TlsConnector,
    own_url: String,
    own: Endpoint,
    version: String,
    cluster: Option<String>,
    /// Of the cluster.
    nodes: usize,
    durable_write: DurableWrite,
    history: PathBuf,
}

impl Prepared {
    /// Refuses where a selftest cannot show anything.
    async fn look(wish: Wish, operator: &Operator, world: Arc<dyn World>, tell: Tell<'_>) -> Outcome<Self> {
        let version = operator.version().await?;
        if version != env!("CARGO_PKG_VERSION") {
            let own = env!("CARGO_PKG_VERSION");
            return Err(CannotRun(format!(
                "the node runs corridor {version}, and this is {own}: use the same"
            )));
        }
        let cluster = operator.cluster().await?;
        let nodes = cluster
            .as_ref()
            .map(|status| status.nodes.as_slice())
            .unwrap_or_default();
        if let Some(away) = nodes.iter().find(|node| !node.is_reachable) {
            return Err(CannotRun(format!(
                "node {} is not reached: a selftest troubles the nodes one by one, and needs all of them; see `corridor cluster status`",
                away.node
            )));
        }
        let workspaces = operator.workspaces().await?;
        if workspaces.len() + limits::SELFTEST_WORKSPACES_SPARED_COUNT >= limits::WORKSPACES_COUNT_MAX {
            return Err(CannotRun(format!(
                "the cluster has {} workspaces, closed ones counted, of at most {}: the rest is left to clinics",
                workspaces.len(),
                limits::WORKSPACES_COUNT_MAX
            )));
        }
        for left in workspaces
            .iter()
            .filter(|line| line.closed_at_ms.is_none() && hooks::is_scratch(&line.name))
        {
            let name = &left.name;
            tell(&format!(
                "{name} is open, of another selftest; if none runs: corridor workspace close {name}"
            ));
        }
        let tls = wish.settings.tls.as_ref();
        let connector = trust::connector(tls.map(|tls| tls.certificate.as_path()), &wish.trust)?;
        let own_url = own_url(&wish.settings);
        tell("measuring the disk");
        let (folder, name) = (wish.settings.data.clone(), operator.workspace.clone());
        let clock = Arc::clone(&world);
        let measuring = tokio::task::spawn_blocking(move || disk::measure(&folder, &name, clock.as_ref()));
        let file = || std::env::temp_dir().join(format!("corridor-{}.jsonl", operator.workspace));
        Ok(Self {
            own: Endpoint::of(&own_url, &connector)?,
            connector,
            own_url,
            version,
            nodes: nodes.len().max(1),
            cluster: cluster.map(|status| status.cluster),
            durable_write: measuring.await.context("measuring the disk")??,
            history: wish.history.clone().unwrap_or_else(file),
            wish,
            world,
        })
    }

    /// `nodes`: how many are to have the workspace, if not all of them have it yet.
    async fn play(
        &self,
        operator: &Operator,
        administrator: &AddPerson,
        nodes: Option<usize>,
        tell: Tell<'_>,
    ) -> Outcome<Report> {
        let seen = until_everywhere(operator, nodes).await?;
        let nodes = seen.len();
        tell("adding people and rooms to it");
        let mut setup = Setup::at(self.own.clone(), &operator.workspace, Arc::clone(&self.world));
        let cast = setup.cast(administrator).await?;
        let own = (self.own_url.as_str(), &self.own);
        let places = setup.places(&seen, own, &self.connector, &cast.administrator).await?;
        let (places, reached) = places;
        // A device that begins at a node which lags would be told of what was before.
        until_everywhere(operator, Some(nodes)).await?;
        let scene = self.scene(&cast, places)?;
        let plan = Plan::new(self.wish.seconds, nodes);
        let stage = Stage {
            operator,
            scene: &scene,
            plan: &plan,
            nodes,
        };
        tell(&format!("writing for {} s, at first in peace", self.wish.seconds));
        let stopped = self.perform(&stage, tell).await;
        tell("judging");
        scene.finish()?;
        let (are_equal, nodes) = stage.are_equal().await;
        let figures = figures::read(history::read(&self.history)?)?;
        let verdict = judge::judge(history::read(&self.history)?)?;
        let lines = audit::read(&self.own, &cast.administrator, &cast.rooms).await;
        let audit = lines.map(|lines| audit::compare(&lines, &figures.stands));
        Ok(Report {
            version: self.version.clone(),
            cluster: self.cluster.clone(),
            workspace: operator.workspace.clone(),
            seconds: self.wish.seconds,
            nodes,
            reached,
            durable_write: self.durable_write,
            planned: plan.classes.len(),
            figures,
            verdict,
            are_equal,
            audit: audit.map_err(|error| error.to_string()),
            stopped: stopped.err().map(|error| error.to_string()),
            not_closed: None,
            history: self.history.clone(),
        })
    }

    fn scene(&self, cast: &Cast, places: Vec<scene::Place>) -> Outcome<Rc<Scene>> {
        let mut history = History::create(&self.history)?;
        let rooms = cast.rooms.iter().map(|room| history::Room {
            id: room.id.clone(),
            first_seq: room.last_seq + 1,
            devices: room.members.clone(),
        });
        let run = What::Run {
            format: FORMAT,
            seed: 0,
            nodes: number(places.len()),
            senders: cast.senders.iter().map(|sender| sender.room).collect(),
            rooms: rooms.collect(),
        };
        history.note(self.world.monotonic_ns() / 1_000, run);
        Ok(Scene::new(Beginning {
            world: Arc::clone(&self.world),
            places,
            tokens: cast.tokens.clone(),
            rooms: cast.rooms.clone(),
            senders: cast.senders.clone(),
            history,
        }))
    }

    /// Everybody writes and listens while troubles are made; then everything arrives and is read back.
    async fn perform(&self, stage: &Stage<'_>, tell: Tell<'_>) -> Outcome<()> {
        let scene = stage.scene;
        let mut listeners = JoinSet::new();
        for device in 0..number(scene.tokens.len()) {
            let (first, begun) = oneshot::channel();
            listeners.spawn_local(listen::listen(Rc::clone(scene), device, first));
            let begun = timeout(PATIENCE, begun).await;
            begun
                .context("a device is not let in")?
                .context("a device is not let in")?;
        }
        let mut senders = JoinSet::new();
        for sender in 0..number(scene.senders.len()) {
            senders.spawn_local(traffic::send(Rc::clone(scene), sender));
        }
        let played = stage.play(tell).await;
        tell("coming to the end");
        scene.is_over.set(true);
        let end = async {
            while senders.join_next().await.is_some() {}
            while !scene.all_arrived() {
                scene.check()?;
                sleep(LOOK_AGAIN).await;
            }
            sleep(LISTENING_ON).await;
            Ok(())
        };
        let ended = timeout(PATIENCE, end).await;
        listeners.shutdown().await;
        ended.unwrap_or_else(|_| Err(CannotRun("not everything arrives in good time".to_owned())))?;
        // Each page has its own time.
        for place in 0..scene.places.len() {
            listen::read_back(scene, place).await?;
        }
        scene.note(What::End);
        played
    }
}

/// Waits until the workspace is on so many nodes, and equal.
async fn until_everywhere(operator: &Operator, nodes: Option<usize>) -> Outcome<Vec<NodeSeen>> {
    let looking = async {
        loop {
            if let Ok(seen) = operator.look().await
                && nodes.is_none_or(|nodes| seen.len() == nodes)
                && strike::is_well(&seen)
                && seen.iter().all(|seen| seen.is_state_equal == Some(true))
            {
                return seen;
            }
            sleep(LOOK_AGAIN).await;
        }
    };
    let everywhere = timeout(PATIENCE, looking).await;
    everywhere.map_err(|_| CannotRun("the scratch workspace does not get to all nodes in good time".to_owned()))
}

/// Where clients on this machine come to its node.
fn own_url(settings: &Settings) -> String {
    let scheme = if settings.tls.is_some() { "https" } else { "http" };
    let host = match settings.listen.ip().to_canonical() {
        IpAddr::V4(host) if host.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(host) if host.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
        host => host,
    };
    format!(
        "{scheme}://{}",
        address::with_port(&host.to_string(), settings.listen.port())
    )
}

#[cfg(test)]
mod tests {
    use super::own_url;
    use crate::config::Settings;
    use std::path::PathBuf;

    #[test]
    fn the_node_of_this_machine_is_found_where_it_listens() {
        let of = |listen: &str| {
            let operations = "127.0.0.1:9090".parse().unwrap();
            own_url(&Settings::new(
                PathBuf::from("data"),
                listen.parse().unwrap(),
                operations,
            ))
        };
        assert_eq!(of("127.0.0.1:8080"), "http://127.0.0.1:8080");
        assert_eq!(of("0.0.0.0:8443"), "http://127.0.0.1:8443");
        assert_eq!(of("[::]:8443"), "http://[::1]:8443");
    }
}
