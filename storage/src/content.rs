//! Keys of conversations: content is sealed with them before it is proposed, and opened when it is served.
//!
//! A conversation's key is drawn once and wrapped under the workspace's key; destroying the wrapped key will destroy the words,
//! in the state, the log and every copy. The context of a body is its conversation and its author, so a body does not open in
//! another room or under another name. Knows nothing of who may read: that was settled before it is asked.

use crate::sealing::{SealError, StorageKey};
use crate::world::World;
use corridor_domain::ids::{ConversationId, PersonId};
use corridor_domain::limits;
use corridor_domain::private::Sealed;
use lru::LruCache;
use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, PoisonError};

/// Seals and opens content.
#[derive(Clone)]
pub struct ContentKeys {
    world: Arc<dyn World>,
    wrapping: StorageKey,
    fingerprints: StorageKey,
    opened: Arc<Mutex<LruCache<ConversationId, StorageKey>>>,
}

impl ContentKeys {
    /// Content keys under a workspace's key.
    pub fn new(world: Arc<dyn World>, workspace_key: &StorageKey) -> Self {
        let room = NonZeroUsize::MIN.saturating_add(limits::CONTENT_KEYS_OPENED_COUNT_MAX - 1);
        Self {
            world,
            wrapping: workspace_key.derive("content"),
            fingerprints: workspace_key.derive("fingerprint"),
            opened: Arc::new(Mutex::new(LruCache::new(room))),
        }
    }

    /// Draws a key for a new conversation, wrapped.
    pub fn draw(&self, conversation: ConversationId) -> Sealed {
        let mut secret = zeroize::Zeroizing::new([0_u8; 32]);
        self.world.fill_random(secret.as_mut());
        Sealed(
            self.wrapping
                .seal(self.world.as_ref(), &conversation.to_bytes(), secret.as_ref()),
        )
    }

    /// Seals a body.
    pub fn seal(
        &self,
        conversation: ConversationId,
        key: &Sealed,
        author: PersonId,
        body: &str,
    ) -> Result<Sealed, SealError> {
        let key = self.unwrap_key(conversation, key)?;
        Ok(Sealed(key.seal(
            self.world.as_ref(),
            &context(conversation, author),
            body.as_bytes(),
        )))
    }

    /// Opens a body.
    pub fn open(
        &self,
        conversation: ConversationId,
        key: &Sealed,
        author: PersonId,
        body: &Sealed,
    ) -> Result<String, SealError> {
        let key = self.unwrap_key(conversation, key)?;
        let clear = key.open(&context(conversation, author), &body.0)?;
        String::from_utf8(clear).map_err(|_| SealError::NotAuthentic)
    }

    /// Tells a retry from a conflict, without keeping what was asked.
    pub fn fingerprint(&self, asked: &[u8]) -> [u8; 16] {
        self.fingerprints.fingerprint(asked)
    }

    fn unwrap_key(&self, conversation: ConversationId, wrapped: &Sealed) -> Result<StorageKey, SealError> {
        let mut opened = self.opened.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(key) = opened.get(&conversation) {
            return Ok(key.clone());
        }
        let secret = zeroize::Zeroizing::new(self.wrapping.open(&conversation.to_bytes(), &wrapped.0)?);
        let secret: [u8; 32] = secret.as_slice().try_into().map_err(|_| SealError::Truncated)?;
        let key = StorageKey::from_bytes(secret);
        opened.put(conversation, key.clone());
        Ok(key)
    }
}

fn context(conversation: ConversationId, author: PersonId) -> [u8; 32] {
    let mut context = [0; 32];
    context[..16].copy_from_slice(&conversation.to_bytes());
    context[16..].copy_from_slice(&author.to_bytes());
    context
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::TestWorld;

    #[test]
    fn a_body_opens_in_its_room_under_its_name_only() {
        let keys = ContentKeys::new(Arc::new(TestWorld::new(0, 1)), &StorageKey::from_bytes([7; 32]));
        let (room, other) = (ConversationId(1), ConversationId(2));
        let (key, other_key) = (keys.draw(room), keys.draw(other));
        let body = keys.seal(room, &key, PersonId(1), "potassium 6.9").unwrap();
        assert_eq!(keys.open(room, &key, PersonId(1), &body).unwrap(), "potassium 6.9");
        assert!(keys.open(room, &key, PersonId(2), &body).is_err());
        assert!(keys.open(other, &other_key, PersonId(1), &body).is_err());
        assert!(!body.0.windows(9).any(|bytes| bytes == b"potassium"));
    }
}
