//! What the system says of this process, under the names that every program's figures have.
//!
//! Read when asked, from `/proc/self`: the service's own sandbox shows it no more than that. Written as text here, because processor
//! time is a counter with a fraction, which the recorder does not have.

use crate::metrics;
use std::fmt::Write as _;
use std::fs;

/// The facts that could be read; what the system does not tell is left out.
#[derive(Debug, Default, PartialEq)]
pub struct Process {
    cpu_seconds: Option<f64>,
    resident_bytes: Option<f64>,
    open_files: Option<f64>,
    open_files_max: Option<f64>,
}

impl Process {
    /// As of now.
    pub fn read() -> Self {
        let file = |name: &str| fs::read_to_string(format!("/proc/self/{name}")).ok();
        let limit = rustix::process::getrlimit(rustix::process::Resource::Nofile).current;
        Self {
            cpu_seconds: file("stat").and_then(|text| cpu_ticks(&text)).map(|ticks| {
                let per_second = rustix::param::clock_ticks_per_second();
                ticks as f64 / per_second as f64
            }),
            resident_bytes: file("statm").and_then(|text| resident_pages(&text)).map(|pages| {
                let page_bytes = rustix::param::page_size();
                pages as f64 * page_bytes as f64
            }),
            // The folder that is being read is one of them.
            open_files: fs::read_dir("/proc/self/fd").ok().map(|open| open.count() as f64 - 1.0),
            open_files_max: limit.map(|limit| limit as f64),
        }
    }

    /// As Prometheus reads it.
    pub fn render(&self, started_seconds: Option<f64>, text: &mut String) {
        let mut line = |name: &str, kind: &str, meaning: &str, value: Option<f64>| {
            if let Some(value) = value {
                let written = writeln!(text, "# HELP {name} {meaning}\n# TYPE {name} {kind}\n{name} {value}\n");
                debug_assert!(written.is_ok(), "writing to a string does not fail");
            }
        };
        line(
            metrics::PROCESS_CPU_SECONDS_TOTAL,
            "counter",
            "Processor time used, in seconds.",
            self.cpu_seconds,
        );
        line(
            metrics::PROCESS_RESIDENT_MEMORY_BYTES,
            "gauge",
            "Memory in use, in bytes.",
            self.resident_bytes,
        );
        line(
            metrics::PROCESS_OPEN_FDS,
            "gauge",
            "Files open, sockets too.",
            self.open_files,
        );
        line(
            metrics::PROCESS_MAX_FDS,
            "gauge",
            "Files that may be open at once.",
            self.open_files_max,
        );
        line(
            metrics::PROCESS_START_TIME_SECONDS,
            "gauge",
            "When the process started, in Unix seconds.",
            started_seconds,
        );
    }
}

/// When this process started, in Unix seconds. Asked once: if the machine's clock is set anew, nothing has started again.
pub fn started_seconds() -> Option<f64> {
    let stat = fs::read_to_string("/proc/self/stat").ok()?;
    let since_boot = start_ticks(&stat)? as f64 / rustix::param::clock_ticks_per_second() as f64;
    let seconds = |id| {
        let time = rustix::time::clock_gettime(id);
        time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
    };
    Some(seconds(rustix::time::ClockId::Realtime) - seconds(rustix::time::ClockId::Boottime) + since_boot)
}

/// Field `number` of `/proc/self/stat`, as proc(5) counts them. The name in parentheses, the second, may hold anything.
fn field(stat: &str, number: usize) -> Option<u64> {
    let after_name = stat.rsplit_once(')')?.1;
    after_name.split_whitespace().nth(number - 3)?.parse().ok()
}

/// Processor time in ticks: user and system.
fn cpu_ticks(stat: &str) -> Option<u64> {
    Some(field(stat, 14)? + field(stat, 15)?)
}

/// From the machine's boot to the start of the process, in ticks.
fn start_ticks(stat: &str) -> Option<u64> {
    field(stat, 22)
}

/// Resident pages of `/proc/self/statm`.
fn resident_pages(statm: &str) -> Option<u64> {
    statm.split_whitespace().nth(1)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kernels_files_are_read_as_the_kernel_writes_them() {
        let stat = "77 (a (b) c) S 1 77 77 0 -1 4194560 9000 0 3 0 250 50 0 0 20 0 9 0 123456 900000000 12000 18446744073709551615";
        assert_eq!((cpu_ticks(stat), start_ticks(stat)), (Some(300), Some(123_456)));
        assert_eq!((cpu_ticks("77 nonsense"), start_ticks("(a) S 1")), (None, None));
        assert_eq!(resident_pages("220000 12000 3000 900 0 50000 0"), Some(12_000));
        assert_eq!(resident_pages(""), None);
    }

    #[test]
    fn this_process_has_all_facts_and_each_is_one_metric() {
        let mut text = String::new();
        Process::read().render(Some(1_790_000_000.5), &mut text);
        assert_eq!(text.matches("# TYPE process_").count(), 5, "{text}");
        assert!(text.contains("\nprocess_start_time_seconds 1790000000.5\n"), "{text}");
        let resident: f64 = text
            .lines()
            .find_map(|line| line.strip_prefix("process_resident_memory_bytes "))
            .unwrap()
            .parse()
            .unwrap();
        assert!(resident > 500_000.0, "{resident}");
        assert!(started_seconds().is_some_and(|seconds| seconds > 1_700_000_000.0));
    }
}
