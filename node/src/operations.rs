//! What the operations address shows: is the node ready, how is it doing, what do its actors do. Reads and puts together; decides
//! nothing.

use crate::figures::{Figures, Sources};
use crate::workspace::Workspace;
use corridor_actors::Actors;
use corridor_actors::observe::{Kind, Observed};
use corridor_api::operations::Operations;
use corridor_domain::limits;
use corridor_storage::high_water;
use serde_json::json;
use std::sync::Arc;

/// What the actors are doing, for the operations address.
fn shown(actors: &Actors, limit: usize) -> serde_json::Value {
    let kinds = actors.observe(limit.min(limits::ACTORS_SHOWN_COUNT_MAX));
    let kind = |(name, kind): (&'static str, Kind)| {
        let actor = |actor: &Observed| json!({ "id": actor.id, "state": actor.state, "waiting": actor.waiting });
        let some: Vec<_> = kind.some.iter().map(actor).collect();
        (name.to_owned(), json!({ "alive": kind.alive, "actors": some }))
    };
    json!({
        "fenced": actors.is_fenced(),
        "falls_lately": actors.falls_lately(),
        "kinds": kinds.into_iter().map(kind).collect::<serde_json::Map<_, _>>(),
    })
}

/// How the node is doing. What is said of one group is said of the first workspace's; while that wakes, only what is known without it.
fn status(sources: &Sources) -> serde_json::Value {
    let workspaces = &sources.workspaces;
    let mut status = json!({
        "version": env!("CARGO_PKG_VERSION"),
        "node": sources.machine.node,
        "workspaces": workspaces.facts().now().workspaces.len(),
        "workspaces_awake": workspaces.awake_count(),
        "sockets": workspaces.sockets_count(),
        "limits": { "sockets": high_water::SOCKETS.limit() },
    });
    let of_first = workspaces.first().map(|first| status_of(&first));
    if let (Some(all), Some(serde_json::Value::Object(of_first))) = (status.as_object_mut(), of_first) {
        all.extend(of_first);
    }
    status
}

fn status_of(workspace: &Workspace) -> serde_json::Value {
    let Workspace { reader, actors, .. } = workspace;
    let group = (workspace.status)();
    let progress = reader.progress().unwrap_or_default();
    let hash: String = progress.hash.iter().map(|byte| format!("{byte:02x}")).collect();
    json!({
        "leader": group.leader,
        "term": group.term,
        "revision": progress.revision,
        "log_last_index": group.last_log_index,
        "log_purged_index": group.purged_index,
        "state_hash": hash,
        "state_size_bytes": reader.size_bytes(),
        "audit_records": progress.audit_count,
        "conversations_awake": actors.awake_count(),
        "actor_falls_lately": actors.falls_lately(),
        "fenced": actors.is_fenced(),
    })
}

/// Where the answers come from.
pub fn operations(figures: Figures, sources: Sources) -> Operations {
    let sources = Arc::new(sources);
    let (of_ready, of_status, observed) = (Arc::clone(&sources), Arc::clone(&sources), Arc::clone(&sources));
    let nobody = || json!({ "fenced": false, "falls_lately": 0, "kinds": {} });
    let actors = move |limit| {
        let first = observed.workspaces.first();
        first.map_or_else(nobody, |first| shown(&first.actors, limit))
    };
    Operations {
        is_ready: Arc::new(move || of_ready.is_ready()),
        metrics: Arc::new(move || figures.render(&sources)),
        status: Arc::new(move || status(&of_status)),
        actors: Arc::new(actors),
    }
}
