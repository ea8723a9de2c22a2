//! Passwords: argon2id off the async threads, a few at a time. An unknown login costs as much time as a known one.

use crate::failure::{Failure, Outcome};
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use corridor_actors::SubmitError;
use corridor_domain::limits;
use corridor_storage::high_water;
use corridor_storage::world::World;
use std::io;
use std::sync::Arc;
use tokio::sync::Semaphore;

/// OWASP's figures for argon2id: 46 MiB, one pass, one lane.
const MEMORY_KIB: u32 = 47_104;
const PASSES: u32 = 1;
const LANES: u32 = 1;

/// Hashes and checks, a few at a time however many workspaces ask. Cheap to clone.
#[derive(Clone)]
pub struct Passwords {
    world: Arc<dyn World>,
    /// Whoever waits, and whoever is being worked for.
    in_line: Arc<Semaphore>,
    at_once: Arc<Semaphore>,
}

fn hasher() -> io::Result<Argon2<'static>> {
    let parameters =
        Params::new(MEMORY_KIB, PASSES, LANES, None).map_err(|error| io::Error::other(error.to_string()))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, parameters))
}

/// A hash that no password has, made with the same figures: what an unknown login is checked against.
const NOBODY: &str =
    "$argon2id$v=19$m=47104,t=1,p=1$Y29ycmlkb3ItZHVtbXktc2FsdA$q0pVEH0pVEH0pVEH0pVEH0pVEH0pVEH0pVEH0pVEH0o";

impl Passwords {
    /// With salt from this world.
    pub fn new(world: Arc<dyn World>) -> Self {
        Self {
            world,
            in_line: Arc::new(Semaphore::new(limits::PASSWORD_HASHES_WAITING_COUNT_MAX)),
            at_once: Arc::new(Semaphore::new(limits::PASSWORD_HASHES_AT_ONCE)),
        }
    }

    /// The hash in PHC form.
    pub(super) async fn hash(&self, password: &str) -> Outcome<String> {
        let mut salt = [0_u8; 16];
        self.world.fill_random(&mut salt);
        let password = zeroize::Zeroizing::new(password.to_owned());
        self.work(move || {
            let hash = hasher()?
                .hash_password_with_salt(password.as_bytes(), &salt)
                .map_err(|error| io::Error::other(error.to_string()))?;
            Ok(hash.to_string())
        })
        .await
    }

    /// Whether the password is right. `None` is an unknown login: the same work, and never right.
    pub(super) async fn check(&self, password: &str, credential: Option<&str>) -> Outcome<bool> {
        let known = credential.is_some_and(|credential| !credential.is_empty());
        let stored = credential.filter(|_| known).unwrap_or(NOBODY).to_owned();
        let password = zeroize::Zeroizing::new(password.to_owned());
        self.work(move || {
            let hash = PasswordHash::new(&stored).map_err(|error| io::Error::other(error.to_string()))?;
            let right = hasher()?.verify_password(password.as_bytes(), &hash).is_ok();
            Ok(right && known)
        })
        .await
    }

    async fn work<T: Send + 'static>(&self, work: impl FnOnce() -> io::Result<T> + Send + 'static) -> Outcome<T> {
        let Ok(_in_line) = self.in_line.try_acquire() else {
            return Err(Failure::Submit(SubmitError::Overloaded {
                retry_after_ms: limits::PASSWORD_HASHES_RETRY_AFTER_MS,
            }));
        };
        high_water::PASSWORD_HASHES.note(limits::PASSWORD_HASHES_WAITING_COUNT_MAX - self.in_line.available_permits());
        let permit = Arc::clone(&self.at_once)
            .acquire_owned()
            .await
            .map_err(io::Error::other)?;
        let done = tokio::task::spawn_blocking(move || {
            let result = work();
            drop(permit);
            result
        });
        Ok(done.await.map_err(io::Error::other)??)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use corridor_storage::world::TestWorld;

    #[tokio::test]
    async fn right_wrong_and_nobody() {
        let passwords = Passwords::new(Arc::new(TestWorld::new(0, 1)));
        let hash = passwords.hash("correct horse battery").await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=47104,t=1,p=1$"));
        assert!(passwords.check("correct horse battery", Some(&hash)).await.unwrap());
        assert!(!passwords.check("correct horse", Some(&hash)).await.unwrap());
        assert!(!passwords.check("correct horse", None).await.unwrap());
        assert!(!passwords.check("", Some("")).await.unwrap());
    }

    #[tokio::test]
    async fn the_line_has_an_end() {
        let passwords = Passwords::new(Arc::new(TestWorld::new(0, 1)));
        // Nobody is being worked for: all of them wait.
        let busy = passwords
            .at_once
            .acquire_many(limits::PASSWORD_HASHES_AT_ONCE as u32)
            .await;
        let mut line: Vec<_> = (0..=limits::PASSWORD_HASHES_WAITING_COUNT_MAX)
            .map(|_| Box::pin(passwords.check("x", None)))
            .collect();
        let mut last = line.pop().unwrap();
        for waiting in &mut line {
            assert!(futures::poll!(waiting).is_pending());
        }
        let refused = last.as_mut().await.unwrap_err().problem();
        assert_eq!(
            (refused.status, refused.retry_after_ms),
            (503, Some(limits::PASSWORD_HASHES_RETRY_AFTER_MS))
        );
        drop((line, busy));
        assert!(!passwords.check("x", None).await.unwrap());
    }
}
