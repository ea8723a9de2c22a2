//! The load client: starts the real node, drives it over HTTP and WebSocket as clients do, measures, and verifies while it does.
//!
//! It stands beside the house and knows only the wire: no crate of ours is linked into it.

#![forbid(unsafe_code)]

mod arguments;
mod bars;
mod checker;
mod clinic;
mod clock;
mod device;
mod failure;
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
mod wire;

use arguments::{Command, Line, MessagePath, Place, RunName};
use clap::Parser;
use clinic::Template;
use failure::{Context, Failure, Outcome};
use progress::Progress;
use report::Report;
use runs::Bench;
use serde_json::json;
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use tempfile::TempDir;
use tokio::task::LocalSet;

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
        match line.command {
            Command::MessagePath(arguments) => message_path(arguments).await,
        }
    })
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

async fn message_path(arguments: MessagePath) -> Outcome<bool> {
    let binary = node::binary(arguments.place.binary.clone())?;
    machine::allow_files(FILES_WANTED)?;
    let folder = folder(&arguments.place)?;
    let progress = Progress::new();
    let wanted = |name: RunName| arguments.only.is_empty() || arguments.only.contains(&name);
    progress.show("founding a clinic and signing everybody in", 0.0);
    let template = Template::found(&binary, folder.path(), 2 * runs::pairs::PAIRS).await?;
    let mut bench = Bench {
        folder: folder.path().to_owned(),
        template,
        quick: arguments.quick,
        progress,
        report: Report::default(),
    };
    bench.report.put("machine", machine::facts(folder.path()));
    bench.report.put("quick", json!(arguments.quick));
    if wanted(RunName::Pairs) || wanted(RunName::HalfLoad) {
        runs::pairs::run(&mut bench, wanted(RunName::HalfLoad)).await?;
    }
    bench.progress.clear();
    if let Some(file) = &arguments.json {
        bench.report.write(file)?;
    }
    say(&bench.report.table())?;
    Ok(bench.report.is_verified() && bench.report.is_held())
}
