//! What was said to and about a patient, over all their conversations that the caller may read, in one order. The look is on the record of
//! each of them before a word is opened.

use super::{Caller, Service};
use crate::convert::events::Showing;
use crate::failure::{Failure, Outcome};
use corridor_domain::command::{Command, Page};
use corridor_domain::conversation::Conversation;
use corridor_domain::decide::side_of;
use corridor_domain::ids::{ConversationId, PersonId};
use corridor_domain::limits;
use corridor_domain::permission::basis;
use corridor_domain::refusal::Refusal;
use corridor_protocol as wire;
use std::collections::{BTreeMap, HashMap};
use std::io;

/// The revisions of messages, each with its conversation and its place there; the order of revisions is theirs.
type Chosen = BTreeMap<u64, (ConversationId, u64)>;

impl Service {
    /// The last messages before a revision.
    pub async fn timeline(
        &self,
        caller: &Caller,
        patient: PersonId,
        before: u64,
        limit: usize,
    ) -> Outcome<wire::Timeline> {
        let limit = limit.clamp(1, limits::TIMELINE_COUNT_MAX);
        let heads = self.conversations_of_patient(caller, patient)?;
        if heads.is_empty() {
            return Err(Failure::Refused(Refusal::NotFound));
        }
        let (mut chosen, mut floor) = (Chosen::new(), 0);
        for head in heads.values() {
            floor = floor.max(self.choose(caller, head, before, limit, &mut chosen)?);
        }
        let (chosen, next_before) = page_of(chosen, floor, limit);
        Ok(wire::Timeline {
            items: self.opened(caller, &heads, &chosen).await?,
            next_before,
        })
    }

    /// Those about the patient, not beside: the rooms in which staff talk are no words to the patient.
    fn conversations_of_patient(
        &self,
        caller: &Caller,
        patient: PersonId,
    ) -> Outcome<HashMap<ConversationId, Conversation>> {
        let ids = self.reader().conversations_about(patient)?;
        let now_ms = self.time_of_rights_ms();
        let judged = self.reader().readables(&caller.person, ids)?;
        let may = judged
            .into_iter()
            .filter(|readable| basis(&caller.person, readable, now_ms).is_some());
        let heads = may.filter_map(|readable| readable.conversation);
        let own = heads.filter(|head| head.kind.is_patient());
        Ok(own.map(|head| (head.id, head)).take(limits::INBOX_COUNT_MAX).collect())
    }

    /// The last messages of one conversation, one more than are wanted: then it is known whether there are more. Answers the revision below which
    /// nobody looked; 0: there is nothing below.
    fn choose(
        &self,
        caller: &Caller,
        head: &Conversation,
        before: u64,
        limit: usize,
        chosen: &mut Chosen,
    ) -> io::Result<u64> {
        let side = side_of(Some(&caller.person));
        let membership = self.reader().membership(head.id, caller.person.id)?;
        let first_seq = membership.filter(|own| own.is_current()).map_or(1, |own| own.first_seq);
        let end = match before {
            u64::MAX => head.last.seq_for(side) + 1,
            revision => self.reader().first_seq_above(head, side, revision.saturating_sub(1))?,
        };
        let mut count = 0;
        for (looked_at, seq) in (first_seq..end).rev().enumerate() {
            if count > limit {
                break;
            }
            let Some(event) = self.reader().event_for(head.id, side, seq)? else {
                continue;
            };
            if event.message().is_some() {
                chosen.insert(event.revision, (head.id, seq));
                count += 1;
            }
            if looked_at + 1 >= limits::TIMELINE_LOOKED_AT_COUNT_MAX {
                return Ok(event.revision);
            }
        }
        Ok(0)
    }

    async fn opened(
        &self,
        caller: &Caller,
        heads: &HashMap<ConversationId, Conversation>,
        chosen: &Chosen,
    ) -> Outcome<Vec<wire::TimelineItem>> {
        if chosen.is_empty() {
            return Ok(Vec::new());
        }
        let mut stretches: BTreeMap<ConversationId, (u64, u64)> = BTreeMap::new();
        for (conversation, seq) in chosen.values() {
            let stretch = stretches.entry(*conversation).or_insert((*seq, *seq));
            *stretch = (stretch.0.min(*seq), stretch.1.max(*seq));
        }
        let page = |(conversation, (from_seq, to_seq)): (&ConversationId, &(u64, u64))| Page {
            conversation: *conversation,
            from_seq: *from_seq,
            to_seq: *to_seq,
        };
        let pages = stretches.iter().map(page).collect();
        let (_, grants) = self.ask(caller, Command::Read { pages }).await?;
        let mut items = Vec::with_capacity(chosen.len());
        for grant in &grants {
            let Some(head) = heads
                .get(&grant.conversation)
                .filter(|_| grant.from_seq <= grant.to_seq)
            else {
                continue;
            };
            let showing = Showing {
                names: self.names(),
                keys: self.keys(),
                head,
                side: grant.side,
            };
            for event in self.reader().granted(grant)? {
                if !chosen.contains_key(&event.revision) {
                    continue;
                }
                items.extend(showing.event(&event, None)?.map(|event| wire::TimelineItem {
                    topic: head.topic.expose().to_owned(),
                    event,
                }));
            }
        }
        items.sort_by_key(|item| item.event.revision);
        Ok(items)
    }
}

/// The page of what was chosen, and where the one before it begins. Nothing below the floor is on it: in some conversation nobody looked there.
fn page_of(mut chosen: Chosen, floor: u64, limit: usize) -> (Chosen, Option<u64>) {
    let mut page = chosen.split_off(&floor);
    let first = match page.len() > limit {
        true => page.keys().rev().nth(limit - 1).copied(),
        false => (floor > 0).then_some(floor),
    };
    if let Some(first) = first {
        page = page.split_off(&first);
    }
    (page, first)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(revisions: &[u64]) -> Chosen {
        let place = |revision: &u64| (*revision, (ConversationId(1), *revision));
        revisions.iter().map(place).collect()
    }

    fn page(revisions: &[u64], floor: u64, limit: usize) -> (Vec<u64>, Option<u64>) {
        let (page, next_before) = page_of(chosen(revisions), floor, limit);
        (page.into_keys().collect(), next_before)
    }

    #[test]
    fn a_page_ends_where_there_is_more_and_where_nobody_looked() {
        assert_eq!(page(&[3, 5, 8], 0, 3), (vec![3, 5, 8], None));
        assert_eq!(page(&[3, 5, 8], 0, 2), (vec![5, 8], Some(5)));
        // One conversation was looked at down to 6: what another has below that comes with the next page.
        assert_eq!(page(&[3, 5, 8], 6, 3), (vec![8], Some(6)));
        assert_eq!(page(&[3, 5], 6, 3), (vec![], Some(6)), "nothing yet, and not the end");
        assert_eq!(page(&[6, 7, 8], 6, 2), (vec![7, 8], Some(7)));
    }
}
