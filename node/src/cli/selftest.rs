//! `corridor selftest`: says what is done while it runs, shows what it found, and ends with whether everything held.
//!
//! Refuses to know how anything is done, as all of the command line.

use super::arguments::SelftestArguments;
use super::{LOG_OF_A_COMMAND, Stop, configuration, say, start_log};
use crate::config::LogFormat;
use crate::selftest::{self, Report, Wish};
use crate::start::StartError;
use crate::stop::stop_signal;
use corridor_storage::world::SystemWorld;
use std::io::Write as _;
use std::sync::Arc;
use tokio::signal::unix::{SignalKind, signal};

pub async fn run(arguments: SelftestArguments) -> Result<(), Stop> {
    start_log(LogFormat::Plain, LOG_OF_A_COMMAND)?;
    let wish = Wish {
        settings: configuration(&arguments.config)?.settings,
        seconds: arguments.seconds,
        trust: arguments.trust,
        history: arguments.history,
    };
    // Listened for from here on: whoever interrupts it finds the scratch workspace closed.
    let stop = stop_signal()?;
    let mut hangup = signal(SignalKind::hangup()).map_err(|cause| StartError::Io {
        what: "signals cannot be listened for".to_owned(),
        cause,
    })?;
    let stop = async move {
        tokio::select! {
            () = stop => {}
            _ = hangup.recv() => {}
        }
    };
    // If nobody listens to how it goes on, what it finds is still of interest.
    let tell = |words: &str| drop(writeln!(std::io::stderr(), "selftest: {words}"));
    let report = selftest::run(wish, Arc::new(SystemWorld::new()), stop, &tell).await;
    conclude(&report.map_err(|why| Stop::WrongUse(why.to_string()))?, arguments.json)
}

/// Shows what was found. A failure, if not everything held.
fn conclude(report: &Report, as_json: bool) -> Result<(), Stop> {
    say(&match as_json {
        true => format!("{}\n", report.as_json()),
        false => report.text(),
    })?;
    match report.broken().is_empty() {
        true => Ok(()),
        false => Err(Stop::Failed(
            "the selftest found what does not hold; its report says what".to_owned(),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::conclude;
    use crate::selftest::figures::tests::history;
    use crate::selftest::report::tests::{report, with_a_loss};

    #[test]
    fn a_lost_message_ends_the_program_with_1() {
        for as_json in [false, true] {
            assert!(conclude(&report(history()), as_json).is_ok());
            let stop = conclude(&report(with_a_loss()), as_json).unwrap_err();
            assert_eq!(stop.code(), 1);
        }
    }
}
