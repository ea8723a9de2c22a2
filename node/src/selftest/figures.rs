//! What a history tells beside what is judged: how long an acknowledgement took, how long nobody got one after each trouble.
//!
//! Pure: it reads the lines in order. Refuses to know what is right.

use corridor_judge::HistoryError;
use corridor_judge::history::{End, Line, Phase, What};
use serde::Serialize;
use std::collections::{BTreeSet, HashMap};

/// Times until an acknowledgement, of all messages of a stretch.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Waits {
    /// The one in the middle, if there is any.
    pub p50_ms: Option<f64>,
    /// Of a hundred, ninety-nine take no longer.
    pub p99_ms: Option<f64>,
    /// Of so many messages.
    pub messages: usize,
}

/// One trouble, as the clients saw it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Struck {
    /// Of which class.
    pub class: String,
    /// What was done, for people.
    pub detail: String,
    /// The longest time without an acknowledgement, until the next trouble.
    pub gap_ms: f64,
    /// From its end until all was well; none: it did not come to that.
    pub healed_ms: Option<f64>,
}

/// Everything that is read out of a history.
#[derive(Debug, Default, PartialEq)]
pub struct Figures {
    /// Before the first trouble.
    pub quiet: Waits,
    /// From then on.
    pub troubled: Waits,
    /// In order.
    pub troubles: Vec<Struck>,
    /// Sockets that went on from where they were cut.
    pub resumed: u64,
    /// Where acknowledged messages stand: room and place.
    pub stands: BTreeSet<(u32, u64)>,
}

#[derive(Default)]
struct Reader {
    rooms: Vec<u32>,
    /// When a message was asked for the first time.
    asked_us: HashMap<[u32; 2], u64>,
    quiet_us: Vec<u64>,
    troubled_us: Vec<u64>,
    /// When the trouble that is under way struck, or the youngest acknowledgement since.
    last_us: Option<u64>,
    healing_us: Option<u64>,
    figures: Figures,
}

/// Reads a whole history.
pub fn read(lines: impl Iterator<Item = Result<Line, HistoryError>>) -> Result<Figures, HistoryError> {
    let mut reader = Reader::default();
    let mut end_us = 0;
    for line in lines {
        let line = line?;
        end_us = line.t_us;
        reader.take(line.t_us, line.what);
    }
    // Of what healed, nobody wrote any more at the end.
    if reader
        .figures
        .troubles
        .last()
        .is_some_and(|trouble| trouble.healed_ms.is_none())
    {
        reader.wait_until(end_us);
    }
    reader.figures.quiet = waits(reader.quiet_us);
    reader.figures.troubled = waits(reader.troubled_us);
    Ok(reader.figures)
}

impl Reader {
    fn take(&mut self, t_us: u64, what: What) {
        match what {
            What::Run { senders, .. } => self.rooms = senders,
            What::Attempt { sender, counter, .. } => {
                self.asked_us.entry([sender, counter]).or_insert(t_us);
            }
            What::Answer {
                sender,
                counter,
                end: End::Acknowledged,
                seq: Some(seq),
                ..
            } => self.on_acknowledged(t_us, sender, counter, seq),
            What::Socket {
                phase: Phase::Live,
                since: Some(_),
                ..
            } => self.figures.resumed += 1,
            What::Fault {
                class, phase, detail, ..
            } => self.on_fault(t_us, class, phase, detail),
            _ => {}
        }
    }

    fn on_acknowledged(&mut self, t_us: u64, sender: u32, counter: u32, seq: u64) {
        if let Some(room) = self.rooms.get(sender as usize) {
            self.figures.stands.insert((*room, seq));
        }
        let took_us = self.asked_us.remove(&[sender, counter]);
        let took_us = took_us.map(|asked_us| t_us.saturating_sub(asked_us));
        // What was asked before the first trouble and answered after it waited because of that.
        match self.figures.troubles.is_empty() {
            true => self.quiet_us.extend(took_us),
            false => self.troubled_us.extend(took_us),
        }
        self.wait_until(t_us);
    }

    fn wait_until(&mut self, t_us: u64) {
        if let (Some(last_us), Some(trouble)) = (self.last_us, self.figures.troubles.last_mut()) {
            trouble.gap_ms = trouble.gap_ms.max(milliseconds(last_us, t_us));
            self.last_us = Some(t_us);
        }
    }

    fn on_fault(&mut self, t_us: u64, class: String, phase: Phase, detail: String) {
        match phase {
            Phase::Begun => {
                self.wait_until(t_us);
                self.figures.troubles.push(Struck {
                    class,
                    detail,
                    gap_ms: 0.0,
                    healed_ms: None,
                });
                (self.last_us, self.healing_us) = (None, None);
            }
            Phase::Struck => self.last_us = Some(t_us),
            Phase::Healing => self.healing_us = Some(t_us),
            Phase::Healed => {
                let healed_ms = self.healing_us.map(|healing_us| milliseconds(healing_us, t_us));
                if let Some(trouble) = self.figures.troubles.last_mut() {
                    trouble.healed_ms = healed_ms;
                }
            }
            _ => {}
        }
    }
}

fn milliseconds(from_us: u64, to_us: u64) -> f64 {
    to_us.saturating_sub(from_us) as f64 / 1e3
}

fn waits(mut took_us: Vec<u64>) -> Waits {
    took_us.sort_unstable();
    let last = took_us.len().saturating_sub(1);
    let share = |share: f64| {
        let at = (last as f64 * share).ceil() as usize;
        took_us.get(at).map(|took_us| *took_us as f64 / 1e3)
    };
    Waits {
        p50_ms: share(0.5),
        p99_ms: share(0.99),
        messages: took_us.len(),
    }
}

#[cfg(test)]
pub mod tests {
    use super::read;
    use corridor_judge::history::{End, FORMAT, Line, Phase, Room, What};

    fn attempt(counter: u32, attempt: u32) -> What {
        What::Attempt {
            sender: 0,
            counter,
            attempt,
            node: 0,
        }
    }

    fn acknowledged(counter: u32, attempt: u32, seq: u64) -> What {
        What::Answer {
            sender: 0,
            counter,
            attempt,
            node: 0,
            end: End::Acknowledged,
            seq: Some(seq),
            code: None,
        }
    }

    fn fault(phase: Phase) -> What {
        What::Fault {
            episode: 0,
            class: "deaf-leader".to_owned(),
            phase,
            nodes: vec![0],
            detail: "node 1".to_owned(),
        }
    }

    fn delivered(seq: u64, counter: u32) -> What {
        What::Delivered {
            device: 0,
            node: 0,
            room: "con_1".to_owned(),
            seq,
            revision: seq,
            message: Some([0, counter]),
        }
    }

    fn live(since: Option<u64>) -> What {
        What::Socket {
            device: 0,
            node: 0,
            phase: Phase::Live,
            since,
        }
    }

    /// One sender and one node: two messages in a quiet time, one asked for again over a trouble, one more. Times in milliseconds.
    pub fn history() -> Vec<(u64, What)> {
        let run = What::Run {
            format: FORMAT,
            seed: 0,
            nodes: 1,
            senders: vec![0],
            rooms: vec![Room {
                id: "con_1".to_owned(),
                first_seq: 2,
                devices: vec![0],
            }],
        };
        let mut whats = vec![
            (0, run),
            (1, live(None)),
            (10, attempt(0, 0)),
            (14, acknowledged(0, 0, 2)),
            (20, attempt(1, 0)),
            (26, acknowledged(1, 0, 3)),
            (30, fault(Phase::Begun)),
            (31, attempt(2, 0)),
            (32, fault(Phase::Struck)),
            (40, attempt(2, 1)),
            (500, acknowledged(2, 1, 4)),
            (501, live(Some(3))),
            (600, fault(Phase::Healing)),
            (610, attempt(3, 0)),
            (620, acknowledged(3, 0, 5)),
            (650, fault(Phase::Healed)),
        ];
        for (counter, seq) in (0..4).zip(2..6) {
            whats.push((700, delivered(seq, counter)));
            let message = Some([0, counter]);
            whats.push((
                710,
                What::Page {
                    node: 0,
                    room: 0,
                    seq,
                    message,
                },
            ));
        }
        whats.push((720, What::End));
        whats
    }

    /// As the lines of a file.
    pub fn lines(whats: Vec<(u64, What)>) -> impl Iterator<Item = Result<Line, corridor_judge::HistoryError>> {
        let line = |(t_ms, what)| Line {
            t_us: t_ms * 1_000,
            what,
        };
        whats.into_iter().map(move |what| Ok(line(what)))
    }

    #[test]
    fn waits_gaps_and_healings_are_read() {
        let figures = read(lines(history())).unwrap();
        let quiet = figures.quiet;
        assert_eq!((quiet.p50_ms, quiet.p99_ms, quiet.messages), (Some(6.0), Some(6.0), 2));
        let troubled = figures.troubled;
        assert_eq!(
            (troubled.p99_ms, troubled.messages),
            (Some(469.0), 2),
            "from its first attempt"
        );
        assert_eq!(figures.resumed, 1);
        assert_eq!(figures.stands.len(), 4);
        let [trouble] = figures.troubles.as_slice() else {
            panic!("{:?}", figures.troubles);
        };
        assert_eq!(
            (trouble.gap_ms, trouble.healed_ms),
            (468.0, Some(50.0)),
            "from the moment it struck"
        );
    }

    #[test]
    fn a_trouble_that_did_not_heal_says_so() {
        let mut whats = history();
        whats.retain(|(t_ms, _)| *t_ms < 600);
        let figures = read(lines(whats)).unwrap();
        assert_eq!(figures.troubles[0].healed_ms, None);
        assert_eq!(read(lines(Vec::new())).unwrap(), super::Figures::default());
    }
}
