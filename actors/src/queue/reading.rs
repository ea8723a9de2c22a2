//! The queue out of storage: every patient conversation as it stands, one after the other.

use super::index::{Index, Part, Thread, is_said};
use corridor_domain::conversation::{Conversation, Side};
use corridor_domain::ids::{ConversationId, PersonId};
use corridor_domain::limits;
use corridor_storage::reader::Reader;
use std::collections::HashSet;
use std::io;

impl Index {
    /// Reads everything, one part after the other.
    pub(super) fn read(reader: &Reader, mut take: impl FnMut(Part)) -> io::Result<()> {
        let mut patient_side = HashSet::new();
        reader.people(|person| {
            if person.is_patient_side() {
                patient_side.insert(person.id);
            }
            take(Part::Person(Box::new(person)));
            true
        })?;
        for id in reader.patient_conversations(usize::MAX / 2)? {
            if let Some(thread) = Thread::read(reader, id, |person| patient_side.contains(&person))? {
                take(Part::Thread(id, Box::new(thread)));
            }
        }
        Ok(())
    }
}

impl Thread {
    /// As it stands; none if it is no patient's.
    pub(super) fn read(
        reader: &Reader,
        id: ConversationId,
        is_patient_side: impl Fn(PersonId) -> bool,
    ) -> io::Result<Option<Self>> {
        let Some(head) = reader.conversation(id)?.filter(|head| head.kind.is_patient()) else {
            return Ok(None);
        };
        let (revision, waiting_since_ms) = newest(reader, &head, is_patient_side)?;
        let mut thread = Self::of(&head, revision);
        thread.waiting_since_ms = waiting_since_ms;
        if let Some(care) = reader.care(id)? {
            thread.care = care;
        }
        Ok(Some(thread))
    }
}

/// The revision of the newest message that the patient may see, and since when the patient waits: of the unanswered ones the oldest, as far
/// back as is looked.
fn newest(
    reader: &Reader,
    head: &Conversation,
    is_patient_side: impl Fn(PersonId) -> bool,
) -> io::Result<(u64, Option<u64>)> {
    let Some(newest) = reader.event(head.id, head.last_shared_message_seq)? else {
        let created = reader.event(head.id, 1)?;
        return Ok((created.map_or(head.revision, |event| event.revision), None));
    };
    let revision = newest.revision;
    if !is_patient_side(newest.actor) {
        return Ok((revision, None));
    }
    let mut waiting_since_ms = newest.at_ms;
    let (last, count) = (newest.place.shared_seq, limits::QUEUE_LOOK_BACK_EVENTS_COUNT);
    for shared_seq in (last.saturating_sub(count)..last).rev() {
        match reader.event_for(head.id, Side::Patient, shared_seq)? {
            Some(event) if is_said(&event) && !is_patient_side(event.actor) => break,
            Some(event) if is_said(&event) => waiting_since_ms = event.at_ms,
            Some(_) => {}
            None => break,
        }
    }
    Ok((revision, Some(waiting_since_ms)))
}
