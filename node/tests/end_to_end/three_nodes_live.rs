//! Three nodes: who is there and who is writing is seen at each of them, within two seconds, also after one of them died.

use serde_json::{Value, json};
use std::time::{Duration, Instant};

use crate::chat::send_message;
use crate::support::PATIENCE;
use crate::support::cluster::{Cluster, at};
use crate::support::person::Person;
use crate::support::socket::Socket;

/// What the clinic was promised.
const WITHIN: Duration = Duration::from_secs(2);

/// A nurse of the clinic, signed in at a node.
fn nurse(cluster: &Cluster, login: &str, number: usize) -> Person {
    let password = "five unrelated words of a nurse";
    let person = json!({ "kind": "staff", "name": login, "login": login, "password": password, "roles": ["nurse"] });
    cluster.amara(0).post("/v1/people", &person).expect(201);
    Person::sign_in(cluster.nodes[number].address, login, password)
}

fn light_of(person: &Person, status: &'static str) -> impl Fn(&Value) -> bool + use<> {
    let light = json!({ "person_id": person.id, "status": status });
    move |frame| frame["type"] == "presence" && frame["people"].as_array().is_some_and(|people| people.contains(&light))
}

fn typing_of(person: &Person, active: bool) -> impl Fn(&Value) -> bool + use<> {
    let id = json!(person.id);
    move |frame| frame["type"] == "typing" && frame["person_id"] == id && frame["active"] == active
}

fn typing_in(room: &str, active: bool) -> Value {
    json!({ "type": "typing", "conversation_id": room, "active": active })
}

/// Waits for a frame that must come soon after `change`.
#[track_caller]
fn soon<T>(what: &str, socket: &mut Socket, change: impl FnOnce() -> T, wanted: impl Fn(&Value) -> bool) -> T {
    let begun = Instant::now();
    let changed = change();
    socket
        .find(PATIENCE, wanted)
        .unwrap_or_else(|why| panic!("{what}: {why}"));
    let took = begun.elapsed();
    println!("{what}: seen after {took:?}");
    assert!(took < WITHIN, "{what}: {took:?}");
    changed
}

#[test]
fn a_light_is_seen_at_every_node_and_is_on_while_any_node_holds_a_device() {
    let cluster = Cluster::three();
    let [wen, desk] = ["wen", "desk"].map(|login| nurse(&cluster, login, 1));
    let amara = cluster.amara(0);
    let mut amara_socket = Socket::connect(&amara, None);
    let connect = |person: &Person, number: usize| Socket::connect(&at(person, &cluster.nodes[number]), None);
    let mut phone = soon(
        "wen comes",
        &mut amara_socket,
        || connect(&wen, 1),
        light_of(&wen, "available"),
    );
    let desk_socket = soon(
        "desk comes",
        &mut amara_socket,
        || connect(&desk, 1),
        light_of(&desk, "available"),
    );
    let laptop = connect(&wen, 2);
    let busy = json!({ "type": "presence", "status": "busy" });
    soon(
        "wen is busy",
        &mut amara_socket,
        || phone.send(&busy),
        light_of(&wen, "busy"),
    );
    let listed = at(&amara, &cluster.nodes[2]).get("/v1/people?q=wen").expect(200);
    let mut third = connect(&desk, 2);
    let (busy, available) = (light_of(&wen, "busy"), light_of(&amara, "available"));
    // Who comes is shown all of them, in one frame.
    third.expect(|frame| busy(frame) && available(frame));
    // Whose last device at a node goes stays there by the other node's word; desk's going comes after it.
    drop((phone, third));
    soon(
        "desk goes",
        &mut amara_socket,
        || drop(desk_socket),
        light_of(&desk, "offline"),
    );
    assert!(amara_socket.seen.iter().all(|frame| !light_of(&wen, "offline")(frame)));
    assert_eq!(listed["people"][0]["id"], json!(wen.id), "{listed}");
    let listed = amara.get("/v1/people?q=wen").expect(200);
    assert_eq!(
        listed["people"][0]["presence"], "busy",
        "what she set outlives the node where she did"
    );
    soon(
        "wen goes",
        &mut amara_socket,
        || drop(laptop),
        light_of(&wen, "offline"),
    );
}

#[test]
fn the_lights_of_a_node_go_out_with_it() {
    let mut cluster = Cluster::three();
    let leader = cluster.leader(0);
    let (watching, victim) = ((leader + 1) % 3, (leader + 2) % 3);
    let wen = nurse(&cluster, "wen", victim);
    let amara = cluster.amara(watching);
    let room = amara.begin_group("Front desk", &[&wen]);
    let mut amara_socket = Socket::connect(&amara, None);
    let mut wen_socket = Socket::connect(&wen, None);
    amara_socket.expect(light_of(&wen, "available"));
    wen_socket.send(&typing_in(&room, true));
    amara_socket.expect(typing_of(&wen, true));
    soon(
        "wen's node dies",
        &mut amara_socket,
        || cluster.nodes[victim].kill(),
        light_of(&wen, "offline"),
    );
    amara_socket
        .find(Duration::from_millis(500), typing_of(&wen, false))
        .unwrap();
    cluster.nodes[victim].start();
    let connect = || Socket::connect(&wen, None);
    let begun = Instant::now();
    let wen_socket = connect();
    amara_socket.expect(light_of(&wen, "available"));
    println!("wen is back: seen after {:?}", begun.elapsed());
    drop(wen_socket);
    amara_socket.expect(light_of(&wen, "offline"));
}

#[test]
fn typing_is_seen_at_other_nodes_by_members_and_by_nobody_else() {
    let cluster = Cluster::three();
    let [wen, raman] = [("wen", 1), ("raman", 2)].map(|(login, number)| nurse(&cluster, login, number));
    let (tess, amara) = (nurse(&cluster, "tess", 1), cluster.amara(0));
    let room = amara.begin_group("Front desk", &[&wen, &raman]);
    let [mut amara_socket, mut wen_socket, mut raman_socket] =
        [&amara, &wen, &raman].map(|person| Socket::connect(person, None));
    let (mut tess_socket, mut tess_at_wens) = (
        Socket::connect(&at(&tess, &cluster.nodes[0]), None),
        Socket::connect(&tess, None),
    );
    // Tess tries it too. What she does comes before what amara does at the same node.
    tess_socket.send(&typing_in(&room, true));
    let direct = tess.begin(&json!({ "kind": "direct", "person_id": wen.id }));
    tess_socket.command(&send_message(&direct, "are you there?"));
    for active in [true, false] {
        let write = || amara_socket.send(&typing_in(&room, active));
        soon("amara writes", &mut wen_socket, write, typing_of(&amara, active));
        raman_socket.expect(typing_of(&amara, active));
    }
    amara_socket.send(&typing_in(&room, true));
    raman_socket.expect(typing_of(&amara, true));
    soon(
        "amara goes",
        &mut wen_socket,
        || drop(amara_socket),
        typing_of(&amara, false),
    );
    // An answer of her own comes after whatever she would have been shown before.
    tess_at_wens.command(&send_message(&direct, "nobody writes to me"));
    for socket in [&tess_socket, &tess_at_wens] {
        assert!(
            socket.seen.iter().all(|frame| frame["type"] != "typing"),
            "{:?}",
            socket.seen
        );
    }
    for socket in [&wen_socket, &raman_socket] {
        let by_tess = |frame: &&Value| frame["type"] == "typing" && frame["person_id"] == json!(tess.id);
        assert_eq!(socket.seen.iter().find(by_tess), None);
    }
}

#[test]
fn clients_are_told_where_all_nodes_are_and_a_session_holds_at_each() {
    let cluster = Cluster::three();
    let amara = cluster.amara(1);
    let places = amara.get("/v1/nodes").expect(200);
    let places = places["nodes"].as_array().unwrap();
    let told = |place: &Value| place["url"].as_str().unwrap().to_owned();
    let wanted = cluster.nodes.iter().map(|node| format!("http://{}", node.address));
    assert_eq!(places.iter().map(told).collect::<Vec<_>>(), wanted.collect::<Vec<_>>());
    let is_this = |place: &Value| place["is_this"] == true;
    assert_eq!(places.iter().map(is_this).collect::<Vec<_>>(), [false, true, false]);
    for place in places {
        let address = told(place).strip_prefix("http://").unwrap().parse().unwrap();
        let there = Person {
            address,
            ..amara.clone()
        };
        assert_eq!(there.get("/v1/me").expect(200)["session_id"], *amara.session_id);
    }
    let nobody = crate::support::http::Request::new("GET", "/v1/nodes").send(amara.address);
    nobody.refused(401, "not_signed_in");
}
