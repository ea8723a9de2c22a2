//! `faults`: three real nodes in namespaces and on disks of their own, clients that write through all of them all the time, and
//! faults from a seed. What happened is a history; the history is judged.

mod cast;
pub mod class;
mod company;
mod damage;
mod disk;
mod field;
mod gatekeeper;
mod links;
mod listen;
mod look;
mod native;
mod network;
mod ordered;
mod orders;
pub mod planted;
mod read_back;
mod rolled_back;
mod strike;
mod table;
pub mod traffic;

pub use company::Company;

use crate::arguments::Faults;
use crate::chance::Chance;
use crate::clock;
use crate::cluster::Cluster;
use crate::failure::{Context, Failure, Outcome};
use crate::progress::Progress;
use crate::report::Report;
use class::{Class, Episode};
use corridor_judge::history::{self, What};
use corridor_judge::judge::{self, Verdict};
use field::Field;
use serde_json::json;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::Duration;
use strike::Stage;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
use traffic::Scene;

/// How long the clients may take to come to the end after the last fault, beside the time for what is read back.
const PATIENCE: Duration = Duration::from_secs(60);
/// So much longer for each message that was acknowledged.
const PATIENCE_EACH: Duration = Duration::from_millis(2);
const LOOK_AGAIN: Duration = Duration::from_millis(50);
/// What comes too much comes soon.
const LISTENING_ON: Duration = Duration::from_millis(500);

/// Reads a history and says what it shows.
pub fn check(path: &Path) -> Outcome<Verdict> {
    Ok(judge::judge(history::read(path)?)?)
}

/// What the nodes run.
pub struct Builds {
    /// The one that is tested.
    pub binary: PathBuf,
    /// An earlier one, to mix with it.
    pub earlier: Option<PathBuf>,
}

/// Which classes are to be played.
pub fn classes(arguments: &Faults, has_earlier: bool) -> Outcome<Vec<Class>> {
    match arguments.planted {
        Some(planted) => Ok(planted.classes().to_vec()),
        None => class::chosen(&arguments.only, has_earlier),
    }
}

/// Plays the episodes and judges them; what a person reads of it, beside the report's own table.
pub async fn run(
    arguments: &Faults,
    classes: &[Class],
    builds: &Builds,
    folder: &Path,
    report: &mut Report,
) -> Outcome<String> {
    let seed = arguments.seed.unwrap_or_else(clock::seed);
    let again = table::again(seed, arguments, builds);
    let longest = Duration::from_secs(arguments.seconds_each).mul_f64(0.6);
    let count = match arguments.planted {
        Some(_) => planted::EPISODES_MAX.min(arguments.episodes as usize),
        None => arguments.episodes as usize,
    };
    let episodes = class::draw(&mut Chance::new(seed), classes, count, longest);
    let path = arguments
        .history
        .clone()
        .unwrap_or_else(|| folder.join("history.jsonl"));
    let progress = Progress::new();
    progress.show("setting up three nodes", 0.0);
    let field = Field::found(folder, &builds.binary, builds.earlier.as_deref()).await?;
    let company = match arguments.planted {
        // What is acknowledged and lost cannot be insisted on: a guest would be taken out who is not in.
        Some(_) => Company::SMALL,
        None => Company::WHOLE,
    };
    let scene = company.open(&field.cluster, &path, seed).await?;
    let mut stage = Stage {
        field: &field,
        scene: &scene,
        planted: arguments.planted,
        links: None,
        pardoned: Vec::new(),
        older: None,
        errors: Default::default(),
        sentences: Vec::new(),
    };
    let performed = perform(&mut stage, &episodes, seed, &progress).await;
    performed.map_err(|failure| Failure::Broken(format!("{failure}\n{again}")))?;
    for sentence in complaints(&field.cluster) {
        if stage.pardoned.contains(&sentence) {
            continue;
        }
        *stage.errors.entry("panicked".to_owned()).or_default() += 1;
        stage.sentences.push(sentence);
    }
    scene.history.borrow_mut().finish()?;
    progress.show("judging", 1.0);
    let begun_ns = clock::now_ns();
    let verdict = check(&path)?;
    let judged_in = clock::seconds(begun_ns, clock::now_ns());
    progress.clear();
    report.put("judged_in_s", json!(judged_in));
    let missed = class::missed(classes, |name| verdict.episodes.contains_key(name));
    for name in missed {
        *stage.errors.entry(format!("not_exercised_{name}")).or_default() += 1;
    }
    for (name, is_exercised) in [
        ("guest", verdict.changes > 0),
        ("looks", verdict.looks > 0),
        ("audit", verdict.is_audited),
    ] {
        if !is_exercised {
            stage.errors.insert(format!("not_exercised_{name}"), 1);
        }
    }
    let mut text = table::table(&verdict);
    if builds.earlier.is_none() && arguments.only.is_empty() && arguments.planted.is_none() {
        text.push_str("mixed versions were not exercised: name the binary of an earlier build with --earlier or $CORRIDOR_EARLIER\n");
    }
    text.push_str(&again);
    for sentence in &stage.sentences {
        // Writing to a string does not fail.
        let _ = writeln!(text, "{sentence}");
    }
    report.put("seed", json!(seed));
    if let Some(planted) = arguments.planted {
        text.push_str(&planted.judged(&verdict)?);
        report.put("faults", verdict.as_json());
        return Ok(text);
    }
    put(report, "faults", &verdict, stage.errors);
    Ok(text)
}

/// What the logs of the nodes tell of that must not happen.
pub fn complaints(cluster: &Cluster) -> Vec<String> {
    let logs = cluster.members.iter().map(|member| member.node.log_text());
    let found = logs.enumerate().map(|(node, log)| strike::complaints_of(node, &log));
    found.flatten().collect()
}

/// Everything that is wrong with a history, into the report, with its figures under that name.
pub fn put(report: &mut Report, name: &str, verdict: &Verdict, mut errors: BTreeMap<String, u64>) {
    for (code, count) in [
        ("vanished", verdict.vanished),
        ("phantoms", verdict.phantoms),
        ("resets", verdict.resets),
        ("revoked", verdict.revoked),
        ("stale", verdict.stale),
        ("unaudited", verdict.unaudited),
        ("incomplete_history", u64::from(!verdict.is_complete)),
    ] {
        if count > 0 {
            errors.insert(code.to_owned(), count);
        }
    }
    report.put(name, verdict.as_json());
    report.checked(verdict.findings.clone(), &errors);
}

async fn perform(stage: &mut Stage<'_>, episodes: &[Episode], seed: u64, progress: &Progress) -> Outcome<()> {
    let clients = Clients::enter(stage.scene, seed).await?;
    for (number, episode) in (0_u32..).zip(episodes) {
        let what = format!("{} of {}: {}", number + 1, episodes.len(), episode.class.name());
        progress.show(&what, f64::from(number) / episodes.len() as f64);
        if !stage.play(number, episode).await? {
            break;
        }
    }
    progress.show("coming to the end", 1.0);
    if let Some(sentence) = clients.leave().await {
        stage.sentences.push(sentence);
    }
    // Nobody is to hear of it when they are dropped.
    stage.field.cluster.kill().await
}

/// The clients of a run at work.
pub struct Clients {
    scene: Rc<Scene>,
    listeners: JoinSet<()>,
    senders: JoinSet<()>,
}

impl Clients {
    /// Every device listens, and every sender sends.
    pub async fn enter(scene: &Rc<Scene>, seed: u64) -> Outcome<Self> {
        let mut listeners = JoinSet::new();
        for device in (0_u32..).take(scene.tokens.len()) {
            let (first, begun) = tokio::sync::oneshot::channel();
            listeners.spawn_local(listen::listen(Rc::clone(scene), device, seed, first));
            let begun = timeout(PATIENCE, begun).await;
            begun
                .context("a device is not let in")?
                .context("a device is not let in")?;
        }
        let mut senders = JoinSet::new();
        for sender in (0_u32..).take(scene.senders.len()) {
            senders.spawn_local(traffic::send(Rc::clone(scene), sender));
        }
        senders.spawn_local(gatekeeper::keep(Rc::clone(scene), seed));
        Ok(Self {
            scene: Rc::clone(scene),
            listeners,
            senders,
        })
    }

    /// Nothing new is sent; everything arrives and is read back. If it does not come to that, why.
    pub async fn leave(mut self) -> Option<String> {
        let scene = &self.scene;
        scene.is_over.set(true);
        let end = async {
            while self.senders.join_next().await.is_some() {}
            while !scene.all_arrived() {
                scene.check()?;
                sleep(LOOK_AGAIN).await;
            }
            sleep(LISTENING_ON).await;
            read_back::rooms(scene).await?;
            read_back::record(scene).await?;
            Ok::<(), Failure>(())
        };
        let acknowledged = u32::try_from(scene.acknowledged_count()).unwrap_or(u32::MAX);
        let patience = PATIENCE + PATIENCE_EACH * acknowledged;
        let missed = match timeout(patience, end).await {
            Ok(Ok(())) => {
                scene.note(What::End);
                None
            }
            Ok(Err(failure)) => Some(format!("the end was not reached: {failure}")),
            Err(_) => Some(format!("the end was not reached within {patience:?}")),
        };
        self.listeners.shutdown().await;
        missed
    }
}
