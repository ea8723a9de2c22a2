//! Figures for operators: one recorder a process, read as Prometheus text.
//!
//! What is counted on the way of messages is pushed by the floors; what can be looked up is looked up here, when somebody asks.

mod process;

use crate::machine::Machine;
use crate::scrub;
use crate::start::StartError;
use crate::workspace::Workspace;
use crate::workspaces::Workspaces;
use corridor_actors::disk_space::Room;
use corridor_cluster::GroupStatus;
use corridor_domain::limits;
use corridor_storage::high_water;
use corridor_storage::reader::Reader;
use metrics::{describe_gauge, gauge};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use process::Process;
use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

/// Reads all figures.
#[derive(Clone)]
pub struct Figures {
    recorded: PrometheusHandle,
    process_started_seconds: Option<f64>,
}

/// Where the figures are that are looked up when somebody asks.
pub struct Sources {
    /// What all workspaces share.
    pub machine: Arc<Machine>,
    /// The workspaces. What is said of one group is said of the first one's.
    pub workspaces: Arc<Workspaces>,
    /// Whether the door for clients is open.
    pub is_open: Arc<AtomicBool>,
}

/// From 50 µs to 10 s: where syncs and requests lie.
const SECONDS: [f64; 14] = [
    5e-5, 1e-4, 2.5e-4, 5e-4, 1e-3, 2.5e-3, 5e-3, 1e-2, 2.5e-2, 5e-2, 0.1, 0.5, 2.0, 10.0,
];
/// Entries of one batch.
const ENTRIES: [f64; 10] = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 512.0, 2048.0];

static INSTALLED: OnceLock<Figures> = OnceLock::new();

/// Installs the recorder, once in a process, and lets every figure stand at zero.
pub fn install() -> Result<Figures, StartError> {
    if let Some(installed) = INSTALLED.get() {
        return Ok(installed.clone());
    }
    let builder = PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &SECONDS)
        .and_then(|builder| builder.set_buckets_for_metric(Matcher::Suffix("_entries".to_owned()), &ENTRIES));
    let handle = builder
        .and_then(PrometheusBuilder::install_recorder)
        .map_err(|error| StartError::refused(error.to_string()))?;
    introduce();
    corridor_storage::metrics::introduce();
    corridor_cluster::metrics::introduce();
    corridor_actors::metrics::introduce();
    corridor_api::metrics::introduce();
    scrub::introduce();
    let figures = Figures {
        recorded: handle,
        process_started_seconds: process::started_seconds(),
    };
    Ok(INSTALLED.get_or_init(|| figures).clone())
}

/// Says what those mean that are looked up.
fn introduce() {
    describe_gauge!("corridor_build_info", "Always 1; the label says which version runs.");
    describe_gauge!("corridor_ready", "Whether the node takes commands: 1 or 0.");
    describe_gauge!("corridor_workspaces", "Workspaces of the cluster, closed ones counted.");
    describe_gauge!("corridor_workspaces_awake", "Workspaces that are awake on this node.");
    describe_gauge!("corridor_sockets", "Devices connected.");
    describe_gauge!(
        "corridor_high_water",
        "The most that was ever there at once since the start, of what is bounded."
    );
    describe_gauge!("corridor_limit", "The bound that corridor_high_water stays under.");
    describe_gauge!("corridor_audit_records", "Lines of the audit record.");
    describe_gauge!("corridor_group_is_leader", "Whether this node leads its group: 1 or 0.");
    describe_gauge!(
        "corridor_group_is_fenced",
        "Whether this node refuses proposals for good: 1 or 0."
    );
    describe_gauge!("corridor_group_term", "The current term.");
    describe_gauge!("corridor_group_last_log_index", "Last index in the log.");
    describe_gauge!("corridor_group_applied_index", "Last index applied to the state.");
    describe_gauge!(
        "corridor_group_snapshot_index",
        "Last index in the newest snapshot point of this process; 0 before the first."
    );
    describe_gauge!("corridor_group_purged_index", "Last index purged from the log.");
    describe_gauge!(
        "corridor_group_quorum_acknowledged_seconds",
        "Time since a quorum last confirmed this leader; with one voter, since the last command. 0 on a node that does not lead."
    );
    describe_gauge!("corridor_group_voters", "Nodes that vote in the group.");
    describe_gauge!("corridor_log_size_bytes", "Bytes of the Raft log's files.");
    describe_gauge!("corridor_state_size_bytes", "Bytes of the state store on disk.");
    describe_gauge!(
        "corridor_disk_free_bytes",
        "Bytes that the node may still write to the disk of its data folder."
    );
    describe_gauge!(
        "corridor_disk_is_nearly_full",
        "Whether nothing new is taken because the disks of a majority are nearly full: 1 or 0."
    );
    describe_gauge!("corridor_disk_size_bytes", "Bytes of the disk of the data folder.");
}

impl Figures {
    /// All figures as text.
    pub fn render(&self, sources: &Sources) -> String {
        sources.look();
        self.recorded.run_upkeep();
        let mut text = self.recorded.render();
        Process::read().render(self.process_started_seconds, &mut text);
        text
    }

    /// Sorts what was observed into its buckets, again and again: a node that nobody watches must not gather it for ever.
    pub async fn keep_up(self) {
        let mut interval = tokio::time::interval(Duration::from_millis(limits::FIGURES_UPKEEP_INTERVAL_MS));
        loop {
            interval.tick().await;
            self.recorded.run_upkeep();
        }
    }
}

impl Sources {
    fn look(&self) {
        gauge!("corridor_build_info", "version" => env!("CARGO_PKG_VERSION")).set(1);
        let first = self.workspaces.first();
        gauge!("corridor_ready").set(flag(self.is_ready()));
        gauge!("corridor_workspaces").set(self.workspaces.facts().now().workspaces.len() as f64);
        gauge!("corridor_workspaces_awake").set(self.workspaces.awake_count() as f64);
        gauge!("corridor_sockets").set(self.workspaces.sockets_count() as f64);
        if let Some(first) = &first {
            first.actors.note_high_water();
        }
        for mark in high_water::ALL {
            gauge!("corridor_high_water", "of" => mark.of).set(mark.most() as f64);
            gauge!("corridor_limit", "of" => mark.of).set(mark.limit() as f64);
        }
        if let Some(first) = &first {
            look_at_group(&(first.status)());
            look_at_state(&first.reader);
        }
        self.look_at_disk();
    }

    /// Whether clients are served, and the first workspace takes commands.
    pub fn is_ready(&self) -> bool {
        let first = self.workspaces.first();
        self.is_open.load(Ordering::Acquire) && first.is_some_and(|first| first.takes_commands())
    }

    /// What cannot be read keeps its last value: whoever watches sees that by the readiness of the node, not by a zero.
    fn look_at_disk(&self) {
        let data = &self.machine.settings.data;
        gauge!("corridor_log_size_bytes").set(folder_size_bytes(&data.join("log")) as f64);
        let awake = self.workspaces.awake();
        let is_short = |workspace: &Arc<Workspace>| workspace.actors.disk_space().room() < Room::Ample;
        gauge!("corridor_disk_is_nearly_full").set(flag(awake.iter().any(is_short)));
        if let Ok(disk) = rustix::fs::statvfs(data) {
            gauge!("corridor_disk_free_bytes").set((disk.f_bavail * disk.f_frsize) as f64);
            gauge!("corridor_disk_size_bytes").set((disk.f_blocks * disk.f_frsize) as f64);
        }
    }
}

fn look_at_group(group: &GroupStatus) {
    let index = |index: Option<u64>| index.unwrap_or(0) as f64;
    let quorum_ms = group.quorum_acknowledged_ms_ago.filter(|_| group.is_leader);
    gauge!("corridor_group_is_leader").set(flag(group.is_leader));
    gauge!("corridor_group_is_fenced").set(flag(group.is_fenced));
    gauge!("corridor_group_term").set(group.term as f64);
    gauge!("corridor_group_last_log_index").set(index(group.last_log_index));
    gauge!("corridor_group_applied_index").set(index(group.applied_index));
    gauge!("corridor_group_snapshot_index").set(index(group.snapshot_index));
    gauge!("corridor_group_purged_index").set(index(group.purged_index));
    gauge!("corridor_group_quorum_acknowledged_seconds").set(quorum_ms.unwrap_or(0) as f64 / 1e3);
    gauge!("corridor_group_voters").set(group.voters as f64);
}

/// What cannot be read keeps its last value.
fn look_at_state(reader: &Reader) {
    if let Ok(progress) = reader.progress() {
        gauge!("corridor_audit_records").set(progress.audit_count as f64);
    }
    gauge!("corridor_state_size_bytes").set(reader.size_bytes() as f64);
}

fn flag(is: bool) -> f64 {
    f64::from(u8::from(is))
}

/// Bytes of all files below; of those that are there while it looks.
fn folder_size_bytes(folder: &Path) -> u64 {
    let Ok(entries) = fs::read_dir(folder) else {
        return 0;
    };
    let size_bytes = |entry: fs::DirEntry| match entry.metadata() {
        Ok(metadata) if metadata.is_dir() => folder_size_bytes(&entry.path()),
        Ok(metadata) => metadata.len(),
        Err(_) => 0,
    };
    entries.filter_map(Result::ok).map(size_bytes).sum()
}

#[cfg(test)]
mod tests {
    use super::folder_size_bytes;

    #[test]
    fn a_folders_size_is_that_of_all_its_files() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("engine")).unwrap();
        for (name, size) in [("mark", 100), ("engine/1", 2_000), ("engine/2", 30)] {
            std::fs::write(folder.path().join(name), vec![0; size]).unwrap();
        }
        assert_eq!(folder_size_bytes(folder.path()), 2_130);
        assert_eq!(folder_size_bytes(&folder.path().join("none")), 0);
    }
}
