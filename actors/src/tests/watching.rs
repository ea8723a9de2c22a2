//! How the tests of falls look on: what was counted, and what a device would show of what it got.

use corridor_domain::ids::ConversationId;
use metrics::{Counter, Gauge, Histogram, Key, KeyName, Metadata, Recorder, SharedString, Unit};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

/// Counts what is counted on this thread.
#[derive(Default)]
pub struct Counting(Mutex<BTreeMap<String, Arc<AtomicU64>>>);

impl Counting {
    pub fn restarts(&self, kind: &str) -> u64 {
        let counters = self.0.lock().unwrap();
        let key = Key::from_parts(crate::metrics::ACTOR_RESTARTS_TOTAL, &[("kind", kind.to_owned())]);
        counters
            .get(&key.to_string())
            .map_or(0, |count| count.load(Ordering::Relaxed))
    }
}

impl Recorder for Counting {
    fn describe_counter(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_gauge(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
        let mut counters = self.0.lock().unwrap();
        Counter::from_arc(Arc::clone(counters.entry(key.to_string()).or_default()))
    }

    fn register_gauge(&self, _: &Key, _: &Metadata<'_>) -> Gauge {
        Gauge::noop()
    }

    fn register_histogram(&self, _: &Key, _: &Metadata<'_>) -> Histogram {
        Histogram::noop()
    }
}

/// What a device shows of a room: every event once, repeated ones left out. Panics where one is left out.
pub fn shown(frames: &[String], room: ConversationId) -> Vec<String> {
    let prefix = format!("{:x}/", room.0);
    let mut last = 0;
    let mut shown = Vec::new();
    for frame in frames {
        let Some(rest) = frame.strip_prefix(&prefix) else {
            continue;
        };
        let seq: u64 = rest.split(' ').next().unwrap().parse().unwrap();
        if seq > last {
            assert!(last == 0 || seq == last + 1, "{seq} behind {last}: {frames:?}");
            last = seq;
            shown.push(frame.clone());
        }
    }
    shown
}
