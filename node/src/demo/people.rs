//! The demo's cast: who works at the clinic, who is treated there, who comes from outside. Nobody here is a real
//! person.
//!
//! Only a table. Refuses to know what anybody says and how accounts are made.

/// The clinic's name.
pub const CLINIC: &str = "Bayview Family Medicine";
/// Everybody's password: the demo is on loopback, and its people do not exist.
pub const PASSWORD: &str = "demo-clinic-only-2026";

/// Where the clinic is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// San Francisco.
    Sf,
    /// Los Angeles.
    La,
}

impl Place {
    /// Both, in the order in which they are added.
    pub const ALL: [Self; 2] = [Self::Sf, Self::La];

    /// As people call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sf => "San Francisco",
            Self::La => "Los Angeles",
        }
    }
}

/// One of the cast.
#[derive(Debug)]
pub struct Character {
    /// Sign-in name.
    pub login: &'static str,
    /// Full name.
    pub name: &'static str,
    /// Professional title or relation.
    pub title: &'static str,
    /// `staff`, `patient`, `proxy`, `partner` or `service`.
    pub kind: &'static str,
    /// Of staff.
    pub roles: &'static [&'static str],
    /// Where they work or are treated; empty: everywhere.
    pub places: &'static [Place],
    /// Of patients.
    pub mrn: &'static str,
    /// Of patients.
    pub birth_date: &'static str,
    /// Of patients: logins.
    pub care_team: &'static [&'static str],
    /// Of proxies: logins.
    pub proxy_for: &'static [&'static str],
    /// Of partners.
    pub organization: &'static str,
    /// Whether they were given a password already.
    pub can_sign_in: bool,
}

impl Character {
    /// Whether they work for the clinic.
    pub fn is_staff(&self) -> bool {
        self.kind == "staff"
    }

    /// Whether they are on the patients' side.
    pub fn is_patient_side(&self) -> bool {
        matches!(self.kind, "patient" | "proxy")
    }
}

const fn nobody(kind: &'static str, login: &'static str, name: &'static str) -> Character {
    Character {
        login,
        name,
        title: "",
        kind,
        roles: &[],
        places: &[],
        mrn: "",
        birth_date: "",
        care_team: &[],
        proxy_for: &[],
        organization: "",
        can_sign_in: true,
    }
}

type Names = &'static [&'static str];

const fn staff(
    login: &'static str,
    name: &'static str,
    title: &'static str,
    roles: Names,
    places: &'static [Place],
) -> Character {
    Character {
        title,
        roles,
        places,
        ..nobody("staff", login, name)
    }
}

const fn patient(
    login: &'static str,
    name: &'static str,
    mrn: &'static str,
    birth_date: &'static str,
    team: &Team,
) -> Character {
    Character {
        mrn,
        birth_date,
        places: team.places,
        care_team: team.people,
        ..nobody("patient", login, name)
    }
}

const fn from_outside(kind: &'static str, login: &'static str, name: &'static str, title: &'static str) -> Character {
    Character {
        title,
        organization: "Northlab",
        ..nobody(kind, login, name)
    }
}

/// Who cares for a patient, and where.
struct Team {
    people: Names,
    places: &'static [Place],
}

const SF: &[Place] = &[Place::Sf];
const LA: &[Place] = &[Place::La];
const BOTH: &[Place] = &[Place::Sf, Place::La];
const OKAFOR: Team = Team {
    people: &["okafor", "wen", "jonas"],
    places: SF,
};
const RAMAN: Team = Team {
    people: &["raman", "nadia", "jonas"],
    places: SF,
};
const LINDQVIST: Team = Team {
    people: &["lindqvist", "brooks", "ortiz"],
    places: LA,
};
const PARK: Team = Team {
    people: &["park", "brooks", "ortiz"],
    places: LA,
};

/// Everybody, in an order in which nobody needs somebody who comes later.
#[rustfmt::skip]
pub static PEOPLE: &[Character] = &[
    // The first is the administrator who founds the clinic.
    staff("teo", "Teo Alvarez", "Practice administrator", &["administrator"], &[]),
    staff("raman", "Priya Raman", "MD", &["physician"], SF),
    staff("okafor", "Chidi Okafor", "MD", &["physician"], SF),
    staff("lindqvist", "Anna Lindqvist", "MD", &["physician"], BOTH),
    staff("park", "Daniel Park", "DO", &["physician"], LA),
    staff("wen", "Wen Zhao", "RN", &["nurse"], SF),
    staff("nadia", "Nadia Rahman", "RN", &["nurse"], SF),
    staff("brooks", "Denise Brooks", "RN", &["nurse"], LA),
    staff("jonas", "Jonas Meyer", "MA", &["medical_assistant"], SF),
    staff("ortiz", "Jamie Ortiz", "MA", &["medical_assistant"], LA),
    staff("rosa", "Rosa Delgado", "Front desk lead", &["front_desk", "organization_queue"], SF),
    staff("tess", "Tess Nakamura", "Front desk", &["front_desk"], SF),
    staff("malik", "Malik Johnson", "Front desk", &["front_desk"], LA),
    staff("sam", "Sam Whitfield", "Billing lead", &["billing"], &[]),
    staff("lena", "Lena Petrov", "Billing", &["billing"], LA),
    staff("adeyemi", "Folake Adeyemi", "Compliance officer", &["compliance_officer"], &[]),
    from_outside("partner", "haas", "Miriam Haas", "Client services"),
    from_outside("partner", "beck", "Tom Beck", "Laboratory scientist"),
    from_outside("service", "lab-feed", "Northlab results", "Results feed"),
    // Near-namesakes: three of them have "M." or "N. Garcia" on their door, and the first two nearly the same birthday.
    patient("garcia", "Maria Garcia", "MRN-10240", "1984-03-12", &OKAFOR),
    patient("marta.garcia", "Marta Garcia", "MRN-10204", "1948-12-03", &RAMAN),
    Character { can_sign_in: false, ..patient("n.garcia", "Noemi Garcia", "MRN-10420", "1991-07-30", &OKAFOR) },
    patient("leo.tran", "Leo Tran", "MRN-10251", "2013-05-18", &RAMAN),
    patient("bennett", "Alice Bennett", "MRN-10118", "1957-09-02", &OKAFOR),
    patient("cho", "Henry Cho", "MRN-10133", "1969-01-27", &RAMAN),
    patient("ruiz", "Daniela Ruiz", "MRN-10307", "1995-11-08", &OKAFOR),
    patient("walker", "Curtis Walker", "MRN-10092", "1951-06-14", &RAMAN),
    patient("novak", "Petra Novak", "MRN-10288", "1978-04-22", &OKAFOR),
    patient("singh", "Arjun Singh", "MRN-10314", "1988-08-19", &PARK),
    patient("ito", "Emi Ito", "MRN-10330", "1992-02-05", &LINDQVIST),
    patient("morales", "Hector Morales", "MRN-10077", "1946-10-30", &PARK),
    patient("fisher", "Joan Fisher", "MRN-10145", "1963-12-11", &LINDQVIST),
    patient("abdi", "Hodan Abdi", "MRN-10352", "1999-03-25", &PARK),
    patient("larsen", "Erik Larsen", "MRN-10166", "1972-07-07", &LINDQVIST),
    patient("price", "Monica Price", "MRN-10271", "1981-05-29", &OKAFOR),
    patient("quinn", "Declan Quinn", "MRN-10298", "1990-09-16", &RAMAN),
    patient("haddad", "Rania Haddad", "MRN-10319", "1986-01-03", &PARK),
    patient("stone", "Victor Stone", "MRN-10101", "1954-11-21", &LINDQVIST),
    patient("bell", "Tasha Bell", "MRN-10365", "2001-04-09", &RAMAN),
    Character { title: "mother", proxy_for: &["leo.tran"], ..nobody("proxy", "hanh.tran", "Hanh Tran") },
];

/// The one who signs in by that name.
pub fn by_login(login: &str) -> Option<&'static Character> {
    PEOPLE.iter().find(|character| character.login == login)
}

#[cfg(test)]
mod tests {
    use super::{PASSWORD, PEOPLE, by_login};
    use corridor_domain::limits;

    #[test]
    fn nobody_is_there_twice_or_points_at_somebody_unknown() {
        for (place, character) in PEOPLE.iter().enumerate() {
            let same = PEOPLE
                .iter()
                .position(|other| other.login == character.login || other.name == character.name);
            assert_eq!(same, Some(place), "{}", character.login);
            for login in character.care_team {
                assert!(by_login(login).is_some_and(super::Character::is_staff), "{login}");
            }
            for login in character.proxy_for {
                assert!(
                    by_login(login).is_some_and(|patient| patient.kind == "patient"),
                    "{login}"
                );
            }
        }
        assert!(PASSWORD.chars().count() >= limits::PASSWORD_CHARACTERS_MIN);
        assert_eq!(PEOPLE[0].roles, ["administrator"]);
    }

    #[test]
    fn every_kind_and_role_is_there() {
        for kind in ["staff", "patient", "proxy", "partner", "service"] {
            assert!(PEOPLE.iter().any(|character| character.kind == kind), "{kind}");
        }
        for role in corridor_domain::person::Role::ALL {
            let name = corridor_api::convert::role_name(role);
            assert!(PEOPLE.iter().any(|character| character.roles.contains(&name)), "{name}");
        }
    }
}
