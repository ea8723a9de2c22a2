//! Sealing: no byte goes to this node's disk in clear.
//!
//! Stands between every record and the disk, for the log and for the state alike. It knows keys and bytes; it refuses to
//! know what the bytes mean, where they are stored, or who may read them.
//!
//! Envelope: `algorithm (1) | nonce (24) | ciphertext | tag (16)`. The caller's context is associated data: a sealed value
//! moved to another place does not open there.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use chacha20::R20;
use chacha20::hchacha;
use chacha20poly1305::aead::{AeadInOut, KeyInit as _};
use chacha20poly1305::{ChaCha20Poly1305, Nonce, Tag, XChaCha20Poly1305, XNonce};
use hmac::{Hmac, Mac as _};
use sha2::Sha256;
use zeroize::{Zeroize as _, Zeroizing};

use crate::world::World;

/// The envelope's first byte: XChaCha20-Poly1305. Numbers are never reused.
const ALGORITHM_XCHACHA20_POLY1305: u8 = 1;
const NONCE_SIZE_BYTES: usize = 24;
const NONCE_PREFIX_SIZE_BYTES: usize = 16;
const TAG_SIZE_BYTES: usize = 16;
const HEADER_SIZE_BYTES: usize = 1 + NONCE_SIZE_BYTES;

/// How many bytes a sealed value is longer than the clear one.
pub const SEAL_OVERHEAD_SIZE_BYTES: usize = HEADER_SIZE_BYTES + TAG_SIZE_BYTES;

/// Why a sealed value did not open. Never says anything about the content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// Too short to be an envelope.
    #[error("sealed value is truncated")]
    Truncated,
    /// The first byte names an algorithm this program does not know: damage, or a newer program wrote it.
    #[error("sealed value uses unknown algorithm {0}")]
    UnknownAlgorithm(u8),
    /// Wrong key, wrong context, or altered bytes; the three cannot be told apart.
    #[error("sealed value does not open: wrong key, wrong place, or damaged")]
    NotAuthentic,
}

impl From<SealError> for std::io::Error {
    fn from(error: SealError) -> Self {
        std::io::Error::new(std::io::ErrorKind::InvalidData, error)
    }
}

/// A 256-bit key of this node's storage. Cheap to clone; clones share the nonce counter.
#[derive(Clone)]
pub struct StorageKey {
    inner: Arc<KeyMaterial>,
}

struct KeyMaterial {
    secret: Zeroizing<[u8; 32]>,
    cipher_key: Zeroizing<[u8; 32]>,
    cipher: XChaCha20Poly1305,
    /// Keyed once: cloning it is much cheaper than keying HMAC again for each fingerprint.
    authenticator: Hmac<Sha256>,
    /// What this process seals under.
    own: OnceLock<Own>,
    nonce_counter: AtomicU64,
}

/// The part of XChaCha20 that depends on key and prefix alone, done once: HChaCha20 turns both into a key for ChaCha20
/// (draft-irtf-cfrg-xchacha-03, section 2.3). The bytes are those of XChaCha20-Poly1305; a seal costs a fifth less.
///
/// The prefix is 16 random bytes, drawn once per process and key; then comes a counter. A system call per value would cost more
/// than sealing a small record. Uniqueness holds: within a process by the counter, between processes by 128 random bits (2^32
/// restarts collide with a chance below 2^-64).
struct Own {
    prefix: [u8; NONCE_PREFIX_SIZE_BYTES],
    cipher: ChaCha20Poly1305,
}

impl Own {
    fn draw(cipher_key: &[u8; 32], world: &dyn World) -> Self {
        let mut prefix = [0u8; NONCE_PREFIX_SIZE_BYTES];
        world.fill_random(&mut prefix);
        let mut key = hchacha::<R20>(cipher_key.into(), &prefix.into());
        let cipher = ChaCha20Poly1305::new(&key);
        key.as_mut_slice().zeroize();
        Self { prefix, cipher }
    }

    /// ChaCha20's nonce: four zero bytes and what follows the prefix.
    fn nonce(rest: [u8; NONCE_SIZE_BYTES - NONCE_PREFIX_SIZE_BYTES]) -> Nonce {
        let mut nonce = [0u8; 12];
        nonce[4..].copy_from_slice(&rest);
        nonce.into()
    }
}

impl StorageKey {
    /// The key with these 32 bytes.
    pub fn from_bytes(secret: [u8; 32]) -> Self {
        let secret = Zeroizing::new(secret);
        let cipher_key = expand(&secret, b"corridor cipher v1", b"");
        let authenticator_key = expand(&secret, b"corridor fingerprint v1", b"");
        let inner = KeyMaterial {
            cipher: XChaCha20Poly1305::new((&*cipher_key).into()),
            authenticator: keyed(&authenticator_key),
            cipher_key,
            secret,
            own: OnceLock::new(),
            nonce_counter: AtomicU64::new(0),
        };
        Self { inner: Arc::new(inner) }
    }

    /// A fresh random key.
    pub fn generate(world: &dyn World) -> Self {
        let mut secret = [0u8; 32];
        world.fill_random(&mut secret);
        Self::from_bytes(secret)
    }

    /// Its 32 bytes, to be handed to a node that joins. Nobody else has a reason to ask.
    pub fn to_bytes(&self) -> Zeroizing<[u8; 32]> {
        self.inner.secret.clone()
    }

    /// An independent key for one purpose: log, state and content never share one.
    pub fn derive(&self, label: &str) -> StorageKey {
        StorageKey::from_bytes(*expand(&self.inner.secret, b"corridor derive v1", label.as_bytes()))
    }

    /// Seals `clear` for the place named by `context`. One allocation.
    ///
    /// # Panics
    /// Never for values below 256 GiB, which no limit of ours lets through.
    pub fn seal(&self, world: &dyn World, context: &[u8], clear: &[u8]) -> Vec<u8> {
        let own = self.inner.own.get_or_init(|| Own::draw(&self.inner.cipher_key, world));
        let count = self.inner.nonce_counter.fetch_add(1, Ordering::Relaxed).to_le_bytes();
        let mut sealed = Vec::with_capacity(clear.len() + SEAL_OVERHEAD_SIZE_BYTES);
        sealed.push(ALGORITHM_XCHACHA20_POLY1305);
        sealed.extend_from_slice(&own.prefix);
        sealed.extend_from_slice(&count);
        sealed.extend_from_slice(clear);
        let body = &mut sealed[HEADER_SIZE_BYTES..];
        match own
            .cipher
            .encrypt_inout_detached(&Own::nonce(count), context, body.into())
        {
            Ok(tag) => sealed.extend_from_slice(&tag),
            // Only a value above 256 GiB gets here; writing it in clear would be the one unforgivable answer.
            Err(_) => unreachable!("a value too long to seal passed every limit"),
        }
        sealed
    }

    /// Opens what [`StorageKey::seal`] made for the same `context`. One allocation.
    pub fn open(&self, context: &[u8], sealed: &[u8]) -> Result<Vec<u8>, SealError> {
        let (&algorithm, rest) = sealed.split_first().ok_or(SealError::Truncated)?;
        if algorithm != ALGORITHM_XCHACHA20_POLY1305 {
            return Err(SealError::UnknownAlgorithm(algorithm));
        }
        let (nonce, rest) = rest
            .split_first_chunk::<NONCE_SIZE_BYTES>()
            .ok_or(SealError::Truncated)?;
        let (body, tag) = rest.split_last_chunk::<TAG_SIZE_BYTES>().ok_or(SealError::Truncated)?;
        let mut clear = body.to_vec();
        let (tag, inout) = (Tag::from(*tag), clear.as_mut_slice().into());
        let opened = match (self.inner.own.get(), nonce.split_first_chunk()) {
            (Some(own), Some((prefix, rest))) if own.prefix == *prefix => {
                let rest = <[u8; 8]>::try_from(rest).map_err(|_| SealError::Truncated)?;
                own.cipher
                    .decrypt_inout_detached(&Own::nonce(rest), context, inout, &tag)
            }
            // Sealed by another process under this key.
            _ => self
                .inner
                .cipher
                .decrypt_inout_detached(&XNonce::from(*nonce), context, inout, &tag),
        };
        opened.map_err(|_| SealError::NotAuthentic)?;
        Ok(clear)
    }

    /// A keyed fingerprint: equal for equal bytes, useless to whoever has only the disk.
    pub fn fingerprint(&self, bytes: &[u8]) -> [u8; 16] {
        let mut authenticator = self.inner.authenticator.clone();
        authenticator.update(bytes);
        let full = authenticator.finalize().into_bytes();
        let mut short = [0u8; 16];
        short.copy_from_slice(&full[..16]);
        short
    }
}

impl fmt::Debug for StorageKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("StorageKey(..)")
    }
}

fn keyed(secret: &[u8; 32]) -> Hmac<Sha256> {
    let mut block = Zeroizing::new([0u8; 64]);
    block[..32].copy_from_slice(secret);
    // A key of exactly one block is taken as it is (RFC 2104), so the zero-padded form is the same key.
    Hmac::<Sha256>::new((&*block).into())
}

/// HMAC-SHA256 as a key derivation: `purpose` is fixed and ends at the zero byte, `label` is free.
fn expand(secret: &[u8; 32], purpose: &[u8], label: &[u8]) -> Zeroizing<[u8; 32]> {
    let mut mac = keyed(secret);
    mac.update(purpose);
    mac.update(&[0]);
    mac.update(label);
    Zeroizing::new(mac.finalize().into_bytes().into())
}

#[cfg(test)]
mod tests {
    use super::{SEAL_OVERHEAD_SIZE_BYTES, SealError, StorageKey};
    use crate::world::{TestWorld, World};

    fn key(fill: u8) -> StorageKey {
        StorageKey::from_bytes([fill; 32])
    }

    #[test]
    fn round_trip_of_every_length() {
        let world = TestWorld::new(0, 1);
        let key = key(1);
        for length in 0..300 {
            let mut clear = vec![0u8; length];
            world.fill_random(&mut clear);
            let sealed = key.seal(&world, b"place", &clear);
            assert_eq!(sealed.len(), length + SEAL_OVERHEAD_SIZE_BYTES);
            assert_eq!(key.open(b"place", &sealed), Ok(clear));
        }
    }

    #[test]
    fn no_byte_may_change_and_none_may_be_missing() {
        let world = TestWorld::new(0, 2);
        let key = key(1);
        let sealed = key.seal(&world, b"place", b"the words of a patient");
        for position in 0..sealed.len() {
            let mut damaged = sealed.clone();
            damaged[position] ^= 0x40;
            assert!(
                key.open(b"place", &damaged).is_err(),
                "byte {position} changed unnoticed"
            );
            assert!(
                key.open(b"place", &sealed[..position]).is_err(),
                "cut at {position} unnoticed"
            );
        }
        assert_eq!(key.open(b"place", b""), Err(SealError::Truncated));
        assert_eq!(key.open(b"place", &[9; 60]), Err(SealError::UnknownAlgorithm(9)));
    }

    #[test]
    fn wrong_place_and_wrong_key_stay_closed() {
        let world = TestWorld::new(0, 3);
        let sealed = key(1).seal(&world, b"here", b"clear");
        assert_eq!(key(1).open(b"there", &sealed), Err(SealError::NotAuthentic));
        assert_eq!(key(2).open(b"here", &sealed), Err(SealError::NotAuthentic));
        assert_eq!(
            key(1).derive("log").open(b"here", &sealed),
            Err(SealError::NotAuthentic)
        );
    }

    #[test]
    fn derived_keys_and_fingerprints_are_stable_and_differ() {
        let world = TestWorld::new(0, 4);
        let sealed = key(1).derive("log").seal(&world, b"", b"x");
        assert_eq!(key(1).derive("log").open(b"", &sealed), Ok(b"x".to_vec()));
        assert!(key(1).derive("state").open(b"", &sealed).is_err());
        assert_eq!(key(1).fingerprint(b"body"), key(1).fingerprint(b"body"));
        assert_ne!(key(1).fingerprint(b"body"), key(1).fingerprint(b"bodz"));
        assert_ne!(key(1).fingerprint(b"body"), key(2).fingerprint(b"body"));
    }

    #[test]
    fn equal_values_never_seal_alike() {
        let world = TestWorld::new(0, 5);
        let key = key(1);
        let mut seen = std::collections::BTreeSet::new();
        for _ in 0..1_000 {
            assert!(seen.insert(key.seal(&world, b"", b"same")));
        }
    }

    #[test]
    fn debug_shows_nothing() {
        assert_eq!(format!("{:?}", key(0xab)), "StorageKey(..)");
    }
}
