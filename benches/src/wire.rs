//! The frames of the load: those it sends, put together without a serializer, and the fields it needs of those it gets, borrowed.
//! Pure. Knows the protocol's frames, not what follows from them.

use corridor_judge::checker::Sent;
use serde::Deserialize;

/// Length of a body, in bytes, all ASCII, unless a run needs another.
pub const BODY_SIZE_BYTES: usize = 200;
/// Shortest body that says which message it is.
const BODY_SIZE_BYTES_MIN: usize = MARK_SIZE_BYTES + 1;
const FILLER: &str = "the patient in room four slept well, has no fever, ate half of the breakfast and asks when the \
     doctor comes by; please call the daughter before noon, her number is in the chart, and move the visit of the \
     physiotherapist to the afternoon";
/// Lane and counter, each as eight hexadecimal digits.
const MARK_SIZE_BYTES: usize = 16;

/// A frame of the node, as far as a load client reads it.
#[derive(Debug, Deserialize, PartialEq, Eq)]
pub struct Frame<'a> {
    /// What it is.
    #[serde(rename = "type")]
    pub kind: &'a str,
    /// Of a result: the command's id.
    pub id: Option<&'a str>,
    /// Of a result: done, or not.
    pub ok: Option<bool>,
    /// Of welcome, caught_up, results and events.
    pub revision: Option<u64>,
    /// Of events.
    pub conversation_id: Option<&'a str>,
    /// Of events and results.
    pub seq: Option<u64>,
    /// Of events.
    pub event: Option<EventBody<'a>>,
    /// Of a result that is not ok.
    pub problem: Option<Problem<'a>>,
    /// Of reset and goodbye.
    pub reason: Option<&'a str>,
}

/// What happened.
#[derive(Debug, Deserialize, PartialEq, Eq)]
pub struct EventBody<'a> {
    /// Of a message.
    pub body: Option<&'a str>,
}

/// Why something was not done.
#[derive(Debug, Deserialize, PartialEq, Eq)]
pub struct Problem<'a> {
    /// The stable code.
    pub code: &'a str,
    /// When to ask again; absent if never.
    pub retry_after_ms: Option<u64>,
}

/// Reads a frame.
pub fn read(text: &str) -> Result<Frame<'_>, serde_json::Error> {
    serde_json::from_str(text)
}

/// The frame that sends a message of the load. The command id names the load, so that two loads on one clinic differ.
pub fn send(load: u32, conversation: &str, sent: Sent, body_size_bytes: usize) -> String {
    let mut frame = String::with_capacity(200 + body_size_bytes);
    frame.push_str(r#"{"type":"command","id":""#);
    push_hexadecimal(&mut frame, load);
    frame.push_str("00000000");
    push_mark(&mut frame, sent);
    frame.push_str(r#"","command":{"type":"send_message","conversation_id":""#);
    frame.push_str(conversation);
    frame.push_str(r#"","body":""#);
    push_mark(&mut frame, sent);
    frame.push(' ');
    let mut missing = body_size_bytes.saturating_sub(BODY_SIZE_BYTES_MIN);
    while missing > 0 {
        let part = missing.min(FILLER.len());
        frame.push_str(&FILLER[..part]);
        missing -= part;
    }
    frame.push_str(r#""}}"#);
    frame
}

fn push_mark(text: &mut String, sent: Sent) {
    push_hexadecimal(text, sent.lane);
    push_hexadecimal(text, sent.counter);
}

fn push_hexadecimal(text: &mut String, number: u32) {
    for shift in (0..8).rev() {
        let digit = (number >> (shift * 4)) & 15;
        text.push(char::from_digit(digit, 16).unwrap_or('0'));
    }
}

/// Which message a command id means.
pub fn sent_of_id(id: &str) -> Option<Sent> {
    sent_of(id.get(16..32)?)
}

/// Which message a body is; None if it is none of the load's.
pub fn sent_of_body(body: &str) -> Option<Sent> {
    sent_of(body.get(..MARK_SIZE_BYTES)?)
}

fn sent_of(mark: &str) -> Option<Sent> {
    Some(Sent {
        lane: u32::from_str_radix(mark.get(..8)?, 16).ok()?,
        counter: u32::from_str_radix(mark.get(8..16)?, 16).ok()?,
    })
}

/// The first frame of a socket; with the highest revision held, if it is not the first socket of its device.
pub fn hello(token: &str, since: Option<u64>) -> String {
    match since {
        Some(since) => format!(r#"{{"type":"hello","version":1,"token":"{token}","since":{since}}}"#),
        None => format!(r#"{{"type":"hello","version":1,"token":"{token}"}}"#),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    const SENT: Sent = Sent {
        lane: 0x1a2b,
        counter: 77,
    };

    #[test]
    fn a_message_is_found_again_in_its_id_and_its_body() {
        let frame: Value = serde_json::from_str(&send(9, "con_x", SENT, BODY_SIZE_BYTES)).unwrap();
        let id = frame["id"].as_str().unwrap();
        assert_eq!((id.len(), sent_of_id(id)), (32, Some(SENT)));
        assert!(id.starts_with("00000009"));
        let body = frame["command"]["body"].as_str().unwrap();
        assert_eq!((body.len(), sent_of_body(body)), (BODY_SIZE_BYTES, Some(SENT)));
        assert_eq!(frame["command"]["conversation_id"], "con_x");
        let long: Value = serde_json::from_str(&send(9, "con_x", SENT, 2_000)).unwrap();
        let body = long["command"]["body"].as_str().unwrap();
        assert_eq!((body.len(), sent_of_body(body)), (2_000, Some(SENT)));
    }

    #[test]
    fn what_is_no_message_of_the_load_is_told() {
        assert_eq!(sent_of_body("hello"), None);
        assert_eq!(sent_of_body("a long text of somebody else"), None);
        assert_eq!(sent_of_id("00"), None);
    }

    #[test]
    fn frames_are_read_with_what_is_not_needed_in_them() {
        let event = r#"{"type":"event","revision":7,"conversation_id":"con_x","seq":2,"at_ms":1,
            "actor":{"id":"per_x","name":"A \"B\"","kind":"staff"},
            "event":{"type":"message_sent","number":1,"body":"hello"}}"#;
        let frame = read(event).unwrap();
        assert_eq!((frame.kind, frame.revision, frame.seq), ("event", Some(7), Some(2)));
        assert_eq!(frame.event.and_then(|event| event.body), Some("hello"));
        let refused = r#"{"type":"result","id":"x","ok":false,"problem":{"type":"about:blank","status":429,
            "code":"rate_limited","retry_after_ms":200}}"#;
        let problem = read(refused).unwrap().problem.unwrap();
        assert_eq!((problem.code, problem.retry_after_ms), ("rate_limited", Some(200)));
        assert_eq!(read(r#"{"type":"heartbeat"}"#).unwrap().kind, "heartbeat");
        assert!(read("[]").is_err());
    }

    #[test]
    fn hello_says_what_is_held() {
        let frame: Value = serde_json::from_str(&hello("t", Some(5))).unwrap();
        assert_eq!((&frame["since"], &frame["token"]), (&5.into(), &"t".into()));
        let frame: Value = serde_json::from_str(&hello("t", None)).unwrap();
        assert!(frame.get("since").is_none());
    }
}
