//! Places that are taken one by one: so many in all, and so many for one address. A place is given back when it is dropped.

use corridor_storage::high_water::HighWater;
use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// An address as it is counted: one of IPv4, or the /64 that one household of IPv6 has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Network {
    /// One address.
    V4(Ipv4Addr),
    /// The first half of one.
    V6(u64),
}

impl Network {
    /// Where an address belongs. IPv4 within IPv6 is IPv4.
    pub fn of(address: IpAddr) -> Self {
        match address.to_canonical() {
            IpAddr::V4(address) => Self::V4(address),
            IpAddr::V6(address) => Self::V6((address.to_bits() >> 64) as u64),
        }
    }
}

/// Places, some of which are taken. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Places {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    in_all_max: usize,
    per_network_max: usize,
    mark: &'static HighWater,
    taken: Mutex<Taken>,
}

#[derive(Debug, Default)]
struct Taken {
    in_all: usize,
    /// Only networks that hold a place: there are never more of them than places.
    by_network: HashMap<Network, usize>,
}

/// One place.
#[derive(Debug)]
pub struct Place {
    inner: Arc<Inner>,
    network: Network,
}

impl Places {
    /// So many in all, and so many for one address; `mark` remembers how many there ever were.
    pub fn new(in_all_max: usize, per_network_max: usize, mark: &'static HighWater) -> Self {
        mark.set_limit(in_all_max);
        Self {
            inner: Arc::new(Inner {
                in_all_max,
                per_network_max,
                mark,
                taken: Mutex::default(),
            }),
        }
    }

    /// Takes one, if there is one.
    pub fn take(&self, network: Network) -> Option<Place> {
        let inner = &self.inner;
        let mut taken = inner.lock();
        let own = taken.by_network.get(&network).copied().unwrap_or(0);
        if taken.in_all >= inner.in_all_max || own >= inner.per_network_max {
            return None;
        }
        taken.in_all += 1;
        taken.by_network.insert(network, own + 1);
        inner.mark.note(taken.in_all);
        Some(Place {
            inner: Arc::clone(inner),
            network,
        })
    }
}

impl Inner {
    fn lock(&self) -> MutexGuard<'_, Taken> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.inner.lock();
        taken.in_all -= 1;
        match taken.by_network.get_mut(&self.network) {
            Some(own) if *own > 1 => *own -= 1,
            _ => {
                taken.by_network.remove(&self.network);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    static MARK: HighWater = HighWater::new("test", 0);

    #[test]
    fn places_are_bounded_in_all_and_by_address_and_come_back() {
        let places = Places::new(3, 2, &MARK);
        let network = |text: &str| Network::of(text.parse().unwrap());
        let (near, far, farther) = (network("192.0.2.1"), network("2001:db8::1"), network("2001:db8:0:1::1"));
        let held: Vec<_> = [near, near].iter().filter_map(|from| places.take(*from)).collect();
        assert!(places.take(near).is_none(), "an address has its share");
        let last = places.take(far).unwrap();
        assert!(places.take(farther).is_none(), "there are no more");
        drop(held);
        drop(last);
        assert!(places.inner.lock().by_network.is_empty());
        assert!(places.take(farther).is_some());
        assert_eq!((MARK.most(), MARK.limit()), (3, 3));
    }

    #[test]
    fn an_address_counts_as_its_network() {
        let network = |text: &str| Network::of(text.parse().unwrap());
        assert_eq!(network("2001:db8::1"), network("2001:db8::ffff:1:2:3"));
        assert_ne!(network("2001:db8::1"), network("2001:db8:0:1::1"));
        assert_eq!(network("::ffff:192.0.2.1"), network("192.0.2.1"));
        assert_ne!(network("192.0.2.1"), network("192.0.2.2"));
    }
}
