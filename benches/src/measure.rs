//! What a load counts while it is measured: acknowledgements, deliveries, latencies, refusals by code. Knows no socket.

use crate::failure::{Context, Outcome};
use hdrhistogram::Histogram;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Longest latency told apart, in microseconds.
const LATENCY_US_MAX: u64 = 10 * 60 * 1_000_000;

/// Latencies of one kind.
#[derive(Debug, Clone)]
pub struct Latencies(Histogram<u64>);

impl Latencies {
    /// None yet.
    pub fn new() -> Outcome<Self> {
        Histogram::new_with_max(LATENCY_US_MAX, 3)
            .context("a histogram")
            .map(Self)
    }

    /// One more.
    pub fn record(&mut self, nanoseconds: u64) {
        self.0.saturating_record(nanoseconds / 1_000);
    }

    /// The latency that this share of them does not exceed, in milliseconds.
    pub fn quantile_ms(&self, share: f64) -> f64 {
        self.0.value_at_quantile(share) as f64 / 1e3
    }

    /// As figures.
    pub fn as_json(&self) -> Value {
        json!({
            "count": self.0.len(),
            "p50_ms": self.quantile_ms(0.5),
            "p99_ms": self.quantile_ms(0.99),
            "p99_9_ms": self.quantile_ms(0.999),
            "max_ms": self.0.max() as f64 / 1e3,
        })
    }
}

/// The counts of one load. Counts and latencies are taken only while it records; refusals always.
#[derive(Debug, Clone)]
pub struct Measure {
    /// Whether it is measured now.
    pub records: bool,
    /// Messages acknowledged.
    pub acknowledged: u64,
    /// Events of messages that came to devices.
    pub delivered: u64,
    /// From sending, or from when it was due, to the acknowledgement.
    pub to_acknowledged: Latencies,
    /// From there to the arrival at a device that did not send it.
    pub to_received: Latencies,
    /// Refusals and failures, by code.
    pub errors: BTreeMap<String, u64>,
}

impl Measure {
    /// Nothing yet.
    pub fn new() -> Outcome<Self> {
        Ok(Self {
            records: false,
            acknowledged: 0,
            delivered: 0,
            to_acknowledged: Latencies::new()?,
            to_received: Latencies::new()?,
            errors: BTreeMap::new(),
        })
    }

    /// Begins to record, from zero; refusals stay.
    pub fn begin(&mut self) {
        self.records = true;
        self.acknowledged = 0;
        self.delivered = 0;
        self.to_acknowledged.0.reset();
        self.to_received.0.reset();
    }

    /// A message was acknowledged so long after it was due.
    pub fn on_acknowledged(&mut self, after_ns: u64) {
        if self.records {
            self.acknowledged += 1;
            self.to_acknowledged.record(after_ns);
        }
    }

    /// A message came to a device; to one that did not send it so long after it was due.
    pub fn on_delivered(&mut self, after_ns: Option<u64>) {
        if self.records {
            self.delivered += 1;
            if let Some(after_ns) = after_ns {
                self.to_received.record(after_ns);
            }
        }
    }

    /// Something was refused, or failed.
    pub fn on_error(&mut self, code: &str) {
        *self.errors.entry(code.to_owned()).or_default() += 1;
    }
}

/// What one window of a run showed.
#[derive(Debug, Clone)]
pub struct Window {
    /// Length, in seconds.
    pub seconds: f64,
    /// What was counted in it.
    pub measure: Measure,
    /// Synced writes of the nodes' logs.
    pub syncs: f64,
    /// CPU time of all nodes, in microseconds.
    pub server_cpu_us: f64,
    /// CPU time of this program, in microseconds.
    pub client_cpu_us: f64,
}

impl Window {
    /// Acknowledged messages a second.
    pub fn acknowledged_per_s(&self) -> f64 {
        self.measure.acknowledged as f64 / self.seconds
    }

    /// Deliveries a second.
    pub fn deliveries_per_s(&self) -> f64 {
        self.measure.delivered as f64 / self.seconds
    }

    /// CPU time of the node for each acknowledged message, in microseconds.
    pub fn server_cpu_us_per_message(&self) -> f64 {
        self.server_cpu_us / (self.measure.acknowledged as f64).max(1.0)
    }

    /// All figures of the window.
    pub fn as_json(&self) -> Value {
        let messages = (self.measure.acknowledged as f64).max(1.0);
        let deliveries = (self.measure.delivered as f64).max(1.0);
        json!({
            "seconds": self.seconds,
            "acked_per_s": self.acknowledged_per_s(),
            "deliveries_per_s": self.deliveries_per_s(),
            "ack": self.measure.to_acknowledged.as_json(),
            "receive": self.measure.to_received.as_json(),
            "ack_p99_ms": self.measure.to_acknowledged.quantile_ms(0.99),
            "syncs_per_s": self.syncs / self.seconds,
            "messages_per_sync": messages / self.syncs.max(1.0),
            "server_cpu_us_per_message": self.server_cpu_us_per_message(),
            "client_cpu_us_per_message": self.client_cpu_us / messages,
            "server_cpu_us_per_delivery": self.server_cpu_us / deliveries,
            "client_cpu_us_per_delivery": self.client_cpu_us / deliveries,
            "server_cpu_share": self.server_cpu_us / 1e6 / self.seconds,
            "client_cpu_share": self.client_cpu_us / 1e6 / self.seconds,
            "errors": self.measure.errors,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_recorded_counts_but_every_refusal_does() {
        let mut measure = Measure::new().unwrap();
        measure.on_acknowledged(5_000_000);
        measure.on_error("overloaded");
        measure.begin();
        for milliseconds in 1..=100 {
            measure.on_acknowledged(milliseconds * 1_000_000);
        }
        measure.on_delivered(Some(2_000_000));
        measure.on_delivered(None);
        assert_eq!((measure.acknowledged, measure.delivered), (100, 2));
        assert_eq!(measure.errors["overloaded"], 1);
        let p99 = measure.to_acknowledged.quantile_ms(0.99);
        assert!((98.9..99.2).contains(&p99), "{p99}");
        assert_eq!(measure.to_received.0.len(), 1);
    }

    #[test]
    fn a_window_divides_by_what_was_acknowledged() {
        let mut measure = Measure::new().unwrap();
        measure.begin();
        (0..8).for_each(|_| measure.on_acknowledged(1));
        let window = Window {
            seconds: 2.0,
            measure,
            syncs: 4.0,
            server_cpu_us: 80.0,
            client_cpu_us: 16.0,
        };
        let json = window.as_json();
        assert_eq!((&json["acked_per_s"], &json["syncs_per_s"]), (&4.0.into(), &2.0.into()));
        assert_eq!(json["server_cpu_us_per_message"], 10.0);
        assert_eq!(json["client_cpu_us_per_message"], 2.0);
    }
}
