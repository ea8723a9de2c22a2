//! What a selftest needs before anything is written: people who are signed in, rooms, and where the nodes are for clients.
//!
//! Asks as any client does, at the node on this machine. Refuses to know what follows.

use super::client::{Connection, Endpoint, Question};
use super::desk::NodeSeen;
use super::failure::{CannotRun, Context, Outcome};
use super::question::Desk;
use super::scene::{Place, Room, Sender, draw};
use corridor_protocol::AddPerson;
use corridor_storage::world::World;
use hyper::Method;
use serde_json::{Value, json};
use std::sync::Arc;
use tokio_rustls::TlsConnector;

/// Who writes, each in one room, and is in two.
const PEOPLE: u32 = 8;
/// Who is in no room and must hear nothing.
const STRANGERS: u32 = 1;
const ROOMS: u32 = 4;
const MEMBERS_OF_A_ROOM: u32 = 4;
const ADMINISTRATOR: &str = "selftest";

/// A node as clients find it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Reach {
    /// Which.
    pub node: u64,
    /// Where, if that is known.
    pub url: Option<String>,
    /// Why clients do not reach it, as a sentence; none: they do.
    pub problem: Option<String>,
}

/// People and rooms of a scratch workspace.
pub struct Cast {
    /// The administrator's session, who may read the record.
    pub administrator: String,
    /// The sessions of the people, by number.
    pub tokens: Vec<String>,
    /// The rooms.
    pub rooms: Vec<Room>,
    /// Who writes, and where.
    pub senders: Vec<Sender>,
}

/// Who makes a scratch workspace: an administrator whose password nobody knows.
pub fn administrator(world: &dyn World) -> AddPerson {
    AddPerson {
        roles: vec!["administrator".to_owned(), "compliance_officer".to_owned()],
        ..person("Selftest", ADMINISTRATOR, password(world))
    }
}

fn person(name: &str, login: &str, password: String) -> AddPerson {
    AddPerson {
        kind: "staff".to_owned(),
        name: name.to_owned(),
        title: "RN".to_owned(),
        login: login.to_owned(),
        password,
        roles: vec!["nurse".to_owned()],
        ..AddPerson::default()
    }
}

fn password(world: &dyn World) -> String {
    format!("{:016x}{:016x}", draw(world), draw(world))
}

/// Makes people and rooms at one node.
pub struct Setup<'a> {
    desk: Desk,
    workspace: &'a str,
    world: Arc<dyn World>,
}

impl<'a> Setup<'a> {
    /// Of that workspace.
    pub fn at(endpoint: Endpoint, workspace: &'a str, world: Arc<dyn World>) -> Self {
        Self {
            desk: Desk::at(endpoint),
            workspace,
            world,
        }
    }

    /// Everybody who is needed, signed in, and their rooms.
    pub async fn cast(&mut self, administrator: &AddPerson) -> Outcome<Cast> {
        let by = self.sign_in(administrator).await?.token;
        let mut people = Vec::new();
        for number in 0..PEOPLE + STRANGERS {
            let person = person(
                &format!("Person {number}"),
                &format!("p{number}"),
                password(self.world.as_ref()),
            );
            let body = serde_json::to_value(&person).context("a person")?;
            self.create("/v1/people", &by, &body).await?;
            people.push(self.sign_in(&person).await?);
        }
        let mut rooms = Vec::new();
        let mut senders = Vec::new();
        for room in 0..ROOMS {
            let first = room * (PEOPLE / ROOMS);
            let members: Vec<u32> = (first..first + MEMBERS_OF_A_ROOM)
                .map(|member| member % PEOPLE)
                .collect();
            senders.extend((first..first + PEOPLE / ROOMS).map(|person| Sender { person, room }));
            rooms.push(self.room(&people, members).await?);
        }
        Ok(Cast {
            administrator: by,
            tokens: people.into_iter().map(|person| person.token).collect(),
            rooms,
            senders,
        })
    }

    async fn sign_in(&mut self, person: &AddPerson) -> Outcome<SignedIn> {
        let body = json!({ "login": person.login, "password": person.password, "device_name": "corridor selftest" });
        let question = || Question {
            workspace: Some(self.workspace),
            body: Some(&body),
            ..Question::default()
        };
        let answer = self.desk.insist(&Method::POST, "/v1/sign-in", question, 200).await?;
        Ok(SignedIn {
            id: text(&answer["person"]["id"])?,
            token: text(&answer["token"])?,
        })
    }

    async fn create(&mut self, path: &str, token: &str, body: &Value) -> Outcome<Value> {
        let command_id = password(self.world.as_ref());
        let question = || Question {
            token: Some(token),
            command_id: Some(&command_id),
            body: Some(body),
            ..Question::default()
        };
        self.desk.insist(&Method::POST, path, question, 201).await
    }

    async fn room(&mut self, people: &[SignedIn], members: Vec<u32>) -> Outcome<Room> {
        let who: Vec<&SignedIn> = members
            .iter()
            .filter_map(|number| people.get(*number as usize))
            .collect();
        let (first, others) = who.split_first().context("a room has members")?;
        let others: Vec<&str> = others.iter().map(|person| person.id.as_str()).collect();
        let body = json!({ "kind": "group", "topic": "Selftest", "member_ids": others });
        let created = self.create("/v1/conversations", &first.token, &body).await?;
        let id = text(&created["conversation_id"])?;
        let seen = self.desk.get(&format!("/v1/conversations/{id}"), &first.token).await?;
        Ok(Room {
            id,
            members,
            last_seq: seen["last_seq"].as_u64().context("the node's answer lacks last_seq")?,
        })
    }

    /// Where clients come to the nodes, and whether they get in: the one on this machine where this setup comes to it, the others where
    /// they say themselves.
    pub async fn places(
        &mut self,
        nodes: &[NodeSeen],
        own: (&str, &Endpoint),
        connector: &TlsConnector,
        token: &str,
    ) -> Outcome<(Vec<Place>, Vec<Reach>)> {
        let known = self.desk.get("/v1/nodes", token).await?;
        let known = known["nodes"].as_array().map(Vec::as_slice).unwrap_or_default();
        let mut places = Vec::new();
        let mut reached = Vec::new();
        for seen in nodes {
            let said = known.iter().find(|known| known["node"] == seen.node);
            let said = said.and_then(|known| known["url"].as_str());
            let (url, endpoint) = match seen.is_this {
                true => (Some(own.0), Ok(own.1.clone())),
                false => {
                    let missing = || CannotRun("it says no client_url in its configuration".to_owned());
                    let endpoint = said.ok_or_else(missing).and_then(|url| Endpoint::of(url, connector));
                    (said, endpoint)
                }
            };
            let tried = match endpoint {
                Ok(endpoint) => lets_in(&endpoint, token).await.map(|()| endpoint),
                Err(error) => Err(error),
            };
            let problem = tried.as_ref().err().map(ToString::to_string);
            places.extend(tried.ok().map(|endpoint| Place {
                node: seen.node,
                endpoint,
            }));
            reached.push(Reach {
                node: seen.node,
                url: url.map(str::to_owned),
                problem,
            });
        }
        Ok((places, reached))
    }
}

/// A session that was begun at one node holds at this one.
async fn lets_in(endpoint: &Endpoint, token: &str) -> Outcome<()> {
    // At once, for what is wrong with the way there; then patiently, for a node that is not awake yet.
    Connection::open(endpoint).await?;
    Desk::at(endpoint.clone()).get("/v1/me", token).await.map(drop)
}

struct SignedIn {
    id: String,
    token: String,
}

fn text(value: &Value) -> Outcome<String> {
    Ok(value.as_str().context("the node's answer lacks a text")?.to_owned())
}
