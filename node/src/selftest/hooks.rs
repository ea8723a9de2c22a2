//! The troubles that `corridor selftest` makes for its scratch workspace, at the node where they happen.
//!
//! Stands between another node's word, or the control socket's, and one workspace that is awake. Only a workspace whose name in group 0
//! says that it is scratch gets hooks when it is woken: every other one has nothing that trouble could take hold of. It refuses to know
//! what is measured and judged.

use crate::neighbours::GroupMembers;
use bytes::Bytes;
use corridor_cluster::peers::{CallError, NodeId, PeerLink, Request};
use corridor_cluster::{Host, Hosting};
use corridor_domain::limits;
use futures::future::BoxFuture;
use serde::{Deserialize, Serialize};
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::sync::Notify;

/// How the name of every scratch workspace begins, and of no other.
pub const NAME_BEGINS: &str = "selftest-";

/// The form of what is said between nodes; `report.rs`, `telling.rs` and `companions.rs` have the other numbers.
const FORMAT: u8 = 1;
/// Trouble for a scratch workspace: its number, and a time for those that last.
const TROUBLE: u8 = 5;
const HAND_OVER: u8 = 1;
const RESTART: u8 = 2;
const DEAF: u8 = 3;
const DONE: &[u8] = &[FORMAT, 1];

/// Whether a workspace of this name is one that troubles may be made for.
pub fn is_scratch(name: &str) -> bool {
    name.starts_with(NAME_BEGINS)
}

/// What can be done to a scratch workspace's group on one node. Each ends by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Trouble {
    /// If the node leads the group, another one leads it.
    HandOver,
    /// The group ends on the node, and starts again from its disk.
    Restart,
    /// The group on the node hears no other node, and none hears it, for so long.
    Deaf {
        /// Milliseconds.
        for_ms: u32,
    },
}

impl Trouble {
    /// As another node is told of it.
    pub fn encode(self) -> Bytes {
        let (number, for_ms) = match self {
            Self::HandOver => (HAND_OVER, 0_u32),
            Self::Restart => (RESTART, 0),
            Self::Deaf { for_ms } => (DEAF, for_ms),
        };
        let mut said = vec![FORMAT, TROUBLE, number];
        said.extend_from_slice(&for_ms.to_be_bytes());
        said.into()
    }

    fn decode(said: &[u8]) -> io::Result<Self> {
        let invalid = || io::Error::from(io::ErrorKind::InvalidData);
        let [FORMAT, TROUBLE, number, for_ms @ ..] = said else {
            return Err(invalid());
        };
        let for_ms = u32::from_be_bytes(<[u8; 4]>::try_from(for_ms).map_err(|_| invalid())?);
        match *number {
            HAND_OVER => Ok(Self::HandOver),
            RESTART => Ok(Self::Restart),
            DEAF if for_ms <= limits::SELFTEST_DEAF_MS_MAX => Ok(Self::Deaf { for_ms }),
            _ => Err(invalid()),
        }
    }
}

/// Whether that is what another node says about trouble.
pub fn is_trouble(said: &[u8]) -> bool {
    matches!(said, [FORMAT, TROUBLE, ..])
}

/// Whether a node said that it makes the trouble.
pub fn is_done(answer: Option<&[u8]>) -> bool {
    answer == Some(DONE)
}

/// Another node wants trouble for a workspace; `hooks` are those that it has.
pub fn take(hooks: Option<&Arc<Hooks>>, members: Option<&Arc<GroupMembers>>, said: &[u8]) -> io::Result<Bytes> {
    // Said first: what is wanted of a workspace that is not scratch is of no interest.
    let hooks = hooks.ok_or(io::ErrorKind::PermissionDenied)?;
    hooks.make(Trouble::decode(said)?, members);
    Ok(Bytes::from_static(DONE))
}

/// Where trouble takes hold of one scratch workspace, for as long as it is awake.
pub struct Hooks {
    group: u64,
    host: Arc<Host>,
    is_deaf: Arc<AtomicBool>,
    restart: Notify,
}

impl Hooks {
    /// Those of a workspace of this name; none, if it is not scratch. Its group is to be run with the hosting that is given back.
    pub fn of(name: &str, group: u64, hosting: &Hosting) -> (Option<Arc<Self>>, Hosting) {
        let mut hosting = hosting.clone();
        if !is_scratch(name) {
            return (None, hosting);
        }
        let is_deaf = Arc::new(AtomicBool::new(false));
        hosting.link = Arc::new(Muffled {
            link: Arc::clone(&hosting.link),
            is_deaf: Arc::clone(&is_deaf),
        });
        let hooks = Self {
            group,
            host: Arc::clone(&hosting.host),
            is_deaf,
            restart: Notify::new(),
        };
        (Some(Arc::new(hooks)), hosting)
    }

    /// Begins a trouble. Does not wait for it.
    pub fn make(self: &Arc<Self>, trouble: Trouble, members: Option<&Arc<GroupMembers>>) {
        tracing::info!(
            group = self.group,
            ?trouble,
            "a selftest troubles its scratch workspace"
        );
        match trouble {
            Trouble::HandOver => {
                if let Some(members) = members.cloned() {
                    tokio::spawn(async move { members.hand_over().await });
                }
            }
            Trouble::Restart => self.restart.notify_one(),
            Trouble::Deaf { for_ms } => {
                self.is_deaf.store(true, Ordering::Release);
                self.host.set_aside(self.group);
                let hooks = Arc::clone(self);
                tokio::spawn(async move {
                    tokio::time::sleep(Duration::from_millis(for_ms.into())).await;
                    hooks.is_deaf.store(false, Ordering::Release);
                    hooks.host.call_back(hooks.group);
                });
            }
        }
    }

    /// Returns when the workspace is to end and to start again.
    pub async fn restart(&self) {
        self.restart.notified().await;
    }
}

/// The way to the others of a scratch workspace's group: as ever, or none.
struct Muffled {
    link: Arc<dyn PeerLink>,
    is_deaf: Arc<AtomicBool>,
}

impl PeerLink for Muffled {
    fn call(
        &self,
        to: NodeId,
        address: &str,
        request: Request,
        deadline: Duration,
    ) -> BoxFuture<'static, Result<Bytes, CallError>> {
        if self.is_deaf.load(Ordering::Acquire) {
            let why = format!("node {to} is not asked while a selftest cuts the group off");
            return Box::pin(std::future::ready(Err(CallError::Unreachable(why))));
        }
        self.link.call(to, address, request, deadline)
    }

    fn applies(&self, node: NodeId, address: &str) -> Option<u8> {
        self.link.applies(node, address)
    }
}

#[cfg(test)]
mod tests {
    use super::{Hooks, Trouble, is_done, is_scratch, is_trouble, take};
    use corridor_cluster::Hosting;
    use corridor_cluster::peers::{CallError, Kind, Request};
    use corridor_domain::limits;
    use corridor_storage::log::abort_process;
    use corridor_storage::world::TestWorld;
    use std::io;
    use std::sync::Arc;
    use std::time::Duration;

    const ALL: [Trouble; 3] = [Trouble::HandOver, Trouble::Restart, Trouble::Deaf { for_ms: 1_500 }];

    fn hooks_of(name: &str) -> (Option<Arc<Hooks>>, Hosting) {
        let hosting = Hosting::alone(1, Arc::new(TestWorld::new(0, 1)), abort_process());
        Hooks::of(name, 9, &hosting)
    }

    #[tokio::test]
    async fn a_real_workspace_has_nothing_to_take_hold_of() {
        for name in ["main", "north", "self-test", "selftest", "aselftest-1"] {
            assert!(!is_scratch(name));
            let (hooks, _) = hooks_of(name);
            for trouble in ALL {
                let refused = take(hooks.as_ref(), None, &trouble.encode()).unwrap_err();
                assert_eq!(refused.kind(), io::ErrorKind::PermissionDenied, "{name} {trouble:?}");
            }
        }
        let (hooks, _) = hooks_of("selftest-1");
        for trouble in ALL {
            let answer = take(hooks.as_ref(), None, &trouble.encode()).unwrap();
            assert!(is_done(Some(&answer)));
        }
    }

    #[test]
    fn what_is_said_is_read_and_the_numbers_stay() {
        for trouble in ALL {
            assert_eq!(Trouble::decode(&trouble.encode()).unwrap(), trouble);
            assert!(is_trouble(&trouble.encode()));
        }
        assert_eq!(Trouble::HandOver.encode().as_ref(), [1, 5, 1, 0, 0, 0, 0]);
        assert_eq!(Trouble::Restart.encode().as_ref(), [1, 5, 2, 0, 0, 0, 0]);
        let longest = limits::SELFTEST_DEAF_MS_MAX;
        assert_eq!(Trouble::Deaf { for_ms: 258 }.encode().as_ref(), [1, 5, 3, 0, 0, 1, 2]);
        assert!(Trouble::decode(&Trouble::Deaf { for_ms: longest + 1 }.encode()).is_err());
        for garbage in [
            &[1, 5][..],
            &[1, 5, 4, 0, 0, 0, 0],
            &[1, 5, 1, 0],
            &[2, 5, 1, 0, 0, 0, 0],
        ] {
            assert!(Trouble::decode(garbage).is_err(), "{garbage:?}");
        }
        assert!(!is_trouble(&[1, 3]) && !is_done(Some(&[1, 0])) && !is_done(None));
    }

    #[tokio::test(start_paused = true)]
    async fn who_is_deaf_asks_nobody_and_hears_again_by_itself() {
        let (hooks, hosting) = hooks_of("selftest-1");
        let ask = || {
            let request = Request {
                group: 9,
                kind: Kind::Vote,
                body: Vec::new().into(),
            };
            hosting.link.call(2, "", request, Duration::from_secs(1))
        };
        let is_muffled = async || {
            let answer = ask().await;
            matches!(answer, Err(CallError::Unreachable(why)) if why.contains("selftest"))
        };
        assert!(!is_muffled().await);
        let hooks = hooks.unwrap();
        hooks.make(Trouble::Deaf { for_ms: 1_500 }, None);
        assert!(is_muffled().await);
        tokio::time::advance(Duration::from_millis(1_499)).await;
        assert!(is_muffled().await);
        let again = async {
            while is_muffled().await {
                tokio::time::advance(Duration::from_millis(1)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(5), again).await.unwrap();
        hooks.make(Trouble::Restart, None);
        hooks.restart().await;
    }
}
