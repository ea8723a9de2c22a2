//! The patient conversations of a workspace in the order of their newest message, with what a queue is filtered by. It is given what was
//! read (`reading.rs`) and what was applied, and says what moved.

use super::Moved;
use super::ask::{Ask, Page, Standing, Viewer};
use super::overview::Reply;
use corridor_domain::care::{Care, Party, Stage, can_hold};
use corridor_domain::conversation::{Audience, Conversation, Place};
use corridor_domain::event::{Event, EventBody};
use corridor_domain::ids::{ConversationId, PersonId};
use corridor_domain::outcome::Change;
use corridor_domain::person::{Person, Role};
use corridor_storage::apply::Applied;
use corridor_storage::reader::Reader;
use std::cmp::Reverse;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::io;

/// A place in the queue: the revision of the newest message that the patient may see, newest first.
pub type Key = (Reverse<u64>, ConversationId);

/// One patient conversation.
#[derive(Debug, Clone)]
pub(super) struct Thread {
    pub(super) patient: PersonId,
    revision: u64,
    last: Place,
    archived: bool,
    topic: String,
    pub(super) care: Care,
    pub(super) is_labelled: bool,
    pub(super) waiting_since_ms: Option<u64>,
    /// The first replies of the last days, the oldest first.
    pub(super) replies: Vec<Reply>,
}

/// Something that was read from storage.
pub(super) enum Part {
    Person(Box<Person>),
    Thread(ConversationId, Box<Thread>),
}

/// The queue.
#[derive(Debug, Default)]
pub(crate) struct Index {
    threads: HashMap<ConversationId, Thread>,
    order: BTreeSet<Key>,
    people: HashMap<PersonId, Person>,
    /// While it is gathered: what was handed out meanwhile, and is read again.
    late: Option<HashSet<ConversationId>>,
}

impl Index {
    /// Nothing yet.
    pub(super) fn gathering() -> Self {
        Self {
            late: Some(HashSet::new()),
            ..Self::default()
        }
    }

    /// Whether everything was read.
    pub(super) fn is_whole(&self) -> bool {
        self.late.is_none()
    }

    /// Takes a part that was read. People who were handed out meanwhile are newer or as new.
    pub(super) fn take(&mut self, part: Part) {
        match part {
            Part::Person(person) => {
                self.people.entry(person.id).or_insert(*person);
            }
            Part::Thread(id, thread) => self.place(id, *thread),
        }
    }

    /// Reads again what was handed out while the others were read: storage knows it all, and nothing is handed out meanwhile.
    pub(super) fn finish(&mut self, reader: &Reader) -> io::Result<()> {
        for id in self.late.take().unwrap_or_default() {
            let is_patient_side = |person| self.people.get(&person).is_some_and(Person::is_patient_side);
            if let Some(thread) = Thread::read(reader, id, is_patient_side)? {
                self.place(id, thread);
            }
        }
        Ok(())
    }

    /// Puts a thread where it belongs.
    fn place(&mut self, id: ConversationId, thread: Thread) {
        let key = (Reverse(thread.revision), id);
        if let Some(before) = self.threads.insert(id, thread)
            && before.revision != key.0.0
        {
            self.order.remove(&(Reverse(before.revision), id));
        }
        self.order.insert(key);
    }

    /// Takes over what was applied, and says what moved.
    pub(super) fn note(&mut self, applied: &Applied) -> Moved {
        let mut moved = Moved::default();
        if let Some(late) = &mut self.late {
            for change in &applied.changes {
                match change {
                    Change::Person(person) => drop(self.people.insert(person.id, (**person).clone())),
                    Change::Conversation(head) if head.kind.is_patient() => drop(late.insert(head.id)),
                    _ => {}
                }
            }
            return moved;
        }
        for change in &applied.changes {
            match change {
                Change::Person(person) => {
                    let before = self.people.insert(person.id, (**person).clone());
                    moved
                        .people
                        .extend(before.iter().flat_map(|before| who_sees_less(before, person)));
                    if person.is_staff() {
                        let held = self.threads.iter().filter(|(_, thread)| thread.is_held_by(person.id));
                        moved.conversations.extend(held.map(|(id, _)| *id));
                    }
                }
                Change::Conversation(head) if head.kind.is_patient() => {
                    let mut thread = Thread::of(head, applied.revision);
                    if let Some(known) = self.threads.get(&head.id) {
                        (thread.revision, thread.waiting_since_ms) = (known.revision, known.waiting_since_ms);
                        thread.care.clone_from(&known.care);
                        thread.is_labelled = known.is_labelled;
                        thread.replies.clone_from(&known.replies);
                        if known.archived != thread.archived || known.topic != thread.topic {
                            moved.conversations.insert(head.id);
                        }
                    } else {
                        moved.conversations.insert(head.id);
                    }
                    self.place(head.id, thread);
                }
                _ => {}
            }
        }
        for change in &applied.changes {
            match change {
                Change::Care(care) => {
                    if let Some(thread) = self.threads.get_mut(&care.conversation) {
                        thread.care = (**care).clone();
                        moved.conversations.insert(care.conversation);
                    }
                }
                Change::Restriction(restriction) => {
                    if let Some(thread) = self.threads.get_mut(&restriction.conversation) {
                        let was_labelled = thread.is_labelled;
                        thread.is_labelled = restriction.sensitivity.is_some();
                        if thread.is_labelled && !was_labelled {
                            moved.withdrawn.insert(restriction.conversation);
                        }
                        moved.conversations.insert(restriction.conversation);
                    }
                }
                // What somebody covers begins or ends: they look anew.
                Change::Coverage(coverage) => drop(moved.people.insert(coverage.window.covering)),
                // A message that is edited or taken back is written again, with the revision it had.
                Change::Event { conversation, event }
                    if event.revision == applied.revision && is_said(event) && self.said(*conversation, event) =>
                {
                    moved.conversations.insert(*conversation);
                }
                _ => {}
            }
        }
        moved
    }

    /// A message that the patient may see moves its conversation to the front, and what waits with it.
    fn said(&mut self, id: ConversationId, event: &Event) -> bool {
        let from_patient = self.people.get(&event.actor).is_some_and(Person::is_patient_side);
        let Some(mut thread) = self.threads.get(&id).cloned() else {
            return false;
        };
        thread.revision = event.revision;
        match (from_patient, thread.waiting_since_ms) {
            (true, None) => thread.waiting_since_ms = Some(event.at_ms),
            (true, Some(_)) => {}
            (false, waiting_since_ms) => {
                thread.waiting_since_ms = None;
                let reply = waiting_since_ms.map(|since_ms| Reply::to(since_ms, event.at_ms));
                reply.into_iter().for_each(|reply| thread.replied(reply));
            }
        }
        self.place(id, thread);
        true
    }

    /// How a conversation stands.
    pub(super) fn standing(&self, id: ConversationId) -> Option<Standing> {
        self.threads.get(&id).map(|thread| self.standing_of(id, thread))
    }

    fn standing_of(&self, id: ConversationId, thread: &Thread) -> Standing {
        Standing {
            conversation: id,
            revision: thread.revision,
            stage: thread.stage(),
            party: self.party(thread),
            since_ms: thread.care.since_ms,
            offer: thread.care.offer,
            waiting_since_ms: thread.waiting_since_ms,
        }
    }

    pub(super) fn party(&self, thread: &Thread) -> Party {
        let holder = thread.care.holder.and_then(|holder| self.people.get(&holder));
        thread.care.party(holder)
    }

    /// What the viewer may know of, but what is laid away.
    pub(super) fn known_to(&self, viewer: &Viewer, now_ms: u64) -> impl Iterator<Item = &Thread> {
        let may_know = move |thread: &&Thread| {
            let patient = self.people.get(&thread.patient);
            patient.is_some_and(|patient| viewer.may_know(patient, thread, now_ms))
        };
        self.threads.values().filter(|thread| !thread.archived).filter(may_know)
    }

    /// The same, and whatever else has no label.
    pub(super) fn unlabelled_or_known_to(&self, viewer: &Viewer, now_ms: u64) -> impl Iterator<Item = &Thread> {
        let may_know = move |thread: &&Thread| {
            let patient = self.people.get(&thread.patient);
            !thread.is_labelled || patient.is_some_and(|patient| viewer.may_know(patient, thread, now_ms))
        };
        self.threads.values().filter(|thread| !thread.archived).filter(may_know)
    }

    /// Whether somebody may know of it by care team or queue.
    pub(super) fn shows(&self, viewer: &Viewer, id: ConversationId, now_ms: u64) -> bool {
        let thread = self.threads.get(&id);
        let found = thread.and_then(|thread| Some((thread, self.people.get(&thread.patient)?)));
        found.is_some_and(|(thread, patient)| viewer.may_know(patient, thread, now_ms))
    }

    /// Whether somebody might know of it if it had no label.
    pub(super) fn showed(&self, viewer: &Viewer, id: ConversationId, now_ms: u64) -> bool {
        let thread = self.threads.get(&id);
        let found = thread.and_then(|thread| Some((thread, self.people.get(&thread.patient)?)));
        found.is_some_and(|(thread, patient)| viewer.might_know(patient, thread, now_ms))
    }

    /// A page, within what the viewer may see (T-26).
    pub(crate) fn page(&self, ask: &Ask<'_>) -> Page {
        let mut page = Page::default();
        let mut last = None;
        for key in &self.order {
            let (_, id) = *key;
            let Some(thread) = self.threads.get(&id).filter(|thread| self.is_wanted(ask, thread)) else {
                continue;
            };
            page.total += 1;
            if ask.after.is_some_and(|after| *key <= after) {
                continue;
            }
            if page.standings.len() < ask.limit {
                page.standings.push(self.standing_of(id, thread));
                last = Some(*key);
            } else if page.next_after.is_none() {
                page.next_after = last;
            }
        }
        page
    }

    /// Asked for every conversation that there is: what costs least comes first.
    fn is_wanted(&self, ask: &Ask<'_>, thread: &Thread) -> bool {
        let is_stage = ask.stage.is_none_or(|stage| stage == thread.stage());
        if thread.archived || !is_stage {
            return false;
        }
        let Some(patient) = self.people.get(&thread.patient) else {
            return false;
        };
        let is_there = ask.site.is_none_or(|site| patient.sites.contains(&site));
        if !is_there || !ask.viewer.may_know(patient, thread, ask.now_ms) {
            return false;
        }
        let is_asked = ask.party.is(self.party(thread)) && ask.hand_over.is(thread.care.offer.as_ref(), ask.now_ms);
        is_asked && is_named(ask.text, thread, patient)
    }
}

fn is_named(text: &str, thread: &Thread, patient: &Person) -> bool {
    let number = || patient.patient.as_ref().map_or("", |facts| facts.mrn.expose());
    let holds = |words: &str| words.to_lowercase().contains(text);
    text.is_empty() || thread.topic.contains(text) || holds(patient.name.expose()) || holds(number())
}

impl Thread {
    pub(super) fn of(head: &Conversation, revision: u64) -> Self {
        Self {
            patient: head.kind.patient().unwrap_or(PersonId(0)),
            revision,
            last: head.last,
            archived: head.archived,
            topic: head.topic.expose().to_lowercase(),
            care: Care::untouched(head.id, head.created_at_ms),
            is_labelled: false,
            waiting_since_ms: None,
            replies: Vec::new(),
        }
    }

    /// How far its work has come.
    pub(super) fn stage(&self) -> Stage {
        self.care.stage(&self.last)
    }

    fn is_held_by(&self, person: PersonId) -> bool {
        self.care.holder == Some(person)
    }
}

/// Whose view of the queue became smaller by the change: their own, or that of who does not care for the patient any more.
fn who_sees_less(before: &Person, after: &Person) -> Vec<PersonId> {
    let care_team = |person: &Person| {
        person
            .patient
            .as_ref()
            .map(|facts| facts.care_team.clone())
            .unwrap_or_default()
    };
    let now = care_team(after);
    let mut fewer: Vec<_> = care_team(before).into_iter().filter(|one| !now.contains(one)).collect();
    let lost = |role| before.roles.has(role) && !after.roles.has(role);
    if lost(Role::OrganizationQueue) || before.sites != after.sites || before.works_with_patients() && !can_hold(after)
    {
        fewer.push(after.id);
    }
    fewer
}

/// A message that the patient may see.
pub(super) fn is_said(event: &Event) -> bool {
    matches!(&event.body, EventBody::Message(message) if message.audience == Audience::Everyone)
}
