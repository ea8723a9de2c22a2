//! Who is in a clinic of several nodes: people that its administrator adds, signed in, and their groups. Asks the first node, as any
//! client does. Refuses to know what they do.

use super::Cluster;
use super::member::{ADMINISTRATOR, PASSWORD};
use crate::clinic::Person;
use crate::failure::{Context, Outcome};
use crate::http::Connection;
use hyper::Method;
use serde_json::{Value, json};

/// A group of people.
#[derive(Debug)]
pub struct Room {
    /// The conversation's id.
    pub id: String,
    /// The numbers of the people in it.
    pub members: Vec<u32>,
    /// The last event so far.
    pub last_seq: u64,
}

impl Cluster {
    fn command_id(&self) -> String {
        self.commands.set(self.commands.get() + 1);
        format!("{:016x}{:016x}", u64::MAX, self.commands.get())
    }

    async fn connect(&self) -> Outcome<Connection> {
        let endpoint = self.endpoint(0)?;
        Connection::over(endpoint.address(), endpoint.connect().await?).await
    }

    /// So many people, signed in.
    pub async fn people(&self, count: usize, tell: impl Fn(usize)) -> Outcome<Vec<Person>> {
        let mut people = Vec::new();
        for number in 0..count {
            people.push(self.person(&format!("p{number}"), "nurse").await?);
            tell(people.len());
        }
        Ok(people)
    }

    /// Somebody of that login and role, signed in.
    pub async fn person(&self, login: &str, role: &str) -> Outcome<Person> {
        let mut connection = self.connect().await?;
        let known = self.administrator.borrow().clone();
        let by = match known {
            Some(token) => token,
            None => sign_in(&mut connection, ADMINISTRATOR).await?.token,
        };
        self.administrator.replace(Some(by.clone()));
        let person = json!({
            "kind": "staff", "name": format!("Person {login}"), "title": "RN", "login": login,
            "password": PASSWORD, "roles": [role], "site_ids": [],
        });
        create(&mut connection, "/v1/people", &by, &self.command_id(), &person).await?;
        sign_in(&mut connection, login).await
    }

    /// A group of these people.
    pub async fn room(&self, people: &[Person], members: &[u32]) -> Outcome<Room> {
        let mut connection = self.connect().await?;
        let of = |number: &u32| &people[*number as usize];
        let token = &of(members.first().context("a room has members")?).token;
        let others: Vec<&str> = members[1..].iter().map(|number| of(number).id.as_str()).collect();
        let request = json!({ "kind": "group", "topic": "Through thick and thin", "member_ids": others });
        let created = create(
            &mut connection,
            "/v1/conversations",
            token,
            &self.command_id(),
            &request,
        )
        .await?;
        let id = text(&created["conversation_id"])?;
        let path = format!("/v1/conversations/{id}");
        let seen = connection.get(&path, Some(token)).await?.expect(200)?;
        let last_seq = seen["last_seq"].as_u64().context("the node's answer lacks last_seq")?;
        Ok(Room {
            id,
            members: members.to_owned(),
            last_seq,
        })
    }
}

async fn sign_in(connection: &mut Connection, login: &str) -> Outcome<Person> {
    let body = json!({ "login": login, "password": PASSWORD, "device_name": "faults" });
    let asking = connection.ask(Method::POST, "/v1/sign-in", None, None, Some(&body));
    let answer = asking.await?.expect(200)?;
    Ok(Person {
        id: text(&answer["person"]["id"])?,
        token: text(&answer["token"])?,
    })
}

async fn create(connection: &mut Connection, path: &str, token: &str, id: &str, body: &Value) -> Outcome<Value> {
    let asking = connection.ask(Method::POST, path, Some(token), Some(id), Some(body));
    asking.await?.expect(201)
}

fn text(value: &Value) -> Outcome<String> {
    Ok(value.as_str().context("the node's answer lacks a text")?.to_owned())
}
