//! What the clinic sets for itself, and who is available to patients.

use super::circle::load_for_creation;
use super::{Onlooker, load_subject};
use crate::keys::{self, Table};
use crate::state::Records;
use corridor_domain::command::{Command, NewConversation};
use corridor_domain::ids::{PersonId, SiteId};
use corridor_domain::settings::{Policies, Settings, Switches};
use corridor_domain::view::View;
use std::io;

/// Looked at with every message: the record is among the hot ones, also where there is none.
pub(super) fn switches(records: &impl Records) -> io::Result<Switches> {
    let settings: Option<Settings> = records.record(&keys::settings())?;
    Ok(settings.map(|settings| settings.switches).unwrap_or_default())
}

/// The same: how words may be changed, and in whose name written, is asked of every conversation.
pub(super) fn policies(records: &impl Records) -> io::Result<Policies> {
    Ok(records.record(&keys::policies())?.unwrap_or_default())
}

/// What is set of what a command would set otherwise.
pub(super) fn load_what_is_set(records: &impl Records, view: &mut View, command: &Command) -> io::Result<()> {
    match command {
        Command::ChangeSettings(..) => view.settings = records.record(&keys::settings())?,
        Command::ChangeSafeguards(..) => view.safeguards = records.record(&keys::safeguards())?,
        Command::ChangeChartLink(..) => view.chart_link = records.record(&keys::chart_link())?,
        Command::ChangePolicies(..) => view.about.policies = policies(records)?,
        _ => {}
    }
    Ok(())
}

/// What a patient's conversation begins with.
pub(super) fn load_for_beginning(
    records: &impl Records,
    view: &mut View,
    onlooker: Option<&Onlooker<'_>>,
    new: &NewConversation,
    to: Option<PersonId>,
) -> io::Result<()> {
    if let Some(to) = to {
        load_available(records, view, to)?;
    }
    view.settings = records.record(&keys::settings())?;
    load_for_creation(records, view, onlooker, new)
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
