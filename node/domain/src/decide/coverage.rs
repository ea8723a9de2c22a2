//! Granting coverage, ending it early, and what its beginning and its end do by themselves.
//!
//! The end goes conversation by conversation, a few with one command: whoever came by the coverage leaves, and what they took from the one
//! whom they cover goes back to them (J04). Until the last is done the timer stands.

use super::Decision;
use super::room::Room;
use crate::audit::Range;
use crate::care::{Care, Party, can_hold};
use crate::conversation::{Departure, Membership, Side};
use crate::coverage::{Cover, Coverage, CoverageStage, Joined, NewCoverage, StandIn, Took};
use crate::event::EventBody;
use crate::ids::PersonId;
use crate::limits;
use crate::outcome::Change;
use crate::permission::basis;
use crate::person::Person;
use crate::refusal::Refusal;
use crate::timer::Timer;
use crate::view::{Substituted, View};

pub(super) fn grant(view: &View, actor: &Person, new: &NewCoverage) -> Result<Decision, Refusal> {
    let now_ms = view.now_ms;
    let length = new.reason.expose().trim().len();
    let is_ahead = new.until_ms > new.from_ms.max(now_ms);
    let is_near = new.from_ms <= now_ms + limits::COVERAGE_AHEAD_MS_MAX;
    let is_short = new.until_ms.saturating_sub(new.from_ms.max(now_ms)) <= limits::COVERAGE_MS_MAX;
    if length == 0 || length > limits::REASON_SIZE_BYTES_MAX || !is_ahead || !is_near || !is_short {
        return Err(Refusal::Invalid);
    }
    let (of_covered, of_covering) = (involving(view, new.covered), involving(view, new.covering));
    if of_covered.max(of_covering) >= limits::COVERAGES_PER_PERSON_COUNT_MAX {
        return Err(Refusal::TooMany);
    }
    let window = NewCoverage {
        from_ms: new.from_ms.max(now_ms),
        ..new.clone()
    };
    if view.coverages.iter().any(|other| overlaps(&other.window, &window)) {
        return Err(Refusal::CoverageOverlaps);
    }
    let stage = if new.from_ms <= now_ms {
        CoverageStage::Running
    } else {
        CoverageStage::Planned
    };
    let coverage = Coverage {
        window,
        by: actor.id,
        at_ms: now_ms,
        ended_by: None,
        stage,
    };
    Ok(changed(coverage))
}

/// The same, and of conversations with a label too.
pub(super) fn grant_of_labelled(view: &View, actor: &Person, new: &NewCoverage) -> Result<Decision, Refusal> {
    let mut decision = grant(view, actor, new)?;
    decision.changes.push(Change::CoversLabelled(new.id));
    Ok(decision)
}

/// Open ones that somebody is part of.
fn involving(view: &View, person: PersonId) -> usize {
    let is_part = |one: &&Coverage| one.window.covered == person || one.window.covering == person;
    view.coverages.iter().filter(is_part).count()
}

/// The same two at the same time: what was taken under one would go back while the other goes on.
fn overlaps(one: &NewCoverage, other: &NewCoverage) -> bool {
    let same = one.covered == other.covered && one.covering == other.covering;
    same && one.from_ms < other.until_ms && other.from_ms < one.until_ms
}

/// From this moment on nothing is read by it; what was taken goes back by its timer.
pub(super) fn end(view: &View, actor: &Person) -> Result<Decision, Refusal> {
    let mut coverage = view.coverages.first().cloned().ok_or(Refusal::NotFound)?;
    if coverage.stage == CoverageStage::Over || view.now_ms >= coverage.window.until_ms {
        return Err(Refusal::NothingToDo);
    }
    coverage.window.until_ms = view.now_ms;
    // It may have begun though nobody noticed: what was taken since goes back as well.
    coverage.stage = match view.now_ms < coverage.window.from_ms {
        true => CoverageStage::Over,
        false => CoverageStage::Running,
    };
    coverage.ended_by = Some(actor.id);
    Ok(changed(coverage))
}

/// A timer fired. One that is not due, or was done before, does nothing.
pub(super) fn fired(view: &View, timer: Timer) -> Result<Decision, Refusal> {
    let coverage = view.coverages.first().ok_or(Refusal::NothingToDo)?;
    match coverage.timer() {
        Some((due_ms, known)) if known == timer && due_ms <= view.now_ms => {}
        _ => return Err(Refusal::NothingToDo),
    }
    match coverage.stage {
        CoverageStage::Planned => Ok(changed(Coverage {
            stage: CoverageStage::Running,
            ..coverage.clone()
        })),
        _ => Ok(finish(view, coverage)),
    }
}

fn changed(coverage: Coverage) -> Decision {
    Decision {
        changes: vec![Change::Coverage(Box::new(coverage))],
        ..Decision::default()
    }
}

fn finish(view: &View, coverage: &Coverage) -> Decision {
    let mut decision = Decision::default();
    for one in &view.substituted {
        give_back(view, coverage, one, &mut decision);
    }
    if !view.more_substituted {
        decision.changes.push(Change::Coverage(Box::new(Coverage {
            stage: CoverageStage::Over,
            ..coverage.clone()
        })));
    }
    decision
}

/// One conversation: out goes who came by it, and back what they took. One event says both.
fn give_back(view: &View, coverage: &Coverage, one: &Substituted, decision: &mut Decision) {
    let (id, before) = (coverage.window.id, one.stand_in);
    let held = one
        .about
        .care
        .as_ref()
        .filter(|care| care.holder == Some(before.covering));
    let own = one.about.own.as_ref().filter(|own| own.is_current());
    let is_inside_by = |own: &&Membership| {
        before
            .joined
            .is_some_and(|joined| joined.coverage == id && joined.seq == own.joined_seq)
    };
    let leaves = own.filter(is_inside_by);
    let returns = before.took.is_some_and(|took| took.coverage == id) || leaves.is_some();
    let party = held.filter(|_| returns).map(|care| returned_to(one, care));
    // Whoever is gone has nothing to give back any more by another coverage.
    let after = StandIn {
        joined: before.joined.filter(|joined| joined.coverage != id),
        took: before.took.filter(|took| took.coverage != id && leaves.is_none()),
        ..before
    };
    decision.changes.push(Change::StandIn(after));
    let Some(head) = one
        .about
        .conversation
        .clone()
        .filter(|_| leaves.is_some() || party.is_some())
    else {
        return;
    };
    let mut room = Room::new(view, head);
    room.head.member_count -= u32::from(leaves.is_some()).min(room.head.member_count);
    let person = before.covering;
    let body = EventBody::CoverageEnded {
        person,
        left: leaves.is_some(),
        party,
    };
    // That somebody is gone is seen by all who saw them come; who answers is the team's business, and is left out where patients look.
    let place = room.append(person, None, leaves.is_some(), body);
    if let Some(own) = leaves {
        let departure = Departure {
            seq: place.seq,
            at_ms: view.now_ms,
            by: person,
        };
        room.put_membership(Membership {
            departure: Some(departure),
            ..own.clone()
        });
    }
    if let (Some(party), Some(care)) = (party, held) {
        let holder = match party {
            Party::Person(person) => Some(person),
            Party::Pool(_) => None,
        };
        room.put(Change::Care(Box::new(Care {
            holder,
            since_ms: view.now_ms,
            offer: None,
            ..care.clone()
        })));
    }
    decision.ranges.push(Range {
        conversation: before.conversation,
        basis: None,
        side: Side::Team,
        from_seq: place.seq,
        to_seq: place.seq,
    });
    decision.changes.extend(room.finish());
}

/// To whom it goes: the one from whom it was taken, if they can answer for it, else the pool.
fn returned_to(one: &Substituted, care: &Care) -> Party {
    let covered = one
        .covered
        .as_ref()
        .filter(|covered| can_hold(covered) && one.covered_is_member);
    covered.map_or(Party::Pool(care.pool), |covered| Party::Person(covered.id))
}

/// Whoever joins by a coverage leaves with it.
pub(super) fn joined(view: &View, actor: &Person, seq: u64) -> Option<Change> {
    let conversation = view.about.conversation.as_ref()?;
    if basis(actor, &view.about, view.now_ms) != Some(crate::audit::Basis::Coverage) {
        return None;
    }
    let coverage = view.about.cover(view.now_ms)?.coverage;
    Some(Change::StandIn(StandIn {
        joined: Some(Joined { coverage, seq }),
        ..StandIn::none(conversation.id, actor.id)
    }))
}

/// Whoever takes over from the one whom they cover gives it back when the coverage ends.
pub(super) fn took(view: &View, actor: &Person, from: Party) -> Option<Change> {
    let conversation = view.about.conversation.as_ref()?;
    let Party::Person(covered) = from else { return None };
    let is_of = |cover: &&Cover| cover.covered == covered && cover.is_in_force(view.now_ms);
    let cover = view.about.covers.iter().find(is_of)?;
    let before = view.stand_in.filter(|before| before.covering == actor.id);
    let coverage = cover.coverage;
    Some(Change::StandIn(StandIn {
        took: Some(Took { coverage, covered }),
        ..before.unwrap_or_else(|| StandIn::none(conversation.id, actor.id))
    }))
}

/// It went from the holder some other way: there is nothing left for them to give back.
pub(super) fn lost(view: &View) -> Option<Change> {
    let stand_in = view.holder_stand_in.filter(|stand_in| stand_in.took.is_some())?;
    Some(Change::StandIn(StandIn { took: None, ..stand_in }))
}

/// They are gone: nothing of it is by coverage any more.
pub(super) fn gone(view: &View) -> Option<Change> {
    let stand_in = view.stand_in?;
    Some(Change::StandIn(StandIn::none(stand_in.conversation, stand_in.covering)))
}
