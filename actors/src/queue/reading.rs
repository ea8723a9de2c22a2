//! The queue out of storage: every patient conversation as it stands, one after the other.

use super::index::{Index, Part, Thread, is_said};
use super::overview::Reply;
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
        let said = Said::read(reader, &head, is_patient_side)?;
        let mut thread = Self::of(&head, said.revision);
        thread.waiting_since_ms = said.waiting_since_ms;
        said.replies.into_iter().for_each(|reply| thread.replied(reply));
        if let Some(care) = reader.care(id)? {
            thread.care = care;
        }
        thread.is_labelled = reader.restriction(id)?.is_some_and(|known| known.sensitivity.is_some());
        Ok(Some(thread))
    }
}

/// What was said in a conversation lately.
#[derive(Default)]
struct Said {
    /// Of the newest message that the patient may see.
    revision: u64,
    /// Since when the patient waits: of the unanswered messages the oldest, as far back as is looked.
    waiting_since_ms: Option<u64>,
    /// The first replies of the last days, the oldest first.
    replies: Vec<Reply>,
}

impl Said {
    fn read(reader: &Reader, head: &Conversation, is_patient_side: impl Fn(PersonId) -> bool) -> io::Result<Self> {
        let Some(newest) = reader.event(head.id, head.last_shared_message_seq)? else {
            let created = reader.event(head.id, 1)?;
            return Ok(Self {
                revision: created.map_or(head.revision, |event| event.revision),
                ..Self::default()
            });
        };
        let replied_since_ms = reader.progress()?.at_ms.saturating_sub(limits::REPLIES_LOOK_BACK_MS);
        let mut said = vec![(newest.at_ms, is_patient_side(newest.actor))];
        let mut is_answered = !said[0].1;
        let (last, count) = (newest.place.shared_seq, limits::QUEUE_LOOK_BACK_EVENTS_COUNT);
        for shared_seq in (last.saturating_sub(count)..last).rev() {
            let Some(event) = reader.event_for(head.id, Side::Patient, shared_seq)? else {
                break;
            };
            // What nobody has answered is followed back to its beginning, however long ago that was.
            if is_answered && event.at_ms < replied_since_ms {
                break;
            }
            if is_said(&event) {
                let from_patient = is_patient_side(event.actor);
                is_answered |= !from_patient;
                said.push((event.at_ms, from_patient));
            }
        }
        let mut known = Self {
            revision: newest.revision,
            ..Self::default()
        };
        for (at_ms, from_patient) in said.into_iter().rev() {
            match (from_patient, known.waiting_since_ms) {
                (true, None) => known.waiting_since_ms = Some(at_ms),
                (false, Some(since_ms)) => {
                    known.waiting_since_ms = None;
                    known.replies.push(Reply::to(since_ms, at_ms));
                }
                _ => {}
            }
        }
        Ok(known)
    }
}
