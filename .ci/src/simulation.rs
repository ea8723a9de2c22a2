//! The steps `simulate` and `nightly`: whole clusters played from seeds, and by night faults done to real nodes; see docs/reliability.md.
//!
//! It refuses to know what a seed means.

use crate::child::run;
use crate::counts::Format;
use crate::load;
use crate::outcome::{Outcome, tested};
use crate::steps::{Context, SIMULATED, SIMULATION};

/// Simulated runs of the step `nightly`.
const NIGHTLY_SEEDS: &str = "5000";

/// Without arguments everything runs; with a number of seeds, or one seed, only the runs themselves.
pub fn simulate(context: &mut Context) -> Outcome {
    let asked = match Seeds::parse(&context.arguments) {
        Ok(asked) => asked,
        Err(problem) => return Outcome::failed(problem),
    };
    let mut tests = context.cargo(&["test", "--workspace", "--locked"]);
    tests.args(["--features", SIMULATED, "--test", SIMULATION, "--", "--nocapture"]);
    tests.args(&asked.filters);
    let seeds = [
        ("CORRIDOR_SEEDS", &asked.count),
        ("CORRIDOR_FIRST_SEED", &asked.first),
        ("CORRIDOR_SEED", &asked.one),
    ];
    for (name, value) in seeds {
        if let Some(value) = value {
            tests.arg("every_seed").env(name, value);
        }
    }
    tested([run(&mut tests, Format::Cargo)])
}

/// Many seeds, then many faults done to real nodes; what is said on the command line counts more, and is all for the simulation.
pub fn nightly(context: &mut Context) -> Outcome {
    context
        .arguments
        .splice(..0, ["--seeds".to_owned(), NIGHTLY_SEEDS.to_owned()]);
    let mut outcome = simulate(context);
    let faults = load::nightly(context);
    outcome.counts.add(faults.counts);
    outcome.failures.extend(faults.failures);
    outcome
}

/// Which simulated runs are asked for.
#[derive(Debug, Default, PartialEq, Eq)]
struct Seeds {
    count: Option<String>,
    first: Option<String>,
    one: Option<String>,
    filters: Vec<String>,
}

impl Seeds {
    fn parse(arguments: &[String]) -> Result<Self, String> {
        let mut seeds = Self::default();
        let mut arguments = arguments.iter();
        while let Some(argument) = arguments.next() {
            let place = match argument.as_str() {
                "--seeds" => &mut seeds.count,
                "--first-seed" => &mut seeds.first,
                "--seed" => &mut seeds.one,
                _ => {
                    seeds.filters.push(argument.clone());
                    continue;
                }
            };
            let number = arguments.next().filter(|number| number.parse::<u64>().is_ok());
            // What is said last counts.
            *place = Some(number.ok_or_else(|| format!("{argument} wants a number"))?.clone());
        }
        Ok(seeds)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seeds_are_read() {
        let parsed = |words: &[&str]| Seeds::parse(&words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>());
        let wanted = Seeds {
            count: Some("30".to_owned()),
            first: Some("7".to_owned()),
            one: None,
            filters: vec!["planted".to_owned()],
        };
        assert_eq!(
            parsed(&["--seeds", "5000", "planted", "--seeds", "30", "--first-seed", "7"]),
            Ok(wanted)
        );
        assert_eq!(
            parsed(&["--seed", "7"]).map(|seeds| seeds.one),
            Ok(Some("7".to_owned()))
        );
        assert!(parsed(&["--seed"]).is_err() && parsed(&["--seeds", "many"]).is_err());
    }
}
