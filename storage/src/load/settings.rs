//! What the clinic sets for itself, and who is available to patients.

use super::load_subject;
use crate::keys::{self, Table};
use crate::state::Records;
use corridor_domain::ids::{PersonId, SiteId};
use corridor_domain::settings::{Settings, Switches};
use corridor_domain::view::View;
use std::io;

/// Looked at with every message: the record is among the hot ones, also where there is none.
pub(super) fn switches(records: &impl Records) -> io::Result<Switches> {
    let settings: Option<Settings> = records.record(&keys::settings())?;
    Ok(settings.map(|settings| settings.switches).unwrap_or_default())
}

pub(super) fn load_available(records: &impl Records, view: &mut View, person: PersonId) -> io::Result<()> {
    load_subject(records, view, person)?;
    view.subject_is_unavailable = records.bytes(&keys::unavailable(person))?.is_some();
    Ok(())
}

pub(super) fn load_for_rights(records: &impl Records, view: &mut View, person: PersonId) -> io::Result<()> {
    load_subject(records, view, person)?;
    let sites = records.ids(&keys::table(Table::Site), usize::MAX / 2)?;
    view.sites = sites.into_iter().map(SiteId::from_bytes).collect();
    Ok(())
}
