//! Rules for rooms: who creates, renames, puts away, hands over, and who brings whom in.

use super::settings::switched_off;
use super::{Asking, basis, unknown};
use crate::audit::{Action, Basis};
use crate::conversation::{Conversation, Kind, Visibility};
use crate::person::{Person, PersonKind, Role};
use crate::refusal::Refusal;

/// Whether somebody finds the channel in the list of those one may join.
pub(super) fn is_found_by(person: &Person, conversation: &Conversation) -> bool {
    let Kind::Channel { visibility, site, .. } = &conversation.kind else {
        return false;
    };
    person.is_staff()
        && match visibility {
            Visibility::Public | Visibility::Announcement => true,
            Visibility::Site => person.sites.is_empty() || site.is_some_and(|site| person.sites.contains(&site)),
            Visibility::Private | Visibility::Partner => false,
        }
}

pub(super) fn deny(asking: &Asking<'_>) -> Option<Refusal> {
    if asking.action == Action::CreateConversation {
        return deny_creation(asking);
    }
    if let Some(refusal) = unknown(asking) {
        return Some(refusal);
    }
    let conversation = asking.conversation()?;
    match asking.action {
        Action::Rename | Action::AddMember if conversation.archived => Some(Refusal::Archived),
        Action::AddMember if asking.about.is_confidential() && asking.subject.is_some_and(acts_for_another) => {
            Some(Refusal::Forbidden)
        }
        Action::AddMember => deny_member(asking.subject, &conversation.kind),
        Action::Join if asking.own().is_some() => Some(Refusal::AlreadyMember),
        Action::Join if conversation.archived => Some(Refusal::Archived),
        Action::ChangeOwner => match asking.subject {
            Some(subject) if subject.is_staff() && subject.is_active() => None,
            Some(_) => Some(Refusal::Invalid),
            None => Some(Refusal::NotFound),
        },
        Action::Leave if asking.own().is_none() => Some(Refusal::NotAMember),
        // A patient's thread belongs to the patient's chart: its patient and proxies do not drop out of it.
        Action::Leave | Action::RemoveMember if conversation.kind.is_patient() => asking
            .subject
            .is_some_and(Person::is_patient_side)
            .then_some(Refusal::Forbidden),
        Action::Leave | Action::RemoveMember if conversation.kind == Kind::Direct => Some(Refusal::Forbidden),
        _ => None,
    }
}

fn acts_for_another(person: &Person) -> bool {
    person.kind == PersonKind::Proxy
}

/// Whom a room never takes in.
fn deny_member(subject: Option<&Person>, kind: &Kind) -> Option<Refusal> {
    let Some(subject) = subject else {
        return Some(Refusal::NotFound);
    };
    if subject.state == crate::person::AccountState::Suspended {
        return Some(Refusal::Invalid);
    }
    let fits = match (kind, subject.kind) {
        (Kind::Direct, _) => false,
        (_, PersonKind::Staff | PersonKind::Service) => true,
        (Kind::Patient { patient }, PersonKind::Patient) => subject.id == *patient,
        (Kind::Patient { patient }, PersonKind::Proxy) => subject.proxy_for.contains(patient),
        (
            Kind::Group
            | Kind::Channel {
                visibility: Visibility::Partner,
                ..
            },
            PersonKind::Partner,
        ) => true,
        _ => false,
    };
    (!fits).then_some(Refusal::Forbidden)
}

fn deny_creation(asking: &Asking<'_>) -> Option<Refusal> {
    let kind = asking.new_kind?;
    if let Some(refusal) = switched_off(asking, kind) {
        return Some(refusal);
    }
    let patient_missing = kind.patient().is_some_and(|patient| {
        !asking
            .people
            .iter()
            .any(|person| person.id == patient && person.kind == PersonKind::Patient)
    });
    if patient_missing {
        return Some(Refusal::NotFound);
    }
    if let Kind::CareRoom { patient, beside } = kind {
        // `about` is the conversation it will stand beside: a patient's own, and of this patient.
        if let Some(refusal) = unknown(asking) {
            return Some(refusal);
        }
        let stands = |about: &Conversation| about.id == *beside && about.kind == (Kind::Patient { patient: *patient });
        if !asking.conversation().is_some_and(stands) {
            return Some(Refusal::Invalid);
        }
    }
    if let Kind::Direct = kind {
        let both_staff = asking
            .people
            .iter()
            .all(|person| person.is_staff() && person.is_active());
        return (!both_staff).then_some(Refusal::Forbidden);
    }
    let named = asking
        .people
        .iter()
        .filter(|person| Some(person.id) != kind.patient() && person.id != asking.actor.id);
    // Suspended people are left out by themselves where the care team is taken in; a kind that does not fit is refused.
    named
        .filter(|person| person.state != crate::person::AccountState::Suspended)
        .find_map(|person| deny_member(Some(person), kind))
}

pub(super) fn allow(asking: &Asking<'_>) -> Option<Option<Basis>> {
    let actor = asking.actor;
    let administrator = actor.is_staff() && actor.roles.has(Role::Administrator);
    if asking.action == Action::CreateConversation {
        return asking
            .new_kind
            .is_some_and(|kind| may_create(asking, kind, administrator))
            .then_some(None);
    }
    let conversation = asking.conversation()?;
    let staff_member = actor.is_staff() && asking.own().is_some();
    let may = match (asking.action, &conversation.kind) {
        (Action::Join, Kind::Channel { .. }) => is_found_by(actor, conversation),
        (Action::Join, Kind::Patient { .. } | Kind::CareRoom { .. }) => {
            let ground = basis(actor, asking.about, asking.now_ms);
            matches!(
                ground,
                Some(Basis::CareTeam | Basis::Coverage | Basis::OrganizationQueue)
            )
        }
        (Action::Leave, _) => asking.own().is_some(),
        (_, Kind::Direct) => false,
        (Action::Rename | Action::Archive | Action::Reopen, Kind::Patient { .. } | Kind::CareRoom { .. }) => {
            staff_member
        }
        (Action::Rename | Action::Archive | Action::Reopen, Kind::Group) => asking.is_owner(),
        (Action::Rename | Action::Archive | Action::Reopen, Kind::Channel { .. }) => asking.is_owner() || administrator,
        (Action::ChangeOwner, _) => asking.is_owner() || (administrator && staff_member),
        (Action::AddMember, Kind::Patient { .. } | Kind::CareRoom { .. }) => staff_member,
        (
            Action::AddMember,
            Kind::Channel {
                visibility: Visibility::Public | Visibility::Site,
                ..
            },
        ) => staff_member,
        (Action::AddMember, _) => asking.is_owner(),
        (Action::RemoveMember, Kind::Patient { .. } | Kind::CareRoom { .. }) => staff_member,
        (Action::RemoveMember, _) => asking.is_owner() || (administrator && is_found_by(actor, conversation)),
        _ => false,
    };
    may.then_some(asking.own_basis())
}

fn may_create(asking: &Asking<'_>, kind: &Kind, administrator: bool) -> bool {
    let actor = asking.actor;
    match kind {
        Kind::Direct | Kind::Group => actor.is_staff(),
        Kind::Channel {
            visibility: Visibility::Announcement | Visibility::Partner,
            ..
        } => administrator,
        Kind::Channel { .. } => actor.is_staff(),
        Kind::Patient { patient } => {
            actor.works_with_patients()
                || actor.id == *patient
                || (actor.kind == PersonKind::Proxy && actor.proxy_for.contains(patient))
        }
        // Beside a conversation one belongs to, for longer than a coverage: `about` is that conversation.
        Kind::CareRoom { .. } => actor.is_staff() && asking.own().is_some() && !asking.about.own_is_by_coverage,
    }
}
