//! The classes of faults, and which episodes a seed chooses. Pure.

use crate::chance::Chance;
use crate::failure::{Failure, Outcome};
use clap::ValueEnum;
use std::time::Duration;

/// What goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, ValueEnum)]
pub enum Class {
    /// SIGKILL of the node that leads
    KillLeader,
    /// SIGKILL of a node that follows
    KillFollower,
    /// SIGKILL of two nodes at once
    KillTwo,
    /// SIGKILL of all three
    KillAll,
    /// SIGTERM of the node that leads
    StopLeader,
    /// SIGSTOP of the node that leads, for 0.2 to 8 s
    PauseLeader,
    /// The node that leads hears nobody and nobody hears it
    CutLeader,
    /// A node that follows hears nobody and nobody hears it
    CutFollower,
    /// A node hears nobody, but is heard
    Deaf,
    /// A node is heard by nobody, but hears
    Mute,
    /// The two nodes that follow do not hear each other
    Bridge,
    /// The node that leads and one that follows do not hear each other
    BridgeLeader,
    /// A node is cut off and back again, several times a second
    Flapping,
    /// Of all packets between the nodes 5 to 30 % are lost
    Loss,
    /// Connections between nodes, and of clients to one, are reset again and again
    Reset,
    /// A node loses its power: what was not synced is gone
    PowerCutOne,
    /// All nodes lose their power at the same time
    PowerCutAll,
    /// The disk of a node is full, then has room again
    DiskFull,
    /// The clock of a node jumps, by up to an hour to either side or by a day back, and jumps back later
    ClockJump,
    /// All clocks of a node go up to twice as fast, or at half their speed, and its timers with them
    ClockRate,
    /// Each sync of a node's log takes 0.5 to 5 s
    SlowSync,
    /// A sync of a node's log fails once: the process must end by itself within a second
    FailingSync,
    /// All packets between the nodes are 12 to 225 ms late, each direction of each link for itself
    Delay,
    /// Of the packets between the nodes 5 to 30 % are overtaken by later ones, and some come twice
    Reorder,
    /// The data folder of a node is emptied: it must not come back as who it was, and is replaced
    Wiped,
    /// A bit of a node's log flips while it is down; if it says so it is replaced
    BitFlip,
    /// A node that follows comes back with its disk as it was before: it must end by itself, and is replaced
    RolledBack,
    /// SIGTERM of a node, which goes on with the other build than it had; needs --earlier
    MixedVersions,
}

impl Class {
    /// As on the command line.
    pub fn name(self) -> String {
        self.to_possible_value()
            .map_or_else(String::new, |value| value.get_name().to_owned())
    }
}

/// What one episode is to be. Who leads is seen when it begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Episode {
    /// What goes wrong.
    pub class: Class,
    /// For how long.
    pub lasts: Duration,
    /// Chooses a node, where the class does not.
    pub choice: usize,
    /// Of a hundred, where the class needs it.
    pub percent: u64,
}

const SECOND_MS: u64 = 1_000;
const HOUR_MS: u64 = 60 * 60 * SECOND_MS;
const DAY_MS: i64 = 24 * 60 * 60 * 1_000;
/// Of how many jumps of a clock one is of a day.
const DAY_JUMPS_ONE_OF: u64 = 4;
/// A second is told as up to so much more, in millionths; or as so much less.
const DRIFT_PPM_MAX: u64 = 1_000_000;
const DRIFT_PPM_MIN: i64 = -500_000;
/// How long a slow sync takes.
const STALL_MS: std::ops::Range<u64> = 500..5_000;

impl Episode {
    /// Numbers for what only one class needs.
    fn chance(&self) -> Chance {
        let mut chance = Chance::new((self.choice as u64 + 1) << 20);
        // The first ones of neighbours are alike.
        for _ in 0..8 {
            chance.below(1);
        }
        chance
    }

    /// How far a clock jumps ahead, in milliseconds; negative: back. A day ahead is never drawn: sessions last for half a day, and
    /// a leader's time stays in the state, so that nobody could write any more.
    pub fn jump_ms(&self) -> i64 {
        let mut chance = self.chance();
        if chance.below(DAY_JUMPS_ONE_OF) == 0 {
            return -DAY_MS;
        }
        let size_ms = SECOND_MS + chance.below(HOUR_MS - SECOND_MS);
        let size_ms = i64::try_from(size_ms).unwrap_or(i64::MAX);
        if chance.below(2) == 0 { size_ms } else { -size_ms }
    }

    /// How much clocks gain, in millionths; negative: lose.
    pub fn drift_ppm(&self) -> i64 {
        let mut chance = self.chance();
        match chance.below(2) {
            0 => DRIFT_PPM_MIN,
            _ => i64::try_from(DRIFT_PPM_MAX / 2 + chance.below(DRIFT_PPM_MAX / 2 + 1)).unwrap_or_default(),
        }
    }

    /// How long each sync takes.
    pub fn stall(&self) -> Duration {
        Duration::from_millis(STALL_MS.start + self.chance().below(STALL_MS.end - STALL_MS.start))
    }
}

/// So many episodes: every class once, in any order, then every class again, and so on; none longer than `longest` says.
pub fn draw(chance: &mut Chance, classes: &[Class], count: usize, longest: Duration) -> Vec<Episode> {
    let mut episodes = Vec::new();
    let longest_ms = u64::try_from(longest.as_millis()).unwrap_or(u64::MAX);
    while episodes.len() < count && !classes.is_empty() {
        let mut round = classes.to_vec();
        chance.shuffle(&mut round);
        for class in round.into_iter().take(count - episodes.len()) {
            let (least_ms, most_ms) = match class {
                Class::PauseLeader => (200, 8_000),
                Class::KillAll | Class::StopLeader | Class::PowerCutOne | Class::PowerCutAll => (0, 1_000),
                _ => (500, 6_000),
            };
            let most_ms = most_ms.min(longest_ms).max(least_ms + 1);
            episodes.push(Episode {
                class,
                lasts: Duration::from_millis(least_ms + chance.below(most_ms - least_ms)),
                choice: chance.below(1 << 16) as usize,
                percent: 5 + chance.below(26),
            });
        }
    }
    episodes
}

/// The classes of a run: the chosen ones, or all. Versions are mixed only where there is an earlier one.
pub fn chosen(only: &[Class], has_earlier: bool) -> Outcome<Vec<Class>> {
    if only.contains(&Class::MixedVersions) && !has_earlier {
        return Err(Failure::WrongUse(
            "mixed-versions needs the binary of an earlier build: name it with --earlier, or set $CORRIDOR_EARLIER"
                .to_owned(),
        ));
    }
    let classes = if only.is_empty() { Class::value_variants() } else { only };
    let there_is = |class: &&Class| has_earlier || **class != Class::MixedVersions;
    Ok(classes.iter().filter(there_is).copied().collect())
}

/// Those of the chosen classes that no episode was of.
pub fn missed(classes: &[Class], exercised: impl Fn(&str) -> bool) -> Vec<String> {
    let names = classes.iter().map(|class| class.name());
    names.filter(|name| !exercised(name)).collect()
}

#[cfg(test)]
mod tests {
    use super::{Class, Episode, chosen, draw, missed};
    use crate::chance::Chance;
    use crate::failure::Failure;
    use clap::ValueEnum;
    use std::time::Duration;

    #[test]
    fn a_seed_draws_the_same_and_every_class() {
        let all = Class::value_variants();
        let drawn = |seed| draw(&mut Chance::new(seed), all, 30, Duration::from_secs(6));
        assert_eq!(drawn(5), drawn(5));
        assert_ne!(drawn(5), drawn(7));
        let episodes = drawn(5);
        assert_eq!(episodes.len(), 30);
        for class in all {
            let of_it = episodes.iter().filter(|episode| episode.class == *class).count();
            assert!((1..=2).contains(&of_it), "{class:?} {of_it} times");
        }
        assert!(episodes.iter().all(|episode| episode.lasts <= Duration::from_secs(6)));
        assert!(episodes.iter().all(|episode| (5..=30).contains(&episode.percent)));
        assert!(draw(&mut Chance::new(1), &[], 30, Duration::from_secs(6)).is_empty());
    }

    #[test]
    fn clocks_jump_to_both_sides_and_never_a_day_ahead() {
        let episode = |choice| Episode {
            class: Class::ClockJump,
            lasts: Duration::ZERO,
            choice,
            percent: 5,
        };
        let jumps: Vec<i64> = (0..400).map(|choice| episode(choice).jump_ms()).collect();
        let count = |holds: fn(&i64) -> bool| jumps.iter().filter(|jump| holds(jump)).count();
        assert!(count(|jump| (1_000..3_600_000).contains(jump)) > 50);
        assert!(count(|jump| (-3_600_000..=-1_000).contains(jump)) > 50);
        assert!(count(|jump| *jump == -86_400_000) > 50);
        assert!(count(|jump| *jump >= 3_600_000) == 0);
        for choice in 0..400 {
            let (drift, stall) = (episode(choice).drift_ppm(), episode(choice).stall());
            assert!(drift == -500_000 || (500_000..=1_000_000).contains(&drift), "{drift}");
            assert!((500..5_000).contains(&stall.as_millis()), "{stall:?}");
        }
    }

    #[test]
    fn versions_are_mixed_only_where_there_is_an_earlier_one() {
        let all = Class::value_variants().len();
        assert_eq!(chosen(&[], true).unwrap().len(), all);
        let without = chosen(&[], false).unwrap();
        assert!(without.len() == all - 1 && !without.contains(&Class::MixedVersions));
        assert_eq!(chosen(&[Class::Loss], false).unwrap(), [Class::Loss]);
        let only = [Class::Loss, Class::MixedVersions];
        assert_eq!(chosen(&only, true).unwrap(), only);
        assert!(matches!(chosen(&only, false), Err(Failure::WrongUse(_))));
    }

    #[test]
    fn a_class_that_was_not_exercised_is_named() {
        let chosen = [Class::KillAll, Class::PowerCutOne];
        assert_eq!(missed(&chosen, |name| name == "kill-all"), ["power-cut-one"]);
    }
}
