//! Corrections of who somebody is, as a command: what a client does not name stays as it is known here.

use super::accounts::ONE_CHANGE;
use crate::convert;
use crate::failure::Outcome;
use corridor_domain::command::Command;
use corridor_domain::ids::PersonId;
use corridor_domain::person::{Person, PersonKind};
use corridor_domain::private::Private;
use corridor_protocol as wire;

/// The correction that is asked for; none where it is about something else. Whoever is not known gets an empty one, which the log refuses.
pub(super) fn correction(
    known: &Option<Person>,
    id: PersonId,
    change: &wire::ChangePerson,
) -> Outcome<Option<Command>> {
    let is_patient = known.as_ref().is_some_and(|known| known.kind == PersonKind::Patient);
    let mut rest = change.clone();
    let site_ids = if is_patient { rest.site_ids.take() } else { None };
    let mut profile = known.as_ref().map(Person::profile).unwrap_or_default();
    let mut is_any = site_ids.is_some();
    for (field, said) in [
        (&mut profile.name, rest.name.take()),
        (&mut profile.title, rest.title.take()),
        (&mut profile.login, rest.login.take().map(|login| login.to_lowercase())),
        (&mut profile.organization, rest.organization.take()),
        (&mut profile.mrn, rest.mrn.take()),
        (&mut profile.birth_date, rest.birth_date.take()),
    ] {
        if let Some(said) = said {
            *field = Private::new(said.trim());
            is_any = true;
        }
    }
    if !is_any {
        return Ok(None);
    }
    if rest != wire::ChangePerson::default() {
        return Err(ONE_CHANGE);
    }
    if let Some(sites) = site_ids {
        profile.sites = sites
            .iter()
            .map(|site| convert::site_id(site))
            .collect::<Outcome<_>>()?;
    }
    Ok(Some(Command::ChangeProfile(id, Box::new(profile))))
}
