//! The written history of a run, in a format that others can read: docs/reliability.md says what each line means.
//!
//! Stands between the run, which writes it, and the checker, which believes nothing else. One JSON object a line; names of
//! clients and nodes are numbers, names of commands, people and conversations are hexadecimal text.

use serde::{Deserialize, Serialize};
use std::io;

/// One line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// Microseconds since the run began.
    pub at_us: u64,
    /// What happened.
    #[serde(flatten)]
    pub happened: Happened,
}

/// What was asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wish {
    /// The name of the command, the same for every try.
    pub command: String,
    /// Who asks.
    pub person: String,
    /// What kind of command it is.
    pub kind: String,
    /// Where.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub conversation: Option<String>,
    /// The words of a message; no two are alike.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub body: Option<String>,
    /// Whether a second try must get the answer of the first.
    pub once: bool,
}

/// What was answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum Told {
    /// Done, at this place if it said something.
    Done { revision: u64, seq: u64, shared_seq: u64 },
    /// Refused by the rules of the clinic.
    Refused { revision: u64, refusal: String },
    /// May be read.
    Granted { revision: u64 },
}

impl Told {
    /// Where it stands in the one order.
    pub fn revision(&self) -> u64 {
        match self {
            Self::Done { revision, .. } | Self::Refused { revision, .. } | Self::Granted { revision } => *revision,
        }
    }
}

/// An event as it stands in a conversation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Said {
    pub conversation: String,
    pub seq: u64,
    pub shared_seq: u64,
    pub shared: bool,
    pub revision: u64,
    pub at_ms: u64,
    pub actor: String,
    /// The words, if it is a message.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub body: Option<String>,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum Happened {
    /// The run began.
    Began { seed: u64, nodes: u64 },
    /// A client handed a command to a machine. A conflict is the name of an earlier command with other words.
    Asked {
        client: u64,
        machine: u64,
        conflict: bool,
        wish: Wish,
    },
    /// It was answered.
    Told {
        client: u64,
        command: String,
        conflict: bool,
        answer: Told,
    },
    /// Nobody knows whether it was done.
    Unsure { client: u64, command: String },
    /// It was certainly not done, says the node.
    NotDone {
        client: u64,
        command: String,
        conflict: bool,
        why: String,
    },
    /// A client wants to see a conversation as it is now.
    Looked {
        client: u64,
        look: u64,
        machine: u64,
        conversation: String,
    },
    /// It saw this: sequence numbers and revisions.
    Saw {
        client: u64,
        look: u64,
        revision: u64,
        events: Vec<(u64, u64)>,
    },
    /// A command got its place in the one order. Written by the first node that applies it, and again by one that differs.
    Ordered {
        revision: u64,
        at_ms: u64,
        command: String,
        conflict: bool,
    },
    /// A node applied everything up to there. The hash rolls over all that was written.
    Applied {
        node: u64,
        life: u64,
        revision: u64,
        hash: String,
    },
    /// A node tells its clients of an event.
    Tells { node: u64, life: u64, event: Said },
    /// A node says that it leads. Several may in one term, one after the other: the greater takes over.
    Leads { node: u64, term: u64 },
    /// An answer left a node. The command was durable on these nodes; a majority of one of these sets of voters must be among them.
    Durable {
        revision: u64,
        on: Vec<u64>,
        voters: Vec<Vec<u64>>,
    },
    /// A node gave its vote away, while its disk held this one: each is a term and a candidate.
    Voted {
        node: u64,
        given: (u64, u64),
        kept: (u64, u64),
    },
    /// A node's process began.
    Started { node: u64, life: u64 },
    /// It serves: everything that it may have acknowledged before is applied.
    Ready { node: u64, life: u64, revision: u64 },
    /// Something was done to a node or to the network.
    Fault { class: String, detail: String },
    /// Faults are over.
    Healed {},
    /// What a node holds at the end.
    Stands {
        node: u64,
        revision: u64,
        hash: String,
        records: String,
    },
    /// An event that all of them hold at the end.
    Holds { event: Said },
    /// Something that no history may contain.
    Violated { check: String, detail: String },
}

/// The bytes of a history.
pub fn write(lines: &[Line]) -> String {
    let mut text = String::new();
    for line in lines {
        text.push_str(&serde_json::to_string(line).expect("a line is text and numbers"));
        text.push('\n');
    }
    text
}

/// Reads what [`write`] wrote.
pub fn read(text: &str) -> io::Result<Vec<Line>> {
    text.lines()
        .map(|line| serde_json::from_str(line).map_err(io::Error::from))
        .collect()
}
