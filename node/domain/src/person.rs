//! People: who they are, what they may do by role, whether their account is open. Knows nothing of passwords beyond their hash.

use crate::ids::{PersonId, SiteId};
use crate::private::Private;
use serde::{Deserialize, Serialize};

/// What a person is to the clinic. Numbers and order are for ever.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum PersonKind {
    /// Works for the clinic.
    Staff,
    /// Is treated by the clinic.
    Patient,
    /// Acts for a patient: a parent, a guardian.
    Proxy,
    /// Works for somebody else: a lab, a pharmacy.
    Partner,
    /// A program.
    Service,
}

impl PersonKind {
    /// All kinds, in the order of their numbers.
    pub const ALL: [Self; 5] = [Self::Staff, Self::Patient, Self::Proxy, Self::Partner, Self::Service];
}

/// What a member of staff may do. Numbers and order are for ever.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Role {
    /// Physician.
    Physician,
    /// Nurse.
    Nurse,
    /// Medical assistant.
    MedicalAssistant,
    /// Front desk.
    FrontDesk,
    /// Billing.
    Billing,
    /// Administrator: runs accounts and rooms, reads no content.
    Administrator,
    /// Compliance officer: reads the audit record, and content only with a broken glass.
    ComplianceOfficer,
    /// May work in the organization's queue of patient conversations (F-062).
    OrganizationQueue,
}

/// The roles of those who work in patients' matters.
const WITH_PATIENTS: [Role; 5] = [
    Role::Physician,
    Role::Nurse,
    Role::MedicalAssistant,
    Role::FrontDesk,
    Role::Billing,
];

impl Role {
    /// All roles, in the order of their numbers.
    pub const ALL: [Self; 8] = [
        Self::Physician,
        Self::Nurse,
        Self::MedicalAssistant,
        Self::FrontDesk,
        Self::Billing,
        Self::Administrator,
        Self::ComplianceOfficer,
        Self::OrganizationQueue,
    ];

    /// Whether whoever has the role can answer for patient conversations together.
    pub fn is_pool(self) -> bool {
        WITH_PATIENTS.contains(&self)
    }
}

/// A set of roles.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Roles(u16);

impl Roles {
    /// Whether the role is in the set.
    pub const fn has(self, role: Role) -> bool {
        self.0 & (1 << role as u16) != 0
    }

    /// Whether any of the roles is in the set.
    pub fn has_any(self, roles: &[Role]) -> bool {
        roles.iter().any(|role| self.has(*role))
    }

    /// The roles of the set, in order.
    pub fn iter(self) -> impl Iterator<Item = Role> {
        Role::ALL.into_iter().filter(move |role| self.has(*role))
    }
}

impl FromIterator<Role> for Roles {
    fn from_iter<I: IntoIterator<Item = Role>>(roles: I) -> Self {
        Self(roles.into_iter().fold(0, |set, role| set | (1 << role as u16)))
    }
}

/// Whether the account is open. Numbers and order are for ever.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum AccountState {
    /// Known, cannot sign in yet: no password was set.
    Invited,
    /// May sign in.
    Active,
    /// Was closed; sessions ended with it.
    Suspended,
}

/// What a patient is besides a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PatientFacts {
    /// The clinic's own number of the patient (medical record number).
    pub mrn: Private,
    /// Date of birth, `YYYY-MM-DD`: the second identifier.
    pub birth_date: Private,
    /// The staff who care for the patient.
    pub care_team: Vec<PersonId>,
}

/// A person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// Never reused.
    pub id: PersonId,
    /// Never changes.
    pub kind: PersonKind,
    /// As written on the wall of the clinic.
    pub name: Private,
    /// Professional title or relation: "MD", "RN", "mother".
    pub title: Private,
    /// Sign-in name, lower case; empty for those who cannot sign in.
    pub login: Private,
    /// Hash of the password in PHC form (argon2id); empty before the first one is set.
    pub credential: Private,
    /// Empty for all but staff.
    pub roles: Roles,
    /// Whether the account is open.
    pub state: AccountState,
    /// Where the person works; empty: everywhere.
    pub sites: Vec<SiteId>,
    /// Present for patients only.
    pub patient: Option<PatientFacts>,
    /// The patients a proxy acts for.
    pub proxy_for: Vec<PersonId>,
    /// The organization of a partner.
    pub organization: Private,
}

/// Who somebody is, as far as it can be corrected.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Profile {
    /// As written on the wall of the clinic.
    pub name: Private,
    /// Professional title or relation.
    pub title: Private,
    /// Sign-in name, lower case; empty for those who cannot sign in.
    pub login: Private,
    /// The organization of a partner.
    pub organization: Private,
    /// Medical record number; of patients only.
    pub mrn: Private,
    /// Date of birth, `YYYY-MM-DD`; of patients only.
    pub birth_date: Private,
    /// Where a patient is seen. Of staff it belongs to their rights, and stays as it is.
    pub sites: Vec<SiteId>,
}

impl Person {
    /// Who they are now.
    pub fn profile(&self) -> Profile {
        let facts = self.patient.as_ref();
        Profile {
            name: self.name.clone(),
            title: self.title.clone(),
            login: self.login.clone(),
            organization: self.organization.clone(),
            mrn: facts.map(|facts| facts.mrn.clone()).unwrap_or_default(),
            birth_date: facts.map(|facts| facts.birth_date.clone()).unwrap_or_default(),
            sites: self.sites.clone(),
        }
    }

    /// Whether the person works for the clinic.
    pub fn is_staff(&self) -> bool {
        self.kind == PersonKind::Staff
    }

    /// Whether the person is on the patients' side of the wall.
    pub fn is_patient_side(&self) -> bool {
        matches!(self.kind, PersonKind::Patient | PersonKind::Proxy)
    }

    /// Whether the account is open.
    pub fn is_active(&self) -> bool {
        self.state == AccountState::Active
    }

    /// Whether the person works in patients' matters at all.
    pub fn works_with_patients(&self) -> bool {
        self.is_staff() && self.roles.has_any(&WITH_PATIENTS)
    }

    /// Whether this patient has that person in the care team.
    pub fn has_in_care_team(&self, person: PersonId) -> bool {
        self.patient
            .as_ref()
            .is_some_and(|facts| facts.care_team.contains(&person))
    }
}

/// A location of the workspace.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Site {
    /// Never reused.
    pub id: SiteId,
    /// As people call it.
    pub name: Private,
}
