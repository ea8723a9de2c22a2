//! The figures of the queue for one viewer: what waits and since when, who has how much of it, how long patients waited for a first reply.
//! Of conversations that the viewer may not know of nothing is counted (T-26).

use super::ask::Viewer;
use super::index::{Index, Thread};
use corridor_domain::care::{Offer, Party, Stage};
use corridor_domain::ids::{ConversationId, PersonId};
use corridor_domain::limits;
use corridor_domain::permission::sees_all_late;
use std::collections::BTreeMap;

/// A first reply to what a patient wrote.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Reply {
    pub(super) at_ms: u64,
    pub(super) took_ms: u64,
}

impl Reply {
    /// What somebody said at that time to who had waited since.
    pub(super) fn to(since_ms: u64, at_ms: u64) -> Self {
        Self {
            at_ms,
            took_ms: at_ms.saturating_sub(since_ms),
        }
    }
}

/// What is open and what waits.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Load {
    /// Open conversations.
    pub open: u64,
    /// Of these, where the patient wrote last.
    pub waiting: u64,
    /// Since when the longest waits.
    pub oldest_ms: Option<u64>,
}

/// First replies of the last days.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Replies {
    /// How many.
    pub count: u64,
    /// Half of them took no longer.
    pub p50_ms: Option<u64>,
    /// Nine of ten took no longer.
    pub p90_ms: Option<u64>,
}

/// A hand-over that nobody accepted in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Late {
    /// Where.
    pub conversation: ConversationId,
    /// Of which patient.
    pub patient: PersonId,
    /// What was asked of whom.
    pub offer: Offer,
}

/// The figures.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Overview {
    /// Of all of them.
    pub load: Load,
    /// What waits by how long, in the steps of [`AGES_MS`]; the last is whatever is older.
    pub ages: [u64; AGES_MS.len() + 1],
    /// By who answers, what waits longest first.
    pub parties: Vec<(Party, Load)>,
    /// Hand-overs that nobody accepted in time, of what the viewer may know of.
    pub late_hand_overs: u64,
    /// The same by name, the oldest first, and for who sees to the whole clinic all of it.
    pub late: Vec<Late>,
    /// First replies.
    pub replies: Replies,
}

/// Up to an hour, four hours, a day, three days.
pub const AGES_MS: [u64; 4] = [3_600_000, 4 * 3_600_000, 24 * 3_600_000, 72 * 3_600_000];

impl Load {
    fn count(&mut self, waiting_since_ms: Option<u64>) {
        self.open += 1;
        if let Some(since_ms) = waiting_since_ms {
            self.waiting += 1;
            self.oldest_ms = Some(self.oldest_ms.map_or(since_ms, |oldest_ms| oldest_ms.min(since_ms)));
        }
    }
}

impl Thread {
    fn late(&self, now_ms: u64) -> Option<Late> {
        let offer = self.care.offer.filter(|offer| !offer.is_pending(now_ms))?;
        Some(Late {
            conversation: self.care.conversation,
            patient: self.patient,
            offer,
        })
    }

    /// Keeps in mind how long the patient waited, for as long as figures look back.
    pub(super) fn replied(&mut self, reply: Reply) {
        let since_ms = reply.at_ms.saturating_sub(limits::REPLIES_LOOK_BACK_MS);
        self.replies.retain(|known| known.at_ms >= since_ms);
        if self.replies.len() >= limits::REPLIES_PER_CONVERSATION_COUNT_MAX {
            self.replies.remove(0);
        }
        self.replies.push(reply);
    }
}

impl Index {
    /// The figures for a viewer at that time.
    pub(crate) fn overview(&self, viewer: &Viewer, now_ms: u64) -> Overview {
        let mut overview = Overview::default();
        let mut parties: BTreeMap<Party, Load> = BTreeMap::new();
        let mut took_ms = Vec::new();
        let replied_since_ms = now_ms.saturating_sub(limits::REPLIES_LOOK_BACK_MS);
        for thread in self.known_to(viewer, now_ms) {
            let recent = thread.replies.iter().filter(|reply| reply.at_ms >= replied_since_ms);
            took_ms.extend(recent.map(|reply| reply.took_ms));
            if thread.stage() != Stage::Open {
                continue;
            }
            overview.load.count(thread.waiting_since_ms);
            parties
                .entry(self.party(thread))
                .or_default()
                .count(thread.waiting_since_ms);
            overview.late_hand_overs += u64::from(thread.late(now_ms).is_some());
            if let Some(since_ms) = thread.waiting_since_ms {
                let age_ms = now_ms.saturating_sub(since_ms);
                let step = AGES_MS.iter().position(|limit_ms| age_ms < *limit_ms);
                overview.ages[step.unwrap_or(AGES_MS.len())] += 1;
            }
        }
        overview.parties = parties.into_iter().collect();
        overview
            .parties
            .sort_by_key(|(party, load)| (load.oldest_ms.unwrap_or(u64::MAX), *party));
        overview.replies = Replies::of(took_ms);
        overview.late = self.late(viewer, now_ms);
        overview
    }

    fn late(&self, viewer: &Viewer, now_ms: u64) -> Vec<Late> {
        let late = |thread: &Thread| thread.late(now_ms).filter(|_| thread.stage() == Stage::Open);
        let mut all: Vec<Late> = match sees_all_late(&viewer.person) {
            true => self.unlabelled_or_known_to(viewer, now_ms).filter_map(late).collect(),
            false => self.known_to(viewer, now_ms).filter_map(late).collect(),
        };
        all.sort_by_key(|late| (late.offer.at_ms, late.conversation));
        all.truncate(limits::QUEUE_PAGE_COUNT_MAX);
        all
    }
}

impl Replies {
    fn of(mut took_ms: Vec<u64>) -> Self {
        took_ms.sort_unstable();
        // Nearest rank: one that there was.
        let rank = |of_ten: usize| {
            took_ms
                .get((took_ms.len() * of_ten).div_ceil(10).saturating_sub(1))
                .copied()
        };
        Self {
            count: took_ms.len() as u64,
            p50_ms: rank(5),
            p90_ms: rank(9),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranks_are_of_what_there_was() {
        assert_eq!(Replies::of(Vec::new()), Replies::default());
        let one = Replies::of(vec![7]);
        assert_eq!((one.count, one.p50_ms, one.p90_ms), (1, Some(7), Some(7)));
        let ten = Replies::of((1..=10).rev().collect());
        assert_eq!((ten.p50_ms, ten.p90_ms), (Some(5), Some(9)));
    }
}
