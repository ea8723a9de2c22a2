//! Somebody who is signed in and asks over HTTP. Every command gets a new command id, unless the test names one.

use serde_json::{Value, json};
use std::net::SocketAddr;

use super::http::{Request, Response};
use super::new_command_id;

/// A person on one device.
#[derive(Debug, Clone)]
pub struct Person {
    pub address: SocketAddr,
    pub id: String,
    pub name: String,
    pub session_id: String,
    pub token: String,
}

/// Tries to sign in.
pub fn try_sign_in(address: SocketAddr, login: &str, password: &str, device: &str) -> Response {
    let body = json!({ "login": login, "password": password, "device_name": device });
    Request::new("POST", "/v1/sign-in").json(&body).send(address)
}

/// The path of a conversation, and what is below it.
pub fn path_of(conversation: &str, rest: &str) -> String {
    format!("/v1/conversations/{conversation}{rest}")
}

impl Person {
    /// Signs in.
    #[track_caller]
    pub fn sign_in(address: SocketAddr, login: &str, password: &str) -> Self {
        let signed_in = try_sign_in(address, login, password, &format!("device of {login}")).expect(200);
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        Self {
            address,
            id: text(&signed_in["person"]["id"]),
            name: text(&signed_in["person"]["name"]),
            session_id: text(&signed_in["session_id"]),
            token: text(&signed_in["token"]),
        }
    }

    /// A request of this person that was not sent yet.
    pub fn request(&self, method: &str, path: &str) -> Request {
        Request::new(method, path).header("Authorization", &format!("Bearer {}", self.token))
    }

    pub fn get(&self, path: &str) -> Response {
        self.request("GET", path).send(self.address)
    }

    /// As [`Person::get`], from a node that knows that revision: at another one what was just done may be a moment away.
    pub fn get_after(&self, revision: &Value, path: &str) -> Response {
        self.request("GET", path)
            .header("Corridor-Revision", &revision.to_string())
            .send(self.address)
    }

    pub fn post(&self, path: &str, body: &Value) -> Response {
        self.command("POST", path, body, &new_command_id())
    }

    pub fn patch(&self, path: &str, body: &Value) -> Response {
        self.command("PATCH", path, body, &new_command_id())
    }

    pub fn delete(&self, path: &str) -> Response {
        self.request("DELETE", path)
            .header("Idempotency-Key", &new_command_id())
            .send(self.address)
    }

    /// A command under that id.
    pub fn command(&self, method: &str, path: &str, body: &Value, id: &str) -> Response {
        self.request(method, path)
            .header("Idempotency-Key", id)
            .json(body)
            .send(self.address)
    }

    /// Begins a conversation. Its id.
    #[track_caller]
    pub fn begin(&self, request: &Value) -> String {
        self.post("/v1/conversations", request).expect(201)["conversation_id"]
            .as_str()
            .unwrap()
            .to_owned()
    }

    /// Begins a group with these members.
    #[track_caller]
    pub fn begin_group(&self, topic: &str, members: &[&Self]) -> String {
        let member_ids: Vec<&str> = members.iter().map(|member| member.id.as_str()).collect();
        self.begin(&json!({ "kind": "group", "topic": topic, "member_ids": member_ids }))
    }

    /// Sends a message to everyone. Its `seq`.
    #[track_caller]
    pub fn say(&self, conversation: &str, text: &str) -> u64 {
        self.send(conversation, &json!({ "body": text })).expect(201)["seq"]
            .as_u64()
            .unwrap()
    }

    pub fn send(&self, conversation: &str, message: &Value) -> Response {
        self.post(&path_of(conversation, "/messages"), message)
    }

    /// The conversation as this person sees it.
    #[track_caller]
    pub fn conversation(&self, id: &str) -> Value {
        self.get(&path_of(id, "")).expect(200)
    }

    /// All events that this person may see, in order.
    #[track_caller]
    pub fn history(&self, conversation: &str) -> Vec<Value> {
        let mut events = Vec::new();
        let mut after = 0;
        loop {
            let page = self
                .get(&path_of(conversation, &format!("/events?after={after}")))
                .expect(200);
            events.extend(page["events"].as_array().unwrap().iter().cloned());
            match events.last().filter(|_| page["has_more"] == true) {
                Some(last) => after = last["seq"].as_u64().unwrap(),
                None => return events,
            }
        }
    }

    /// The conversations of an inbox or a list.
    #[track_caller]
    pub fn conversations(&self, path: &str) -> Vec<Value> {
        self.get(path).expect(200)["conversations"].as_array().unwrap().clone()
    }

    /// The newest lines of the audit record, newest first. Asking adds one.
    #[track_caller]
    pub fn audit(&self, query: &str) -> Vec<Value> {
        self.get(&format!("/v1/audit{query}")).expect(200)["records"]
            .as_array()
            .unwrap()
            .clone()
    }

    /// Ends this session.
    #[track_caller]
    pub fn sign_out(&self) {
        self.request("DELETE", "/v1/session").send(self.address).expect(204);
    }
}

/// The `seq` of events, in their order.
pub fn seqs(events: &[Value]) -> Vec<u64> {
    events.iter().map(|event| event["seq"].as_u64().unwrap()).collect()
}

/// Asserts that events follow one another without a hole or a double.
#[track_caller]
pub fn assert_contiguous(events: &[Value], first: u64) {
    let expected: Vec<u64> = (first..first + events.len() as u64).collect();
    assert_eq!(seqs(events), expected);
}

/// The `type` of each event.
pub fn kinds(events: &[Value]) -> Vec<&str> {
    events
        .iter()
        .map(|event| event["event"]["type"].as_str().unwrap())
        .collect()
}
