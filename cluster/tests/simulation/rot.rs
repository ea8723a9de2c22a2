//! Bytes that rot on one disk: one of a row of the state or of an entry of the log changes, whoever reads it is told, and a node that reads
//! everything now and then finds it.
//!
//! Stands beside the machines, around the scrub that a node has (`storage/src/scrub.rs`), which is paced here as it is in production, faster.

use crate::birth::Node;
use crate::dice::Dice;
use crate::disk::Condition;
use crate::history::Happened;
use crate::machines::{GROUP, Machines, purged_index};
use crate::record::Record;
use corridor_storage::log::LogStore as _;
use corridor_storage::scrub::Scrub;
use std::sync::Arc;
use std::time::Duration;

const PIECE_PAUSE: Duration = Duration::from_millis(20);
const PASS_PAUSE: Duration = Duration::from_secs(3);
const LOOK_PAUSE: Duration = Duration::from_millis(50);

/// A byte changes on the disk of a machine. None: there was none to change.
pub fn begin(machines: &Machines, place: usize, in_log: bool, dice: &Dice) -> Option<()> {
    let disk = machines.disk(place);
    if in_log {
        let log = machines.log(place);
        let from = purged_index(&log).map_or(0, |purged| purged + 1);
        let entries = log.read(GROUP, from..u64::MAX, usize::MAX).ok()?;
        let (index, bytes) = dice.one(&entries)?.clone();
        machines
            .record()
            .trace(format_args!("machine {place}: a byte of entry {index} rots"));
        disk.rot_entry(index, bytes);
    } else {
        let key = machines.store(place).rot(dice)?;
        machines
            .record()
            .trace(format_args!("machine {place}: a byte of row {key:?} rots"));
        disk.rot_record();
    }
    Some(())
}

/// Waits until the node has noticed: true. False: it was written over before anybody read it, and is gone.
pub async fn is_noticed(machines: &Machines, place: usize) -> bool {
    let disk = machines.disk(place);
    loop {
        tokio::time::sleep(LOOK_PAUSE).await;
        if disk.is_rot_noticed() {
            return true;
        }
        if !lies_there(machines, place, &disk) {
            disk.forget_rot();
            return false;
        }
    }
}

fn lies_there(machines: &Machines, place: usize, disk: &Condition) -> bool {
    match disk.rotten_entry() {
        Some((index, bytes)) => {
            let found = machines.log(place).read(GROUP, index..index + 1, usize::MAX);
            found.is_ok_and(|found| found == [(index, bytes)])
        }
        None => machines.store(place).is_rotten(),
    }
}

/// Reads everything that a node keeps, again and again. A node that finds damage serves nobody from then on.
pub async fn look_for_it(node: Arc<Node>, mut scrub: Scrub, disk: Condition, record: Record) {
    loop {
        tokio::time::sleep(PIECE_PAUSE).await;
        match scrub.next_piece() {
            Ok(None) => {}
            Ok(Some(_)) => tokio::time::sleep(PASS_PAUSE).await,
            Err(problem) => {
                record.trace(format_args!("node {} finds damage: {problem}", node.id));
                record.count("damage found by reading everything");
                if !disk.is_rotten() {
                    record.happened(Happened::Violated {
                        check: "fatal".to_owned(),
                        detail: format!("node {} finds damage on a good disk: {problem}", node.id),
                    });
                }
                disk.notice_rot();
                return node.serve_nobody();
            }
        }
    }
}
