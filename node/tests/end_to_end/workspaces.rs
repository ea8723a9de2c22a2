//! Several clinics behind one address: they share machines and nothing else, and one that nobody uses costs nothing until somebody comes.

use serde_json::{Value, json};
use std::path::Path;

use crate::support::clinic::{Clinic, PASSWORD_OF_ADMINISTRATOR};
use crate::support::cluster::{Cluster, at};
use crate::support::http::{Request, Response};
use crate::support::node::{run, run_with, said};
use crate::support::person::Person;
use crate::support::socket::Socket;
use crate::support::{PATIENCE, new_command_id, wait_for};

const OTHER_PASSWORD: &str = "another long password of north";

/// What `corridor workspace create` says, and whether it worked.
pub fn create(config: &Path, name: &str) -> (bool, String) {
    let config = config.to_str().unwrap();
    let arguments = [
        "workspace",
        "create",
        name,
        "--title",
        "North Clinic",
        "--config",
        config,
    ];
    let person = ["--administrator-name", "Noor Haddad", "--administrator-login", "amara"];
    let arguments = [&arguments[..], &person[..]].concat();
    let output = run_with(&arguments, &[("CORRIDOR_ADMIN_PASSWORD", OTHER_PASSWORD)], "");
    (output.status.success(), said(&output))
}

fn try_sign_in_to(node: std::net::SocketAddr, workspace: &str, password: &str) -> Response {
    let body = json!({ "login": "amara", "password": password, "device_name": "a device" });
    let request = Request::new("POST", "/v1/sign-in").header("Corridor-Workspace", workspace);
    request.json(&body).send(node)
}

/// The administrator of a workspace, signed in to it. Whoever wakes it may have to come back.
pub fn sign_in_to(node: std::net::SocketAddr, workspace: &str) -> Person {
    let signed_in = wait_for("the workspace lets somebody in", PATIENCE, || {
        let answer = try_sign_in_to(node, workspace, OTHER_PASSWORD);
        assert!([200, 503].contains(&answer.status), "{}", answer.text());
        (answer.status == 200).then(|| answer.json())
    });
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    Person {
        address: node,
        id: text(&signed_in["person"]["id"]),
        name: text(&signed_in["person"]["name"]),
        session_id: text(&signed_in["session_id"]),
        token: text(&signed_in["token"]),
    }
}

/// A nurse of a workspace, added at a node by the command line.
#[track_caller]
pub fn add_nurse(config: &Path, workspace: &str) {
    let config = config.to_str().unwrap();
    let who = ["--kind", "staff", "--name", "Jamie Ortiz", "--role", "nurse"];
    let place = [
        "person",
        "add",
        "--workspace",
        workspace,
        "--as",
        "amara",
        "--config",
        config,
    ];
    let added = run_with(
        &[&place[..], &who[..]].concat(),
        &[("CORRIDOR_ADMIN_PASSWORD", OTHER_PASSWORD)],
        "",
    );
    assert!(added.status.success(), "{}", said(&added));
}

/// One line of `corridor workspace list --json`.
pub fn listed(config: &Path, name: &str) -> Value {
    let output = run(&["workspace", "list", "--json", "--config", config.to_str().unwrap()]);
    assert!(output.status.success(), "{}", said(&output));
    let lines: Vec<Value> = serde_json::from_slice(&output.stdout).unwrap();
    let line = lines.into_iter().find(|line| line["name"] == name);
    line.unwrap_or_else(|| panic!("{name} is not listed"))
}

pub fn bodies(events: &[Value]) -> Vec<&str> {
    events
        .iter()
        .filter_map(|event| event["event"]["body"].as_str())
        .collect()
}

#[test]
fn two_workspaces_share_a_node_and_nothing_else() {
    let mut clinic = Clinic::empty();
    let config = clinic.config();
    let (done, text) = create(&config, "north");
    assert!(done, "{text}");
    let address = clinic.node.address;
    let of_main = Person::sign_in(address, "amara", PASSWORD_OF_ADMINISTRATOR);
    let of_north = sign_in_to(address, "north");
    assert_eq!(
        of_main.get("/v1/me").expect(200)["workspace"]["name"],
        "Hillside Practice"
    );
    assert_eq!(of_north.get("/v1/me").expect(200)["workspace"]["name"], "North Clinic");
    try_sign_in_to(address, "north", PASSWORD_OF_ADMINISTRATOR).refused(401, "sign_in_failed");
    try_sign_in_to(address, "nowhere", OTHER_PASSWORD).refused(404, "not_found");

    let room = of_north.begin_group("Only here", &[]);
    of_north.say(&room, "nobody else hears this");
    of_main
        .get(&format!("/v1/conversations/{room}"))
        .refused(404, "not_found");
    let crossed = of_north.request("GET", "/v1/me").header("Corridor-Workspace", "main");
    crossed.send(address).refused(401, "not_signed_in");
    // The same session under the number of another workspace is none.
    let number = listed(&config, "north")["id"].as_u64().unwrap();
    for forged in [
        of_north.token.replace(&format!("{number}_"), ""),
        of_north.token.replace(&format!("{number}_"), "999_"),
    ] {
        let forged = Person {
            token: forged,
            ..of_north.clone()
        };
        forged.get("/v1/me").refused(401, "not_signed_in");
    }
    let known: Vec<Value> = of_main.get("/v1/people").expect(200)["people"]
        .as_array()
        .unwrap()
        .clone();
    assert!(known.iter().all(|person| person["name"] != "Noor Haddad"), "{known:?}");

    add_nurse(&config, "north");

    let (again, text) = create(&config, "north");
    assert!(!again && text.contains("name_taken"), "{text}");
    let (wrong, text) = create(&config, "No Name");
    assert!(!wrong && text.contains("a to z"), "{text}");

    clinic.node.kill_and_start();
    assert_eq!(bodies(&of_north.history(&room)), ["nobody else hears this"]);
    let socket = Socket::connect(&of_north, None);
    assert_eq!(socket.seen[0]["type"], "welcome");
    drop(socket);

    let closed = run(&["workspace", "close", "main", "--config", config.to_str().unwrap()]);
    assert!(!closed.status.success() && said(&closed).contains("first_workspace"));
    let closed = run(&["workspace", "close", "north", "--config", config.to_str().unwrap()]);
    assert!(closed.status.success(), "{}", said(&closed));
    of_north.get("/v1/me").refused(401, "not_signed_in");
    try_sign_in_to(address, "north", OTHER_PASSWORD).refused(404, "not_found");
    assert!(listed(&config, "north")["closed_at_ms"].is_u64());
    of_main.get("/v1/me").expect(200);
    clinic.node.kill_and_start();
    of_north.get("/v1/me").refused(401, "not_signed_in");
}

#[test]
fn a_workspace_is_on_all_nodes_rests_on_all_and_is_woken_at_any() {
    let mut cluster = Cluster::three();
    let (done, text) = create(&cluster.config(1), "north");
    assert!(done, "{text}");
    let noor = sign_in_to(cluster.nodes[2].address, "north");
    let room = noor.begin_group("Front desk", &[]);
    let mut told = Vec::new();
    for number in 0..3 {
        let text = format!("said at {number}");
        at(&noor, &cluster.nodes[number]).say(&room, &text);
        told.push(text);
    }
    for number in 0..3 {
        assert_eq!(bodies(&at(&noor, &cluster.nodes[number]).history(&room)), told);
    }
    wait_for("all nodes have it", PATIENCE, || {
        let nodes = listed(&cluster.config(1), "north")["nodes"].as_array().map(Vec::len);
        (nodes == Some(3)).then_some(())
    });

    let rests = |cluster: &Cluster, number: usize| listed(&cluster.config(number), "north")["is_awake"] == false;
    wait_for("it rests everywhere", PATIENCE, || {
        (0..3).all(|number| rests(&cluster, number)).then_some(())
    });
    assert!((0..3).all(|number| cluster.nodes[number].figure("corridor_workspaces_awake") == 1.0));

    // Whoever began it is dead: the others wake it, and go on.
    cluster.nodes[1].kill();
    let here = at(&noor, &cluster.nodes[0]);
    let id = new_command_id();
    wait_for("it is woken", PATIENCE, || {
        let request = here.request("POST", &format!("/v1/conversations/{room}/messages"));
        let request = request
            .header("Idempotency-Key", &id)
            .json(&json!({ "body": "said to who rested" }));
        let answer = request.try_send(here.address).ok()?;
        assert!([201, 503].contains(&answer.status), "{}", answer.text());
        (answer.status == 201).then_some(())
    });
    told.push("said to who rested".to_owned());
    let mut socket = Socket::connect(&at(&noor, &cluster.nodes[2]), Some(0));
    socket.expect_event(&room, 5);
    drop(socket);
    cluster.nodes[1].start();
    let back = at(&noor, &cluster.nodes[1]);
    wait_for("who was away has it", PATIENCE, || {
        let answer = back.get(&format!("/v1/conversations/{room}/events?after=0"));
        (answer.status == 200).then_some(())
    });
    assert_eq!(bodies(&back.history(&room)), told);
}

#[test]
fn a_workspace_that_rests_follows_when_a_machine_is_replaced() {
    let mut cluster = Cluster::three();
    let (done, text) = create(&cluster.config(0), "north");
    assert!(done, "{text}");
    let noor = sign_in_to(cluster.nodes[0].address, "north");
    let room = noor.begin_group("Front desk", &[]);
    noor.say(&room, "before");
    let rests = |cluster: &Cluster, number: usize| listed(&cluster.config(number), "north")["is_awake"] == false;
    wait_for("it rests everywhere", PATIENCE, || {
        (0..3).all(|number| rests(&cluster, number)).then_some(())
    });

    let gone = cluster.id(2).unwrap();
    cluster.nodes[2].kill();
    cluster.join_instead_of(gone);
    cluster.wait_for_votes(3);
    let new = cluster.id(3).unwrap();
    // Nobody comes to it, and still it is on the new machine, and no longer counts on the one that is gone.
    wait_for("it has followed", PATIENCE, || {
        let nodes = listed(&cluster.config(3), "north")["nodes"].clone();
        let nodes: Vec<u64> = nodes.as_array()?.iter().filter_map(Value::as_u64).collect();
        (nodes.contains(&new) && !nodes.contains(&gone)).then_some(())
    });
    wait_for("it rests again", PATIENCE, || {
        [0, 1, 3].iter().all(|number| rests(&cluster, *number)).then_some(())
    });
    // One more of the first three goes: what was written is on the new one.
    cluster.nodes[1].kill();
    let there = at(&noor, &cluster.nodes[3]);
    wait_for("it is woken at the new one", PATIENCE, || {
        (there.get("/v1/me").status == 200).then_some(())
    });
    assert_eq!(bodies(&there.history(&room)), ["before"]);
}
