//! `cut`: the storm at three nodes: thousands of sockets, spread over them, are reset at once while people write. All come back and
//! miss nothing, and the nodes go on under the leader that they had.

use super::{ALL, Bench, people};
use crate::bars::Bar;
use crate::clinic::Clinic;
use crate::cluster::Cluster;
use crate::failure::Outcome;
use crate::runs::storm;

const PEOPLE: usize = 100;
/// So that each room has as many sockets as those of `storm`.
const MEMBERS_OF_A_ROOM: usize = 10;
const RESUMED_MS: f64 = 30_000.0;
const GAUGE_OF_TERM: &str = "corridor_group_term";

/// Cuts all sockets, and compares the term before and after.
pub async fn run(bench: &mut Bench) -> Outcome<()> {
    bench.progress.show("founding a clinic of three nodes", 0.0);
    // A storm is measured with what a node lets in by itself.
    let cluster = Cluster::here(&bench.folder.join("cluster-cut"), &bench.template.binary, false)?;
    cluster.found().await?;
    let people = people(bench, &cluster, PEOPLE).await?;
    let clinic = cluster.clinic(&people, &ALL)?;
    let before = term(&clinic).await?;
    let storm = storm::storm(bench, &clinic, MEMBERS_OF_A_ROOM).await?;
    cluster.until_well().await?;
    let after = term(&clinic).await?;
    let mut figures = storm.figures();
    figures["term_before"] = before.into();
    figures["term_after"] = after.into();
    let report = &mut bench.report;
    report.put("cut", figures);
    report.bar(Bar::at_most("cut.resumed_ms", storm.resumed_ms, RESUMED_MS));
    report.bar(Bar::at_most("cut.terms", after - before, 0.0));
    report.checked(storm.findings, &storm.errors);
    drop(clinic);
    cluster.close().await
}

/// The highest term that any node knows.
async fn term(clinic: &Clinic) -> Outcome<f64> {
    let mut highest: f64 = 0.0;
    for node in clinic.nodes() {
        highest = highest.max(node.figure(GAUGE_OF_TERM).await?);
    }
    Ok(highest)
}
