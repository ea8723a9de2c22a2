//! What a clinic sets for itself, and who is available to patients.

use super::{Caller, Done, Service};
use crate::convert;
use crate::failure::Outcome;
use corridor_domain::care::can_hold;
use corridor_domain::command::Command;
use corridor_domain::ids::{CommandId, PersonId, SiteId};
use corridor_domain::person::{Person, Site};
use corridor_domain::private::Private;
use corridor_protocol as wire;
use std::io;

impl Service {
    /// What is set, as the caller may see it.
    pub fn settings(&self, caller: &Caller) -> Outcome<wire::SettingsPage> {
        let settings = self.reader().settings()?;
        let is_staff = caller.person.is_staff();
        let chart_url = self.reader().chart_link()?.expose().to_owned();
        Ok(wire::SettingsPage {
            settings: convert::settings::settings_to_wire(&settings, is_staff),
            safeguards: convert::safeguards::safeguards_to_wire(self.reader().safeguards()?),
            policies: convert::settings::policies_to_wire(self.reader().policies()?),
            chart_url: (is_staff && !chart_url.is_empty()).then_some(chart_url),
            reachable: self.reachable(&caller.person)?,
        })
    }

    /// Sets all of it.
    pub async fn change_settings(
        &self,
        caller: &Caller,
        command_id: CommandId,
        settings: &wire::Settings,
    ) -> Outcome<Done> {
        let asked = serde_json::to_vec(settings).map_err(io::Error::other)?;
        let command = Command::ChangeSettings(Box::new(convert::settings::settings(settings)?));
        self.run(&self.envelope(caller.acting(), command_id, &asked, command))
            .await
    }

    /// Sets what its people may do with words that were written.
    pub async fn change_policies(
        &self,
        caller: &Caller,
        command_id: CommandId,
        policies: &wire::Policies,
    ) -> Outcome<Done> {
        let command = Command::ChangePolicies(convert::settings::policies(*policies));
        self.run_asked(caller, command_id, policies, command).await
    }

    /// Says where the clinic's own charts are found.
    pub async fn change_chart_link(&self, caller: &Caller, command_id: CommandId, url: &str) -> Outcome<Done> {
        let command = Command::ChangeChartLink(Private::new(url));
        self.run(&self.envelope(caller.acting(), command_id, url.as_bytes(), command))
            .await
    }

    /// Calls a location otherwise.
    pub async fn rename_site(&self, caller: &Caller, command_id: CommandId, id: SiteId, name: &str) -> Outcome<Done> {
        let asked = serde_json::to_vec(&(id.to_string(), name)).map_err(io::Error::other)?;
        let name = Private::new(name);
        let command = Command::RenameSite(Site { id, name });
        self.run(&self.envelope(caller.acting(), command_id, &asked, command))
            .await
    }

    /// Whom of the care team a patient, or who acts for one, can ask for.
    fn reachable(&self, person: &Person) -> io::Result<Vec<wire::Author>> {
        if !person.is_patient_side() {
            return Ok(Vec::new());
        }
        let mut team: Vec<PersonId> = Vec::new();
        for patient in std::iter::once(person.id).chain(person.proxy_for.iter().copied()) {
            let facts = self.reader().person(patient)?.and_then(|patient| patient.patient);
            team.extend(facts.into_iter().flat_map(|facts| facts.care_team));
        }
        team.sort_unstable();
        team.dedup();
        let mut reachable = Vec::with_capacity(team.len());
        for member in team {
            if let Some(member) = self.reader().person(member)?
                && can_hold(&member)
                && self.reader().is_available(member.id)?
            {
                reachable.push(crate::names::of(&member));
            }
        }
        Ok(reachable)
    }
}
