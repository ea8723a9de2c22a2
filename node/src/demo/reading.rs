//! Who has read what when: puts read marks between the scenes, so that unread counts look like those of a working
//! clinic.
//!
//! Whoever speaks has read what was said before. After the last message of a day some members look in; on the evening
//! before today nearly everybody does. What was said today is unread for all who said nothing since. Pure: the same
//! story, the same marks.

use super::calendar::{LAST_MINUTE_OF_YESTERDAY, When};
use super::model::Model;
use super::people;
use super::script::{Deed, Login, RoomId, Said, Script, Step};
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// The whole story in the order of time, with the read marks; or why it makes no sense.
pub fn with_reading(script: &Script) -> Result<Vec<Step>, String> {
    if let Some(fault) = script.faults.first() {
        return Err(fault.clone());
    }
    let mut told = script.steps.clone();
    told.sort_by_key(|step| step.when);
    let mut marked = told.clone();
    marked.extend(looking_in(script, &told)?);
    marked.sort_by_key(|step| step.when);

    let mut model = Model::new(script)?;
    let mut steps = Vec::with_capacity(marked.len() * 2);
    for step in marked {
        // A look finds nothing new if its reader spoke or looked in between, or has left.
        if matches!(step.deed, Deed::Read { .. }) && model.newest_unread(step.room, step.actor).is_none() {
            continue;
        }
        if let Deed::Say { .. } | Deed::Acknowledge { .. } = step.deed
            && let Some(said) = model.newest_unread(step.room, step.actor)
        {
            let before = Step {
                deed: Deed::Read { said },
                ..step
            };
            model.take(&before)?;
            steps.push(before);
        }
        model.take(&step)?;
        steps.push(step);
    }
    Ok(steps)
}

/// Looks at rooms in which something was said that day.
fn looking_in(script: &Script, told: &[Step]) -> Result<Vec<Step>, String> {
    let last_of_day = last_of_each_day(told);
    let mut model = Model::new(script)?;
    let mut looks = Vec::new();
    for step in told {
        model.take(step)?;
        let (Deed::Say { said, .. }, When::Earlier { working_days_ago, .. }) = (step.deed, step.when) else {
            continue;
        };
        if last_of_day.get(&(step.room, working_days_ago)) != Some(&said) {
            continue;
        }
        let readers: Vec<Login> = model
            .members(step.room)
            .filter(|login| reads(login) && *login != step.actor)
            .collect();
        for reader in readers {
            let Some(newest) = model.newest_unread(step.room, reader) else {
                continue;
            };
            let chance = mixed(step.room, reader, said);
            let minutes = 3 + u16::try_from(chance / 8 % 40).unwrap_or_default();
            if chance.is_multiple_of(2) && working_days_ago > Reverse(1) {
                looks.push(Step {
                    when: step.when.later(minutes),
                    actor: reader,
                    room: step.room,
                    deed: Deed::Read { said: newest },
                });
            } else if !chance.is_multiple_of(7) {
                let minute = LAST_MINUTE_OF_YESTERDAY - 45 + minutes;
                let evening = When::Earlier {
                    working_days_ago: Reverse(1),
                    minute,
                };
                if evening > step.when {
                    looks.push(Step {
                        when: evening,
                        actor: reader,
                        room: step.room,
                        deed: Deed::Read { said: newest },
                    });
                }
            }
        }
    }
    Ok(looks)
}

fn last_of_each_day(told: &[Step]) -> BTreeMap<(RoomId, Reverse<u16>), Said> {
    let mut last = BTreeMap::new();
    for step in told {
        if let (Deed::Say { said, .. }, When::Earlier { working_days_ago, .. }) = (step.deed, step.when) {
            last.insert((step.room, working_days_ago), said);
        }
    }
    last
}

/// Programs do not read, and who was only invited cannot.
fn reads(login: Login) -> bool {
    people::by_login(login).is_some_and(|character| character.can_sign_in && character.kind != "service")
}

/// A number that looks like chance and is the same every time (FNV-1a).
fn mixed(room: RoomId, login: Login, said: Said) -> u64 {
    let places = [room.0, said.0].map(|place| u8::try_from(place % 251).unwrap_or_default());
    login.bytes().chain(places).fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    }) >> 16
}
