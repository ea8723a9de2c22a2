//! A group of one voter whose log was written by release 0.1: it starts, applies what is in it, and goes on.
//!
//! Stands outside the crate, as the node does. Waits for states, never for time.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

#[path = "../../storage/tests/support/fixtures.rs"]
mod fixtures;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use corridor_cluster::{Group, GroupConfig, Hosting};
use corridor_storage::log::{EngineLog, LogOptions};
use corridor_storage::replicated::MemoryState;
use corridor_storage::sealing::StorageKey;
use corridor_storage::world::SystemWorld;

const SOON: Duration = Duration::from_secs(20);

async fn start(folder: &Path, state: &MemoryState) -> Group<MemoryState> {
    let world = Arc::new(SystemWorld::new());
    let never_fatal = Arc::new(|problem: &str| panic!("fatal: {problem}"));
    let key = StorageKey::from_bytes([1; 32]);
    let log = EngineLog::open(&LogOptions::new(folder), &key, world.clone(), never_fatal.clone()).unwrap();
    let hosting = Hosting::alone(1, world, never_fatal);
    let group = Group::start(
        7,
        GroupConfig::default(),
        hosting,
        Arc::new(log),
        Arc::new(state.clone()),
    );
    let group = group.await.unwrap();
    group.wait_ready(SOON).await.unwrap();
    group
}

async fn propose(group: &Group<MemoryState>, text: &str) {
    let proposed = group.proposer().propose(Bytes::from(text.to_owned()));
    proposed.await.unwrap();
}

fn texts(state: &MemoryState) -> Vec<String> {
    let texts = state.commands().into_iter().map(|(_, text)| text.to_vec());
    texts.map(|text| String::from_utf8(text).unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_group_goes_on_over_a_log_of_then() {
    let folder = tempfile::tempdir().unwrap();
    if fixtures::is_wanted("0.1/log") {
        let group = start(&fixtures::path("0.1/log"), &MemoryState::new()).await;
        for text in ["one", "two", "three"] {
            propose(&group, text).await;
        }
        group.shutdown().await;
    }
    fixtures::unpack("0.1/log", folder.path());
    let state = MemoryState::new();
    let group = start(folder.path(), &state).await;
    assert_eq!(texts(&state), ["one", "two", "three"]);
    propose(&group, "four").await;
    group.shutdown().await;
    let state = MemoryState::new();
    start(folder.path(), &state).await.shutdown().await;
    assert_eq!(texts(&state), ["one", "two", "three", "four"]);
}
