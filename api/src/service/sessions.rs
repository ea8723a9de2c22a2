//! Signing in and being signed in. The token is 16 bytes of session id and 32 random ones; only a hash of the latter is kept. In front of
//! them stands the workspace, unless it is the first.

use super::Service;
use crate::convert::objects;
use crate::failure::{Failure, Outcome};
use crate::gate::Network;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use corridor_domain::cluster::FIRST_WORKSPACE;
use corridor_domain::command::{Acting, Command};
use corridor_domain::ids::{CommandId, SessionId};
use corridor_domain::limits;
use corridor_domain::person::Person;
use corridor_domain::private::Private;
use corridor_domain::refusal::Refusal;
use corridor_domain::session::Session;
use corridor_protocol as wire;
use lru::LruCache;
use sha2::{Digest, Sha256};
use std::net::IpAddr;
use std::num::NonZeroUsize;
use std::sync::{Mutex, PoisonError};
use subtle::ConstantTimeEq;

const TOKEN_PREFIX: &str = "crs_";
/// 48 bytes in base64.
const TOKEN_DIGITS_COUNT: usize = 64;

/// Who asks: a person by a live session, as of now. Apply checks again, on its own revision.
#[derive(Debug, Clone)]
pub struct Caller {
    /// Who.
    pub person: Person,
    /// By which sign-in.
    pub session: Session,
}

impl Caller {
    /// On whose authority their commands act.
    pub fn acting(&self) -> Acting {
        Acting::Person {
            person: self.person.id,
            session: self.session.id,
        }
    }
}

/// Failed sign-ins lately, by address and login. Slows guessing down without locking the owner out elsewhere.
pub(super) struct Failures {
    counted: Mutex<LruCache<[u8; 32], (u32, u64)>>,
}

impl Failures {
    pub(super) fn new() -> Self {
        let room = NonZeroUsize::MIN.saturating_add(limits::SIGN_IN_WATCHED_COUNT_MAX - 1);
        Self {
            counted: Mutex::new(LruCache::new(room)),
        }
    }

    pub(super) fn key(address: IpAddr, login: &str) -> [u8; 32] {
        Sha256::new()
            .chain_update(format!("{:?}", Network::of(address)))
            .chain_update([0])
            .chain_update(login.trim().to_lowercase())
            .finalize()
            .into()
    }

    /// After the first few failures each try waits twice as long as the one before.
    pub(super) fn check(&self, key: &[u8; 32], now_ms: u64) -> Result<(), u64> {
        let mut counted = self.counted.lock().unwrap_or_else(PoisonError::into_inner);
        let Some((failures, last_ms)) = counted.get(key).copied() else {
            return Ok(());
        };
        let since_ms = now_ms.saturating_sub(last_ms);
        if since_ms >= limits::SIGN_IN_FAILURES_WINDOW_MS {
            counted.pop(key);
            return Ok(());
        }
        let Some(beyond) = failures.checked_sub(limits::SIGN_IN_FAILURES_MAX) else {
            return Ok(());
        };
        let wait_ms = (1_000_u64 << beyond.min(20)).min(limits::SIGN_IN_FAILURES_WINDOW_MS);
        if since_ms < wait_ms {
            Err(wait_ms - since_ms)
        } else {
            Ok(())
        }
    }

    pub(super) fn count(&self, key: [u8; 32], now_ms: u64) {
        let mut counted = self.counted.lock().unwrap_or_else(PoisonError::into_inner);
        let entry = counted.get_or_insert_mut(key, || (0, now_ms));
        *entry = (entry.0.saturating_add(1), now_ms);
    }

    pub(super) fn clear(&self, key: &[u8; 32]) {
        self.counted.lock().unwrap_or_else(PoisonError::into_inner).pop(key);
    }
}

impl Service {
    /// Checks a password and begins a session. Unknown login, wrong password and closed account look the same from outside.
    pub async fn sign_in(&self, request: &wire::SignIn, address: IpAddr) -> Outcome<wire::SignedIn> {
        if request.login.len() > limits::LOGIN_SIZE_BYTES_MAX
            || request.password.len() > limits::PASSWORD_SIZE_BYTES_MAX
        {
            return Err(Failure::Refused(Refusal::SignInFailed));
        }
        let key = Failures::key(address, &request.login);
        let now_ms = self.now_ms();
        self.inner
            .failures
            .check(&key, now_ms)
            .map_err(|retry_after_ms| Failure::RateLimited { retry_after_ms })?;
        let device = Private::new(shortened(&request.device_name, limits::DEVICE_NAME_SIZE_BYTES_MAX));
        // Another node may have let this person in, or shut them out, a moment ago. Asked for every name, so that the time it takes
        // says nothing about one.
        self.freshness().catch_up().await?;
        let person = self.reader().person_by_login(&request.login)?;
        let credential = person.as_ref().map(|person| person.credential.expose());
        let right = self.inner.passwords.check(&request.password, credential).await?;
        match person.filter(|_| right) {
            Some(person) => match self.begin_session(&person, device).await {
                Ok(signed_in) => {
                    (self.inner.on_caller)();
                    self.inner.failures.clear(&key);
                    crate::metrics::SIGN_INS.add(&["accepted"], 1);
                    Ok(signed_in)
                }
                Err(failure) => {
                    self.inner.failures.count(key, now_ms);
                    crate::metrics::SIGN_INS.add(&["refused"], 1);
                    Err(failure)
                }
            },
            None => {
                self.inner.failures.count(key, now_ms);
                crate::metrics::SIGN_INS.add(&["refused"], 1);
                self.record_failed_sign_in(&request.login, device).await
            }
        }
    }

    async fn record_failed_sign_in(&self, login: &str, device: Private) -> Outcome<wire::SignedIn> {
        let person = self.reader().person_by_login(login)?.map(|person| person.id);
        let command = Command::FailSignIn { person, device };
        let envelope = self.envelope(Acting::Door, self.draw_command_id(), b"", command);
        self.run(&envelope).await?;
        Err(Failure::Refused(Refusal::SignInFailed))
    }

    /// Begins a session of a person whose password was checked.
    pub async fn begin_session(&self, person: &Person, device: Private) -> Outcome<wire::SignedIn> {
        let id = SessionId(self.draw_id());
        let mut secret = zeroize::Zeroizing::new([0_u8; 32]);
        self.inner.world.fill_random(secret.as_mut());
        let now_ms = self.now_ms();
        let session = Session {
            id,
            person: person.id,
            token_hash: Sha256::digest(secret.as_ref()).into(),
            device,
            created_at_ms: now_ms,
            expires_at_ms: now_ms + limits::SESSION_LIFETIME_MS,
            ended_at_revision: None,
        };
        let expires_at_ms = session.expires_at_ms;
        let command = Command::SignIn {
            session: Box::new(session),
            credential: person.credential.clone(),
        };
        let envelope = self.envelope(Acting::Door, self.draw_command_id(), b"", command);
        self.run(&envelope).await?;
        Ok(wire::SignedIn {
            token: token(self.inner.workspace, id, &secret),
            session_id: id.to_string(),
            expires_at_ms,
            person: objects::person(person, None),
        })
    }

    /// Who a token belongs to, if its session is live and its account open. A session that is not known here may have begun on
    /// another node a moment ago: nobody is sent away before this node has caught up.
    pub async fn authenticate(&self, token: &str) -> Outcome<Caller> {
        self.freshness().check()?;
        let is_unknown = match parse_token(token) {
            Some((id, _)) => self.reader().session(id)?.is_none(),
            None => false,
        };
        if is_unknown {
            self.freshness().catch_up().await?;
        }
        self.recognise(token)
    }

    /// The same again, for a client that knows a revision already: it is shown nothing older, and what was revoked by then counts. That revision may be
    /// of a history that is not this one's: then nobody waits for it.
    pub async fn authenticate_at(&self, token: &str, revision: u64) -> Outcome<Caller> {
        if self.reader().progress()?.revision < revision {
            self.freshness().catch_up().await?;
        }
        // Once more, at what is known now.
        match self.reader().progress()?.revision >= revision {
            true => self.recognise(token),
            false => Err(Failure::RevisionUnknown),
        }
    }

    /// Waits until this node knows the revision that a device has: another node, a moment ahead, told it. A cursor from another
    /// history is found out after this.
    pub(crate) async fn catch_up_with(&self, since: Option<u64>) -> Outcome<()> {
        let known = self.reader().progress()?.revision;
        match since > Some(known) {
            true => self.freshness().catch_up().await,
            false => Ok(()),
        }
    }

    /// The same as [`Service::authenticate`], by what is known here now.
    pub(crate) fn recognise(&self, token: &str) -> Outcome<Caller> {
        let refused = || Failure::Refused(Refusal::NotSignedIn);
        let (id, secret) = parse_token(token).ok_or_else(refused)?;
        if workspace_of(token) != Some(self.inner.workspace) {
            return Err(refused());
        }
        let session = self.reader().session(id)?.ok_or_else(refused)?;
        let hash: [u8; 32] = Sha256::digest(secret).into();
        let right = bool::from(hash.ct_eq(&session.token_hash));
        if !right || !session.is_live(self.time_of_rights_ms()) {
            return Err(refused());
        }
        let person = self
            .reader()
            .person(session.person)?
            .filter(Person::is_active)
            .ok_or_else(refused)?;
        (self.inner.on_caller)();
        Ok(Caller { person, session })
    }

    /// Ends a session.
    pub async fn end_session(
        &self,
        caller: &Caller,
        command_id: CommandId,
        session: SessionId,
    ) -> Outcome<super::Done> {
        let asked = session.to_bytes();
        let envelope = self.envelope(caller.acting(), command_id, &asked, Command::EndSession { session });
        self.run(&envelope).await
    }

    /// The one who asks.
    pub fn me(&self, caller: &Caller) -> Outcome<wire::Me> {
        let name = self.reader().workspace_name()?.unwrap_or_default();
        Ok(wire::Me {
            person: wire::Person {
                available: (!self.reader().is_available(caller.person.id)?).then_some(false),
                ..objects::person(&caller.person, None)
            },
            session_id: caller.session.id.to_string(),
            device_name: caller.session.device.expose().to_owned(),
            expires_at_ms: caller.session.expires_at_ms,
            workspace: wire::Workspace {
                name: name.expose().to_owned(),
            },
            permissions: super::accounts::permissions(&caller.person, self.time_of_rights_ms()),
            refuses_on_behalf: self.reader().refuses_on_behalf(caller.person.id)?,
        })
    }
}

fn token(workspace: u64, id: SessionId, secret: &[u8; 32]) -> String {
    let mut bytes = zeroize::Zeroizing::new(Vec::with_capacity(48));
    bytes.extend_from_slice(&id.to_bytes());
    bytes.extend_from_slice(secret);
    let digits = URL_SAFE_NO_PAD.encode(bytes.as_slice());
    match workspace {
        FIRST_WORKSPACE => format!("{TOKEN_PREFIX}{digits}"),
        workspace => format!("{TOKEN_PREFIX}{workspace}_{digits}"),
    }
}

/// The workspace that a token says it is of. Whether it is one is for that workspace to say.
pub(crate) fn workspace_of(token: &str) -> Option<u64> {
    let rest = token.strip_prefix(TOKEN_PREFIX)?;
    match rest.len().checked_sub(TOKEN_DIGITS_COUNT)? {
        0 => Some(FIRST_WORKSPACE),
        before => {
            let number = rest.get(..before)?.strip_suffix('_')?;
            let is_plain = number.bytes().all(|byte| byte.is_ascii_digit()) && !number.starts_with('0');
            number.parse().ok().filter(|_| is_plain)
        }
    }
}

fn parse_token(token: &str) -> Option<(SessionId, zeroize::Zeroizing<[u8; 32]>)> {
    let _workspace = workspace_of(token)?;
    // It may end in the middle of a character.
    let digits = token.get(token.len() - TOKEN_DIGITS_COUNT..)?;
    let bytes = zeroize::Zeroizing::new(URL_SAFE_NO_PAD.decode(digits).ok()?);
    let (id, secret) = bytes.split_first_chunk::<16>()?;
    Some((
        SessionId::from_bytes(*id),
        zeroize::Zeroizing::new(secret.try_into().ok()?),
    ))
}

/// At most so many bytes, cut between characters, without control characters.
pub(super) fn shortened(text: &str, size_bytes_max: usize) -> String {
    let mut short = String::new();
    for character in text.chars().filter(|character| !character.is_control()) {
        if short.len() + character.len_utf8() > size_bytes_max {
            break;
        }
        short.push(character);
    }
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_says_its_session_and_nothing_else_is_one() {
        let secret = [7; 32];
        let text = token(FIRST_WORKSPACE, SessionId(9), &secret);
        let (id, read) = parse_token(&text).unwrap();
        assert_eq!((id, *read), (SessionId(9), secret));
        assert_eq!((text.len(), workspace_of(&text)), (68, Some(FIRST_WORKSPACE)));
        let elsewhere = token(1_207, SessionId(9), &secret);
        let (id, read) = parse_token(&elsewhere).unwrap();
        assert_eq!((id, *read), (SessionId(9), secret));
        assert_eq!(workspace_of(&elsewhere), Some(1_207));
        for wrong in [
            "",
            "crs_",
            &text[1..],
            &format!("{text}A"),
            &text.replace("crs_", "xrs_"),
            "crs_!!!!",
            &elsewhere.replace("1207_", "_"),
            &elsewhere.replace("1207_", "01207_"),
            &elsewhere.replace("1207_", "+1207_"),
            &elsewhere.replace("1207_", "1207-"),
            &elsewhere.replace("1207_", "99999999999999999999_"),
            &format!("crs_1_{}é", &text[5..67]),
        ] {
            assert!(parse_token(wrong).is_none(), "{wrong}");
        }
    }

    #[test]
    fn guessing_gets_slower() {
        let failures = Failures::new();
        let key = Failures::key(IpAddr::from([127, 0, 0, 1]), "Raman ");
        assert_eq!(key, Failures::key(IpAddr::from([127, 0, 0, 1]), "raman"));
        for _ in 0..limits::SIGN_IN_FAILURES_MAX {
            assert_eq!(failures.check(&key, 0), Ok(()));
            failures.count(key, 0);
        }
        assert_eq!(failures.check(&key, 0), Err(1_000));
        failures.count(key, 0);
        assert_eq!(failures.check(&key, 500), Err(1_500));
        assert_eq!(failures.check(&key, limits::SIGN_IN_FAILURES_WINDOW_MS), Ok(()));
    }

    #[test]
    fn a_device_name_is_short_and_plain() {
        assert_eq!(shortened("Front\u{7}desk\nPC", 9), "Frontdesk");
        assert_eq!(shortened("ééé", 5), "éé");
    }
}
