//! Whether a state is whole: read as the edge reads it, counted anew, and held against the order of the log.
//!
//! Stands after a cut was opened again and after a snapshot was installed. It knows the rules of numberings and of unread
//! counts in its own words, and refuses to know how a state came to be.

use crate::node::OpenState;
use crate::truth::{Fact, Truth};
use corridor_domain::command::{Acting, Command};
use corridor_domain::conversation::{Conversation, Side};
use corridor_domain::event::Event;
use corridor_domain::ids::ConversationId;
use corridor_domain::outcome::Answer;
use corridor_storage::reader::{AuditFilter, Reader};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// What a check found.
#[derive(Debug)]
pub struct Finding {
    /// Which check.
    pub check: &'static str,
    /// What is wrong.
    pub what: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "[{}] {}", self.check, self.what)
    }
}

pub type Checked = Result<(), Finding>;

/// A finding, unless it holds.
pub fn ensure(holds: bool, check: &'static str, what: impl FnOnce() -> String) -> Checked {
    if holds {
        Ok(())
    } else {
        Err(Finding { check, what: what() })
    }
}

/// Everything a state can be asked about, up to the last revision in it.
pub fn content(state: &OpenState, truth: &Truth, last: u64) -> Checked {
    let reader = &state.reader;
    let mut said: BTreeMap<u64, Vec<(ConversationId, Event)>> = BTreeMap::new();
    for conversation in conversations(truth, last) {
        let Some(head) = reader.conversation(conversation).unwrap() else {
            continue;
        };
        let events = reader.events(conversation, 0, u64::MAX - 1, usize::MAX).unwrap();
        numberings(&head, &events)?;
        unread(reader, &head, &events)?;
        resume(reader, &head, &events, last)?;
        for event in events {
            said.entry(event.revision).or_default().push((conversation, event));
        }
    }
    commands(truth, last, &said)?;
    audit(reader, truth, last)
}

/// Everywhere anything was ever done.
fn conversations(truth: &Truth, last: u64) -> BTreeSet<ConversationId> {
    let of = |fact: &Fact| match &fact.answer {
        Answer::Done { conversation, .. } => match &fact.envelope.command {
            Command::AddPerson {
                general: Some(general), ..
            } => Some(general.id),
            _ => *conversation,
        },
        _ => None,
    };
    truth.up_to(last).filter_map(|(_, fact)| of(fact)).collect()
}

/// Both numberings begin at 1 and have no gap, and the head says where they end.
fn numberings(head: &Conversation, events: &[Event]) -> Checked {
    let (mut seq, mut shared_seq, mut revision) = (0, 0, 0);
    for event in events {
        seq += 1;
        shared_seq += u64::from(event.shared);
        let place = (event.place.seq, event.place.shared_seq);
        ensure(place == (seq, shared_seq), "events", || {
            format!("{:?}: {place:?} where {seq}, {shared_seq} is due", head.id)
        })?;
        ensure(event.revision >= revision, "events", || {
            format!("{:?}: event {seq} is older than the one before it", head.id)
        })?;
        revision = event.revision;
    }
    ensure(
        events.last().map(|event| event.place) == Some(head.last),
        "events",
        || format!("{:?}: the head says {:?}, the events end at {seq}", head.id, head.last),
    )
}

/// What nobody has read yet, counted event by event.
fn unread(reader: &Reader, head: &Conversation, events: &[Event]) -> Checked {
    for member in reader.memberships(head.id).unwrap() {
        let counts = |event: &&Event| {
            event.message().is_some()
                && event.actor != member.person
                && event.is_visible_to(member.side)
                && event.place.seq_for(member.side) >= member.first_seq
                && event.place.number_for(member.side) > member.read_number
        };
        let (counted, kept) = (events.iter().filter(counts).count() as u64, member.unread(&head.last));
        ensure(!member.is_current() || counted == kept, "unread", || {
            format!("{:?} of {:?}: {kept} kept, {counted} counted", member.person, head.id)
        })?;
    }
    Ok(())
}

/// From every cursor a device is told exactly what lies above it.
fn resume(reader: &Reader, head: &Conversation, events: &[Event], last: u64) -> Checked {
    for side in [Side::Team, Side::Patient] {
        let seen: Vec<&Event> = events.iter().filter(|event| event.is_visible_to(side)).collect();
        // Between two revisions of events all cursors are alike.
        let around = |event: &&Event| [event.revision - 1, event.revision, event.revision + 1];
        let cursors: BTreeSet<u64> = seen.iter().flat_map(around).chain([0, last, last + 1]).collect();
        for cursor in cursors {
            let below = seen.partition_point(|event| event.revision <= cursor) as u64;
            let first = reader.first_seq_above(head, side, cursor).unwrap();
            ensure(first == below + 1, "resume", || {
                format!(
                    "{:?}, {side:?}, above {cursor}: from {first} on, not {}",
                    head.id,
                    below + 1
                )
            })?;
        }
    }
    Ok(())
}

/// Each command did once what it was told to have done, at its revision, and nothing else was ever said.
fn commands(truth: &Truth, last: u64, said: &BTreeMap<u64, Vec<(ConversationId, Event)>>) -> Checked {
    let mut done = BTreeSet::new();
    for revision in said.keys() {
        let fact = truth.fact(*revision).filter(|fact| fact.done_at == *revision);
        let id = fact.map(|fact| (actor(fact), fact.envelope.command_id));
        ensure(id.is_some_and(|id| done.insert(id)), "commands", || {
            format!("what was said at {revision} was said before, or by nobody: {id:?}")
        })?;
    }
    for (revision, fact) in truth.up_to(last) {
        let Answer::Done { place, .. } = &fact.answer else {
            continue;
        };
        if !matches!(fact.envelope.command, Command::Send { .. }) {
            continue;
        }
        let there: Vec<_> = said
            .get(&fact.done_at)
            .into_iter()
            .flatten()
            .filter(|(_, event)| event.message().is_some())
            .map(|(_, event)| event.place)
            .collect();
        ensure(there == [*place], "commands", || {
            format!("the message of revision {revision} should stand at {place:?} once: {there:?}")
        })?;
    }
    Ok(())
}

fn actor(fact: &Fact) -> u128 {
    match fact.envelope.acting {
        Acting::Person { person, .. } => person.0,
        Acting::Door | Acting::Operator | Acting::Clock => 0,
    }
}

/// One line a command, none for its retries; the leaves are counted without a gap.
fn audit(reader: &Reader, truth: &Truth, last: u64) -> Checked {
    let mut lines = reader.audit(AuditFilter::default(), usize::MAX).unwrap();
    lines.reverse();
    let wanted: Vec<u64> = truth
        .up_to(last)
        .filter(|(revision, fact)| fact.done_at == *revision)
        .map(|(revision, _)| revision)
        .collect();
    let found: Vec<u64> = lines.iter().map(|line| line.record.revision).collect();
    ensure(found == wanted, "audit", || {
        let odd = found.iter().zip(&wanted).find(|(found, wanted)| found != wanted);
        format!(
            "{} lines, {} wanted, first difference {odd:?}",
            found.len(),
            wanted.len()
        )
    })?;
    let leaves = lines.iter().zip(0..).all(|(line, leaf)| line.leaf_index == leaf);
    let count = reader.progress().unwrap().audit_count;
    ensure(leaves && count == lines.len() as u64, "audit", || {
        format!("{count} leaves are claimed, {} are there", lines.len())
    })
}
