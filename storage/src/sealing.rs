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
use hmac::{Hmac, KeyInit as _, Mac as _};
use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, Nonce, UnboundKey};
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
    /// Keyed once: cloning it is much cheaper than keying HMAC again for each fingerprint.
    authenticator: Hmac<Sha256>,
    /// What this process seals under.
    own: OnceLock<Cipher>,
    nonce_counter: AtomicU64,
}

/// The part of XChaCha20 that depends on key and prefix alone: HChaCha20 turns both into a key for ChaCha20
/// (draft-irtf-cfrg-xchacha-03, section 2.3), so the bytes are those of XChaCha20-Poly1305.
///
/// The library's key is not overwritten when it is dropped; the one that everything is derived from lives as long as the process.
struct Cipher {
    prefix: [u8; NONCE_PREFIX_SIZE_BYTES],
    key: LessSafeKey,
}

/// What follows the prefix in a nonce.
type Rest = [u8; NONCE_SIZE_BYTES - NONCE_PREFIX_SIZE_BYTES];

impl Cipher {
    fn new(cipher_key: &[u8; 32], prefix: [u8; NONCE_PREFIX_SIZE_BYTES]) -> Self {
        let mut derived = hchacha::<R20>(cipher_key.into(), &prefix.into());
        let key = UnboundKey::new(&CHACHA20_POLY1305, derived.as_slice()).map(LessSafeKey::new);
        derived.as_mut_slice().zeroize();
        match key {
            Ok(key) => Self { prefix, key },
            Err(_) => unreachable!("a key of 32 bytes is as long as it must be"),
        }
    }

    /// What this process seals under. The prefix is 16 random bytes, drawn once per process and key; then comes a counter. A system call
    /// per value would cost more than sealing a small record. Uniqueness holds: within a process by the counter, between processes
    /// by 128 random bits (2^32 restarts collide with a chance below 2^-64).
    fn draw(cipher_key: &[u8; 32], world: &dyn World) -> Self {
        let mut prefix = [0u8; NONCE_PREFIX_SIZE_BYTES];
        world.fill_random(&mut prefix);
        Self::new(cipher_key, prefix)
    }

    /// ChaCha20's nonce: four zero bytes and what follows the prefix.
    fn nonce(rest: Rest) -> Nonce {
        let mut nonce = [0u8; 12];
        nonce[4..].copy_from_slice(&rest);
        Nonce::assume_unique_for_key(nonce)
    }

    fn seal(&self, rest: Rest, context: &[u8], body: &mut [u8]) -> [u8; TAG_SIZE_BYTES] {
        let sealed = self
            .key
            .seal_in_place_separate_tag(Self::nonce(rest), Aad::from(context), body);
        let tag = sealed
            .ok()
            .and_then(|tag| <[u8; TAG_SIZE_BYTES]>::try_from(tag.as_ref()).ok());
        // Only a value above 256 GiB has none; writing it in clear would be the one unforgivable answer.
        tag.unwrap_or_else(|| unreachable!("a value too long to seal passed every limit"))
    }

    /// The body with its tag becomes clear in place.
    fn open(&self, rest: Rest, context: &[u8], body: &mut Vec<u8>) -> Result<(), SealError> {
        let opened = self
            .key
            .open_in_place(Self::nonce(rest), Aad::from(context), body.as_mut_slice());
        let clear_size = opened.map_err(|_| SealError::NotAuthentic)?.len();
        body.truncate(clear_size);
        Ok(())
    }
}

impl StorageKey {
    /// The key with these 32 bytes.
    pub fn from_bytes(secret: [u8; 32]) -> Self {
        let secret = Zeroizing::new(secret);
        let cipher_key = expand(&secret, b"corridor cipher v1", b"");
        let authenticator_key = expand(&secret, b"corridor fingerprint v1", b"");
        let inner = KeyMaterial {
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
        let draw = || Cipher::draw(&self.inner.cipher_key, world);
        let own = self.inner.own.get_or_init(draw);
        let count = self.inner.nonce_counter.fetch_add(1, Ordering::Relaxed).to_le_bytes();
        let mut sealed = Vec::with_capacity(clear.len() + SEAL_OVERHEAD_SIZE_BYTES);
        sealed.push(ALGORITHM_XCHACHA20_POLY1305);
        sealed.extend_from_slice(&own.prefix);
        sealed.extend_from_slice(&count);
        sealed.extend_from_slice(clear);
        let tag = own.seal(count, context, &mut sealed[HEADER_SIZE_BYTES..]);
        sealed.extend_from_slice(&tag);
        sealed
    }

    /// Opens what [`StorageKey::seal`] made for the same `context`. One allocation.
    pub fn open(&self, context: &[u8], sealed: &[u8]) -> Result<Vec<u8>, SealError> {
        let (&algorithm, rest) = sealed.split_first().ok_or(SealError::Truncated)?;
        if algorithm != ALGORITHM_XCHACHA20_POLY1305 {
            return Err(SealError::UnknownAlgorithm(algorithm));
        }
        let (prefix, rest) = rest.split_first_chunk().ok_or(SealError::Truncated)?;
        let (count, body) = rest.split_first_chunk().ok_or(SealError::Truncated)?;
        if body.len() < TAG_SIZE_BYTES {
            return Err(SealError::Truncated);
        }
        let mut clear = body.to_vec();
        match self.inner.own.get().filter(|own| own.prefix == *prefix) {
            Some(own) => own.open(*count, context, &mut clear)?,
            // Sealed by another process under this key.
            None => Cipher::new(&self.inner.cipher_key, *prefix).open(*count, context, &mut clear)?,
        }
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
    use super::{Cipher, SEAL_OVERHEAD_SIZE_BYTES, SealError, StorageKey};
    use crate::world::{TestWorld, World};

    fn key(fill: u8) -> StorageKey {
        StorageKey::from_bytes([fill; 32])
    }

    /// draft-irtf-cfrg-xchacha-03, appendix A.3.1.
    #[test]
    fn the_bytes_are_those_of_xchacha20_poly1305() {
        let counting = |from: u8, count: u8| -> Vec<u8> { (from..from + count).collect() };
        let key = <[u8; 32]>::try_from(counting(0x80, 32)).unwrap();
        let cipher = Cipher::new(&key, counting(0x40, 16).try_into().unwrap());
        let rest = <[u8; 8]>::try_from(counting(0x50, 8)).unwrap();
        let context = [&counting(0x50, 4)[..], &counting(0xc0, 8)].concat();
        let clear = b"Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, sunscreen would be it.";
        let mut body = clear.to_vec();
        let tag = cipher.seal(rest, &context, &mut body);
        let text = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        assert_eq!(
            text(&body),
            "bd6d179d3e83d43b9576579493c0e939572a1700252bfaccbed2902c21396cbb731c7f1b0b4aa6440bf3a82f4eda7e39\
             ae64c6708c54c216cb96b72e1213b4522f8c9ba40db5d945b11b69b982c1bb9e3f3fac2bc369488f76b2383565d3fff9\
             21f9664c97637da9768812f615c68b13b52e"
        );
        assert_eq!(text(&tag), "c0875924c1c7987947deafd8780acf49");
        body.extend_from_slice(&tag);
        cipher.open(rest, &context, &mut body).unwrap();
        assert_eq!(body, clear);
    }

    #[test]
    fn what_another_process_sealed_opens() {
        let world = TestWorld::new(0, 6);
        let sealed = key(1).seal(&world, b"place", b"before");
        let now = key(1);
        let own = now.seal(&world, b"place", b"now");
        assert_eq!(now.open(b"place", &sealed), Ok(b"before".to_vec()));
        assert_eq!(now.open(b"place", &own), Ok(b"now".to_vec()));
        assert_eq!(key(1).open(b"place", &own), Ok(b"now".to_vec()));
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
