//! Whether the disks have room, and what follows from it.
//!
//! Stands beside the edge: looks at this node's disk, hears of the others', and tells the way in for commands of each workspace. What is
//! new is refused as long as it could still be kept: nodes whose disks are full end themselves, and with a quorum of those that have a
//! workspace it would end. It refuses to know who asks for what.

use crate::neighbours::Neighbours;
use crate::workspace::Workspace;
use crate::workspaces::Workspaces;
use corridor_actors::disk_space::{DiskSpace, Room};
use corridor_cluster::peers::NodeId;
use corridor_domain::limits;
use futures::future::join_all;
use std::cmp::Ordering;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::interval;

const MIB: u64 = 1024 * 1024;
/// What must be free beyond the reserve to come back, at most.
const SLACK_BYTES_MAX: u64 = 128 * MIB;

/// What is watched, and who is told.
pub struct RoomWatch {
    /// This node.
    pub node: NodeId,
    /// Where this node writes.
    pub data: PathBuf,
    /// What must be free for what can wait.
    pub reserve_mib: u32,
    /// What a quorum of the whole cluster has room for; a workspace begins with it.
    pub space: DiskSpace,
    /// The other nodes, and what they said of their disks.
    pub neighbours: Option<Arc<Neighbours>>,
    /// The workspaces that this node may lead.
    pub workspaces: Arc<Workspaces>,
}

/// Where this node has less room than a quorum has.
#[derive(Default)]
pub struct Fuller {
    /// Of all that vote in the cluster.
    pub in_cluster: bool,
    /// Of those that have one of these.
    pub workspaces: Vec<Arc<Workspace>>,
}

/// What a look at one space came to.
struct Judged {
    /// This node has less room than the quorum.
    is_fuller: bool,
    /// Of what the quorum has room for.
    change: Ordering,
}

impl RoomWatch {
    /// Looks once, so that a node on a full disk does not open its doors first.
    pub fn look(&self) -> Fuller {
        let Ok(free) = free_bytes(&self.data) else {
            return Fuller::default();
        };
        let all = self.neighbours.as_ref().map(|others| others.cluster().other_voters());
        let in_cluster = self.judge(&self.space, free, all.unwrap_or_default()).is_fuller;
        let (mut workspaces, mut fell, mut rose) = (Vec::new(), Vec::new(), Vec::new());
        for workspace in self.workspaces.awake() {
            let others = workspace.other_voters(self.node);
            let judged = self.judge(workspace.actors.disk_space(), free, others);
            match judged.change {
                Ordering::Less => fell.push(workspace.id),
                Ordering::Greater => rose.push(workspace.id),
                Ordering::Equal => {}
            }
            if judged.is_fuller {
                workspaces.push(workspace);
            }
        }
        self.tell(free / MIB, &fell, &rose);
        Fuller { in_cluster, workspaces }
    }

    /// Tells a way in what this node and a quorum of those have room for together.
    fn judge(&self, space: &DiskSpace, free: u64, others: Vec<NodeId>) -> Judged {
        let before = space.seen().unwrap_or(Room::Ample);
        let level = |free| level(free, u64::from(self.reserve_mib) * MIB, before);
        let own = level(free);
        let others = self.neighbours.as_ref().map(|all| all.free_bytes(others));
        // Who is silent may have no room: nothing is built on it.
        let others = others.unwrap_or_default().into_iter();
        let room = of_quorum(own, others.map(|free| free.map_or(Room::Scarce, level)));
        space.set(room);
        Judged {
            is_fuller: own < room,
            change: room.cmp(&before),
        }
    }

    /// One line for all workspaces that have less room than before, and one for those that have more.
    fn tell(&self, free_mib: u64, fell: &[u64], rose: &[u64]) {
        let reserve_mib = self.reserve_mib;
        if !fell.is_empty() {
            tracing::error!(
                free_mib,
                reserve_mib,
                workspaces = ?fell,
                "THE DISK IS NEARLY FULL: nothing new is taken until there is room again"
            );
        }
        if !rose.is_empty() {
            tracing::info!(free_mib, reserve_mib, workspaces = ?rose, "there is room on the disk again");
        }
    }

    /// Watches for as long as it is polled. A node with less room than a quorum has lets another one lead.
    pub async fn watch(self) {
        let mut looks = interval(Duration::from_millis(limits::DISK_LOOK_INTERVAL_MS));
        loop {
            looks.tick().await;
            let fuller = self.look();
            if let Some(neighbours) = self.neighbours.as_ref().filter(|_| fuller.in_cluster) {
                neighbours.hand_over().await;
            }
            join_all(fuller.workspaces.iter().map(|workspace| workspace.hand_over())).await;
        }
    }
}

/// What the node may still write to the disk of that folder.
pub fn free_bytes(folder: &Path) -> std::io::Result<u64> {
    let disk = rustix::fs::statvfs(folder)?;
    Ok(disk.f_bavail * disk.f_frsize)
}

/// What so many free bytes are worth. To come back needs more than to go, so that it does not go to and fro.
fn level(free: u64, reserve: u64, before: Room) -> Room {
    let is_enough = |room: Room, wanted: u64| {
        let more = if before < room {
            (wanted / 4).min(SLACK_BYTES_MAX)
        } else {
            0
        };
        free >= wanted + more
    };
    if is_enough(Room::Ample, reserve) {
        Room::Ample
    } else if is_enough(Room::Scarce, reserve / limits::DISK_LAST_PART) {
        Room::Scarce
    } else {
        Room::None
    }
}

/// What a majority of those that vote has room for.
fn of_quorum(own: Room, others: impl Iterator<Item = Room>) -> Room {
    let mut rooms: Vec<Room> = others.chain([own]).collect();
    rooms.sort_unstable_by(|one, other| other.cmp(one));
    rooms[rooms.len() / 2]
}

#[cfg(test)]
mod tests {
    use super::*;
    use Room::{Ample, None, Scarce};

    #[test]
    fn room_goes_in_two_steps_and_comes_back_later() {
        // (free, before, now) with a reserve of 800.
        let cases = [
            (900, Ample, Ample),
            (800, Ample, Ample),
            (799, Ample, Scarce),
            (999, Scarce, Scarce),
            (1_000, Scarce, Ample),
            (100, Scarce, Scarce),
            (99, Scarce, None),
            (99, Ample, None),
            (124, None, None),
            (125, None, Scarce),
            (1_000, None, Ample),
        ];
        for (free, before, now) in cases {
            assert_eq!(level(free, 800, before), now, "{free} {before:?}");
        }
    }

    #[test]
    fn a_quorum_with_room_is_enough() {
        let cases = [
            (Ample, vec![], Ample),
            (Scarce, vec![], Scarce),
            (Scarce, vec![Ample, Ample], Ample),
            (Ample, vec![Ample, None], Ample),
            (Ample, vec![Scarce, Scarce], Scarce),
            (Ample, vec![None, Scarce], Scarce),
            (Scarce, vec![Ample], Scarce),
            (Ample, vec![Ample, None, None], None),
        ];
        for (own, others, together) in cases {
            assert_eq!(of_quorum(own, others.iter().copied()), together, "{own:?} {others:?}");
        }
    }
}
