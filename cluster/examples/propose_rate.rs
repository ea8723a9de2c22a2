//! Measures proposals a second on one node: the production log in a folder, a state in memory.
//!
//! Stands outside the program: `cargo run --release -p corridor-cluster --example propose_rate -- FOLDER [SECONDS]`.
#![allow(clippy::print_stdout, reason = "its output is its work")]

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use corridor_cluster::{Group, GroupConfig, Hosting};
use corridor_storage::log::{EngineLog, LogOptions, abort_process};
use corridor_storage::replicated::MemoryState;
use corridor_storage::sealing::StorageKey;
use corridor_storage::world::{SystemWorld, World};

const COMMAND_SIZE_BYTES: usize = 300;

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args().nth(1).ok_or("usage: propose_rate FOLDER [SECONDS]")?;
    let seconds: u64 = std::env::args().nth(2).map_or(Ok(4), |seconds| seconds.parse())?;
    let world: Arc<dyn World> = Arc::new(SystemWorld::new());
    let key = StorageKey::generate(&*world);
    let log = EngineLog::open(&LogOptions::new(folder), &key, Arc::clone(&world), abort_process())?;
    let state = Arc::new(MemoryState::new());
    let hosting = Hosting::alone(1, Arc::clone(&world), abort_process());
    let group = Group::start(1, GroupConfig::default(), hosting, Arc::new(log), state).await?;
    group.wait_ready(Duration::from_secs(10)).await?;
    for outstanding in [1, 50, 800] {
        measure(&group, &world, outstanding, seconds).await?;
    }
    group.shutdown().await;
    Ok(())
}

async fn measure(
    group: &Group<MemoryState>,
    world: &Arc<dyn World>,
    outstanding: usize,
    seconds: u64,
) -> Result<(), Box<dyn Error>> {
    let started_ns = world.monotonic_ns();
    let end_ns = started_ns + seconds * 1_000_000_000;
    let mut tasks = Vec::new();
    for _ in 0..outstanding {
        let (proposer, world) = (group.proposer(), Arc::clone(world));
        tasks.push(tokio::spawn(async move {
            let command = Bytes::from(vec![7; COMMAND_SIZE_BYTES]);
            let mut waited_us = Vec::new();
            loop {
                let before_ns = world.monotonic_ns();
                if before_ns >= end_ns {
                    return Ok(waited_us);
                }
                proposer.propose(command.clone()).await?;
                waited_us.push((world.monotonic_ns() - before_ns) / 1_000);
            }
        }));
    }
    let mut waited_us: Vec<u64> = Vec::new();
    for task in tasks {
        let outcome: Result<Vec<u64>, corridor_cluster::ProposeError> = task.await?;
        waited_us.extend(outcome?);
    }
    let elapsed_seconds = (world.monotonic_ns() - started_ns) as f64 / 1e9;
    waited_us.sort_unstable();
    let at = |share: usize| waited_us.get(waited_us.len() * share / 100).copied().unwrap_or(0) as f64 / 1e3;
    let rate = waited_us.len() as f64 / elapsed_seconds;
    println!(
        "{outstanding:4} outstanding: {rate:8.0} writes/s  p50 {:.2} ms  p99 {:.2} ms",
        at(50),
        at(99)
    );
    Ok(())
}
