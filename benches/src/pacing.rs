//! Sending at a given rate, whatever the answers do: each message has the moment at which it is due, and its latency counts from
//! there, so that a node that stalls is not let off by a client that waits with it. Pure.

/// A schedule: message `n` is due at the begin plus `n` intervals.
#[derive(Debug, Clone)]
pub struct Pace {
    begin_ns: u64,
    per_second: f64,
    given: u64,
}

impl Pace {
    /// From that moment on, so many a second.
    pub fn new(begin_ns: u64, per_second: f64) -> Self {
        Self {
            begin_ns,
            per_second: per_second.max(1e-3),
            given: 0,
        }
    }

    fn due_ns(&self, number: u64) -> u64 {
        self.begin_ns + (number as f64 * 1e9 / self.per_second) as u64
    }

    /// The next message that is due by now: its number, and the moment at which it was due.
    pub fn take(&mut self, now_ns: u64) -> Option<(u64, u64)> {
        let due_ns = self.due_ns(self.given);
        (due_ns <= now_ns).then(|| {
            self.given += 1;
            (self.given - 1, due_ns)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rate_is_kept_and_nothing_is_left_out() {
        let mut pace = Pace::new(1_000, 1_000.0);
        assert_eq!(pace.take(999), None);
        assert_eq!(pace.take(1_000), Some((0, 1_000)));
        assert_eq!(pace.take(1_000), None);
        // Late by three and a half intervals: three messages, each with the moment at which it was due.
        let late_ns = 3_501_000;
        let taken: Vec<_> = std::iter::from_fn(|| pace.take(late_ns)).collect();
        assert_eq!(taken, [(1, 1_001_000), (2, 2_001_000), (3, 3_001_000)]);
    }

    #[test]
    fn an_odd_rate_does_not_drift() {
        let mut pace = Pace::new(0, 7_777.7);
        let count = std::iter::from_fn(|| pace.take(10_000_000_000)).count();
        assert_eq!(count, 77_778);
    }
}
