//! Clinics to test in: a copy of the demo, founded once for all tests, and empty ones founded by `corridor init`.

use serde_json::Value;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use tempfile::TempDir;

use super::node::{Node, free_address, run, run_with, said};
use super::person::Person;

/// Of the administrator whom `corridor init` makes.
pub const PASSWORD_OF_ADMINISTRATOR: &str = "five unrelated words of amara";

/// A clinic of one test: a folder and a node on it.
pub struct Clinic {
    pub node: Node,
    pub data: PathBuf,
    // Last: the node has ended before its folder goes.
    folder: TempDir,
}

struct Founded {
    folder: TempDir,
    /// What `corridor demo --accounts` says: name, kind, roles, login, and the password of those who have one.
    accounts: Vec<Value>,
}

/// The demo's clinic, founded by the first test that needs one.
fn founded() -> &'static Founded {
    static FOUNDED: OnceLock<Founded> = OnceLock::new();
    FOUNDED.get_or_init(|| {
        let folder = TempDir::new().unwrap();
        let data = folder.path().join("demo");
        // Starting founds; what was founded is then copied.
        let mut node = Node::demo(&data);
        node.stop();
        drop(node);
        let output = run(&["demo", "--accounts", "--data", data.to_str().unwrap()]);
        assert!(output.status.success(), "{}", said(&output));
        let accounts = serde_json::from_slice(&output.stdout).unwrap();
        Founded { folder, accounts }
    })
}

/// The people of the demo, as the program lists them.
pub fn accounts() -> &'static [Value] {
    &founded().accounts
}

/// How somebody of the demo signs in.
#[track_caller]
pub fn password_of(login: &str) -> &'static str {
    let account = accounts().iter().find(|account| account["login"] == login);
    account
        .and_then(|account| account["password"].as_str())
        .unwrap_or_else(|| panic!("{login} cannot sign in"))
}

/// A fresh copy of the demo's folder.
pub fn copied_demo() -> (TempDir, PathBuf) {
    let founded = founded();
    let folder = TempDir::new().unwrap();
    let data = folder.path().join("demo");
    copy(&founded.folder.path().join("demo"), &data);
    (folder, data)
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir(to).unwrap();
    std::fs::set_permissions(to, std::fs::metadata(from).unwrap().permissions()).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        match entry.file_type().unwrap() {
            kind if kind.is_dir() => copy(&entry.path(), &target),
            kind if kind.is_file() => drop(std::fs::copy(entry.path(), target).unwrap()),
            // A control socket belongs to a process, not to the data.
            _ => {}
        }
    }
}

impl Clinic {
    /// A node on a copy of the demo. Nobody is slowed down: that has tests of its own.
    pub fn demo() -> Self {
        Self::with_limits(
            "sends_per_second = 10000
sends_burst = 10000
sign_ins_per_second = 10000
sign_ins_burst = 10000
socket_openings_per_second = 10000
socket_openings_burst = 10000
",
        )
    }

    /// A node on a copy of the demo, with these lines under `[limits]`.
    pub fn with_limits(limits: &str) -> Self {
        let (folder, data) = copied_demo();
        let (address, operations) = (free_address(), free_address());
        let config = folder.path().join("corridor.toml");
        let text = format!(
            "data = \"demo\"
listen = \"{address}\"
operations = \"{operations}\"
[limits]
{limits}"
        );
        std::fs::write(&config, text).unwrap();
        Self {
            node: Node::configured(&config, address, operations),
            data,
            folder,
        }
    }

    /// A node on a clinic that `corridor init` founded, with nobody in it but its administrator, `amara`.
    pub fn empty() -> Self {
        let address = free_address();
        Self::founded(&address.to_string(), address, &[])
    }

    /// The same, where other machines could reach it.
    pub fn empty_for_others() -> Self {
        let address = free_address();
        Self::founded(
            &format!("0.0.0.0:{}", address.port()),
            address,
            &["--host-name", "clinic.example"],
        )
    }

    fn founded(listen: &str, address: SocketAddr, more: &[&str]) -> Self {
        let folder = TempDir::new().unwrap();
        let (config, data) = (folder.path().join("corridor.toml"), folder.path().join("clinic"));
        let operations = free_address();
        let (config_text, data_text) = (config.to_str().unwrap(), data.to_str().unwrap());
        let places = ["init", "--config", config_text, "--data", data_text, "--listen", listen];
        let operations_text = operations.to_string();
        let names = [
            "--operations",
            &operations_text,
            "--name",
            "Hillside Practice",
            "--administrator-name",
            "Amara Bello",
        ];
        let arguments = [&places[..], &names, &["--administrator-login", "amara"], more].concat();
        let output = run_with(
            &arguments,
            &[("CORRIDOR_ADMIN_PASSWORD", PASSWORD_OF_ADMINISTRATOR)],
            "",
        );
        assert!(output.status.success(), "{}", said(&output));
        assert!(!said(&output).contains(PASSWORD_OF_ADMINISTRATOR), "{}", said(&output));
        Self {
            node: Node::configured(&config, address, operations),
            data,
            folder,
        }
    }

    /// The configuration that the node was started with.
    pub fn config(&self) -> PathBuf {
        self.folder.path().join("corridor.toml")
    }

    /// Somebody of the demo, signed in.
    #[track_caller]
    pub fn person(&self, login: &str) -> Person {
        Person::sign_in(self.node.address, login, password_of(login))
    }

    /// Several people of the demo, signed in.
    #[track_caller]
    pub fn people<const COUNT: usize>(&self, logins: [&str; COUNT]) -> [Person; COUNT] {
        logins.map(|login| self.person(login))
    }

    /// The id of somebody of the demo, asked for by somebody who may look.
    #[track_caller]
    pub fn id_of(&self, who_asks: &Person, list: &str, name: &str) -> String {
        let found = who_asks
            .get(&format!("/v1/{list}?q={}", name.replace(' ', "%20")))
            .expect(200);
        let people = found[list].as_array().unwrap();
        assert_eq!(people.len(), 1, "{name}: {found}");
        people[0]["id"].as_str().unwrap().to_owned()
    }
}
