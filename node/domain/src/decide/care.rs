//! Moving the responsibility for a patient conversation, and saying how far its work has come.
//!
//! Whether it is allowed was settled before. Every step says from where it starts: who takes over names whom they take over from, so
//! that of two who reach for it one is told that the other was first (P-18).

use super::room::Room;
use super::{Decision, coverage};
use crate::care::{Care, CareStep, Offer, Party, Stage};
use crate::coverage::Cover;
use crate::event::{EventBody, OfferEnd};
use crate::ids::PersonId;
use crate::limits;
use crate::outcome::Change;
use crate::person::{Person, Role};
use crate::refusal::Refusal;
use crate::view::View;

pub(super) fn step(view: &View, actor: &Person, step: &CareStep) -> Result<Decision, Refusal> {
    let mut desk = Desk::open(view, actor)?;
    match step {
        CareStep::Take { from } => desk.take(*from),
        CareStep::Assign { to } => desk.assign(*to),
        CareStep::Return { pool } => desk.give_back(*pool),
        CareStep::HandOver { to, minutes } => desk.hand_over(*to, *minutes),
        CareStep::Accept => desk.accept(),
        CareStep::Decline => desk.decline(),
        CareStep::Withdraw => desk.withdraw(),
        CareStep::Resolve => desk.set_stage(Stage::Resolved),
        CareStep::Close => desk.set_stage(Stage::Closed),
        CareStep::Open => desk.set_stage(Stage::Open),
        CareStep::AllowOnBehalf { allowed } => desk.allow_on_behalf(*allowed),
    }?;
    Ok(desk.finish())
}

/// The holder is no member any more: the pool answers. Nothing where somebody else holds it. That they went is the event of it: a revision
/// has one event in a conversation, or who was cut between two would come back without the second.
pub(super) fn holder_left(view: &View, room: &mut Room, gone: PersonId) {
    let held = view.about.care.as_ref().filter(|care| care.holder == Some(gone));
    if let Some(care) = held {
        let care = Care {
            holder: None,
            since_ms: view.now_ms,
            offer: None,
            ..care.clone()
        };
        room.put(Change::Care(Box::new(care)));
    }
}

/// A conversation's responsibility in hand.
struct Desk<'a> {
    view: &'a View,
    actor: &'a Person,
    room: Room,
    care: Care,
    /// Who is responsible as it begins.
    party: Party,
    place: crate::conversation::Place,
}

impl<'a> Desk<'a> {
    fn open(view: &'a View, actor: &'a Person) -> Result<Self, Refusal> {
        let head = view.about.conversation.clone().ok_or(Refusal::NotFound)?;
        let care = view.about.care().ok_or(Refusal::Invalid)?;
        Ok(Self {
            party: care.party(view.about.holder.as_ref()),
            place: head.last,
            room: Room::new(view, head),
            view,
            actor,
            care,
        })
    }

    fn finish(mut self) -> Decision {
        self.room.put(Change::Care(Box::new(self.care)));
        Decision {
            changes: self.room.finish(),
            place: self.place,
            ..Decision::default()
        }
    }

    fn note(&mut self, shared: bool, body: EventBody) {
        self.place = self.room.append(self.actor.id, None, shared, body);
    }

    /// An offer that was made from where the responsibility was before is void with it.
    fn move_to(&mut self, party: Party) {
        let lost = coverage::lost(self.view);
        lost.into_iter().for_each(|change| self.room.put(change));
        match party {
            Party::Person(person) => self.care.holder = Some(person),
            Party::Pool(pool) => (self.care.pool, self.care.holder) = (pool, None),
        }
        self.care.since_ms = self.view.now_ms;
        self.care.offer = None;
        self.note(false, EventBody::ResponsibilityMoved { party });
    }

    /// From whom it is taken while they are covered, to them it goes back.
    fn take_over(&mut self) {
        let took = coverage::took(self.view, self.actor, self.party);
        took.into_iter().for_each(|change| self.room.put(change));
        self.move_to(Party::Person(self.actor.id));
    }

    fn holds(&self) -> bool {
        self.party == Party::Person(self.actor.id)
    }

    fn take(&mut self, from: Option<PersonId>) -> Result<(), Refusal> {
        match (self.party, from) {
            _ if self.holds() => return Err(Refusal::NothingToDo),
            (Party::Pool(_), None) => {}
            (Party::Person(holder), Some(named)) if holder == named => {}
            _ => return Err(Refusal::HeldByAnother),
        }
        self.take_over();
        Ok(())
    }

    /// Only what nobody holds is given to somebody: whoever holds it hands it over themselves.
    fn assign(&mut self, to: PersonId) -> Result<(), Refusal> {
        match self.party {
            Party::Person(holder) if holder == to => return Err(Refusal::NothingToDo),
            Party::Person(_) => return Err(Refusal::HeldByAnother),
            Party::Pool(_) => {}
        }
        self.is_inside()?;
        self.move_to(Party::Person(to));
        Ok(())
    }

    /// A role takes it at once: there is always somebody in it, or the clinic's manager sees that there is not.
    fn give_back(&mut self, pool: Option<Role>) -> Result<(), Refusal> {
        let pool = pool.unwrap_or(self.care.pool);
        if !Role::ALL.iter().any(|role| *role == pool && role.is_pool()) {
            return Err(Refusal::Invalid);
        }
        match self.party {
            Party::Person(_) if !self.holds() => return Err(Refusal::HeldByAnother),
            Party::Pool(now) if now == pool && self.care.holder.is_none() => return Err(Refusal::NothingToDo),
            _ => {}
        }
        self.move_to(Party::Pool(pool));
        Ok(())
    }

    fn hand_over(&mut self, to: PersonId, minutes: u32) -> Result<(), Refusal> {
        if !self.holds() {
            return Err(match self.party {
                Party::Person(_) => Refusal::HeldByAnother,
                Party::Pool(_) => Refusal::NotHeld,
            });
        }
        if to == self.actor.id || minutes == 0 || minutes > limits::HAND_OVER_MINUTES_MAX {
            return Err(Refusal::Invalid);
        }
        // Who covers for one comes in by that.
        let is_labelled = self.view.about.is_labelled();
        let covers = |cover: &Cover| {
            let opens = cover.of_labelled || !is_labelled;
            cover.covered == self.actor.id && self.view.now_ms < cover.until_ms && opens
        };
        if !self.view.subject_covers.iter().any(covers) {
            self.is_inside()?;
        }
        let expires_at_ms = self.view.now_ms + u64::from(minutes) * 60_000;
        self.care.offer = Some(Offer {
            to,
            by: self.actor.id,
            at_ms: self.view.now_ms,
            expires_at_ms,
        });
        self.note(false, EventBody::HandOverOffered { to, expires_at_ms });
        Ok(())
    }

    /// Whoever is to answer sees what they answer for.
    fn is_inside(&self) -> Result<(), Refusal> {
        let membership = self.view.subject_membership.as_ref();
        if membership.is_some_and(|membership| membership.is_current()) {
            Ok(())
        } else {
            Err(Refusal::TargetNotAMember)
        }
    }

    /// Nobody gives what they do not hold any more.
    fn offered_to_actor(&self) -> Result<Offer, Refusal> {
        let is_theirs = |offer: &Offer| self.party == Party::Person(offer.by);
        match self.care.offer.filter(is_theirs) {
            Some(offer) if offer.to == self.actor.id && offer.is_pending(self.view.now_ms) => Ok(offer),
            _ => Err(Refusal::NotOffered),
        }
    }

    fn accept(&mut self) -> Result<(), Refusal> {
        self.offered_to_actor()?;
        self.take_over();
        Ok(())
    }

    fn decline(&mut self) -> Result<(), Refusal> {
        let offer = self.offered_to_actor()?;
        self.end_offer(offer, OfferEnd::Declined);
        Ok(())
    }

    /// By who asked; by anybody in the room once they cannot.
    fn withdraw(&mut self) -> Result<(), Refusal> {
        let offer = self.care.offer.ok_or(Refusal::NotOffered)?;
        if offer.by != self.actor.id && self.party == Party::Person(offer.by) {
            return Err(Refusal::Forbidden);
        }
        self.end_offer(offer, OfferEnd::Withdrawn);
        Ok(())
    }

    fn end_offer(&mut self, offer: Offer, how: OfferEnd) {
        self.care.offer = None;
        self.note(false, EventBody::HandOverEnded { to: offer.to, how });
    }

    /// The one who answers says whether others reply for them here; where a pool does, whoever is in the room.
    fn allow_on_behalf(&mut self, allowed: bool) -> Result<(), Refusal> {
        if matches!(self.party, Party::Person(_)) && !self.holds() {
            return Err(Refusal::HeldByAnother);
        }
        if self.care.refuses_on_behalf != allowed {
            return Err(Refusal::NothingToDo);
        }
        self.care.refuses_on_behalf = !allowed;
        self.note(false, EventBody::OnBehalfChanged { allowed });
        Ok(())
    }

    /// That it is resolved is the team's business; whether the patient may reply is the patient's too.
    fn set_stage(&mut self, stage: Stage) -> Result<(), Refusal> {
        let last = self.room.head.last;
        let now = self.care.stage(&last);
        if now == stage {
            return Err(Refusal::NothingToDo);
        }
        self.care.set_stage = stage;
        self.care.resolved_shared_number = last.shared_number;
        let shared = stage == Stage::Closed || now == Stage::Closed;
        self.note(shared, EventBody::StageChanged { stage });
        Ok(())
    }
}
