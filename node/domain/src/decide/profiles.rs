//! Corrections by administrators: who somebody is, and what a location is called. Refuses to know rights and relations.

use super::Decision;
use super::accounts::{change_subject, changed, check_name, check_person};
use crate::outcome::Change;
use crate::person::{Person, Profile, Site};
use crate::refusal::Refusal;
use crate::view::View;

/// A login that is taken away or given leaves the sessions alone: they ended with the account, or go on.
pub(super) fn change(view: &View, profile: &Profile) -> Result<Decision, Refusal> {
    change_subject(view, |person| {
        if view.login_taken && profile.login != person.login {
            return Err(Refusal::LoginTaken);
        }
        *person = corrected(person, profile)?;
        let known = |site| view.sites.contains(site);
        match person.sites.iter().all(known) {
            true => check_person(person),
            false => Err(Refusal::NotFound),
        }
    })
}

fn corrected(person: &Person, profile: &Profile) -> Result<Person, Refusal> {
    let mut after = person.clone();
    let is_patients = profile.mrn != person.profile().mrn
        || profile.birth_date != person.profile().birth_date
        || profile.sites != person.sites;
    match &mut after.patient {
        Some(facts) => {
            facts.mrn = profile.mrn.clone();
            facts.birth_date = profile.birth_date.clone();
            after.sites = profile.sites.clone();
        }
        None if is_patients => return Err(Refusal::Invalid),
        None => {}
    }
    after.name = profile.name.clone();
    after.title = profile.title.clone();
    after.login = profile.login.clone();
    after.organization = profile.organization.clone();
    Ok(after)
}

pub(super) fn rename_site(view: &View, site: &Site) -> Result<Decision, Refusal> {
    check_name(&site.name)?;
    match view.site.as_ref() {
        None => Err(Refusal::NotFound),
        Some(before) if before.name == site.name => Err(Refusal::NothingToDo),
        Some(_) => Ok(changed(vec![Change::Site(site.clone())])),
    }
}
