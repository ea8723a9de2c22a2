//! Promises that are broken on purpose, to see that the judge would notice. What is broken, for which classes, and what must be found.

use super::class::Class;
use super::orders::Order;
use super::strike::Stage;
use super::traffic::now_us;
use crate::clock;
use crate::failure::{Failure, Outcome};
use clap::ValueEnum;
use corridor_judge::judge::Verdict;
use std::time::Duration;
use tokio::time::sleep;

/// Of a planted run. Each one must lose something; more only make it surer.
pub const EPISODES_MAX: usize = 3;
/// How long every node may take to acknowledge something that its disk lies about.
const LIE_TIMEOUT: Duration = Duration::from_secs(10);
const LOOK_AGAIN: Duration = Duration::from_millis(50);

/// A promise that is broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Planted {
    /// The disks of all nodes say that something was synced and did not sync it; then the power fails everywhere
    LyingDisk,
}

impl Planted {
    /// The classes in which it shows.
    pub fn classes(self) -> &'static [Class] {
        match self {
            Self::LyingDisk => &[Class::PowerCutAll],
        }
    }

    /// What is said of a run with it: what was found, or a failure if the judge saw nothing.
    pub fn judged(self, verdict: &Verdict) -> Outcome<String> {
        if verdict.vanished == 0 {
            return Err(Failure::Broken(format!(
                "{self:?} was planted and not found: all {} acknowledged messages stand",
                verdict.acknowledged
            )));
        }
        let found = &verdict.findings;
        Ok(format!(
            "{self:?} was planted and found: {} of {} acknowledged messages stand nowhere; {} doubled, {} out of order, {} resets\n",
            verdict.vanished, verdict.acknowledged, found.doubled, found.misordered, verdict.resets,
        ))
    }
}

impl Stage<'_> {
    /// Lets the disks lie until every node has acknowledged something that is on none of them.
    pub(super) async fn lie(&mut self, nodes: &[usize]) -> Outcome<()> {
        for node in nodes {
            self.field.disks[*node].hold_back().await?;
            self.field.orders[*node].give(Order::Lie)?;
        }
        let (begun_us, begun_ns) = (now_us(), clock::now_ns());
        while !self.scene.all_acknowledged_since(begun_us) {
            self.scene.check()?;
            if clock::seconds(begun_ns, clock::now_ns()) > LIE_TIMEOUT.as_secs_f64() {
                return Err(Failure::Broken("the nodes acknowledge nothing any more".to_owned()));
            }
            sleep(LOOK_AGAIN).await;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::Planted;
    use corridor_judge::judge::Verdict;

    #[test]
    fn what_was_planted_must_be_found() {
        let verdict = |vanished| Verdict {
            vanished,
            acknowledged: 9,
            ..Verdict::default()
        };
        assert!(Planted::LyingDisk.judged(&verdict(0)).is_err());
        let said = Planted::LyingDisk.judged(&verdict(2)).unwrap();
        assert!(said.contains("2 of 9 acknowledged messages"), "{said}");
    }
}
