//! The configuration: one TOML file, read once at start. Units stand in the names; what is unknown is refused, not ignored.
//!
//! Every failure is one sentence that names the file and the key. Refuses to know what the values are used for.

mod bounds;

pub use bounds::Limits;

use crate::membership::address;
use bounds::LimitsTable;
use corridor_api::serve::{self, TlsFiles};
use corridor_domain::limits;
use serde::Deserialize;
use std::fmt::Write as _;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

/// What a node needs to know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// Everything that the node keeps.
    pub data: PathBuf,
    /// Where people and programs come.
    pub listen: SocketAddr,
    /// Where this machine's operators look: health, metrics, status. Never reachable from elsewhere.
    pub operations: SocketAddr,
    /// None: plain, on this machine only.
    pub tls: Option<TlsFiles>,
    /// None: a node alone, which nobody can join.
    pub cluster: Option<ClusterSettings>,
    /// Bounds that may be set.
    pub limits: Limits,
}

/// Where nodes of a cluster find each other.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClusterSettings {
    /// Where this node listens for the others.
    pub listen: SocketAddr,
    /// `HOST:PORT` at which the others dial it.
    pub address: String,
    /// The URL at which people and programs reach it; none: it is not told to them.
    #[serde(default)]
    pub client_url: Option<String>,
    /// How many entries of the log a node may miss before it gets the whole state instead; so often a snapshot point is made.
    #[serde(default = "snapshot_every_entries")]
    pub snapshot_every_entries: u64,
}

fn snapshot_every_entries() -> u64 {
    limits::SNAPSHOT_EVERY_ENTRIES
}

impl ClusterSettings {
    /// With these places, everything else as it is unless somebody says otherwise.
    pub fn new(listen: SocketAddr, address: String) -> Self {
        Self {
            listen,
            address,
            client_url: None,
            snapshot_every_entries: snapshot_every_entries(),
        }
    }
}

impl Settings {
    /// With this data folder and these addresses, everything else as it is unless somebody says otherwise.
    pub fn new(data: PathBuf, listen: SocketAddr, operations: SocketAddr) -> Self {
        Self {
            data,
            listen,
            operations,
            tls: None,
            cluster: None,
            limits: Limits::default(),
        }
    }

    /// What is wrong with them together, as a sentence about `key`.
    pub fn check(&self) -> Result<(), (&'static str, String)> {
        serve::check_reach(self.listen, self.tls.as_ref()).map_err(|error| ("listen", error.to_string()))?;
        if !self.operations.ip().to_canonical().is_loopback() {
            let reason = format!(
                "{} can be reached from other machines, but health and metrics are for this one: use 127.0.0.1, and forward \
                 from there what others need",
                self.operations
            );
            return Err(("operations", reason));
        }
        if self.listen == self.operations && self.listen.port() != 0 {
            return Err((
                "operations",
                format!("{} is where people come already; use another port", self.operations),
            ));
        }
        self.cluster
            .as_ref()
            .map_or(Ok(()), |cluster| self.check_cluster(cluster))
    }

    fn check_cluster(&self, cluster: &ClusterSettings) -> Result<(), (&'static str, String)> {
        let listen = cluster.listen;
        for (other, whose) in [(self.listen, "people come"), (self.operations, "operators look")] {
            if listen == other && listen.port() != 0 {
                return Err((
                    "cluster.listen",
                    format!("{listen} is where {whose} already; use another port"),
                ));
            }
        }
        let range = limits::SNAPSHOT_EVERY_ENTRIES_MIN..=limits::SNAPSHOT_EVERY_ENTRIES_MAX;
        if !range.contains(&cluster.snapshot_every_entries) {
            let reason = format!("use at least {} and at most {}", range.start(), range.end());
            return Err(("cluster.snapshot_every_entries", reason));
        }
        if let Some(url) = &cluster.client_url {
            address::check_url(url).map_err(|reason| ("cluster.client_url", reason))?;
        }
        address::check(&cluster.address).map_err(|reason| ("cluster.address", reason))
    }
}

/// How the log is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// Lines for people.
    #[default]
    Plain,
    /// One JSON object a line, for programs.
    Json,
}

/// A configuration file that makes sense.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Configuration {
    /// For the node.
    pub settings: Settings,
    /// For the log.
    pub log_format: LogFormat,
}

/// Why there is no configuration: a sentence that names the file and the key.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("{0}")]
pub struct ConfigError(String);

/// The file as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    data: PathBuf,
    listen: SocketAddr,
    operations: SocketAddr,
    tls: Option<TlsTable>,
    cluster: Option<ClusterSettings>,
    #[serde(default)]
    limits: LimitsTable,
    #[serde(default)]
    log: LogTable,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TlsTable {
    certificate: PathBuf,
    key: PathBuf,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct LogTable {
    format: LogFormat,
}

impl Configuration {
    /// Reads the file. Paths in it are relative to the folder it lies in.
    pub fn read(file: &Path) -> Result<Self, ConfigError> {
        let unreadable = |error: std::io::Error| match error.kind() {
            std::io::ErrorKind::NotFound => ConfigError(format!(
                "there is no configuration at {}; `corridor init` makes one, and --config names another place",
                file.display()
            )),
            _ => ConfigError(format!("the configuration {} cannot be read: {error}", file.display())),
        };
        if std::fs::metadata(file).map_err(unreadable)?.len() > limits::CONFIGURATION_SIZE_BYTES_MAX {
            return Err(ConfigError(format!(
                "{} is too large to be a configuration",
                file.display()
            )));
        }
        let text = std::fs::read_to_string(file).map_err(unreadable)?;
        let absolute = std::path::absolute(file).map_err(unreadable)?;
        Self::parse(&text, file, absolute.parent().unwrap_or(Path::new("/")))
    }

    fn parse(text: &str, file: &Path, folder: &Path) -> Result<Self, ConfigError> {
        let document: Document = toml::from_str(text).map_err(|error| sentence(file, text, &error))?;
        let refused = |key: &str, reason: String| ConfigError(format!("{}: {key}: {reason}", file.display()));
        let tls = document.tls.map(|tls| TlsFiles {
            certificate: folder.join(tls.certificate),
            key: folder.join(tls.key),
        });
        let limits = document
            .limits
            .checked()
            .map_err(|(key, reason)| refused(&key, reason))?;
        if document.data.as_os_str().is_empty() {
            return Err(refused(
                "data",
                "name the folder that holds everything the node keeps".to_owned(),
            ));
        }
        let data = folder.join(document.data);
        let (listen, operations) = (document.listen, document.operations);
        let settings = Settings {
            data,
            listen,
            operations,
            tls,
            cluster: document.cluster,
            limits,
        };
        settings.check().map_err(|(key, reason)| refused(key, reason))?;
        Ok(Self {
            settings,
            log_format: document.log.format,
        })
    }
}

/// What the parser found, with the file, the line and the key that stands there.
fn sentence(file: &Path, text: &str, error: &toml::de::Error) -> ConfigError {
    let mut place = file.display().to_string();
    let reason = error.message().trim().replace('\n', " ");
    // What is missing stands nowhere: the place given is that of the table, and of the whole file for keys outside of tables.
    let is_missing = reason.starts_with("missing field");
    let span = error.span().filter(|span| !is_missing || span.start > 0);
    if let Some(before) = span.and_then(|span| text.get(..span.start)) {
        let line = before.matches('\n').count();
        // Writing to a string does not fail.
        let _ = write!(place, ", line {}", line + 1);
        let key = text
            .lines()
            .nth(line)
            .and_then(|line| line.split_once('='))
            .map_or("", |(key, _)| key.trim());
        if !is_missing && !key.is_empty() && !reason.contains(key) {
            let _ = write!(place, ": {key}");
        }
    }
    ConfigError(format!("{place}: {reason}"))
}

/// A configuration file with an explanation of every key.
pub fn commented(settings: &Settings) -> String {
    let mut text = format!(
        "# The configuration of a Corridor node, read once when it starts. Unknown keys are refused.\n\
         # Relative paths are relative to the folder of this file.\n\
         \n\
         # Everything that the node keeps. Only the account that runs the node may look into it.\n\
         data = {data}\n\
         \n\
         # Where people and programs come. Beyond this machine only with [tls].\n\
         listen = {listen}\n\
         \n\
         # Health, metrics and status, for this machine only: /healthz, /readyz, /metrics, /status.\n\
         operations = {operations}\n",
        data = quoted(&settings.data.to_string_lossy()),
        listen = quoted(&settings.listen.to_string()),
        operations = quoted(&settings.operations.to_string()),
    );
    let heading = "\n# The certificate (with those that vouch for it) and its key, as PEM files. The node reads them when it starts.\n";
    text.push_str(heading);
    match &settings.tls {
        Some(tls) => {
            let (certificate, key) = (tls.certificate.to_string_lossy(), tls.key.to_string_lossy());
            // Writing to a string does not fail.
            let _ = writeln!(
                text,
                "[tls]\ncertificate = {}\nkey = {}",
                quoted(&certificate),
                quoted(&key)
            );
        }
        None => text.push_str("#[tls]\n#certificate = \"tls/certificate.pem\"\n#key = \"tls/key.pem\"\n"),
    }
    text.push_str(&commented_cluster(settings.cluster.as_ref()));
    text.push_str(&bounds::commented(&settings.limits));
    text.push_str("\n# \"plain\" for people, \"json\" for programs that collect logs.\n[log]\nformat = \"plain\"\n");
    text
}

const SNAPSHOT_HEADING: &str =
    "# A node that missed more changes than this gets the whole state from the others instead of what it missed.\n";

fn commented_cluster(cluster: Option<&ClusterSettings>) -> String {
    let heading = "\n# Where this node listens for the others of its cluster, and the HOST:PORT at which they dial it. Without it the node is alone.\n";
    match cluster {
        Some(cluster) => format!(
            "{heading}[cluster]\nlisten = {}\naddress = {}\n{}{SNAPSHOT_HEADING}snapshot_every_entries = {}\n",
            quoted(&cluster.listen.to_string()),
            quoted(&cluster.address),
            commented_url(cluster.client_url.as_deref()),
            cluster.snapshot_every_entries
        ),
        None => format!("{heading}#[cluster]\n#listen = \"0.0.0.0:7443\"\n#address = \"one.clinic.example:7443\"\n"),
    }
}

fn commented_url(url: Option<&str>) -> String {
    let heading = "# Where people and programs reach this node; all nodes tell it to clients, which go on there if another ends.\n";
    match url {
        Some(url) => format!("{heading}client_url = {}\n", quoted(url)),
        None => format!("{heading}#client_url = \"https://one.clinic.example:8443\"\n"),
    }
}

fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

#[cfg(test)]
mod tests;
