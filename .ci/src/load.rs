//! The steps with the load client: it starts the release binary itself, drives it, and verifies what came back.
//!
//! Only what is wrong fails here. How fast a machine is that others use as well says nothing; docs/performance.md says where
//! the figures come from.

use crate::child::run;
use crate::counts::Format;
use crate::programs;
use crate::report::Outcome;
use crate::steps::{Context, plain};

const KILL_ROUNDS: &str = "100";
const FAULT_EPISODES: &str = "30";

/// Every load, short.
pub fn load(context: &mut Context) -> Outcome {
    client(context, &["message-path", "--quick", "--ignore-bars"])
}

/// Kills under load.
pub fn kill(context: &mut Context) -> Outcome {
    client(context, &["kill", "--rounds", KILL_ROUNDS])
}

/// Faults done to three nodes. They need root, which a person's account rightly is not: then, and only then, nothing is run and
/// nothing fails. Root that lacks a program, or may not do what root may, fails.
pub fn faults(context: &mut Context) -> Outcome {
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
    let episodes = ["faults", "--episodes", FAULT_EPISODES];
    let says_how_many = context
        .arguments
        .iter()
        .any(|argument| argument.starts_with("--episodes"));
    client(context, if says_how_many { &episodes[..1] } else { &episodes })
}

/// Given arguments stand behind the step's own: `--json FILE`, or `--seed N`.
fn client(context: &mut Context, arguments: &[&str]) -> Outcome {
    let binary = match context.release_binary() {
        Ok(binary) => binary,
        Err(why) => return Outcome::failed(why),
    };
    let mut client = context.cargo(&["run", "--release", "--locked", "--package", "corridor-benches", "--"]);
    client
        .args(arguments)
        .args(&context.arguments)
        .env("CORRIDOR_BIN", binary);
    plain(run(&mut client, Format::Plain))
}
