//! What the machine says of itself and of processes: cores, kernel, disk, CPU time, memory. Knows no node and no message.

use crate::clock;
use crate::failure::{Context, Failure, Outcome};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use serde_json::{Value, json};
use std::fs::{self, File};
use std::io::Write;
use std::path::Path;
use std::time::Duration;

/// What one record of the raw disk measurement holds.
const RECORD_SIZE_BYTES: usize = 256;

/// Cores, CPU, kernel, and the file system below that folder.
pub fn facts(folder: &Path) -> Value {
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let cpuinfo = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpuinfo.lines().find(|line| line.starts_with("model name"));
    let model = model
        .and_then(|line| line.split_once(':'))
        .map_or("", |(_, model)| model.trim());
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    json!({
        "cores": cores,
        "cpu_model": model,
        "kernel": kernel.trim(),
        "file_system": file_system(folder),
    })
}

/// The type of the file system that the folder lies in.
pub fn file_system(folder: &Path) -> String {
    let folder = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
    let mounts = fs::read_to_string("/proc/mounts").unwrap_or_default();
    file_system_in(&mounts, &folder).unwrap_or("unknown").to_owned()
}

/// The longest mount point that holds the folder decides; of equal ones the last.
fn file_system_in<'a>(mounts: &'a str, folder: &Path) -> Option<&'a str> {
    let fields = mounts.lines().filter_map(|line| {
        let mut words = line.split(' ').skip(1);
        words.next().zip(words.next())
    });
    fields
        .filter(|(point, _)| folder.starts_with(point))
        .max_by_key(|(point, _)| point.len())
        .map(|(_, kind)| kind)
}

/// Appends of 256 bytes to one file, each followed by fdatasync, one at a time: how many a second.
pub fn fdatasyncs_per_second(folder: &Path, duration: Duration) -> Outcome<f64> {
    let path = folder.join("fdatasync");
    let what = || format!("measuring the disk with {}", path.display());
    let mut file = File::create(&path).context(what())?;
    let record = [0x5a; RECORD_SIZE_BYTES];
    let begun_ns = clock::now_ns();
    let mut count = 0_u64;
    let mut seconds = 0.0;
    while seconds < duration.as_secs_f64() {
        file.write_all(&record).context(what())?;
        file.sync_data().context(what())?;
        count += 1;
        seconds = clock::seconds(begun_ns, clock::now_ns());
    }
    drop(file);
    fs::remove_file(&path).context(what())?;
    Ok(count as f64 / seconds)
}

/// CPU time that a process has used, in microseconds; `self` for this one.
pub fn cpu_us(process: &str) -> Outcome<f64> {
    let path = format!("/proc/{process}/stat");
    let stat = fs::read_to_string(&path).context(&path)?;
    let ticks = cpu_ticks(&stat).context(format!("{path} is not as expected"))?;
    Ok(ticks as f64 * 1e6 / rustix::param::clock_ticks_per_second() as f64)
}

/// User and system time out of `/proc/PID/stat`; the name of the process may hold spaces and brackets.
fn cpu_ticks(stat: &str) -> Option<u64> {
    let (_, fields) = stat.rsplit_once(')')?;
    let mut fields = fields.split_whitespace().skip(11);
    let user: u64 = fields.next()?.parse().ok()?;
    let system: u64 = fields.next()?.parse().ok()?;
    Some(user + system)
}

/// Memory of a process that is in RAM, in KiB.
pub fn rss_kib(process: &str) -> Outcome<f64> {
    let path = format!("/proc/{process}/status");
    let status = fs::read_to_string(&path).context(&path)?;
    rss_in(&status).context(format!("{path} has no VmRSS"))
}

fn rss_in(status: &str) -> Option<f64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.split_whitespace().next()?.parse().ok()
}

/// Lets this process, and those it starts, hold so many files and sockets.
pub fn allow_files(wanted: u64) -> Outcome<()> {
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    if current.is_none_or(|current| current >= wanted) {
        return Ok(());
    }
    if maximum.is_some_and(|maximum| maximum < wanted) {
        return Err(Failure::WrongUse(format!(
            "this needs {wanted} open files in one process, but the hard limit is {}: raise it with `ulimit -Hn {wanted}`",
            maximum.unwrap_or_default()
        )));
    }
    let limit = Rlimit {
        current: Some(wanted),
        maximum,
    };
    setrlimit(Resource::Nofile, limit).context("raising the limit of open files")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_mount_point_decides() {
        let mounts = "/dev/a / ext4 rw 0 0\ntmpfs /tmp tmpfs rw 0 0\n/dev/b /tmpfiles xfs rw 0 0\n";
        let of = |folder| file_system_in(mounts, Path::new(folder));
        assert_eq!(of("/tmp/x"), Some("tmpfs"));
        assert_eq!(of("/tmpfiles/x"), Some("xfs"));
        assert_eq!(of("/home"), Some("ext4"));
        assert_eq!(file_system_in("", Path::new("/")), None);
    }

    #[test]
    fn processes_are_read() {
        let stat = "7 (a (b) c) S 1 2 3 4 5 6 7 8 9 10 250 50 0 0 20 0";
        assert_eq!(cpu_ticks(stat), Some(300));
        assert_eq!(cpu_ticks("7 (a"), None);
        assert_eq!(rss_in("VmPeak:\t 9 kB\nVmRSS:\t  4711 kB\n"), Some(4711.0));
        assert_eq!(rss_in("VmPeak:\t 9 kB\n"), None);
        assert!(rss_kib("self").unwrap() > 100.0);
        assert!(cpu_us("self").unwrap() >= 0.0);
    }
}
