//! What a selftest found, as one page for people and as JSON for programs; and whether everything held.
//!
//! Pure: figures in, text out. Refuses to know how they came about.

use super::audit::AuditSeen;
use super::desk::NodeSeen;
use super::disk::DurableWrite;
use super::figures::{Figures, Waits};
use super::plan::Class;
use super::setup::Reach;
use corridor_judge::judge::Verdict;
use serde_json::{Value, json};
use std::path::PathBuf;

/// Everything that a selftest found.
#[derive(Debug)]
pub struct Report {
    /// Of the program that the node runs.
    pub version: String,
    /// Which cluster; none: a node alone.
    pub cluster: Option<String>,
    /// The scratch workspace.
    pub workspace: String,
    /// For how long people wrote, as it was asked for.
    pub seconds: u64,
    /// The nodes, at the end.
    pub nodes: Vec<NodeSeen>,
    /// The same, as clients find them.
    pub reached: Vec<Reach>,
    /// On this machine's data folder.
    pub durable_write: DurableWrite,
    /// How many troubles were planned.
    pub planned: usize,
    /// What the history tells.
    pub figures: Figures,
    /// How it was judged.
    pub verdict: Verdict,
    /// Whether the states of all nodes were equal at the end.
    pub are_equal: bool,
    /// What the audit record has; or why it was not read.
    pub audit: Result<AuditSeen, String>,
    /// Why the run did not come to its end.
    pub stopped: Option<String>,
    /// Why the scratch workspace is still open.
    pub not_closed: Option<String>,
    /// Where everything is written down.
    pub history: PathBuf,
}

impl Report {
    /// The rules of the judge, each with how often it was broken.
    fn rules(&self) -> [(&'static str, u64); 7] {
        let found = &self.verdict.findings;
        [
            ("lost", found.lost),
            ("doubled", found.doubled),
            ("misordered", found.misordered),
            ("strangers", found.strangers),
            ("vanished", self.verdict.vanished),
            ("phantoms", self.verdict.phantoms),
            ("resets", self.verdict.resets),
        ]
    }

    /// What did not hold, a sentence each.
    pub fn broken(&self) -> Vec<String> {
        let mut broken = Vec::new();
        let counted = self.rules().into_iter().filter(|(_, count)| *count > 0);
        broken.extend(counted.map(|(rule, count)| format!("{rule}: {count}")));
        broken.extend(
            self.verdict
                .findings
                .examples
                .iter()
                .map(|example| format!("  {example}")),
        );
        broken.extend(
            self.stopped
                .iter()
                .map(|why| format!("it did not come to its end: {why}")),
        );
        if !self.verdict.is_complete && self.stopped.is_none() {
            broken.push("the history broke off".to_owned());
        }
        for trouble in self
            .figures
            .troubles
            .iter()
            .filter(|trouble| trouble.healed_ms.is_none())
        {
            broken.push(format!(
                "all was not well again after: {}, {}",
                words(&trouble.class),
                trouble.detail
            ));
        }
        let made = self.figures.troubles.len();
        if made < self.planned {
            broken.push(format!("{made} of {} troubles were made", self.planned));
        }
        if !self.are_equal {
            broken.push("the states of the nodes were not found equal at the end".to_owned());
        }
        match &self.audit {
            Err(why) => broken.push(format!("the audit record was not read: {why}")),
            Ok(seen) if seen.missing + seen.doubled > 0 => broken.push(format!(
                "the audit record lacks {} messages and has {} more than once",
                seen.missing, seen.doubled
            )),
            Ok(_) => {}
        }
        if let Some(why) = &self.not_closed {
            let name = &self.workspace;
            broken.push(format!(
                "{name} is still open; close it with `corridor workspace close {name}`: {why}"
            ));
        }
        broken
    }

    /// One page for people.
    pub fn text(&self) -> String {
        let mut text = String::new();
        let mut line = |words: String| {
            text.push_str(words.trim_end());
            text.push('\n');
        };
        let cluster = match &self.cluster {
            Some(cluster) => format!("cluster {cluster}"),
            None => "a node alone".to_owned(),
        };
        line(format!("corridor {}, {cluster}", self.version));
        line(format!(
            "selftest of {} s in the scratch workspace {}",
            self.seconds, self.workspace
        ));
        line(String::new());
        self.write_nodes(&mut line);
        line(String::new());
        let disk = self.durable_write;
        line(format!(
            "durable write here    p50 {}, slowest of {} {}",
            time(disk.p50_us as f64 / 1e3),
            disk.writes,
            time(disk.slowest_us as f64 / 1e3)
        ));
        line(format!("acknowledged, quiet   {}", shown(self.figures.quiet)));
        line(format!("under troubles        {}", shown(self.figures.troubled)));
        line(String::new());
        line(format!(
            "{:<40}  {:<8}  {:>14}  {:>14}",
            "TROUBLE", "AT", "NO ANSWER FOR", "WELL AFTER"
        ));
        for trouble in &self.figures.troubles {
            line(format!(
                "{:<40}  {:<8}  {:>14}  {:>14}",
                words(&trouble.class),
                trouble.detail,
                time(trouble.gap_ms),
                trouble.healed_ms.map_or_else(|| "NEVER".to_owned(), time)
            ));
        }
        line(String::new());
        let verdict = &self.verdict;
        line(format!(
            "messages  {} acknowledged, {} asked again; {} delivered; {} sockets resumed",
            verdict.acknowledged, verdict.retried, verdict.delivered, self.figures.resumed
        ));
        let rules = self.rules().map(|(rule, count)| format!("{rule} {count}"));
        line(format!("judged    {}", rules.join(", ")));
        let equal = if self.are_equal {
            "equal on all nodes at the end"
        } else {
            "NOT FOUND EQUAL"
        };
        line(format!("states    {equal}"));
        line(match &self.audit {
            Ok(seen) => format!(
                "audit     {} lines of messages sent; {} acknowledged without one, {} with more than one",
                seen.lines, seen.missing, seen.doubled
            ),
            Err(why) => format!("audit     NOT READ: {why}"),
        });
        line(format!("history   {}", self.history.display()));
        line(String::new());
        for sentence in self.broken() {
            line(sentence);
        }
        line(self.last_words());
        text
    }

    fn write_nodes(&self, line: &mut impl FnMut(String)) {
        let width = self
            .nodes
            .iter()
            .map(|seen| seen.address.len())
            .max()
            .unwrap_or(0)
            .max(7);
        line(format!(
            "{:<6}  {:<width$}  {:<7}  {:>10}  CLIENTS",
            "NODE", "ADDRESS", "ROLE", "ROUND TRIP"
        ));
        for seen in &self.nodes {
            let reach = self.reached.iter().find(|reach| reach.node == seen.node);
            let clients = match reach {
                Some(Reach { problem: Some(why), .. }) => format!("NO: {why}"),
                Some(Reach { url, .. }) => url.clone().unwrap_or_default(),
                None => "NO: it came meanwhile".to_owned(),
            };
            let round_trip = seen
                .round_trip_us
                .map_or_else(|| "-".to_owned(), |us| time(us as f64 / 1e3));
            line(format!(
                "{:<6}  {:<width$}  {:<7}  {round_trip:>10}  {clients}",
                format!("{}{}", seen.node, if seen.is_this { "*" } else { "" }),
                if seen.address.is_empty() { "-" } else { &seen.address },
                seen.role.name(),
            ));
        }
    }

    /// The verdict in words.
    fn last_words(&self) -> String {
        let out_of_reach: Vec<String> = self
            .reached
            .iter()
            .filter(|reach| reach.problem.is_some())
            .map(|reach| reach.node.to_string())
            .collect();
        let but = match out_of_reach.as_slice() {
            [] => String::new(),
            [node] => format!(" Clients did not reach node {node}: nothing was asked there."),
            nodes => format!(
                " Clients did not reach nodes {}: nothing was asked there.",
                nodes.join(", ")
            ),
        };
        match self.broken().is_empty() {
            true => format!(
                "ALL HELD: every acknowledged message is there once, in order, for whom it is for, through {} troubles.{but}",
                self.figures.troubles.len()
            ),
            false => format!(
                "NOT ALL HELD: see above; the history has every step, and docs/history.md says how to read it.{but}"
            ),
        }
    }

    /// For programs.
    pub fn as_json(&self) -> Value {
        json!({
            "version": self.version,
            "cluster": self.cluster,
            "workspace": self.workspace,
            "seconds": self.seconds,
            "nodes": self.nodes,
            "clients": self.reached,
            "durable_write": self.durable_write,
            "acknowledged_quiet": self.figures.quiet,
            "acknowledged_under_troubles": self.figures.troubled,
            "troubles_planned": self.planned,
            "troubles": self.figures.troubles,
            "acknowledged": self.verdict.acknowledged,
            "retried": self.verdict.retried,
            "delivered": self.verdict.delivered,
            "sockets_resumed": self.figures.resumed,
            "judged": self.rules().into_iter().map(|(rule, count)| (rule.to_owned(), count.into())).collect::<serde_json::Map<_, _>>(),
            "is_history_complete": self.verdict.is_complete,
            "are_states_equal": self.are_equal,
            "audit": self.audit.as_ref().ok(),
            "history": self.history,
            "broken": self.broken(),
            "all_held": self.broken().is_empty(),
        })
    }
}

fn words(class: &str) -> &str {
    match Class::named(class) {
        Some(class) => class.words(),
        None => class,
    }
}

fn shown(waits: Waits) -> String {
    let known = |value: Option<f64>| value.map_or_else(|| "-".to_owned(), time);
    format!(
        "p50 {}, p99 {} ({} messages)",
        known(waits.p50_ms),
        known(waits.p99_ms),
        waits.messages
    )
}

/// As people read it.
fn time(ms: f64) -> String {
    match ms {
        ..1.0 => format!("{ms:.2} ms"),
        1.0..10.0 => format!("{ms:.1} ms"),
        10.0..10_000.0 => format!("{ms:.0} ms"),
        _ => format!("{:.1} s", ms / 1e3),
    }
}

#[cfg(test)]
pub mod tests;
