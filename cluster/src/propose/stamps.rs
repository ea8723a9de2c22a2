//! The leader's time as it goes into the log: its clock, and where that stands behind what was stamped before, half as fast as time passes.
//!
//! Pure. Stands beside the carrier. Clocks are wrong, and one that was an hour ahead and was put right must not make time stand still for
//! an hour: what was granted for five minutes would be open for all of it. Stamps never go back either. It refuses to know whose clock
//! was right.

const NS_PER_MS: u64 = 1_000_000;

/// Where the stamps stand.
#[derive(Debug, Default)]
pub(super) struct Stamps {
    /// A stamp, and the monotonic time at which it was given.
    anchor: (u64, u64),
}

impl Stamps {
    /// The next stamp, in milliseconds: `wall_ms` by this node's clock, `now_ns` by its monotonic one, `state_ms` is the last that was
    /// applied, by whomever it was stamped.
    pub fn next(&mut self, wall_ms: u64, now_ns: u64, state_ms: u64) -> u64 {
        let (stamped_ms, at_ns) = self.anchor;
        let at_least_ms = stamped_ms + now_ns.saturating_sub(at_ns) / NS_PER_MS / 2;
        let stamp_ms = wall_ms.max(at_least_ms).max(state_ms);
        if stamp_ms > at_least_ms {
            self.anchor = (stamp_ms, now_ns);
        }
        stamp_ms
    }
}

#[cfg(test)]
mod tests {
    use super::{NS_PER_MS, Stamps};

    const MINUTE_MS: u64 = 60_000;
    const MINUTE_NS: u64 = MINUTE_MS * NS_PER_MS;
    const BEGIN_MS: u64 = 1_000 * MINUTE_MS;

    #[test]
    fn a_clock_that_is_right_is_believed() {
        let mut stamps = Stamps::default();
        for minute in 0..5 {
            let wall_ms = BEGIN_MS + minute * MINUTE_MS;
            assert_eq!(stamps.next(wall_ms, 7 + minute * MINUTE_NS, 0), wall_ms);
        }
    }

    #[test]
    fn after_a_clock_was_ahead_time_goes_on_half_as_fast_until_the_clock_is_there() {
        let mut stamps = Stamps::default();
        let ahead_ms = BEGIN_MS + 10 * MINUTE_MS;
        assert_eq!(stamps.next(ahead_ms, 0, 0), ahead_ms);
        // Put right, and asked a thousand times a second.
        for passed_ms in 1..=20 * MINUTE_MS {
            let stamp_ms = stamps.next(BEGIN_MS + passed_ms, passed_ms * NS_PER_MS, 0);
            assert_eq!(stamp_ms, (ahead_ms + passed_ms / 2).max(BEGIN_MS + passed_ms));
        }
        let late_ms = BEGIN_MS + 21 * MINUTE_MS;
        assert_eq!(stamps.next(late_ms, 21 * MINUTE_NS, 0), late_ms);
    }

    #[test]
    fn who_leads_after_a_clock_that_was_ahead_goes_on_from_there_and_no_faster() {
        let mut stamps = Stamps::default();
        let state_ms = BEGIN_MS + 60 * MINUTE_MS;
        assert_eq!(stamps.next(BEGIN_MS, 0, state_ms), state_ms);
        assert_eq!(
            stamps.next(BEGIN_MS + 4 * MINUTE_MS, 4 * MINUTE_NS, state_ms),
            state_ms + 2 * MINUTE_MS
        );
        // Another one led and was further: its stamps stand, and nothing is counted twice.
        let further_ms = state_ms + 10 * MINUTE_MS;
        assert_eq!(
            stamps.next(BEGIN_MS + 20 * MINUTE_MS, 20 * MINUTE_NS, further_ms),
            further_ms
        );
        assert_eq!(
            stamps.next(BEGIN_MS + 22 * MINUTE_MS, 22 * MINUTE_NS, further_ms),
            further_ms + MINUTE_MS
        );
    }

    #[test]
    fn a_clock_that_goes_back_takes_no_stamp_back() {
        let mut stamps = Stamps::default();
        let first = stamps.next(BEGIN_MS, 0, 0);
        assert_eq!(stamps.next(BEGIN_MS - 60 * MINUTE_MS, 0, 0), first);
        assert_eq!(stamps.next(0, 2 * MINUTE_NS, first), first + MINUTE_MS);
    }
}
