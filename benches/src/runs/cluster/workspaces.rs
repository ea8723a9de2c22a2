//! `workspaces`: many workspaces that nobody uses, on three nodes. What they cost when all of them rest, and how long whoever comes to one
//! waits for it.

use super::{ALL, Bench};
use crate::bars::Bar;
use crate::clock;
use crate::cluster::Cluster;
use crate::failure::{Context, Outcome};
use futures_util::future::join_all;
use serde_json::json;
use std::cell::Cell;
use std::time::Duration;
use tokio::time::sleep;

const WORKSPACES: usize = 200;
const WORKSPACES_QUICK: usize = 8;
/// They rest so soon, where a clinic's take five minutes.
const REST: &str = "workspace_rest_s = 2\n";
const MEASURED: Duration = Duration::from_secs(20);
/// Of those, so many are woken, one after the other.
const WOKEN: usize = 8;
const CORE_PERCENT: f64 = 5.0;
const RSS_MIB: f64 = 200.0;
const GAUGE_OF_AWAKE: &str = "corridor_workspaces_awake";

/// Makes them, lets them rest, and looks what the nodes use.
pub async fn run(bench: &mut Bench) -> Outcome<()> {
    bench.progress.show("founding a clinic of three nodes", 0.0);
    let folder = bench.folder.join("cluster-workspaces");
    let cluster = Cluster::here(&folder, &bench.template.binary, false)?.with_limits(REST);
    cluster.found().await?;
    let count = if bench.quick { WORKSPACES_QUICK } else { WORKSPACES };
    let made = Cell::new(0);
    let make = |node: usize| {
        let (cluster, made, progress) = (&cluster, &made, &bench.progress);
        async move {
            for number in (node..count).step_by(ALL.len()) {
                cluster.members[node].create_workspace(&name(number)).await?;
                made.set(made.get() + 1);
                progress.show("making workspaces", f64::from(made.get()) / count as f64);
            }
            Ok(())
        }
    };
    let makers: Vec<Outcome<()>> = join_all(ALL.map(make)).await;
    makers.into_iter().collect::<Outcome<()>>()?;
    let all_rest = async || {
        for member in &cluster.members {
            if member.node.figure(GAUGE_OF_AWAKE).await.unwrap_or(f64::MAX) > 1.0 {
                return false;
            }
        }
        true
    };
    cluster.until("all of them rest", all_rest).await?;
    bench.progress.show("looking at nodes with nothing to do", 0.5);
    let before: Outcome<Vec<f64>> = cluster.members.iter().map(|member| member.node.cpu_us()).collect();
    let before = before?;
    sleep(MEASURED).await;
    let (mut core_percent, mut rss_mib): (f64, f64) = (0.0, 0.0);
    for (member, before) in cluster.members.iter().zip(before) {
        let used = (member.node.cpu_us()? - before) / MEASURED.as_micros() as f64 * 100.0;
        core_percent = core_percent.max(used);
        rss_mib = rss_mib.max(member.node.rss_kib()? / 1024.0);
    }
    let numbers = cluster.members[0]
        .workspaces()
        .await
        .context("the workspaces are not listed")?;
    let mut woken_ms = Vec::new();
    for (asked, number) in numbers.iter().step_by(count.div_ceil(WOKEN)).enumerate() {
        let begun_ns = clock::now_ns();
        let asked = &cluster.members[asked % ALL.len()];
        cluster
            .until("it is woken", async || asked.lets_into(*number).await)
            .await?;
        woken_ms.push(clock::seconds(begun_ns, clock::now_ns()) * 1e3);
    }
    let report = &mut bench.report;
    report.put(
        "workspaces",
        json!({
            "count": numbers.len(), "node_core_percent_max": core_percent, "node_rss_mib_max": rss_mib, "woken_ms": woken_ms,
        }),
    );
    report.bar(Bar::at_most("workspaces.node_core_percent", core_percent, CORE_PERCENT));
    report.bar(Bar::at_most("workspaces.node_rss_mib", rss_mib, RSS_MIB));
    cluster.close().await
}

fn name(number: usize) -> String {
    format!("clinic-{number}")
}
