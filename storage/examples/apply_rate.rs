//! How fast committed sends become state, and at what cost of CPU: the apply step alone, on a real disk.
//!
//! `cargo run --release -p corridor-storage --example apply_rate -- [FOLDER] [MESSAGES] [BATCH] [CONVERSATIONS]`

#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a measurement: its output is its work"
)]

#[path = "../tests/clinic/mod.rs"]
mod clinic;

use clinic::{Clinic, folk, send};
use corridor_domain::conversation::Kind;
use corridor_domain::ids::ConversationId;
use corridor_storage::backend::FjallBackend;
use corridor_storage::world::{SystemWorld, World};
use std::sync::Arc;

fn main() {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().unwrap_or_else(|| "target/apply_rate".to_owned());
    let mut number = |default: u128| arguments.next().map_or(default, |text| text.parse().unwrap());
    let (messages, batch, rooms) = (number(100_000), number(64), number(50));
    let _ = std::fs::remove_dir_all(&folder);
    let mut clinic = Clinic::over(Arc::new(FjallBackend::open(folder.as_ref()).unwrap()));
    clinic.apply(&folk::opening());
    let room = |number: u128| ConversationId(0x10_0000 + number % rooms);
    for number in 0..rooms {
        clinic.does(
            folk::NURSE,
            clinic::create(room(number), Kind::Group, "night shift", &[folk::PHYSICIAN]),
        );
    }
    let body = "x".repeat(241);
    let world = SystemWorld::new();
    let (started, before) = (world.monotonic_ns(), cpu_ticks());
    let mut sent = 0;
    while sent < messages {
        let envelopes: Vec<_> = (0..batch.min(messages - sent))
            .map(|ahead| {
                let number = sent + ahead;
                let author = if number % 2 == 0 { folk::NURSE } else { folk::PHYSICIAN };
                clinic.envelope(author, send(room(number.wrapping_mul(7919)), &body))
            })
            .collect();
        sent += envelopes.len() as u128;
        clinic.apply(&envelopes);
        clinic.told.lock().unwrap().clear();
    }
    let elapsed = (world.monotonic_ns() - started) as f64 / 1e9;
    let cpu = (cpu_ticks() - before) as f64 / 100.0;
    println!(
        "{messages} sends in batches of {batch}, {rooms} rooms: {:.0}/s, {:.1} us of CPU each (all threads)",
        messages as f64 / elapsed,
        cpu * 1e6 / messages as f64
    );
}

/// Ticks of 10 ms of CPU that this process used so far (proc(5), fields 14 and 15).
fn cpu_ticks() -> u64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    let fields: Vec<&str> = stat.rsplit_once(')').unwrap().1.split_whitespace().collect();
    fields[11].parse::<u64>().unwrap() + fields[12].parse::<u64>().unwrap()
}
