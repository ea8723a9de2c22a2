//! A node alone, started in the tests' own process: what is seen from inside only.

use super::Running;
use crate::config::Settings;
use crate::selftest::desk::{self, SelftestDeed};
use crate::selftest::hooks::Trouble;
use corridor_api::front::Choice;
use corridor_storage::world::SystemWorld;
use std::sync::Arc;

/// Where trouble would happen there is nothing to take hold of, unless group 0 calls the workspace scratch.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_a_scratch_workspace_has_hooks_and_starts_again_by_them() {
    let folder = tempfile::tempdir().unwrap();
    let anywhere = "127.0.0.1:0".parse().unwrap();
    let settings = Settings::new(folder.path().join("data"), anywhere, anywhere);
    std::fs::create_dir(&settings.data).unwrap();
    let world = Arc::new(SystemWorld::new());
    let running = Running::start(&settings, Arc::clone(&world) as Arc<_>).await.unwrap();
    let workspaces = Arc::clone(&running.workspaces);
    let come_to = async |name: &str| workspaces.come_to(&Choice::Named(name.to_owned())).await.unwrap();
    for name in ["north", "selftest-1"] {
        assert!(workspaces.facts().create(name).await.is_ok());
    }
    assert!(come_to("main").await.hooks.is_none());
    assert!(come_to("north").await.hooks.is_none());
    let scratch = come_to("selftest-1").await;
    assert!(scratch.hooks.is_some());

    let trouble = SelftestDeed::Trouble {
        node: running.machine.node,
        trouble: Trouble::Restart,
    };
    for name in ["main", "north"] {
        let refused = desk::answer(&workspaces, world.as_ref(), name.to_owned(), trouble).await;
        assert_eq!(refused.unwrap_err().code, "not_scratch");
    }
    let gone = Arc::downgrade(&scratch);
    drop(scratch);
    let made = desk::answer(&workspaces, world.as_ref(), "selftest-1".to_owned(), trouble).await;
    assert!(made.is_ok());
    let restarted = async {
        while gone.upgrade().is_some() {
            tokio::task::yield_now().await;
        }
    };
    let patience = std::time::Duration::from_secs(30);
    tokio::time::timeout(patience, restarted).await.unwrap();
    assert!(come_to("selftest-1").await.takes_commands(), "it is there again");
    running.stop().await;
}
