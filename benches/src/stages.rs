//! Where the time of a message goes: call stacks of the node, sorted into the stages of a message's way. Pure.
//!
//! A stack belongs to the innermost function that a stage is known by; one without any belongs to its thread. Reads what `perf
//! script -F comm,ip,sym` prints.

use std::collections::BTreeMap;

/// A stage and the functions that it is known by, as parts of their names.
type Stage = (&'static str, &'static [&'static str]);

/// In the order of a message's way.
const STAGES: [Stage; 12] = [
    (
        "socket",
        &[
            "WebSocketContext",
            "tungstenite",
            "websocket::gathering",
            "__send",
            "__libc_recv",
            "__libc_send",
            "epoll_wait",
            "tcp_",
            "__x64_sys_sendto",
            "__x64_sys_recvfrom",
        ],
    ),
    ("decode", &["session_protocol::step", "ClientFrame"]),
    (
        "permission",
        &[
            "corridor_domain::",
            "corridor_storage::load::",
            "corridor_storage::write::",
        ],
    ),
    (
        "seal",
        &[
            "StorageKey::seal",
            "StorageKey::open",
            "ContentKeys::",
            "chacha20",
            "poly1305",
            "ring_core",
        ],
    ),
    (
        "propose",
        &[
            "openraft::",
            "corridor_cluster::",
            "corridor_actors::gateway",
            "service::commands",
            "conversation::actor::State::prepare",
        ],
    ),
    (
        "append",
        &["raft_engine::", "corridor_storage::log::", "corridor_sync::queue"],
    ),
    ("sync", &["fdatasync", "fsync"]),
    (
        "apply",
        &[
            "corridor_storage::apply",
            "corridor_storage::transaction",
            "corridor_storage::state",
            "corridor_storage::store",
            "corridor_storage::records",
        ],
    ),
    (
        "encode",
        &["JsonFrames", "corridor_api::encode", "ServerFrame", "convert::"],
    ),
    (
        "fan-out",
        &[
            "on_committed",
            "corridor_actors::fan_out",
            "corridor_actors::dispatcher",
            "corridor_sync::outbox",
            "corridor_sync::order",
        ],
    ),
    ("carry", &["corridor_storage::store::carry"]),
    ("tidy", &["lsm_tree::compaction", "fjall::worker_pool"]),
];

/// Threads and the stage of what is left of them.
const THREADS: [(&str, &str); 6] = [
    ("state-carrier", "carry"),
    ("fjall:worker", "tidy"),
    ("state-journal", "tidy"),
    ("log-housekeepin", "tidy"),
    ("log-writer", "append"),
    ("state-", "apply"),
];

/// The rest: the runtime, actors' mail, timers.
const REST: &str = "tasks and mail";

/// How many samples each stage has, in the order of a message's way.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Samples {
    by_stage: BTreeMap<&'static str, u64>,
    /// Samples whose stack is one function deep or less: of a program without frame pointers nearly all.
    pub shallow: u64,
}

impl Samples {
    /// Sorts what `perf script` printed.
    pub fn of(script: &str) -> Self {
        let mut samples = Self::default();
        for sample in script.split("\n\n") {
            let mut lines = sample.lines().filter(|line| !line.trim().is_empty());
            let Some(thread) = lines.next() else { continue };
            let functions: Vec<&str> = lines.filter_map(|line| Some(line.trim().split_once(' ')?.1)).collect();
            if functions.len() < 2 {
                samples.shallow += 1;
            }
            *samples.by_stage.entry(stage_of(thread.trim(), &functions)).or_default() += 1;
        }
        samples
    }

    /// All of them.
    pub fn total(&self) -> u64 {
        self.by_stage.values().sum()
    }

    /// Each stage and its share.
    pub fn shares(&self) -> Vec<(&'static str, f64)> {
        let names = STAGES.iter().map(|(stage, _)| *stage).chain([REST]);
        let share = |stage| *self.by_stage.get(stage).unwrap_or(&0) as f64 / self.total().max(1) as f64;
        names.map(|stage| (stage, share(stage))).collect()
    }
}

fn stage_of(thread: &str, functions: &[&str]) -> &'static str {
    let in_background = THREADS.iter().find(|(name, _)| thread.starts_with(name));
    // What the store's own threads do is theirs, whatever function it is done with; sealing alone is told apart.
    if let Some((_, stage @ ("carry" | "tidy"))) = in_background {
        let seals = functions.iter().any(|function| is_known_by(function, STAGES[3].1));
        return if seals { STAGES[3].0 } else { stage };
    }
    let known = functions.iter().find_map(|function| {
        let stage = STAGES.iter().find(|(_, parts)| is_known_by(function, parts));
        stage.map(|(stage, _)| *stage)
    });
    known.or(in_background.map(|(_, stage)| *stage)).unwrap_or(REST)
}

fn is_known_by(function: &str, parts: &[&str]) -> bool {
    parts.iter().any(|part| function.contains(part))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCRIPT: &str = "\
tokio-rt-worker
\t  7f01 __memmove_avx512
\t  5501 corridor_storage::sealing::StorageKey::seal
\t  5502 corridor_api::service::commands::prepare

log-writer
\t  ffff folio_wait_bit
\t  7f02 __GI_fdatasync
\t  5503 raft_engine::engine::Engine::write

state-carrier
\t  5504 fjall::batch::WriteBatch::commit
\t  5505 corridor_storage::store::carry

state-1
\t  5506 something::nobody::knows
\t  5507 start_thread

tokio-rt-worker
\t  5508 tokio::runtime::park
";

    #[test]
    fn the_innermost_known_function_decides_and_else_the_thread() {
        let samples = Samples::of(SCRIPT);
        let wanted = [("seal", 1), ("sync", 1), ("carry", 1), ("apply", 1), (REST, 1)];
        assert_eq!(samples.by_stage, BTreeMap::from(wanted));
        assert_eq!((samples.total(), samples.shallow), (5, 1));
        let shares = samples.shares();
        assert_eq!(shares.first(), Some(&("socket", 0.0)));
        assert!(shares.contains(&("sync", 0.2)));
    }
}
