//! The table `[limits]` of the configuration: which bounds an operator may set, and what holds where nothing is set.
//!
//! A rate that is not set follows the ones within it: whoever lets people send more lets them do, frame and ask more as well.
//! Refuses to know who keeps a bound.

use corridor_actors::rates::Rate;
use corridor_api::gate::Bounds;
use corridor_domain::limits;
use serde::Deserialize;
use std::fmt::Write as _;

/// Above this, a bound no longer bounds anything.
const BOUND_MAX: u32 = 1_000_000;

/// The bounds of a node that its configuration may set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Messages of one person.
    pub sends: Rate,
    /// Commands of one person, looks too.
    pub commands: Rate,
    /// Of connections, requests and sockets.
    pub edge: Bounds,
    /// What must be free on the disk for anything new.
    pub disk_reserve_mib: u32,
    /// After how long without anybody a workspace other than the first goes to rest, in seconds.
    pub workspace_rest_s: u32,
}

impl Default for Limits {
    fn default() -> Self {
        LimitsTable::default().bounds()
    }
}

/// The table as it is written.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct LimitsTable {
    sends_per_second: Option<u32>,
    sends_burst: Option<u32>,
    commands_per_second: Option<u32>,
    commands_burst: Option<u32>,
    frames_per_second: Option<u32>,
    frames_burst: Option<u32>,
    requests_per_second: Option<u32>,
    requests_burst: Option<u32>,
    sign_ins_per_second: Option<u32>,
    sign_ins_burst: Option<u32>,
    socket_openings_per_second: Option<u32>,
    socket_openings_burst: Option<u32>,
    sockets: Option<u32>,
    connections: Option<u32>,
    connections_per_address: Option<u32>,
    requests_in_flight: Option<u32>,
    disk_reserve_mib: Option<u32>,
    workspace_rest_s: Option<u32>,
}

impl LimitsTable {
    /// The bounds, or the key that does not make sense and why.
    pub(super) fn checked(&self) -> Result<Limits, (String, String)> {
        let given = [
            ("sends_per_second", self.sends_per_second),
            ("sends_burst", self.sends_burst),
            ("commands_per_second", self.commands_per_second),
            ("commands_burst", self.commands_burst),
            ("frames_per_second", self.frames_per_second),
            ("frames_burst", self.frames_burst),
            ("requests_per_second", self.requests_per_second),
            ("requests_burst", self.requests_burst),
            ("sign_ins_per_second", self.sign_ins_per_second),
            ("sign_ins_burst", self.sign_ins_burst),
            ("socket_openings_per_second", self.socket_openings_per_second),
            ("socket_openings_burst", self.socket_openings_burst),
            ("sockets", self.sockets),
            ("connections", self.connections),
            ("connections_per_address", self.connections_per_address),
            ("requests_in_flight", self.requests_in_flight),
            ("disk_reserve_mib", self.disk_reserve_mib),
            ("workspace_rest_s", self.workspace_rest_s),
        ];
        for (key, value) in given {
            if let Some(value) = value.filter(|value| !(1..=BOUND_MAX).contains(value)) {
                return Err((
                    format!("limits.{key}"),
                    format!("{value} is not between 1 and {BOUND_MAX}"),
                ));
            }
        }
        Ok(self.bounds())
    }

    fn bounds(&self) -> Limits {
        let rate = |per_second: Option<u32>, burst: Option<u32>, usual: Rate, within: Rate| Rate {
            per_second: per_second.unwrap_or(usual.per_second.max(within.per_second)),
            burst: burst.unwrap_or(usual.burst.max(within.burst)),
        };
        let usual = Bounds::default();
        let none = Rate {
            per_second: 0,
            burst: 0,
        };
        let usual_sends = Rate {
            per_second: limits::SENDS_PER_SECOND,
            burst: limits::SENDS_BURST,
        };
        let usual_commands = Rate {
            per_second: limits::COMMANDS_PER_SECOND,
            burst: limits::COMMANDS_BURST,
        };
        let count = |given: Option<u32>, usual: usize| given.map_or(usual, |given| given as usize);
        let sends = rate(self.sends_per_second, self.sends_burst, usual_sends, none);
        let commands = rate(self.commands_per_second, self.commands_burst, usual_commands, sends);
        let edge = Bounds {
            connections: count(self.connections, usual.connections),
            connections_per_address: count(self.connections_per_address, usual.connections_per_address),
            requests_in_flight: count(self.requests_in_flight, usual.requests_in_flight),
            requests: rate(self.requests_per_second, self.requests_burst, usual.requests, commands),
            sign_ins: rate(self.sign_ins_per_second, self.sign_ins_burst, usual.sign_ins, none),
            sockets: count(self.sockets, usual.sockets),
            socket_openings: rate(
                self.socket_openings_per_second,
                self.socket_openings_burst,
                usual.socket_openings,
                none,
            ),
            frames: rate(self.frames_per_second, self.frames_burst, usual.frames, commands),
        };
        Limits {
            sends,
            commands,
            edge,
            disk_reserve_mib: self.disk_reserve_mib.unwrap_or(limits::DISK_RESERVE_MIB),
            workspace_rest_s: self.workspace_rest_s.unwrap_or(limits::WORKSPACE_REST_S),
        }
    }
}

/// The table with an explanation of every key. What is as it is anyway is a comment.
pub(super) fn commented(set: &Limits) -> String {
    let usual = Limits::default();
    let rates = |limits: &Limits| {
        let Bounds {
            requests,
            sign_ins,
            socket_openings,
            frames,
            ..
        } = limits.edge;
        [
            ("sends", limits.sends),
            ("commands", limits.commands),
            ("frames", frames),
            ("requests", requests),
            ("sign_ins", sign_ins),
            ("socket_openings", socket_openings),
        ]
    };
    let counts = |limits: &Limits| {
        let edge = limits.edge;
        [
            ("sockets", edge.sockets),
            ("connections", edge.connections),
            ("connections_per_address", edge.connections_per_address),
            ("requests_in_flight", edge.requests_in_flight),
        ]
    };
    let meanings = [
        "Messages of one person: in the long run, and at once.",
        "Commands of one person, messages and looks among them.",
        "Frames of one socket; beyond it the node reads more slowly.",
        "HTTP requests of one address. A clinic behind one router, or everybody behind a proxy, is one address.",
        "Sign-ins of one address.",
        "Sockets opened on this node: how fast everybody comes back after a break.",
    ];
    let mut text = "\n# Bounds. A rate that is not set is at least that of what it is made of: sends, commands, then frames and requests.\n\
        [limits]\n"
        .to_owned();
    let mark = |is_usual: bool| if is_usual { "#" } else { "" };
    for (((name, rate), (_, usual)), meaning) in rates(set).into_iter().zip(rates(&usual)).zip(meanings) {
        let (slow, quick) = (rate.per_second == usual.per_second, rate.burst == usual.burst);
        // Writing to a string does not fail.
        let _ = write!(
            text,
            "# {meaning}\n{}{name}_per_second = {}\n{}{name}_burst = {}\n",
            mark(slow),
            rate.per_second,
            mark(quick),
            rate.burst
        );
    }
    text.push_str(
        "# How many at once: sockets signed in, TCP connections, those of one address, HTTP requests being answered.\n",
    );
    for ((name, count), (_, usual)) in counts(set).into_iter().zip(counts(&usual)) {
        let _ = writeln!(text, "{}{name} = {count}", mark(count == usual));
    }
    let _ = writeln!(
        text,
        "# What must be free on the disk, in MiB: with less, nothing new is taken, and what is there can still be read.\n\
         {}disk_reserve_mib = {}",
        mark(set.disk_reserve_mib == usual.disk_reserve_mib),
        set.disk_reserve_mib
    );
    let _ = writeln!(
        text,
        "# After so many seconds without anybody a workspace goes to rest, and costs nothing until somebody comes; never the first one.\n\
         {}workspace_rest_s = {}",
        mark(set.workspace_rest_s == usual.workspace_rest_s),
        set.workspace_rest_s
    );
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Limits {
        toml::from_str::<LimitsTable>(text).unwrap().checked().unwrap()
    }

    #[test]
    fn a_rate_follows_the_ones_within_it_unless_it_is_set() {
        let limits = parsed("sends_per_second = 5000\nsends_burst = 7000\n");
        for rate in [limits.sends, limits.commands, limits.edge.frames, limits.edge.requests] {
            assert_eq!((rate.per_second, rate.burst), (5_000, 7_000));
        }
        assert_eq!(limits.edge.sign_ins, Bounds::default().sign_ins);
        let limits = parsed("sends_per_second = 5000\nframes_per_second = 9\nrequests_burst = 1\n");
        assert_eq!((limits.edge.frames.per_second, limits.edge.requests.burst), (9, 1));
        assert_eq!(limits.edge.requests.per_second, 5_000);
    }

    #[test]
    fn every_key_is_explained_and_read_back() {
        let text = commented(&Limits::default());
        let all = text.lines().filter(|line| line.contains(" = ")).count();
        assert_eq!(all, 18);
        assert!(text.lines().all(|line| line.starts_with('#') || !line.contains('=')));
        // Every key, set.
        let uncommented = text.replace("\n#", "\n");
        let set = uncommented.lines().filter_map(|line| line.split_once(" = "));
        let set: String = set
            .map(|(key, value)| format!("{key} = {}\n", value.parse::<u32>().unwrap() + 1))
            .collect();
        let limits = parsed(&set);
        let written = commented(&limits);
        assert_eq!(
            written
                .lines()
                .filter(|line| !line.starts_with('#') && line.contains(" = "))
                .count(),
            18
        );
        assert_eq!(parsed(&written.replace("[limits]", "")), limits);
    }
}
