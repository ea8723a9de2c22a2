//! The agenda of a node that leads: what is due is proposed, as its actor does it in production.
//!
//! Stands where `actors/src/agenda.rs` stands, over the same timers and the same way into the log.

use crate::birth::Node;
use crate::history::Happened;
use crate::record::Record;
use crate::workload::wish;
use corridor_domain::command::{Acting, Command, Envelope};
use corridor_domain::ids::CommandId;
use corridor_domain::limits;
use corridor_domain::outcome::Answer;
use corridor_domain::timer::Timer;
use corridor_storage::apply::encode_command;
use corridor_storage::world::World;
use std::sync::Arc;
use std::time::Duration;

/// Nobody among the clients has this number.
const CLIENT: u64 = 97;

/// For as long as the process lives.
pub async fn run(node: Arc<Node>, clock: impl World, record: Record) {
    loop {
        tokio::time::sleep(Duration::from_millis(limits::AGENDA_LOOK_INTERVAL_MS)).await;
        if !node.group.status().is_leader {
            continue;
        }
        for _ in 0..limits::AGENDA_ROUNDS_COUNT_MAX {
            if !fire_what_is_due(&node, &clock, &record).await || !node.group.status().is_leader {
                break;
            }
        }
    }
}

/// One round; whether it did something.
async fn fire_what_is_due(node: &Node, clock: &impl World, record: &Record) -> bool {
    let mut is_done = false;
    for timer in due(node, clock) {
        let envelope = fire(timer, clock);
        record.happened(Happened::Asked {
            client: CLIENT,
            machine: node.id,
            conflict: false,
            wish: wish(&envelope),
        });
        let Ok(command) = encode_command(&envelope) else {
            return false;
        };
        match node.group.proposer().propose(command).await {
            Ok(Answer::Done { .. }) => is_done = true,
            _ => return false,
        }
        record.count("timer fired");
    }
    is_done
}

fn due(node: &Node, clock: &impl World) -> Vec<Timer> {
    let reader = &node.state.reader;
    let Ok(progress) = reader.progress() else {
        return Vec::new();
    };
    let now_ms = clock.now_ms().max(progress.at_ms);
    reader
        .timers_due(now_ms, limits::AGENDA_TIMERS_COUNT_MAX)
        .unwrap_or_default()
}

fn fire(timer: Timer, clock: &impl World) -> Envelope {
    let mut id = [0; 16];
    clock.fill_random(&mut id);
    Envelope {
        command_id: CommandId(u128::from_be_bytes(id)),
        fingerprint: [5; 16],
        acting: Acting::Clock,
        on_behalf_of: None,
        salt: id,
        command: Command::FireTimer { timer },
    }
}
