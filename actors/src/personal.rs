//! What concerns people beside the events of their conversations: coverage, their own view, what they have to be sent later, tasks, the
//! clinic's settings.
//!
//! Their devices are told the newest state of it. Who does not take it in time is cut, and asks when they are back.

use crate::directory::Connected;
use crate::frame::Frame;
use crate::outbox::{Farewell, Latest};
use crate::workspace::Rooms;
use corridor_domain::care::Party;
use corridor_domain::ids::PersonId;
use corridor_domain::outcome::Change;
use corridor_domain::permission::basis;
use corridor_domain::task::Task;
use corridor_storage::apply::Applied;
use std::collections::HashMap;
use std::sync::Arc;

/// Tells those whom it concerns.
pub(crate) fn tell(rooms: &Rooms, applied: &Applied) {
    for change in &applied.changes {
        if matches!(
            change,
            Change::Settings(_) | Change::Safeguards(_) | Change::ChartLink(_) | Change::Policies(_)
        ) {
            tell_everybody(rooms, change);
        }
        if let Change::Task(task) = change {
            tell_of_task(rooms, task, change);
        }
        let Some((people, latest)) = concerns(change) else {
            continue;
        };
        let look = rooms.context.devices.look();
        // Encoded once, and only if somebody is there.
        let mut frame = None;
        for device in people.iter().flatten().flat_map(|person| look.devices(*person)) {
            let encoded = frame.get_or_insert_with(|| rooms.context.encode.personal(change));
            if let Some(frame) = encoded {
                give(device, latest, frame);
            }
        }
    }
}

fn tell_everybody(rooms: &Rooms, change: &Change) {
    let Some(frame) = rooms.context.encode.personal(change) else {
        return;
    };
    for device in rooms.context.devices.look().all() {
        give(device, Latest::Settings, &frame);
    }
}

/// Who is to do it, who made it, and whoever has the role that is to do it; of these, who may read what it is about. Tasks are few: each is
/// judged for everybody who is there.
fn tell_of_task(rooms: &Rooms, task: &Task, change: &Change) {
    let reader = &rooms.context.reader;
    let now_ms = reader.progress().map_or(0, |progress| progress.at_ms);
    let concerns = |id: PersonId| {
        let Ok(Some(person)) = reader.person(id) else {
            return false;
        };
        let is_given = match task.assignee {
            Party::Person(assignee) => assignee == id,
            Party::Pool(role) => person.roles.has(role),
        };
        let about = || reader.readable(&person, task.conversation);
        let may_read = || about().is_ok_and(|about| basis(&person, &about, now_ms).is_some());
        (is_given || task.creator == id) && may_read()
    };
    let devices: Vec<Arc<Connected>> = rooms.context.devices.look().staff().cloned().collect();
    let mut judged = HashMap::new();
    let mut frame = None;
    for device in devices {
        if *judged.entry(device.person).or_insert_with(|| concerns(device.person))
            && let Some(frame) = frame.get_or_insert_with(|| rooms.context.encode.personal(change))
        {
            give(&device, Latest::Task(task.id), frame);
        }
    }
}

fn give(device: &Connected, latest: Latest, frame: &Frame) {
    if !device.outbox.push_latest(latest, frame) {
        device.outbox.close(Farewell::TooSlow);
    }
}

/// Whom it concerns, and what a newer one replaces.
fn concerns(change: &Change) -> Option<([Option<PersonId>; 2], Latest)> {
    Some(match change {
        Change::Coverage(coverage) => {
            let window = &coverage.window;
            let both = [Some(window.covered), Some(window.covering)];
            (both, Latest::Coverage(window.id))
        }
        // A change that comes behind it does not swallow a reminder.
        Change::Attention {
            attention, reminded, ..
        } => (
            [Some(attention.person), None],
            Latest::Attention(attention.conversation, *reminded),
        ),
        Change::Scheduled(scheduled) | Change::ScheduledOver { scheduled, .. } => {
            ([Some(scheduled.author), None], Latest::Scheduled(scheduled.new.id))
        }
        _ => return None,
    })
}
