//! What one node tells another: values, bounded by whoever makes and whoever reads them.

use crate::frame::Light;
use corridor_domain::ids::{ConversationId, PersonId};

/// A light as nodes compare it: of two, the one that was set later stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Standing {
    /// Counts how often the person set their light, on any node, since they came. No clock: those of two nodes may differ.
    pub version: u64,
    /// The light.
    pub light: Light,
}

impl Standing {
    /// Of somebody who came and set nothing yet.
    pub const CAME: Self = Self {
        version: 0,
        light: Light::Available,
    };

    /// Of somebody who went.
    pub const WENT: Self = Self {
        version: 0,
        light: Light::Offline,
    };
}

/// Somebody is writing, or stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Typing {
    /// Where.
    pub conversation: ConversationId,
    /// Who.
    pub person: PersonId,
    /// Writing.
    pub active: bool,
}

/// Which part of everything a telling is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    /// Counted from 0.
    pub index: u16,
    /// Of how many.
    pub count: u16,
}

/// One message from node to node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Telling {
    /// Drawn when the teller started: what an earlier life told is void.
    pub life: u64,
    /// Counts the tellings of that life, from 1: an older one that comes late is not heard.
    pub number: u64,
    /// `None`: changes. Else a part of everything; what no part contains is no more.
    pub part: Option<Part>,
    /// Lights of people with a device there. Among changes, `Offline` for who went.
    pub lights: Vec<(PersonId, Standing)>,
    /// Who is writing there. Among changes, also who stopped.
    pub typing: Vec<Typing>,
}
