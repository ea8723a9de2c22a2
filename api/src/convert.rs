//! Step 3 of a message's way: what the wire says becomes what the domain means, and back. Pure; the only place where both are
//! known. Domain types are never serialised to clients.

pub mod care;
pub mod coverage;
pub mod events;
pub mod fhir;
pub mod objects;
pub mod safeguards;
pub mod settings;
mod standing;
pub mod tasks;
pub mod waiting;

use crate::failure::{Failure, Outcome};
use corridor_domain::conversation as domain;
use corridor_domain::event::{Mention, Priority};
use corridor_domain::ids::{ConversationId, PersonId, SiteId};
use corridor_domain::person::{AccountState, PersonKind, Role};
use corridor_protocol as wire;

/// A person's id.
pub fn person_id(text: &str) -> Outcome<PersonId> {
    text.parse()
        .map_err(|_| Failure::Invalid("A person's id is `per_` and 26 characters."))
}

/// A conversation's id.
pub fn conversation_id(text: &str) -> Outcome<ConversationId> {
    text.parse()
        .map_err(|_| Failure::Invalid("A conversation's id is `con_` and 26 characters."))
}

/// A site's id.
pub fn site_id(text: &str) -> Outcome<SiteId> {
    text.parse()
        .map_err(|_| Failure::Invalid("A site's id is `site_` and 26 characters."))
}

/// Several people's ids.
pub fn person_ids(texts: &[String]) -> Outcome<Vec<PersonId>> {
    texts.iter().map(|text| person_id(text)).collect()
}

const KINDS: [(PersonKind, &str); 5] = [
    (PersonKind::Staff, "staff"),
    (PersonKind::Patient, "patient"),
    (PersonKind::Proxy, "proxy"),
    (PersonKind::Partner, "partner"),
    (PersonKind::Service, "service"),
];

const ROLES: [(Role, &str); 8] = [
    (Role::Physician, "physician"),
    (Role::Nurse, "nurse"),
    (Role::MedicalAssistant, "medical_assistant"),
    (Role::FrontDesk, "front_desk"),
    (Role::Billing, "billing"),
    (Role::Administrator, "administrator"),
    (Role::ComplianceOfficer, "compliance_officer"),
    (Role::OrganizationQueue, "organization_queue"),
];

const STATES: [(AccountState, &str); 3] = [
    (AccountState::Invited, "invited"),
    (AccountState::Active, "active"),
    (AccountState::Suspended, "suspended"),
];

fn name_in<T: Copy + PartialEq>(table: &[(T, &'static str)], value: T) -> &'static str {
    table
        .iter()
        .find(|(known, _)| *known == value)
        .map_or("unknown", |(_, name)| name)
}

fn value_in<T: Copy>(table: &[(T, &'static str)], name: &str, otherwise: &'static str) -> Outcome<T> {
    table
        .iter()
        .find(|(_, known)| *known == name)
        .map(|(value, _)| *value)
        .ok_or(Failure::Invalid(otherwise))
}

/// `staff`, `patient`, …
pub fn kind_name(kind: PersonKind) -> &'static str {
    name_in(&KINDS, kind)
}

/// The reverse of [`kind_name`].
pub fn kind(name: &str) -> Outcome<PersonKind> {
    value_in(&KINDS, name, "A kind is staff, patient, proxy, partner or service.")
}

/// `physician`, `nurse`, …
pub fn role_name(role: Role) -> &'static str {
    name_in(&ROLES, role)
}

/// The reverse of [`role_name`].
pub fn role(name: &str) -> Outcome<Role> {
    value_in(&ROLES, name, "There is no role of that name.")
}

/// `active`, `invited` or `suspended`.
pub fn state_name(state: AccountState) -> &'static str {
    name_in(&STATES, state)
}

/// The reverse of [`state_name`].
pub fn state(name: &str) -> Outcome<AccountState> {
    value_in(&STATES, name, "A state is active, invited or suspended.")
}

/// Who will see it.
pub fn audience(audience: wire::Audience) -> domain::Audience {
    match audience {
        wire::Audience::Everyone => domain::Audience::Everyone,
        wire::Audience::Team => domain::Audience::Team,
    }
}

/// The reverse of [`audience`].
pub fn audience_to_wire(audience: domain::Audience) -> wire::Audience {
    match audience {
        domain::Audience::Everyone => wire::Audience::Everyone,
        domain::Audience::Team => wire::Audience::Team,
    }
}

/// How urgent.
pub fn priority(priority: wire::Priority) -> Priority {
    match priority {
        wire::Priority::Routine => Priority::Routine,
        wire::Priority::Urgent => Priority::Urgent,
        wire::Priority::Stat => Priority::Stat,
    }
}

/// The reverse of [`priority`].
pub fn priority_to_wire(priority: Priority) -> wire::Priority {
    match priority {
        Priority::Routine => wire::Priority::Routine,
        Priority::Urgent => wire::Priority::Urgent,
        Priority::Stat => wire::Priority::Stat,
    }
}

/// What a late joiner sees.
pub fn history(history: wire::History) -> domain::History {
    match history {
        wire::History::Full => domain::History::Full,
        wire::History::FromNow => domain::History::FromNow,
        wire::History::SinceMs(at_ms) => domain::History::Since { at_ms },
    }
}

/// The reverse of [`history`].
pub fn history_to_wire(history: domain::History) -> wire::History {
    match history {
        domain::History::Full => wire::History::Full,
        domain::History::FromNow => wire::History::FromNow,
        domain::History::Since { at_ms } => wire::History::SinceMs(at_ms),
    }
}

/// Whom it means.
pub fn mentions(mentions: &[wire::Mention]) -> Outcome<Vec<Mention>> {
    mentions
        .iter()
        .map(|mention| match mention {
            wire::Mention::Person { person_id: person } => Ok(Mention::Person(person_id(person)?)),
            wire::Mention::Role { role: name } => Ok(Mention::Role(role(name)?)),
        })
        .collect()
}

/// The reverse of [`mentions`].
pub fn mentions_to_wire(mentions: &[Mention]) -> Vec<wire::Mention> {
    mentions
        .iter()
        .map(|mention| match mention {
            Mention::Person(person) => wire::Mention::Person {
                person_id: person.to_string(),
            },
            Mention::Role(role) => wire::Mention::Role {
                role: role_name(*role).to_owned(),
            },
        })
        .collect()
}

/// Who finds a channel.
pub fn visibility(visibility: wire::ChannelVisibility) -> domain::Visibility {
    match visibility {
        wire::ChannelVisibility::Public => domain::Visibility::Public,
        wire::ChannelVisibility::Private => domain::Visibility::Private,
        wire::ChannelVisibility::Site => domain::Visibility::Site,
        wire::ChannelVisibility::Announcement => domain::Visibility::Announcement,
        wire::ChannelVisibility::Partner => domain::Visibility::Partner,
    }
}

/// The reverse of [`visibility`].
pub fn visibility_to_wire(visibility: domain::Visibility) -> wire::ChannelVisibility {
    match visibility {
        domain::Visibility::Public => wire::ChannelVisibility::Public,
        domain::Visibility::Private => wire::ChannelVisibility::Private,
        domain::Visibility::Site => wire::ChannelVisibility::Site,
        domain::Visibility::Announcement => wire::ChannelVisibility::Announcement,
        domain::Visibility::Partner => wire::ChannelVisibility::Partner,
    }
}

/// The basis of a look, by name.
pub fn basis_name(basis: corridor_domain::audit::Basis) -> &'static str {
    use corridor_domain::audit::Basis;
    match basis {
        Basis::Member => "member",
        Basis::CareTeam => "care_team",
        Basis::OrganizationQueue => "organization_queue",
        Basis::BreakGlass => "break_glass",
        Basis::Coverage => "coverage",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_leads_back() {
        assert!(
            PersonKind::ALL
                .iter()
                .all(|known| kind(kind_name(*known)).unwrap() == *known)
        );
        assert!(Role::ALL.iter().all(|known| role(role_name(*known)).unwrap() == *known));
        assert!(kind("administrator").is_err() && role("").is_err() && state("closed").is_err());
    }
}
