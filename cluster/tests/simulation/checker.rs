//! Whether a history is one that may be: docs/reliability.md names each check and what it forbids.
//!
//! Stands after the run and reads its history, nothing else; so can anybody's program. It knows the rules in its own words.

use crate::history::{Happened, Line, Said, Told, Wish};
use std::collections::{BTreeMap, BTreeSet};

/// A rule that was broken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Which check.
    pub check: &'static str,
    /// What is wrong.
    pub what: String,
}

impl std::fmt::Display for Finding {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "[{}] {}", self.check, self.what)
    }
}

/// Everything that a history breaks.
#[derive(Default)]
struct Findings(Vec<Finding>);

impl Findings {
    fn ensure(&mut self, holds: bool, check: &'static str, what: impl FnOnce() -> String) {
        if !holds {
            self.0.push(Finding { check, what: what() });
        }
    }
}

/// A history, sorted.
#[derive(Default)]
struct Sorted<'a> {
    /// The words of each command.
    wishes: BTreeMap<&'a str, &'a Wish>,
    /// How often each command was handed to a node, and how often it was certainly not done.
    tries: BTreeMap<(&'a str, bool), u64>,
    not_done: BTreeMap<(&'a str, bool), u64>,
    /// Answers with when they came.
    told: Vec<(u64, &'a str, bool, &'a Told)>,
    /// Places in the order.
    order: BTreeMap<u64, (&'a str, bool)>,
    /// What all hold at the end.
    held: BTreeMap<&'a str, Vec<&'a Said>>,
    /// Where the nodes stand at the end.
    stands: Vec<(u64, u64, &'a str, &'a str)>,
}

/// Checks a whole history.
pub fn check(lines: &[Line]) -> Vec<Finding> {
    let mut findings = Findings::default();
    let sorted = sort(lines, &mut findings);
    applied(lines, &mut findings);
    durable(lines, &mut findings);
    answers(&sorted, &mut findings);
    once(&sorted, &mut findings);
    kept(&sorted, &mut findings);
    numbered(&sorted, &mut findings);
    phantoms(&sorted, &mut findings);
    looks(lines, &sorted, &mut findings);
    told_events(lines, &sorted, &mut findings);
    converged(&sorted, &mut findings);
    findings.0
}

fn sort<'a>(lines: &'a [Line], findings: &mut Findings) -> Sorted<'a> {
    let mut sorted = Sorted::default();
    for line in lines {
        match &line.happened {
            Happened::Asked { wish, conflict, .. } => {
                if !conflict {
                    sorted.wishes.insert(&wish.command, wish);
                }
                *sorted.tries.entry((&wish.command, *conflict)).or_default() += 1;
            }
            Happened::NotDone { command, conflict, .. } => {
                *sorted.not_done.entry((command, *conflict)).or_default() += 1;
            }
            Happened::Told {
                command,
                conflict,
                answer,
                ..
            } => sorted.told.push((line.at_us, command, *conflict, answer)),
            Happened::Ordered {
                revision,
                command,
                conflict,
                ..
            } => {
                let earlier = sorted.order.insert(*revision, (command, *conflict));
                findings.ensure(earlier.is_none(), "order", || {
                    format!("{revision} is {command} on one node and {earlier:?} on another")
                });
            }
            Happened::Holds { event } => sorted.held.entry(&event.conversation).or_default().push(event),
            Happened::Stands {
                node,
                revision,
                hash,
                records,
            } => sorted.stands.push((*node, *revision, hash, records)),
            Happened::Violated { check, detail } => {
                findings.ensure(false, "violated", || format!("{check}: {detail}"));
            }
            _ => {}
        }
    }
    sorted
}

/// Equal states at equal revisions; no node goes back; who says that it is ready has everything it had before.
fn applied(lines: &[Line], findings: &mut Findings) {
    let mut hashes: BTreeMap<u64, (&str, u64)> = BTreeMap::new();
    let mut lives: BTreeMap<(u64, u64), u64> = BTreeMap::new();
    let mut highest: BTreeMap<u64, u64> = BTreeMap::new();
    for line in lines {
        match &line.happened {
            Happened::Applied {
                node,
                life,
                revision,
                hash,
            } => {
                let (first, by) = *hashes.entry(*revision).or_insert((hash, *node));
                findings.ensure(first == hash, "hash", || {
                    format!("at {revision} node {by} has {first}, node {node} has {hash}")
                });
                let before = lives.insert((*node, *life), *revision);
                findings.ensure(before.is_none_or(|before| before <= *revision), "applied", || {
                    format!("node {node} went back from {before:?} to {revision}")
                });
                let high = highest.entry(*node).or_default();
                *high = (*high).max(*revision);
            }
            Happened::Ready { node, revision, .. } => {
                let before = highest.get(node).copied().unwrap_or_default();
                findings.ensure(before <= *revision, "applied", || {
                    format!("node {node} is ready at {revision}, it had applied {before} before")
                });
            }
            _ => {}
        }
    }
}

/// What was answered lay on the disks of a quorum; a vote that was given lay on its giver's.
fn durable(lines: &[Line], findings: &mut Findings) {
    for line in lines {
        match &line.happened {
            Happened::Durable { revision, on, voters } => {
                let quorum = |voters: &Vec<u64>| {
                    let count = voters.iter().filter(|voter| on.contains(voter)).count();
                    count * 2 > voters.len()
                };
                findings.ensure(voters.iter().any(quorum), "durable", || {
                    format!("{revision} was answered, but is durable only on {on:?} of {voters:?}")
                });
            }
            Happened::Voted { node, given, kept } => findings.ensure(kept >= given, "vote", || {
                format!("node {node} gave its vote to {given:?}, its disk holds {kept:?}")
            }),
            _ => {}
        }
    }
}

/// Every try of a command gets the same answer; other words under its name get a refusal; the answer is of the one order.
fn answers(sorted: &Sorted<'_>, findings: &mut Findings) {
    let nobody = |told: &Told| matches!(told, Told::Refused { refusal, .. } if refusal == "not_signed_in");
    let mut first: BTreeMap<&str, &Told> = BTreeMap::new();
    for (_, command, conflict, told) in &sorted.told {
        let (command, told) = (*command, *told);
        if *conflict {
            let refused = matches!(told, Told::Refused { refusal, .. } if refusal == "idempotency_conflict");
            findings.ensure(refused || nobody(told), "conflict", || {
                format!("other words under {command} were answered with {told:?}")
            });
            continue;
        }
        let once = sorted.wishes.get(command).is_some_and(|wish| wish.once) && !nobody(told);
        let earlier = *first.entry(command).or_insert(told);
        findings.ensure(!once || earlier == told || nobody(earlier), "answers", || {
            format!("{command} was answered with {earlier:?}, and then with {told:?}")
        });
        let ordered = sorted.order.get(&told.revision()).is_some_and(|(of, _)| *of == command);
        findings.ensure(ordered, "answers", || {
            format!("{command} was answered with {told:?}, which is the place of another")
        });
    }
}

/// A command says something at one revision at most, and what was certainly not done was not done.
fn once(sorted: &Sorted<'_>, findings: &mut Findings) {
    let mut said: BTreeMap<&str, BTreeSet<u64>> = BTreeMap::new();
    for event in sorted.held.values().flatten() {
        if let Some((command, _)) = sorted.order.get(&event.revision) {
            said.entry(command).or_default().insert(event.revision);
        }
    }
    for (command, revisions) in said {
        findings.ensure(revisions.len() == 1, "once", || {
            format!("{command} said something at {revisions:?}")
        });
    }
    let mut ordered: BTreeMap<(&str, bool), u64> = BTreeMap::new();
    for (command, conflict) in sorted.order.values() {
        *ordered.entry((command, *conflict)).or_default() += 1;
    }
    for ((command, conflict), count) in ordered {
        let tries = sorted.tries.get(&(command, conflict)).copied().unwrap_or_default();
        let not_done = sorted.not_done.get(&(command, conflict)).copied().unwrap_or_default();
        findings.ensure(count + not_done <= tries, "not done", || {
            format!("{command} was tried {tries} times, {not_done} of them certainly not done, and is {count} times in the order")
        });
    }
}

/// What was answered stays: the message stands at its place, with its words.
fn kept(sorted: &Sorted<'_>, findings: &mut Findings) {
    let last = sorted
        .stands
        .iter()
        .map(|(_, revision, ..)| *revision)
        .min()
        .unwrap_or_default();
    for (_, command, conflict, told) in &sorted.told {
        findings.ensure(told.revision() <= last, "kept", || {
            format!("{command} was answered with {told:?}, the nodes end at {last}")
        });
        let Told::Done {
            revision,
            seq,
            shared_seq,
        } = told
        else {
            continue;
        };
        let wish = sorted
            .wishes
            .get(command)
            .filter(|wish| wish.kind == "send" && !conflict);
        let Some(conversation) = wish.and_then(|wish| wish.conversation.as_deref()) else {
            continue;
        };
        let held = sorted
            .held
            .get(conversation)
            .and_then(|events| events.iter().find(|event| event.revision == *revision));
        let there =
            held.is_some_and(|event| (event.seq, event.shared_seq) == (*seq, *shared_seq) && event.body.is_some());
        findings.ensure(there, "kept", || {
            format!("{command} was answered with {told:?}, there stands {held:?}")
        });
    }
}

/// Both numberings of a conversation begin at 1 and have no gap; revisions and times rise.
fn numbered(sorted: &Sorted<'_>, findings: &mut Findings) {
    for (conversation, events) in &sorted.held {
        let (mut seq, mut shared_seq, mut revision, mut at_ms) = (0, 0, 0, 0);
        for event in events {
            seq += 1;
            shared_seq += u64::from(event.shared);
            findings.ensure((event.seq, event.shared_seq) == (seq, shared_seq), "numbered", || {
                format!("{conversation}: {event:?} where {seq}, {shared_seq} is due")
            });
            findings.ensure(event.revision >= revision && event.at_ms >= at_ms, "numbered", || {
                format!("{conversation}: {event:?} is older than the one before it")
            });
            (revision, at_ms) = (event.revision, event.at_ms);
        }
    }
}

/// Nothing stands there that nobody asked for.
fn phantoms(sorted: &Sorted<'_>, findings: &mut Findings) {
    let bodies: BTreeMap<&str, &str> = sorted
        .wishes
        .values()
        .filter_map(|wish| Some((wish.body.as_deref()?, wish.person.as_str())))
        .collect();
    for (revision, (command, _)) in &sorted.order {
        findings.ensure(sorted.wishes.contains_key(command), "phantom", || {
            format!("nobody asked for {command}, which is at {revision}")
        });
    }
    for event in sorted.held.values().flatten() {
        findings.ensure(sorted.order.contains_key(&event.revision), "phantom", || {
            format!("{event:?} is of no command")
        });
        if let Some(body) = event.body.as_deref().filter(|body| !body.is_empty()) {
            let author = bodies.get(body);
            findings.ensure(author == Some(&event.actor.as_str()), "phantom", || {
                format!("{event:?}: these words are of {author:?}")
            });
        }
    }
}

/// Whoever looks at what is now sees everything that anybody was told before, and no more than there is.
fn looks(lines: &[Line], sorted: &Sorted<'_>, findings: &mut Findings) {
    let mut asked: BTreeMap<(u64, u64), (u64, &str)> = BTreeMap::new();
    let mut known: BTreeMap<u64, u64> = BTreeMap::new();
    let mut highest = 0;
    for (at_us, _, _, told) in &sorted.told {
        highest = told.revision().max(highest);
        known.insert(*at_us, highest);
    }
    for line in lines {
        match &line.happened {
            Happened::Looked {
                client,
                look,
                conversation,
                ..
            } => {
                asked.insert((*client, *look), (line.at_us, conversation));
            }
            Happened::Saw {
                client,
                look,
                revision,
                events,
            } => {
                let Some((at_us, conversation)) = asked.get(&(*client, *look)) else {
                    continue;
                };
                let before = known.range(..at_us).next_back().map_or(0, |(_, revision)| *revision);
                findings.ensure(before <= *revision, "looks", || {
                    format!("look {look} of client {client} saw {revision}, {before} had been answered before it")
                });
                let held = sorted.held.get(conversation).map_or(&[][..], Vec::as_slice);
                let prefix = held.iter().map(|event| (event.seq, event.revision)).zip(events);
                let due = held.iter().filter(|event| event.revision <= *revision).count();
                let whole =
                    prefix.clone().all(|(held, seen)| held == *seen) && (due..=held.len()).contains(&events.len());
                findings.ensure(whole, "looks", || {
                    format!(
                        "look {look} of client {client} at {revision} saw {} events of {conversation}, {due} are due",
                        events.len()
                    )
                });
            }
            _ => {}
        }
    }
}

/// What a node tells its clients is what all agree on in the end, in order.
fn told_events(lines: &[Line], sorted: &Sorted<'_>, findings: &mut Findings) {
    let mut last: BTreeMap<(u64, u64), u64> = BTreeMap::new();
    for line in lines {
        let Happened::Tells { node, life, event } = &line.happened else {
            continue;
        };
        let held = sorted
            .held
            .get(event.conversation.as_str())
            .and_then(|events| events.get(event.seq as usize - 1));
        let same = held.is_some_and(|held| {
            (held.revision, held.shared_seq, &held.actor) == (event.revision, event.shared_seq, &event.actor)
        });
        findings.ensure(same, "tells", || {
            format!("node {node} told {event:?}, there stands {held:?}")
        });
        let before = last.insert((*node, *life), event.revision);
        findings.ensure(before.is_none_or(|before| before <= event.revision), "tells", || {
            format!("node {node} told {} after {before:?}", event.revision)
        });
    }
}

/// In the end all are equal.
fn converged(sorted: &Sorted<'_>, findings: &mut Findings) {
    findings.ensure(!sorted.stands.is_empty(), "converged", || {
        "no node stands at the end".to_owned()
    });
    for pair in sorted.stands.windows(2) {
        let ((one, revision, hash, records), (other, revision2, hash2, records2)) = (pair[0], pair[1]);
        findings.ensure((revision, hash) == (revision2, hash2), "converged", || {
            format!("node {one} stands at {revision} ({hash}), node {other} at {revision2} ({hash2})")
        });
        findings.ensure(records == records2, "records", || {
            format!("nodes {one} and {other} have other records at {revision}")
        });
    }
}
