//! What happened in a run, line by line, as docs/history.md describes it for everybody. Refuses to know what is right.

use crate::HistoryError;
use serde::{Deserialize, Serialize};
use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};

/// Of the lines.
pub const FORMAT: u32 = 2;
/// The first one: it has no guest, no looks and no audit record, and is read as well.
pub const FORMAT_MIN: u32 = 1;

/// A room and who is in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Room {
    /// The conversation's id.
    pub id: String,
    /// The first event of the run; what is below is no part of it.
    pub first_seq: u64,
    /// The devices of its members.
    pub devices: Vec<u32>,
}

/// How an attempt ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum End {
    /// The node said that it is done.
    Acknowledged,
    /// The node said that it is not done.
    Refused,
    /// Nobody knows: no answer, or the node said that it does not know.
    Unknown,
    /// There was no connection.
    Unreached,
}

/// How far a socket or a fault is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// Of a fault: it is about to begin.
    Begun,
    /// Of a fault: it has happened. With a killed leader, the moment after the kill.
    Struck,
    /// Of a fault: it is over, or is about to be.
    Healing,
    /// Of a fault: every node is ready, equal and acknowledges.
    Healed,
    /// Of a socket: caught up.
    Live,
    /// Of a socket: let go of, or cut.
    Gone,
    /// Of a socket: the node cannot resume from there.
    Reset,
}

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum What {
    /// The first line.
    Run {
        /// Of the lines.
        format: u32,
        /// What chose the faults.
        seed: u64,
        /// How many nodes there are.
        nodes: u32,
        /// How many senders; sender and room of each in order.
        senders: Vec<u32>,
        /// The rooms, numbered in order from 0.
        rooms: Vec<Room>,
    },
    /// A sender asks a node for a message.
    Attempt {
        /// Who, and which of its messages, counted from 0.
        sender: u32,
        /// Counted from 0.
        counter: u32,
        /// Which time.
        attempt: u32,
        /// Whom.
        node: u32,
    },
    /// What came of it.
    Answer {
        /// As in the attempt.
        sender: u32,
        /// As in the attempt.
        counter: u32,
        /// As in the attempt.
        attempt: u32,
        /// As in the attempt.
        node: u32,
        /// What.
        end: End,
        /// Where the message stands, if it was acknowledged.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        seq: Option<u64>,
        /// The node's code, if it refused.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        code: Option<String>,
    },
    /// A device's socket.
    Socket {
        /// Whose.
        device: u32,
        /// At which node.
        node: u32,
        /// What is with it.
        phase: Phase,
        /// The revision from which it resumed.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        since: Option<u64>,
    },
    /// An event came to a device.
    Delivered {
        /// Which.
        device: u32,
        /// By which node.
        node: u32,
        /// The conversation's id.
        room: String,
        /// Its place there.
        seq: u64,
        /// Its place in the order of everything.
        revision: u64,
        /// Sender and counter, if it is a message of the run.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        message: Option<[u32; 2]>,
    },
    /// An event on a page of a room, read at the end.
    Page {
        /// From which node.
        node: u32,
        /// The number of the room.
        room: u32,
        /// Its place there.
        seq: u64,
        /// Sender and counter, if it is a message of the run.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        message: Option<[u32; 2]>,
    },
    /// A fault.
    Fault {
        /// Which episode, counted from 0.
        episode: u32,
        /// Of which class.
        class: String,
        /// How far it is.
        phase: Phase,
        /// The nodes it concerns.
        nodes: Vec<u32>,
        /// More, for people.
        detail: String,
    },
    /// Somebody is let into a room and taken out of it again and again, and is in it only in between. Below the first line.
    Guest {
        /// The number of the room.
        room: u32,
        /// The guest's device.
        device: u32,
    },
    /// Somebody asks a node to let the guest in or to take the guest out.
    Change {
        /// Which change, counted from 0.
        change: u32,
        /// Which time.
        attempt: u32,
        /// Whom.
        node: u32,
        /// The number of the room.
        room: u32,
        /// The guest's device.
        device: u32,
        /// Let in; or else taken out.
        is_member: bool,
    },
    /// What came of it.
    Changed {
        /// As in the change.
        change: u32,
        /// As in the change.
        attempt: u32,
        /// As in the change.
        node: u32,
        /// As in the change.
        room: u32,
        /// As in the change.
        device: u32,
        /// As in the change.
        is_member: bool,
        /// What.
        end: End,
        /// Where the change stands in the room, if it was acknowledged.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        seq: Option<u64>,
        /// Its place in the order of everything, if it was acknowledged.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        revision: Option<u64>,
        /// The node's code, if it refused.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        code: Option<String>,
    },
    /// A sender looks at its room, at another node than the one that acknowledged its last message.
    Look {
        /// Who.
        sender: u32,
        /// Which look of the sender's, counted from 0.
        look: u32,
        /// Whom it asks.
        node: u32,
        /// The number of the room.
        room: u32,
        /// The revision of its last acknowledgement, which it tells the node.
        revision: u64,
    },
    /// What it saw.
    Saw {
        /// As in the look.
        sender: u32,
        /// As in the look.
        look: u32,
        /// The last event of the room, if there was a page.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        last_seq: Option<u64>,
        /// What stands first on the page, which begins at the sender's last acknowledged message.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        message: Option<[u32; 2]>,
        /// Why there was no page: the node's code, `unknown` or `unreached`.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        code: Option<String>,
    },
    /// A line of the audit record, of a message that was sent and accepted.
    Audited {
        /// From which node.
        node: u32,
        /// The number of the room.
        room: u32,
        /// The place of the message.
        seq: u64,
    },
    /// All lines of the audit record about all rooms were read.
    AuditRead {
        /// How many of them are of messages.
        lines: u64,
    },
    /// The last line: all pages were read.
    End,
}

/// A line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// When, in microseconds since the program began to count.
    pub t_us: u64,
    /// What.
    #[serde(flatten)]
    pub what: What,
}

/// The file while it is written.
pub struct History {
    path: PathBuf,
    file: BufWriter<File>,
    failed: Option<String>,
}

impl History {
    /// A new file.
    pub fn create(path: &Path) -> Result<Self, HistoryError> {
        let file = File::create(path).map_err(|error| HistoryError::at(path.display())(error.to_string()))?;
        Ok(Self {
            path: path.to_owned(),
            file: BufWriter::new(file),
            failed: None,
        })
    }

    /// One more line, at that time. If it cannot be written, [`Self::finish`] says so.
    pub fn note(&mut self, t_us: u64, what: What) {
        let written = serde_json::to_writer(&mut self.file, &Line { t_us, what });
        let written = written.map_err(|error| error.to_string());
        let ended = self.file.write_all(b"\n").map_err(|error| error.to_string());
        if let Err(error) = written.and(ended) {
            self.failed.get_or_insert(error);
        }
    }

    /// Everything is in the file.
    pub fn finish(&mut self) -> Result<(), HistoryError> {
        if let Err(error) = self.file.flush() {
            self.failed.get_or_insert(error.to_string());
        }
        match self.failed.take() {
            None => Ok(()),
            Some(error) => Err(HistoryError::at(self.path.display())(error)),
        }
    }
}

/// The lines of a file, in order.
pub fn read(path: &Path) -> Result<impl Iterator<Item = Result<Line, HistoryError>> + use<>, HistoryError> {
    let name = path.display().to_string();
    let file = File::open(path).map_err(|error| HistoryError::at(&name)(error.to_string()))?;
    let lines = BufReader::new(file).lines().zip(1_u64..);
    Ok(lines.map(move |(line, number)| {
        let line = line.map_err(|error| HistoryError::at(&name)(error.to_string()))?;
        let read = serde_json::from_str(&line);
        read.map_err(|error| HistoryError::at(format!("{name}, line {number}"))(error.to_string()))
    }))
}

#[cfg(test)]
mod tests {
    use super::{End, History, Line, What, read};
    use crate::HistoryError;

    #[test]
    fn what_is_written_is_read() {
        let folder = tempfile::TempDir::new().unwrap();
        let path = folder.path().join("history");
        let mut history = History::create(&path).unwrap();
        let answer = What::Answer {
            sender: 3,
            counter: 7,
            attempt: 1,
            node: 2,
            end: End::Acknowledged,
            seq: Some(9),
            code: None,
        };
        history.note(5, answer.clone());
        history.note(6, What::End);
        history.finish().unwrap();
        let lines: Result<Vec<Line>, HistoryError> = read(&path).unwrap().collect();
        let whats: Vec<What> = lines.unwrap().into_iter().map(|line| line.what).collect();
        assert_eq!(whats, [answer, What::End]);
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(
            text.contains(
                r#""what":"answer","sender":3,"counter":7,"attempt":1,"node":2,"end":"acknowledged","seq":9}"#
            )
        );
        std::fs::write(&path, "{}\n").unwrap();
        let broken = read(&path).unwrap().next().unwrap().unwrap_err();
        assert!(broken.to_string().contains("line 1"), "{broken}");
    }
}
