//! What this node has to tell the others: the pure part says what, the shell around it wakes whoever tells.

use super::telling::{Part, Standing, Telling, Typing};
use corridor_domain::ids::{ConversationId, PersonId};
use corridor_domain::limits;
use corridor_storage::world::World;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::Notify;

/// What was not told yet, and who is writing here.
#[derive(Debug, Default)]
pub struct VoiceCore {
    life: u64,
    number: u64,
    lights: BTreeMap<PersonId, Standing>,
    typing: BTreeMap<(ConversationId, PersonId), bool>,
    /// Who is writing here, and when they last said so.
    writing: BTreeMap<(ConversationId, PersonId), u64>,
    /// Too much changed to be told one by one.
    owes_all: bool,
}

impl VoiceCore {
    /// Nothing is to be told. `life` tells this life of the node from others.
    pub fn new(life: u64) -> Self {
        Self {
            life,
            ..Self::default()
        }
    }

    /// The light of a person here changed; `None`: they have no device here any more.
    pub fn note_light(&mut self, person: PersonId, standing: Option<Standing>) {
        self.lights.insert(person, standing.unwrap_or(Standing::WENT));
        self.bound();
    }

    /// Somebody here is writing, or stopped. Says whether the others are to be told.
    pub fn note_typing(&mut self, typing: Typing, now_ms: u64) -> bool {
        let key = (typing.conversation, typing.person);
        if typing.active {
            if self.writing.len() >= limits::GOSSIP_WRITERS_COUNT_MAX {
                self.forget_writers(now_ms);
            }
            if self.writing.len() >= limits::GOSSIP_WRITERS_COUNT_MAX && !self.writing.contains_key(&key) {
                return false;
            }
            self.writing.insert(key, now_ms);
        } else if self.writing.remove(&key).is_none() {
            return false;
        }
        self.typing.insert(key, typing.active);
        self.bound();
        true
    }

    fn bound(&mut self) {
        let waiting = self.lights.len().max(self.typing.len());
        self.owes_all = self.owes_all || waiting > limits::GOSSIP_CHANGES_COUNT_MAX;
        if self.owes_all {
            self.lights.clear();
            self.typing.clear();
        }
    }

    fn forget_writers(&mut self, now_ms: u64) {
        self.writing
            .retain(|_, said_ms| now_ms.saturating_sub(*said_ms) < limits::GOSSIP_WRITING_MS);
    }

    /// What changed, and after it everything, if that is due. `lights` are those of this node now.
    pub fn tell(
        &mut self,
        is_all_due: bool,
        now_ms: u64,
        lights: impl FnOnce() -> Vec<(PersonId, Standing)>,
    ) -> Vec<Telling> {
        let changed: Vec<_> = std::mem::take(&mut self.lights).into_iter().collect();
        let typing = std::mem::take(&mut self.typing).into_iter();
        let mut told = Vec::new();
        self.put(&changed, &typing.map(typing_of).collect::<Vec<_>>(), false, &mut told);
        if is_all_due || std::mem::take(&mut self.owes_all) {
            self.owes_all = false;
            self.forget_writers(now_ms);
            let writing: Vec<_> = self.writing.keys().map(|key| typing_of((*key, true))).collect();
            self.put(&lights(), &writing, true, &mut told);
        }
        told
    }

    fn put(&mut self, lights: &[(PersonId, Standing)], typing: &[Typing], is_all: bool, told: &mut Vec<Telling>) {
        let room = limits::GOSSIP_FACTS_PER_TELLING_COUNT_MAX;
        let count = lights.len().max(typing.len()).div_ceil(room).max(usize::from(is_all));
        let (mut lights, mut typing) = (lights.chunks(room), typing.chunks(room));
        let count = u16::try_from(count).unwrap_or(u16::MAX);
        for index in 0..count {
            self.number += 1;
            told.push(Telling {
                life: self.life,
                number: self.number,
                part: is_all.then_some(Part { index, count }),
                lights: lights.next().unwrap_or_default().to_vec(),
                typing: typing.next().unwrap_or_default().to_vec(),
            });
        }
    }
}

fn typing_of(((conversation, person), active): ((ConversationId, PersonId), bool)) -> Typing {
    Typing {
        conversation,
        person,
        active,
    }
}

/// Shared by all who have something to say.
pub(crate) struct Voice {
    core: Mutex<VoiceCore>,
    /// Something was noted since it was last told.
    noted: Notify,
    world: Arc<dyn World>,
}

impl Voice {
    pub(crate) fn new(world: Arc<dyn World>) -> Self {
        let mut life = [0; 8];
        world.fill_random(&mut life);
        Self {
            core: Mutex::new(VoiceCore::new(u64::from_le_bytes(life))),
            noted: Notify::new(),
            world,
        }
    }

    /// To be noted after the table of lights was changed: what it says then is told, or this is.
    pub(crate) fn note_light(&self, person: PersonId, standing: Option<Standing>) {
        self.with(|core| core.note_light(person, standing));
        self.noted.notify_one();
    }

    pub(crate) fn note_typing(&self, conversation: ConversationId, person: PersonId, active: bool) {
        let typing = typing_of(((conversation, person), active));
        let now_ms = self.now_ms();
        if self.with(|core| core.note_typing(typing, now_ms)) {
            self.noted.notify_one();
        }
    }

    pub(crate) fn tell(&self, is_all_due: bool, lights: impl FnOnce() -> Vec<(PersonId, Standing)>) -> Vec<Telling> {
        let now_ms = self.now_ms();
        self.with(|core| core.tell(is_all_due, now_ms, lights))
    }

    pub(crate) async fn changed(&self) {
        self.noted.notified().await;
    }

    fn with<T>(&self, work: impl FnOnce(&mut VoiceCore) -> T) -> T {
        work(&mut self.core.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn now_ms(&self) -> u64 {
        self.world.monotonic_ns() / 1_000_000
    }
}

#[cfg(test)]
mod tests;
