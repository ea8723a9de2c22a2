//! What a running node's preloaded library (`native/shim.c`) is told, and what it says that it did: words in a file that both have in
//! memory. Knows no node and no class of faults.

use crate::failure::{Context, Outcome};
use std::fs::{self, File};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Both names stand in the library.
const ORDERS_VARIABLE: &str = "CORRIDOR_FAULTS_ORDERS";
const DATA_VARIABLE: &str = "CORRIDOR_FAULTS_DATA";
/// Bytes of a word: an `i64` of this machine.
const WORD_SIZE_BYTES: u64 = 8;

/// The words, in the library's order.
#[derive(Debug, Clone, Copy)]
enum Word {
    ClockAheadNs,
    ClockDriftPpm,
    StallMs,
    Failures,
    Lies,
    ClockReads,
    Stalled,
    Failed,
    Lied,
}

const WORDS: u64 = Word::Lied as u64 + 1;

/// What the library is to do from now on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// CLOCK_REALTIME is so far ahead; negative: behind.
    Jump {
        /// In milliseconds.
        ahead_ms: i64,
    },
    /// All clocks gain so much, and waits end by them; negative: lose. What the monotonic clock gained stays.
    Drift {
        /// In millionths: 1,000,000 doubles their speed.
        ppm: i64,
    },
    /// Each sync of a file of the log takes so much longer.
    Stall(Duration),
    /// The next sync of a file of the log fails with EIO.
    Fail,
    /// Syncs of all files succeed, and nothing is done.
    Lie,
}

/// How often the library did something, since the file was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Done {
    /// A wrong time was told.
    pub clock_reads: i64,
    /// A sync was stalled.
    pub stalled: i64,
    /// A sync was failed.
    pub failed: i64,
    /// A sync was left out.
    pub lied: i64,
}

/// The file.
pub struct Orders {
    file: File,
    path: PathBuf,
}

impl Orders {
    /// A new one at that path, without orders.
    pub fn new(path: &Path) -> Outcome<Self> {
        let file = File::options().read(true).write(true).create_new(true).open(path);
        let file = file.context(path.display())?;
        file.set_len(WORDS * WORD_SIZE_BYTES).context(path.display())?;
        let path = path.canonicalize().context(path.display())?;
        Ok(Self { file, path })
    }

    /// The environment of a process that obeys, and keeps its files in that folder.
    pub fn environment(&self, shim: &Path, data: &Path) -> Outcome<Vec<(String, String)>> {
        // The system tells the library where files really are.
        let folder = data.parent().context("a data folder lies in a folder")?;
        let folder = fs::canonicalize(folder).context(folder.display())?;
        let data = folder.join(data.file_name().context("a data folder has a name")?);
        let shim = shim.canonicalize().context(shim.display())?;
        let paths = [
            ("LD_PRELOAD", shim),
            (ORDERS_VARIABLE, self.path.clone()),
            (DATA_VARIABLE, data),
        ];
        Ok(paths
            .map(|(name, path)| (name.to_owned(), path.display().to_string()))
            .to_vec())
    }

    /// Gives an order, beside those that stand.
    pub fn give(&self, order: Order) -> Outcome<()> {
        match order {
            Order::Jump { ahead_ms } => self.write(Word::ClockAheadNs, ahead_ms * 1_000_000),
            Order::Drift { ppm } => self.write(Word::ClockDriftPpm, ppm),
            Order::Stall(stall) => {
                let stall_ms = i64::try_from(stall.as_millis()).unwrap_or(i64::MAX);
                self.write(Word::StallMs, stall_ms)
            }
            Order::Fail => self.write(Word::Failures, 1),
            Order::Lie => self.write(Word::Lies, 1),
        }
    }

    /// No orders any more.
    pub fn clear(&self) -> Outcome<()> {
        for word in [
            Word::ClockDriftPpm,
            Word::ClockAheadNs,
            Word::StallMs,
            Word::Failures,
            Word::Lies,
        ] {
            self.write(word, 0)?;
        }
        Ok(())
    }

    /// What was done so far.
    pub fn done(&self) -> Outcome<Done> {
        Ok(Done {
            clock_reads: self.read(Word::ClockReads)?,
            stalled: self.read(Word::Stalled)?,
            failed: self.read(Word::Failed)?,
            lied: self.read(Word::Lied)?,
        })
    }

    fn write(&self, word: Word, value: i64) -> Outcome<()> {
        let at = word as u64 * WORD_SIZE_BYTES;
        let written = self.file.write_all_at(&value.to_ne_bytes(), at);
        written.context(self.path.display())
    }

    fn read(&self, word: Word) -> Outcome<i64> {
        let mut bytes = [0; WORD_SIZE_BYTES as usize];
        let read = self.file.read_exact_at(&mut bytes, word as u64 * WORD_SIZE_BYTES);
        read.context(self.path.display())?;
        Ok(i64::from_ne_bytes(bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::{Done, Order, Orders, WORDS};
    use std::fs;
    use std::time::Duration;

    /// What the library sees.
    fn words(path: &std::path::Path) -> Vec<i64> {
        let bytes = fs::read(path).unwrap();
        let (words, rest) = bytes.as_chunks::<8>();
        assert!(rest.is_empty());
        words.iter().map(|word| i64::from_ne_bytes(*word)).collect()
    }

    #[test]
    fn orders_stand_where_the_library_looks() {
        let folder = tempfile::TempDir::new().unwrap();
        let path = folder.path().join("orders");
        let orders = Orders::new(&path).unwrap();
        assert_eq!(words(&path), vec![0; WORDS as usize]);
        orders.give(Order::Jump { ahead_ms: -7 }).unwrap();
        orders.give(Order::Drift { ppm: 9 }).unwrap();
        orders.give(Order::Stall(Duration::from_millis(600))).unwrap();
        orders.give(Order::Fail).unwrap();
        orders.give(Order::Lie).unwrap();
        assert_eq!(words(&path), [-7_000_000, 9, 600, 1, 1, 0, 0, 0, 0]);
        orders.clear().unwrap();
        assert_eq!(words(&path), vec![0; WORDS as usize]);
    }

    #[test]
    fn what_was_done_is_read_and_stays() {
        let folder = tempfile::TempDir::new().unwrap();
        let path = folder.path().join("orders");
        let orders = Orders::new(&path).unwrap();
        let written: Vec<u8> = (0..9_i64).flat_map(i64::to_ne_bytes).collect();
        fs::write(&path, written).unwrap();
        let done = Done {
            clock_reads: 5,
            stalled: 6,
            failed: 7,
            lied: 8,
        };
        assert_eq!(orders.done().unwrap(), done);
        orders.clear().unwrap();
        assert_eq!(orders.done().unwrap(), done);
        assert!(Orders::new(&path).is_err(), "it is there already");
    }

    #[test]
    fn a_process_is_told_where_its_files_really_are() {
        let folder = tempfile::TempDir::new().unwrap();
        let real = folder.path().join("real");
        fs::create_dir(&real).unwrap();
        let linked = folder.path().join("linked");
        std::os::unix::fs::symlink(&real, &linked).unwrap();
        fs::write(real.join("shim.so"), "").unwrap();
        let orders = Orders::new(&linked.join("orders")).unwrap();
        let told = orders
            .environment(&linked.join("shim.so"), &linked.join("data"))
            .unwrap();
        let real = real.canonicalize().unwrap();
        let expected = ["shim.so", "orders", "data"].map(|name| real.join(name).display().to_string());
        let values: Vec<&String> = told.iter().map(|(_, value)| value).collect();
        assert_eq!(values, expected.iter().collect::<Vec<_>>());
    }
}
