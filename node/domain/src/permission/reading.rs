//! Rules for reading: content on one of four bases (T-04), directories by role, the audit record by the compliance officer.

use super::{Asking, unknown};
use crate::audit::{Action, Basis};
use crate::conversation::Kind;
use crate::coverage::Cover;
use crate::ids::PersonId;
use crate::person::{Person, Role};
use crate::refusal::Refusal;
use crate::view::Readable;

/// The basis on which somebody reads a conversation; none: they do not.
pub fn basis(reader: &Person, about: &Readable, now_ms: u64) -> Option<Basis> {
    let conversation = about.conversation.as_ref()?;
    if reader.is_patient_side() && !is_own_thread(reader, &conversation.kind, about.is_confidential()) {
        return None;
    }
    if about.own_at(now_ms).is_some() {
        return Some(match about.own_is_by_coverage {
            true => Basis::Coverage,
            false => Basis::Member,
        });
    }
    let holder = about.care.as_ref().and_then(|care| care.holder);
    let in_queue = |patient| queue_basis(reader, &about.covers, patient, holder, about.is_labelled(), now_ms);
    match about.patient.as_ref().and_then(in_queue) {
        // The room beside a patient's thread is not in the queue, and not covered.
        Some(Basis::OrganizationQueue | Basis::Coverage) if !conversation.kind.is_patient() => {}
        None => {}
        found => return found,
    }
    let broken = about.break_glass.as_ref().is_some_and(|grant| {
        grant.person == reader.id && grant.conversation == conversation.id && now_ms < grant.expires_at_ms
    });
    if broken && may_break_glass(reader, &conversation.kind) {
        return Some(Basis::BreakGlass);
    }
    None
}

/// On which basis somebody reads a patient's conversation without belonging to it; `holder` answers for it, and the reader covers for
/// those in `covers`. One with a label is not in the queue, and covered only where the grant names such ones.
pub fn queue_basis(
    reader: &Person,
    covers: &[Cover],
    patient: &Person,
    holder: Option<PersonId>,
    is_labelled: bool,
    now_ms: u64,
) -> Option<Basis> {
    let works = reader.works_with_patients();
    if works && patient.has_in_care_team(reader.id) {
        Some(Basis::CareTeam)
    } else if works
        && covers
            .iter()
            .any(|cover| cover.opens(patient, holder, is_labelled, now_ms))
    {
        Some(Basis::Coverage)
    } else if !is_labelled
        && reader.is_staff()
        && reader.roles.has(Role::OrganizationQueue)
        && shares_a_site(reader, patient)
    {
        Some(Basis::OrganizationQueue)
    } else {
        None
    }
}

/// Whether somebody may be told what moves in the queue; of which conversations, [`queue_basis`] says.
pub fn may_watch_queue(person: &Person) -> bool {
    person.is_active()
        && person.is_staff()
        && (person.works_with_patients() || person.roles.has(Role::OrganizationQueue))
}

/// Whether somebody is shown every hand-over that nobody accepted in time: administrators see to it that patients are answered, whether or not
/// they work with them. Of conversations with a label they are shown what others are, by [`queue_basis`].
pub fn sees_all_late(person: &Person) -> bool {
    person.is_active() && person.is_staff() && person.roles.has(Role::Administrator)
}

/// Whether somebody reads on what was taken back, where they may read at all: the compliance officer (T-02). For all others, whoever wrote it too,
/// it is gone.
pub fn sees_retracted(reader: &Person) -> bool {
    reader.is_active() && reader.is_staff() && reader.roles.has(Role::ComplianceOfficer)
}

/// Patients and proxies see only their own threads, whatever their memberships say: a proxy whose relation ended is out, and so is one from
/// whom it is kept.
fn is_own_thread(reader: &Person, kind: &Kind, is_confidential: bool) -> bool {
    match kind {
        Kind::Patient { patient } => reader.id == *patient || !is_confidential && reader.proxy_for.contains(patient),
        Kind::Direct | Kind::Group | Kind::Channel { .. } | Kind::CareRoom { .. } => false,
    }
}

/// No site means everywhere.
fn shares_a_site(reader: &Person, patient: &Person) -> bool {
    reader.sites.is_empty() || patient.sites.is_empty() || reader.sites.iter().any(|site| patient.sites.contains(site))
}

/// Compliance officers for anything; physicians for patients.
fn may_break_glass(reader: &Person, kind: &Kind) -> bool {
    reader.is_staff()
        && (reader.roles.has(Role::ComplianceOfficer)
            || (reader.roles.has(Role::Physician) && kind.patient().is_some()))
}

pub(super) fn deny(asking: &Asking<'_>) -> Option<Refusal> {
    match asking.action {
        Action::Read => unknown_content(asking),
        // Who may break the glass must be able to name what is behind it; for all others there is nothing there.
        Action::BreakGlass => match asking.conversation() {
            Some(conversation) if may_break_glass(asking.actor, &conversation.kind) => None,
            Some(_) => unknown(asking).or(Some(Refusal::Forbidden)),
            None => Some(Refusal::NotFound),
        },
        _ if asking.actor.is_patient_side() => Some(Refusal::Forbidden),
        _ => None,
    }
}

/// Finding a channel in the list is not reading it.
fn unknown_content(asking: &Asking<'_>) -> Option<Refusal> {
    unknown(asking).or_else(|| {
        basis(asking.actor, asking.about, asking.now_ms)
            .is_none()
            .then_some(Refusal::NotAMember)
    })
}

pub(super) fn allow(asking: &Asking<'_>) -> Option<Option<Basis>> {
    let actor = asking.actor;
    match asking.action {
        Action::Read => basis(actor, asking.about, asking.now_ms).map(Some),
        Action::ReadPeople => actor.is_staff().then_some(None),
        Action::ReadPatients => {
            let may = actor.works_with_patients()
                || (actor.is_staff() && actor.roles.has_any(&[Role::Administrator, Role::ComplianceOfficer]));
            may.then_some(None)
        }
        Action::ReadAudit => (actor.is_staff() && actor.roles.has(Role::ComplianceOfficer)).then_some(None),
        Action::BreakGlass => asking
            .conversation()
            .is_some_and(|conversation| may_break_glass(actor, &conversation.kind))
            .then_some(None),
        _ => None,
    }
}
