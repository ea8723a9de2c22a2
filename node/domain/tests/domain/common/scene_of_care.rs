//! The part of a scene that is about who answers: the step that is asked for, and how the conversation must stand for it to have an effect.

use super::scene::Scene;
use super::{COLLEAGUE, CONVERSATION, Case, LAST, NOW_MS, member, new_message};
use corridor_domain::audit::Action;
use corridor_domain::care::{Care, CareStep, Offer, Stage};
use corridor_domain::command::Command;
use corridor_domain::conversation::Audience;
use corridor_domain::ids::PersonId;
use corridor_domain::on_behalf::{Confirmation, Confirmed};
use corridor_domain::person::Person;

pub const CONFIRMATION: Confirmation = Confirmation {
    token: [0x70; 16],
    body: [0xB0; 16],
};

/// What was confirmed, and can still be sent.
pub fn confirmed(person: PersonId, principal: PersonId) -> Confirmed {
    Confirmed {
        person,
        conversation: CONVERSATION,
        principal,
        confirmation: CONFIRMATION,
        shared_number: LAST.shared_number,
        expires_at_ms: NOW_MS + 1,
    }
}

impl Scene<'_> {
    /// So that what is asked has an effect: whoever gives something away holds it, whoever accepts was offered it.
    pub(super) fn care(&self, actor: PersonId) -> Care {
        let offer = |to, by| Offer {
            to,
            by,
            at_ms: NOW_MS - 1,
            expires_at_ms: NOW_MS + 1,
        };
        let (holder, offer) = match self.action {
            Action::ReturnToPool | Action::HandOver => (Some(actor), None),
            Action::AcceptHandOver | Action::DeclineHandOver => (Some(COLLEAGUE), Some(offer(actor, COLLEAGUE))),
            Action::WithdrawHandOver => (Some(actor), Some(offer(COLLEAGUE, actor))),
            _ => (None, None),
        };
        let is_closed = self.is("closed") || self.action == Action::Open;
        Care {
            holder,
            offer,
            set_stage: if is_closed { Stage::Closed } else { Stage::Open },
            refuses_on_behalf: self.is("refused here") || self.action == Action::AllowOnBehalf,
            ..Care::untouched(CONVERSATION, NOW_MS - 2)
        }
    }

    pub(super) fn care_command(&self, action: Action, subject: PersonId) -> Command {
        let conversation = CONVERSATION;
        let step = match action {
            Action::Take => CareStep::Take { from: None },
            Action::Assign => CareStep::Assign { to: subject },
            Action::ReturnToPool => CareStep::Return { pool: None },
            Action::HandOver => CareStep::HandOver {
                to: subject,
                minutes: 30,
            },
            Action::AcceptHandOver => CareStep::Accept,
            Action::DeclineHandOver => CareStep::Decline,
            Action::WithdrawHandOver => CareStep::Withdraw,
            Action::Resolve => CareStep::Resolve,
            Action::Close => CareStep::Close,
            Action::Open => CareStep::Open,
            Action::AllowOnBehalf => CareStep::AllowOnBehalf { allowed: true },
            Action::ConfirmOnBehalf => {
                let confirmation = CONFIRMATION;
                return Command::ConfirmOnBehalf {
                    conversation,
                    confirmation,
                };
            }
            Action::SendOnBehalf => {
                return Command::SendOnBehalf {
                    conversation,
                    message: Box::new(new_message(Audience::Everyone)),
                    confirmation: CONFIRMATION,
                };
            }
            other => panic!("{} is about no conversation", other.code()),
        };
        Command::Care { conversation, step }
    }

    /// The one who is named answers, and what is sent was confirmed, unless the state says otherwise.
    pub(super) fn on_behalf(&self, mut case: Case, actor: PersonId, principal: &Person) -> Case {
        let (about, answers) = (&mut case.view.about, !self.is("somebody else answers"));
        if let Some(care) = &mut about.care {
            care.holder = answers.then_some(principal.id);
        }
        if let Some(head) = about.conversation.as_mut().filter(|_| answers) {
            head.owner = principal.id;
        }
        about.holder = Some(principal.clone());
        case.view.subject_refuses_on_behalf = self.is("they refuse it");
        case.view.confirmed = Some(confirmed(actor, principal.id));
        case.envelope.on_behalf_of = Some(principal.id);
        case.view.subject_membership = case
            .view
            .about
            .conversation
            .as_ref()
            .map(|head| member(head, principal));
        if self.is("for nobody") {
            (case.envelope.on_behalf_of, case.view.subject) = (None, None);
        }
        case
    }
}
