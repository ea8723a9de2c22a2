//! A disk that is older than what its node said: a copy of it is put back while the leader remembers what came after. Beside `strike.rs`, which
//! says when.

use super::strike::{Stage, last_lines};
use crate::failure::{Context, Outcome};
use std::path::PathBuf;
use std::time::Duration;

/// How long a node may take to start, to hear from its leader what it has lost, and to end.
const REFUSAL_TIMEOUT: Duration = Duration::from_secs(10);
const LOG_LINES_LOOKED_AT: usize = 4;
/// What its log must say.
const SAYS: &str = "its disk is older than what it said";

/// A disk as it was.
pub struct Older {
    copy: PathBuf,
    /// The term in which that was: only who led in it remembers.
    term: Option<u64>,
}

impl Stage<'_> {
    /// A copy of a node's disk as a power cut would leave it now; the node goes on.
    pub(super) async fn keep_a_copy(&self, node: usize) -> Outcome<Older> {
        let member = &self.field.cluster.members[node];
        member.freeze().await?;
        let copy = self.field.disks[node].copy().await;
        member.thaw()?;
        let term = self.term().await;
        Ok(Older { copy: copy?, term })
    }

    /// The copy takes the disk's place: the node must end by itself and say why, also when it is started once more, and a new one takes
    /// its place.
    pub(super) async fn refuse_rolled_back(&mut self, node: usize, id: u64) -> Outcome<String> {
        let Older { copy, term } = self.older.take().context("no copy of the disk was kept")?;
        let member = &self.field.cluster.members[node];
        member.kill().await?;
        self.field.disks[node].replace(copy).await?;
        let why_not = match () {
            () if !self.field.is_all_of_the_present() => Some("an earlier build runs, which does not notice"),
            () if self.term().await != term => Some("who led then leads no more"),
            () => None,
        };
        if let Some(why_not) = why_not {
            self.field.cluster.renew(node, id).await?;
            return Ok(format!("it was replaced unasked: {why_not}"));
        }
        let mut log = String::new();
        for life in ["came back with an older disk", "was told so and started once more"] {
            let member = &self.field.cluster.members[node];
            member.start()?;
            let ended = member.node.end(REFUSAL_TIMEOUT).await;
            log = last_lines(&member.node.log_text(), LOG_LINES_LOOKED_AT);
            member.kill().await?;
            if ended.is_none_or(|status| status.success()) || !log.contains(SAYS) {
                let sentence = format!("node {node} {life}, and did not end and say why: {ended:?}\n{log}");
                self.error("rolled_back_and_stayed", sentence);
                break;
            }
        }
        self.field.cluster.renew(node, id).await?;
        Ok(log)
    }

    /// The youngest term that any node knows.
    async fn term(&self) -> Option<u64> {
        let mut youngest = None;
        for member in &self.field.cluster.members {
            let status = member.status().await;
            youngest = youngest.max(status.and_then(|status| status["term"].as_u64()));
        }
        youngest
    }
}
