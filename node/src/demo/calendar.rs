//! The demo's calendar: "three working days ago at 09:12" and "14 min ago", as Unix milliseconds.
//!
//! Pure. The clinic keeps Pacific standard time all year: an hour more or less does not matter to a story. Refuses to
//! know what happens at these times.

use std::cmp::Reverse;

const MINUTE_MS: u64 = 60_000;
const DAY_MS: u64 = 24 * 60 * MINUTE_MS;
/// The clinic's clock behind UTC.
const BEHIND_UTC_MS: u64 = 8 * 60 * MINUTE_MS;
/// Latest minute of the day before today: what happened "today" is at most five hours old and must come after it.
pub const LAST_MINUTE_OF_YESTERDAY: u16 = 18 * 60 + 55;
/// Oldest of today's doings.
pub const MINUTES_AGO_MAX: u16 = 300;

/// A time of the story. Its order is the order of the story, whenever the demo is started.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum When {
    /// A minute of an earlier working day.
    Earlier {
        /// How many working days ago, at least 1.
        working_days_ago: Reverse<u16>,
        /// Minutes after midnight, on the clinic's wall.
        minute: u16,
    },
    /// Today.
    Today {
        /// How many minutes ago.
        minutes_ago: Reverse<u16>,
    },
}

impl When {
    /// Reads "09:12" (on that day) or "14 min ago" (if there is no day).
    pub fn parse(text: &str, working_days_ago: Option<u16>) -> Option<Self> {
        match working_days_ago {
            Some(days) => {
                let (hour, minute) = text.split_once(':')?;
                let (hour, minute): (u16, u16) = (hour.parse().ok()?, minute.parse().ok()?);
                let latest = if days == 1 {
                    LAST_MINUTE_OF_YESTERDAY
                } else {
                    24 * 60 - 1
                };
                let fits = minute < 60 && hour * 60 + minute <= latest && days > 0;
                fits.then_some(Self::Earlier {
                    working_days_ago: Reverse(days),
                    minute: hour * 60 + minute,
                })
            }
            None => {
                let minutes_ago: u16 = text.strip_suffix(" min ago")?.parse().ok()?;
                (minutes_ago <= MINUTES_AGO_MAX).then_some(Self::Today {
                    minutes_ago: Reverse(minutes_ago),
                })
            }
        }
    }

    /// Some minutes later, on the same day.
    pub fn later(self, minutes: u16) -> Self {
        match self {
            Self::Earlier {
                working_days_ago,
                minute,
            } => {
                let minute = (minute + minutes).min(LAST_MINUTE_OF_YESTERDAY.max(minute));
                Self::Earlier {
                    working_days_ago,
                    minute,
                }
            }
            Self::Today {
                minutes_ago: Reverse(ago),
            } => Self::Today {
                minutes_ago: Reverse(ago.saturating_sub(minutes)),
            },
        }
    }

    /// As Unix milliseconds, told at `now_ms`.
    pub fn at_ms(self, now_ms: u64) -> u64 {
        match self {
            Self::Today {
                minutes_ago: Reverse(ago),
            } => now_ms.saturating_sub(u64::from(ago) * MINUTE_MS),
            Self::Earlier {
                working_days_ago: Reverse(days),
                minute,
            } => {
                let today = now_ms.saturating_sub(BEHIND_UTC_MS) / DAY_MS;
                working_day_before(today, days) * DAY_MS + BEHIND_UTC_MS + u64::from(minute) * MINUTE_MS
            }
        }
    }
}

/// Days since 1970; that one was a Thursday.
fn working_day_before(today: u64, working_days: u16) -> u64 {
    let is_weekend = |day: u64| matches!(day % 7, 2 | 3);
    let mut day = today;
    for _ in 0..working_days {
        day = day.saturating_sub(1);
        while is_weekend(day) {
            day = day.saturating_sub(1);
        }
    }
    day
}

#[cfg(test)]
mod tests {
    use super::{DAY_MS, MINUTE_MS, When, working_day_before};

    #[test]
    fn working_days_skip_weekends() {
        // 5 January 1970 was a Monday: day 4.
        assert_eq!(working_day_before(4, 1), 1);
        assert_eq!(working_day_before(4, 2), 0);
        assert_eq!(working_day_before(9, 1), 8);
        assert_eq!(working_day_before(10, 1), 8);
    }

    #[test]
    fn the_order_of_the_story_is_the_order_of_time_whenever_it_starts() {
        let script = [
            ("07:00", Some(15)),
            ("21:40", Some(15)),
            ("08:00", Some(2)),
            ("18:55", Some(1)),
            ("300 min ago", None),
            ("2 min ago", None),
        ];
        let times: Vec<When> = script
            .iter()
            .map(|(text, day)| When::parse(text, *day).unwrap())
            .collect();
        assert!(times.is_sorted());
        for minute in (0..10 * 24 * 60).step_by(7) {
            let now_ms = 20_000 * DAY_MS + minute * MINUTE_MS;
            let told: Vec<u64> = times.iter().map(|when| when.at_ms(now_ms)).collect();
            assert!(told.is_sorted() && told.iter().all(|at_ms| *at_ms < now_ms), "{minute}");
        }
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for (text, day) in [
            ("9", Some(1)),
            ("25:00", Some(3)),
            ("19:30", Some(1)),
            ("09:12", None),
            ("301 min ago", None),
            ("09:12", Some(0)),
        ] {
            assert_eq!(When::parse(text, day), None, "{text}");
        }
    }
}
