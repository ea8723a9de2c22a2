//! The bars: figures that must be reached, or must not be exceeded. Pure.

use serde_json::{Value, json};

/// On which side of the bar a figure must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// The figure must reach it.
    AtLeast,
    /// The figure must not exceed it.
    AtMost,
}

/// A figure and what is asked of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Bar {
    /// Where the figure stands in the results.
    pub name: &'static str,
    /// What was measured.
    pub value: f64,
    /// What is asked.
    pub bar: f64,
    /// On which side.
    pub side: Side,
}

impl Bar {
    /// The figure must reach the bar.
    pub fn at_least(name: &'static str, value: f64, bar: f64) -> Self {
        let side = Side::AtLeast;
        Self { name, value, bar, side }
    }

    /// The figure must not exceed the bar.
    pub fn at_most(name: &'static str, value: f64, bar: f64) -> Self {
        let side = Side::AtMost;
        Self { name, value, bar, side }
    }

    /// Whether it is so. What is no number holds nothing.
    pub fn is_held(&self) -> bool {
        match self.side {
            Side::AtLeast => self.value >= self.bar,
            Side::AtMost => self.value <= self.bar,
        }
    }

    /// For the results.
    pub fn as_json(&self) -> Value {
        let side = match self.side {
            Side::AtLeast => "at_least",
            Side::AtMost => "at_most",
        };
        json!({ "name": self.name, "value": self.value, "side": side, "bar": self.bar, "held": self.is_held() })
    }
}

/// Acknowledged messages a second that a run must reach: so many, or so many for each sync that the disk does, whichever is lower.
pub fn acknowledged(most_per_s: f64, for_each_sync: f64, fdatasync_per_s: f64) -> f64 {
    most_per_s.min(for_each_sync * fdatasync_per_s)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_side_is_held_on_its_side() {
        assert!(Bar::at_least("a", 2.0, 2.0).is_held());
        assert!(!Bar::at_least("a", 1.9, 2.0).is_held());
        assert!(Bar::at_most("a", 2.0, 2.0).is_held());
        assert!(!Bar::at_most("a", 2.1, 2.0).is_held());
        assert!(!Bar::at_most("a", f64::NAN, 2.0).is_held());
        assert!(!Bar::at_least("a", f64::NAN, 2.0).is_held());
    }

    #[test]
    fn the_disk_lowers_a_bar_and_never_raises_it() {
        assert_eq!(acknowledged(8_000.0, 2.0, 5_000.0), 8_000.0);
        assert_eq!(acknowledged(8_000.0, 2.0, 1_000.0), 2_000.0);
    }
}
