//! What waits for its time: scheduled messages and reminders, and whose they are.

use super::coverage::{Onlooker, load_coverage, load_substituted};
use super::{load_message, person_of, readable, tasks};
use crate::keys;
use crate::state::Records;
use corridor_domain::ids::{ConversationId, PersonId, ScheduledId};
use corridor_domain::limits;
use corridor_domain::scheduled::{NewScheduled, Scheduled};
use corridor_domain::timer::Timer;
use corridor_domain::view::View;
use std::io;

pub(super) fn load_for_schedule(
    records: &impl Records,
    view: &mut View,
    conversation: ConversationId,
    new: &NewScheduled,
) -> io::Result<()> {
    if let Some(actor) = &view.actor {
        let waiting = records.ids(&keys::scheduled_of(actor.id), limits::SCHEDULED_PER_PERSON_COUNT_MAX)?;
        view.scheduled_count = waiting.len();
    }
    load_message(records, view, conversation, &new.message)
}

pub(super) fn load_scheduled(records: &impl Records, view: &mut View, id: ScheduledId) -> io::Result<()> {
    view.scheduled = records.record(&keys::scheduled(id))?;
    Ok(())
}

/// All that somebody has to be sent later.
pub(crate) fn scheduled_of(records: &impl Records, person: PersonId) -> io::Result<Vec<Scheduled>> {
    let ids = records.ids(&keys::scheduled_of(person), limits::SCHEDULED_PER_PERSON_COUNT_MAX)?;
    let mut all = Vec::with_capacity(ids.len());
    for id in ids {
        all.extend(records.record::<Scheduled>(&keys::scheduled(ScheduledId::from_bytes(id)))?);
    }
    Ok(all)
}

pub(super) fn load_attention(records: &impl Records, view: &mut View, conversation: ConversationId) -> io::Result<()> {
    if let Some(actor) = &view.actor {
        view.attention = records.record(&keys::attention(actor.id, conversation))?;
        view.threads = records
            .record(&keys::threads(actor.id, conversation))?
            .unwrap_or_default();
    }
    Ok(())
}

pub(super) fn load_for_timer(records: &impl Records, view: &mut View, timer: Timer) -> io::Result<()> {
    match timer {
        Timer::CoverageBegins(id) => load_coverage(records, view, id),
        Timer::CoverageEnds(id) => {
            load_coverage(records, view, id)?;
            load_substituted(records, view, id)
        }
        Timer::MessageDue(id) => load_due(records, view, id),
        Timer::Reminder(person, conversation) => {
            view.actor = person_of(records, person)?;
            view.about.own = records.record(&keys::membership(conversation, person))?;
            load_attention(records, view, conversation)
        }
        Timer::TaskDue(task) => tasks::load_task(records, view, task),
        Timer::ReadBy(conversation, seq) => tasks::load_not_read(records, view, conversation, seq),
    }
}

/// As if its author sent it now.
fn load_due(records: &impl Records, view: &mut View, id: ScheduledId) -> io::Result<()> {
    load_scheduled(records, view, id)?;
    let Some(scheduled) = view.scheduled.clone() else {
        return Ok(());
    };
    let author = person_of(records, scheduled.author)?;
    let onlooker = author.as_ref().map(Onlooker::new);
    view.about = readable(records, onlooker.as_ref(), scheduled.conversation)?;
    drop(onlooker);
    view.actor = author;
    load_message(records, view, scheduled.conversation, &scheduled.new.message)
}
