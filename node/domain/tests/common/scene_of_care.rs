//! The part of a scene that is about who answers: the step that is asked for, and how the conversation must stand for it to have an effect.

use super::scene::Scene;
use super::{COLLEAGUE, CONVERSATION, NOW_MS};
use corridor_domain::audit::Action;
use corridor_domain::care::{Care, Offer, Stage};
use corridor_domain::command::CareStep;
use corridor_domain::ids::PersonId;

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
            ..Care::untouched(CONVERSATION, NOW_MS - 2)
        }
    }

    pub(super) fn care_step(&self, action: Action, subject: PersonId) -> Option<CareStep> {
        Some(match action {
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
            _ => return None,
        })
    }
}
