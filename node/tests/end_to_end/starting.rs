//! Starting, refusing to start, stopping, starting again; and the command line beside it.

use serde_json::json;
use std::path::Path;
use tempfile::TempDir;

use crate::support::PATIENCE;
use crate::support::clinic::{Clinic, PASSWORD_OF_ADMINISTRATOR, accounts, copied_demo, password_of};
use crate::support::http::Request;
use crate::support::node::{Node, free_address, refused, run, run_with, said};
use crate::support::person::{Person, try_sign_in};
use crate::support::socket::Socket;

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[test]
fn the_demo_lists_its_people_and_they_can_sign_in() {
    let (folder, data) = copied_demo();
    let node = Node::demo(&data);
    let kinds: Vec<&str> = accounts()
        .iter()
        .map(|account| account["kind"].as_str().unwrap())
        .collect();
    for kind in ["staff", "patient", "proxy", "partner", "service"] {
        assert!(kinds.contains(&kind), "{kind}");
    }
    for login in ["teo", "garcia", "hanh.tran", "haas"] {
        let account = accounts().iter().find(|account| account["login"] == login).unwrap();
        let person = Person::sign_in(node.address, login, password_of(login));
        assert_eq!(json!(person.name), account["name"]);
        assert!(
            !person.conversations("/v1/inbox").is_empty() || login == "teo",
            "{login} has something to read"
        );
    }
    assert!(
        node.log_text().contains(&format!("http://{}", node.address)),
        "it says where it is"
    );
    drop(node);
    drop(folder);
}

#[test]
fn a_second_node_on_the_same_folder_is_refused() {
    let clinic = Clinic::demo();
    let (listen, operations) = (free_address().to_string(), free_address().to_string());
    let second = refused(&[
        "demo",
        "--data",
        text(&clinic.data),
        "--listen",
        &listen,
        "--operations",
        &operations,
    ]);
    assert!(
        second.contains("another corridor runs with") && second.contains("stop it first"),
        "{second}"
    );
    clinic.person("raman").get("/v1/me").expect(200);
    // An address that is taken is said as well.
    let (_folder, data) = copied_demo();
    let taken = clinic.node.address.to_string();
    let second = refused(&[
        "demo",
        "--data",
        text(&data),
        "--listen",
        &taken,
        "--operations",
        &operations,
    ]);
    assert!(second.contains(&taken) && second.contains("cannot listen"), "{second}");
}

#[test]
fn a_node_of_a_cluster_whose_disk_was_emptied_does_not_found_another_clinic() {
    let folder = TempDir::new().unwrap();
    let (config, data) = (folder.path().join("corridor.toml"), folder.path().join("clinic"));
    let [listen, operations, peers] = [(); 3].map(|()| free_address().to_string());
    let places = [
        "--listen",
        &listen,
        "--operations",
        &operations,
        "--peer-listen",
        &peers,
    ];
    let first = [
        "init",
        "--config",
        text(&config),
        "--data",
        text(&data),
        "--name",
        "Hillside",
    ];
    let administrator = ["--administrator-name", "Amara Bello", "--administrator-login", "amara"];
    let arguments = [&first[..], &administrator, &places].concat();
    let founded = run_with(
        &arguments,
        &[("CORRIDOR_ADMIN_PASSWORD", PASSWORD_OF_ADMINISTRATOR)],
        "",
    );
    assert!(founded.status.success(), "{}", said(&founded));
    std::fs::remove_dir_all(&data).unwrap();
    let start = ["start", "--config", text(&config)];
    let said = refused(&start);
    assert!(
        said.contains("holds no node") && said.contains("corridor cluster replace"),
        "{said}"
    );
    assert!(!data.exists(), "nothing was made in its place");
    // An empty folder, as where the disk is not mounted, is no better than none.
    std::fs::create_dir(&data).unwrap();
    assert!(refused(&start).contains("is the disk mounted"));
    assert_eq!(std::fs::read_dir(&data).unwrap().count(), 0);
}

#[test]
fn what_was_there_is_there_after_a_stop_and_after_a_kill() {
    let mut clinic = Clinic::demo();
    let [raman, wen] = clinic.people(["raman", "wen"]);
    let room = raman.begin_group("Tomorrow", &[&wen]);
    raman.say(&room, "before the stop");
    let mut socket = Socket::connect(&wen, None);
    let history = wen.history(&room);
    clinic.node.stop();
    let goodbye = socket.expect_goodbye("shutting_down", PATIENCE);
    assert!(goodbye.iter().all(|frame| frame["type"] != "event"), "{goodbye:?}");
    assert!(
        Request::new("GET", "/readyz").try_send(clinic.node.operations).is_err(),
        "nobody answers any more"
    );
    clinic.node.start();
    assert_eq!(wen.history(&room), history, "by the same token");
    raman.say(&room, "after the stop");
    clinic.node.kill_and_start();
    assert_eq!(wen.history(&room).len(), history.len() + 1);
    assert_eq!(clinic.person("wen").conversation(&room)["my"]["unread"], 2);
}

#[test]
fn the_demo_stays_on_this_machine() {
    let folder = TempDir::new().unwrap();
    let data = folder.path().join("demo");
    let here = free_address().to_string();
    for (listen, operations) in [
        ("0.0.0.0:20001", &*here),
        (&*here, "0.0.0.0:20001"),
        ("[::]:20001", &*here),
        ("192.0.2.1:80", &*here),
    ] {
        let why = refused(&[
            "demo",
            "--data",
            text(&data),
            "--listen",
            listen,
            "--operations",
            operations,
        ]);
        assert!(why.contains("20001") || why.contains("192.0.2.1"), "{why}");
        assert!(
            ["127.0.0.1", "this machine", "loopback"]
                .iter()
                .any(|word| why.contains(word)),
            "{why}"
        );
    }
    assert!(!data.exists(), "nothing was founded for what is not served");
}

#[test]
fn the_folder_of_a_clinic_is_not_made_a_demo() {
    let mut clinic = Clinic::empty();
    clinic.node.stop();
    let (listen, operations) = (free_address().to_string(), free_address().to_string());
    let why = refused(&[
        "demo",
        "--data",
        text(&clinic.data),
        "--listen",
        &listen,
        "--operations",
        &operations,
    ]);
    assert!(why.contains("that is not the demo") && why.contains("--data"), "{why}");
    clinic.node.start();
    Person::sign_in(clinic.node.address, "amara", PASSWORD_OF_ADMINISTRATOR);
}

#[test]
fn a_clinic_is_founded_and_people_are_added() {
    let clinic = Clinic::empty();
    let config = clinic.config();
    let administrator = Person::sign_in(clinic.node.address, "amara", PASSWORD_OF_ADMINISTRATOR);
    let me = administrator.get("/v1/me").expect(200);
    assert_eq!(
        (&me["workspace"]["name"], &me["person"]["roles"]),
        (&json!("Hillside Practice"), &json!(["administrator"]))
    );
    assert_eq!(
        administrator.conversations("/v1/inbox"),
        Vec::<serde_json::Value>::new()
    );

    let add = |by: &str, name: &str, login: &str, role: &str| {
        let arguments = [
            "person",
            "add",
            "--config",
            text(&config),
            "--as",
            by,
            "--kind",
            "staff",
        ];
        let who = ["--name", name, "--login", login, "--role", role, "--password-stdin"];
        let mine = if by == "amara" {
            PASSWORD_OF_ADMINISTRATOR
        } else {
            "a password of Berta"
        };
        run_with(
            &[&arguments[..], &who].concat(),
            &[],
            &format!("{mine}\na password of Berta\n"),
        )
    };
    let added = add("amara", "Berta Stein", "berta", "physician");
    assert!(added.status.success(), "{}", said(&added));
    let id = String::from_utf8(added.stdout).unwrap().trim().to_owned();
    let berta = Person::sign_in(clinic.node.address, "berta", "a password of Berta");
    assert_eq!(berta.id, id);
    let twice = add("amara", "Berta Stein", "berta", "physician");
    assert!(
        !twice.status.success() && said(&twice).contains("login_taken"),
        "{}",
        said(&twice)
    );
    let no_right = add("berta", "Carl Stein", "carl", "nurse");
    assert!(
        !no_right.status.success() && said(&no_right).contains("forbidden"),
        "{}",
        said(&no_right)
    );
    try_sign_in(clinic.node.address, "carl", "a password of Berta", "").refused(401, "sign_in_failed");

    let room = berta.begin(&json!({ "kind": "direct", "person_id": administrator.id }));
    berta.say(&room, "The first words of this clinic");
    assert_eq!(administrator.conversation(&room)["my"]["unread"], 1);
    // The sessions of the command line are over, and the record says who added whom.
    let status = run(&["status", "--config", text(&config), "--json"]);
    assert_eq!(
        serde_json::from_slice::<serde_json::Value>(&status.stdout).unwrap()["node"],
        1,
        "{}",
        said(&status)
    );

    let data = clinic.data.to_str().unwrap();
    let again = [
        "init",
        "--config",
        text(&config),
        "--data",
        data,
        "--name",
        "Other",
        "--password-stdin",
    ];
    let who = ["--administrator-name", "Eve", "--administrator-login", "eve"];
    let output = run_with(&[&again[..], &who].concat(), &[], "a password nobody needs\n");
    assert!(
        !output.status.success() && said(&output).contains("init overwrites nothing"),
        "{}",
        said(&output)
    );
}

#[test]
fn a_wrong_configuration_is_refused_with_its_line() {
    let folder = TempDir::new().unwrap();
    let config = folder.path().join("corridor.toml");
    let missing = refused(&["start", "--config", text(&config)]);
    assert!(
        missing.contains("there is no configuration at") && missing.contains("corridor init"),
        "{missing}"
    );
    let (listen, operations) = (free_address(), free_address());
    let written = format!("data = \"data\"\nlisten = \"{listen}\"\noperations = \"{operations}\"\ncolour = \"red\"\n");
    std::fs::write(&config, written).unwrap();
    let unknown = refused(&["start", "--config", text(&config)]);
    assert!(unknown.contains("line 4") && unknown.contains("colour"), "{unknown}");
    let written = format!(
        "data = \"data\"\nlisten = \"0.0.0.0:{}\"\noperations = \"{operations}\"\n",
        listen.port()
    );
    std::fs::write(&config, written).unwrap();
    let plain = refused(&["start", "--config", text(&config)]);
    assert!(plain.contains("without TLS"), "{plain}");
    assert!(!folder.path().join("data").exists());
}

#[test]
fn no_word_of_a_patient_stands_readable_on_the_disk_or_in_the_log() {
    let mut clinic = Clinic::demo();
    let [raman, wen] = clinic.people(["raman", "wen"]);
    let canary = "quokkacanary8846";
    let room = raman.begin_group("On the disk", &[&wen]);
    let seq = raman.say(&room, &format!("first {canary}"));
    raman
        .patch(
            &format!("/v1/conversations/{room}/messages/{seq}"),
            &json!({ "body": format!("second {canary}") }),
        )
        .expect(200);
    let mut socket = Socket::connect(&wen, None);
    socket.send(&json!({ "type": "hello", "version": 1, "token": canary }));
    socket.expect_goodbye("protocol_error", PATIENCE);
    clinic.node.kill_and_start();
    assert!(wen.history(&room)[1].to_string().contains(canary));
    clinic.node.stop();
    let (mut folders, mut files) = (vec![clinic.data.clone()], 0);
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if entry.is_dir() {
                folders.push(entry);
            } else {
                let bytes = std::fs::read(&entry).unwrap();
                let found = bytes.windows(canary.len()).any(|window| window == canary.as_bytes());
                assert!(!found, "{} is readable in {}", canary, entry.display());
                files += 1;
            }
        }
    }
    assert!(files > 3, "{files}");
    assert!(!clinic.node.log_text().contains(canary));
}
