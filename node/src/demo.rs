//! `corridor demo`: a node on loopback with a clinic that has lived for three weeks, to look around in.
//!
//! Stands beside `corridor start` and uses the same start. The clinic is founded through the same commands as
//! everybody's; nothing is written around them. Refuses addresses beyond this machine: its password is known to all,
//! and its people do not exist.

mod calendar;
mod clock;
mod desks;
mod founding;
mod marker;
mod mention;
mod model;
mod people;
mod player;
mod reading;
mod script;

// Prose: one message a paragraph, wrapped by hand.
#[rustfmt::skip]
mod billing_rooms;
#[rustfmt::skip]
mod clinic_rooms;
#[rustfmt::skip]
mod clinical_rooms;
#[rustfmt::skip]
mod directs;
#[rustfmt::skip]
mod front_desks;
#[rustfmt::skip]
mod partners;
#[rustfmt::skip]
mod patients_garcia;
#[rustfmt::skip]
mod patients_la;
#[rustfmt::skip]
mod patients_sf;

use crate::config::Settings;
use crate::start::{Running, StartError};
use crate::stop::stop_signal;
use clock::DemoWorld;
use corridor_storage::world::World;
use marker::{Account, Folder};
use std::fmt::Write;
use std::io::IsTerminal;
use std::path::Path;
use std::sync::Arc;

/// Founds the demo clinic if it is not there yet, says who may sign in, and serves until Ctrl-C or SIGTERM.
pub async fn run(settings: Settings) -> Result<(), StartError> {
    for address in [settings.listen, settings.operations] {
        if !address.ip().is_loopback() {
            return Err(StartError::refused(format!(
                "the demo's password is known to everybody, so it listens on this machine only; \
                 {address} is not a loopback address"
            )));
        }
    }
    let now_ms = DemoWorld::live().real_now_ms();
    let folder = marker::look_at(&settings.data, now_ms)?;
    let world = Arc::new(match folder {
        Folder::Founded => DemoWorld::live(),
        Folder::Unfinished { .. } => DemoWorld::telling(script_start_ms(now_ms)),
    });
    let running = Running::start(&settings, Arc::clone(&world) as Arc<dyn World>).await?;
    if let Folder::Unfinished { told_at_ms } = folder
        && let Err(why) = founding::found(&running.service().await?, &world, told_at_ms).await
    {
        running.stop().await;
        let data = settings.data.display();
        return Err(StartError::refused(format!(
            "the demo clinic in {data} could not be founded: {why}. Remove that folder and start again"
        )));
    }
    world.go_live();
    marker::finish(&settings.data)?;
    let scheme = if settings.tls.is_some() { "https" } else { "http" };
    let address = format!("{scheme}://{}", running.address()?);
    print(&welcome(
        &address,
        &marker::read(&settings.data)?,
        std::io::stdout().is_terminal(),
    ));
    running.serve(stop_signal()?).await
}

/// The demo's people as a JSON array, for scripts: `name`, `kind`, `roles`, `login`, `password`.
pub fn accounts(data: &Path) -> Result<String, StartError> {
    let accounts = marker::read(data)?;
    serde_json::to_string_pretty(&accounts).map_err(|error| StartError::refused(error.to_string()))
}

/// The whole story, room by room.
fn story() -> script::Script {
    let mut script = script::Script::default();
    clinic_rooms::write(&mut script);
    front_desks::write(&mut script);
    clinical_rooms::write(&mut script);
    billing_rooms::write(&mut script);
    partners::write(&mut script);
    directs::write(&mut script);
    patients_garcia::write(&mut script);
    patients_sf::write(&mut script);
    patients_la::write(&mut script);
    script
}

/// Where the clock stands until the founding puts it right: before everything that is told.
fn script_start_ms(now_ms: u64) -> u64 {
    const FOUR_WEEKS_MS: u64 = 28 * 24 * 60 * 60 * 1000;
    now_ms.saturating_sub(FOUR_WEEKS_MS)
}

#[allow(clippy::print_stdout, reason = "the demo's greeting is what the command is for")]
fn print(text: &str) {
    println!("{text}");
}

fn welcome(address: &str, accounts: &[Account], colours: bool) -> String {
    let (bold, dim, plain) = if colours {
        ("\x1b[1m", "\x1b[2m", "\x1b[0m")
    } else {
        ("", "", "")
    };
    let width = |of: fn(&Account) -> usize| accounts.iter().map(of).max().unwrap_or_default();
    let names = width(|account| account.name.chars().count());
    let whats = width(|account| account.what().chars().count());
    let mut text = format!("\n{bold}{} — {address}{plain}\n\n", people::CLINIC);
    // Writing to a string does not fail.
    let _ = writeln!(text, "  {dim}{:names$}  {:whats$}  Login{plain}", "Name", "Role");
    for account in accounts {
        let login = if account.password.is_some() {
            account.login.as_str()
        } else {
            "(invited, cannot sign in yet)"
        };
        let _ = writeln!(
            text,
            "  {:names$}  {:whats$}  {bold}{login}{plain}",
            account.name,
            account.what()
        );
    }
    let _ = writeln!(text, "\n  Password of everybody: {bold}{}{plain}", people::PASSWORD);
    let _ = write!(text, "  Open {bold}{address}{plain} and sign in. Press Ctrl-C to stop.");
    text
}

#[cfg(test)]
mod tests {
    use super::{marker, reading, story, welcome};
    use crate::demo::script::{Deed, Opening};

    #[test]
    fn the_story_is_consistent_and_its_times_ascend() {
        let script = story();
        let steps = reading::with_reading(&script).unwrap();
        assert!(steps.is_sorted_by_key(|step| step.when));
        for now_ms in [
            1_790_000_000_000,
            1_790_020_000_000,
            1_790_100_000_000,
            1_790_300_000_000,
        ] {
            assert!(steps.iter().map(|step| step.when.at_ms(now_ms)).is_sorted());
        }
        let is_say = |deed: &Deed| matches!(deed, Deed::Say { .. });
        let said = steps.iter().filter(|step| is_say(&step.deed)).count();
        assert!((250..=450).contains(&said), "{said} messages");
        assert!(steps.len() < 2_500, "{} steps", steps.len());
    }

    #[test]
    fn the_story_shows_every_kind_of_room_and_deed() {
        let script = story();
        let openings = |is: fn(&Opening) -> bool| script.rooms.iter().any(is);
        assert!(openings(|room| matches!(room, Opening::Direct { .. })));
        assert!(openings(|room| matches!(room, Opening::Group { .. })));
        assert!(openings(|room| matches!(room, Opening::CareRoom { .. })));
        assert!(openings(|room| matches!(room, Opening::General { .. })));
        assert!(openings(|room| matches!(room, Opening::Topic { .. })));
        let deeds = |is: fn(&Deed) -> bool| script.steps.iter().any(|step| is(&step.deed));
        assert!(deeds(|deed| matches!(deed, Deed::Edit { .. })));
        assert!(deeds(|deed| matches!(deed, Deed::Retract { .. })));
        assert!(deeds(|deed| matches!(deed, Deed::Acknowledge { .. })));
        assert!(deeds(|deed| matches!(deed, Deed::Archive)));
        assert!(deeds(|deed| matches!(deed, Deed::Rename { .. })));
        assert!(deeds(|deed| matches!(
            deed,
            Deed::Add {
                history: corridor_protocol::History::FromNow,
                ..
            }
        )));
    }

    #[test]
    fn all_mentions_name_somebody() {
        let ids = crate::demo::people::PEOPLE
            .iter()
            .map(|character| (character.login, character.login.to_owned()))
            .collect();
        for step in story().steps {
            if let Deed::Say { text, .. } | Deed::Edit { text, .. } = step.deed {
                crate::demo::mention::spelled_out(text, &ids).unwrap();
            }
        }
    }

    #[test]
    fn the_greeting_is_plain_without_a_terminal() {
        let text = welcome("http://127.0.0.1:8080", &marker::everybody(), false);
        assert!(!text.contains('\u{1b}'));
        assert!(text.contains("okafor") && text.contains("Press Ctrl-C to stop"));
    }
}
