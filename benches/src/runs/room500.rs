//! `room500`: one room of five hundred, all connected, ten of them writing: how many deliveries a second.

use super::Bench;
use crate::bars::Bar;
use crate::failure::Outcome;
use crate::load::Pattern;
use crate::session::Session;

const MEMBERS: usize = 500;
const SENDERS: usize = 10;
/// Messages of each sender that did not come to everybody yet. All together stay well below what a node lets wait for a socket.
const OUTSTANDING: u32 = 4;
const DELIVERIES_PER_S: f64 = 60_000.0;

/// Each sender writes again when its message was acknowledged and has come to all members.
pub async fn run(bench: &mut Bench) -> Outcome<()> {
    let clinic = bench.template.open("room", false).await?;
    let members: Vec<usize> = (0..MEMBERS.min(clinic.people.len())).collect();
    let id = clinic.group("A room of all", &members).await?;
    let last_seq = clinic.last_seq(0, &id).await?;
    let mut session = Session::new(&clinic, &bench.progress, false)?;
    let devices: Vec<u32> = members.iter().map(|person| session.add_device(*person)).collect();
    let lanes: Vec<u32> = {
        let mut load = session.load.borrow_mut();
        let conversation = load.add_conversation(&id, last_seq, devices.clone());
        let senders = devices.iter().take(SENDERS);
        senders.map(|device| load.add_lane(*device, conversation)).collect()
    };
    session.until_live().await?;
    session.until_quiet(bench.quiet_time()).await?;
    session
        .load
        .borrow_mut()
        .begin(Pattern::OnDelivered, &lanes, OUTSTANDING);
    session.pass("a room of all", bench.warm_up()).await?;
    let window = session.window("a room of all", bench.window_time()).await?;
    session.drain().await?;
    let errors = session.load.borrow().measure.errors.clone();
    let findings = session.finish().await?;
    let mut figures = window.as_json();
    figures["members"] = members.len().into();
    let bar = Bar::at_least("room500.deliveries_per_s", window.deliveries_per_s(), DELIVERIES_PER_S);
    bench.report.put("room500", figures);
    bench.report.bar(bar);
    bench.report.checked(findings, &errors);
    clinic.close().await
}
