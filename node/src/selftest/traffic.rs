//! The senders of a selftest: each insists on a message at one node after the other until it is answered, under one command id.
//!
//! Everything asked and answered goes into the history. Refuses to know what is done to the nodes.

use super::client::{Answer, Connection, Question};
use super::failure::CannotRun;
use super::scene::{Scene, number};
use corridor_domain::limits;
use corridor_judge::history::{End, What};
use hyper::Method;
use serde_json::json;
use std::rc::Rc;
use std::time::Duration;
use tokio::time::{sleep, timeout};

const ANSWER_TIMEOUT: Duration = Duration::from_millis(limits::SELFTEST_ANSWER_TIMEOUT_MS);
/// Between two attempts.
const AGAIN: Duration = Duration::from_millis(20);
/// Between two attempts, if the node says that there are too many.
const AGAIN_SLOWLY: Duration = Duration::from_millis(250);
/// Between an answer and the next message: below what one person may send, unless the clinic allows less.
const THINKING: Duration = Duration::from_millis(1_000 / (limits::SENDS_PER_SECOND as u64) + 20);
/// Messages of a sender before it goes on to the next node by itself.
const MESSAGES_AT_A_NODE: u32 = 4;
/// Sender and counter, each as eight hexadecimal digits, begin each message.
const MARK_SIZE_BYTES: usize = 16;

/// One attempt.
#[derive(Clone, Copy)]
struct Attempt {
    sender: u32,
    counter: u32,
    attempt: u32,
    place: usize,
}

/// Sends until the run is over, message after message; the last one is insisted on as all others.
pub async fn send(scene: Rc<Scene>, sender: u32) {
    let places = scene.places.len();
    let mut connections: Vec<Option<Connection>> = (0..places).map(|_| None).collect();
    let mut now = Attempt {
        sender,
        counter: 0,
        attempt: 0,
        place: sender as usize % places.max(1),
    };
    while !scene.is_over.get() {
        now.attempt = 0;
        loop {
            match ask(&scene, &mut connections[now.place], now).await {
                Asked::Done => break,
                Asked::Again(pause) => sleep(pause).await,
            }
            now.attempt += 1;
            now.place = (now.place + 1) % places;
        }
        now.counter += 1;
        if now.counter.is_multiple_of(MESSAGES_AT_A_NODE) {
            now.place = (now.place + 1) % places;
        }
        sleep(THINKING).await;
    }
}

enum Asked {
    /// Acknowledged, or nothing matters any more.
    Done,
    Again(Duration),
}

async fn ask(scene: &Scene, connection: &mut Option<Connection>, now: Attempt) -> Asked {
    let Attempt {
        sender,
        counter,
        attempt,
        place,
    } = now;
    let begun_us = scene.now_us();
    scene.note(What::Attempt {
        sender,
        counter,
        attempt,
        node: number(place),
    });
    let (end, seq, code) = match answer(scene, connection, now).await {
        Ok(answer) => understood(&answer),
        Err(end) => (end, None, None),
    };
    if matches!(end, End::Unknown | End::Unreached) {
        // What is on its way there is of no use any more.
        *connection = None;
    }
    if let Some(seq) = seq {
        scene.on_acknowledged(place, scene.senders[sender as usize].room, seq, begun_us);
    }
    let asked = match (end, code.as_deref()) {
        (End::Acknowledged, _) => Asked::Done,
        (_, None | Some("fenced" | "outcome_unknown")) => Asked::Again(AGAIN),
        (_, Some("overloaded" | "rate_limited")) => Asked::Again(AGAIN_SLOWLY),
        (_, Some(code)) => {
            let node = scene.places[place].node;
            scene.fail(CannotRun(format!("node {node} refused a message for good: {code}")));
            Asked::Done
        }
    };
    scene.note(What::Answer {
        sender,
        counter,
        attempt,
        node: number(place),
        end,
        seq,
        code,
    });
    asked
}

async fn answer(scene: &Scene, connection: &mut Option<Connection>, now: Attempt) -> Result<Answer, End> {
    let Attempt {
        sender, counter, place, ..
    } = now;
    let who = scene.senders[sender as usize];
    if connection.is_none() {
        let opened = Connection::open(&scene.places[place].endpoint).await;
        *connection = Some(opened.map_err(|_| End::Unreached)?);
    }
    let Some(open) = connection else {
        return Err(End::Unreached);
    };
    let path = format!("/v1/conversations/{}/messages", scene.rooms[who.room as usize].id);
    let command_id = format!("{:016x}{sender:08x}{counter:08x}", scene.salt);
    let body = json!({ "body": format!("{sender:08x}{counter:08x} is a message of a selftest") });
    let question = Question {
        token: Some(&scene.tokens[who.person as usize]),
        command_id: Some(&command_id),
        body: Some(&body),
        ..Question::default()
    };
    let answer = timeout(ANSWER_TIMEOUT, open.ask(Method::POST, &path, question)).await;
    answer.map_err(|_| End::Unknown)?.map_err(|_| End::Unknown)
}

/// What a node's answer means.
fn understood(answer: &Answer) -> (End, Option<u64>, Option<String>) {
    if answer.status == 201
        && let Some(seq) = answer.body["seq"].as_u64()
    {
        return (End::Acknowledged, Some(seq), None);
    }
    let code = answer.body["code"].as_str().unwrap_or("not_understood").to_owned();
    let end = match code.as_str() {
        "outcome_unknown" => End::Unknown,
        _ => End::Refused,
    };
    (end, None, Some(code))
}

/// Which message a body is, as sender and counter; none, if it is not of a selftest.
pub fn message_of(body: &str) -> Option<[u32; 2]> {
    let mark = body.get(..MARK_SIZE_BYTES)?;
    let part = |range| u32::from_str_radix(mark.get(range)?, 16).ok();
    Some([part(0..8)?, part(8..16)?])
}

#[cfg(test)]
mod tests {
    use super::{Answer, End, message_of, understood};
    use serde_json::json;

    #[test]
    fn an_answer_says_done_or_not_or_neither() {
        let read = |status, body| understood(&Answer { status, body });
        assert_eq!(read(201, json!({ "seq": 7 })), (End::Acknowledged, Some(7), None));
        let fenced = read(503, json!({ "code": "fenced" }));
        assert_eq!(fenced, (End::Refused, None, Some("fenced".to_owned())));
        assert_eq!(read(503, json!({ "code": "outcome_unknown" })).0, End::Unknown);
        assert_eq!(read(502, json!(null)).2.as_deref(), Some("not_understood"));
    }

    #[test]
    fn a_message_says_which_it_is() {
        assert_eq!(message_of("0000000a00000010 is a message"), Some([10, 16]));
        assert_eq!(message_of("hello"), None);
        assert_eq!(message_of("something that nobody of us wrote"), None);
    }
}
