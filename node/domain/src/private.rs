//! Words that must never slip into a log line: they show nothing when printed.
//!
//! Names, topics and reasons are [`Private`]; message bodies are [`Sealed`] long before they get here. Knows no keys: sealing
//! and opening are `storage`'s.

use serde::{Deserialize, Serialize};
use std::fmt;

/// Readable text about people. Printing it shows its length only.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub struct Private(String);

impl Private {
    /// Wraps the text.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text, for those who write it to whom it is for.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Private {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[private, {} bytes]", self.0.len())
    }
}

impl From<&str> for Private {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

/// Content sealed under a key of its conversation. Nobody on this floor can open it.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Sealed(pub Vec<u8>);

impl fmt::Debug for Sealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[sealed, {} bytes]", self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn printing_shows_nothing() {
        let text = format!("{:?} {:?}", Private::new("Maria Garcia"), Sealed(b"canary".to_vec()));
        assert!(!text.contains("Maria") && !text.contains("99"), "{text}");
    }
}
