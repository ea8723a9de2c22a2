//! `stalled`: a hundred clients in a busy room stop reading: what that costs the node and the others; each is cut, and resumes.

use super::Bench;
use crate::bars::Bar;
use crate::clinic::Clinic;
use crate::clock;
use crate::failure::Outcome;
use crate::load::{Load, Order};
use crate::measure::Window;
use crate::session::Session;
use serde_json::json;
use std::time::Duration;

const MEMBERS: usize = 500;
const SENDERS: usize = 10;
const STALLED: usize = 100;
/// In a room of all.
const MESSAGES_PER_S: f64 = 60.0;
/// Long ones: the system holds megabytes for a socket before the node notices anything.
const BODY_SIZE_BYTES: usize = 2_000;
/// Longer ones in a quick run, which has fewer members.
const BODY_SIZE_BYTES_QUICK: usize = 8_000;
const RSS_KIB: f64 = 64.0;
/// Longest time until the node has cut them.
const CUT_WITHIN: Duration = Duration::from_secs(120);
const GAUGE_OF_SOCKETS: &str = "corridor_sockets";
const STEP: Duration = Duration::from_millis(500);

/// Measures the room while all read, then while some do not, until the node has cut those.
pub async fn run(bench: &mut Bench) -> Outcome<()> {
    let clinic = bench.template.open("stalled", false).await?;
    let members: Vec<usize> = (0..MEMBERS.min(clinic.people.len())).collect();
    let stalling = STALLED.min(members.len() / 4);
    let readers = members.len() - stalling;
    let id = clinic.group("A busy room", &members).await?;
    let last_seq = clinic.last_seq(0, &id).await?;
    let mut session = Session::new(&clinic, &bench.progress, false)?;
    let mut devices: Vec<u32> = (0..readers).map(|person| session.add_device(person)).collect();
    devices.extend((readers..members.len()).map(|person| session.add_narrow_device(person)));
    let stalled = devices[readers..].to_vec();
    let lanes: Vec<u32> = {
        let mut load = session.load.borrow_mut();
        let conversation = load.add_conversation(&id, last_seq, devices.clone());
        let senders = devices.iter().take(SENDERS);
        senders.map(|device| load.add_lane(*device, conversation)).collect()
    };
    session.until_live().await?;
    session.until_quiet(bench.quiet_time()).await?;

    let body_size_bytes = if bench.quick {
        BODY_SIZE_BYTES_QUICK
    } else {
        BODY_SIZE_BYTES
    };
    session.load.borrow_mut().body_size_bytes = body_size_bytes;
    let paced = session.pace(lanes, MESSAGES_PER_S);
    session.pass("all read", bench.warm_up()).await?;
    let growing_from_kib = clinic.node.rss_kib()?;
    let without = session.window("all read", bench.window_time()).await?;
    // What the node keeps of messages grows with them, whether somebody stalls or not.
    let growth_kib_per_s = (clinic.node.rss_kib()? - growing_from_kib).max(0.0) / without.seconds;
    let (before_kib, sockets_before) = (clinic.node.rss_kib()?, clinic.node.figure(GAUGE_OF_SOCKETS).await?);
    let began_ns = clock::now_ns();
    for device in &stalled {
        session.load.borrow_mut().order(*device, Order::Stall);
    }
    let with = session.window("some do not read", bench.window_time()).await?;
    let (peak_kib, cut) = until_cut(&mut session, &clinic, sockets_before, stalling).await?;
    let peak_kib = peak_kib.max(clinic.node.rss_kib()?);
    let cut_ms = clock::seconds(began_ns, clock::now_ns()) * 1e3;
    for device in &stalled {
        session.load.borrow_mut().order(*device, Order::Hold);
    }
    let is_back = |load: &Load| stalled.iter().all(|device| load.devices[*device as usize].sockets > 1);
    let resumed = session.until(CUT_WITHIN, is_back).await?;
    drop(paced);
    session.drain().await?;
    let mut errors = session.load.borrow().measure.errors.clone();
    errors.remove("goodbye_too_slow");
    let findings = session.finish().await?;

    let grown_kib = peak_kib - before_kib;
    let each_kib = (grown_kib - growth_kib_per_s * cut_ms / 1e3).max(0.0) / stalling as f64;
    let p99_ms = |window: &Window| window.measure.to_received.quantile_ms(0.99);
    bench.report.put(
        "stalled",
        json!({
            "stalled": stalling,
            "cut": cut,
            "all_cut_ms": cut_ms,
            "all_resumed": resumed,
            "rss_before_kib": before_kib,
            "rss_peak_kib": peak_kib,
            "rss_kib_per_stalled": each_kib,
            "rss_kib_per_stalled_with_growth": grown_kib / stalling as f64,
            "rss_growth_kib_per_s_without": growth_kib_per_s,
            "receive_p99_ms_without": p99_ms(&without),
            "receive_p99_ms_with": p99_ms(&with),
            "without": without.as_json(),
            "with": with.as_json(),
        }),
    );
    bench
        .report
        .bar(Bar::at_most("stalled.rss_kib_per_stalled", each_kib, RSS_KIB));
    bench.report.bar(Bar::at_least("stalled.cut", cut, stalling as f64));
    bench.report.checked(findings, &errors);
    clinic.close().await
}

/// Waits until the node has let go of so many sockets. The most memory it held, and how many it let go of.
async fn until_cut(
    session: &mut Session<'_>,
    clinic: &Clinic,
    sockets_before: f64,
    wanted: usize,
) -> Outcome<(f64, f64)> {
    let begun_ns = clock::now_ns();
    let mut peak_kib = 0.0_f64;
    loop {
        session.pass("until the node cuts them", STEP).await?;
        peak_kib = peak_kib.max(clinic.node.rss_kib()?);
        let cut = sockets_before - clinic.node.figure(GAUGE_OF_SOCKETS).await?;
        let waited_s = clock::seconds(begun_ns, clock::now_ns());
        if cut >= wanted as f64 || waited_s > CUT_WITHIN.as_secs_f64() {
            return Ok((peak_kib, cut));
        }
    }
}
