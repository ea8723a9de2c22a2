//! The part of a scene that is about what a clinic sets for itself: switches, rights, who is available.

use super::scene::Scene;
use super::{Case, HERE};
use corridor_domain::audit::Action;
use corridor_domain::command::Command;
use corridor_domain::invitation::Activation;
use corridor_domain::person::{AccountState, Person, Profile, Role, Site};
use corridor_domain::private::Private;
use corridor_domain::restriction::Safeguards;
use corridor_domain::settings::{Settings, Switches};

impl Scene<'_> {
    /// Where there are sites, by their old names.
    pub(super) fn with_sites(&self, mut case: Case) -> Case {
        case.view.sites = vec![HERE];
        case.view.site = Some(site("Downtown"));
        case
    }

    /// Whether they have ever signed in.
    pub(super) fn standing(&self, mut subject: Person) -> Person {
        if self.is("not signed in yet") {
            subject.state = AccountState::Invited;
        }
        subject
    }

    pub(super) fn settings_command(&self, subject: &Person) -> Option<Command> {
        let person = subject.id;
        let works = (!self.is("queue alone")).then_some(Role::FrontDesk);
        Some(match self.action {
            Action::ChangeAvailability => Command::ChangeAvailability {
                person,
                available: false,
            },
            Action::ChangeRights => Command::ChangeRights {
                person,
                roles: works.into_iter().chain([Role::OrganizationQueue]).collect(),
                sites: Vec::new(),
            },
            Action::ChangeProfile => {
                let name = Private::from("Corrected");
                let profile = Profile {
                    name,
                    ..subject.profile()
                };
                Command::ChangeProfile(person, Box::new(profile))
            }
            Action::RenameSite => Command::RenameSite(site("Uptown")),
            Action::Invite => Command::Invite(person, [7; 16]),
            Action::Activate => Command::Activate(Box::new(Activation {
                person,
                code: [7; 16],
                login: Private::from("new"),
                credential: Private::from("hash"),
                device: Private::default(),
            })),
            Action::ChangeSafeguards => Command::ChangeSafeguards(Safeguards {
                undo_s: 5,
                ..Safeguards::default()
            }),
            Action::ChangeSettings => Command::ChangeSettings(Box::new(Settings {
                guidance: Private::from("Call 911."),
                ..Settings::default()
            })),
            _ => return None,
        })
    }

    pub(super) fn switches(&self) -> Switches {
        Switches {
            patients: !self.is("patients off"),
            team: !self.is("team off"),
        }
    }
}

fn site(name: &str) -> Site {
    Site {
        id: HERE,
        name: Private::from(name),
    }
}
