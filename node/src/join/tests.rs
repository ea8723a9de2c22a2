//! Tests of `corridor join`: what stands on the machine afterwards, and that nothing does when it did not come to its end.

use super::{Stop, Token, join, token_of};
use crate::cli::PlaceArguments;
use crate::config::Configuration;
use crate::membership::joining::WayError;
use crate::membership::joining::tests::Cluster;
use crate::membership::standing::Standing;
use clap::Parser;
use corridor_storage::node_keys::NodeKeys;
use corridor_storage::sealing::StorageKey;
use corridor_storage::world::TestWorld;
use std::fs;
use std::path::Path;
use tempfile::TempDir;

const URL: &str = "https://127.0.0.1:7443";

#[derive(Parser)]
struct Line {
    #[command(flatten)]
    place: PlaceArguments,
}

struct Machine {
    folder: TempDir,
    world: TestWorld,
    cluster: Cluster,
}

impl Machine {
    fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
            world: TestWorld::new(1_795_000_000_000, 21),
            cluster: Cluster::new(),
        }
    }

    fn path(&self, name: &str) -> std::path::PathBuf {
        self.folder.path().join(name)
    }

    fn arguments(&self, more: &[&str]) -> PlaceArguments {
        let (config, data) = (self.path("corridor.toml"), self.path("kept"));
        let least = ["corridor", "--config", text(&config), "--data", text(&data)];
        Line::parse_from(least.iter().chain(more)).place
    }

    async fn join(&self, token: &Token, more: &[&str]) -> Result<String, String> {
        let way = async |address: &str, pin: [u8; 32], request| {
            assert_eq!((address, pin), ("127.0.0.1:7443", token.authority));
            self.cluster.answer(request).await
        };
        sentence(join(URL, token, &self.arguments(more), &self.world, way).await)
    }

    fn is_empty(&self) -> bool {
        fs::read_dir(self.folder.path()).unwrap().count() == 0
    }
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

fn sentence(ended: Result<String, Stop>) -> Result<String, String> {
    ended.map_err(|stop| match stop {
        Stop::WrongUse(why) | Stop::Failed(why) => why,
    })
}

#[tokio::test]
async fn a_machine_becomes_a_node_that_can_be_started() {
    let machine = Machine::new();
    let said = machine.join(&machine.cluster.invite(), &[]).await.unwrap();
    for part in [
        "This machine is node 42 of cluster",
        "node.key",
        "certificate authority",
        "corridor start --config",
        "corridor cluster status",
    ] {
        assert!(said.contains(part), "{part}\n{said}");
    }
    let settings = Configuration::read(&machine.path("corridor.toml")).unwrap().settings;
    let cluster = settings.cluster.unwrap();
    assert_eq!(
        (cluster.listen.to_string().as_str(), cluster.address.as_str()),
        ("0.0.0.0:7443", "127.0.0.1:7443")
    );
    assert_eq!(settings.data, machine.path("kept"));

    let keys = NodeKeys::open_or_create(&settings.data.join("node.key"), &machine.world).unwrap();
    let workspace = StorageKey::from_bytes([8; 32]);
    assert_eq!(keys.workspace.fingerprint(b"x"), workspace.fingerprint(b"x"));
    let standing = Standing::open(&settings.data, &keys.node).unwrap().unwrap();
    assert_eq!((standing.node, standing.is_founder), (42, false));
    let authority = &machine.cluster.registrar.authority;
    assert_eq!(standing.identity().cluster, authority.cluster().0);
    assert_eq!(standing.authority.fingerprint(), authority.fingerprint());
    let asked = [("127.0.0.1:7443".to_owned(), "http://127.0.0.1:8080".to_owned())];
    assert_eq!(*machine.cluster.admission.asked.lock().unwrap(), asked);
    let left: Vec<_> = fs::read_dir(machine.folder.path()).unwrap().flatten().collect();
    assert_eq!(left.len(), 2, "{left:?}");
}

#[tokio::test]
async fn where_others_find_it_follows_from_what_was_said() {
    for (more, expected) in [
        (
            &["--peer-listen", "127.0.0.2:7000"][..],
            ("127.0.0.2:7000", "http://127.0.0.1:8080"),
        ),
        (
            &["--peer-address", "two.example:1"],
            ("two.example:1", "http://127.0.0.1:8080"),
        ),
        (
            &["--listen", "0.0.0.0:8443", "--host-name", "two.example"],
            ("two.example:7443", "https://two.example:8443"),
        ),
    ] {
        let machine = Machine::new();
        machine.join(&machine.cluster.invite(), more).await.unwrap();
        let asked = machine.cluster.admission.asked.lock().unwrap();
        let (address, url) = &asked[0];
        assert_eq!((address.as_str(), url.as_str()), expected);
    }
}

#[tokio::test]
async fn a_place_that_holds_something_is_refused_before_anybody_is_asked() {
    let machine = Machine::new();
    machine.join(&machine.cluster.invite(), &[]).await.unwrap();
    let again = machine.join(&machine.cluster.invite(), &[]).await.unwrap_err();
    assert!(
        again.contains("corridor.toml exists already; join overwrites nothing"),
        "{again}"
    );
    fs::remove_file(machine.path("corridor.toml")).unwrap();
    let again = machine.join(&machine.cluster.invite(), &[]).await.unwrap_err();
    assert!(again.contains("kept is not empty; join overwrites nothing"), "{again}");
    assert_eq!(machine.cluster.admission.asked.lock().unwrap().len(), 1);
    assert!(machine.path("kept/cluster/cluster.json").exists());
}

#[tokio::test]
async fn what_was_made_is_taken_back_when_it_does_not_come_to_its_end() {
    let machine = Machine::new();
    let token = machine.cluster.invite();
    let arguments = machine.arguments(&[]);
    let unreachable = async |_: &str, _, _| Err(WayError::NotTaken("nobody listens".to_owned()));
    let said = sentence(join(URL, &token, &arguments, &machine.world, unreachable).await).unwrap_err();
    assert!(
        said.starts_with("this machine was not let in: ") && said.contains("nobody listens"),
        "{said}"
    );
    assert!(machine.is_empty());
    let lost = async |_: &str, _, request| {
        machine.cluster.answer(request).await?;
        Err(WayError::Lost("the connection broke".to_owned()))
    };
    let said = sentence(join(URL, &token, &arguments, &machine.world, lost).await).unwrap_err();
    assert!(
        said.starts_with("it is not known whether this machine was let in: "),
        "{said}"
    );
    assert!(
        said.contains("corridor cluster remove") && !said.contains('\n'),
        "{said}"
    );
    assert!(machine.is_empty());
    let used = machine.join(&token, &[]).await.unwrap_err();
    assert!(used.contains("does not know the invitation"), "{used}");
    assert!(machine.is_empty());
}

#[tokio::test]
async fn what_cannot_be_kept_says_which_node_to_take_out() {
    let machine = Machine::new();
    let key = machine.path("kept/node.key");
    let way = async |_: &str, _, request| {
        // Somebody is quicker: the file may not be overwritten.
        fs::write(&key, b"").unwrap();
        machine.cluster.answer(request).await
    };
    let (token, arguments) = (machine.cluster.invite(), machine.arguments(&[]));
    let said = sentence(join(URL, &token, &arguments, &machine.world, way).await).unwrap_err();
    assert!(
        said.contains("let in as node 42") && said.contains("corridor cluster remove 42"),
        "{said}"
    );
    assert!(machine.is_empty());
}

#[test]
fn a_token_is_the_first_line_of_what_is_read() {
    assert_eq!(token_of(&b"abc-def\nmore"[..]).ok().as_deref(), Some("abc-def\n"));
    assert_eq!(token_of(&b""[..]).ok().as_deref(), Some(""));
}
