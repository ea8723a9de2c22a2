//! The runs: each puts one load on one clinic and says what it showed. What they share.

pub mod cluster;
pub mod growth;
pub mod idle;
pub mod kill;
pub mod pairs;
pub mod profile;
pub mod queue;
pub mod room500;
pub mod stalled;
pub mod storm;

use crate::clinic::Template;
use crate::progress::Progress;
use crate::report::Report;
use std::path::PathBuf;
use std::time::Duration;

/// What every run is given.
pub struct Bench {
    /// Where the clinics are.
    pub folder: PathBuf,
    /// What they are copied from.
    pub template: Template,
    /// Short runs.
    pub quick: bool,
    /// Shows what is being done.
    pub progress: Progress,
    /// Takes what was found.
    pub report: Report,
}

impl Bench {
    /// How long a load runs before it is measured.
    pub fn warm_up(&self) -> Duration {
        self.seconds(2.0, 0.3)
    }

    /// How long it is measured.
    pub fn window_time(&self) -> Duration {
        self.seconds(8.0, 1.0)
    }

    /// How long no frame may come before all is quiet.
    pub fn quiet_time(&self) -> Duration {
        self.seconds(2.0, 0.3)
    }

    /// How long the disk alone is measured.
    pub fn disk_time(&self) -> Duration {
        self.seconds(2.0, 0.3)
    }

    fn seconds(&self, real: f64, quick: f64) -> Duration {
        Duration::from_secs_f64(if self.quick { quick } else { real })
    }
}
