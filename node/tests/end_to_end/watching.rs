//! What an operator sees: a real Prometheus, with the rules and the dashboard that we hand out, watches a real node.

mod prometheus;
mod promql;

use prometheus::{Prometheus, deploy};
use promql::selectors;
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use std::process::Stdio;
use std::time::Duration;

use crate::chat::{Room, room, send_message};
use crate::support::clinic::Clinic;
use crate::support::tools::{succeeds, tool};
use crate::support::wait_for;

/// For Prometheus to scrape a few times and evaluate its rules, once a second each.
const WITHIN: Duration = Duration::from_secs(20);

#[test]
fn what_a_node_says_has_the_form_that_prometheus_asks_for() {
    let clinic = Clinic::demo();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("metrics");
    fs::write(&file, clinic.node.operations("/metrics").text()).unwrap();
    let mut check = tool("promtool", "prometheus");
    check.args(["check", "metrics"]).stdin(fs::File::open(&file).unwrap());
    assert_eq!(succeeds(&mut check), "", "promtool has something to say");
    // It would say so if there were.
    fs::write(&file, "# TYPE corridor_things_total counter\ncorridor_things_total 1\n").unwrap();
    let mut check = tool("promtool", "prometheus");
    let complains = check.args(["check", "metrics"]).stdin(fs::File::open(&file).unwrap());
    assert!(
        !complains
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .unwrap()
            .success()
    );
}

#[test]
fn the_rules_that_are_handed_out_pass_their_tests() {
    let folder = deploy().join("prometheus");
    for arguments in [
        &["check", "config", "prometheus.yml"],
        &["check", "rules", "corridor.rules.yml"],
        &["test", "rules", "corridor.rules.test.yml"],
    ] {
        succeeds(tool("promtool", "prometheus").args(arguments).current_dir(&folder));
    }
    let rules = fs::read_to_string(folder.join("corridor.rules.yml")).unwrap();
    let tests = fs::read_to_string(folder.join("corridor.rules.test.yml")).unwrap();
    let alerts: Vec<&str> = rules
        .lines()
        .filter_map(|line| line.trim().strip_prefix("- alert: "))
        .collect();
    assert!(alerts.len() >= 15, "{alerts:?}");
    for alert in &alerts {
        assert!(
            tests.contains(&format!("  alertname: {alert}\n        exp_alerts:")),
            "{alert} is never seen to fire"
        );
        assert!(
            tests.contains(&format!("alertname: {alert} }}")),
            "{alert} is never seen to be quiet"
        );
    }
    for told in ["summary:", "action:"] {
        assert_eq!(rules.matches(told).count(), alerts.len(), "{told}");
    }
}

/// What the dashboard asks, as Grafana would send it.
fn questions() -> Vec<String> {
    let text = fs::read_to_string(deploy().join("grafana/corridor.json")).unwrap();
    let dashboard: Value = serde_json::from_str(&text).unwrap();
    let panels = dashboard["panels"].as_array().unwrap();
    let targets = panels.iter().filter_map(|panel| panel["targets"].as_array()).flatten();
    let mut found: Vec<String> = targets
        .map(|target| target["expr"].as_str().unwrap().to_owned())
        .collect();
    assert!(found.len() >= 40, "{} questions", found.len());
    let marks = dashboard["annotations"]["list"].as_array().unwrap();
    found.extend(marks.iter().map(|mark| mark["expr"].as_str().unwrap().to_owned()));
    for variable in dashboard["templating"]["list"].as_array().unwrap() {
        if let Some(values) = variable["query"]["query"].as_str() {
            let inner = values
                .strip_prefix("label_values(")
                .and_then(|rest| rest.strip_suffix(')'));
            found.push(inner.unwrap().split_once(',').unwrap().0.to_owned());
        }
    }
    let found = found.into_iter();
    found
        .map(|question| question.replace("$instance", ".*").replace("$__rate_interval", "1m"))
        .collect()
}

#[test]
fn prometheus_watches_a_node_with_what_is_handed_out() {
    let clinic = Clinic::demo();
    let prometheus = Prometheus::watching(clinic.node.operations);
    let Room {
        id,
        mut raman_socket,
        mut wen_socket,
        raman,
        ..
    } = room(&clinic);
    for text in ["one", "two", "three"] {
        raman_socket.command(&send_message(&id, text));
    }
    wen_socket.expect_event(&id, 4);
    raman.get("/v1/audit").refused(403, "forbidden");

    let seen = wait_for("the messages are seen", WITHIN, || {
        prometheus
            .sum("corridor_sends_total{kind=\"group\"}")
            .filter(|sends| *sends >= 3.0)
    });
    assert_eq!(seen, 3.0, "each once");
    let acknowledged = "corridor_acknowledgement_seconds_count{command=\"send_message\"}";
    assert_eq!(prometheus.sum(acknowledged), Some(3.0));
    assert_eq!(prometheus.sum("corridor_refusals_total{code=\"forbidden\"}"), Some(1.0));
    let targets = prometheus.ask("targets", None);
    for target in targets["activeTargets"].as_array().unwrap() {
        assert_eq!(
            (&target["health"], &target["lastError"]),
            (&"up".into(), &"".into()),
            "{target}"
        );
    }

    let rules = wait_for("every rule was evaluated", WITHIN, || {
        let rules = rules(&prometheus);
        rules.iter().all(|rule| rule["health"] != "unknown").then_some(rules)
    });
    let handed_out = fs::read_to_string(deploy().join("prometheus/corridor.rules.yml")).unwrap();
    let written = handed_out.matches("- alert: ").count() + handed_out.matches("- record: ").count();
    assert_eq!(rules.len(), written);
    for rule in &rules {
        assert_eq!(rule["health"], "ok", "{rule}");
        assert_ne!(rule["state"], "firing", "all is well: {rule}");
    }

    let mut asked_for = BTreeSet::new();
    for question in questions() {
        prometheus.ask("query", Some(("query", &question)));
        asked_for.extend(selectors(&question));
    }
    for rule in &rules {
        asked_for.extend(selectors(rule["query"].as_str().unwrap()));
    }
    assert!(asked_for.len() >= 50, "{asked_for:?}");
    for selector in &asked_for {
        // What is recorded needs two scrapes, and one evaluation after them.
        wait_for(&format!("something exports {selector}"), WITHIN, || {
            let series = prometheus.ask("series", Some(("match[]", selector)));
            series.as_array().is_some_and(|series| !series.is_empty()).then_some(())
        });
    }
    assert_eq!(prometheus.log_text(), "", "Prometheus complains");
}

fn rules(prometheus: &Prometheus) -> Vec<Value> {
    let groups = prometheus.ask("rules", None);
    let groups = groups["groups"].as_array().unwrap();
    groups
        .iter()
        .flat_map(|group| group["rules"].as_array().unwrap().clone())
        .collect()
}
