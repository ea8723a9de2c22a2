//! The faults that are done by orders to a node's preloaded library, and by programs that hold packets back; and whether they came
//! about: an order that nobody obeyed is no fault. Beside `strike.rs`, which says when.

use super::class::{Class, Episode};
use super::links::{Links, Manner};
use super::orders::{Done, Order};
use super::strike::{Stage, complaints_of, last_lines};
use crate::clock;
use crate::cluster::NODES;
use crate::failure::Outcome;
use std::time::Duration;
use tokio::time::sleep;

/// A sync of the log comes within this time: messages come all the time.
const SYNC_TIMEOUT: Duration = Duration::from_secs(10);
/// How long a node may live on after a failed sync of its log.
const END_TIMEOUT: Duration = Duration::from_secs(1);
/// Of a node's log, the last lines in which it must say why it ended.
const LOG_LINES_LOOKED_AT: usize = 12;
/// Where the source of the log's engine lies.
const LOG_ENGINE: &str = "raft-engine";
const LOOK_AGAIN: Duration = Duration::from_millis(2);

impl Stage<'_> {
    /// What the library of a node did so far.
    pub(super) fn done(&self, node: usize) -> Outcome<Done> {
        self.field.orders[node].done()
    }

    /// Gives a node's library the order of that class; what it is, for people.
    pub(super) fn order(&self, episode: &Episode, node: usize) -> Outcome<String> {
        let order = match episode.class {
            Class::ClockRate => Order::Drift {
                ppm: episode.drift_ppm(),
            },
            Class::SlowSync => Order::Stall(episode.stall()),
            _ => Order::Jump {
                ahead_ms: episode.jump_ms(),
            },
        };
        self.field.orders[node].give(order)?;
        Ok(format!("{order:?}"))
    }

    /// Lets a sync of a node's log fail: the node must end at once by itself, and not as if all were well. How it did.
    pub(super) async fn fail_a_sync(&mut self, node: usize) -> Outcome<String> {
        let (member, orders) = (&self.field.cluster.members[node], &self.field.orders[node]);
        let failed_before = orders.done()?.failed;
        orders.give(Order::Fail)?;
        let given_ns = clock::now_ns();
        while orders.done()?.failed == failed_before {
            if clock::seconds(given_ns, clock::now_ns()) > SYNC_TIMEOUT.as_secs_f64() {
                // Whoever looks whether orders were obeyed will see it.
                return Ok(format!("no sync of the log within {SYNC_TIMEOUT:?}"));
            }
            sleep(LOOK_AGAIN).await;
        }
        let failed_ns = clock::now_ns();
        let ended = member.node.end(END_TIMEOUT).await;
        let took_ms = clock::seconds(failed_ns, clock::now_ns()) * 1e3;
        match ended {
            Some(status) if !status.success() => {
                // The engine of the log panics on purpose then, which is what ends the process.
                let log = member.node.log_text();
                if !last_lines(&log, LOG_LINES_LOOKED_AT).contains("ERROR") {
                    let sentence = format!("node {node} ended because a sync failed, and its log does not say so");
                    self.error("failed_sync_untold", sentence);
                }
                let told = complaints_of(node, &log);
                self.pardoned
                    .extend(told.into_iter().filter(|line| line.contains(LOG_ENGINE)));
                Ok(format!("it ended after {took_ms:.0} ms with {status}"))
            }
            ended => {
                let log = last_lines(&member.node.log_text(), LOG_LINES_LOOKED_AT);
                member.kill().await?;
                let sentence = format!("a sync of the log of node {node} failed, and it ended with {ended:?}:\n{log}");
                self.error("failed_sync_survived", sentence);
                Ok(String::new())
            }
        }
    }

    /// An order that was not obeyed makes the run fail.
    pub(super) fn look_for_done(&mut self, episode: &Episode, node: usize, before: Done) -> Outcome<()> {
        let now = self.done(node)?;
        let is_done = match episode.class {
            Class::ClockJump | Class::ClockRate => now.clock_reads > before.clock_reads,
            Class::SlowSync => now.stalled > before.stalled,
            Class::FailingSync => now.failed > before.failed,
            _ => true,
        };
        if !is_done {
            self.not_struck(episode, &format!("node {node} did {now:?}"));
        }
        Ok(())
    }

    fn not_struck(&mut self, episode: &Episode, sentence: &str) {
        let sentence = format!("{} did not come about: {sentence}", episode.class.name());
        self.error("not_struck", sentence);
    }

    /// Begins to hold back what the nodes send to each other; how, for people.
    pub(super) async fn hold(&mut self, episode: &Episode) -> Outcome<String> {
        let manner = match episode.class {
            Class::Reorder => Manner::reordering(episode.percent),
            _ => Manner::delaying(episode.percent),
        };
        let (network, relay) = (&self.field.network, &self.field.native.relay);
        let links = Links::hold(network, relay, &manner, NODES, episode.choice as u64).await?;
        self.links = Some(links);
        Ok(format!("{manner:?}"))
    }

    /// Holds nothing back any more; what was done to the packets, for people.
    pub(super) async fn release(&mut self, episode: &Episode) -> Outcome<String> {
        let Some(links) = self.links.take() else {
            return Ok(String::new());
        };
        let done = links.release().await?;
        let is_done = match episode.class {
            Class::Reorder => done.overtaken > 0,
            _ => done.held > 0,
        };
        if !is_done {
            self.not_struck(episode, &format!("{done:?}"));
        }
        Ok(format!("{done:?}"))
    }
}
