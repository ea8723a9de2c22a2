//! A node's disk: a file with an ext4 in it, mounted by a loop device. A copy of the file, taken while the node is frozen, is
//! what a power cut would leave. Knows no node.

use crate::failure::{Context, Failure, Outcome};
use crate::system::{run, run_in_passing};
use std::cell::{Cell, RefCell};
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::time::sleep;

/// Of a disk: room for more than a million messages. The file is sparse: only what is written takes room.
const SIZE_BYTES: u64 = 4 << 30;
/// How often a copy is begun again because something was written while it was made.
const COPIES_MAX: u32 = 40;
/// How often an unmount is tried: the system lets go of a killed process's files a little later.
const UNMOUNTS_MAX: u32 = 100;
/// How long an ext4 that holds back keeps what it did to itself; else 5.
const COMMIT_SECONDS: u32 = 300;
const AGAIN: Duration = Duration::from_millis(50);

/// The disk. Unmounted when it is dropped.
pub struct Disk {
    image: RefCell<PathBuf>,
    mount: PathBuf,
    copies: Cell<u32>,
}

impl Disk {
    /// A new one below the folder, mounted.
    pub async fn new(folder: &Path) -> Outcome<Self> {
        let image = folder.join("disk-0");
        let disk = Self {
            image: RefCell::new(image.clone()),
            mount: folder.join("mount"),
            copies: Cell::new(0),
        };
        let what = || format!("making {}", image.display());
        fs::create_dir_all(&disk.mount).context(what())?;
        let file = File::create(&image).context(what())?;
        file.set_len(SIZE_BYTES).context(what())?;
        run(&["mkfs.ext4", "-q", "-F", &text(&image)]).await?;
        disk.mount().await?;
        Ok(disk)
    }

    /// Where its files are.
    pub fn folder(&self) -> &Path {
        &self.mount
    }

    fn image(&self) -> PathBuf {
        self.image.borrow().clone()
    }

    async fn mount(&self) -> Outcome<()> {
        run(&["mount", "-o", "loop", &text(&self.image()), &text(&self.mount)])
            .await
            .map(drop)
    }

    /// The file system hands nothing to the disk by itself for a while: what nobody syncs is only in memory. Until it is mounted anew.
    pub async fn hold_back(&self) -> Outcome<()> {
        let options = format!("remount,commit={COMMIT_SECONDS}");
        run(&["mount", "-o", &options, &text(&self.mount)]).await.map(drop)
    }

    /// A copy of what has reached the disk by now. Nothing may be at work on it. Nothing is synced for it: what the system still
    /// holds back is missing, as after a power cut. A copy during which anything reached the disk is thrown away.
    pub async fn copy(&self) -> Outcome<PathBuf> {
        self.copies.set(self.copies.get() + 1);
        let copy = self.image().with_file_name(format!("disk-{}", self.copies.get()));
        for _ in 0..COPIES_MAX {
            let before = self.written()?;
            run(&["cp", "--sparse=always", &text(&self.image()), &text(&copy)]).await?;
            if before.is_some() && before == self.written()? {
                return Ok(copy);
            }
            sleep(AGAIN).await;
        }
        Err(Failure::Broken(format!(
            "{} is written to all the time, though nobody may",
            self.image().display()
        )))
    }

    /// How much was written to the loop device; None while a write is under way.
    fn written(&self) -> Outcome<Option<String>> {
        let mounts = fs::read_to_string("/proc/mounts").context("/proc/mounts")?;
        let device = device_of(&mounts, &text(&self.mount)).context("the disk is not mounted")?;
        let path = format!("/sys/class/block/{device}/stat");
        let stat = fs::read_to_string(&path).context(&path)?;
        Ok(written_in(&stat))
    }

    /// Puts the copy in the place of the disk. Nobody may have a file open on it.
    pub async fn replace(&self, copy: PathBuf) -> Outcome<()> {
        self.unmount().await?;
        let old = self.image.replace(copy);
        fs::remove_file(&old).context(old.display())?;
        self.mount().await
    }

    async fn unmount(&self) -> Outcome<()> {
        let mut tries = 0;
        while let Err(failure) = run(&["umount", &text(&self.mount)]).await {
            tries += 1;
            if tries == UNMOUNTS_MAX {
                return Err(failure);
            }
            sleep(AGAIN).await;
        }
        Ok(())
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        run_in_passing(&["umount", "--lazy", &text(&self.mount)]);
    }
}

fn text(path: &Path) -> String {
    path.display().to_string()
}

/// The device that is mounted there, without `/dev/`.
fn device_of<'a>(mounts: &'a str, mount: &str) -> Option<&'a str> {
    let mut lines = mounts.lines().rev();
    let line = lines.find(|line| line.split(' ').nth(1) == Some(mount))?;
    line.split(' ').next()?.strip_prefix("/dev/")
}

/// Writes and written sectors; None while anything is in flight.
fn written_in(stat: &str) -> Option<String> {
    let fields: Vec<&str> = stat.split_whitespace().collect();
    let in_flight = fields.get(8)?;
    (*in_flight == "0").then(|| format!("{} {}", fields[4], fields[6]))
}

#[cfg(test)]
mod tests {
    use super::{device_of, written_in};

    #[test]
    fn the_system_is_read() {
        let mounts = "/dev/loop3 /a/b ext4 rw 0 0\n/dev/loop4 /a ext4 rw 0 0\ntmpfs /c tmpfs rw 0 0\n";
        assert_eq!(device_of(mounts, "/a"), Some("loop4"));
        assert_eq!(device_of(mounts, "/c"), None);
        let quiet = "  11 0 88 5 7 1 56 9 0 14 14 0 0";
        assert_eq!(written_in(quiet).as_deref(), Some("7 56"));
        assert_eq!(written_in("11 0 88 5 7 1 56 9 2 14 14"), None);
        assert_eq!(written_in(""), None);
    }
}
