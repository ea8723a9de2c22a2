//! A clock that a test sets, for the real program: the library that the fault episodes put between a process and the C library
//! (`benches/src/faults/native/shim.c`), told how far ahead CLOCK_REALTIME is. The product itself has no such door.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::node::Node;

/// How many words the library shares; the first is how far the clock is ahead, in nanoseconds.
const WORDS: u64 = 9;

/// The clock of one node.
pub struct Clock {
    orders: File,
    environment: Vec<String>,
}

impl Clock {
    /// One that goes right, for a node that keeps its files there.
    pub fn of(folder: &Path, data: &Path) -> Self {
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../benches/src/faults/native/shim.c");
        let library = folder.join("clock.so");
        let compiled = Command::new("cc")
            .args(["-std=gnu11", "-O2", "-shared", "-fPIC", "-o"])
            .args([&library, &source])
            .arg("-ldl")
            .status();
        assert!(
            compiled.unwrap().success(),
            "the C compiler refused {}",
            source.display()
        );
        let path = folder.join("clock.orders");
        let orders = File::options()
            .read(true)
            .write(true)
            .create_new(true)
            .open(&path)
            .unwrap();
        orders.set_len(WORDS * 8).unwrap();
        let said = |name: &str, path: &PathBuf| format!("{name}={}", path.canonicalize().unwrap().display());
        let environment = vec![
            said("LD_PRELOAD", &library),
            said("CORRIDOR_FAULTS_ORDERS", &path),
            said("CORRIDOR_FAULTS_DATA", &data.to_path_buf()),
        ];
        Self { orders, environment }
    }

    /// Starts the node, which goes by this clock from then on.
    pub fn start(&self, node: &mut Node) {
        let words: Vec<&str> = std::iter::once("env")
            .chain(self.environment.iter().map(String::as_str))
            .collect();
        node.start_under(&words);
    }

    /// It is so much later than it is.
    pub fn set_ahead_ms(&self, ahead_ms: i64) {
        let ahead_ns = ahead_ms * 1_000_000;
        self.orders.write_all_at(&ahead_ns.to_ne_bytes(), 0).unwrap();
    }
}
