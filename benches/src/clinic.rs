//! Clinics to measure in: founded and peopled once, then copied for every run, so that each begins with the same bytes.
//! Knows HTTP and the protocol's requests, not the socket.

use crate::failure::{Context, Failure, Outcome};
use crate::http::Connection;
use crate::node::{Node, free_address};
use crate::wire;
use corridor_judge::checker::Sent;
use futures_util::future::try_join_all;
use hyper::Method;
use rcgen::generate_simple_self_signed;
use serde_json::{Value, json};
use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::rc::Rc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::process::Command;
use tokio::time::{sleep, timeout};

/// Of everybody.
pub const PASSWORD: &str = "only for measuring, never a real one";
/// Password hashes take a core each: more at once only wait.
const SIGN_INS_AT_ONCE: usize = 4;
/// Connections that create conversations.
const CREATIONS_AT_ONCE: usize = 64;
/// Most members named while creating a conversation.
const MEMBERS_AT_CREATION: usize = 200;
/// As high as the configuration lets them be: limits are no subject of a measurement, and all clients have one address here.
pub const LIMITS: &str = "[limits]
sends_per_second = 10000
sends_burst = 10000
sign_ins_per_second = 10000
sign_ins_burst = 10000
connections_per_address = 10000
";
/// How many sockets may open in a second; a storm is measured with what a node does by itself.
pub const OPENINGS: &str = "socket_openings_per_second = 10000\nsocket_openings_burst = 10000\n";
const GAUGE_OF_APPLIED: &str = "corridor_group_applied_index";
/// How long nodes may take to get equal.
const PATIENCE: Duration = Duration::from_secs(60);
const LOOK_AGAIN: Duration = Duration::from_millis(5);
const STORM: &str = "storm";

/// Somebody who is signed in.
#[derive(Debug, Clone)]
pub struct Person {
    /// The id on the wire.
    pub id: String,
    /// Of the session.
    pub token: String,
}

/// A founded clinic whose node does not run.
pub struct Template {
    /// The node's program.
    pub binary: PathBuf,
    folder: PathBuf,
    data: PathBuf,
    /// In the order of their numbers.
    pub people: Rc<Vec<Person>>,
}

/// A clinic whose node runs, or can be started again.
pub struct Clinic {
    /// Its node; of several, the one that is asked over HTTP.
    pub node: Rc<Node>,
    /// The other nodes, if it has several.
    pub others: Vec<Rc<Node>>,
    /// In the order of their numbers.
    pub people: Rc<Vec<Person>>,
    /// The certificate to trust, as PEM, if the node speaks TLS.
    pub certificate: Option<String>,
    /// Where its nodes keep what they keep.
    pub folder: PathBuf,
}

/// An event on a page.
#[derive(Debug, Clone, Copy)]
pub struct Read {
    /// Its place.
    pub seq: u64,
    /// The message of a load that it is, if it is one.
    pub sent: Option<Sent>,
}

/// A command id that this process never used before, apart from those of the load's messages.
pub fn new_command_id() -> String {
    static DRAWN: AtomicU64 = AtomicU64::new(1);
    format!("{:016x}{:016x}", u64::MAX, DRAWN.fetch_add(1, Ordering::Relaxed))
}

impl Template {
    /// Founds a clinic with so many signed-in people below the folder.
    pub async fn found(binary: &Path, folder: &Path, people: usize) -> Outcome<Self> {
        let folder = folder.join("template");
        std::fs::create_dir_all(&folder).context(folder.display())?;
        let data = folder.join("clinic");
        let mut init = Command::new(binary);
        init.arg("init").arg("--config").arg(folder.join("init.toml"));
        init.arg("--data").arg(&data).args(["--listen", "127.0.0.1:0"]);
        init.args(["--operations", "127.0.0.1:0", "--name", "Load"]);
        init.args(["--administrator-name", "Load", "--administrator-login", "load"]);
        init.env("CORRIDOR_ADMIN_PASSWORD", PASSWORD).stdin(Stdio::null());
        let output = init.output().await.context("corridor init")?;
        if !output.status.success() {
            return Err(String::from_utf8_lossy(&output.stderr)).context("corridor init");
        }
        let node = configured(binary, &folder, OPENINGS, None)?;
        node.start().await?;
        let mut first = Connection::open(node.address).await?;
        let administrator = sign_in(&mut first, "load").await?;
        let token = &administrator.token;
        let add = async |connection: &mut Connection, number: usize| {
            let login = format!("p{number}");
            let person = json!({
                "kind": "staff", "name": format!("Person {number}"), "title": "RN", "login": login,
                "password": PASSWORD, "roles": ["nurse"], "site_ids": [],
            });
            create(connection, "/v1/people", token, &person).await?;
            sign_in(connection, &login).await
        };
        let people = in_parallel(node.address, SIGN_INS_AT_ONCE, 0..people, add).await?;
        node.stop().await?;
        Ok(Self {
            binary: binary.to_owned(),
            folder,
            data,
            people: Rc::new(people),
        })
    }

    /// A copy of it under that name, with its node started.
    pub async fn open(&self, name: &str, tls: bool) -> Outcome<Clinic> {
        let folder = self.folder.with_file_name(name);
        if folder.exists() {
            std::fs::remove_dir_all(&folder).context(folder.display())?;
        }
        std::fs::create_dir_all(&folder).context(folder.display())?;
        copy(&self.data, &folder.join("clinic"))?;
        let certificate = tls.then(|| write_certificate(&folder)).transpose()?;
        let node = configured(
            &self.binary,
            &folder,
            if name == STORM { "" } else { OPENINGS },
            certificate.as_deref(),
        )?;
        node.start().await?;
        Ok(Clinic {
            node: Rc::new(node),
            others: Vec::new(),
            people: Rc::clone(&self.people),
            certificate,
            folder,
        })
    }
}

fn configured(binary: &Path, folder: &Path, openings: &str, certificate: Option<&str>) -> Outcome<Node> {
    let (address, operations) = (free_address()?, free_address()?);
    let config = folder.join("corridor.toml");
    let tls = certificate.map_or("", |_| "[tls]\ncertificate = \"certificate.pem\"\nkey = \"key.pem\"\n");
    let text =
        format!("data = \"clinic\"\nlisten = \"{address}\"\noperations = \"{operations}\"\n{LIMITS}{openings}{tls}");
    std::fs::write(&config, text).context(config.display())?;
    Ok(Node::new(binary, &config, address, operations))
}

/// Makes a certificate for `localhost` and its key, as `certificate.pem` and `key.pem` in the folder; the certificate.
pub fn write_certificate(folder: &Path) -> Outcome<String> {
    let made = generate_simple_self_signed(["localhost".to_owned()]).context("making a certificate")?;
    let certificate = made.cert.pem();
    for (name, text) in [
        ("certificate.pem", &certificate),
        ("key.pem", &made.signing_key.serialize_pem()),
    ] {
        std::fs::write(folder.join(name), text).context(name)?;
    }
    Ok(certificate)
}

fn copy(from: &Path, to: &Path) -> Outcome<()> {
    let what = || format!("copying {}", from.display());
    std::fs::create_dir(to).context(what())?;
    for entry in std::fs::read_dir(from).context(what())? {
        let entry = entry.context(what())?;
        let kind = entry.file_type().context(what())?;
        let target = to.join(entry.file_name());
        if kind.is_dir() {
            copy(&entry.path(), &target)?;
        } else if kind.is_file() {
            std::fs::copy(entry.path(), target).context(what())?;
        }
    }
    Ok(())
}

fn size_bytes(folder: &Path) -> Outcome<u64> {
    let what = || format!("looking at {}", folder.display());
    let mut total = 0;
    for entry in std::fs::read_dir(folder).context(what())? {
        let entry = entry.context(what())?;
        let metadata = entry.metadata().context(what())?;
        total += if metadata.is_dir() {
            size_bytes(&entry.path())?
        } else {
            metadata.len()
        };
    }
    Ok(total)
}

/// Somebody by that login.
pub async fn sign_in(connection: &mut Connection, login: &str) -> Outcome<Person> {
    let body = json!({ "login": login, "password": PASSWORD, "device_name": "load client" });
    let answer = connection
        .ask(Method::POST, "/v1/sign-in", None, None, Some(&body))
        .await?;
    let answer = answer.expect(200)?;
    Ok(Person {
        id: text(&answer["person"]["id"])?,
        token: text(&answer["token"])?,
    })
}

fn text(value: &Value) -> Outcome<String> {
    Ok(value.as_str().context("the node's answer lacks a text")?.to_owned())
}

/// Makes something, and expects to be told that it is there.
pub async fn create(connection: &mut Connection, path: &str, token: &str, body: &Value) -> Outcome<Value> {
    let id = new_command_id();
    connection
        .ask(Method::POST, path, Some(token), Some(&id), Some(body))
        .await?
        .expect(201)
}

/// Does the jobs on so many connections; the results in the order of the jobs.
pub async fn in_parallel<J, R>(
    address: std::net::SocketAddr,
    connections: usize,
    jobs: impl Iterator<Item = J>,
    work: impl AsyncFn(&mut Connection, J) -> Outcome<R>,
) -> Outcome<Vec<R>> {
    let jobs = RefCell::new(jobs.enumerate());
    let done = RefCell::new(Vec::new());
    let worker = async || {
        let mut connection = Connection::open(address).await?;
        loop {
            let Some((place, job)) = jobs.borrow_mut().next() else {
                return Ok::<(), Failure>(());
            };
            let result = work(&mut connection, job).await?;
            done.borrow_mut().push((place, result));
        }
    };
    try_join_all((0..connections).map(|_| worker())).await?;
    let mut done = done.into_inner();
    done.sort_by_key(|(place, _)| *place);
    Ok(done.into_iter().map(|(_, result)| result).collect())
}

impl Clinic {
    /// All its nodes.
    pub fn nodes(&self) -> impl Iterator<Item = &Node> {
        std::iter::once(&self.node).chain(&self.others).map(Rc::as_ref)
    }

    /// Waits until all its nodes have applied the same. A device that begins at a node which lags is told of what was before.
    pub async fn until_equal(&self) -> Outcome<()> {
        let waiting = async {
            loop {
                let applied = self.nodes().map(|node| node.figure(GAUGE_OF_APPLIED));
                let applied = try_join_all(applied).await?;
                if applied.iter().all(|index| *index == applied[0]) {
                    return Ok(());
                }
                sleep(LOOK_AGAIN).await;
            }
        };
        timeout(PATIENCE, waiting).await.context("the nodes do not get equal")?
    }

    /// Begins a two-person conversation for each pair of people. Their ids, in that order.
    pub async fn directs(&self, pairs: &[(usize, usize)], tell: impl Fn(usize)) -> Outcome<Vec<String>> {
        let begun = std::cell::Cell::new(0);
        let begin = async |connection: &mut Connection, (one, other): (usize, usize)| {
            let request = json!({ "kind": "direct", "person_id": self.people[other].id });
            let created = create(connection, "/v1/conversations", &self.people[one].token, &request).await?;
            begun.set(begun.get() + 1);
            tell(begun.get());
            text(&created["conversation_id"])
        };
        let connections = CREATIONS_AT_ONCE.min(pairs.len());
        in_parallel(self.node.address, connections, pairs.iter().copied(), begin).await
    }

    /// Begins a group of the first of these people with all others of them.
    pub async fn group(&self, topic: &str, members: &[usize]) -> Outcome<String> {
        let mut connection = Connection::open(self.node.address).await?;
        let id_of = |number: &usize| self.people[*number].id.as_str();
        let (owner, others) = members.split_first().context("a group has members")?;
        let (named, later) = others.split_at(others.len().min(MEMBERS_AT_CREATION));
        let member_ids: Vec<&str> = named.iter().map(id_of).collect();
        let request = json!({ "kind": "group", "topic": topic, "member_ids": member_ids });
        let token = &self.people[*owner].token;
        let created = create(&mut connection, "/v1/conversations", token, &request).await?;
        let id = text(&created["conversation_id"])?;
        let path = format!("/v1/conversations/{id}/members");
        for member in later {
            let body = json!({ "person_id": id_of(member), "history": "full" });
            let command_id = new_command_id();
            let added = connection.ask(Method::POST, &path, Some(token), Some(&command_id), Some(&body));
            let added = added.await?;
            added.expect(if added.status == 201 { 201 } else { 200 })?;
        }
        Ok(id)
    }

    /// The last event of a conversation, as that person sees it.
    pub async fn last_seq(&self, person: usize, conversation: &str) -> Outcome<u64> {
        let mut connection = Connection::open(self.node.address).await?;
        let path = format!("/v1/conversations/{conversation}");
        let answer = connection
            .get(&path, Some(&self.people[person].token))
            .await?
            .expect(200)?;
        answer["last_seq"].as_u64().context("the node's answer lacks last_seq")
    }

    /// The events of a conversation after that one, as that person reads them over HTTP.
    pub async fn history(&self, person: usize, conversation: &str, after: u64) -> Outcome<Vec<Read>> {
        let mut connection = Connection::open(self.node.address).await?;
        let mut read: Vec<Read> = Vec::new();
        loop {
            let after = read.last().map_or(after, |last| last.seq);
            let path = format!("/v1/conversations/{conversation}/events?after={after}&limit=100");
            let answer = connection.get(&path, Some(&self.people[person].token)).await?;
            let page = answer.expect(200)?;
            let events = page["events"].as_array().context("the node's answer lacks events")?;
            for event in events {
                read.push(Read {
                    seq: event["seq"].as_u64().context("an event lacks its seq")?,
                    sent: event["event"]["body"].as_str().and_then(wire::sent_of_body),
                });
            }
            if events.is_empty() || page["has_more"] != true {
                return Ok(read);
            }
        }
    }

    /// What the node keeps on disk, in bytes.
    pub fn size_bytes(&self) -> Outcome<u64> {
        size_bytes(&self.folder)
    }

    /// Stops the node and deletes what it kept.
    pub async fn close(self) -> Outcome<()> {
        self.node.stop().await?;
        std::fs::remove_dir_all(&self.folder).context(self.folder.display())
    }
}
