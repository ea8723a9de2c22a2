//! `pairs` and `half-load`: fifty two-person conversations, one sender in each, on a machine whose disk is measured beside it.

use super::Bench;
use crate::bars::{self, Bar};
use crate::clinic::Clinic;
use crate::failure::Outcome;
use crate::load::Pattern;
use crate::machine;
use crate::measure::Window;
use crate::progress::Progress;
use crate::session::Session;
use serde_json::{Map, json};

/// Two-person conversations.
pub const PAIRS: usize = 50;
const ACKNOWLEDGED_W1_PER_S: f64 = 8_000.0;
const ACKNOWLEDGED_W16_PER_S: f64 = 16_000.0;
const HALF_LOAD_P99_MS: f64 = 15.0;

/// Both people of every conversation, connected; and for each conversation the one who writes.
pub async fn connect<'a>(clinic: &'a Clinic, progress: &'a Progress) -> Outcome<(Session<'a>, Vec<u32>)> {
    let numbers: Vec<(usize, usize)> = (0..PAIRS).map(|pair| (2 * pair, 2 * pair + 1)).collect();
    let conversations = clinic.directs(&numbers, |_| ()).await?;
    let last_seq = clinic.last_seq(0, &conversations[0]).await?;
    clinic.until_equal().await?;
    let mut session = Session::new(clinic, progress, false)?;
    let mut lanes = Vec::new();
    for (id, (one, other)) in conversations.iter().zip(numbers) {
        let devices = [session.add_device(one), session.add_device(other)];
        let mut load = session.load.borrow_mut();
        let conversation = load.add_conversation(id, last_seq, devices.to_vec());
        // Now the one and now the other, so that senders are spread over several nodes as devices are.
        let sender = devices[lanes.len() % 2];
        lanes.push(load.add_lane(sender, conversation));
    }
    session.until_live().await?;
    Ok((session, lanes))
}

/// Measures closed loops of one and of sixteen outstanding messages.
pub async fn closed_loops(bench: &Bench, session: &mut Session<'_>, lanes: &[u32], name: &str) -> Outcome<[Window; 2]> {
    let one = closed_loop(bench, session, lanes, name, 1).await?;
    Ok([one, closed_loop(bench, session, lanes, name, 16).await?])
}

async fn closed_loop(
    bench: &Bench,
    session: &mut Session<'_>,
    lanes: &[u32],
    name: &str,
    outstanding: u32,
) -> Outcome<Window> {
    let what = format!("{name}, {outstanding} outstanding");
    session
        .load
        .borrow_mut()
        .begin(Pattern::OnAcknowledged, lanes, outstanding);
    session.pass(&what, bench.warm_up()).await?;
    let window = session.window(&what, bench.window_time()).await?;
    session.drain().await?;
    Ok(window)
}

/// Measures closed loops of one and of sixteen outstanding messages, and after that, if wanted, half of
/// what the bar of sixteen asks for, and half of what was measured, paced.
pub async fn run(bench: &mut Bench, with_half_load: bool) -> Outcome<()> {
    let clinic = bench.template.open("pairs", false).await?;
    let (mut session, lanes) = connect(&clinic, &bench.progress).await?;

    let disk_time = bench.disk_time();
    let before_per_s = machine::fdatasyncs_per_second(&bench.folder, disk_time)?;
    let windows = closed_loops(bench, &mut session, &lanes, "pairs").await?;
    let after_per_s = machine::fdatasyncs_per_second(&bench.folder, disk_time)?;
    let fdatasync_per_s = f64::midpoint(before_per_s, after_per_s);

    let mut figures = Map::new();
    for (name, window) in ["w1", "w16"].into_iter().zip(&windows) {
        figures.insert(name.to_owned(), window.as_json());
    }
    let rates: Vec<f64> = windows.iter().map(|window| window.acknowledged_per_s()).collect();
    let bar = |most, for_each| bars::acknowledged(most, for_each, fdatasync_per_s);
    let mut bars = vec![
        Bar::at_least("pairs.w1.acked_per_s", rates[0], bar(ACKNOWLEDGED_W1_PER_S, 2.0)),
        Bar::at_least("pairs.w16.acked_per_s", rates[1], bar(ACKNOWLEDGED_W16_PER_S, 4.0)),
    ];
    if with_half_load {
        let of_bar = bar(ACKNOWLEDGED_W16_PER_S, 4.0) / 2.0;
        for (name, rate) in [("half_load", of_bar), ("half_measured", rates[1] / 2.0)] {
            let paced = session.pace(lanes.clone(), rate);
            session.pass(name, bench.warm_up()).await?;
            let window = session.window(name, bench.window_time()).await?;
            drop(paced);
            session.drain().await?;
            let mut json = window.as_json();
            json["offered_per_s"] = rate.into();
            figures.insert(name.to_owned(), json);
            if name == "half_load" {
                let p99_ms = window.measure.to_acknowledged.quantile_ms(0.99);
                bars.push(Bar::at_most("pairs.half_load.ack_p99_ms", p99_ms, HALF_LOAD_P99_MS));
            }
        }
    }
    let errors = session.load.borrow().measure.errors.clone();
    let findings = session.finish().await?;
    let report = &mut bench.report;
    report.put("pairs", figures.into());
    report.put("fdatasync_per_s", fdatasync_per_s.into());
    report.put(
        "fdatasync",
        json!({ "before_per_s": before_per_s, "after_per_s": after_per_s }),
    );
    bars.into_iter().for_each(|bar| report.bar(bar));
    report.checked(findings, &errors);
    clinic.close().await
}
