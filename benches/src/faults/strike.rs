//! Episodes: each class of faults done to the nodes, and the healing after it, which must come to its end in time.

use super::cast::Cast;
use super::class::{Class, Episode};
use super::damage;
use super::field::Field;
use super::links::Links;
use super::planted::Planted;
use super::rolled_back::Older;
use super::traffic::{Scene, now_us};
use crate::chance::Chance;
use crate::clock;
use crate::cluster::NODES;
use crate::failure::Outcome;
use corridor_judge::history::{Phase, What};
use futures_util::future::try_join_all;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::Duration;
use tokio::time::sleep;

/// Within this time after a fault all nodes are ready, equal, and acknowledge.
const HEALING_TIMEOUT: Duration = Duration::from_secs(20);
/// A new node gets everything that was ever said: for each message so much longer, a minute for a million.
const HEALING_EACH_MESSAGE: Duration = Duration::from_micros(60);
/// How long a node that must refuse to start may take.
const REFUSAL_TIMEOUT: Duration = Duration::from_secs(10);
const LOOK_AGAIN: Duration = Duration::from_millis(50);
/// After that, so long nothing goes wrong.
const PEACE: Duration = Duration::from_millis(1_200);
/// Of flapping and resets: each state lasts so long, and up to twice that.
const FLAP_MS: u64 = 150;
/// Lines of a node's log that are shown when it ended.
const LOG_LINES_SHOWN: usize = 12;

/// Where episodes are played.
pub struct Stage<'a> {
    /// The nodes, their wire and their disks.
    pub field: &'a Field,
    /// The clients.
    pub scene: &'a Rc<Scene>,
    /// A promise that is broken on purpose.
    pub planted: Option<Planted>,
    /// Packets between the nodes are held back.
    pub links: Option<Links>,
    /// What the nodes' logs may tell of: a sync of the log that was made to fail.
    pub pardoned: Vec<String>,
    /// A disk as it was, to be put back.
    pub older: Option<Older>,
    /// What should not have happened: how often.
    pub errors: BTreeMap<String, u64>,
    /// The same as sentences.
    pub sentences: Vec<String>,
}

impl Stage<'_> {
    /// Plays an episode; false if it did not heal.
    pub async fn play(&mut self, number: u32, episode: &Episode) -> Outcome<bool> {
        let leader = self.field.cluster.wait_for_leader().await?;
        let cast = Cast::of(leader, episode.choice);
        let nodes = cast.concerned(episode.class);
        let note = |phase, detail: String| {
            self.scene.note(What::Fault {
                episode: number,
                class: episode.class.name(),
                phase,
                nodes: nodes.iter().filter_map(|node| u32::try_from(*node).ok()).collect(),
                detail,
            });
        };
        note(Phase::Begun, format!("for {:?}; node {leader} leads", episode.lasts));
        let id = self.id_of(nodes[0]).await;
        let done_before = self.done(nodes[0])?;
        let struck = self.strike(episode, &cast, &nodes).await?;
        note(Phase::Struck, struck);
        self.last(episode, &nodes).await?;
        let may_end = match episode.class {
            Class::DiskFull | Class::Wiped | Class::BitFlip => nodes.as_slice(),
            _ => &[],
        };
        self.look_for_ended(episode, may_end);
        self.look_for_done(episode, nodes[0], done_before)?;
        // Before anything is healed: what is acknowledged later was not acknowledged because of it.
        let begun_us = now_us();
        note(Phase::Healing, String::new());
        let seen = self.mend(episode, &nodes, id).await?;
        let is_healed = self.healed(episode, begun_us).await?;
        match is_healed {
            true => {
                note(Phase::Healed, seen);
                sleep(PEACE).await;
            }
            false => self.on_not_healed(episode).await,
        }
        self.scene.check()?;
        Ok(is_healed)
    }

    async fn id_of(&self, node: usize) -> u64 {
        let status = self.field.cluster.members[node].status().await;
        status.and_then(|status| status["node"].as_u64()).unwrap_or_default()
    }

    /// What should not have happened.
    pub(super) fn error(&mut self, code: &str, sentence: String) {
        *self.errors.entry(code.to_owned()).or_default() += 1;
        self.sentences.push(sentence);
    }

    /// What happens at once; for people, what was drawn for it.
    async fn strike(&mut self, episode: &Episode, cast: &Cast, nodes: &[usize]) -> Outcome<String> {
        let (members, network) = (&self.field.cluster.members, &self.field.network);
        let mut drawn = String::new();
        match episode.class {
            Class::KillLeader
            | Class::KillFollower
            | Class::KillTwo
            | Class::KillAll
            | Class::Wiped
            | Class::BitFlip => {
                try_join_all(nodes.iter().map(|node| members[*node].kill())).await?;
            }
            Class::StopLeader => members[cast.leader].stop().await?,
            Class::MixedVersions => drawn = self.change_version(nodes[0]).await?,
            Class::PauseLeader => members[cast.leader].freeze().await?,
            Class::CutLeader | Class::CutFollower | Class::Flapping => network.cut(nodes[0]).await?,
            Class::Deaf => network.deafen(nodes[0]).await?,
            Class::Mute => network.mute(nodes[0]).await?,
            Class::Bridge | Class::BridgeLeader => network.part(nodes[0], nodes[1]).await?,
            Class::Loss => network.lose(episode.percent).await?,
            Class::Delay | Class::Reorder => drawn = self.hold(episode).await?,
            Class::Reset => network.reset(nodes[0]).await?,
            Class::PowerCutOne | Class::PowerCutAll => {
                if self.planted == Some(Planted::LyingDisk) {
                    self.lie(nodes).await?;
                }
                self.cut_power(nodes).await?;
            }
            Class::RolledBack => self.older = Some(self.keep_a_copy(nodes[0]).await?),
            Class::DiskFull => damage::fill(self.field.disks[nodes[0]].folder())?,
            Class::ClockJump | Class::ClockRate | Class::SlowSync => drawn = self.order(episode, nodes[0])?,
            Class::FailingSync => {
                drawn = self.fail_a_sync(nodes[0]).await?;
                if episode.choice.is_multiple_of(2) {
                    // What could not be synced may be gone, as where the kernel gives up pages that it could not write.
                    self.lose_unsynced(nodes[0]).await?;
                    drawn.push_str("; what was not synced is gone");
                }
            }
        }
        Ok(drawn)
    }

    /// What happens while it lasts.
    async fn last(&mut self, episode: &Episode, nodes: &[usize]) -> Outcome<()> {
        if !matches!(episode.class, Class::Flapping | Class::Reset) {
            sleep(episode.lasts).await;
            return Ok(());
        }
        let mut chance = Chance::new(episode.choice as u64);
        let begun_ns = clock::now_ns();
        let mut is_struck = true;
        while clock::seconds(begun_ns, clock::now_ns()) < episode.lasts.as_secs_f64() {
            sleep(Duration::from_millis(FLAP_MS + chance.below(FLAP_MS))).await;
            match (is_struck, episode.class) {
                (true, _) => self.field.network.rule(nodes[0], &[], &[]).await?,
                (false, Class::Reset) => self.field.network.reset(nodes[0]).await?,
                (false, _) => self.field.network.cut(nodes[0]).await?,
            }
            is_struck = !is_struck;
        }
        Ok(())
    }

    /// Takes the cause away; what it broke, the nodes must mend themselves. What was seen meanwhile, for people.
    async fn mend(&mut self, episode: &Episode, nodes: &[usize], id: u64) -> Outcome<String> {
        self.field.network.heal().await?;
        let mut seen = String::new();
        match episode.class {
            Class::DiskFull => {
                let member = &self.field.cluster.members[nodes[0]];
                damage::free(self.field.disks[nodes[0]].folder())?;
                seen = member
                    .ended()
                    .map_or_else(|| "it went on".to_owned(), |status| format!("it ended with {status}"));
            }
            Class::Wiped => self.refuse_wiped(nodes[0], id).await?,
            Class::RolledBack => seen = self.refuse_rolled_back(nodes[0], id).await?,
            Class::BitFlip => seen = self.refuse_damaged(nodes[0], id, episode.choice).await?,
            Class::Delay | Class::Reorder => seen = self.release(episode).await?,
            _ => {}
        }
        for orders in &self.field.orders {
            orders.clear()?;
        }
        for member in &self.field.cluster.members {
            if member.is_frozen() {
                member.thaw()?;
            }
            if !member.node.is_running() {
                member.start()?;
            }
        }
        Ok(seen)
    }

    async fn refuse_wiped(&mut self, node: usize, id: u64) -> Outcome<()> {
        let member = &self.field.cluster.members[node];
        member.wipe(false)?;
        member.start()?;
        let ended = member.node.end(REFUSAL_TIMEOUT).await;
        member.kill().await?;
        if ended.is_none_or(|status| status.success()) {
            let sentence = format!("node {node} was emptied and did not refuse to start: {ended:?}");
            self.error("wiped_and_started", sentence);
        }
        self.field.cluster.members[node].make_data_folder()?;
        self.field.cluster.renew(node, id).await
    }

    /// A node that cannot tell that it is damaged may only be one whose damage is at a place that nobody reads.
    async fn refuse_damaged(&mut self, node: usize, id: u64, choice: usize) -> Outcome<String> {
        let member = &self.field.cluster.members[node];
        damage::flip_a_bit(member.data(), choice)?;
        member.start()?;
        let begun_ns = clock::now_ns();
        while clock::seconds(begun_ns, clock::now_ns()) < REFUSAL_TIMEOUT.as_secs_f64() {
            if self.field.cluster.is_ready(node).await {
                return Ok("it started: nobody reads what was damaged".to_owned());
            }
            if member.ended().is_some() {
                break;
            }
            sleep(LOOK_AGAIN).await;
        }
        let log = last_lines(&member.node.log_text(), 1);
        member.kill().await?;
        self.field.cluster.renew(node, id).await?;
        Ok(format!("it did not get ready and was replaced: {log}"))
    }

    /// Every node is ready, equal and acknowledges, in time.
    async fn healed(&mut self, episode: &Episode, begun_us: u64) -> Outcome<bool> {
        let timeout_us = u64::try_from(self.patience(episode).as_micros()).unwrap_or(u64::MAX);
        while now_us() - begun_us < timeout_us {
            if self.scene.all_acknowledged_since(begun_us) && self.field.cluster.is_well().await {
                return Ok(true);
            }
            self.scene.check()?;
            sleep(LOOK_AGAIN).await;
        }
        Ok(false)
    }

    fn patience(&self, episode: &Episode) -> Duration {
        let messages = u32::try_from(self.scene.acknowledged_count()).unwrap_or(u32::MAX);
        match episode.class {
            Class::Wiped | Class::BitFlip | Class::RolledBack => HEALING_TIMEOUT + HEALING_EACH_MESSAGE * messages,
            _ => HEALING_TIMEOUT,
        }
    }

    /// Nobody may end but by a signal of ours, or where the class is about it.
    fn look_for_ended(&mut self, episode: &Episode, may_end: &[usize]) {
        for node in (0..NODES).filter(|node| !may_end.contains(node)) {
            let member = &self.field.cluster.members[node];
            if let Some(status) = member.ended() {
                let name = episode.class.name();
                let log = last_lines(&member.node.log_text(), LOG_LINES_SHOWN);
                self.error(
                    "ended_by_itself",
                    format!("node {node} ended with {status} in {name}:\n{log}"),
                );
            }
        }
    }

    async fn on_not_healed(&mut self, episode: &Episode) {
        self.look_for_ended(episode, &[]);
        let patience = self.patience(episode);
        let mut sentence = format!("{} did not heal within {patience:?}:", episode.class.name());
        for (node, member) in self.field.cluster.members.iter().enumerate() {
            let (ready, status) = (self.field.cluster.is_ready(node).await, member.cluster_status().await);
            let (status, log) = (
                status.unwrap_or_default(),
                last_lines(&member.node.log_text(), LOG_LINES_SHOWN),
            );
            sentence.push_str(&format!("\nnode {node}: ready {ready}, {status}\n{log}"));
        }
        self.error("not_healed", sentence);
    }

    /// Stops a node in order and starts it with the other build than it had; which, for people.
    async fn change_version(&self, node: usize) -> Outcome<String> {
        let member = &self.field.cluster.members[node];
        member.stop().await?;
        let binary = self.field.other_binary(&member.node.binary());
        member.node.change_binary(&binary);
        member.start()?;
        Ok(format!("node {node} goes on with {}", binary.display()))
    }

    /// Frozen first, all of them: what any of them had not yet sent when it stood still was never said.
    async fn cut_power(&self, nodes: &[usize]) -> Outcome<()> {
        let members = &self.field.cluster.members;
        try_join_all(nodes.iter().map(|node| members[*node].freeze())).await?;
        for node in nodes {
            self.lose_unsynced(*node).await?;
        }
        Ok(())
    }

    /// Puts in the place of a node's disk what has reached it by now. The process stands still or has ended; it is killed.
    async fn lose_unsynced(&self, node: usize) -> Outcome<()> {
        let disk = &self.field.disks[node];
        let copy = disk.copy().await?;
        self.field.cluster.members[node].kill().await?;
        disk.replace(copy).await
    }
}

/// The last lines of a log.
pub(super) fn last_lines(log: &str, count: usize) -> String {
    let lines: Vec<&str> = log.lines().collect();
    let shown = &lines[lines.len().saturating_sub(count)..];
    shown.join("\n")
}

/// What a node's log tells of that must not happen, as sentences.
pub fn complaints_of(node: usize, log: &str) -> Vec<String> {
    let lines = log.lines().filter(|line| line.contains("panicked at"));
    lines.map(|line| format!("node {node}: {line}")).collect()
}

#[cfg(test)]
mod tests {
    use super::{complaints_of, last_lines};

    #[test]
    fn logs_are_read() {
        let log: String = (0..40).map(|number| format!("line {number}\n")).collect();
        assert_eq!(last_lines(&log, 12).lines().count(), 12);
        assert!(complaints_of(0, &log).is_empty());
        let told = complaints_of(2, "thread 'x' panicked at a.rs:1:1:\nmessage\n");
        assert_eq!(told, ["node 2: thread 'x' panicked at a.rs:1:1:"]);
    }
}
