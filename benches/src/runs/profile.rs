//! `profile`: the pairs with sixteen outstanding, while `perf` looks where the node's time goes.

use super::{Bench, pairs};
use crate::failure::{Context, Failure, Outcome};
use crate::load::Pattern;
use crate::stages::Samples;
use serde_json::{Map, json};
use std::fmt::Write as _;
use std::path::Path;
use std::process::Output;
use std::time::Duration;
use tokio::process::Command;

/// Looks a second at each thread; no multiple of what anything else does.
const LOOKS_PER_S: &str = "997";

/// Measures and says the table.
pub async fn run(bench: &mut Bench) -> Outcome<String> {
    let clinic = bench.template.open("profile", false).await?;
    let (mut session, lanes) = pairs::connect(&clinic, &bench.progress).await?;
    session.load.borrow_mut().begin(Pattern::OnAcknowledged, &lanes, 16);
    session.pass("profile", bench.warm_up()).await?;
    let recording = bench.folder.join("perf.data");
    let process = clinic.node.process()?;
    let looking = record(&process, &recording, bench.window_time());
    let (window, looked) = tokio::join!(session.window("profile", bench.window_time()), looking);
    let window = window?;
    looked?;
    session.drain().await?;
    let errors = session.load.borrow().measure.errors.clone();
    let findings = session.finish().await?;
    bench.report.checked(findings, &errors);
    clinic.close().await?;
    let samples = Samples::of(&script(&recording).await?);
    if samples.shallow * 2 > samples.total() {
        return Err(Failure::WrongUse(
            "this node does not say who called whom; build it with RUSTFLAGS=\"-C force-frame-pointers=yes\" and \
             CARGO_PROFILE_RELEASE_STRIP=none"
                .to_owned(),
        ));
    }
    let total_us = window.server_cpu_us_per_message();
    let mut figures = Map::new();
    let mut table = String::new();
    let _ = writeln!(table, "{:<16}{:>12}{:>9}", "stage", "us/message", "share");
    for (stage, share) in samples.shares() {
        let _ = writeln!(table, "{stage:<16}{:>12.1}{:>8.1}%", share * total_us, share * 100.0);
        figures.insert(
            stage.to_owned(),
            json!({ "us_per_message": share * total_us, "share": share }),
        );
    }
    let _ = writeln!(table, "{:<16}{total_us:>12.1}{:>8.1}%\n", "all", 100.0);
    let all = json!({ "stages": figures, "samples": samples.total(), "window": window.as_json() });
    bench.report.put("profile", all);
    Ok(table)
}

async fn record(process: &str, recording: &Path, length: Duration) -> Outcome<()> {
    let mut perf = Command::new("perf");
    perf.args(["record", "--quiet", "-e", "cpu-clock", "-F", LOOKS_PER_S, "-g", "-p"])
        .arg(process)
        .arg("-o")
        .arg(recording)
        .args(["--", "sleep"])
        .arg(length.as_secs_f64().to_string());
    said(&perf.kill_on_drop(true).output().await).map(drop)
}

async fn script(recording: &Path) -> Outcome<String> {
    let mut perf = Command::new("perf");
    perf.args(["script", "--no-inline", "-F", "comm,ip,sym", "-i"])
        .arg(recording);
    said(&perf.kill_on_drop(true).output().await)
}

fn said(outcome: &std::io::Result<Output>) -> Outcome<String> {
    let output = outcome
        .as_ref()
        .context("running perf, which must be installed and allowed")?;
    if !output.status.success() {
        let reason = String::from_utf8_lossy(&output.stderr);
        return Err(Failure::Broken(format!(
            "perf ended with {}: {}",
            output.status,
            reason.trim()
        )));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}
