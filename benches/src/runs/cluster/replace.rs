//! `replace`: a node of three that hold a million messages is lost for good. How long until a new one has everything and votes, and
//! how long do those wait meanwhile who write at the other two?

use super::{ALL, Bench, people};
use crate::bars::Bar;
use crate::chance::Chance;
use crate::clinic::Clinic;
use crate::clock;
use crate::cluster::{Cluster, NODES};
use crate::failure::{Context, Failure, Outcome};
use crate::measure::Measure;
use crate::runs::growth::{begin, fill, settle};
use crate::runs::pairs::{PAIRS, connect};
use crate::session::Session;
use serde_json::{Value, json};
use std::time::Duration;

/// Conversations that hold the messages.
const CONVERSATIONS: usize = 1_000;
const MESSAGES: u32 = 1_000_000;
const MESSAGES_QUICK: u32 = 20_000;
/// Messages a second at the other two nodes, together: a load that they carry easily.
const PER_SECOND: f64 = 500.0;
const REPLACED_S: f64 = 60.0;
const ACK_P99_RATIO: f64 = 2.0;
/// Longest wait for a node that fetches everything.
const PATIENCE: Duration = Duration::from_secs(600);
/// Between two looks at a node that joins.
const LOOK_AGAIN: Duration = Duration::from_millis(100);
const COUNT_OF_SYNCS: &str = "corridor_log_sync_seconds_count";
const SECONDS_OF_SYNCS: &str = "corridor_log_sync_seconds_sum";
const SEED: u64 = 0x7265_706c_6163_6564;

/// Fills one node, lets two join, loses a follower and replaces it.
pub async fn run(bench: &mut Bench) -> Outcome<()> {
    let messages = if bench.quick { MESSAGES_QUICK } else { MESSAGES };
    bench.progress.show("founding a clinic", 0.0);
    let folder = bench.folder.join("cluster-replace");
    let cluster = Cluster::here(&folder, &bench.template.binary, true)?.with_patience(PATIENCE);
    cluster.found_first().await?;
    let people = people(bench, &cluster, 2 * PAIRS).await?;
    // One node alone is filled the fastest.
    let alone = cluster.clinic(&people, &[0])?;
    let all = begin(bench, &alone, &pairs(people.len())).await?;
    let each = messages / u32::try_from(all.len()).context("conversations")?;
    fill(bench, &alone, &all, each).await?;
    settle(&alone).await?;
    let joining_ns = clock::now_ns();
    bench.progress.show("two nodes join", 0.0);
    cluster.join_others().await?;
    let joined_s = clock::seconds(joining_ns, clock::now_ns());
    settle(&cluster.clinic(&people, &ALL)?).await?;

    let leader = cluster.wait_for_leader().await?;
    let lost = if leader == NODES - 1 { NODES - 2 } else { NODES - 1 };
    let others: Vec<usize> = ALL.into_iter().filter(|node| *node != lost).collect();
    let status = cluster.members[lost].status().await;
    let id = status.and_then(|status| status["node"].as_u64());
    let id = id.context("the node does not say which it is")?;
    let clinic = cluster.clinic(&people, &others)?;
    let (mut session, lanes) = connect(&clinic, &bench.progress).await?;
    let paced = session.pace(lanes, PER_SECOND);
    session.pass("before the loss", bench.warm_up()).await?;
    let before = begin_window(&clinic, &session).await?;
    session.pass("before the loss", bench.window_time()).await?;
    let before = before.end(&clinic, &session).await?;

    cluster.members[lost].kill().await?;
    cluster.members[lost].wipe(true)?;
    cluster.remove(lost, id).await?;
    session.pass("two of three", bench.warm_up()).await?;
    let during = begin_window(&clinic, &session).await?;
    let begun_ns = clock::now_ns();
    cluster.join_again(lost).await?;
    let helper = others[0];
    while !(cluster.members[lost].is_ready().await && cluster.all_vote(helper).await) {
        let so_far_s = clock::seconds(begun_ns, clock::now_ns());
        if so_far_s > PATIENCE.as_secs_f64() {
            return Err(Failure::Broken(format!(
                "the new node does not vote after {PATIENCE:?}"
            )));
        }
        bench.progress.show("a new node joins", so_far_s / REPLACED_S);
        session.pass_silently(LOOK_AGAIN).await?;
    }
    let replaced_s = clock::seconds(begun_ns, clock::now_ns());
    let during = during.end(&clinic, &session).await?;
    drop(paced);
    session.drain().await?;
    let errors = session.load.borrow().measure.errors.clone();
    let findings = session.finish().await?;
    cluster.until_well().await?;

    let [before_ms, during_ms] = [&before, &during].map(|shown| shown.measure.to_acknowledged.quantile_ms(0.99));
    let ratio = during_ms / before_ms;
    let figures = json!({
        "messages": messages,
        "data_size_bytes": clinic.size_bytes()? / NODES as u64,
        "joined_s": joined_s,
        "replaced_s": replaced_s,
        "before": before.as_json(),
        "during": during.as_json(),
        "ack_p99_ratio": ratio,
    });
    let report = &mut bench.report;
    report.put("replace", figures);
    report.bar(Bar::at_most("replace.replaced_s", replaced_s, REPLACED_S));
    report.bar(Bar::at_most("replace.ack_p99_ratio", ratio, ACK_P99_RATIO));
    report.checked(findings, &errors);
    drop(clinic);
    cluster.close().await
}

/// What a window begins with, at the two nodes that stay.
struct Begun {
    at_ns: u64,
    cpu_us: f64,
    syncs: f64,
    syncs_s: f64,
}

/// What a window showed at the two nodes that stay.
struct Shown {
    measure: Measure,
    /// Processor time, as cores.
    cpu_share: f64,
    /// Of one write and sync of the log, in the mean.
    sync_ms: f64,
}

async fn begin_window(clinic: &Clinic, session: &Session<'_>) -> Outcome<Begun> {
    let begun = Begun::now(clinic).await?;
    session.load.borrow_mut().measure.begin();
    Ok(begun)
}

impl Begun {
    async fn now(clinic: &Clinic) -> Outcome<Self> {
        let (mut cpu_us, mut syncs, mut syncs_s) = (0.0, 0.0, 0.0);
        for node in clinic.nodes() {
            cpu_us += node.cpu_us()?;
            syncs += node.figure(COUNT_OF_SYNCS).await?;
            syncs_s += node.figure(SECONDS_OF_SYNCS).await?;
        }
        let at_ns = clock::now_ns();
        Ok(Self {
            at_ns,
            cpu_us,
            syncs,
            syncs_s,
        })
    }

    async fn end(self, clinic: &Clinic, session: &Session<'_>) -> Outcome<Shown> {
        let measure = {
            let mut load = session.load.borrow_mut();
            load.measure.records = false;
            load.measure.clone()
        };
        let ended = Self::now(clinic).await?;
        let seconds = clock::seconds(self.at_ns, ended.at_ns);
        Ok(Shown {
            measure,
            cpu_share: (ended.cpu_us - self.cpu_us) / 1e6 / seconds,
            sync_ms: (ended.syncs_s - self.syncs_s) * 1e3 / (ended.syncs - self.syncs).max(1.0),
        })
    }
}

impl Shown {
    fn as_json(&self) -> Value {
        json!({
            "ack": self.measure.to_acknowledged.as_json(),
            "server_cpu_share": self.cpu_share,
            "log_sync_mean_ms": self.sync_ms,
        })
    }
}

/// Pairs of people, other than those of the load of fifty pairs.
fn pairs(people: usize) -> Vec<(usize, usize)> {
    let mut pairs: Vec<(usize, usize)> = (0..people)
        .flat_map(|one| (one + 2..people).map(move |other| (one, other)))
        .collect();
    Chance::new(SEED).shuffle(&mut pairs);
    pairs.truncate(CONVERSATIONS);
    pairs
}

#[cfg(test)]
mod tests {
    use super::{CONVERSATIONS, PAIRS, pairs};

    #[test]
    fn the_load_of_fifty_pairs_finds_its_conversations_unbegun() {
        let pairs = pairs(2 * PAIRS);
        assert_eq!(pairs.len(), CONVERSATIONS);
        assert!(pairs.iter().all(|(one, other)| other - one > 1));
    }
}
