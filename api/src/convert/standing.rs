//! Which steps with the responsibility for a conversation have an effect as it stands: a button that would only be refused is not shown.
//! Whether they are allowed is the funnel's matter.

use corridor_domain::audit::Action;
use corridor_domain::care::{Offer, Party, Stage};
use corridor_domain::ids::PersonId;
use corridor_domain::view::Readable;

/// How a patient conversation stands.
pub(super) struct Standing {
    party: Party,
    offer: Option<Offer>,
    stage: Stage,
    now_ms: u64,
}

impl Standing {
    /// None where nobody has to answer.
    pub fn of(readable: &Readable, now_ms: u64) -> Option<Self> {
        let care = readable.care()?;
        let last = readable.conversation.as_ref()?.last;
        Some(Self {
            party: care.party(readable.holder.as_ref()),
            offer: care.offer,
            stage: care.stage(&last),
            now_ms,
        })
    }

    /// Whether the step would change nothing, or is somebody else's to do.
    pub fn is_pointless(&self, action: Action, viewer: PersonId) -> bool {
        let is_held = matches!(self.party, Party::Person(_));
        let holds = self.party == Party::Person(viewer);
        let is_theirs = |offer: &Offer| self.party == Party::Person(offer.by);
        let is_offered = |offer: &Offer| offer.to == viewer && offer.is_pending(self.now_ms) && is_theirs(offer);
        match action {
            Action::Take => holds,
            Action::Assign => is_held,
            // A pool gives to another pool, which the viewer names.
            Action::ReturnToPool => is_held && !holds,
            Action::HandOver => !holds,
            Action::AcceptHandOver | Action::DeclineHandOver => !self.offer.as_ref().is_some_and(is_offered),
            Action::WithdrawHandOver => !self.offer.is_some_and(|offer| offer.by == viewer || !is_theirs(&offer)),
            Action::Resolve => self.stage == Stage::Resolved,
            Action::Close => self.stage == Stage::Closed,
            Action::Open => self.stage == Stage::Open,
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use corridor_domain::person::Role;

    const ME: PersonId = PersonId(1);
    const OTHER: PersonId = PersonId(2);
    const STEPS: [Action; 10] = [
        Action::Take,
        Action::Assign,
        Action::ReturnToPool,
        Action::HandOver,
        Action::AcceptHandOver,
        Action::DeclineHandOver,
        Action::WithdrawHandOver,
        Action::Resolve,
        Action::Close,
        Action::Open,
    ];

    fn shown(party: Party, offer: Option<(PersonId, PersonId, u64)>, stage: Stage) -> Vec<Action> {
        let offer = offer.map(|(to, by, expires_at_ms)| Offer {
            to,
            by,
            at_ms: 0,
            expires_at_ms,
        });
        let standing = Standing {
            party,
            offer,
            stage,
            now_ms: 5,
        };
        STEPS
            .into_iter()
            .filter(|step| !standing.is_pointless(*step, ME))
            .collect()
    }

    #[test]
    fn only_what_has_an_effect_is_shown() {
        use Action::{
            AcceptHandOver, Assign, Close, DeclineHandOver, HandOver, Open, Resolve, ReturnToPool, Take,
            WithdrawHandOver,
        };
        let (pool, mine, theirs) = (Party::Pool(Role::Nurse), Party::Person(ME), Party::Person(OTHER));
        assert_eq!(
            shown(pool, None, Stage::Open),
            [Take, Assign, ReturnToPool, Resolve, Close]
        );
        assert_eq!(shown(mine, None, Stage::Open), [ReturnToPool, HandOver, Resolve, Close]);
        assert_eq!(shown(theirs, None, Stage::Resolved), [Take, Close, Open]);
        assert_eq!(
            shown(theirs, Some((ME, OTHER, 6)), Stage::Closed),
            [Take, AcceptHandOver, DeclineHandOver, Resolve, Open]
        );
        assert_eq!(
            shown(theirs, Some((ME, OTHER, 5)), Stage::Open),
            [Take, Resolve, Close],
            "too late"
        );
        assert_eq!(
            shown(mine, Some((OTHER, ME, 5)), Stage::Open),
            [ReturnToPool, HandOver, WithdrawHandOver, Resolve, Close]
        );
    }
}
