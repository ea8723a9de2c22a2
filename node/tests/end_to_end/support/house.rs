//! A clinic of two sites at three nodes, with everybody at another one, for who works in its queue; and how somebody replies from there in the
//! name of another.

use serde_json::{Value, json};

use super::auditor::Auditor;
use super::clinic::PASSWORD_OF_ADMINISTRATOR;
use super::cluster::{Cluster, at};
use super::http::Response;
use super::person::{Person, path_of};
use super::socket::Socket;

/// A clinic of two sites at three nodes, and those of it who meet in the queue.
pub struct House {
    pub cluster: Cluster,
    pub amara: Person,
    pub auditor: Auditor,
    /// Keeps the desk of SF, in no conversation.
    pub rosa: Person,
    /// The same for LA.
    pub lita: Person,
    pub okafor: Person,
    pub jonas: Person,
    pub garcia: Person,
    /// Of Maria Garcia, SF; he answers for it.
    pub thread: String,
    pub sites: [Value; 2],
}

/// Adds somebody who signs in at that node.
pub fn comes(cluster: &Cluster, node: usize, login: &str, mut person: Value) -> Person {
    person["login"] = json!(login);
    person["password"] = json!(PASSWORD_OF_ADMINISTRATOR);
    cluster.add(&person);
    Person::sign_in(cluster.nodes[node].address, login, PASSWORD_OF_ADMINISTRATOR)
}

impl House {
    pub fn open() -> Self {
        let cluster = Cluster::three();
        let amara = cluster.amara(0);
        let site = |name: &str| amara.post("/v1/sites", &json!({ "name": name })).expect(201)["site_id"].clone();
        let sites = [site("San Francisco"), site("Los Angeles")];
        let staff = |node: usize, login: &str, name: &str, roles: &[&str], site: &Value| {
            let person = json!({ "kind": "staff", "name": name, "roles": roles, "site_ids": [site] });
            comes(&cluster, node, login, person)
        };
        let of_desk = ["front_desk", "organization_queue"];
        let okafor = staff(0, "okafor", "Chidi Okafor", &["physician"], &sites[0]);
        let rosa = staff(1, "rosa", "Rosa Delgado", &of_desk, &sites[0]);
        let lita = staff(1, "lita", "Lita Moreno", &of_desk, &sites[1]);
        let jonas = staff(2, "jonas", "Jonas Berg", &["medical_assistant"], &sites[0]);
        let patient = json!({
            "kind": "patient", "name": "Maria Garcia", "mrn": "MRN-1", "birth_date": "1984-03-12", "site_ids": [sites[0]],
            "care_team": [okafor.id, jonas.id],
        });
        let garcia = comes(&cluster, 2, "garcia", patient);
        let thread = garcia.conversations("/v1/inbox")[0]["id"].as_str().unwrap().to_owned();
        let take = json!({ "step": "take" });
        okafor.post(&path_of(&thread, "/care"), &take).expect(200);
        let auditor = Auditor::by(cluster.adeyemi(0));
        Self {
            cluster,
            amara,
            auditor,
            rosa,
            lita,
            okafor,
            jonas,
            garcia,
            thread,
            sites,
        }
    }

    /// The same person at another node, which knows what was done by then.
    pub fn at(&self, person: &Person, number: usize, revision: &Value) -> Person {
        let there = at(person, &self.cluster.nodes[number]);
        there.get_after(revision, "/v1/me").expect(200);
        there
    }
}

/// Names what is about to be said for somebody.
pub fn confirm(who: &Person, principal: &Person, conversation: &str, body: &str) -> Response {
    let asked = json!({ "person_id": principal.id, "body": body });
    who.post(&path_of(conversation, "/on-behalf"), &asked)
}

/// The command that sends what was confirmed.
pub fn signed(conversation: &str, body: &str, principal: &Person, token: &Value) -> Value {
    let on_behalf = json!({ "person_id": principal.id, "token": token });
    json!({ "type": "send_message", "conversation_id": conversation, "body": body, "on_behalf": on_behalf })
}

/// Whoever is shown it sees who wrote and for whom.
#[track_caller]
pub fn assert_both(shown: &Value, who: &str) {
    let author = shown.get("author").unwrap_or(&shown["actor"]);
    assert_eq!(
        (&author["name"], &shown["on_behalf_of"]["name"]),
        (&json!("Rosa Delgado"), &json!("Chidi Okafor")),
        "{who}: {shown}"
    );
}

/// A socket that is told what moves in the queue.
pub fn watches(who: &Person) -> Socket {
    let mut socket = Socket::connect(who, None);
    socket.send(&json!({ "type": "watch_queue", "active": true }));
    answered(&mut socket);
    socket
}

/// What was sent to a socket before it asked has come.
pub fn answered(socket: &mut Socket) {
    socket.send(&json!({ "type": "heartbeat" }));
    socket.expect(|frame| frame["type"] == "heartbeat");
}
