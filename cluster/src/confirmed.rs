//! What a follower told its leader to have on its disk, and has no more.
//!
//! A disk may be older than what its node said: a restored copy, a machine that was rolled back. The marks beside the log are as old then and
//! say nothing, but the leader of that time remembers. Stands beside the appends (`network.rs`) on the leader's side, and beside the requests
//! (`inbound.rs`) on the other. It refuses to know how bytes travel.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use openraft::raft::AppendEntriesResponse;

use crate::peers::NodeId;
use crate::types::{LogPosition, SavedVote, Types};

/// What one follower confirmed to this node, as the leader of one term.
#[derive(Default)]
pub(crate) struct Confirmed {
    last: Mutex<Option<(SavedVote, LogPosition)>>,
}

/// The same for all followers of a group: entries and heartbeats go by connections of their own, and share it. What was confirmed is forgotten
/// with the last connection, since a node that was taken out and comes back begins with nothing.
#[derive(Clone, Default)]
pub(crate) struct AllConfirmed {
    by_node: Arc<Mutex<BTreeMap<NodeId, Weak<Confirmed>>>>,
}

impl AllConfirmed {
    /// Of one follower.
    pub fn of(&self, node: NodeId) -> Arc<Confirmed> {
        let mut by_node = self.by_node.lock().unwrap_or_else(PoisonError::into_inner);
        by_node.retain(|_, confirmed| confirmed.strong_count() > 0);
        if let Some(confirmed) = by_node.get(&node).and_then(Weak::upgrade) {
            return confirmed;
        }
        let confirmed = Arc::new(Confirmed::default());
        by_node.insert(node, Arc::downgrade(&confirmed));
        confirmed
    }
}

impl Confirmed {
    /// Notes the answer to an append, made under `vote`, of what follows `before` and ends at `last`. Gives what the follower has lost,
    /// if the answer says so: it does not know an entry that it confirmed to the same leader.
    pub fn note(
        &self,
        vote: SavedVote,
        before: Option<LogPosition>,
        last: Option<LogPosition>,
        answer: &AppendEntriesResponse<Types>,
    ) -> Option<LogPosition> {
        let mut known = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let of_this_term = known.filter(|(under, _)| *under == vote).map(|(_, position)| position);
        match answer {
            AppendEntriesResponse::Success => *known = of_this_term.max(last).map(|position| (vote, position)),
            AppendEntriesResponse::PartialSuccess(upto) => {
                *known = of_this_term.max(*upto).map(|position| (vote, position));
            }
            AppendEntriesResponse::Conflict => return of_this_term.filter(|confirmed| before <= Some(*confirmed)),
            AppendEntriesResponse::HigherVote(_) => {}
        }
        None
    }
}

/// What this node says of itself when its leader remembers more than its log holds; `None`: it has what it confirmed. `floor`: how far the group
/// had come when this node was let go; what it confirmed before it has forgotten rightly.
pub(crate) fn complaint(
    group: u64,
    leader: NodeId,
    confirmed: LogPosition,
    last: Option<u64>,
    floor: Option<LogPosition>,
) -> Option<String> {
    if last >= Some(confirmed.index) || Some(confirmed) <= floor {
        return None;
    }
    let ends = last.map_or_else(|| "is empty".to_owned(), |last| format!("ends at {last}"));
    Some(format!(
        "the log of group {group} {ends}, but this node has confirmed everything up to {} to node {leader}, which leads: its disk is \
         older than what it said, as after a restored copy. Take it out with `corridor cluster remove`, and let a new node join",
        confirmed.index
    ))
}

#[cfg(test)]
mod tests {
    use openraft::vote::RaftLeaderId as _;

    use super::*;

    fn position(term: u64, index: u64) -> LogPosition {
        LogPosition::new(
            openraft::impls::leader_id_adv::LeaderId::new(term, 1).to_committed(),
            index,
        )
    }

    fn vote(term: u64) -> SavedVote {
        SavedVote::new(term, 1)
    }

    #[test]
    fn only_what_was_confirmed_to_this_leader_can_be_lost() {
        use AppendEntriesResponse::{Conflict, PartialSuccess, Success};
        let confirmed = Confirmed::default();
        let at = |index| Some(position(2, index));
        assert_eq!(
            confirmed.note(vote(2), at(7), at(9), &Conflict),
            None,
            "nothing is confirmed"
        );
        assert_eq!(confirmed.note(vote(2), at(4), at(6), &Success), None);
        assert_eq!(confirmed.note(vote(2), at(7), at(9), &Conflict), None, "it lags");
        assert_eq!(confirmed.note(vote(2), at(6), at(9), &PartialSuccess(at(8))), None);
        assert_eq!(confirmed.note(vote(2), at(4), at(5), &Success), None, "an older answer");
        assert_eq!(confirmed.note(vote(2), at(8), at(9), &Conflict), at(8));
        assert_eq!(
            confirmed.note(vote(3), at(8), at(9), &Conflict),
            None,
            "to another leader"
        );
        assert_eq!(confirmed.note(vote(3), None, at(3), &Success), None);
        assert_eq!(
            confirmed.note(vote(3), at(8), at(9), &Conflict),
            None,
            "this one knows no more"
        );
    }

    #[test]
    fn connections_share_what_was_confirmed_until_the_last_is_gone() {
        let all = AllConfirmed::default();
        let (entries, heartbeats) = (all.of(3), all.clone().of(3));
        let at = |index| Some(position(2, index));
        assert_eq!(
            entries.note(vote(2), None, at(6), &AppendEntriesResponse::Success),
            None
        );
        let conflict = AppendEntriesResponse::Conflict;
        assert_eq!(
            all.of(4).note(vote(2), at(6), at(6), &conflict),
            None,
            "of another node"
        );
        assert_eq!(heartbeats.note(vote(2), at(6), at(6), &conflict), at(6));
        drop((entries, heartbeats));
        assert_eq!(all.of(3).note(vote(2), at(6), at(6), &conflict), None, "it came back");
    }

    #[test]
    fn a_log_that_holds_what_was_confirmed_is_whole() {
        let complaint = |last, floor| complaint(1, 2, position(2, 7), last, floor);
        assert_eq!(complaint(Some(7), None), None);
        assert!(complaint(Some(6), None).is_some_and(|text| text.contains("ends at 6")));
        assert!(complaint(None, None).is_some_and(|text| text.contains("is empty")));
        assert_eq!(complaint(None, Some(position(2, 7))), None, "from before it was let go");
        assert!(
            complaint(Some(6), Some(position(2, 5))).is_some(),
            "it came back, and confirmed more"
        );
    }
}
