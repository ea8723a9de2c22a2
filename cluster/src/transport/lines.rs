//! The connections on which other nodes ask: numbered, bounded, and listed for those who look after the node.
//!
//! Stands beside what answers. Refuses to know what is asked.

use std::collections::{HashMap, VecDeque};
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use corridor_domain::limits;
use tokio::sync::oneshot;

use crate::peers::NodeId;

/// No other connection of this process has the same number, whichever transport it belongs to.
static NEXT_LINE: AtomicU64 = AtomicU64::new(1);

/// A connection on which another node asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineStatus {
    /// The node.
    pub node: NodeId,
    /// The number of the connection.
    pub line: u64,
    /// Where it comes from.
    pub from: SocketAddr,
    /// The end of the certificate that the node showed, in Unix time.
    pub certificate_not_after_s: Option<u64>,
}

/// All that are open.
#[derive(Debug, Default)]
pub(crate) struct Lines {
    /// Of each node the oldest first.
    open: Mutex<HashMap<NodeId, VecDeque<Open>>>,
}

#[derive(Debug)]
struct Open {
    status: LineStatus,
    /// Dropped when the line must end.
    _end: oneshot::Sender<()>,
}

/// A line's place among the open ones; free again when this is dropped.
#[derive(Debug)]
pub(crate) struct Entered {
    lines: Arc<Lines>,
    pub node: NodeId,
    pub line: u64,
    /// Resolves, with an error, when a newer line of this node took its place.
    pub replaced: oneshot::Receiver<()>,
}

impl Lines {
    /// Takes a place. Beyond a node's share its oldest line ends: the node has left it, or has forgotten it.
    pub fn enter(self: &Arc<Self>, node: NodeId, from: SocketAddr, not_after_s: Option<u64>) -> Option<Entered> {
        let line = NEXT_LINE.fetch_add(1, Ordering::Relaxed);
        let (end, replaced) = oneshot::channel();
        let mut open = self.lock();
        let in_all: usize = open.values().map(VecDeque::len).sum();
        let own = open.get(&node).map_or(0, VecDeque::len);
        if in_all >= limits::PEER_LINES_COUNT_MAX && own < limits::PEER_LINES_PER_NODE_COUNT_MAX {
            return None;
        }
        let own = open.entry(node).or_default();
        if own.len() >= limits::PEER_LINES_PER_NODE_COUNT_MAX {
            own.pop_front();
        }
        own.push_back(Open {
            status: LineStatus {
                node,
                line,
                from,
                certificate_not_after_s: not_after_s,
            },
            _end: end,
        });
        Some(Entered {
            lines: Arc::clone(self),
            node,
            line,
            replaced,
        })
    }

    /// By node and age.
    pub fn statuses(&self) -> Vec<LineStatus> {
        let open = self.lock();
        let mut statuses: Vec<LineStatus> = open.values().flatten().map(|open| open.status.clone()).collect();
        statuses.sort_by_key(|status| (status.node, status.line));
        statuses
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<NodeId, VecDeque<Open>>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Entered {
    fn drop(&mut self) {
        let mut open = self.lines.lock();
        if let Some(own) = open.get_mut(&self.node) {
            own.retain(|open| open.status.line != self.line);
            if own.is_empty() {
                open.remove(&self.node);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use corridor_domain::limits;

    use super::Lines;

    #[tokio::test]
    async fn the_oldest_line_of_a_node_makes_place_and_all_are_bounded() {
        let lines = Arc::new(Lines::default());
        let enter = |node| lines.enter(node, "192.0.2.1:5".parse().unwrap(), Some(7));
        let mut own: Vec<_> = (0..=limits::PEER_LINES_PER_NODE_COUNT_MAX)
            .filter_map(|_| enter(1))
            .collect();
        (&mut own[0].replaced).await.unwrap_err();
        assert!(
            own[1]
                .replaced
                .try_recv()
                .is_err_and(|error| error == tokio::sync::oneshot::error::TryRecvError::Empty)
        );
        assert!(own.windows(2).all(|pair| pair[0].line < pair[1].line));
        assert_eq!(lines.statuses().len(), limits::PEER_LINES_PER_NODE_COUNT_MAX);
        let others: Vec<_> = (2..1_000).filter_map(enter).collect();
        assert_eq!(lines.statuses().len(), limits::PEER_LINES_COUNT_MAX);
        assert!(enter(1_000).is_none() && enter(1).is_some());
        drop((own, others));
        assert_eq!(lines.statuses(), []);
    }
}
