//! What may be said to the load client. The comments here are its help.

use crate::faults::class::Class;
use crate::faults::planted::Planted;
use clap::{Args, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;

const EXIT_CODES: &str = "Exit codes: 0 every bar held and everything verified, 1 a bar missed or something lost, doubled, out of \
     order or refused, 2 wrong use, 3 this account or machine may not do what `faults` needs.";

/// Puts loads on a Corridor node, measures it, and verifies that every acknowledged message came exactly once.
#[derive(Debug, Parser)]
#[command(name = "corridor-benches", version, after_help = EXIT_CODES)]
pub struct Line {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Measure the way of a message, and hold it against the bars
    MessagePath(MessagePath),
    /// Measure three nodes on this machine, side by side with one, and hold them against the bars
    Cluster(Cluster),
    /// Kill the node under load, again and again, and look whether anything is lost, doubled or out of order
    Kill(Kill),
    /// Do everything that goes wrong to three nodes under load, and look whether anything is lost, doubled or out of order
    Faults(Faults),
    /// Judge a history that `faults` wrote
    Check {
        /// The history, as docs/history.md describes it
        file: PathBuf,
    },
    /// Say where the node's time goes, stage by stage of a message's way
    Profile(Profile),
    /// Print two results side by side
    Compare {
        /// The earlier one
        first: PathBuf,
        /// The later one
        second: PathBuf,
    },
}

#[derive(Debug, Args)]
pub struct MessagePath {
    /// Only these runs
    #[arg(long, value_name = "NAME", num_args = 1.., value_delimiter = ',')]
    pub only: Vec<RunName>,
    /// Short runs, to see that it works; the figures mean little
    #[arg(long)]
    pub quick: bool,
    /// Do not fail for a missed bar, only for what is lost, doubled, out of order or refused: for a machine shared with others
    #[arg(long)]
    pub ignore_bars: bool,
    /// Where to write the results
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
    #[command(flatten)]
    pub place: Place,
}

#[derive(Debug, Args)]
pub struct Cluster {
    /// Only these runs
    #[arg(long, value_name = "NAME", num_args = 1.., value_delimiter = ',')]
    pub only: Vec<ClusterRunName>,
    /// Short runs, to see that it works; the figures mean little
    #[arg(long)]
    pub quick: bool,
    /// How often `failover` kills the leader; 100, or 5 in short runs
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub rounds: Option<u32>,
    /// Do not fail for a missed bar, only for what is lost, doubled, out of order or refused: for a machine shared with others
    #[arg(long)]
    pub ignore_bars: bool,
    /// Where to write the results
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
    #[command(flatten)]
    pub place: Place,
}

#[derive(Debug, Args)]
pub struct Kill {
    /// How often
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..))]
    pub rounds: u32,
    /// Chooses the moments; printed with the results
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    /// Do not fail for a start that takes too long, only for what is lost, doubled or out of order: for a slow or shared machine
    #[arg(long)]
    pub ignore_bars: bool,
    /// Where to write the results
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
    #[command(flatten)]
    pub place: Place,
}

/// Needs root, and the programs ip, nft, nsenter, mount, mkfs.ext4 and cc: each node has a network namespace and a disk of its
/// own, a library in front of it, and packets are held back by a program. Everything is taken away at the end.
#[derive(Debug, Args)]
pub struct Faults {
    /// How many episodes; every class of faults once, then every class again
    #[arg(long, value_name = "N", default_value_t = 30, value_parser = clap::value_parser!(u32).range(1..))]
    pub episodes: u32,
    /// Chooses classes, nodes and times; printed with the results
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    /// How long an episode is about; its fault lasts no longer than six tenths of that
    #[arg(long, value_name = "SECONDS", default_value_t = 10, value_parser = clap::value_parser!(u64).range(2..=120))]
    pub seconds_each: u64,
    /// Only these classes
    #[arg(long, value_name = "CLASS", num_args = 1.., value_delimiter = ',')]
    pub only: Vec<Class>,
    /// The node of an earlier build, for the class mixed-versions; else $CORRIDOR_EARLIER, else that class is left out
    #[arg(long, value_name = "BINARY")]
    pub earlier: Option<PathBuf>,
    /// Break a promise on purpose: the judge must find it, or the run fails
    #[arg(long, value_name = "MISTAKE", hide = true, conflicts_with = "only")]
    pub planted: Option<Planted>,
    /// Where to write what happened, as docs/history.md describes it
    #[arg(long, value_name = "FILE")]
    pub history: Option<PathBuf>,
    /// Where to write the results
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
    #[command(flatten)]
    pub place: Place,
}

/// Needs `perf`, and a node that says who called whom: built with RUSTFLAGS="-C force-frame-pointers=yes" and
/// CARGO_PROFILE_RELEASE_STRIP=none
#[derive(Debug, Args)]
pub struct Profile {
    /// Where to write the results
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
    #[command(flatten)]
    pub place: Place,
}

#[derive(Debug, Args)]
pub struct Place {
    /// The node to measure; else $CORRIDOR_BIN, else the one beside this program
    #[arg(long, value_name = "PATH")]
    pub binary: Option<PathBuf>,
    /// The folder, on a disk, in which data folders are made; else the build's target folder
    #[arg(long, value_name = "PATH")]
    pub folder: Option<PathBuf>,
}

/// The runs by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum RunName {
    /// Fifty two-person conversations, 1 and 16 messages outstanding
    Pairs,
    /// The same at half of those rates, paced: latency
    HalfLoad,
    /// One room of five hundred, ten of them writing
    Room500,
    /// Five thousand sockets that say nothing: memory
    Idle,
    /// The same by TLS
    IdleTls,
    /// Two thousand sockets cut at once, all coming back
    Storm,
    /// A hundred clients in a busy room that do not read
    Stalled,
    /// A hundred conversations against a hundred thousand, and the start after that
    Growth,
    /// Ten thousand open patient conversations: the first page of the queue, and claims before the eyes of ten desks
    Queue,
}

/// The runs of three nodes by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ClusterRunName {
    /// Fifty two-person conversations, 1 and 16 messages outstanding, on one node and on three
    Pairs,
    /// The leader killed under load, again and again
    Failover,
    /// Two thousand sockets at three nodes cut at once, all coming back, and no election
    Cut,
    /// A node lost for good and replaced, with a million messages
    Replace,
    /// Two hundred workspaces that nobody uses, and one that somebody comes to
    Workspaces,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Line, clap::Error> {
        Line::try_parse_from(std::iter::once("corridor-benches").chain(line.split_whitespace()))
    }

    #[test]
    fn several_runs_may_be_named() {
        let line = parse("message-path --only pairs half-load --quick --json out.json").unwrap();
        let Command::MessagePath(arguments) = line.command else {
            panic!("another command: {line:?}");
        };
        assert_eq!(arguments.only, [RunName::Pairs, RunName::HalfLoad]);
        assert!(arguments.quick);
    }

    #[test]
    fn a_cluster_may_be_measured_in_part() {
        let line = parse("cluster --only failover,cut --rounds 7").unwrap();
        let Command::Cluster(arguments) = line.command else {
            panic!("another command: {line:?}");
        };
        assert_eq!(arguments.only, [ClusterRunName::Failover, ClusterRunName::Cut]);
        assert_eq!(arguments.rounds, Some(7));
    }

    #[test]
    fn wrong_use_ends_with_2_and_says_what_is_possible() {
        for (line, said) in [
            ("", "Usage"),
            ("message-path --only nothing", "pairs"),
            ("message-path --rounds 3", "--rounds"),
            ("kill --rounds 0", "0"),
            ("cluster --only room500", "failover"),
            ("faults --episodes 0", "0"),
            ("faults --only nothing", "kill-leader"),
            ("faults --planted nothing", "lying-disk"),
            ("faults --planted lying-disk --only loss", "--only"),
            ("compare one.json", "SECOND"),
        ] {
            let error = parse(line).unwrap_err();
            assert_eq!(error.exit_code(), 2, "{line}");
            assert!(error.to_string().contains(said), "{error}");
        }
    }
}
