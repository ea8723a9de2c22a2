//! `cluster`: the load of `pairs` on one node and then on three, on the same machine in one run; and all sockets of three nodes cut at
//! once.

use super::Bench;
use super::pairs::{self, PAIRS};
use super::storm;
use crate::bars::Bar;
use crate::clinic::{Clinic, OPENINGS};
use crate::cluster;
use crate::failure::Outcome;
use crate::machine;
use crate::measure::Window;
use serde_json::{Map, json};

/// How long sockets that were all cut at once may take to be back.
const RESUMED_MS: f64 = 30_000.0;
const GAUGE_OF_TERM: &str = "corridor_group_term";
/// What three nodes reach of what one does, on the same two cores.
const SHARE_OF_ONE: f64 = 0.45;
/// People of the clinic.
pub const PEOPLE: usize = 2 * PAIRS;

/// One node, then three; clients are spread over the three evenly.
pub async fn run(bench: &mut Bench) -> Outcome<()> {
    let disk_time = bench.disk_time();
    let fdatasync_per_s = machine::fdatasyncs_per_second(&bench.folder, disk_time)?;
    let one = bench.template.open("one", false).await?;
    let alone = measured(bench, one, "one node").await?;
    let three = cluster::open(&bench.template, "three", OPENINGS).await?;
    let together = measured(bench, three, "three nodes").await?;

    bench.report.put("fdatasync_per_s", fdatasync_per_s.into());
    let names = [("w1", "cluster.w1.share"), ("w16", "cluster.w16.share")];
    let [mut single, mut cluster] = [Map::new(), Map::new()];
    for ((name, of_share), (alone, together)) in names.into_iter().zip(alone.iter().zip(&together)) {
        let share = together.acknowledged_per_s() / alone.acknowledged_per_s();
        single.insert(name.to_owned(), alone.as_json());
        let mut figures = together.as_json();
        figures["share"] = json!(share);
        cluster.insert(name.to_owned(), figures);
        bench.report.bar(Bar::at_least(of_share, share, SHARE_OF_ONE));
    }
    bench.report.put("single", single.into());
    bench.report.put("cluster", cluster.into());
    Ok(())
}

/// Everybody is cut and comes back; nobody else may lead because of that.
pub async fn cut(bench: &mut Bench) -> Outcome<()> {
    let clinic = cluster::open(&bench.template, "cut", "").await?;
    let before = clinic.node.figure(GAUGE_OF_TERM).await?;
    let resumed_ms = storm::on(bench, &clinic, "cut").await?;
    let elections = clinic.node.figure(GAUGE_OF_TERM).await? - before;
    bench.report.bar(Bar::at_most("cut.resumed_ms", resumed_ms, RESUMED_MS));
    bench.report.bar(Bar::at_most("cut.elections", elections, 0.0));
    clinic.close().await
}

async fn measured(bench: &mut Bench, clinic: Clinic, name: &str) -> Outcome<Vec<Window>> {
    let (mut session, lanes) = pairs::connect(&clinic, &bench.progress).await?;
    let windows = pairs::closed_loops(bench, &mut session, &lanes, name).await?;
    let errors = session.load.borrow().measure.errors.clone();
    let findings = session.finish().await?;
    bench.report.checked(findings, &errors);
    clinic.close().await?;
    Ok(windows)
}
