//! `storm`: thousands of sockets are cut at once while people write; all come back at once and miss nothing.

use super::Bench;
use crate::bars::Bar;
use crate::clinic::Clinic;
use crate::clock;
use crate::failure::{Failure, Outcome};
use crate::load::{Load, Order};
use crate::session::Session;
use corridor_judge::checker::Findings;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::time::Duration;

const SOCKETS: usize = 2_000;
const SOCKETS_QUICK: usize = 400;
const MEMBERS_OF_A_ROOM: usize = 50;
/// Messages a second, all rooms together.
const MESSAGES_PER_S: f64 = 50.0;
const RESUMED_MS: f64 = 15_000.0;
/// Longer than this and the storm counts as never over.
const PATIENCE: Duration = Duration::from_secs(120);

/// Cuts two thousand sockets of one node.
pub async fn run(bench: &mut Bench) -> Outcome<()> {
    let clinic = bench.template.open("storm", false).await?;
    let storm = storm(bench, &clinic, MEMBERS_OF_A_ROOM).await?;
    bench.report.put("storm", storm.figures());
    bench
        .report
        .bar(Bar::at_most("storm.resumed_ms", storm.resumed_ms, RESUMED_MS));
    bench.report.checked(storm.findings, &storm.errors);
    clinic.close().await
}

/// What a storm showed.
pub struct Storm {
    /// From the cut until the last socket was told that it has caught up.
    pub resumed_ms: f64,
    /// By the rules of the checker.
    pub findings: Findings,
    /// Refusals by code, but for those that are part of a storm.
    pub errors: BTreeMap<String, u64>,
    sockets: usize,
    all_errors: BTreeMap<String, u64>,
}

impl Storm {
    /// As figures.
    pub fn figures(&self) -> Value {
        json!({ "sockets": self.sockets, "resumed_ms": self.resumed_ms, "errors": self.all_errors })
    }
}

/// One person in each room writes from a socket that stays; everybody's other sockets are reset, and resume.
pub async fn storm(bench: &Bench, clinic: &Clinic, members_of_a_room: usize) -> Outcome<Storm> {
    let wanted = if bench.quick { SOCKETS_QUICK } else { SOCKETS };
    let people = clinic.people.len();
    let mut rooms = Vec::new();
    for first in (0..people).step_by(members_of_a_room) {
        let members: Vec<usize> = (first..people.min(first + members_of_a_room)).collect();
        let id = clinic.group("A room in the storm", &members).await?;
        let last_seq = clinic.last_seq(first, &id).await?;
        rooms.push((id, last_seq, members));
    }
    clinic.until_equal().await?;
    let mut session = Session::new(clinic, &bench.progress, true)?;
    let mut lanes = Vec::new();
    let mut storming = Vec::new();
    for (id, last_seq, members) in rooms {
        let writer = session.add_device(members[0]);
        let mut devices = vec![writer];
        for person in members {
            let own = (0..wanted / people).map(|_| session.add_device(person));
            devices.extend(own);
        }
        storming.extend_from_slice(&devices[1..]);
        let mut load = session.load.borrow_mut();
        let conversation = load.add_conversation(&id, last_seq, devices);
        lanes.push(load.add_lane(writer, conversation));
    }
    session.until_live().await?;
    session.until_quiet(bench.quiet_time()).await?;
    let paced = session.pace(lanes, MESSAGES_PER_S);
    session.pass("before the storm", bench.warm_up()).await?;

    let cut_ns = clock::now_ns();
    for device in &storming {
        session.load.borrow_mut().order(*device, Order::Cut);
    }
    let is_back = |load: &Load| {
        let back = |device: &u32| {
            let device = &load.devices[*device as usize];
            device.is_live && device.sockets > 1
        };
        storming.iter().all(back)
    };
    if !session.until(PATIENCE, is_back).await? {
        return Err(Failure::Broken(format!(
            "not everybody was back {PATIENCE:?} after the storm"
        )));
    }
    let resumed_ms = clock::seconds(cut_ns, clock::now_ns()) * 1e3;
    session.pass("after the storm", bench.warm_up()).await?;
    drop(paced);
    session.drain().await?;
    let mut errors = session.load.borrow().measure.errors.clone();
    let all_errors = errors.clone();
    // To be asked to come later is part of a storm.
    errors.retain(|code, _| code != "http_503");
    let findings = session.finish().await?;
    Ok(Storm {
        resumed_ms,
        findings,
        errors,
        sockets: storming.len(),
        all_errors,
    })
}
