//! The pure part of what other nodes told: given a telling, it says what to look at again. Time comes with the question.

use super::telling::{Part, Standing, Telling, Typing};
use crate::frame::Light;
use corridor_domain::ids::{ConversationId, PersonId};
use corridor_domain::limits;
use std::collections::{BTreeMap, BTreeSet};

/// What follows from a telling, or from silence.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct News {
    /// People whose light may be another now.
    pub people: BTreeSet<PersonId>,
    /// Who is writing now, or stopped.
    pub typing: Vec<Typing>,
}

/// What each other node told.
#[derive(Debug, Default)]
pub struct Hearing {
    nodes: BTreeMap<u64, Teller>,
}

#[derive(Debug, Default)]
struct Teller {
    life: u64,
    number: u64,
    heard_ms: u64,
    facts: Facts,
    gathered: Option<Gathered>,
}

#[derive(Debug, Default)]
struct Facts {
    lights: BTreeMap<PersonId, Standing>,
    writers: BTreeSet<(ConversationId, PersonId)>,
}

/// Everything, as far as its parts came.
#[derive(Debug)]
struct Gathered {
    next_part: u16,
    next_number: u64,
    facts: Facts,
}

impl Hearing {
    /// Takes what a node told.
    pub fn hear(&mut self, node: u64, telling: &Telling, now_ms: u64) -> News {
        let mut news = News::default();
        if !self.nodes.contains_key(&node) && self.nodes.len() >= limits::PEERS_COUNT_MAX {
            return news;
        }
        let teller = self.nodes.entry(node).or_default();
        if teller.life != telling.life {
            let life = telling.life;
            let before = std::mem::replace(
                teller,
                Teller {
                    life,
                    ..Teller::default()
                },
            );
            before.facts.give_up(&mut news);
        }
        if telling.number > teller.number {
            teller.number = telling.number;
            teller.heard_ms = now_ms;
            match telling.part {
                None => teller.facts.change(telling, &mut news),
                Some(part) => teller.gather(part, telling, &mut news),
            }
        }
        self.only_who_stopped_everywhere(news)
    }

    /// Forgets what those told who were not heard for too long.
    pub fn look(&mut self, now_ms: u64) -> News {
        let mut news = News::default();
        let is_silent =
            |_: &u64, teller: &mut Teller| now_ms.saturating_sub(teller.heard_ms) >= limits::GOSSIP_SILENCE_MS;
        for (_, silent) in self.nodes.extract_if(.., is_silent) {
            silent.facts.give_up(&mut news);
        }
        self.only_who_stopped_everywhere(news)
    }

    /// The light of a person by the word of the other nodes.
    pub fn standing(&self, person: PersonId) -> Option<Standing> {
        let told = self
            .nodes
            .values()
            .filter_map(|teller| teller.facts.lights.get(&person));
        told.max().copied()
    }

    fn only_who_stopped_everywhere(&self, mut news: News) -> News {
        let writes = |typing: &Typing| {
            let key = (typing.conversation, typing.person);
            self.nodes.values().any(|teller| teller.facts.writers.contains(&key))
        };
        news.typing.retain(|typing| typing.active || !writes(typing));
        news
    }
}

impl Teller {
    /// Parts come one after the other, or the next telling of everything makes it good.
    fn gather(&mut self, part: Part, telling: &Telling, news: &mut News) {
        let begun = match (part.index, self.gathered.take()) {
            (0, _) => Some(Facts::default()),
            (index, Some(gathered)) if (gathered.next_part, gathered.next_number) == (index, telling.number) => {
                Some(gathered.facts)
            }
            _ => None,
        };
        let Some(mut facts) = begun else { return };
        // What is new of it is said when it is whole.
        facts.change(telling, &mut News::default());
        let next_part = part.index.saturating_add(1);
        if next_part < part.count {
            let next_number = telling.number.saturating_add(1);
            self.gathered = Some(Gathered {
                next_part,
                next_number,
                facts,
            });
            return;
        }
        let before = std::mem::replace(&mut self.facts, facts);
        before.compare(&self.facts, news);
    }
}

impl Facts {
    fn change(&mut self, telling: &Telling, news: &mut News) {
        for (person, standing) in &telling.lights {
            if standing.light == Light::Offline {
                self.lights.remove(person);
            } else if self.lights.len() < limits::SOCKETS_COUNT_MAX || self.lights.contains_key(person) {
                self.lights.insert(*person, *standing);
            }
            news.people.insert(*person);
        }
        for typing in &telling.typing {
            let key = (typing.conversation, typing.person);
            let is_news = match typing.active {
                // Said again it is shown again: whoever reads it forgets it after a while.
                true if self.writers.contains(&key) => true,
                true => self.writers.len() < limits::GOSSIP_WRITERS_COUNT_MAX && self.writers.insert(key),
                false => self.writers.remove(&key),
            };
            if is_news {
                news.typing.push(*typing);
            }
        }
    }

    fn compare(&self, after: &Self, news: &mut News) {
        let changed = |one: &Self, other: &Self| {
            let differs = |(person, standing): (&PersonId, &Standing)| {
                (other.lights.get(person) != Some(standing)).then_some(*person)
            };
            one.lights.iter().filter_map(differs).collect::<Vec<_>>()
        };
        news.people.extend(changed(self, after));
        news.people.extend(changed(after, self));
        let typing = |active: bool| {
            move |(conversation, person): &(ConversationId, PersonId)| Typing {
                conversation: *conversation,
                person: *person,
                active,
            }
        };
        news.typing
            .extend(self.writers.difference(&after.writers).map(typing(false)));
        news.typing
            .extend(after.writers.difference(&self.writers).map(typing(true)));
    }

    fn give_up(&self, news: &mut News) {
        self.compare(&Self::default(), news);
    }
}

#[cfg(test)]
mod tests;
