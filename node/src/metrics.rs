//! Names of the figures of the process, the same for every program that Prometheus reads; docs/metrics.md lists them.

/// Processor time used.
pub const PROCESS_CPU_SECONDS_TOTAL: &str = "process_cpu_seconds_total";
/// Memory in use.
pub const PROCESS_RESIDENT_MEMORY_BYTES: &str = "process_resident_memory_bytes";
/// Files open.
pub const PROCESS_OPEN_FDS: &str = "process_open_fds";
/// Files that may be open.
pub const PROCESS_MAX_FDS: &str = "process_max_fds";
/// When it started.
pub const PROCESS_START_TIME_SECONDS: &str = "process_start_time_seconds";
