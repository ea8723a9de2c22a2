//! `failover`: SIGKILL for the leader under a steady load whose senders ask again at any node, again and again. The history is
//! judged as that of `faults` is: how long nobody was answered, and whether anything is lost, doubled or out of order.

use super::Bench;
use crate::bars::Bar;
use crate::clock;
use crate::cluster::Cluster;
use crate::failure::{Failure, Outcome};
use crate::faults::traffic::{Scene, now_us};
use crate::faults::{Clients, Company, check, complaints, put};
use corridor_judge::history::{Phase, What};
use corridor_judge::judge::{LEADER_KILLED, share};
use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::Duration;
use tokio::time::{sleep, timeout};

const ROUNDS: u32 = 100;
const ROUNDS_QUICK: u32 = 5;
const UNANSWERED_P50_MS: f64 = 1_500.0;
const UNANSWERED_P99_MS: f64 = 3_000.0;
/// How long a round may wait for anything.
const PATIENCE: Duration = Duration::from_secs(60);
const LOOK_AGAIN: Duration = Duration::from_millis(50);

/// Kills the leader so many times.
pub async fn run(bench: &mut Bench, rounds: Option<u32>) -> Outcome<()> {
    let rounds = rounds.unwrap_or(if bench.quick { ROUNDS_QUICK } else { ROUNDS });
    let seed = clock::seed();
    bench.progress.show("founding a clinic of three nodes", 0.0);
    let cluster = Cluster::here(&bench.folder.join("cluster-failover"), &bench.template.binary, true)?;
    cluster.found().await?;
    let path = bench.folder.join("failover.jsonl");
    let scene = Company::SMALL.open(&cluster, &path, seed).await?;
    let clients = Clients::enter(&scene, seed).await?;
    for round in 0..rounds {
        let what = format!("kill {} of {rounds}", round + 1);
        bench.progress.show(&what, f64::from(round) / f64::from(rounds));
        kill_leader(&cluster, &scene, round).await?;
    }
    let missed = clients.leave().await;
    cluster.kill().await?;
    scene.history.borrow_mut().finish()?;
    let verdict = check(&path)?;
    let mut errors = BTreeMap::new();
    for (code, count) in [
        ("panicked", complaints(&cluster).len() as u64),
        ("end_not_reached", u64::from(missed.is_some())),
        (
            "never_answered",
            u64::from(rounds) - verdict.unavailable_ms.len() as u64,
        ),
    ] {
        if count > 0 {
            errors.insert(code.to_owned(), count);
        }
    }
    let known = |part| share(&verdict.unavailable_ms, part).unwrap_or(f64::NAN);
    for (name, value, bar) in [
        ("failover.unanswered_p50_ms", known(0.5), UNANSWERED_P50_MS),
        ("failover.unanswered_p99_ms", known(0.99), UNANSWERED_P99_MS),
    ] {
        bench.report.bar(Bar::at_most(name, value, bar));
    }
    put(&mut bench.report, "failover", &verdict, errors);
    cluster.close().await
}

/// A round: the leader is killed; when somebody is answered again it is started; it is over when all is well.
async fn kill_leader(cluster: &Cluster, scene: &Rc<Scene>, round: u32) -> Outcome<()> {
    let leader = cluster.wait_for_leader().await?;
    let note = |phase| {
        scene.note(What::Fault {
            episode: round,
            class: LEADER_KILLED.to_owned(),
            phase,
            nodes: u32::try_from(leader).into_iter().collect(),
            detail: String::new(),
        });
    };
    note(Phase::Begun);
    cluster.members[leader].kill().await?;
    note(Phase::Struck);
    let struck_us = now_us();
    until(scene, "somebody is answered", async || {
        scene.any_acknowledged_since(struck_us)
    })
    .await?;
    let begun_us = now_us();
    note(Phase::Healing);
    cluster.members[leader].start()?;
    let is_well = async || scene.all_acknowledged_since(begun_us) && cluster.is_well().await;
    until(scene, "all is well", is_well).await?;
    note(Phase::Healed);
    Ok(())
}

async fn until(scene: &Scene, what: &str, holds: impl AsyncFn() -> bool) -> Outcome<()> {
    let waiting = async {
        while !holds().await {
            scene.check()?;
            sleep(LOOK_AGAIN).await;
        }
        Ok(())
    };
    let late = |_| {
        Failure::Broken(format!(
            "the leader was killed, and {PATIENCE:?} later it is not so that {what}"
        ))
    };
    timeout(PATIENCE, waiting).await.map_err(late)?
}
