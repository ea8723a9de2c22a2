//! People: adding and changing them, and what a person may do at all.

use super::{Caller, Done, Service};
use crate::convert;
use crate::failure::{Failure, Outcome};
use corridor_domain::audit::Action;
use corridor_domain::command::{Acting, Command, NewConversation};
use corridor_domain::conversation::{Kind, Visibility};
use corridor_domain::ids::{CommandId, ConversationId, PersonId, SiteId};
use corridor_domain::limits;
use corridor_domain::permission::{Asking, may_watch_queue, permit};
use corridor_domain::person::{AccountState, PatientFacts, Person, PersonKind, Role, Site};
use corridor_domain::private::Private;
use corridor_domain::refusal::Refusal;
use corridor_domain::view::Readable;
use corridor_protocol as wire;

/// The name of the topic that every patient has.
const GENERAL: &str = "General";

impl Service {
    /// Begins a workspace with its first administrator. Only once; only by the machine's own operator.
    pub async fn found(&self, name: &str, administrator: &wire::AddPerson) -> Outcome<PersonId> {
        let person = self.person_of(administrator).await?;
        let id = person.id;
        let command = Command::FoundWorkspace {
            name: Private::new(name),
            administrator: Box::new(person),
        };
        let envelope = self.envelope(Acting::Operator, self.draw_command_id(), b"", command);
        self.run(&envelope).await?;
        Ok(id)
    }

    /// Adds a location.
    pub async fn add_site(&self, caller: &Caller, command_id: CommandId, name: &str) -> Outcome<SiteId> {
        let site = Site {
            id: SiteId::from_bytes(self.id_made_of("site", caller, command_id)),
            name: Private::new(name),
        };
        let id = site.id;
        let envelope = self.envelope(caller.acting(), command_id, name.as_bytes(), Command::AddSite { site });
        self.run(&envelope).await?;
        Ok(id)
    }

    /// Adds a person. A patient gets a first conversation with it.
    pub async fn add_person(
        &self,
        caller: &Caller,
        command_id: CommandId,
        request: &wire::AddPerson,
    ) -> Outcome<wire::PersonAdded> {
        let asked = serde_json::to_vec(request).map_err(std::io::Error::other)?;
        let person = self.person_of(request).await?;
        // As for a change of rights (F-063). The command is of a version that does not look at it, and stays as it is.
        if person.roles.has(Role::OrganizationQueue) && !person.works_with_patients() {
            return Err(Failure::Refused(Refusal::QueueNeedsMore));
        }
        let general = (person.kind == PersonKind::Patient).then(|| {
            let id = ConversationId(self.draw_id());
            Box::new(NewConversation {
                id,
                kind: Kind::Patient { patient: person.id },
                topic: Private::new(GENERAL),
                members: Vec::new(),
                content_key: self.keys().draw(id),
            })
        });
        let command = Command::AddPerson {
            person: Box::new(person),
            general,
        };
        let done = self
            .run(&self.envelope(caller.acting(), command_id, &asked, command))
            .await?;
        let person_id = done.person.map(|id| id.to_string()).unwrap_or_default();
        Ok(wire::PersonAdded {
            person_id,
            revision: done.revision,
        })
    }

    async fn person_of(&self, request: &wire::AddPerson) -> Outcome<Person> {
        let kind = convert::kind(&request.kind)?;
        let login = request.login.trim().to_lowercase();
        let credential = match request.password.as_str() {
            "" => String::new(),
            password => self.credential_of(password).await?,
        };
        let can_sign_in = !login.is_empty() && !credential.is_empty();
        let state = if can_sign_in || kind == PersonKind::Service {
            AccountState::Active
        } else {
            AccountState::Invited
        };
        let patient = (kind == PersonKind::Patient).then(|| -> Outcome<PatientFacts> {
            Ok(PatientFacts {
                mrn: Private::new(request.mrn.trim()),
                birth_date: Private::new(request.birth_date.trim()),
                care_team: convert::person_ids(&request.care_team)?,
            })
        });
        Ok(Person {
            id: PersonId(self.draw_id()),
            kind,
            name: Private::new(request.name.trim()),
            title: Private::new(request.title.trim()),
            login: Private::new(login),
            credential: Private::new(credential),
            roles: request
                .roles
                .iter()
                .map(|name| convert::role(name))
                .collect::<Outcome<_>>()?,
            state,
            sites: request
                .site_ids
                .iter()
                .map(|id| convert::site_id(id))
                .collect::<Outcome<_>>()?,
            patient: patient.transpose()?,
            proxy_for: convert::person_ids(&request.proxy_for)?,
            organization: Private::new(request.organization.trim()),
        })
    }

    pub(super) async fn credential_of(&self, password: &str) -> Outcome<String> {
        let characters = password.chars().count();
        if characters < limits::PASSWORD_CHARACTERS_MIN {
            return Err(Failure::Invalid("A password has at least 15 characters."));
        }
        if password.len() > limits::PASSWORD_SIZE_BYTES_MAX {
            return Err(Failure::Invalid("A password has at most 1024 bytes."));
        }
        self.inner.passwords.hash(password).await
    }

    /// Changes one thing of a person.
    pub async fn change_person(
        &self,
        caller: &Caller,
        command_id: CommandId,
        person: PersonId,
        change: &wire::ChangePerson,
    ) -> Outcome<Done> {
        let asked = serde_json::to_vec(&(person.to_string(), change)).map_err(std::io::Error::other)?;
        let wire::ChangePerson {
            state,
            roles,
            care_team,
            proxy_for,
            password,
            refuses_on_behalf,
            site_ids,
            available,
            ..
        } = change;
        if let Some(command) = super::profiles::correction(&self.reader().person(person)?, person, change)? {
            return self
                .run(&self.envelope(caller.acting(), command_id, &asked, command))
                .await;
        }
        if roles.is_some() || site_ids.is_some() {
            let others = wire::ChangePerson {
                roles: None,
                site_ids: None,
                ..change.clone()
            };
            if others != wire::ChangePerson::default() {
                return Err(ONE_CHANGE);
            }
            let command = self.rights(person, roles.as_deref(), site_ids.as_deref())?;
            return self
                .run(&self.envelope(caller.acting(), command_id, &asked, command))
                .await;
        }
        let command = match (state, available, care_team, proxy_for, password, refuses_on_behalf) {
            (Some(state), None, None, None, None, None) => Command::ChangeAccountState {
                person,
                state: convert::state(state)?,
            },
            (None, Some(available), None, None, None, None) => Command::ChangeAvailability {
                person,
                available: *available,
            },
            (None, None, Some(team), None, None, None) => Command::ChangeCareTeam {
                person,
                care_team: convert::person_ids(team)?,
            },
            (None, None, None, Some(patients), None, None) => Command::ChangeProxyFor {
                person,
                patients: convert::person_ids(patients)?,
            },
            (None, None, None, None, Some(password), None) => Command::SetPassword {
                person,
                credential: Private::new(self.credential_of(password).await?),
            },
            (None, None, None, None, None, Some(refuses)) => Command::ChangeOnBehalf {
                person,
                refuses: *refuses,
            },
            _ => return Err(ONE_CHANGE),
        };
        self.run(&self.envelope(caller.acting(), command_id, &asked, command))
            .await
    }

    /// Roles and sites are one thing: what is not named stays as it is known here.
    fn rights(&self, person: PersonId, roles: Option<&[String]>, sites: Option<&[String]>) -> Outcome<Command> {
        let known = self.reader().person(person)?;
        let (known_roles, known_sites) = known.map(|known| (known.roles, known.sites)).unwrap_or_default();
        let roles = roles.map(|names| names.iter().map(|name| convert::role(name)).collect::<Outcome<_>>());
        let sites = sites.map(|ids| ids.iter().map(|id| convert::site_id(id)).collect::<Outcome<_>>());
        Ok(Command::ChangeRights {
            person,
            roles: roles.transpose()?.unwrap_or(known_roles),
            sites: sites.transpose()?.unwrap_or(known_sites),
        })
    }
}

pub(super) const ONE_CHANGE: Failure = Failure::Invalid(
    "Change exactly one of state, roles with site_ids, available, care_team, proxy_for, password, refuses_on_behalf, and who somebody is: \
     name, title, login, organization, mrn, birth_date and a patient's site_ids.",
);

/// What a person may do at all, by the funnel's own answer: a client shows only what works.
pub(super) fn permissions(person: &Person, now_ms: u64) -> Vec<String> {
    let nothing = Readable::default();
    let may = |action| permit(&Asking::new(action, person, &nothing, now_ms)).is_ok();
    let may_create = |kind: &Kind| {
        let asking = Asking {
            new_kind: Some(kind),
            ..Asking::new(Action::CreateConversation, person, &nothing, now_ms)
        };
        permit(&asking).is_ok()
    };
    let channel = |visibility| Kind::Channel {
        visibility,
        site: None,
        phi_allowed: false,
    };
    let patient_side = person.is_patient_side();
    let all = [
        ("read_people", may(Action::ReadPeople)),
        ("read_patients", may(Action::ReadPatients)),
        ("read_audit", may(Action::ReadAudit)),
        ("manage_people", may(Action::AddPerson)),
        ("change_settings", may(Action::ChangeSettings)),
        ("create_group", may_create(&Kind::Group)),
        ("create_channel", may_create(&channel(Visibility::Public))),
        ("create_announcement", may_create(&channel(Visibility::Announcement))),
        (
            "create_patient_conversation",
            person.works_with_patients() || patient_side,
        ),
        (
            "break_glass",
            person.is_staff() && person.roles.has_any(&[Role::ComplianceOfficer, Role::Physician]),
        ),
        (
            "organization_queue",
            person.is_staff() && person.roles.has(Role::OrganizationQueue),
        ),
        ("patient_queue", may_watch_queue(person)),
    ];
    all.into_iter()
        .filter(|(_, may)| *may)
        .map(|(name, _)| name.to_owned())
        .collect()
}
