//! Who is let in: the bounds of the edge in one place, asked by the door, by every request and by every socket.
//!
//! Stands before step 1 of a message's way. Everything here is counted or metered by address; it refuses to know people, whose
//! own rates the actors keep. Whoever is refused is told when to come back, and not all of them the same moment.

mod admission;
mod places;

pub use admission::Admission;
pub use places::{Network, Place, Places};

use crate::failure::Failure;
use corridor_actors::SubmitError;
use corridor_actors::rates::{Rate, Rates};
use corridor_domain::limits;
use corridor_storage::high_water;
use corridor_storage::world::World;
use std::net::IpAddr;
use std::sync::Arc;

/// The bounds that a configuration may set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// TCP connections open at once.
    pub connections: usize,
    /// Of these, from one address.
    pub connections_per_address: usize,
    /// HTTP requests being answered at once.
    pub requests_in_flight: usize,
    /// HTTP requests of one address.
    pub requests: Rate,
    /// Sign-ins of one address.
    pub sign_ins: Rate,
    /// Sockets signed in at once.
    pub sockets: usize,
    /// Sockets opened on this node.
    pub socket_openings: Rate,
    /// Frames of one socket.
    pub frames: Rate,
}

impl Default for Bounds {
    fn default() -> Self {
        let rate = |per_second, burst| Rate { per_second, burst };
        Self {
            connections: limits::CONNECTIONS_COUNT_MAX,
            connections_per_address: limits::CONNECTIONS_PER_ADDRESS_COUNT_MAX,
            requests_in_flight: limits::HTTP_REQUESTS_IN_FLIGHT_COUNT_MAX,
            requests: rate(limits::HTTP_REQUESTS_PER_SECOND, limits::HTTP_REQUESTS_BURST),
            sign_ins: rate(limits::SIGN_INS_PER_SECOND, limits::SIGN_INS_BURST),
            sockets: limits::SOCKETS_COUNT_MAX,
            socket_openings: rate(limits::SOCKET_OPENINGS_PER_SECOND, limits::SOCKET_OPENINGS_BURST),
            frames: rate(limits::FRAMES_PER_SECOND, limits::FRAMES_BURST),
        }
    }
}

/// The bounds of one node's edge, and what stands against them now.
pub struct Gate {
    bounds: Bounds,
    world: Arc<dyn World>,
    admission: Admission,
    requests: Rates<Network>,
    sign_ins: Rates<Network>,
    wakings: Rates<Network>,
    in_flight: Places,
    greeting: Places,
}

impl Gate {
    /// Nobody is in.
    pub fn new(bounds: Bounds, world: Arc<dyn World>) -> Self {
        high_water::SOCKETS.set_limit(bounds.sockets);
        Self {
            bounds,
            admission: Admission::new(bounds.socket_openings, world.monotonic_ns()),
            requests: Rates::new(bounds.requests),
            sign_ins: Rates::new(bounds.sign_ins),
            wakings: Rates::new(Rate {
                per_second: limits::WORKSPACE_WAKINGS_PER_SECOND,
                burst: limits::WORKSPACE_WAKINGS_BURST,
            }),
            in_flight: Places::new(
                bounds.requests_in_flight,
                limits::HTTP_REQUESTS_IN_FLIGHT_PER_ADDRESS_COUNT_MAX,
                &high_water::REQUESTS,
            ),
            greeting: Places::new(
                limits::SOCKETS_BEFORE_SIGN_IN_COUNT_MAX,
                limits::SOCKETS_BEFORE_SIGN_IN_PER_ADDRESS_COUNT_MAX,
                &high_water::SOCKETS_BEFORE_SIGN_IN,
            ),
            world,
        }
    }

    /// The bounds.
    pub fn bounds(&self) -> &Bounds {
        &self.bounds
    }

    /// Lets a request in: not too many of one address, and not too many at once. The place is held until it is answered.
    pub fn request(&self, address: IpAddr) -> Result<Place, Failure> {
        let network = Network::of(address);
        self.requests
            .take(network, self.world.monotonic_ns())
            .map_err(|retry_after_ms| Failure::RateLimited { retry_after_ms })?;
        self.in_flight.take(network).ok_or_else(|| self.overloaded())
    }

    /// Lets a sign-in try its password.
    pub fn sign_in(&self, address: IpAddr) -> Result<(), Failure> {
        self.sign_ins
            .take(Network::of(address), self.world.monotonic_ns())
            .map_err(|retry_after_ms| Failure::RateLimited { retry_after_ms })
    }

    /// Lets somebody ask for a workspace that is not awake.
    pub fn waking(&self, address: IpAddr) -> Result<(), Failure> {
        self.wakings
            .take(Network::of(address), self.world.monotonic_ns())
            .map_err(|retry_after_ms| Failure::RateLimited { retry_after_ms })
    }

    /// Lets a socket be opened. `is_known`: its request carries a live session; `signed_in`: sockets there are. The place is held
    /// until it said who it is.
    pub fn socket(&self, address: IpAddr, is_known: bool, signed_in: u64) -> Result<Place, Failure> {
        if signed_in >= self.bounds.sockets as u64 {
            return Err(self.overloaded());
        }
        let place = self
            .greeting
            .take(Network::of(address))
            .ok_or_else(|| self.overloaded())?;
        self.admission
            .admit(is_known, self.world.monotonic_ns())
            .map_err(|retry_after_ms| Failure::Submit(SubmitError::Overloaded { retry_after_ms }))?;
        Ok(place)
    }

    /// When a socket that is sent away now shall come back: each a little later than the one before.
    pub fn come_back_ms(&self) -> u64 {
        limits::GOODBYE_RETRY_AFTER_MS + self.admission.turn_ms(self.world.monotonic_ns())
    }

    fn overloaded(&self) -> Failure {
        Failure::Submit(SubmitError::Overloaded {
            retry_after_ms: self.come_back_ms(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use corridor_storage::world::TestWorld;

    const HOME: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);

    fn gate(change: impl FnOnce(&mut Bounds)) -> (Gate, Arc<TestWorld>) {
        let world = Arc::new(TestWorld::new(0, 1));
        let mut bounds = Bounds::default();
        change(&mut bounds);
        (Gate::new(bounds, world.clone()), world)
    }

    fn refused<T>(outcome: Result<T, Failure>) -> (u16, Option<u64>) {
        let problem = outcome.err().unwrap().problem();
        (problem.status, problem.retry_after_ms)
    }

    #[test]
    fn one_request_too_many_is_told_when_to_come_back() {
        let (gate, _) = gate(|bounds| bounds.requests_in_flight = 2);
        let held = [gate.request(HOME).unwrap(), gate.request(HOME).unwrap()];
        assert_eq!(refused(gate.request(HOME)), (503, Some(1_004)));
        drop(held);
        assert!(gate.request(HOME).is_ok());
    }

    #[test]
    fn an_address_has_its_own_rate() {
        let (gate, world) = gate(|bounds| {
            bounds.requests = Rate {
                per_second: 1,
                burst: 2,
            };
        });
        assert!((0..2).all(|_| gate.request(HOME).is_ok()));
        assert_eq!(refused(gate.request(HOME)), (429, Some(1_000)));
        assert!(gate.request("192.0.2.1".parse().unwrap()).is_ok());
        world.advance_ms(1_000);
        assert!(gate.request(HOME).is_ok());
    }

    #[test]
    fn sockets_end_where_the_bound_is() {
        let (gate, _) = gate(|bounds| bounds.sockets = 2);
        assert!(gate.socket(HOME, false, 1).is_ok());
        assert_eq!(refused(gate.socket(HOME, true, 2)).0, 503);
    }

    #[test]
    fn goodbyes_are_spread() {
        let (gate, _) = gate(|_| {});
        let mut told: Vec<u64> = (0..2_000).map(|_| gate.come_back_ms()).collect();
        told.dedup();
        assert_eq!((told.len(), told[0], told[1_999]), (2_000, 1_004, 9_000));
    }
}
