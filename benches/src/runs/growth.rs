//! `growth`: does a message cost more in a clinic with a long past? And does its node start as fast?

use super::Bench;
use crate::bars::Bar;
use crate::chance::Chance;
use crate::clinic::Clinic;
use crate::clock;
use crate::failure::Outcome;
use crate::load::Pattern;
use crate::machine;
use crate::measure::Window;
use crate::node::Node;
use crate::runs::pairs::PAIRS;
use crate::session::Session;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::time::Duration;

const FEW: usize = 100;
const MANY: usize = 100_000;
const MANY_QUICK: usize = 2_000;
/// Messages of each conversation.
const MESSAGES_EACH: u32 = 10;
/// Messages under way while the clinic is filled.
const AT_ONCE: u32 = 512;
const COST_RATIO: f64 = 1.2;
const START_TO_READY_MS: f64 = 3_000.0;
const SEED: u64 = 0x636f_7272_6964_6f72;
/// A node that uses less of a core than this has nothing left to tidy up.
const QUIET_CPU_SHARE: f64 = 0.05;
/// Longest wait for that, in looks of a second.
const QUIET_LOOKS: u32 = 60;

/// Measures fifty pairs among few conversations, then among many that hold messages; then stops the node and starts it again.
pub async fn run(bench: &mut Bench) -> Outcome<()> {
    let many = if bench.quick { MANY_QUICK } else { MANY };
    let people = bench.template.people.len();
    let mut pairs: Vec<(usize, usize)> = (0..people)
        .flat_map(|one| (one + 1..people).map(move |other| (one, other)))
        .collect();
    let mut chance = Chance::new(SEED);
    chance.shuffle(&mut pairs);
    pairs.truncate(many);

    let clinic = bench.template.open("few", false).await?;
    let few = begin(bench, &clinic, &pairs[..FEW.min(pairs.len())]).await?;
    let with_few = measure(bench, &clinic, &few, &mut chance, "among few conversations").await?;
    clinic.close().await?;

    let clinic = bench.template.open("many", false).await?;
    let all = begin(bench, &clinic, &pairs).await?;
    fill(bench, &clinic, &all, MESSAGES_EACH).await?;
    settle(&clinic).await?;
    let data_size_bytes = clinic.size_bytes()?;
    let rss_kib = clinic.node.rss_kib()?;
    let with_many = measure(bench, &clinic, &all, &mut chance, "among many conversations").await?;
    clinic.node.stop().await?;
    let ready_ms = clinic.node.start().await?.as_secs_f64() * 1e3;
    clinic.node.kill().await?;
    let ready_after_kill_ms = clinic.node.start().await?.as_secs_f64() * 1e3;
    clinic.close().await?;

    let ratio = with_many.window.server_cpu_us_per_message() / with_few.window.server_cpu_us_per_message();
    bench.report.put(
        "growth",
        json!({
            "conversations": all.len(),
            "messages": all.len() * MESSAGES_EACH as usize,
            "data_size_bytes": data_size_bytes,
            "rss_kib": rss_kib,
            "cost_ratio": ratio,
            "ack_rate_ratio": with_many.window.acknowledged_per_s() / with_few.window.acknowledged_per_s(),
            "few": with_few.figures,
            "many": with_many.figures,
            "start_to_ready_after_kill_ms": ready_after_kill_ms,
        }),
    );
    bench.report.put("start_to_ready_ms", ready_ms.into());
    bench.report.bar(Bar::at_most("growth.cost_ratio", ratio, COST_RATIO));
    bench
        .report
        .bar(Bar::at_most("start_to_ready_ms", ready_ms, START_TO_READY_MS));
    Ok(())
}

/// A conversation and the two who are in it.
pub type Direct = (String, (usize, usize));

/// Begins conversations of these pairs.
pub async fn begin(bench: &Bench, clinic: &Clinic, pairs: &[(usize, usize)]) -> Outcome<Vec<Direct>> {
    let tell = |begun: usize| {
        if begun.is_multiple_of(100) {
            bench
                .progress
                .show("beginning conversations", begun as f64 / pairs.len() as f64);
        }
    };
    let ids = clinic.directs(pairs, tell).await?;
    Ok(ids.into_iter().zip(pairs.iter().copied()).collect())
}

/// Lets the first of each pair write so many messages.
pub async fn fill(bench: &mut Bench, clinic: &Clinic, all: &[Direct], each: u32) -> Outcome<()> {
    let last_seq = clinic.last_seq(all[0].1.0, &all[0].0).await?;
    let mut session = Session::new(clinic, &bench.progress, false)?;
    let devices: Vec<u32> = (0..clinic.people.len())
        .map(|person| session.add_device(person))
        .collect();
    for (id, (one, other)) in all {
        let mut load = session.load.borrow_mut();
        let conversation = load.add_conversation(id, last_seq, vec![devices[*one], devices[*other]]);
        load.add_lane(devices[*one], conversation);
    }
    session.until_live().await?;
    session.fill("filling conversations", each, AT_ONCE).await?;
    session.drain().await?;
    let errors = session.load.borrow().measure.errors.clone();
    let findings = session.finish().await?;
    bench.report.checked(findings, &errors);
    Ok(())
}

/// Waits until the nodes have tidied up what the filling left.
pub async fn settle(clinic: &Clinic) -> Outcome<()> {
    for _ in 0..QUIET_LOOKS {
        let (before_us, begun_ns) = (cpu_us(clinic)?, clock::now_ns());
        tokio::time::sleep(Duration::from_secs(1)).await;
        let used_us = cpu_us(clinic)? - before_us;
        if used_us / 1e6 < QUIET_CPU_SHARE * clock::seconds(begun_ns, clock::now_ns()) {
            break;
        }
    }
    Ok(())
}

fn cpu_us(clinic: &Clinic) -> Outcome<f64> {
    clinic.nodes().map(Node::cpu_us).sum()
}

struct Measured {
    window: Window,
    figures: Value,
}

async fn measure(
    bench: &mut Bench,
    clinic: &Clinic,
    all: &[Direct],
    chance: &mut Chance,
    what: &str,
) -> Outcome<Measured> {
    let mut chosen: Vec<&Direct> = all.iter().collect();
    chance.shuffle(&mut chosen);
    chosen.truncate(PAIRS);
    let mut session = Session::new(clinic, &bench.progress, false)?;
    let mut devices: HashMap<usize, u32> = HashMap::new();
    let mut lanes = Vec::new();
    for (id, (one, other)) in chosen {
        let last_seq = clinic.last_seq(*one, id).await?;
        // A device a person, so that each message makes two deliveries, whoever was chosen twice.
        let of_both = [one, other].map(|person| *devices.entry(*person).or_insert_with(|| session.add_device(*person)));
        let mut load = session.load.borrow_mut();
        let conversation = load.add_conversation(id, last_seq, of_both.to_vec());
        lanes.push(load.add_lane(of_both[0], conversation));
    }
    session.until_live().await?;
    session.until_quiet(bench.quiet_time()).await?;
    let disk_per_s = machine::fdatasyncs_per_second(&bench.folder, bench.disk_time())?;
    session.load.borrow_mut().begin(Pattern::OnAcknowledged, &lanes, 1);
    session.pass(what, bench.warm_up()).await?;
    let window = session.window(what, bench.window_time()).await?;
    session.drain().await?;
    let errors = session.load.borrow().measure.errors.clone();
    let findings = session.finish().await?;
    bench.report.checked(findings, &errors);
    let mut figures = window.as_json();
    figures["fdatasync_per_s"] = disk_per_s.into();
    Ok(Measured { window, figures })
}
