//! `corridor selftest`: it finds that all holds, leaves its workspace closed, and touches nothing else, also when it is interrupted.

use corridor_judge::history::{self, What};
use corridor_judge::judge::judge;
use serde_json::Value;
use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::support::clinic::Clinic;
use crate::support::cluster::{Cluster, at};
use crate::support::node::{binary, run, said};

/// All workspaces that `corridor workspace list --json` shows.
fn listed(config: &Path) -> Vec<Value> {
    let output = run(&["workspace", "list", "--json", "--config", config.to_str().unwrap()]);
    assert!(output.status.success(), "{}", said(&output));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Those of selftests: all are closed, and there are so many.
#[track_caller]
fn assert_closed(config: &Path, count: usize) {
    let lines = listed(config);
    let scratch: Vec<&Value> = lines
        .iter()
        .filter(|line| line["name"].as_str().unwrap().starts_with("selftest-"))
        .collect();
    assert_eq!(scratch.len(), count, "{lines:?}");
    assert!(scratch.iter().all(|line| line["closed_at_ms"].is_u64()), "{lines:?}");
}

/// What a node says on its control socket.
fn ask(data: &Path, request: &str) -> Value {
    let mut stream = UnixStream::connect(data.join("control.sock")).unwrap();
    stream.write_all(format!("{request}\n").as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    serde_json::from_str(&answer).unwrap()
}

#[test]
fn three_nodes_pass_and_their_history_is_judged_again() {
    let cluster = Cluster::three();
    let amara = cluster.amara(0);
    let room = amara.begin_group("Front desk", &[]);
    amara.say(&room, "not a part of it");
    let before = at(&amara, &cluster.nodes[2]).history(&room);

    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("history.jsonl");
    let config = cluster.config(1);
    let arguments = [
        "selftest",
        "--seconds",
        "10",
        "--config",
        config.to_str().unwrap(),
        "--history",
        file.to_str().unwrap(),
    ];
    let output = run(&arguments);
    println!("{}", said(&output));
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let report = String::from_utf8(output.stdout).unwrap();
    for part in [
        "all sockets are cut",
        "judged    lost 0, doubled 0, misordered 0, strangers 0, vanished 0, phantoms 0, resets 0",
        "states    equal on all nodes at the end",
        " 0 acknowledged without one, 0 with more than one",
    ] {
        assert!(report.contains(part), "{part}");
    }
    for number in 0..3 {
        let address = format!("http://{}", cluster.nodes[number].address);
        assert!(report.contains(&address), "{address}");
    }
    assert!(report.lines().count() < 40, "one page");
    assert!(report.lines().last().unwrap().starts_with("ALL HELD"));

    let verdict = judge(history::read(&file).unwrap()).unwrap();
    assert!(verdict.is_clean(), "{verdict:?}");
    assert_eq!(verdict.episodes.len(), 6, "each trouble healed: {:?}", verdict.episodes);
    assert!(verdict.acknowledged > 50, "{}", verdict.acknowledged);
    // The judge would notice.
    let mut lacks_one = false;
    let lines = history::read(&file).unwrap().filter(|line| {
        let is_delivery = matches!(line.as_ref().unwrap().what, What::Delivered { .. });
        !is_delivery || std::mem::replace(&mut lacks_one, true)
    });
    assert_eq!(judge(lines).unwrap().findings.lost, 1);

    assert_closed(&config, 1);
    assert_eq!(at(&amara, &cluster.nodes[2]).history(&room), before);
    cluster.wait_for_equal_states(0);
}

#[test]
fn a_node_alone_passes_over_tls_and_a_real_workspace_cannot_be_troubled() {
    let clinic = Clinic::empty_for_others();
    let config = clinic.config();
    let config_text = config.to_str().unwrap();
    let output = run(&["selftest", "--seconds", "10", "--json", "--config", config_text]);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(
        (&report["all_held"], &report["cluster"]),
        (&Value::Bool(true), &Value::Null)
    );
    assert_eq!(report["troubles"].as_array().unwrap().len(), 2, "{report}");
    assert!(report["clients"][0]["url"].as_str().unwrap().starts_with("https://"));
    std::fs::remove_file(report["history"].as_str().unwrap()).unwrap();
    assert_closed(&config, 1);

    for trouble in [r#""hand_over""#, r#""restart""#, r#"{"deaf":{"for_ms":2000}}"#] {
        let deed = format!(r#"{{"deed":"trouble","node":1,"trouble":{trouble}}}"#);
        let request = format!(r#"{{"operation":"selftest","workspace":"main","deed":{deed}}}"#);
        assert_eq!(ask(&clinic.data, &request)["refused"]["code"], "not_scratch");
    }
    // Nor can one be given a name by which it could be.
    let create = ["workspace", "create", "selftest-north", "--config", config_text];
    let person = [
        "--title",
        "North",
        "--administrator-name",
        "Noor",
        "--administrator-login",
        "noor",
    ];
    let refused = run(&[&create[..], &person[..]].concat());
    assert_eq!(refused.status.code(), Some(2), "{}", said(&refused));
    for wrong in [
        ["--seconds", "9"],
        ["--trust", config_text],
        ["--config", "/nowhere.toml"],
    ] {
        let mut arguments = vec!["selftest", "--config", config_text];
        if wrong[0] == "--config" {
            arguments.truncate(1);
        }
        arguments.extend(wrong);
        assert_eq!(run(&arguments).status.code(), Some(2), "{wrong:?}");
    }
    assert_closed(&config, 1);
}

#[test]
fn who_interrupts_it_finds_its_workspace_closed() {
    let clinic = Clinic::empty();
    let config = clinic.config();
    let file = clinic.data.with_extension("jsonl");
    let mut child = Command::new(binary())
        .args(["selftest", "--config", config.to_str().unwrap()])
        .args(["--history", file.to_str().unwrap()])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let wait = |lines: &mut dyn Iterator<Item = std::io::Result<String>>, words: &str| {
        lines.map(Result::unwrap).find(|line| line.contains(words))
    };
    assert!(wait(&mut lines, "at first in peace").is_some());
    let signalled = Command::new("kill").args(["-INT", &child.id().to_string()]).status();
    assert!(signalled.unwrap().success());
    assert!(wait(&mut lines, "it was interrupted").is_some());
    let ended = child.wait_with_output().unwrap();
    assert_eq!((ended.status.code(), ended.stdout.as_slice()), (Some(2), &b""[..]));
    assert_closed(&config, 1);
}
