//! Which database of a state's folder counts. Each has a folder of its own, named by its number; the file `current` says which.
//!
//! Below `fjall.rs`. Knows of a database no more than the folder it lies in.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

const CURRENT: &str = "current";
const CURRENT_TO_BE: &str = "current.new";
const FIRST: u64 = 1;

/// Where a generation lies.
pub fn folder_of(folder: &Path, number: u64) -> PathBuf {
    folder.join(number.to_string())
}

/// The number of the generation that counts. What a crash left of others is removed. A folder that holds something else is an error.
pub fn current(folder: &Path) -> io::Result<u64> {
    let invalid = |what: String| io::Error::new(io::ErrorKind::InvalidData, what);
    let number = match fs::read_to_string(folder.join(CURRENT)) {
        Ok(text) => text
            .trim()
            .parse()
            .map_err(|_| invalid(format!("{} does not name a generation", folder.join(CURRENT).display())))?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => FIRST,
        Err(error) => return Err(error),
    };
    for entry in fs::read_dir(folder)? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        match name.parse::<u64>() {
            Ok(other) if other == number => {}
            Ok(other) => clear(folder, other)?,
            Err(_) if name == CURRENT || name == CURRENT_TO_BE => {}
            Err(_) => {
                let what = format!(
                    "{} holds {name}, which this program did not put there",
                    folder.display()
                );
                return Err(invalid(what));
            }
        }
    }
    Ok(number)
}

/// From now on this generation counts, also after a power cut.
pub fn set_current(folder: &Path, number: u64) -> io::Result<()> {
    let beside = folder.join(CURRENT_TO_BE);
    let mut file = File::create(&beside)?;
    writeln!(file, "{number}")?;
    file.sync_all()?;
    fs::rename(&beside, folder.join(CURRENT))?;
    File::open(folder)?.sync_all()
}

/// Removes what is there of a generation.
pub fn clear(folder: &Path, number: u64) -> io::Result<()> {
    match fs::remove_dir_all(folder_of(folder, number)) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Removes a generation's folder when it is let go of, if it was replaced.
pub struct Retired {
    folder: PathBuf,
    is_retired: AtomicBool,
}

impl Retired {
    /// Of a generation that counts, or will.
    pub fn new(folder: PathBuf) -> Self {
        let is_retired = AtomicBool::new(false);
        Self { folder, is_retired }
    }

    /// It was replaced.
    pub fn retire(&self) {
        self.is_retired.store(true, Ordering::Release);
    }
}

impl Drop for Retired {
    fn drop(&mut self) {
        if self.is_retired.load(Ordering::Acquire)
            && let Err(error) = fs::remove_dir_all(&self.folder)
        {
            // The next start tries again.
            tracing::warn!(%error, folder = %self.folder.display(), "a state that was replaced cannot be removed yet");
        }
    }
}
