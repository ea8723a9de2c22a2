//! Looking people up: staff, patients, and who acts for them. The look is on the record before anything is shown.
//!
//! Refuses to know what changes a person (`accounts.rs`), and who may look, which the funnel says.

use super::{Caller, Service};
use crate::convert::objects;
use crate::encode;
use crate::failure::{Failure, Outcome};
use corridor_domain::audit::Action;
use corridor_domain::command::Command;
use corridor_domain::ids::PersonId;
use corridor_domain::limits;
use corridor_domain::permission::{Asking, permit};
use corridor_domain::person::{Person, PersonKind};
use corridor_domain::refusal::Refusal;
use corridor_domain::view::Readable;
use corridor_protocol as wire;
use std::collections::HashMap;
use std::io;

impl Service {
    /// Staff and partners.
    pub async fn people(&self, caller: &Caller, query: &str, limit: usize) -> Outcome<wire::PeopleList> {
        self.ask(caller, Command::ReadDirectory { patients: false }).await?;
        let lights: HashMap<PersonId, wire::Presence> = self
            .actors()
            .lights()
            .await
            .into_iter()
            .map(|(person, light)| (person, encode::presence(light)))
            .collect();
        let found = self.look_up(query, limit, |person| {
            matches!(
                person.kind,
                PersonKind::Staff | PersonKind::Partner | PersonKind::Service
            )
        })?;
        let shown = found.iter().map(|person| {
            let light = lights.get(&person.id).copied().unwrap_or(wire::Presence::Offline);
            let available = self.reader().is_available(person.id)?;
            Ok(wire::Person {
                available: (!available).then_some(false),
                ..objects::person(person, Some(light))
            })
        });
        Ok(wire::PeopleList {
            people: shown.collect::<io::Result<_>>()?,
        })
    }

    /// Those who act for patients, for who keeps the accounts.
    pub async fn proxies(&self, caller: &Caller, query: &str, limit: usize) -> Outcome<wire::PeopleList> {
        let (nothing, now_ms) = (Readable::default(), self.time_of_rights_ms());
        permit(&Asking::new(Action::AddPerson, &caller.person, &nothing, now_ms))?;
        self.ask(caller, Command::ReadDirectory { patients: false }).await?;
        let found = self.look_up(query, limit, |person| person.kind == PersonKind::Proxy)?;
        Ok(wire::PeopleList {
            people: found.iter().map(|person| objects::person(person, None)).collect(),
        })
    }

    /// Patients.
    pub async fn patients(&self, caller: &Caller, query: &str, limit: usize) -> Outcome<wire::PatientList> {
        self.ask(caller, Command::ReadDirectory { patients: true }).await?;
        let found = self.look_up(query, limit, |person| person.kind == PersonKind::Patient)?;
        Ok(wire::PatientList {
            patients: found.iter().map(|person| objects::person(person, None)).collect(),
        })
    }

    /// One patient, and who acts for them.
    pub async fn patient(&self, caller: &Caller, id: PersonId) -> Outcome<wire::PatientProfile> {
        self.ask(caller, Command::ReadDirectory { patients: true }).await?;
        let found = self.reader().person(id)?;
        let patient = found.filter(|person| person.kind == PersonKind::Patient);
        let patient = patient.ok_or(Refusal::NotFound)?;
        let mut proxies = Vec::new();
        for proxy in self.reader().proxies_of(id)?.into_iter().take(limits::INBOX_COUNT_MAX) {
            proxies.extend(self.reader().person(proxy)?);
        }
        proxies.sort_by(|one, other| one.name.cmp(&other.name).then(one.id.cmp(&other.id)));
        Ok(wire::PatientProfile {
            patient: objects::person(&patient, None),
            proxies: proxies.iter().map(|person| objects::person(person, None)).collect(),
        })
    }

    fn look_up(&self, query: &str, limit: usize, is_wanted: impl Fn(&Person) -> bool) -> Result<Vec<Person>, Failure> {
        let query = query.trim().to_lowercase();
        let mut found = Vec::new();
        self.reader().people(|person| {
            if is_wanted(&person) && person_matches(&person, &query) {
                found.push(person);
            }
            true
        })?;
        found.sort_by(|one, other| one.name.cmp(&other.name).then(one.id.cmp(&other.id)));
        found.truncate(limit.clamp(1, limits::INBOX_COUNT_MAX));
        Ok(found)
    }
}

fn person_matches(person: &Person, query: &str) -> bool {
    let facts = person.patient.as_ref();
    let texts = [
        person.name.expose(),
        person.login.expose(),
        person.organization.expose(),
        facts.map_or("", |facts| facts.mrn.expose()),
        facts.map_or("", |facts| facts.birth_date.expose()),
    ];
    query.is_empty() || texts.iter().any(|text| text.to_lowercase().contains(query))
}
