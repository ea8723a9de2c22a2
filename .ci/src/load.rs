//! The steps with the load client: it starts the release binary itself, drives it, and verifies what came back.
//!
//! Only what is wrong fails here. How fast a machine is that others use as well says nothing; docs/performance.md says where
//! the figures come from.

use crate::child::{Ended, run};
use crate::counts::Format;
use crate::outcome::{Outcome, plain};
use crate::programs;
use crate::steps::Context;

const KILL_ROUNDS: &str = "100";
const FAULT_EPISODES: &str = "30";
/// Of a night. With the load of `faults` they acknowledge more than a million messages.
const NIGHTLY_EPISODES: &str = "400";

/// Every load, short.
pub fn load(context: &mut Context) -> Outcome {
    client(context, &["message-path", "--quick", "--ignore-bars"])
}

/// Kills under load.
pub fn kill(context: &mut Context) -> Outcome {
    client(context, &["kill", "--rounds", KILL_ROUNDS, "--ignore-bars"])
}

/// What the load client ends with when this account or machine may not do what it needs.
const NO_RIGHTS: i32 = 3;

/// Faults done to three nodes. They need root, and a machine that lets root make namespaces, rules and loop mounts. Where that is
/// missing the step says so and nothing is run; a program that is missing is installed, or fails.
pub fn faults(context: &mut Context) -> Outcome {
    episodes(context, FAULT_EPISODES)
}

/// The same for a night. What stood on the command line was for the simulation before it.
pub fn nightly(context: &mut Context) -> Outcome {
    context.arguments.clear();
    episodes(context, NIGHTLY_EPISODES)
}

fn episodes(context: &mut Context, count: &str) -> Outcome {
    if !programs::is_root(&context.root) {
        println!(
            "   NOT RUN: faults need root, for network namespaces, nft rules and loop mounts; run `cargo ci faults` as root"
        );
        return Outcome::default();
    }
    if let Err(why) = programs::breakers(&context.root) {
        return Outcome::failed(why);
    }
    // An option given twice is refused by the client.
    let episodes = ["faults", "--episodes", count];
    let says_how_many = context
        .arguments
        .iter()
        .any(|argument| argument.starts_with("--episodes"));
    let ended = match started(context, if says_how_many { &episodes[..1] } else { &episodes }) {
        Ok(ended) => ended,
        Err(why) => return Outcome::failed(why),
    };
    if ended.code == Some(NO_RIGHTS) {
        println!("   NOT RUN: this machine does not let root do what faults need; the line above says what");
        return Outcome::default();
    }
    plain(ended)
}

fn client(context: &mut Context, arguments: &[&str]) -> Outcome {
    started(context, arguments).map_or_else(Outcome::failed, plain)
}

/// Given arguments stand behind the step's own: `--json FILE`, or `--seed N`.
fn started(context: &mut Context, arguments: &[&str]) -> Result<Ended, String> {
    let binary = context.release_binary()?;
    let mut client = context.cargo(&["run", "--release", "--locked", "--package", "corridor-benches", "--"]);
    client
        .args(arguments)
        .args(&context.arguments)
        .env("CORRIDOR_BIN", binary);
    Ok(run(&mut client, Format::Plain))
}
