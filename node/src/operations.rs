//! What the operations address shows: is the node ready, how is it doing, what do its actors do. Reads and puts together; decides
//! nothing.

use crate::figures::{Figures, Sources};
use corridor_actors::Actors;
use corridor_actors::observe::{Kind, Observed};
use corridor_api::operations::Operations;
use corridor_domain::limits;
use corridor_storage::high_water;
use serde_json::json;
use std::sync::Arc;
use std::sync::atomic::Ordering;

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

/// How the node is doing.
fn status(sources: &Sources) -> serde_json::Value {
    let Sources { reader, actors, .. } = sources;
    let group = (sources.group)();
    let progress = reader.progress().unwrap_or_default();
    let hash: String = progress.hash.iter().map(|byte| format!("{byte:02x}")).collect();
    json!({
        "version": env!("CARGO_PKG_VERSION"),
        "node": sources.node,
        "leader": group.leader,
        "term": group.term,
        "revision": progress.revision,
        "log_last_index": group.last_log_index,
        "log_purged_index": group.purged_index,
        "state_hash": hash,
        "state_size_bytes": reader.size_bytes(),
        "audit_records": progress.audit_count,
        "sockets": actors.devices().count(),
        "conversations_awake": actors.awake_count(),
        "actor_falls_lately": actors.falls_lately(),
        "fenced": actors.is_fenced(),
        "limits": { "sockets": high_water::SOCKETS.limit() },
    })
}

/// Where the answers come from.
pub fn operations(figures: Figures, sources: Sources) -> Operations {
    let sources = Arc::new(sources);
    let is_ready = Arc::clone(&sources.is_ready);
    let (of_status, observed) = (Arc::clone(&sources), sources.actors.clone());
    Operations {
        is_ready: Arc::new(move || is_ready.load(Ordering::Acquire)),
        metrics: Arc::new(move || figures.render(&sources)),
        status: Arc::new(move || status(&of_status)),
        actors: Arc::new(move |limit| shown(&observed, limit)),
    }
}
