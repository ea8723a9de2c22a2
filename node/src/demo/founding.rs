//! Founds the demo clinic: the administrator, the sites, the accounts; then has the story played.
//!
//! Stands between `corridor demo` and the player. Every part may have been done by an earlier founding that was cut
//! off: it is asked for again under the same command ids. Refuses to know what the story tells.

use super::clock::DemoWorld;
use super::people::{CLINIC, Character, PASSWORD, PEOPLE, Place};
use super::player::{Player, command_id, explained, signed_in};
use super::{desks, reading, story};
use corridor_api::failure::Failure;
use corridor_api::service::{Caller, Service};
use corridor_domain::refusal::Refusal;
use corridor_protocol::{self as wire, AddPerson};
use std::collections::HashMap;
use std::io::{IsTerminal, Write};
use std::sync::Arc;
use tokio::task::JoinSet;

/// Accounts are made on the first morning, before the first scene.
const BEFORE_THE_STORY_MS: u64 = 60 * 60 * 1000;

/// Founds the clinic as it would stand at `now_ms`; the world must not be live yet.
pub async fn found(service: &Service, world: &Arc<DemoWorld>, now_ms: u64) -> Result<(), String> {
    let script = story();
    let steps = reading::with_reading(&script)?;
    let first_ms = steps.first().map_or(now_ms, |step| step.when.at_ms(now_ms));
    let reader = service.reader();
    let stamped_ms = reader.progress().map_err(|error| error.to_string())?.at_ms;
    world.tell(first_ms.saturating_sub(BEFORE_THE_STORY_MS).max(stamped_ms));

    let mut progress = Progress::new();
    let [administrator, others @ ..] = PEOPLE else {
        return Err("the cast is empty".to_owned());
    };
    match reader.workspace_name().map_err(|error| error.to_string())? {
        Some(name) if name.expose() != CLINIC => {
            return Err(format!("the folder holds {:?}, not the demo", name.expose()));
        }
        Some(_) => {}
        None => {
            let request = account(administrator, &HashMap::new(), &[])?;
            service
                .found(CLINIC, &request)
                .await
                .map_err(|failure| explained(&failure))?;
        }
    }
    let caller = signed_in(service, administrator.login).await?;
    let mut sites = Vec::new();
    for (number, place) in Place::ALL.iter().enumerate() {
        // A site's id is not in its answer: what is there already is taken as it is.
        sites.push(match site_of(service, *place)? {
            Some(id) => id,
            None => {
                let added = service.add_site(&caller, command_id(1, number), place.name()).await;
                added.map_err(|failure| explained(&failure))?.to_string()
            }
        });
    }
    set_up(service, &caller).await?;
    let mut ids = HashMap::from([(administrator.login, caller.person.id.to_string())]);
    // Patients name their care team, and proxies their patients: each wave needs the one before.
    for wave in [&["staff", "partner", "service"][..], &["patient"], &["proxy"]] {
        let wave: Vec<&'static Character> = others
            .iter()
            .filter(|character| wave.contains(&character.kind))
            .collect();
        add_all(service, &caller, &wave, &sites, &mut ids, &mut progress).await?;
    }
    let ended = service
        .end_session(&caller, service.draw_command_id(), caller.session.id)
        .await;
    ended.map_err(|failure| explained(&failure))?;

    let mut player = Player::new(service.clone(), Arc::clone(world), ids, sites);
    let all = steps.len();
    player
        .play(&script, &steps, now_ms, |done| {
            progress.show("Living three weeks of it", done, all)
        })
        .await?;
    desks::lay_out(service, &mut player, now_ms).await?;
    player.sign_everybody_out().await?;
    progress.end();
    Ok(())
}

fn site_of(service: &Service, place: Place) -> Result<Option<String>, String> {
    let sites = service.reader().sites().map_err(|error| error.to_string())?;
    Ok(sites
        .into_iter()
        .find(|site| site.name.expose() == place.name())
        .map(|site| site.id.to_string()))
}

/// Adds people who do not need each other, all at once: their passwords take the time.
async fn add_all(
    service: &Service,
    caller: &Caller,
    wave: &[&'static Character],
    sites: &[String],
    ids: &mut HashMap<&'static str, String>,
    progress: &mut Progress,
) -> Result<(), String> {
    let mut adding = JoinSet::new();
    for character in wave {
        let place = PEOPLE
            .iter()
            .position(|other| other.login == character.login)
            .unwrap_or_default();
        let request = account(character, ids, sites)?;
        let (service, caller, login) = (service.clone(), caller.clone(), character.login);
        adding.spawn(async move {
            let added = service.add_person(&caller, command_id(2, place), &request).await;
            added
                .map(|added| (login, added.person_id))
                .map_err(|failure| format!("{login}: {}", explained(&failure)))
        });
    }
    while let Some(added) = adding.join_next().await {
        let (login, id) = added.map_err(|error| error.to_string())??;
        ids.insert(login, id);
        progress.show("Founding the demo clinic", ids.len(), PEOPLE.len());
    }
    Ok(())
}

fn account(character: &Character, ids: &HashMap<&'static str, String>, sites: &[String]) -> Result<AddPerson, String> {
    let ids_of = |logins: &[&'static str]| -> Result<Vec<String>, String> {
        logins
            .iter()
            .map(|login| {
                ids.get(login)
                    .cloned()
                    .ok_or_else(|| format!("{login} is not there yet"))
            })
            .collect()
    };
    let places = Place::ALL
        .iter()
        .zip(sites)
        .filter(|(place, _)| character.places.contains(place));
    Ok(AddPerson {
        kind: character.kind.to_owned(),
        name: character.name.to_owned(),
        title: character.title.to_owned(),
        login: character.login.to_owned(),
        password: if character.can_sign_in {
            PASSWORD.to_owned()
        } else {
            String::new()
        },
        roles: character.roles.iter().map(|role| (*role).to_owned()).collect(),
        site_ids: places.map(|(_, id)| id.clone()).collect(),
        mrn: character.mrn.to_owned(),
        birth_date: character.birth_date.to_owned(),
        care_team: ids_of(character.care_team)?,
        proxy_for: ids_of(character.proxy_for)?,
        organization: character.organization.to_owned(),
    })
}

/// One line on stderr: on a terminal it counts, elsewhere it says each part once.
struct Progress {
    counts: bool,
    shown: &'static str,
}

impl Progress {
    fn new() -> Self {
        Self {
            counts: std::io::stderr().is_terminal(),
            shown: "",
        }
    }

    fn show(&mut self, part: &'static str, done: usize, all: usize) {
        let mut stderr = std::io::stderr().lock();
        // Nobody is harmed by a progress line that was not shown.
        let _ = if self.counts {
            let before = if self.shown.is_empty() || self.shown == part {
                ""
            } else {
                "\n"
            };
            write!(stderr, "{before}\r{part}… {done}/{all}")
        } else if self.shown != part {
            writeln!(stderr, "{part}…")
        } else {
            Ok(())
        };
        self.shown = part;
    }

    fn end(&self) {
        if self.counts {
            let _ = writeln!(std::io::stderr().lock());
        }
    }
}

/// What the clinic sets for itself.
async fn set_up(service: &Service, caller: &Caller) -> Result<(), String> {
    let hours = (0..5).map(|day| wire::Hours {
        day,
        from_minute: 8 * 60,
        until_minute: 17 * 60,
    });
    let reason = |number, name: &str, role: &str| wire::Reason {
        number,
        name: name.to_owned(),
        role: role.to_owned(),
        of_sites: Vec::new(),
    };
    let settings = wire::Settings {
        guidance: GUIDANCE.to_owned(),
        hours: hours.collect(),
        zone: "America/New_York".to_owned(),
        patients: true,
        team: true,
        reasons: vec![
            reason(1, "Appointments", "front_desk"),
            reason(2, "Medication and refills", "nurse"),
            reason(3, "Symptoms and results", "nurse"),
            reason(4, "Bills and insurance", "billing"),
        ],
    };
    let set = service.change_settings(caller, command_id(9, 0), &settings).await;
    match set {
        // It was set up before.
        Ok(_) | Err(Failure::Refused(Refusal::NothingToDo)) => Ok(()),
        Err(failure) => Err(explained(&failure)),
    }
}

const GUIDANCE: &str = "In an emergency call 911. Crisis line: 988, day and night.\nWe answer within one working day.";
