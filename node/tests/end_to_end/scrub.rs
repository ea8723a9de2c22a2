//! What rots on a disk: a node reads everything that it keeps, all the time, without being asked.

use crate::support::clinic::Clinic;
use crate::support::{PATIENCE, wait_for};

#[test]
fn everything_that_a_node_keeps_is_read() {
    let clinic = Clinic::demo();
    wait_for("all was read", PATIENCE, || {
        (clinic.node.figure("corridor_scrub_passes_total") >= 1.0).then_some(())
    });
    assert_eq!(clinic.node.figure("corridor_scrub_found_damage"), 0.0);
    let text = clinic.node.log_text();
    let line = text
        .lines()
        .find(|line| line.contains("everything that this node keeps can be read"));
    let line = line.unwrap_or_else(|| panic!("{text}"));
    let count = |of: &str| {
        line.split(of)
            .nth(1)
            .unwrap()
            .split(' ')
            .next()
            .unwrap()
            .parse::<u64>()
            .unwrap()
    };
    assert!(count("pass.records=") > 1_000 && count("pass.entries=") > 100, "{line}");
}
