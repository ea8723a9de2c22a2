//! The node's key file: two keys of 32 bytes that open everything on this machine. Readable by its owner only.
//!
//! The seam for the key ring to come: then the workspace's key will be wrapped to every node and to recovery recipients.

use crate::sealing::StorageKey;
use crate::world::World;
use sha2::{Digest, Sha256};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;
use zeroize::Zeroizing;

const MAGIC: &[u8; 8] = b"CORRKEY1";
const SIZE_BYTES: usize = 8 + 32 + 32 + 32;

/// The keys of this machine.
pub struct NodeKeys {
    /// Seals what this node keeps on its disk.
    pub node: StorageKey,
    /// Seals content, and index keys; the same on all nodes of the workspace.
    pub workspace: StorageKey,
}

impl NodeKeys {
    /// Reads the file, or makes it where none is. Without it the data cannot be opened again: back it up.
    pub fn open_or_create(path: &Path, world: &dyn World) -> io::Result<Self> {
        match File::open(path) {
            Ok(file) => Self::read(file, path),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                Self::create(path, None, world)?;
                Self::read(File::open(path)?, path)
            }
            Err(error) => Err(error),
        }
    }

    /// Makes the file of a node that joins others: the node's key is its own, the workspace's is theirs. Overwrites nothing.
    pub fn create_joined(path: &Path, workspace: &[u8; 32], world: &dyn World) -> io::Result<Self> {
        if fs::symlink_metadata(path).is_ok() {
            let text = format!("key file {}: exists already", path.display());
            return Err(io::Error::new(io::ErrorKind::AlreadyExists, text));
        }
        Self::create(path, Some(workspace), world)?;
        Self::read(File::open(path)?, path)
    }

    fn create(path: &Path, workspace: Option<&[u8; 32]>, world: &dyn World) -> io::Result<()> {
        let mut bytes = Zeroizing::new([0_u8; SIZE_BYTES]);
        bytes[..8].copy_from_slice(MAGIC);
        world.fill_random(&mut bytes[8..72]);
        if let Some(workspace) = workspace {
            bytes[40..72].copy_from_slice(workspace);
        }
        let checksum: [u8; 32] = Sha256::digest(&bytes[..72]).into();
        bytes[72..].copy_from_slice(&checksum);
        // Written beside and renamed: a cut leaves a whole file or none.
        let beside = path.with_extension("new");
        let mut file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(&beside)?;
        file.write_all(bytes.as_ref())?;
        file.sync_all()?;
        fs::rename(&beside, path)?;
        match path.parent() {
            Some(folder) => File::open(folder)?.sync_all(),
            None => Ok(()),
        }
    }

    fn read(mut file: File, path: &Path) -> io::Result<Self> {
        let invalid = |what: &str| {
            io::Error::new(
                io::ErrorKind::InvalidData,
                format!("key file {}: {what}", path.display()),
            )
        };
        if file.metadata()?.permissions().mode() & 0o077 != 0 {
            return Err(invalid("others may read it; run chmod 600 on it"));
        }
        let mut bytes = Zeroizing::new(Vec::with_capacity(SIZE_BYTES));
        Read::by_ref(&mut file)
            .take(SIZE_BYTES as u64 + 1)
            .read_to_end(&mut bytes)?;
        let intact = bytes.len() == SIZE_BYTES
            && bytes.starts_with(MAGIC)
            && Sha256::digest(&bytes[..72]).as_slice() == &bytes[72..];
        if !intact {
            return Err(invalid("damaged, or not a key file"));
        }
        let key = |from: usize| {
            let mut secret = [0_u8; 32];
            secret.copy_from_slice(&bytes[from..from + 32]);
            StorageKey::from_bytes(secret)
        };
        Ok(Self {
            node: key(8),
            workspace: key(40),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::TestWorld;

    #[test]
    fn made_once_read_again_refused_when_damaged_or_open_to_others() {
        let folder = std::env::temp_dir().join(format!("corridor-keys-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let path = folder.join("node.key");
        let world = TestWorld::new(0, 5);
        let first = NodeKeys::open_or_create(&path, &world).unwrap();
        let again = NodeKeys::open_or_create(&path, &world).unwrap();
        assert_eq!(first.workspace.fingerprint(b"x"), again.workspace.fingerprint(b"x"));
        assert_ne!(first.workspace.fingerprint(b"x"), first.node.fingerprint(b"x"));
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        assert!(NodeKeys::open_or_create(&path, &world).is_err());
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        let mut bytes = fs::read(&path).unwrap();
        bytes[20] ^= 1;
        fs::write(&path, bytes).unwrap();
        assert!(NodeKeys::open_or_create(&path, &world).is_err());
        fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn who_joins_shares_the_workspace_and_nothing_else() {
        let folder = std::env::temp_dir().join(format!("corridor-keys-joined-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let world = TestWorld::new(0, 6);
        let first = NodeKeys::open_or_create(&folder.join("first.key"), &world).unwrap();
        let path = folder.join("second.key");
        let second = NodeKeys::create_joined(&path, &first.workspace.to_bytes(), &world).unwrap();
        assert_eq!(first.workspace.fingerprint(b"x"), second.workspace.fingerprint(b"x"));
        assert_ne!(first.node.fingerprint(b"x"), second.node.fingerprint(b"x"));
        let again = NodeKeys::open_or_create(&path, &world).unwrap();
        assert_eq!(again.node.fingerprint(b"x"), second.node.fingerprint(b"x"));
        let overwriting = NodeKeys::create_joined(&path, &[7; 32], &world);
        assert!(overwriting.is_err_and(|error| error.kind() == io::ErrorKind::AlreadyExists));
        fs::remove_dir_all(&folder).unwrap();
    }
}
