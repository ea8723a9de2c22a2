//! A node's papers on its disk: `DATA/cluster`, with the authority, the node's certificate and keys, and who it is.
//!
//! Everything is written into a folder beside, and renamed once it is whole: a cut leaves all of it or nothing. Keys are sealed
//! with the node's own key, so a copy of this folder alone opens nothing. Refuses to know who is let in.

use super::authority::{self, Authority, AuthorityError, ClusterId};
use super::messages::Welcome;
use super::validity;
use corridor_cluster::transport::Identity;
use corridor_domain::limits;
use corridor_storage::sealing::StorageKey;
use corridor_storage::world::World;
use pem::Pem;
use rcgen::{KeyPair, PKCS_ECDSA_P256_SHA256, PublicKeyData};
use serde::{Deserialize, Serialize};
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use zeroize::Zeroizing;

/// The folder, inside of the data folder.
pub const FOLDER: &str = "cluster";
const AUTHORITY_PEM: &str = "authority.pem";
const AUTHORITY_KEY: &str = "authority.key";
const NODE_PEM: &str = "node.pem";
const NODE_KEY: &str = "node.key";
const DOCUMENT: &str = "cluster.json";
const FORMAT: u32 = 1;
/// How a sealed key file begins: what it is, and its version.
const KEY_MAGIC: &[u8; 8] = b"CORRPRV1";
/// The node that founds a cluster.
const FOUNDER: u64 = 1;

/// `cluster.json`.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    format: u32,
    cluster: String,
    node: u64,
    is_founder: bool,
    address: Option<String>,
}

/// Who this node is, and the cluster's authority.
pub struct Standing {
    /// Which node. Drawn once, never used again after the node is gone.
    pub node: u64,
    /// Whether this node founded the cluster: only then may an empty log make it the only voter.
    pub is_founder: bool,
    /// Issues certificates; shared with whoever lets machines in.
    pub authority: Arc<Authority>,
    certificate: Vec<u8>,
    not_after_ms: u64,
    key: KeyPair,
    folder: PathBuf,
}

impl Standing {
    /// That of the node in this data folder; a node that has none founds a cluster.
    pub fn open_or_create(
        data: &Path,
        seal: &StorageKey,
        address: Option<&str>,
        world: &dyn World,
    ) -> io::Result<Self> {
        match Self::open(data, seal)? {
            Some(standing) => Ok(standing),
            // Who has a log has acknowledged under an id: as somebody else it would be a stranger to its own past.
            None if fs::symlink_metadata(data.join("log")).is_ok() => Err(damaged(
                &data.join(FOLDER),
                "is missing, but the log beside it is not; put the folder back, or let this machine join anew with an empty one",
            )),
            None => {
                let authority = Authority::create(world).map_err(other)?;
                let key = new_key()?;
                let public_key = key.subject_public_key_info();
                let certificate = authority.issue(FOUNDER, &public_key, world).map_err(other)?;
                let papers = Papers {
                    node: FOUNDER,
                    is_founder: true,
                    address,
                    authority: &authority,
                    certificate: &certificate,
                    key: &key,
                };
                papers.write(data, seal, world)?;
                Self::opened(data, seal)
            }
        }
    }

    /// That of a node that was let in, with the key it asked with.
    pub fn take_up(
        data: &Path,
        seal: &StorageKey,
        address: &str,
        welcome: &Welcome,
        key: &KeyPair,
        world: &dyn World,
    ) -> io::Result<Self> {
        let cluster = ClusterId(welcome.cluster);
        let authority = Authority::from_parts(cluster, welcome.authority.clone(), &welcome.authority_key);
        let papers = Papers {
            node: welcome.node,
            is_founder: false,
            address: Some(address),
            authority: &authority.map_err(other)?,
            certificate: &welcome.certificate,
            key,
        };
        papers.write(data, seal, world)?;
        Self::opened(data, seal)
    }

    fn opened(data: &Path, seal: &StorageKey) -> io::Result<Self> {
        Self::open(data, seal)?.ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    /// That of the node in this data folder, if it has one.
    pub fn open(data: &Path, seal: &StorageKey) -> io::Result<Option<Self>> {
        let folder = data.join(FOLDER);
        match fs::symlink_metadata(&folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
            Ok(_) => {}
        }
        let file = folder.join(DOCUMENT);
        let document: Document = serde_json::from_slice(&read(&file)?).map_err(|error| damaged(&file, error))?;
        if document.format != FORMAT {
            let why = format!("format {} is of a program that is newer than this one", document.format);
            return Err(damaged(&file, why));
        }
        let cluster = ClusterId::parse(&document.cluster).ok_or_else(|| damaged(&file, "names no cluster"))?;
        let authority_key = read_key(&folder, AUTHORITY_KEY, seal)?;
        let authority = Authority::from_parts(cluster, read_certificate(&folder, AUTHORITY_PEM)?, &authority_key)
            .map_err(|error| damaged(&folder.join(AUTHORITY_KEY), error))?;
        let key = KeyPair::try_from(read_key(&folder, NODE_KEY, seal)?.as_slice())
            .map_err(|error| damaged(&folder.join(NODE_KEY), error))?;
        let certificate = read_certificate(&folder, NODE_PEM)?;
        let not_after_ms = validity::not_after_ms(&certificate)
            .filter(|_| authority::is_for(&certificate, &key))
            .ok_or_else(|| damaged(&folder.join(NODE_PEM), "is not for the key in node.key"))?;
        Ok(Some(Self {
            node: document.node,
            is_founder: document.is_founder,
            authority: Arc::new(authority),
            certificate,
            not_after_ms,
            key,
            folder,
        }))
    }

    /// What the way to other nodes needs.
    pub fn identity(&self) -> Identity {
        Identity {
            cluster: self.authority.cluster().0,
            node: self.node,
            authority: self.authority.certificate().to_vec(),
            certificate: self.certificate.clone(),
            key: Zeroizing::new(self.key.serialize_der()),
        }
    }

    /// Until when this node's certificate is good.
    pub fn not_after_ms(&self) -> u64 {
        self.not_after_ms
    }

    /// When it should be renewed: at two thirds of its life.
    pub fn renewal_due_ms(&self) -> u64 {
        self.not_after_ms
            .saturating_sub(limits::NODE_CERTIFICATE_LIFETIME_MS / 3)
    }

    /// Renews the certificate if it should be. Says whether it was.
    pub fn renew_if_due(&mut self, world: &dyn World) -> io::Result<bool> {
        let is_due = world.now_ms() >= self.renewal_due_ms();
        if is_due {
            self.renew(world)?;
        }
        Ok(is_due)
    }

    /// Gives this node a new certificate for the key it has, on its own: the authority is here.
    fn renew(&mut self, world: &dyn World) -> io::Result<()> {
        let public_key = self.key.subject_public_key_info();
        let certificate = self.authority.issue(self.node, &public_key, world).map_err(other)?;
        let beside = self.folder.join("node.pem.new");
        if let Err(error) = fs::remove_file(&beside)
            && error.kind() != io::ErrorKind::NotFound
        {
            return Err(error);
        }
        write_new(&beside, written_pem(&certificate).as_bytes(), 0o644)?;
        fs::rename(&beside, self.folder.join(NODE_PEM))?;
        File::open(&self.folder)?.sync_all()?;
        self.not_after_ms = validity::not_after_ms(&certificate).unwrap_or(self.not_after_ms);
        self.certificate = certificate;
        Ok(())
    }
}

/// A key for a node.
pub fn new_key() -> io::Result<KeyPair> {
    KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).map_err(|error| other(error.into()))
}

/// Everything that goes into the folder.
struct Papers<'a> {
    node: u64,
    is_founder: bool,
    address: Option<&'a str>,
    authority: &'a Authority,
    certificate: &'a [u8],
    key: &'a KeyPair,
}

impl Papers<'_> {
    fn write(&self, data: &Path, seal: &StorageKey, world: &dyn World) -> io::Result<()> {
        let beside = data.join("cluster.new");
        // What a cut left: nobody was told of it.
        if let Err(error) = fs::remove_dir_all(&beside)
            && error.kind() != io::ErrorKind::NotFound
        {
            return Err(error);
        }
        DirBuilder::new().mode(0o700).create(&beside)?;
        let document = Document {
            format: FORMAT,
            cluster: self.authority.cluster().to_string(),
            node: self.node,
            is_founder: self.is_founder,
            address: self.address.map(str::to_owned),
        };
        let document = serde_json::to_vec_pretty(&document)?;
        let sealed = |name: &str, key: &[u8]| {
            let sealed = sealing(seal).seal(world, name.as_bytes(), key);
            [KEY_MAGIC.as_slice(), &sealed].concat()
        };
        let node_key = Zeroizing::new(self.key.serialize_der());
        let authority_pem = written_pem(self.authority.certificate());
        let node_pem = written_pem(self.certificate);
        for (name, bytes, mode) in [
            (AUTHORITY_PEM, authority_pem.into_bytes(), 0o644),
            (AUTHORITY_KEY, sealed(AUTHORITY_KEY, &self.authority.key()), 0o600),
            (NODE_PEM, node_pem.into_bytes(), 0o644),
            (NODE_KEY, sealed(NODE_KEY, &node_key), 0o600),
            (DOCUMENT, document, 0o644),
        ] {
            write_new(&beside.join(name), &bytes, mode)?;
        }
        File::open(&beside)?.sync_all()?;
        fs::rename(&beside, data.join(FOLDER))?;
        File::open(data)?.sync_all()
    }
}

fn sealing(seal: &StorageKey) -> StorageKey {
    seal.derive("cluster")
}

fn written_pem(certificate: &[u8]) -> String {
    pem::encode(&Pem::new("CERTIFICATE", certificate))
}

fn write_new(file: &Path, bytes: &[u8], mode: u32) -> io::Result<()> {
    let mut open = OpenOptions::new().write(true).create_new(true).mode(mode).open(file)?;
    open.write_all(bytes)?;
    open.sync_all()
}

fn read(file: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let most = limits::CLUSTER_FILE_SIZE_BYTES_MAX;
    File::open(file)
        .and_then(|open| open.take(most + 1).read_to_end(&mut bytes))
        .map_err(|error| io::Error::new(error.kind(), format!("{}: {error}", file.display())))?;
    if bytes.len() as u64 > most {
        return Err(damaged(file, "is too large"));
    }
    Ok(bytes)
}

fn read_certificate(folder: &Path, name: &str) -> io::Result<Vec<u8>> {
    let file = folder.join(name);
    let parsed = pem::parse(read(&file)?).map_err(|error| damaged(&file, error))?;
    Ok(parsed.into_contents())
}

fn read_key(folder: &Path, name: &str, seal: &StorageKey) -> io::Result<Zeroizing<Vec<u8>>> {
    let file = folder.join(name);
    let bytes = read(&file)?;
    if fs::metadata(&file)?.permissions().mode() & 0o077 != 0 {
        return Err(damaged(&file, "others may read it; run chmod 600 on it"));
    }
    let sealed = bytes
        .strip_prefix(KEY_MAGIC)
        .ok_or_else(|| damaged(&file, "is not a key file"))?;
    let clear = sealing(seal).open(name.as_bytes(), sealed);
    clear.map(Zeroizing::new).map_err(|error| damaged(&file, error))
}

fn damaged(file: &Path, why: impl std::fmt::Display) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("{}: {why}", file.display()))
}

fn other(error: AuthorityError) -> io::Error {
    io::Error::other(error)
}

#[cfg(test)]
mod tests;
