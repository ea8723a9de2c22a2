//! Who answers for a patient conversation, between the wire and the domain.

use super::{person_id, role, role_name};
use crate::failure::{Failure, Outcome};
use crate::names::{self, Names};
use corridor_actors::queue::{AGES_MS, Load, Overview, Standing};
use corridor_domain::care::{Care, CareStep, Offer, Party, Stage};
use corridor_domain::conversation::{Conversation, Side};
use corridor_domain::event::OfferEnd;
use corridor_domain::limits;
use corridor_domain::person::Person;
use corridor_domain::view::Readable;
use corridor_protocol as wire;
use std::io;

/// A step as the domain knows it.
pub fn step(step: &wire::CareStep) -> Outcome<CareStep> {
    Ok(match step {
        wire::CareStep::Take { from_id } => CareStep::Take {
            from: from_id.as_deref().map(person_id).transpose()?,
        },
        wire::CareStep::Assign { to_id } => CareStep::Assign { to: person_id(to_id)? },
        wire::CareStep::Return { role: name } => CareStep::Return {
            pool: name.as_deref().map(role).transpose()?,
        },
        wire::CareStep::HandOver { to_id, minutes } => {
            let minutes = minutes.unwrap_or(limits::HAND_OVER_MINUTES);
            if minutes == 0 || minutes > limits::HAND_OVER_MINUTES_MAX {
                return Err(Failure::Invalid("A hand-over waits from one minute to a day."));
            }
            CareStep::HandOver {
                to: person_id(to_id)?,
                minutes,
            }
        }
        wire::CareStep::Accept => CareStep::Accept,
        wire::CareStep::Decline => CareStep::Decline,
        wire::CareStep::Withdraw => CareStep::Withdraw,
        wire::CareStep::Resolve => CareStep::Resolve,
        wire::CareStep::Close => CareStep::Close,
        wire::CareStep::Open => CareStep::Open,
        wire::CareStep::AllowOnBehalf { allowed } => CareStep::AllowOnBehalf { allowed: *allowed },
    })
}

/// `open`, `resolved` or `closed`.
pub fn stage_name(stage: Stage) -> &'static str {
    match stage {
        Stage::Open => "open",
        Stage::Resolved => "resolved",
        Stage::Closed => "closed",
    }
}

/// As one side is shown it: that something is done is the team's business.
pub fn shown_stage(stage: Stage, side: Side) -> &'static str {
    match (side, stage) {
        (Side::Patient, Stage::Resolved) => stage_name(Stage::Open),
        _ => stage_name(stage),
    }
}

/// The reverse of [`stage_name`].
pub fn stage(name: &str) -> Outcome<Stage> {
    [Stage::Open, Stage::Resolved, Stage::Closed]
        .into_iter()
        .find(|stage| stage_name(*stage) == name)
        .ok_or(Failure::Invalid("A stage is open, resolved, closed or all."))
}

/// `declined` or `withdrawn`.
pub fn offer_end_name(how: OfferEnd) -> &'static str {
    match how {
        OfferEnd::Declined => "declined",
        OfferEnd::Withdrawn => "withdrawn",
    }
}

/// Who answers, by name.
pub fn party(names: &Names, party: Party) -> io::Result<wire::Party> {
    Ok(match party {
        Party::Pool(role) => wire::Party::Role {
            role: role_name(role).to_owned(),
        },
        Party::Person(person) => wire::Party::Person {
            person: names.author(person)?,
        },
    })
}

/// The responsibility as one side sees it: patients are told whether they can reply, and nothing else.
pub fn care(names: &Names, readable: &Readable, head: &Conversation, side: Side) -> io::Result<Option<wire::Care>> {
    let Some(care) = readable.care() else {
        return Ok(None);
    };
    let stage = care.stage(&head.last);
    if side == Side::Patient {
        return Ok(Some(wire::Care {
            stage: shown_stage(stage, side).to_owned(),
            party: None,
            since_ms: None,
            hand_over: None,
            on_behalf_of: None,
            refuses_on_behalf: None,
            covering: None,
            waiting_since_ms: None,
        }));
    }
    Ok(Some(wire::Care {
        stage: stage_name(stage).to_owned(),
        party: Some(held_by(names, &care, readable.holder.as_ref())?),
        since_ms: Some(care.since_ms),
        hand_over: care.offer.map(|offer| hand_over(names, &offer)).transpose()?,
        on_behalf_of: None,
        refuses_on_behalf: care.refuses_on_behalf.then_some(true),
        covering: None,
        waiting_since_ms: None,
    }))
}

/// The figures of the queue.
pub fn overview(
    names: &Names,
    overview: &Overview,
    late: Vec<wire::LateHandOver>,
    at_ms: u64,
) -> io::Result<wire::Overview> {
    let limits_ms = AGES_MS.into_iter().map(Some).chain([None]);
    let ages = limits_ms.zip(overview.ages);
    let of_party = |(of, of_load): &(Party, Load)| {
        Ok(wire::PartyLoad {
            party: party(names, *of)?,
            load: load(of_load),
        })
    };
    Ok(wire::Overview {
        at_ms,
        load: load(&overview.load),
        ages: ages
            .map(|(below_ms, waiting)| wire::Age { below_ms, waiting })
            .collect(),
        parties: overview.parties.iter().map(of_party).collect::<io::Result<_>>()?,
        late_hand_overs: overview.late_hand_overs,
        late,
        first_replies: wire::FirstReplies {
            count: overview.replies.count,
            p50_ms: overview.replies.p50_ms,
            p90_ms: overview.replies.p90_ms,
        },
    })
}

fn load(load: &Load) -> wire::Load {
    wire::Load {
        open: load.open,
        waiting: load.waiting,
        oldest_ms: load.oldest_ms,
    }
}

/// How a conversation stands in the queue: for staff.
pub fn standing(names: &Names, standing: &Standing) -> io::Result<wire::Care> {
    Ok(wire::Care {
        stage: stage_name(standing.stage).to_owned(),
        party: Some(party(names, standing.party)?),
        since_ms: Some(standing.since_ms),
        hand_over: standing.offer.map(|offer| hand_over(names, &offer)).transpose()?,
        on_behalf_of: None,
        refuses_on_behalf: None,
        covering: None,
        waiting_since_ms: standing.waiting_since_ms,
    })
}

fn held_by(names: &Names, care: &Care, holder: Option<&Person>) -> io::Result<wire::Party> {
    match (care.party(holder), holder) {
        // The state is at hand: it is never older than the label.
        (Party::Person(_), Some(person)) => Ok(wire::Party::Person {
            person: names::of(person),
        }),
        (answers, _) => party(names, answers),
    }
}

/// A hand-over, by name.
pub fn hand_over(names: &Names, offer: &Offer) -> io::Result<wire::HandOver> {
    Ok(wire::HandOver {
        to: names.author(offer.to)?,
        by: names.author(offer.by)?,
        at_ms: offer.at_ms,
        expires_at_ms: offer.expires_at_ms,
    })
}
