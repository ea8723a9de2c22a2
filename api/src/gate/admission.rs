//! How fast sockets are opened: a token bucket for the whole node, and a queue of promises for those who are refused.
//!
//! After a break every device comes back at once, and each costs a replay. Whoever finds no token is told when its turn would be:
//! turns follow one another at the same rate as tokens, so that a storm comes back as a stream. Pure; time comes with each question.

use corridor_actors::rates::{Bucket, Rate};
use corridor_domain::limits;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Who may open a socket now.
#[derive(Debug)]
pub struct Admission {
    rate: Rate,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    bucket: Bucket,
    /// The last turn that was promised.
    promised_ns: u64,
}

impl Admission {
    /// Nobody came yet.
    pub fn new(rate: Rate, now_ns: u64) -> Self {
        Self {
            rate,
            state: Mutex::new(State {
                bucket: Bucket::full(rate, now_ns),
                promised_ns: now_ns,
            }),
        }
    }

    /// Lets one in, or says in how many milliseconds its turn is. Half of the burst is kept for those who are known: strangers
    /// who knock all day do not keep them out.
    pub fn admit(&self, is_known: bool, now_ns: u64) -> Result<(), u64> {
        let mut state = self.lock();
        let reserve = if is_known { 0 } else { self.rate.burst / 2 };
        match state.bucket.take_above(reserve, self.rate, now_ns) {
            Ok(()) => Ok(()),
            Err(_) => Err(self.promise(&mut state, now_ns)),
        }
    }

    /// In how many milliseconds one more may come, after all who were told so before.
    pub fn turn_ms(&self, now_ns: u64) -> u64 {
        self.promise(&mut self.lock(), now_ns)
    }

    fn promise(&self, state: &mut State, now_ns: u64) -> u64 {
        const LONGEST_NS: u64 = limits::RETRY_AFTER_MS_MAX * 1_000_000;
        let step_ns = 1_000_000_000 / u64::from(self.rate.per_second.max(1));
        let turn_ns = state.promised_ns.max(now_ns) + step_ns;
        // Beyond the longest wait turns are given out anew from the middle of it: still spread, and never further away.
        state.promised_ns = match turn_ns - now_ns <= LONGEST_NS {
            true => turn_ns,
            false => now_ns + LONGEST_NS / 2,
        };
        (state.promised_ns - now_ns).div_ceil(1_000_000)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cmp::Reverse;
    use std::collections::BinaryHeap;

    const MS: u64 = 1_000_000;
    const RATE: Rate = Rate {
        per_second: limits::SOCKET_OPENINGS_PER_SECOND,
        burst: limits::SOCKET_OPENINGS_BURST,
    };

    /// Cuts that many clients at once; each comes when it is told. When the last one is in, and how often one was refused at most.
    fn storm(clients: u64, told: impl Fn(u64) -> u64) -> (u64, u32) {
        let admission = Admission::new(RATE, 0);
        let mut coming: BinaryHeap<_> = (0..clients).map(|client| Reverse((0, client, 0))).collect();
        let (mut last_ms, mut refusals_max) = (0, 0);
        while let Some(Reverse((at_ms, client, refusals))) = coming.pop() {
            match admission.admit(true, at_ms * MS) {
                Ok(()) => last_ms = at_ms,
                Err(wait_ms) => {
                    refusals_max = refusals_max.max(refusals + 1);
                    coming.push(Reverse((at_ms + told(wait_ms), client, refusals + 1)));
                }
            }
        }
        (last_ms, refusals_max)
    }

    #[test]
    fn a_storm_of_two_thousand_is_in_after_eight_seconds() {
        assert_eq!(storm(2_000, |wait_ms| wait_ms), (7_000, 1));
        // By the header, in whole seconds.
        let (last_ms, refusals) = storm(2_000, |wait_ms| wait_ms.div_ceil(1_000) * 1_000);
        assert!(last_ms <= 8_000 && refusals <= 2, "{last_ms} {refusals}");
    }

    #[test]
    fn nobody_is_told_to_wait_for_ever() {
        let admission = Admission::new(
            Rate {
                per_second: 1,
                burst: 1,
            },
            0,
        );
        let told: Vec<u64> = (0..200).map(|_| admission.turn_ms(0)).collect();
        assert!(told.iter().all(|wait_ms| *wait_ms <= limits::RETRY_AFTER_MS_MAX));
        assert_eq!((told[0], told[59], told[60]), (1_000, 60_000, 30_000));
        // When the promised turns are over, the next one is near again.
        assert_eq!(admission.turn_ms(1_000_000 * MS), 1_000);
    }

    #[test]
    fn strangers_leave_half_to_those_who_are_known() {
        let admission = Admission::new(
            Rate {
                per_second: 1,
                burst: 4,
            },
            0,
        );
        let strangers = (0..9).filter(|_| admission.admit(false, 0).is_ok()).count();
        let known = (0..9).filter(|_| admission.admit(true, 0).is_ok()).count();
        assert_eq!((strangers, known), (2, 2));
        assert!(admission.admit(false, 2_000 * MS).is_err());
        assert!(admission.admit(true, 2_000 * MS).is_ok());
    }
}
