//! The part of a scene that is about looking, about what keeps words from the wrong reader, and about words that are used again.

use super::scene::Scene;
use super::{BESIDE, COLLEAGUE, CONVERSATION, NOW_MS};
use corridor_domain::audit::Action;
use corridor_domain::command::{Command, Moving, Page};
use corridor_domain::identity_check::IdentityCheck;
use corridor_domain::ids::{PersonId, TemplateId};
use corridor_domain::person::Person;
use corridor_domain::private::{Private, Sealed};
use corridor_domain::restriction::{Restriction, RestrictionStep, Safeguards, Sensitivity};
use corridor_domain::template::Template;
use corridor_domain::view::Readable;

/// A colleague asked, and nobody has shown it yet.
pub fn open_check() -> IdentityCheck {
    IdentityCheck {
        conversation: CONVERSATION,
        asked_by: COLLEAGUE,
        asked_at_ms: NOW_MS - 1,
        confirmed: None,
    }
}

pub fn wrong_password() -> Command {
    Command::ConfirmIdentity {
        conversation: CONVERSATION,
        credential: Private::default(),
    }
}

impl Scene<'_> {
    /// At a conversation, as a member or through a broken glass.
    pub(super) fn look(&self) -> Command {
        let conversation = CONVERSATION;
        match self.action {
            Action::BreakGlass => Command::BreakGlass {
                conversation,
                reason: Private::from("a reason of some length"),
                minutes: 30,
            },
            _ => Command::Read {
                pages: vec![Page {
                    conversation,
                    from_seq: 1,
                    to_seq: 10,
                }],
            },
        }
    }

    pub(super) fn restriction(&self) -> Option<Restriction> {
        let (is_labelled, confidential) = (self.is("labelled"), self.is("confidential"));
        (is_labelled || confidential).then_some(Restriction {
            conversation: CONVERSATION,
            sensitivity: is_labelled.then_some(Sensitivity::Part2),
            confidential,
            was_confidential: confidential,
        })
    }

    /// From that age on conversations can be confidential; the patient of the tables is 42 years old.
    pub(super) fn safeguards(&self) -> Option<Safeguards> {
        (!self.is("too young")).then_some(Safeguards {
            confidential_from_years: Some(12),
            ..Safeguards::default()
        })
    }

    pub(super) fn restriction_command(&self) -> Command {
        let step = match self.action {
            Action::Label => RestrictionStep::Label {
                sensitivity: Some(Sensitivity::StateLaw),
            },
            Action::Unlabel => RestrictionStep::Label { sensitivity: None },
            _ => RestrictionStep::Confidential {
                confidential: !self.is("confidential"),
            },
        };
        Command::Restrict {
            conversation: CONVERSATION,
            step,
        }
    }

    pub(super) fn identity_check(&self) -> Option<IdentityCheck> {
        self.is("asked").then(open_check)
    }

    pub(super) fn identity_command(&self, actor: &Person) -> Command {
        let conversation = CONVERSATION;
        match self.action {
            Action::AskIdentity => Command::AskIdentity(conversation),
            _ if self.is("wrong password") => wrong_password(),
            _ => Command::ConfirmIdentity {
                conversation,
                credential: actor.credential.clone(),
            },
        }
    }

    /// What is to be read; or where a message belongs: another conversation, to which the actor stands as to this one.
    pub(super) fn page(&self, about: &Readable) -> Readable {
        let mut page = about.clone();
        if self.action == Action::MoveMessage
            && let Some(head) = page.conversation.as_mut()
        {
            head.id = BESIDE;
            page.restriction = None;
        }
        page
    }

    pub(super) fn moving(&self) -> Command {
        Command::MoveMessage {
            conversation: CONVERSATION,
            moving: Box::new(Moving {
                seq: 8,
                version: 1,
                to: BESIDE,
                content: Sealed(b"new".to_vec()),
            }),
        }
    }

    /// Keeps a template: of the clinic, of the one who asks, or of somebody else.
    pub(super) fn template_command(&self, owner: PersonId) -> Command {
        Command::SaveTemplate {
            template: Box::new(Template {
                id: TemplateId(0x7E),
                owner: (!self.is("of the clinic")).then_some(owner),
                name: Private::from("Refill"),
                body: Private::from("Your refill is ready."),
            }),
            is_new: true,
        }
    }
}
