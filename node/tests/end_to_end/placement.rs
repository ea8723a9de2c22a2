//! Five nodes: each workspace is on three of them, and each node serves all. Workspaces move when nodes come and go, and lose nothing.

use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::chat::send_message;
use crate::support::cluster::{Cluster, at};
use crate::support::node::{run, said};
use crate::support::person::Person;
use crate::support::socket::Socket;
use crate::support::{PATIENCE, new_command_id, wait_for};
use crate::workspaces::{add_nurse, bodies, create, listed, sign_in_to};

const NAMES: [&str; 4] = ["north", "south", "east", "west"];

fn numbers(nodes: &Value) -> BTreeSet<u64> {
    nodes
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_u64)
        .collect()
}

/// Whether a node has anything of a workspace on its disk.
fn has(cluster: &Cluster, number: usize, id: u64) -> bool {
    let entries = std::fs::read_dir(cluster.data(number).join("workspaces")).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut folders = names.filter(|name| !name.ends_with(".stay"));
    folders.any(|name| name.split('.').next() == Some(&id.to_string()))
}

/// Waits until a workspace is on three of these nodes, by the word of all of them, and no other one has anything of it. Says which: by their places
/// in the cluster.
fn settled(cluster: &Cluster, alive: &[usize], name: &str) -> Vec<usize> {
    wait_for(&format!("{name} is where it shall be"), PATIENCE * 2, || {
        let lines: Vec<Value> = alive
            .iter()
            .map(|number| listed(&cluster.config(*number), name))
            .collect();
        let hosts = alive.iter().zip(&lines).filter(|(_, line)| line["is_here"] == true);
        let hosts: Vec<usize> = hosts.map(|(number, _)| *number).collect();
        let ids: BTreeSet<u64> = hosts.iter().map(|number| cluster.id(*number)).collect::<Option<_>>()?;
        let agree = |line: &Value| line["nodes"].is_null() || numbers(&line["nodes"]) == ids;
        let id = lines[0]["id"].as_u64()?;
        let is_clear = |number: &usize| has(cluster, *number, id) == hosts.contains(number);
        (hosts.len() == 3 && lines.iter().all(agree) && alive.iter().all(is_clear)).then_some(hosts)
    })
}

/// Says something at a node, under one command id until it is acknowledged.
fn insist(person: &Person, room: &str, text: &str) {
    let id = new_command_id();
    wait_for("a message is acknowledged", PATIENCE, || {
        let request = person.request("POST", &format!("/v1/conversations/{room}/messages"));
        let request = request.header("Idempotency-Key", &id).json(&json!({ "body": text }));
        let answer = request.try_send(person.address).ok()?;
        assert!([201, 503].contains(&answer.status), "{}", answer.text());
        (answer.status == 201).then_some(())
    });
}

/// Says that it is over when it is dropped.
struct Ending<'a>(&'a AtomicBool);

impl Drop for Ending<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

#[test]
fn each_of_five_nodes_serves_workspaces_that_three_of_them_have() {
    let mut cluster = Cluster::three();
    cluster.join();
    cluster.join();
    cluster.wait_for_votes(5);
    for (number, name) in NAMES.iter().enumerate() {
        // At any node: it is made where it shall be.
        let (done, text) = create(&cluster.config(number), name);
        assert!(done, "{text}");
    }
    let all = [0, 1, 2, 3, 4];
    for name in NAMES {
        let hosts = settled(&cluster, &all, name);
        let away: Vec<usize> = all.into_iter().filter(|number| !hosts.contains(number)).collect();
        println!("{name} is on {hosts:?}");
        let noor = sign_in_to(cluster.nodes[away[0]].address, name);
        let room = noor.begin_group("Front desk", &[]);
        let mut sockets: Vec<Socket> = all
            .iter()
            .map(|number| Socket::connect(&at(&noor, &cluster.nodes[*number]), None))
            .collect();
        // With its token in the request a socket is handed on whole.
        let bearer = format!("Bearer {}", noor.token);
        let mut whole = Socket::open(cluster.nodes[away[1]].address, &[("Authorization", &bearer)]);
        whole.try_hello(&noor, None).unwrap();
        sockets.push(whole);
        let told: Vec<String> = all.iter().map(|number| format!("said at {number} in {name}")).collect();
        for (number, text) in all.iter().zip(&told) {
            at(&noor, &cluster.nodes[*number]).say(&room, text);
        }
        let last = noor.history(&room).last().unwrap()["seq"].as_u64().unwrap();
        for socket in &mut sockets {
            socket.expect_event(&room, last);
        }
        for number in all {
            assert_eq!(
                bodies(&at(&noor, &cluster.nodes[number]).history(&room)),
                told,
                "{name} at {number}"
            );
        }
        // What a socket asks goes there, too.
        sockets[0].command(&send_message(&room, "over a socket"));
        sockets[5].command(&send_message(&room, "over another"));
        // Strangers are strangers everywhere.
        let nobody = Person {
            token: match noor.token.strip_suffix('x') {
                Some(most) => format!("{most}y"),
                None => format!("{}x", &noor.token[..noor.token.len() - 1]),
            },
            ..at(&noor, &cluster.nodes[away[1]])
        };
        nobody.get("/v1/me").refused(401, "not_signed_in");

        add_nurse(&cluster.config(away[1]), name);
    }

    // A node dies: who came to another one goes on, be it that its workspace was there.
    cluster.nodes[2].kill();
    for name in NAMES {
        for number in [0, 1, 3, 4] {
            let noor = sign_in_to(cluster.nodes[number].address, name);
            let room = wait_for("a room is begun", PATIENCE, || {
                let answer = noor.post(
                    "/v1/conversations",
                    &json!({ "kind": "group", "topic": "After", "member_ids": [] }),
                );
                (answer.status == 201).then(|| answer.json()["conversation_id"].as_str().unwrap().to_owned())
            });
            insist(&noor, &room, "after one died");
            assert_eq!(bodies(&noor.history(&room)), ["after one died"]);
        }
    }
}

#[test]
fn workspaces_move_when_nodes_come_and_go_and_lose_nothing() {
    let mut cluster = Cluster::three();
    for name in NAMES {
        let (done, text) = create(&cluster.config(0), name);
        assert!(done, "{text}");
    }
    let people: Vec<Person> = NAMES
        .iter()
        .map(|name| sign_in_to(cluster.nodes[1].address, name))
        .collect();
    let rooms: Vec<String> = people.iter().map(|noor| noor.begin_group("Front desk", &[])).collect();
    let moved = &AtomicBool::new(false);
    let told = std::thread::scope(|scope| {
        let writers: Vec<_> = people
            .iter()
            .zip(&rooms)
            .map(|(noor, room)| {
                scope.spawn(move || {
                    let mut told = Vec::new();
                    while !moved.load(Ordering::Relaxed) {
                        told.push(format!("message {}", told.len()));
                        insist(noor, room, told.last().unwrap());
                    }
                    told
                })
            })
            .collect();
        // Also when something below fails: else nobody hears of it.
        let _ending = Ending(moved);
        let all = [0, 1, 2, 3, 4];
        cluster.join();
        cluster.join();
        cluster.wait_for_votes(5);
        let spread: Vec<Vec<usize>> = NAMES.iter().map(|name| settled(&cluster, &all, name)).collect();
        println!("with five: {spread:?}");
        assert!(spread.iter().any(|hosts| hosts != &[0, 1, 2]), "nothing moved");
        // Two go in order, and what they had comes to the others: for some of them it is the second time.
        for number in [3, 4] {
            let gone = cluster.id(number).unwrap();
            let config = cluster.config(0);
            // Not before what the one before had is on the others.
            wait_for("it may go", PATIENCE, || {
                let removed = run(&[
                    "cluster",
                    "remove",
                    &gone.to_string(),
                    "--config",
                    config.to_str().unwrap(),
                ]);
                let text = said(&removed);
                assert!(removed.status.success() || text.contains("no vote yet"), "{text}");
                removed.status.success().then_some(())
            });
            cluster.nodes[number].stop();
        }
        for name in NAMES {
            assert_eq!(settled(&cluster, &[0, 1, 2], name), [0, 1, 2]);
        }
        moved.store(true, Ordering::Relaxed);
        let told = writers.into_iter().map(|writer| writer.join().unwrap());
        told.collect::<Vec<Vec<String>>>()
    });
    for number in 0..3 {
        for ((noor, room), told) in people.iter().zip(&rooms).zip(&told) {
            let here = at(noor, &cluster.nodes[number]);
            wait_for("it is served here", PATIENCE, || {
                (here.get("/v1/me").status == 200).then_some(())
            });
            assert_eq!(&bodies(&here.history(room)), told);
        }
    }
}
