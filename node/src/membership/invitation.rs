//! Invitations that this node gave: few, short-lived, good once, kept in memory as hashes. A restart forgets them.
//!
//! Wrong tries are counted, for each address and for all. Refuses to know what whoever is let in gets.

use super::token::Token;
use corridor_domain::limits;
use corridor_storage::world::World;
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

const NS_PER_MS: u64 = 1_000_000;

/// Why there is no new invitation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InviteError {
    /// For longer than an invitation may live, or not at all.
    #[error("an invitation is good for at least 1 minute and at most {} minutes", limits::INVITATION_VALID_MS_MAX / 60_000)]
    Validity,
    /// So many are good already.
    #[error(
        "{} invitations are good already; use one, or wait until the first has ended",
        limits::INVITATIONS_COUNT_MAX
    )]
    TooMany,
}

/// Why an invitation does not let anybody in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unredeemed {
    /// Never given, used already, or given before this node was started.
    #[error("this node does not know the invitation: it was used, or the node was started again since; make a new one")]
    Unknown,
    /// Its time is over.
    #[error("the invitation has ended; make a new one with `corridor cluster invite`")]
    Ended,
    /// Too many wrong ones came.
    #[error("too many wrong invitations came; wait a quarter of an hour, then try again")]
    TooManyTries,
}

/// An invitation that was good, taken out. Handed back if certainly nobody was let in with it.
#[must_use]
pub struct Redeemed {
    id: [u8; 8],
    invitation: Invitation,
}

#[derive(Clone)]
struct Invitation {
    hash: [u8; 32],
    ends_ns: u64,
    instead_of: Option<u64>,
}

impl Redeemed {
    /// The node in whose place whoever comes is let in.
    pub fn instead_of(&self) -> Option<u64> {
        self.invitation.instead_of
    }
}

/// Those that are good, and who tried others.
pub struct Invitations {
    world: Arc<dyn World>,
    inner: Mutex<Inner>,
}

#[derive(Default)]
struct Inner {
    good: HashMap<[u8; 8], Invitation>,
    failures: Failures,
}

/// Wrong tries since the window began. As many entries as tries count in all, at most.
#[derive(Default)]
struct Failures {
    began_ns: u64,
    count: u32,
    of: HashMap<IpAddr, u32>,
}

impl Invitations {
    /// None yet.
    pub fn new(world: Arc<dyn World>) -> Self {
        Self {
            world,
            inner: Mutex::default(),
        }
    }

    /// A new one, for the cluster whose authority's certificate has this SHA-256; whoever comes with it may take a node's place.
    pub fn invite(&self, valid_ms: u64, authority: [u8; 32], instead_of: Option<u64>) -> Result<Token, InviteError> {
        if valid_ms == 0 || valid_ms > limits::INVITATION_VALID_MS_MAX {
            return Err(InviteError::Validity);
        }
        let now_ns = self.world.monotonic_ns();
        let mut inner = self.lock();
        inner.good.retain(|_, invitation| now_ns < invitation.ends_ns);
        if inner.good.len() >= limits::INVITATIONS_COUNT_MAX {
            return Err(InviteError::TooMany);
        }
        let mut token = Token {
            id: [0; 8],
            secret: Zeroizing::new([0; 16]),
            authority,
        };
        self.world.fill_random(&mut token.id);
        self.world.fill_random(token.secret.as_mut());
        let invitation = Invitation {
            hash: hash(&token.id, &token.secret),
            ends_ns: now_ns.saturating_add(valid_ms * NS_PER_MS),
            instead_of,
        };
        inner.good.insert(token.id, invitation);
        Ok(token)
    }

    /// Takes an invitation that somebody at this address shows.
    pub fn redeem(&self, id: &[u8; 8], secret: &[u8; 16], from: IpAddr) -> Result<Redeemed, Unredeemed> {
        let now_ns = self.world.monotonic_ns();
        let from = place_of(from);
        let shown = hash(id, secret);
        let mut inner = self.lock();
        inner.failures.begin_anew_if_over(now_ns);
        if inner.failures.is_too_many(from) {
            return Err(Unredeemed::TooManyTries);
        }
        let is_shown = |invitation: &Invitation| bool::from(invitation.hash.ct_eq(&shown));
        match inner.good.get(id).filter(|invitation| is_shown(invitation)) {
            Some(invitation) if now_ns >= invitation.ends_ns => Err(Unredeemed::Ended),
            Some(_) => {
                let found = inner.good.remove(id).map(|invitation| Redeemed { id: *id, invitation });
                found.ok_or(Unredeemed::Unknown)
            }
            None => {
                inner.failures.note(from);
                Err(Unredeemed::Unknown)
            }
        }
    }

    /// Makes it good again, for as long as it was.
    pub fn hand_back(&self, redeemed: Redeemed) {
        self.lock().good.insert(redeemed.id, redeemed.invitation);
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Failures {
    fn begin_anew_if_over(&mut self, now_ns: u64) {
        if now_ns.saturating_sub(self.began_ns) >= limits::INVITATION_FAILURES_WINDOW_MS * NS_PER_MS {
            *self = Self {
                began_ns: now_ns,
                ..Self::default()
            };
        }
    }

    fn is_too_many(&self, from: IpAddr) -> bool {
        let of_this = self.of.get(&from).copied().unwrap_or_default();
        self.count >= limits::INVITATION_FAILURES_MAX || of_this >= limits::INVITATION_FAILURES_PER_ADDRESS_MAX
    }

    fn note(&mut self, from: IpAddr) {
        self.count += 1;
        *self.of.entry(from).or_default() += 1;
    }
}

fn hash(id: &[u8; 8], secret: &[u8; 16]) -> [u8; 32] {
    let digest = Sha256::new()
        .chain_update(b"corridor invitation")
        .chain_update(id)
        .chain_update(secret);
    digest.finalize().into()
}

/// What counts as one address: of IPv6 the network, because a machine has as many addresses in it as it likes.
fn place_of(from: IpAddr) -> IpAddr {
    match from.to_canonical() {
        IpAddr::V6(address) => {
            let network = u128::from(address) >> 64 << 64;
            IpAddr::V6(Ipv6Addr::from(network))
        }
        address => address,
    }
}

#[cfg(test)]
mod tests {
    use super::{Invitations, InviteError, Token, Unredeemed};
    use corridor_domain::limits;
    use corridor_storage::world::TestWorld;
    use std::net::IpAddr;
    use std::sync::Arc;

    const MINUTE_MS: u64 = 60_000;

    fn invitations() -> (Invitations, Arc<TestWorld>) {
        let world = Arc::new(TestWorld::new(0, 11));
        (Invitations::new(Arc::clone(&world) as _), world)
    }

    fn address(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    fn redeem(invitations: &Invitations, token: &Token, from: &str) -> Result<(), Unredeemed> {
        invitations.redeem(&token.id, &token.secret, address(from)).map(drop)
    }

    #[test]
    fn an_invitation_is_good_once_and_in_its_time() {
        let (invitations, world) = invitations();
        let [first, second] = [(); 2].map(|()| invitations.invite(5 * MINUTE_MS, [1; 32], None).unwrap());
        assert!(first.id != second.id && first.secret != second.secret);
        world.advance_ms(5 * MINUTE_MS - 1);
        // Whoever sets the clock back gets no longer time.
        world.set_now_ms(0);
        assert_eq!(redeem(&invitations, &first, "192.0.2.1"), Ok(()));
        assert_eq!(redeem(&invitations, &first, "192.0.2.1"), Err(Unredeemed::Unknown));
        world.advance_ms(1);
        assert_eq!(redeem(&invitations, &second, "192.0.2.1"), Err(Unredeemed::Ended));
        let (restarted, _) = self::invitations();
        assert_eq!(redeem(&restarted, &second, "192.0.2.1"), Err(Unredeemed::Unknown));
    }

    #[test]
    fn what_let_nobody_in_is_handed_back() {
        let (invitations, world) = invitations();
        let token = invitations.invite(MINUTE_MS, [1; 32], None).unwrap();
        let from = address("192.0.2.1");
        let redeemed = invitations.redeem(&token.id, &token.secret, from).ok().unwrap();
        invitations.hand_back(redeemed);
        assert_eq!(redeem(&invitations, &token, "192.0.2.1"), Ok(()));
        let token = invitations.invite(MINUTE_MS, [1; 32], None).unwrap();
        let redeemed = invitations.redeem(&token.id, &token.secret, from).ok().unwrap();
        world.advance_ms(MINUTE_MS);
        invitations.hand_back(redeemed);
        assert_eq!(redeem(&invitations, &token, "192.0.2.1"), Err(Unredeemed::Ended));
    }

    #[test]
    fn few_at_once_and_none_for_ever() {
        let (invitations, world) = invitations();
        for wrong in [0, limits::INVITATION_VALID_MS_MAX + 1, u64::MAX] {
            assert_eq!(
                invitations.invite(wrong, [1; 32], None).err(),
                Some(InviteError::Validity)
            );
        }
        for _ in 0..limits::INVITATIONS_COUNT_MAX {
            assert!(invitations.invite(MINUTE_MS, [1; 32], None).is_ok());
        }
        assert_eq!(
            invitations.invite(MINUTE_MS, [1; 32], None).err(),
            Some(InviteError::TooMany)
        );
        world.advance_ms(MINUTE_MS);
        assert!(
            invitations
                .invite(limits::INVITATION_VALID_MS_MAX, [1; 32], None)
                .is_ok()
        );
    }

    #[test]
    fn who_guesses_is_no_longer_listened_to() {
        let (invitations, world) = invitations();
        let good = invitations.invite(60 * MINUTE_MS, [1; 32], None).unwrap();
        let mut wrong = good.clone();
        wrong.secret[15] ^= 1;
        for last in 1..=limits::INVITATION_FAILURES_PER_ADDRESS_MAX {
            // One network of IPv6 is one address.
            let from = format!("2001:db8::{last}");
            assert_eq!(redeem(&invitations, &wrong, &from), Err(Unredeemed::Unknown));
        }
        assert_eq!(
            redeem(&invitations, &good, "2001:db8::99"),
            Err(Unredeemed::TooManyTries)
        );
        for count in limits::INVITATION_FAILURES_PER_ADDRESS_MAX..limits::INVITATION_FAILURES_MAX {
            let from = format!("192.0.2.{count}");
            assert_eq!(redeem(&invitations, &wrong, &from), Err(Unredeemed::Unknown));
        }
        assert_eq!(
            redeem(&invitations, &good, "198.51.100.1"),
            Err(Unredeemed::TooManyTries)
        );
        world.advance_ms(limits::INVITATION_FAILURES_WINDOW_MS);
        assert_eq!(redeem(&invitations, &good, "2001:db8::1"), Ok(()));
    }
}
