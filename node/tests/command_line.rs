//! The real program, from outside: its help, its exit codes and its one-sentence refusals. Opens no door.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::path::Path;
use std::process::{Command, Output, Stdio};
use tempfile::TempDir;

const PASSWORD: &str = "a long enough password";
/// A whole token that no node gave.
const TOKEN: &str = "040g208-1040g20-8208104-0g20810-40g2081-040g20c-1g60r30-\
                     c1g60r3-0c1g60r-30c1g60-r30c1g6-0r30c1g-60r30c1-pezsn84";

struct Place {
    folder: TempDir,
}

struct Ended {
    code: Option<i32>,
    stdout: String,
    stderr: String,
}

impl Place {
    fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
        }
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn run(&self, arguments: &[&str]) -> Ended {
        let mut command = Command::new(env!("CARGO_BIN_EXE_corridor"));
        command.args(arguments).current_dir(self.path()).stdin(Stdio::null());
        for variable in ["CORRIDOR_LOG", "CORRIDOR_PERSON_PASSWORD"] {
            command.env_remove(variable);
        }
        command.env("CORRIDOR_ADMIN_PASSWORD", PASSWORD);
        let Output { status, stdout, stderr } = command.output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        Ended {
            code: status.code(),
            stdout: text(stdout),
            stderr: text(stderr),
        }
    }

    /// The least that `init` needs besides `more`.
    fn init(&self, more: &[&str]) -> Ended {
        let least = [
            "init",
            "--name",
            "Clarity",
            "--administrator-name",
            "Priya Raman",
            "--administrator-login",
            "raman",
        ];
        self.run(&[&least, more].concat())
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path().join(name), text).unwrap();
    }

    fn exists(&self, name: &str) -> bool {
        self.path().join(name).exists()
    }
}

impl Ended {
    /// It ended with this code and one sentence in which this stands.
    #[track_caller]
    fn says(&self, code: i32, part: &str) {
        assert_eq!(self.code, Some(code), "{}", self.stderr);
        assert!(
            self.stderr.starts_with("corridor: ") && self.stderr.contains(part),
            "{}",
            self.stderr
        );
        assert_eq!(self.stderr.lines().count(), 1, "{}", self.stderr);
        assert_eq!(self.stdout, "");
    }
}

#[test]
fn help_is_for_newcomers() {
    let place = Place::new();
    let help = place.run(&["--help"]);
    assert_eq!(help.code, Some(0));
    for part in [
        "demo",
        "init",
        "join",
        "start",
        "person",
        "cluster",
        "status",
        "Examples:",
        "Exit codes:",
    ] {
        assert!(help.stdout.contains(part), "{part}\n{}", help.stdout);
    }
    let help = place.run(&["help", "person", "add"]);
    assert!(help.code == Some(0) && help.stdout.contains("--as"), "{}", help.stdout);
    assert_eq!(
        place.run(&["--version"]).stdout,
        concat!("corridor ", env!("CARGO_PKG_VERSION"), "\n")
    );
}

#[test]
fn what_is_unknown_is_wrong_use() {
    let place = Place::new();
    for arguments in [
        &["--unknown"][..],
        &["unknown"],
        &["start", "--unknown"],
        &["demo", "--listen", "here"],
        &["person"],
        &["cluster"],
        &["cluster", "invite", "--valid-minutes", "0"],
        &["cluster", "invite", "--valid-minutes", "1441"],
        &["cluster", "remove"],
        &["cluster", "remove", "0"],
        &["cluster", "remove", "one"],
        &["join"],
        &["join", "https://one:7443"],
        &["join", "https://one:7443", "--token", "a", "--token-stdin"],
        &["join", "https://one:7443", "--token", "a", "--peer-listen", "here"],
    ] {
        let ended = place.run(arguments);
        assert_eq!((ended.code, ended.stdout.as_str()), (Some(2), ""), "{arguments:?}");
        assert!(!ended.stderr.is_empty(), "{arguments:?}");
    }
}

#[test]
fn a_node_needs_its_configuration() {
    let place = Place::new();
    place.run(&["start"]).says(
        2,
        "there is no configuration at corridor.toml; `corridor init` makes one",
    );
    place.write(
        "corridor.toml",
        "data = \"kept\"\nlisten = \"127.0.0.1:0\"\noperations = \"127.0.0.1:0\"\ncolour = 1\n",
    );
    place
        .run(&["start"])
        .says(2, "corridor.toml, line 4: unknown field `colour`");
    assert!(!place.exists("kept"));
}

#[test]
fn nothing_readable_leaves_the_machine() {
    let place = Place::new();
    place.write(
        "open.toml",
        "data = \"kept\"\nlisten = \"0.0.0.0:0\"\noperations = \"127.0.0.1:0\"\n",
    );
    place
        .run(&["start", "--config", "open.toml"])
        .says(2, "open.toml: listen: 0.0.0.0:0 can be reached from other machines");
    place
        .run(&["demo", "--listen", "0.0.0.0:0"])
        .says(2, "--listen: 0.0.0.0:0 can be reached from other machines");
    place
        .run(&["demo", "--operations", "0.0.0.0:0"])
        .says(2, "--operations: 0.0.0.0:0 can be reached from other machines");
    assert!(!place.exists("kept") && !place.exists("corridor-data"));
}

#[test]
fn init_founds_a_clinic_once() {
    let place = Place::new();
    let founded = place.init(&[]);
    assert_eq!((founded.code, founded.stderr.as_str()), (Some(0), ""));
    for part in [
        "Clarity is founded",
        "node.key",
        "corridor start --config",
        "http://127.0.0.1:8080",
        "raman",
    ] {
        assert!(founded.stdout.contains(part), "{part}\n{}", founded.stdout);
    }
    let configuration = std::fs::read_to_string(place.path().join("corridor.toml")).unwrap();
    place
        .init(&[])
        .says(1, "corridor.toml exists already; init overwrites nothing");
    place
        .init(&["--config", "other.toml"])
        .says(1, "clinic is not empty; init overwrites nothing");
    assert_eq!(
        std::fs::read_to_string(place.path().join("corridor.toml")).unwrap(),
        configuration
    );
    assert!(!place.exists("other.toml"));
}

#[test]
fn init_makes_a_certificate_where_others_can_reach() {
    let place = Place::new();
    place.init(&["--listen", "0.0.0.0:8443"]).says(2, "--host-name");
    assert!(!place.exists("corridor.toml") && !place.exists("corridor-data"));
    let founded = place.init(&[
        "--listen",
        "0.0.0.0:8443",
        "--host-name",
        "clinic.example",
        "--data",
        "kept",
    ]);
    assert_eq!((founded.code, founded.stderr.as_str()), (Some(0), ""));
    assert!(
        founded.stdout.contains("self-signed") && place.exists("kept/tls/certificate.pem"),
        "{}",
        founded.stdout
    );
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = |name: &str| std::fs::metadata(place.path().join(name)).unwrap().permissions().mode() & 0o777;
        assert_eq!(
            (mode("kept"), mode("kept/tls/key.pem"), mode("kept/node.key")),
            (0o700, 0o600, 0o600)
        );
    }
}

#[test]
fn an_init_that_fails_leaves_nothing_behind() {
    let place = Place::new();
    let missing = [
        "--listen",
        "0.0.0.0:8443",
        "--certificate",
        "missing.pem",
        "--key",
        "missing.key",
    ];
    place.init(&missing).says(2, "missing.pem");
    // A flag given twice is wrong use.
    assert_eq!(place.init(&["--administrator-login", "x"]).code, Some(2));
    assert!(!place.exists("corridor.toml") && !place.exists("corridor-data/clinic"));
    place.run(&["init"]).says(2, "--name is missing");
}

#[test]
fn what_asks_a_node_needs_one_that_runs() {
    let place = Place::new();
    place.write(
        "corridor.toml",
        "data = \"kept\"\nlisten = \"127.0.0.1:0\"\noperations = \"127.0.0.1:0\"\n",
    );
    let add = [
        "person",
        "add",
        "--as",
        "raman",
        "--kind",
        "staff",
        "--name",
        "Jamie Ortiz",
        "--role",
        "nurse",
    ];
    place.run(&add).says(1, "no node runs with the data folder");
    place.run(&["status"]).says(1, "no node runs with the data folder");
    place
        .run(&["status", "--data", "elsewhere", "--json"])
        .says(1, "no node runs with the data folder elsewhere");
}

#[test]
fn a_cluster_is_asked_through_a_node_that_runs() {
    let place = Place::new();
    place.write(
        "corridor.toml",
        "data = \"kept\"\nlisten = \"127.0.0.1:0\"\noperations = \"127.0.0.1:0\"\n",
    );
    for arguments in [
        &["cluster", "invite"][..],
        &["cluster", "status"],
        &["cluster", "status", "--json"],
        &["cluster", "remove", "3"],
    ] {
        place.run(arguments).says(1, "no node runs with the data folder");
    }
    let elsewhere = ["cluster", "invite", "--config", "other.toml"];
    place
        .run(&elsewhere)
        .says(2, "there is no configuration at other.toml; `corridor init` makes one");
}

#[test]
fn init_makes_a_place_in_a_cluster_and_says_what_to_keep_safe() {
    let place = Place::new();
    let wrong = |more: &[&str], part: &str| {
        place.init(more).says(2, part);
        assert!(
            !place.exists("corridor.toml") && !place.exists("corridor-data"),
            "{more:?}"
        );
    };
    wrong(&["--peer-address", "one:7443"], "--peer-listen, which is missing");
    wrong(&["--peer-listen", "0.0.0.0:7443"], "Say it with --peer-address");
    wrong(
        &["--peer-listen", "127.0.0.1:8080"],
        "--peer-listen: 127.0.0.1:8080 is where people come already",
    );
    wrong(
        &["--peer-listen", "0.0.0.0:7443", "--peer-address", "one"],
        "--peer-address: 'one' is not HOST:PORT",
    );
    let founded = place.init(&["--peer-listen", "127.0.0.1:7443"]);
    assert_eq!((founded.code, founded.stderr.as_str()), (Some(0), ""));
    for part in [
        "certificate authority",
        "clinic/cluster",
        "corridor cluster invite --config",
    ] {
        assert!(founded.stdout.contains(part), "{part}\n{}", founded.stdout);
    }
    let configuration = std::fs::read_to_string(place.path().join("corridor.toml")).unwrap();
    let table = "[cluster]\nlisten = \"127.0.0.1:7443\"\naddress = \"127.0.0.1:7443\"\n";
    assert!(configuration.contains(table), "{configuration}");
    for name in ["authority.pem", "authority.key", "node.pem", "node.key", "cluster.json"] {
        assert!(place.exists(&format!("corridor-data/clinic/cluster/{name}")), "{name}");
    }
}

#[test]
fn a_join_that_makes_no_sense_leaves_nothing_behind() {
    let place = Place::new();
    let mistyped = "the token is not complete or has a typing error";
    place
        .run(&["join", "https://127.0.0.1:9", "--token", "abc"])
        .says(2, mistyped);
    place
        .run(&["join", "https://127.0.0.1:9", "--token-stdin"])
        .says(2, mistyped);
    for (more, code, part) in [
        (
            &["http://127.0.0.1:9"][..],
            2,
            "'http://127.0.0.1:9' is not https://HOST:PORT",
        ),
        (&["https://127.0.0.1:0"], 2, "has no port between 1 and 65535"),
        (
            &["https://127.0.0.1:9", "--peer-address", "0.0.0.0:1"],
            2,
            "--peer-address: '0.0.0.0:1' means every address",
        ),
        (
            &["https://127.0.0.1:9", "--peer-listen", "127.0.0.1:8080"],
            2,
            "--peer-listen: 127.0.0.1:8080 is where",
        ),
        (
            &["https://127.0.0.1:9", "--listen", "0.0.0.0:8443"],
            2,
            "Say it with --host-name",
        ),
        (
            &["https://127.0.0.1:9", "--certificate", "a.pem", "--key", "a.key"],
            2,
            "a.pem",
        ),
        (
            &["https://nowhere.invalid:9"],
            1,
            "nowhere.invalid:9 cannot be found from here",
        ),
        (&["https://127.0.0.1:9"], 1, "this machine was not let in: "),
    ] {
        place
            .run(&[&["join", "--token", TOKEN], more].concat())
            .says(code, part);
        assert!(
            !place.exists("corridor.toml") && !place.exists("corridor-data/clinic"),
            "{more:?}"
        );
    }
}
