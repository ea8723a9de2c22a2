//! A disk that is older than what its node said: a copy of it is put back while the leader remembers what came after. Beside `strike.rs`, which
//! says when.

use super::strike::{Stage, last_lines};
use crate::failure::{Context, Outcome};
use std::path::PathBuf;
use std::time::Duration;

/// How long a node may take to start, to hear from its leader what it has lost, and to end.
const REFUSAL_TIMEOUT: Duration = Duration::from_secs(10);
/// What its log must say.
const SAYS: &str = "its disk is older than what it said";

impl Stage<'_> {
    /// A copy of a node's disk as a power cut would leave it now; the node goes on.
    pub(super) async fn keep_a_copy(&self, node: usize) -> Outcome<PathBuf> {
        let member = &self.field.cluster.members[node];
        member.freeze().await?;
        let copy = self.field.disks[node].copy().await?;
        member.thaw()?;
        Ok(copy)
    }

    /// The copy takes the disk's place: the node must end by itself and say why, and a new one takes its place.
    pub(super) async fn refuse_rolled_back(&mut self, node: usize, id: u64) -> Outcome<String> {
        let copy = self.older.take().context("no copy of the disk was kept")?;
        let member = &self.field.cluster.members[node];
        member.kill().await?;
        self.field.disks[node].replace(copy).await?;
        if !self.field.is_all_of_the_present() {
            self.field.cluster.renew(node, id).await?;
            return Ok("it was replaced unasked: an earlier build runs, which does not notice".to_owned());
        }
        member.start()?;
        let ended = member.node.end(REFUSAL_TIMEOUT).await;
        let log = last_lines(&member.node.log_text(), 4);
        member.kill().await?;
        if ended.is_none_or(|status| status.success()) || !log.contains(SAYS) {
            let sentence =
                format!("node {node} came back with an older disk, and did not end and say so: {ended:?}\n{log}");
            self.error("rolled_back_and_stayed", sentence);
        }
        self.field.cluster.renew(node, id).await?;
        Ok(log)
    }
}
