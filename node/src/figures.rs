//! Figures for operators: one recorder a process, read as Prometheus text.

use crate::start::StartError;
use corridor_storage::high_water;
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use std::sync::OnceLock;

/// Reads all figures.
#[derive(Clone)]
pub struct Figures(PrometheusHandle);

/// From 50 µs to 10 s: where syncs and requests lie.
const SECONDS: [f64; 14] = [
    5e-5, 1e-4, 2.5e-4, 5e-4, 1e-3, 2.5e-3, 5e-3, 1e-2, 2.5e-2, 5e-2, 0.1, 0.5, 2.0, 10.0,
];
/// Entries of one batch.
const ENTRIES: [f64; 10] = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 512.0, 2048.0];

static INSTALLED: OnceLock<Figures> = OnceLock::new();

/// Installs the recorder, once in a process.
pub fn install() -> Result<Figures, StartError> {
    if let Some(installed) = INSTALLED.get() {
        return Ok(installed.clone());
    }
    let builder = PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &SECONDS)
        .and_then(|builder| builder.set_buckets_for_metric(Matcher::Suffix("_entries".to_owned()), &ENTRIES));
    let handle = builder
        .and_then(PrometheusBuilder::install_recorder)
        .map_err(|error| StartError::refused(error.to_string()))?;
    Ok(INSTALLED.get_or_init(|| Figures(handle)).clone())
}

impl Figures {
    /// All figures as text.
    pub fn render(&self) -> String {
        for mark in high_water::ALL {
            metrics::gauge!("corridor_high_water", "of" => mark.of).set(mark.most() as f64);
            metrics::gauge!("corridor_limit", "of" => mark.of).set(mark.limit() as f64);
        }
        self.0.run_upkeep();
        self.0.render()
    }
}
