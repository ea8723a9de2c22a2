//! What must be true of the clinic's duties at every revision: somebody who can answers for each patient conversation, nobody does
//! anything by a coverage outside its window, a label sends out whoever came in by one, and what is moved stands in one place.
//!
//! Stands beside the clean replay, which shows it each revision. It knows who covers by what was granted, not by what the nodes allow.

use crate::clinic::folk::{CLERK, GENERAL, JOHNS, TOPIC};
use corridor_domain::care::Party;
use corridor_domain::command::{Acting, Command, Envelope, Moving};
use corridor_domain::ids::{ConversationId, CoverageId};
use corridor_domain::outcome::Answer;
use corridor_domain::restriction::RestrictionStep;
use corridor_domain::task::Cause;
use corridor_domain::timer::Timer;
use corridor_storage::reader::Reader;
use std::collections::{BTreeMap, BTreeSet};

const ROOMS: [ConversationId; 3] = [GENERAL, TOPIC, JOHNS];

/// What was seen so far.
#[derive(Default)]
pub struct Duty {
    /// From when until when the clerk covers, by coverage.
    windows: BTreeMap<CoverageId, (u64, u64)>,
    /// By which coverage the clerk came in, where they did.
    inside_by: BTreeMap<ConversationId, CoverageId>,
    /// What has come about, by the names that a run is asked for.
    pub seen: BTreeSet<&'static str>,
}

impl Duty {
    /// The next revision: what was asked, what was answered, and what is true after it.
    pub fn look(&mut self, envelope: &Envelope, answer: &Answer, reader: &Reader, now_ms: u64) -> Result<(), String> {
        let done = !matches!(answer, Answer::Refused { .. });
        match &envelope.command {
            Command::GrantCoverage { coverage } if done => {
                let window = (coverage.from_ms.max(now_ms), coverage.until_ms);
                self.windows.insert(coverage.id, window);
            }
            Command::EndCoverage(coverage) if done => {
                if let Some((_, until_ms)) = self.windows.get_mut(coverage) {
                    *until_ms = now_ms.min(*until_ms);
                }
            }
            Command::FireTimer {
                timer: Timer::ReadBy(room, seq),
            } if done => self.once_for_each(reader, *room, *seq)?,
            Command::MoveMessage { conversation, moving } if done => {
                self.seen.insert("message moved");
                in_one_place(reader, *conversation, moving, answer)?;
            }
            Command::Restrict {
                conversation,
                step: RestrictionStep::Label { sensitivity: Some(_) },
            } if done => {
                self.seen.insert("conversation labelled");
                nobody_by_coverage(reader, *conversation)?;
            }
            command if done => self.by_the_clerk(envelope, command, reader, now_ms)?,
            _ => {}
        }
        ROOMS.into_iter().try_for_each(|room| somebody_answers(reader, room))
    }

    fn by_the_clerk(
        &mut self,
        envelope: &Envelope,
        command: &Command,
        reader: &Reader,
        now_ms: u64,
    ) -> Result<(), String> {
        let by_clerk = matches!(envelope.acting, Acting::Person { person, .. } if person == CLERK);
        let room = command.conversation().filter(|room| by_clerk && ROOMS.contains(room));
        let Some(room) = room else { return Ok(()) };
        if let Ok(Some(stand_in)) = reader.stand_in(room, CLERK)
            && let Some(joined) = stand_in.joined
        {
            self.inside_by.insert(room, joined.coverage);
            self.seen.insert("somebody covered");
            // Another one may have opened it since they joined.
            let is_inside = |(from_ms, until_ms): &(u64, u64)| (*from_ms..*until_ms).contains(&now_ms);
            if !self.windows.values().any(is_inside) {
                return Err(format!(
                    "at {now_ms} the clerk did {command:?}, by a coverage of {:?}",
                    self.windows.get(&joined.coverage)
                ));
            }
        }
        Ok(())
    }

    /// What a patient has not read in time is a task of somebody: one, whoever led and however often it was tried.
    fn once_for_each(&mut self, reader: &Reader, room: ConversationId, seq: u64) -> Result<(), String> {
        let unread = |error: std::io::Error| error.to_string();
        let mut tasks = reader.open_tasks_about(room).map_err(unread)?;
        tasks.extend(reader.closed_tasks_about(room, usize::MAX).map_err(unread)?);
        tasks.retain(|task| task.cause == Cause::Unread && task.message == Some(seq));
        self.seen.insert("not read in time");
        match tasks.len() {
            1 => Ok(()),
            others => Err(format!("{others} tasks for the message {seq} of {room:?}")),
        }
    }
}

/// Taken back where it was written, and as it was moved at its new place.
fn in_one_place(reader: &Reader, from: ConversationId, moving: &Moving, answer: &Answer) -> Result<(), String> {
    let Answer::Done { place, .. } = answer else {
        return Err(format!("{from:?} was told {answer:?}"));
    };
    let unread = |error: std::io::Error| error.to_string();
    let old = reader.event(from, moving.seq).map_err(unread)?;
    let new = reader.event(moving.to, place.seq).map_err(unread)?;
    let is_back = old
        .as_ref()
        .and_then(|event| event.message())
        .is_some_and(|message| message.retraction.is_some());
    let is_there = new
        .as_ref()
        .and_then(|event| event.message())
        .is_some_and(|message| message.content == moving.content);
    match (is_back, is_there) {
        (true, true) => Ok(()),
        _ => Err(format!("moved: {old:?}, {new:?}")),
    }
}

/// The coverages of this clinic do not name what has a label.
fn nobody_by_coverage(reader: &Reader, room: ConversationId) -> Result<(), String> {
    let unread = |error: std::io::Error| error.to_string();
    let stands_in = reader.stand_in(room, CLERK).map_err(unread)?;
    let is_inside = reader
        .membership(room, CLERK)
        .map_err(unread)?
        .is_some_and(|membership| membership.is_current());
    match stands_in.filter(|stand_in| is_inside && stand_in.joined.is_some()) {
        None => Ok(()),
        Some(stand_in) => Err(format!("{room:?} has a label, the clerk is inside by {stand_in:?}")),
    }
}

fn somebody_answers(reader: &Reader, room: ConversationId) -> Result<(), String> {
    let unread = |error: std::io::Error| error.to_string();
    let (Some(viewer), Some(_)) = (
        reader.person(CLERK).map_err(unread)?,
        reader.conversation(room).map_err(unread)?,
    ) else {
        return Ok(());
    };
    let readable = reader.readable(&viewer, room).map_err(unread)?;
    let care = readable.care().ok_or_else(|| format!("{room:?} has nobody"))?;
    match care.party(readable.holder.as_ref()) {
        Party::Pool(pool) if pool.is_pool() => Ok(()),
        Party::Person(person) => {
            let membership = reader.membership(room, person).map_err(unread)?;
            let is_member = membership.is_some_and(|membership| membership.is_current());
            is_member
                .then_some(())
                .ok_or_else(|| format!("{person:?} answers for {room:?} from outside"))
        }
        Party::Pool(pool) => Err(format!("{pool:?} answers for {room:?}")),
    }
}
