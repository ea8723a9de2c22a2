//! `idle` and `idle-tls`: thousands of sockets that are signed in and say nothing: the node's memory for each.

use super::Bench;
use crate::bars::Bar;
use crate::clock;
use crate::failure::Outcome;
use crate::session::Session;
use serde_json::json;

const SOCKETS: usize = 5_000;
const SOCKETS_QUICK: usize = 500;
const RSS_KIB: f64 = 24.0;

/// Plain, or by TLS with a certificate made for the run. The people have several devices each, as many as it takes.
pub async fn run(bench: &mut Bench, tls: bool) -> Outcome<()> {
    let name = if tls { "idle_tls" } else { "idle" };
    let clinic = bench.template.open(name, tls).await?;
    let mut session = Session::new(&clinic, &bench.progress, false)?;
    let people = clinic.people.len();
    // What the first socket makes the node set up once is not for each.
    session.add_device(0);
    session.until_live().await?;
    session.until_quiet(bench.quiet_time()).await?;
    let before_kib = clinic.node.rss_kib()?;
    let sockets = if bench.quick { SOCKETS_QUICK } else { SOCKETS };
    let begun_ns = clock::now_ns();
    for number in 0..sockets {
        session.add_device(number % people);
    }
    session.until_live().await?;
    let connect_s = clock::seconds(begun_ns, clock::now_ns());
    session.until_quiet(bench.quiet_time()).await?;
    let after_kib = clinic.node.rss_kib()?;
    let errors = session.load.borrow().measure.errors.clone();
    let frames = session.load.borrow().frames;
    let findings = session.finish().await?;
    let each_kib = (after_kib - before_kib) / sockets as f64;
    let figures = json!({
        "sockets": sockets,
        "people": people,
        "rss_before_kib": before_kib,
        "rss_after_kib": after_kib,
        "rss_kib_per_connection": each_kib,
        "connected_per_s": sockets as f64 / connect_s,
        "frames_per_connection": frames as f64 / sockets as f64,
    });
    bench.report.put(name, figures);
    // What TLS holds besides is the library's own.
    if !tls {
        let bar = Bar::at_most("idle.rss_kib_per_connection", each_kib, RSS_KIB);
        bench.report.bar(bar);
    }
    bench.report.checked(findings, &errors);
    clinic.close().await
}
