//! Connections that were refused, by this node or to it: counted by reason, and said in the log, but not as often as a stranger
//! likes.
//!
//! Stands beside both ends of a connection. Refuses to know what happens next.

use std::collections::HashMap;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use corridor_domain::limits;
use corridor_storage::world::World;

use crate::metrics::PEER_HANDSHAKES_REFUSED;

/// Why there is no connection. Each is a label of the figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reason {
    /// No certificate, or one that is not of this cluster's authority, or not of today.
    Certificate,
    /// A genuine certificate of somebody else.
    Name,
    /// Another cluster.
    Cluster,
    /// No version that both speak.
    Version,
    /// Something else is spoken there.
    Protocol,
    /// It took too long.
    Timeout,
    /// There are too many.
    Places,
    /// The other side refused, for a reason of its own.
    Other,
    /// It was only gone: nothing to report.
    Gone,
}

impl Reason {
    /// As a label.
    pub fn label(self) -> &'static str {
        match self {
            Self::Certificate => "certificate",
            Self::Name => "name",
            Self::Cluster => "cluster",
            Self::Version => "version",
            Self::Protocol => "protocol",
            Self::Timeout => "timeout",
            Self::Places => "places",
            Self::Other | Self::Gone => "other",
        }
    }
}

/// A connection that did not come about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refused {
    pub reason: Reason,
    /// For people.
    pub why: String,
}

impl Refused {
    pub fn new(reason: Reason, why: impl Into<String>) -> Self {
        Self {
            reason,
            why: why.into(),
        }
    }

    /// What TLS or the system says.
    pub fn from_io(error: &io::Error) -> Self {
        let tls = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
        let reason = match (tls, error.kind()) {
            (Some(error), _) => of_tls(error),
            (None, io::ErrorKind::InvalidData) => Reason::Protocol,
            (None, io::ErrorKind::TimedOut) => Reason::Timeout,
            (None, _) => Reason::Gone,
        };
        Self::new(reason, error.to_string())
    }
}

fn of_tls(error: &rustls::Error) -> Reason {
    use rustls::{AlertDescription as Alert, CertificateError, Error};
    match error {
        Error::InvalidCertificate(
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
        ) => Reason::Name,
        Error::InvalidCertificate(_) | Error::NoCertificatesPresented => Reason::Certificate,
        Error::AlertReceived(
            Alert::BadCertificate
            | Alert::CertificateExpired
            | Alert::CertificateUnknown
            | Alert::CertificateRequired
            | Alert::DecryptError
            | Alert::UnknownCA,
        ) => Reason::Certificate,
        _ => Reason::Protocol,
    }
}

/// Says it once in a while.
pub(crate) struct Refusals {
    world: Arc<dyn World>,
    /// When an address was last in the log.
    said_ns: Mutex<HashMap<String, u64>>,
}

impl Refusals {
    pub fn new(world: Arc<dyn World>) -> Self {
        Self {
            world,
            said_ns: Mutex::default(),
        }
    }

    /// A caller was refused.
    pub fn incoming(&self, from: &str, refused: &Refused) {
        if refused.reason == Reason::Gone {
            return;
        }
        PEER_HANDSHAKES_REFUSED.add(&["in", refused.reason.label()], 1);
        if self.is_due(format!("from {from}")) {
            let why = &refused.why;
            tracing::warn!(from, why, "a connection was refused; it changed nothing");
        }
    }

    /// Whoever was called is not the node that was meant, or did not take us for one.
    pub fn outgoing(&self, node: u64, address: &str, refused: &Refused) {
        if refused.reason == Reason::Gone {
            return;
        }
        PEER_HANDSHAKES_REFUSED.add(&["out", refused.reason.label()], 1);
        // A node that is paused or cut off is no reason to warn: its lag is watched elsewhere.
        if refused.reason != Reason::Timeout && self.is_due(format!("to {address}")) {
            let why = &refused.why;
            tracing::warn!(
                node,
                address,
                why,
                "no connection to a node: one side refused the other"
            );
        }
    }

    fn is_due(&self, address: String) -> bool {
        let now_ns = self.world.monotonic_ns();
        let interval_ns = limits::PEER_REFUSAL_LOG_INTERVAL_MS * 1_000_000;
        let recent = |said_ns: u64| now_ns.saturating_sub(said_ns) < interval_ns;
        let mut said_ns = self.said_ns.lock().unwrap_or_else(PoisonError::into_inner);
        if said_ns.get(&address).is_some_and(|said_ns| recent(*said_ns)) {
            return false;
        }
        if said_ns.len() >= limits::PEER_REFUSALS_WATCHED_COUNT_MAX {
            said_ns.retain(|_, said_ns| recent(*said_ns));
        }
        // A crowd of addresses is counted, and does not fill the log.
        let is_due = said_ns.len() < limits::PEER_REFUSALS_WATCHED_COUNT_MAX;
        if is_due {
            said_ns.insert(address, now_ns);
        }
        is_due
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use corridor_domain::limits;
    use corridor_storage::world::TestWorld;

    use super::Refusals;

    #[test]
    fn an_address_is_in_the_log_once_a_minute_and_a_crowd_is_not() {
        let world = Arc::new(TestWorld::new(0, 0));
        let refusals = Refusals::new(Arc::<TestWorld>::clone(&world));
        let due = |number: usize| refusals.is_due(number.to_string());
        assert!(due(0));
        assert!(!due(0));
        let crowd = (1..3 * limits::PEER_REFUSALS_WATCHED_COUNT_MAX).filter(|number| due(*number));
        assert_eq!(crowd.count(), limits::PEER_REFUSALS_WATCHED_COUNT_MAX - 1);
        world.advance_ms(limits::PEER_REFUSAL_LOG_INTERVAL_MS);
        assert!(due(0) && due(5) && !due(5));
    }
}
