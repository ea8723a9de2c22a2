//! `pairs` of three nodes: the same closed loops on one node and, right after, on three of them that share the same machine.

use super::{ALL, Bench, people};
use crate::bars::Bar;
use crate::cluster::Cluster;
use crate::failure::Outcome;
use crate::machine;
use crate::measure::Window;
use crate::runs::pairs::{PAIRS, closed_loops, connect};
use serde_json::{Map, Value, json};

/// Of what one node acknowledges: three nodes on two cores do three times the work.
const SHARE: f64 = 0.45;

/// Measures one node, then three.
pub async fn run(bench: &mut Bench) -> Outcome<()> {
    let before_per_s = machine::fdatasyncs_per_second(&bench.folder, bench.disk_time())?;
    let clinic = bench.template.open("single", false).await?;
    let (mut session, lanes) = connect(&clinic, &bench.progress).await?;
    let single = closed_loops(bench, &mut session, &lanes, "one node").await?;
    let mut errors = session.load.borrow().measure.errors.clone();
    let mut findings = session.finish().await?;
    clinic.close().await?;

    bench.progress.show("founding a clinic of three nodes", 0.0);
    let cluster = Cluster::here(&bench.folder.join("cluster-pairs"), &bench.template.binary, true)?;
    cluster.found().await?;
    let people = people(bench, &cluster, 2 * PAIRS).await?;
    let clinic = cluster.clinic(&people, &ALL)?;
    let (mut session, lanes) = connect(&clinic, &bench.progress).await?;
    let three = closed_loops(bench, &mut session, &lanes, "three nodes").await?;
    for (code, count) in &session.load.borrow().measure.errors {
        *errors.entry(code.clone()).or_default() += count;
    }
    findings.add(session.finish().await?);
    let after_per_s = machine::fdatasyncs_per_second(&bench.folder, bench.disk_time())?;

    let shares = [0, 1].map(|width: usize| three[width].acknowledged_per_s() / single[width].acknowledged_per_s());
    let mut of_cluster = figures(&three);
    for (name, share) in ["w1", "w16"].into_iter().zip(shares) {
        of_cluster[name]["share"] = share.into();
    }
    let report = &mut bench.report;
    report.put("single", figures(&single));
    report.put("cluster", of_cluster);
    report.put(
        "fdatasync",
        json!({ "before_per_s": before_per_s, "after_per_s": after_per_s }),
    );
    report.bar(Bar::at_least("cluster.w1.share", shares[0], SHARE));
    report.bar(Bar::at_least("cluster.w16.share", shares[1], SHARE));
    report.checked(findings, &errors);
    drop(clinic);
    cluster.close().await
}

fn figures(windows: &[Window; 2]) -> Value {
    let named = ["w1", "w16"].into_iter().zip(windows);
    let figures: Map<String, Value> = named
        .map(|(name, window)| (name.to_owned(), window.as_json()))
        .collect();
    figures.into()
}
