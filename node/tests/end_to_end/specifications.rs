//! What a node publishes of itself is what it does: routes, frames, figures; and each on its own address only.

use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

use crate::patients::thread_of;
use crate::support::clinic::Clinic;
use crate::support::http::Request;
use crate::support::person::path_of;
use crate::support::socket::Socket;
use crate::support::{new_command_id, now_ms};

const METHODS: [&str; 5] = ["GET", "POST", "PUT", "PATCH", "DELETE"];

fn published(clinic: &Clinic, path: &str) -> Value {
    let answer = Request::new("GET", path).send(clinic.node.address);
    assert!(
        answer
            .header("content-type")
            .is_some_and(|kind| kind.starts_with("application/json")),
        "{answer:?}"
    );
    answer.expect(200)
}

#[test]
fn every_route_is_published_and_no_other_is() {
    let clinic = Clinic::demo();
    let specification = published(&clinic, "/openapi.json");
    assert!(specification["openapi"].as_str().unwrap().starts_with("3.1"));
    let paths = specification["paths"].as_object().unwrap();
    let mut routes = 0;
    for (template, operations) in paths {
        let path = template
            .replace("{seq}", "1")
            .replace("{id}", "x")
            .replace("{person_id}", "x");
        assert!(!path.contains('{'), "{template}");
        for method in METHODS {
            let is_published = operations.get(method.to_lowercase()).is_some();
            let answer = Request::new(method, &path).send(clinic.node.address);
            assert_eq!(
                answer.status != 405,
                is_published,
                "{method} {template}: {}",
                answer.text()
            );
            if is_published {
                // Nobody is signed in: the door answers, not the missing page.
                let expected = match path.as_str() {
                    "/v1/sign-in" | "/v1/activate" => 422,
                    // What is served, and nothing of the clinic.
                    "/v1/fhir/metadata" => 200,
                    _ => 401,
                };
                assert_eq!(answer.status, expected, "{method} {template}: {}", answer.text());
                routes += 1;
            }
        }
    }
    // The page for people names the same routes.
    let page = include_str!("../../../docs/protocol.md");
    let named: BTreeSet<&str> = page
        .lines()
        .filter_map(|line| line.strip_prefix("| `"))
        .filter_map(|line| line.split(['`', '?']).next())
        .filter(|route| route.contains(" /v1/") && *route != "GET /v1/socket")
        .collect();
    assert_eq!(named.len(), routes, "{named:?}");
    for route in named {
        let (method, path) = route.split_once(' ').unwrap();
        assert!(paths[path].get(method.to_lowercase()).is_some(), "{route}");
    }
}

#[test]
fn every_frame_of_a_day_is_published() {
    let clinic = Clinic::demo();
    let [raman, wen, rosa, okafor, teo] = clinic.people(["raman", "wen", "rosa", "okafor", "teo"]);
    let mut watching = Socket::connect(&wen, Some(u64::MAX / 2));
    let mut socket = Socket::connect(&raman, None);
    let room = raman.begin_group("Frames of a day", &[&wen]);
    socket.send(&json!({ "type": "presence", "status": "busy" }));
    socket.send(&json!({ "type": "typing", "conversation_id": room, "active": true }));
    socket.command(&json!({ "type": "send_message", "conversation_id": room, "body": "hello" }));
    watching.expect_event(&room, 2);
    watching.expect(|frame| frame["type"] == "typing");
    watching.expect(|frame| frame["type"] == "presence");
    wen.sign_out();
    watching.expect(|frame| frame["type"] == "goodbye");
    let mut desk = Socket::connect(&rosa, None);
    desk.send(&json!({ "type": "watch_queue", "active": true }));
    desk.send(&json!({ "type": "heartbeat" }));
    desk.expect(|frame| frame["type"] == "heartbeat");
    let thread = thread_of(&okafor, "Maria Garcia");
    let take = json!({ "step": "take" });
    okafor.post(&path_of(&thread, "/care"), &take).expect(200);
    desk.expect(|frame| frame["type"] == "queue_changed");
    let leave = json!({ "covering_id": raman.id, "until_ms": now_ms() + 60_000, "reason": "leave" });
    okafor.post("/v1/coverage", &leave).expect(201);
    socket.expect(|frame| frame["type"] == "coverage_changed");
    let mute = json!({ "step": "mute", "muted": true });
    raman.post(&path_of(&room, "/attention"), &mute).expect(200);
    socket.expect(|frame| frame["type"] == "attention_changed");
    let later = json!({ "at_ms": now_ms() + 60_000, "body": "later" });
    raman.post(&path_of(&room, "/scheduled"), &later).expect(201);
    socket.expect(|frame| frame["type"] == "scheduled_changed");
    let task = json!({ "title": "Call the lab", "assignee": { "person_id": raman.id } });
    raman.post(&path_of(&room, "/tasks"), &task).expect(201);
    socket.expect(|frame| frame["type"] == "task_changed");
    let settings = json!({ "patients": true, "team": true, "guidance": "Call 911." });
    teo.command("PUT", "/v1/settings", &settings, &new_command_id())
        .expect(200);
    socket.expect(|frame| frame["type"] == "settings_changed");
    let roles = json!({ "roles": ["administrator"] });
    teo.patch(&format!("/v1/people/{}", rosa.id), &roles).expect(200);
    desk.expect(|frame| frame["type"] == "queue_closed");

    let seen: BTreeSet<&str> = socket
        .seen
        .iter()
        .chain(&watching.seen)
        .chain(&desk.seen)
        .map(|frame| frame["type"].as_str().unwrap())
        .collect();
    let document = published(&clinic, "/asyncapi.json");
    assert!(document["asyncapi"].as_str().unwrap().starts_with("3."));
    let messages = document["channels"]["socket"]["messages"].as_object().unwrap();
    let sent: BTreeSet<&str> = messages
        .iter()
        .filter(|(key, _)| key.starts_with("send_"))
        .map(|(_, message)| message["name"].as_str().unwrap())
        .collect();
    let rare = BTreeSet::from(["heartbeat"]);
    let expected: BTreeSet<&str> = sent.difference(&rare).copied().collect();
    let seen: BTreeSet<&str> = seen.difference(&rare).copied().collect();
    assert_eq!(seen, expected, "every frame that is published came, and no other");
}

/// Figures by name, out of Prometheus' text format. Panics at a line that is not of it.
fn figures(text: &str) -> BTreeMap<String, f64> {
    let mut figures = BTreeMap::new();
    let is_name =
        |name: &str| !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    for line in text.lines().filter(|line| !line.is_empty()) {
        if let Some(comment) = line.strip_prefix("# ") {
            let words: Vec<&str> = comment.splitn(3, ' ').collect();
            assert!(
                words.len() == 3 && matches!(words[0], "HELP" | "TYPE") && is_name(words[1]),
                "{line}"
            );
            continue;
        }
        let (named, value) = line.rsplit_once(' ').unwrap_or_else(|| panic!("no value: {line}"));
        let value: f64 = value.parse().unwrap_or_else(|_| panic!("no number: {line}"));
        let (name, labels) = named.split_once('{').unwrap_or((named, "}"));
        assert!(is_name(name) && labels.ends_with('}'), "{line}");
        *figures.entry(name.to_owned()).or_insert(0.0) += value;
    }
    figures
}

#[test]
fn figures_are_on_the_operations_address_only_and_name_nobody() {
    let clinic = Clinic::demo();
    let [raman, wen] = clinic.people(["raman", "wen"]);
    let room = raman.begin_group("Figures", &[&wen]);
    let (mut socket, mut watching) = (Socket::connect(&raman, None), Socket::connect(&wen, None));
    socket.command(&json!({ "type": "send_message", "conversation_id": room, "body": "count me" }));
    watching.expect_event(&room, 2);
    raman.get("/v1/audit").refused(403, "forbidden");
    wen.sign_out();
    watching.expect(|frame| frame["type"] == "goodbye");

    assert_eq!(clinic.node.operations("/healthz").status, 200);
    assert_eq!(clinic.node.operations("/readyz").status, 200);
    let metrics = clinic.node.operations("/metrics");
    assert!(
        metrics
            .header("content-type")
            .is_some_and(|kind| kind.starts_with("text/plain; version=0.0.4")),
        "{metrics:?}"
    );
    let text = metrics.text();
    let figures = figures(&text);
    let page = include_str!("../../../docs/metrics.md");
    let listed: BTreeSet<&str> = page
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split('`').next())
        .collect();
    let base = |name: &str| {
        let stem = ["_bucket", "_sum", "_count"]
            .iter()
            .find_map(|end| name.strip_suffix(end));
        stem.filter(|stem| listed.contains(stem)).unwrap_or(name).to_owned()
    };
    let produced: BTreeSet<String> = figures.keys().map(|name| base(name)).collect();
    let listed: BTreeSet<String> = listed.into_iter().map(str::to_owned).collect();
    assert_eq!(
        produced, listed,
        "what is listed stands there, at zero or above, and nothing else"
    );
    for (name, least) in [
        ("corridor_sends_total", 1.0),
        ("corridor_acknowledgement_seconds_count", 1.0),
        ("corridor_proposal_seconds_count", 6.0),
        ("corridor_apply_batch_seconds_count", 6.0),
        ("corridor_http_request_seconds_count", 6.0),
        ("corridor_deliveries_total", 2.0),
        ("corridor_sign_ins_total", 2.0),
        ("corridor_resumes_total", 2.0),
        ("corridor_goodbyes_total", 1.0),
        ("corridor_refusals_total", 1.0),
        ("corridor_audit_records", 1_000.0),
        ("corridor_group_is_leader", 1.0),
        ("corridor_group_voters", 1.0),
        ("corridor_group_applied_index", 1_000.0),
        ("corridor_ready", 1.0),
        ("corridor_log_size_bytes", 10_000.0),
        ("corridor_state_size_bytes", 10_000.0),
        ("corridor_disk_free_bytes", 1e6),
        ("process_resident_memory_bytes", 1e7),
        ("process_open_fds", 10.0),
        ("process_start_time_seconds", 1.7e9),
    ] {
        assert!(figures[name] >= least, "{name} is {}", figures[name]);
    }
    assert_eq!(figures["corridor_sockets"], 1.0);
    assert!(figures["corridor_log_syncs_total"] >= 3.0);
    for private in [&raman.id[4..], &room[4..], "Priya", "raman", "count me", "per_", "con_"] {
        assert!(!text.contains(private), "{private} stands in the figures");
    }
    let status = clinic.node.operations("/status").expect(200);
    assert_eq!(
        (&status["sockets"], &status["node"]),
        (&json!(1), &json!(1)),
        "{status}"
    );

    // Each address knows its own only.
    for path in ["/healthz", "/readyz", "/metrics", "/status"] {
        let answer = Request::new("GET", path).send(clinic.node.address);
        let text = answer.text();
        let is_page = text.contains("<html") || answer.status == 404;
        assert!(
            is_page && !text.contains("corridor_log_syncs_total") && !text.contains("alive"),
            "{path}: {text}"
        );
    }
    for path in ["/v1/me", "/v1/sign-in", "/openapi.json", "/", "/v1/socket"] {
        for method in ["GET", "POST"] {
            let request = raman.request(method, path).header("Idempotency-Key", &new_command_id());
            assert_eq!(request.send(clinic.node.operations).status, 404, "{method} {path}");
        }
    }
}
