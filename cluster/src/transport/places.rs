//! Places for connections that nobody vouches for yet: so many in all, so many from one address.
//!
//! Stands at the listener, so that strangers who are silent keep nobody else out for long. Refuses to know what they want.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use corridor_domain::limits;

/// Places, some of which are taken.
#[derive(Debug, Default)]
pub(crate) struct Places {
    taken: Mutex<HashMap<IpAddr, usize>>,
}

/// One place; free again when this is dropped.
#[derive(Debug)]
pub(crate) struct Place {
    places: Arc<Places>,
    network: IpAddr,
}

impl Places {
    /// Takes one, if there is one.
    pub fn take(self: &Arc<Self>, from: IpAddr) -> Option<Place> {
        let network = network(from);
        let mut taken = self.lock();
        let in_all: usize = taken.values().sum();
        let own = taken.get(&network).copied().unwrap_or(0);
        if in_all >= limits::PEER_HANDSHAKES_COUNT_MAX || own >= limits::PEER_HANDSHAKES_PER_ADDRESS_COUNT_MAX {
            return None;
        }
        taken.insert(network, own + 1);
        Some(Place {
            places: Arc::clone(self),
            network,
        })
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<IpAddr, usize>> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One address of IPv4, or the /64 that one household of IPv6 has.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() >> 64 << 64)),
        address => address,
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.places.lock();
        match taken.get_mut(&self.network) {
            Some(own) if *own > 1 => *own -= 1,
            _ => {
                taken.remove(&self.network);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use corridor_domain::limits;

    use super::Places;

    #[test]
    fn an_address_has_its_share_and_all_have_theirs() {
        let places = Arc::new(Places::default());
        let take = |from: &str| places.take(from.parse().unwrap());
        let share = limits::PEER_HANDSHAKES_PER_ADDRESS_COUNT_MAX;
        let near: Vec<_> = (0..2 * share).filter_map(|_| take("192.0.2.1")).collect();
        assert_eq!(near.len(), share);
        let household = (0..2 * share).filter_map(|host| take(&format!("2001:db8::{host:x}")));
        let household: Vec<_> = household.collect();
        assert_eq!(household.len(), share);
        let others = (0..limits::PEER_HANDSHAKES_COUNT_MAX).filter_map(|host| take(&format!("198.51.100.{host}")));
        let others: Vec<_> = others.collect();
        assert_eq!(others.len(), limits::PEER_HANDSHAKES_COUNT_MAX - 2 * share);
        drop((near, household, others));
        assert!(places.lock().is_empty());
        assert!(take("192.0.2.1").is_some());
    }
}
