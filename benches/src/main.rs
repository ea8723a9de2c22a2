//! The load client: starts the real node, drives it over HTTP and WebSocket as clients do, measures, and verifies while it does.
//!
//! It stands beside the house and knows only the wire: no crate of ours is linked into it but the judge, which knows nothing.

#![forbid(unsafe_code)]

mod arguments;
mod bars;
mod chance;
mod clinic;
mod clock;
mod cluster;
mod compare;
mod device;
mod failure;
mod faults;
mod http;
mod load;
mod machine;
mod measure;
mod node;
mod pacing;
mod progress;
mod report;
mod runs;
mod session;
mod stages;
mod system;
mod wire;

use arguments::{Cluster, ClusterRunName, Command, Faults, Kill, Line, MessagePath, Place, Profile, RunName};
use clap::Parser;
use clinic::Template;
use failure::{Context, Failure, Outcome};
use progress::Progress;
use report::Report;
use runs::Bench;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use tempfile::TempDir;
use tokio::signal::unix::{SignalKind, signal};
use tokio::task::LocalSet;

/// People of the clinic: enough for the largest room, and for a hundred thousand pairs.
const PEOPLE: usize = 500;
/// People where those are not needed: each costs two password hashes.
const PEOPLE_FEW: usize = 2 * runs::pairs::PAIRS;
/// Sockets of the largest run, with room for files.
const FILES_WANTED: u64 = 8_192;

fn main() -> ExitCode {
    match answer(Line::parse()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(failure) => {
            // Where nothing can be said, the exit code says it.
            let _ = writeln!(std::io::stderr(), "error: {failure}");
            match failure {
                Failure::WrongUse(_) => ExitCode::from(2),
                Failure::NoRights(_) => ExitCode::from(3),
                Failure::Broken(_) => ExitCode::FAILURE,
            }
        }
    }
}

/// True: everything held and was verified.
fn answer(line: Line) -> Outcome<bool> {
    // One thread: the client shares the machine with what it measures, and takes no lock.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.context("starting the runtime")?;
    let local = LocalSet::new();
    local.block_on(&runtime, async {
        let mut terminated = signal(SignalKind::terminate()).context("watching for signals")?;
        // Whatever was under way is dropped: the node ends, and its data is deleted.
        let interrupted = || Err(Failure::Broken("interrupted".to_owned()));
        tokio::select! {
            answer = obey(line.command) => answer,
            _ = tokio::signal::ctrl_c() => interrupted(),
            _ = terminated.recv() => interrupted(),
        }
    })
}

async fn obey(command: Command) -> Outcome<bool> {
    match command {
        Command::MessagePath(arguments) => message_path(arguments).await,
        Command::Cluster(arguments) => three_nodes(arguments).await,
        Command::Kill(arguments) => kill(arguments).await,
        Command::Faults(arguments) => faults(arguments).await,
        Command::Check { file } => {
            let verdict = faults::check(&file)?;
            let mut report = Report::default();
            faults::put(&mut report, "faults", &verdict, Default::default());
            say(&report.table())?;
            Ok(verdict.is_clean())
        }
        Command::Profile(arguments) => profile(arguments).await,
        Command::Compare { first, second } => {
            say(&compare::compare(&first, &second)?)?;
            Ok(true)
        }
    }
}

fn say(text: &str) -> Outcome<()> {
    std::io::stdout().write_all(text.as_bytes()).context("standard output")
}

/// The folder for the data of a run; deleted when dropped.
fn folder(place: &Place) -> Outcome<TempDir> {
    let parent = match &place.folder {
        Some(folder) => folder.clone(),
        None => {
            let program = std::env::current_exe().context("finding this program")?;
            let target = program.parent().and_then(|release| release.parent());
            target.map_or_else(|| PathBuf::from("."), PathBuf::from)
        }
    };
    let what = || format!("making a folder in {}", parent.display());
    std::fs::create_dir_all(&parent).context(what())?;
    if machine::file_system(&parent) == "tmpfs" {
        return Err(Failure::WrongUse(format!(
            "{} is in memory, where a sync costs nothing; name a folder on a disk with --folder",
            parent.display()
        )));
    }
    tempfile::Builder::new()
        .prefix("load-")
        .tempdir_in(&parent)
        .context(what())
}

/// A clinic of so many people in a folder of its own; the folder goes with what is returned.
async fn bench(place: &Place, people: usize, quick: bool) -> Outcome<(Bench, TempDir)> {
    let binary = node::binary(place.binary.clone())?;
    machine::allow_files(FILES_WANTED)?;
    let folder = folder(place)?;
    let progress = Progress::new();
    progress.show("founding a clinic and signing everybody in", 0.0);
    let template = Template::found(&binary, folder.path(), people).await?;
    let mut report = Report::default();
    report.put("machine", machine::facts(folder.path()));
    report.put("quick", quick.into());
    let bench = Bench {
        folder: folder.path().to_owned(),
        template,
        quick,
        progress,
        report,
    };
    Ok((bench, folder))
}

/// Writes the results and says them.
fn conclude(bench: &Bench, json: Option<&Path>, ignore_bars: bool) -> Outcome<bool> {
    bench.progress.clear();
    if let Some(file) = json {
        bench.report.write(file)?;
    }
    say(&bench.report.table())?;
    Ok(bench.report.is_verified() && (ignore_bars || bench.report.is_held()))
}

async fn three_nodes(arguments: Cluster) -> Outcome<bool> {
    let wanted = |name: ClusterRunName| arguments.only.is_empty() || arguments.only.contains(&name);
    let people = if wanted(ClusterRunName::Pairs) { PEOPLE_FEW } else { 0 };
    let (mut bench, _folder) = bench(&arguments.place, people, arguments.quick).await?;
    if wanted(ClusterRunName::Pairs) {
        runs::cluster::pairs::run(&mut bench).await?;
    }
    if wanted(ClusterRunName::Failover) {
        runs::cluster::failover::run(&mut bench, arguments.rounds).await?;
    }
    if wanted(ClusterRunName::Cut) {
        runs::cluster::cut::run(&mut bench).await?;
    }
    if wanted(ClusterRunName::Replace) {
        runs::cluster::replace::run(&mut bench).await?;
    }
    if wanted(ClusterRunName::Workspaces) {
        runs::cluster::workspaces::run(&mut bench).await?;
    }
    conclude(&bench, arguments.json.as_deref(), arguments.ignore_bars)
}

async fn kill(arguments: Kill) -> Outcome<bool> {
    let (mut bench, _folder) = bench(&arguments.place, runs::kill::PEOPLE, false).await?;
    let seed = arguments.seed.unwrap_or_else(clock::seed);
    runs::kill::run(&mut bench, arguments.rounds, seed).await?;
    conclude(&bench, arguments.json.as_deref(), arguments.ignore_bars)
}

async fn faults(arguments: Faults) -> Outcome<bool> {
    let earlier = node::earlier_binary(arguments.earlier.clone())?;
    let classes = faults::classes(&arguments, earlier.is_some())?;
    system::check_rights()?;
    let binary = node::binary(arguments.place.binary.clone())?;
    let builds = faults::Builds { binary, earlier };
    let folder = folder(&arguments.place)?;
    let mut report = Report::default();
    report.put("machine", machine::facts(folder.path()));
    let text = faults::run(&arguments, &classes, &builds, folder.path(), &mut report).await?;
    if let Some(file) = &arguments.json {
        report.write(file)?;
    }
    say(&text)?;
    if arguments.planted.is_some() {
        // What was found is what was looked for.
        return Ok(true);
    }
    say(&report.table())?;
    Ok(report.is_verified())
}

async fn profile(arguments: Profile) -> Outcome<bool> {
    let (mut bench, _folder) = bench(&arguments.place, PEOPLE_FEW, false).await?;
    let table = runs::profile::run(&mut bench).await?;
    bench.progress.clear();
    say(&table)?;
    conclude(&bench, arguments.json.as_deref(), true)
}

async fn message_path(arguments: MessagePath) -> Outcome<bool> {
    let wanted = |name: RunName| arguments.only.is_empty() || arguments.only.contains(&name);
    let is_of_pairs = |name: &RunName| matches!(name, RunName::Pairs | RunName::HalfLoad);
    let only_pairs = !arguments.only.is_empty() && arguments.only.iter().all(is_of_pairs);
    let people = if arguments.quick || only_pairs {
        PEOPLE_FEW
    } else {
        PEOPLE
    };
    let (mut bench, _folder) = bench(&arguments.place, people, arguments.quick).await?;
    if wanted(RunName::Pairs) || wanted(RunName::HalfLoad) {
        runs::pairs::run(&mut bench, wanted(RunName::HalfLoad)).await?;
    }
    if wanted(RunName::Room500) {
        runs::room500::run(&mut bench).await?;
    }
    for (name, tls) in [(RunName::Idle, false), (RunName::IdleTls, true)] {
        if wanted(name) {
            runs::idle::run(&mut bench, tls).await?;
        }
    }
    if wanted(RunName::Storm) {
        runs::storm::run(&mut bench).await?;
    }
    if wanted(RunName::Stalled) {
        runs::stalled::run(&mut bench).await?;
    }
    if wanted(RunName::Growth) {
        runs::growth::run(&mut bench).await?;
    }
    if wanted(RunName::Queue) {
        runs::queue::run(&mut bench).await?;
    }
    conclude(&bench, arguments.json.as_deref(), arguments.ignore_bars)
}
