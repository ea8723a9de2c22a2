//! `faults`: three real nodes in namespaces and on disks of their own, clients that write through all of them all the time, and
//! faults from a seed. What happened is a history; the history is judged.

mod cast;
pub mod class;
mod damage;
mod disk;
mod field;
mod links;
mod listen;
mod native;
mod network;
mod ordered;
mod orders;
pub mod planted;
mod strike;
pub mod traffic;

use crate::arguments::Faults;
use crate::chance::Chance;
use crate::clock;
use crate::cluster::{Cluster, NODES};
use crate::device::Endpoint;
use crate::failure::{Context, Failure, Outcome};
use crate::progress::Progress;
use crate::report::Report;
use clap::ValueEnum;
use class::{Class, Episode};
use corridor_judge::history::{self, FORMAT, History, What};
use corridor_judge::judge::{self, Verdict};
use field::Field;
use serde_json::json;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::rc::Rc;
use std::time::Duration;
use strike::Stage;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
use traffic::Scene;

/// Who is in the rooms, and one who is in none.
const PEOPLE: u32 = 6;
const STRANGERS: u32 = 1;
const ROOMS: u32 = 4;
const MEMBERS_OF_A_ROOM: u32 = 3;
/// How long the clients may take to come to the end after the last fault.
const PATIENCE: Duration = Duration::from_secs(60);
const LOOK_AGAIN: Duration = Duration::from_millis(50);
/// What comes too much comes soon.
const LISTENING_ON: Duration = Duration::from_millis(500);

/// Reads a history and says what it shows.
pub fn check(path: &Path) -> Outcome<Verdict> {
    Ok(judge::judge(history::read(path)?)?)
}

/// Plays the episodes and judges them; what a person reads of it, beside the report's own table.
pub async fn run(arguments: &Faults, binary: &Path, folder: &Path, report: &mut Report) -> Outcome<String> {
    let seed = arguments.seed.unwrap_or_else(clock::seed);
    let classes = match (arguments.planted, arguments.only.as_slice()) {
        (Some(planted), _) => planted.classes(),
        (None, []) => Class::value_variants(),
        (None, some) => some,
    };
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
    let field = Field::found(folder, binary).await?;
    let scene = open(&field.cluster, &path, seed).await?;
    let mut stage = Stage {
        field: &field,
        scene: &scene,
        planted: arguments.planted,
        links: None,
        pardoned: Vec::new(),
        errors: Default::default(),
        sentences: Vec::new(),
    };
    let performed = perform(&mut stage, &episodes, seed, &progress).await;
    performed.map_err(|failure| Failure::Broken(format!("{failure}\n{}", again(seed, arguments, binary))))?;
    for sentence in complaints(&field.cluster) {
        if stage.pardoned.contains(&sentence) {
            continue;
        }
        *stage.errors.entry("panicked".to_owned()).or_default() += 1;
        stage.sentences.push(sentence);
    }
    scene.history.borrow_mut().finish()?;
    progress.clear();
    let verdict = check(&path)?;
    let missed = class::missed(classes, |name| verdict.episodes.contains_key(name));
    for name in missed {
        *stage.errors.entry(format!("not_exercised_{name}")).or_default() += 1;
    }
    let mut text = table(&verdict, seed, arguments, binary);
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
        ("incomplete_history", u64::from(!verdict.is_complete)),
    ] {
        if count > 0 {
            errors.insert(code.to_owned(), count);
        }
    }
    report.put(name, verdict.as_json());
    report.checked(verdict.findings.clone(), &errors);
}

/// People, rooms, and the first line of the history.
pub async fn open(cluster: &Cluster, path: &Path, seed: u64) -> Outcome<Rc<Scene>> {
    let people = cluster.people((PEOPLE + STRANGERS) as usize, |_| ()).await?;
    let mut rooms = Vec::new();
    let mut senders = Vec::new();
    for room in 0..ROOMS {
        let members: Vec<u32> = (0..MEMBERS_OF_A_ROOM)
            .map(|member| (room + member * 2) % PEOPLE)
            .collect();
        senders.extend(members.iter().map(|person| (*person, room)));
        rooms.push(cluster.room(&people, &members).await?);
    }
    let mut history = History::create(path)?;
    history.note(
        traffic::now_us(),
        What::Run {
            format: FORMAT,
            seed,
            nodes: u32::try_from(NODES).unwrap_or(u32::MAX),
            senders: senders.iter().map(|(_, room)| *room).collect(),
            rooms: rooms
                .iter()
                .map(|room| history::Room {
                    id: room.id.clone(),
                    first_seq: room.last_seq + 1,
                    devices: room.members.clone(),
                })
                .collect(),
        },
    );
    let endpoints: Outcome<Vec<Endpoint>> = (0..NODES).map(|node| cluster.endpoint(node)).collect();
    let tokens = people.into_iter().map(|person| person.token).collect();
    // A device that begins at a node which lags would be told of what was before.
    timeout(PATIENCE, async {
        while !cluster.is_well().await {
            sleep(LOOK_AGAIN).await;
        }
    })
    .await
    .context("the nodes do not get equal")?;
    Ok(Scene::new(history, endpoints?, tokens, rooms, senders))
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
            for node in 0..NODES {
                listen::read_back(scene, node).await?;
            }
            Ok::<(), Failure>(())
        };
        let missed = match timeout(PATIENCE, end).await {
            Ok(Ok(())) => {
                scene.note(What::End);
                None
            }
            Ok(Err(failure)) => Some(format!("the end was not reached: {failure}")),
            Err(_) => Some(format!("the end was not reached within {PATIENCE:?}")),
        };
        self.listeners.shutdown().await;
        missed
    }
}

fn table(verdict: &Verdict, seed: u64, arguments: &Faults, binary: &Path) -> String {
    let mut text = String::from("class             episodes\n");
    // Writing to a string does not fail.
    for (class, count) in &verdict.episodes {
        let _ = writeln!(text, "{class:16}  {count:>8}");
    }
    let known = |value: Option<f64>| value.map_or_else(|| "-".to_owned(), |value| format!("{value:.0}"));
    let of = |values: &[f64], part| known(judge::share(values, part));
    let (waits, healings) = (&verdict.unavailable_ms, &verdict.healing_ms);
    let _ = writeln!(
        text,
        "\n{} acknowledged, {} retried, {} unknown outcomes, {} delivered, {} sockets, {} vanished, {} phantoms, {} resets\n\
         nobody was answered after a killed leader for p50 {} ms, p99 {} ms ({} times)\n\
         all was well again after p50 {} ms, at most {} ms",
        verdict.acknowledged,
        verdict.retried,
        verdict.unknown,
        verdict.delivered,
        verdict.sockets,
        verdict.vanished,
        verdict.phantoms,
        verdict.resets,
        of(waits, 0.5),
        of(waits, 0.99),
        waits.len(),
        of(healings, 0.5),
        of(healings, 1.0),
    );
    text.push_str(&again(seed, arguments, binary));
    text
}

/// The line that plays the same again.
fn again(seed: u64, arguments: &Faults, binary: &Path) -> String {
    let only: Vec<String> = arguments.only.iter().map(|class| class.name()).collect();
    let only = if only.is_empty() {
        String::new()
    } else {
        format!(" --only {}", only.join(","))
    };
    let planted = arguments.planted.and_then(|planted| planted.to_possible_value());
    let planted = planted.map_or_else(String::new, |planted| format!(" --planted {}", planted.get_name()));
    format!(
        "again: corridor-benches faults --binary {} --episodes {} --seconds-each {} --seed {seed}{only}{planted}\n",
        binary.display(),
        arguments.episodes,
        arguments.seconds_each,
    )
}
