//! A real Prometheus with the configuration that we hand out, in a folder of its own, asked over its HTTP interface.

use serde_json::Value;
use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use tempfile::TempDir;

use crate::support::http::Request;
use crate::support::node::free_address;
use crate::support::tools::tool;
use crate::support::{PATIENCE, wait_for};

/// What is handed out to operators.
pub fn deploy() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../deploy")
}

/// A running Prometheus.
pub struct Prometheus {
    address: SocketAddr,
    child: Child,
    folder: TempDir,
}

impl Prometheus {
    /// Starts it with our configuration, only with the node's address in it and in a hurry.
    pub fn watching(operations: SocketAddr) -> Self {
        let folder = TempDir::new().unwrap();
        let from = deploy().join("prometheus");
        fs::copy(
            from.join("corridor.rules.yml"),
            folder.path().join("corridor.rules.yml"),
        )
        .unwrap();
        let mut config = fs::read_to_string(from.join("prometheus.yml")).unwrap();
        for (handed_out, here) in [
            (
                "- targets: [\"127.0.0.1:9090\"]",
                &*format!("- targets: [\"{operations}\"]"),
            ),
            ("scrape_interval: 15s", "scrape_interval: 1s"),
            ("evaluation_interval: 15s", "evaluation_interval: 1s"),
        ] {
            assert_eq!(config.matches(handed_out).count(), 1, "{handed_out}");
            config = config.replace(handed_out, here);
        }
        let file = folder.path().join("prometheus.yml");
        fs::write(&file, config).unwrap();
        let address = free_address();
        let log = fs::File::create(folder.path().join("log")).unwrap();
        let child = tool("prometheus", "prometheus")
            .arg(format!("--config.file={}", file.display()))
            .arg(format!("--storage.tsdb.path={}", folder.path().join("data").display()))
            .arg(format!("--web.listen-address={address}"))
            .arg("--log.level=warn")
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .unwrap();
        let mut prometheus = Self { address, child, folder };
        wait_for("Prometheus gets ready", PATIENCE, || {
            if let Some(status) = prometheus.child.try_wait().unwrap() {
                panic!("Prometheus ended with {status}: {}", prometheus.log_text());
            }
            let answer = Request::new("GET", "/-/ready").try_send(address);
            answer.is_ok_and(|answer| answer.status == 200).then_some(())
        });
        prometheus
    }

    /// What it complained about.
    pub fn log_text(&self) -> String {
        fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }

    /// The data of an answer. An expression that cannot be evaluated panics with what is wrong with it.
    #[track_caller]
    pub fn ask(&self, path: &str, parameter: Option<(&str, &str)>) -> Value {
        let query = parameter.map_or(String::new(), |(name, value)| {
            format!("?{}={}", encoded(name), encoded(value))
        });
        let answer = Request::new("GET", &format!("/api/v1/{path}{query}")).send(self.address);
        let mut body: Value = serde_json::from_str(&answer.text()).unwrap();
        assert_eq!(body["status"], "success", "{parameter:?}: {body}");
        body["data"].take()
    }

    /// The sum of a vector.
    #[track_caller]
    pub fn sum(&self, expression: &str) -> Option<f64> {
        let result = self.ask("query", Some(("query", &format!("sum({expression})"))));
        result["result"][0]["value"][1].as_str()?.parse().ok()
    }
}

impl Drop for Prometheus {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn encoded(text: &str) -> String {
    let encode = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    };
    text.bytes().map(encode).collect()
}
