//! The steps with the load client: it starts the release binary itself, drives it, and verifies what came back.
//!
//! Only what is wrong fails here. How fast a machine is that others use as well says nothing; docs/performance.md says where
//! the figures come from.

use crate::child::run;
use crate::counts::Format;
use crate::report::Outcome;
use crate::steps::{Context, plain};

const KILL_ROUNDS: &str = "100";

/// Every load, short.
pub fn load(context: &mut Context) -> Outcome {
    client(context, &["message-path", "--quick", "--ignore-bars"])
}

/// Kills under load.
pub fn kill(context: &mut Context) -> Outcome {
    client(context, &["kill", "--rounds", KILL_ROUNDS])
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
