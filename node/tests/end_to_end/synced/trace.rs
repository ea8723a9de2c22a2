//! Holds a trace of strace (`-f -ttt -yy`) against one rule: a good result leaves by a socket only after its command came, after that
//! something was written to a file of the log, and a sync of that file began after the write and ended before the result was sent.
//!
//! Pure. The lines of a trace are in the order in which strace saw calls begin and end; a call that others interrupt stands
//! on two lines. The entries are sealed, so the trace cannot tell whose they are: for commands that come alone
//! the rule is exact, for those that come together it is what must hold at least.

use serde_json::Value;
use std::collections::{HashMap, HashSet};

/// What was found.
#[derive(Debug, Default, PartialEq)]
pub struct Findings {
    /// Good results that left.
    pub acknowledged: usize,
    /// What is wrong with those that left too early.
    pub uncovered: Vec<String>,
    /// Syncs of files of the log that ended well.
    pub syncs: usize,
    /// The most results that had the same sync as the first that covers them.
    pub largest_group: usize,
}

/// A call with the places in the trace where it began and ended.
struct Call {
    name: String,
    arguments: String,
    result: i64,
    began: usize,
    ended: usize,
}

/// Reads the calls in the order in which they ended. A call without an end is left out: it came to nothing that could be told.
fn calls(trace: &str) -> Result<Vec<Call>, String> {
    let mut open: HashMap<&str, (String, String, usize)> = HashMap::new();
    let mut calls = Vec::new();
    for (place, line) in trace.lines().enumerate() {
        let Some((thread, rest)) = line.split_once(' ') else {
            continue;
        };
        let Some((_time, rest)) = rest.trim_start().split_once(' ') else {
            continue;
        };
        if let Some(rest) = rest.strip_prefix("<... ") {
            let (name, rest) = rest
                .split_once(" resumed>")
                .ok_or_else(|| format!("line {}: {line}", place + 1))?;
            let (begun, before, began) = open
                .remove(thread)
                .ok_or_else(|| format!("line {}: resumes nothing", place + 1))?;
            if begun != name {
                return Err(format!("line {}: {name} resumes {begun}", place + 1));
            }
            calls.extend(ended(&begun, &format!("{before}{rest}"), began, place));
        } else if let Some((name, arguments)) = rest.split_once('(').filter(|(name, _)| is_name(name)) {
            match arguments.strip_suffix("<unfinished ...>") {
                Some(arguments) => drop(open.insert(thread, (name.to_owned(), arguments.to_owned(), place))),
                None => calls.extend(ended(name, arguments, place, place)),
            }
        }
    }
    Ok(calls)
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// `…) = 17`, also with a word behind it: `-1 EAGAIN (…)`, `0 (DELAYED)`. Nothing if the process ended inside the call.
fn ended(name: &str, text: &str, began: usize, ended: usize) -> Option<Call> {
    let (arguments, result) = text.rsplit_once(" = ")?;
    let result = result.split(' ').next()?.parse().ok()?;
    let arguments = arguments.trim_end().strip_suffix(')')?.trim_end();
    Some(Call {
        name: name.to_owned(),
        arguments: arguments.to_owned(),
        result,
        began,
        ended,
    })
}

impl Call {
    /// What `-yy` says of the first argument: a path, or a socket's two ends.
    fn file(&self) -> Option<&str> {
        let inside = self.arguments.split_once('<')?.1;
        // A connection has an arrow in its name.
        let end = inside.find(">,").or_else(|| inside.strip_suffix('>').map(str::len))?;
        Some(&inside[..end])
    }

    /// The bytes of all its strings, one after the other. An error if strace did not show them whole.
    fn bytes(&self) -> Result<Vec<u8>, String> {
        let mut bytes = Vec::new();
        let mut rest = self.arguments.as_str();
        while let Some(start) = rest.find('"') {
            rest = unescaped(&rest[start + 1..], &mut bytes);
            if rest.starts_with("...") {
                return Err(format!(
                    "a string was cut short; give strace a larger -s: {:.80}",
                    self.arguments
                ));
            }
        }
        Ok(bytes)
    }
}

/// Undoes C's escapes up to the closing quote. What stands behind it.
fn unescaped<'a>(text: &'a str, bytes: &mut Vec<u8>) -> &'a str {
    let raw = text.as_bytes();
    let mut place = 0;
    while let Some(&byte) = raw.get(place) {
        place += 1;
        match byte {
            b'"' => break,
            b'\\' => {
                let digits = raw[place..]
                    .iter()
                    .take(3)
                    .take_while(|digit| matches!(digit, b'0'..=b'7'))
                    .count();
                if digits > 0 {
                    let value = raw[place..place + digits]
                        .iter()
                        .fold(0_u32, |value, digit| value * 8 + u32::from(digit - b'0'));
                    bytes.push(value as u8);
                    place += digits;
                } else {
                    let escaped = raw.get(place).copied().unwrap_or(b'\\');
                    bytes.push(match escaped {
                        b'n' => b'\n',
                        b'r' => b'\r',
                        b't' => b'\t',
                        b'v' => 0x0b,
                        b'f' => 0x0c,
                        other => other,
                    });
                    place += 1;
                }
            }
            other => bytes.push(other),
        }
    }
    &text[place..]
}

/// The JSON objects in these bytes that begin like this.
fn objects(bytes: &[u8], beginning: &str) -> Result<Vec<Value>, String> {
    let mut found = Vec::new();
    let starts = bytes
        .windows(beginning.len())
        .enumerate()
        .filter(|(_, window)| *window == beginning.as_bytes());
    for (start, _) in starts {
        let mut objects = serde_json::Deserializer::from_slice(&bytes[start..]).into_iter::<Value>();
        match objects.next() {
            Some(Ok(object)) => found.push(object),
            other => return Err(format!("a frame is not whole: {other:?}")),
        }
    }
    Ok(found)
}

/// Checks the rule over a whole trace. `log` is a part of the paths of the log's files.
pub fn check(trace: &str, log: &str) -> Result<Findings, String> {
    let calls = calls(trace)?;
    let of_log = |call: &&Call| {
        call.file()
            .is_some_and(|file| file.contains(log) && !file.contains("TCP"))
    };
    let writes: Vec<&Call> = calls
        .iter()
        .filter(of_log)
        .filter(|call| matches!(call.name.as_str(), "pwrite64" | "write" | "writev") && call.result > 0)
        .collect();
    let syncs: Vec<&Call> = calls
        .iter()
        .filter(of_log)
        .filter(|call| matches!(call.name.as_str(), "fdatasync" | "fsync") && call.result == 0)
        .collect();
    let mut came: HashMap<String, usize> = HashMap::new();
    let mut findings = Findings {
        syncs: syncs.len(),
        ..Findings::default()
    };
    let mut answered = HashSet::new();
    let mut covered_by: HashMap<usize, usize> = HashMap::new();
    for call in &calls {
        if !call.file().is_some_and(|file| file.starts_with("TCP")) || call.result <= 0 {
            continue;
        }
        if call.name == "recvfrom" {
            for command in objects(&call.bytes()?, "{\"type\":\"command\"")? {
                came.entry(id_of(&command)?).or_insert(call.ended);
            }
            continue;
        }
        let bytes = call.bytes()?;
        for result in objects(&bytes, "{\"type\":\"result\"")?
            .iter()
            .filter(|result| result["ok"] == true)
        {
            let id = id_of(result)?;
            findings.acknowledged += 1;
            let Some(came) = came.get(&id) else {
                findings
                    .uncovered
                    .push(format!("{id} was answered and never asked for"));
                continue;
            };
            let covers = |sync: &&&Call| {
                let is_written =
                    |write: &&Call| write.began > *came && write.ended < sync.began && write.file() == sync.file();
                sync.ended < call.began && writes.iter().any(is_written)
            };
            match syncs.iter().find(covers) {
                Some(sync) if answered.insert(id.clone()) => *covered_by.entry(sync.ended).or_default() += 1,
                Some(_) => {}
                None => findings.uncovered.push(format!(
                    "{id} came at line {}, its result left at line {}, and no write of the log was synced in between",
                    came + 1,
                    call.began + 1
                )),
            }
        }
    }
    findings.largest_group = covered_by.values().copied().max().unwrap_or(0);
    Ok(findings)
}

fn id_of(object: &Value) -> Result<String, String> {
    let id = object["id"]
        .as_str()
        .ok_or_else(|| format!("a frame without an id: {object}"))?;
    Ok(id.to_owned())
}

/// Lines of a trace that strace might have written, for a node with one client.
#[cfg(test)]
mod tests {
    use super::*;

    const LOG: &str = "/log/engine/";
    const CAME: &str = r#"recvfrom(20<TCP:[1.1.1.1:1->1.1.1.1:2]>, "\201\376\1{\0\0\0\0{\"type\":\"command\",\"id\":\"a1\",\"command\":{}}", 4096, 0, NULL, NULL) = 40"#;
    const WRITTEN: &str = r#"pwrite64(14</d/log/engine/1.raftlog>, "\0\1\"> = 2\\", 5, 100) = 5"#;
    const SYNCED: &str = "fdatasync(14</d/log/engine/1.raftlog>) = 0 (DELAYED)";
    const LEFT: &str = r#"sendto(20<TCP:[1.1.1.1:1->1.1.1.1:2]>, "\201\41{\"type\":\"result\",\"id\":\"a1\",\"ok\":true,\"seq\":2}", 35, MSG_NOSIGNAL, NULL, 0) = 35"#;

    fn trace(lines: &[&str]) -> String {
        let lines = lines.iter().enumerate();
        let lines: Vec<_> = lines
            .map(|(place, line)| format!("77  1795383661.{place:06} {line}"))
            .collect();
        lines.join("\n") + "\n77  1795383662.000000 +++ exited with 0 +++\n"
    }

    fn found(lines: &[&str]) -> Findings {
        check(&trace(lines), LOG).unwrap()
    }

    #[test]
    fn a_result_behind_its_sync_is_good() {
        let expected = Findings {
            acknowledged: 1,
            uncovered: Vec::new(),
            syncs: 1,
            largest_group: 1,
        };
        assert_eq!(found(&[CAME, WRITTEN, SYNCED, LEFT]), expected);
        // The same by `writev`, and with a refusal beside it, which promises nothing.
        let left = LEFT.replace("sendto(", "writev(").replace(
            "}\"",
            "}{\\\"type\\\":\\\"result\\\",\\\"id\\\":\\\"b\\\",\\\"ok\\\":false}\"",
        );
        assert_eq!(found(&[CAME, WRITTEN, SYNCED, &left]), expected);
    }

    #[test]
    fn a_result_that_nothing_covers_is_found() {
        let other_file = SYNCED.replace("1.raftlog", "2.raftlog");
        let mark = SYNCED.replace("engine/1.raftlog", "high-water.new");
        let failed = SYNCED.replace("= 0", "= -1 EIO (Input/output error)");
        let unwritten = WRITTEN.replace("= 5", "= -1 ENOSPC (No space left on device)");
        for (why, lines) in [
            ("no write and no sync", &[CAME, LEFT][..]),
            ("written, not synced", &[CAME, WRITTEN, LEFT]),
            ("synced after it left", &[CAME, WRITTEN, LEFT, SYNCED]),
            ("synced before it was written", &[CAME, SYNCED, WRITTEN, LEFT]),
            ("written before it came", &[WRITTEN, CAME, SYNCED, LEFT]),
            ("another file was synced", &[CAME, WRITTEN, &other_file, LEFT]),
            ("the mark was synced", &[CAME, WRITTEN, &mark, LEFT]),
            ("the sync failed", &[CAME, WRITTEN, &failed, LEFT]),
            ("the write failed", &[CAME, &unwritten, SYNCED, LEFT]),
            ("nobody asked", &[WRITTEN, SYNCED, LEFT]),
        ] {
            let findings = found(lines);
            assert_eq!(
                (findings.acknowledged, findings.uncovered.len()),
                (1, 1),
                "{why}: {findings:?}"
            );
        }
    }

    #[test]
    fn calls_that_others_interrupt_count_where_they_began_and_ended() {
        let (begun, rest) = (
            "fdatasync(14</d/log/engine/1.raftlog> <unfinished ...>",
            "<... fdatasync resumed>) = 0",
        );
        let interrupted = |lines: &[(&str, &str)]| {
            let lines: Vec<_> = lines
                .iter()
                .map(|(thread, line)| format!("{thread} 1795383661.0 {line}"))
                .collect();
            check(&lines.join("\n"), LOG)
        };
        let good = [
            ("1", CAME),
            ("2", WRITTEN),
            ("2", begun),
            ("3", "fsync(9</d/x>) = 0"),
            ("2", rest),
            ("1", LEFT),
        ];
        assert_eq!(interrupted(&good).unwrap().uncovered.len(), 0);
        // Left while the sync was under way.
        let early = [("1", CAME), ("2", WRITTEN), ("2", begun), ("1", LEFT), ("2", rest)];
        assert_eq!(interrupted(&early).unwrap().uncovered.len(), 1);
        // Began while the write was under way.
        let (writing, wrote) = WRITTEN.split_once(", 5, 100").unwrap();
        let (writing, wrote) = (
            format!("{writing} <unfinished ...>"),
            format!("<... pwrite64 resumed>, 5, 100{wrote}"),
        );
        let mixed = [
            ("1", CAME),
            ("2", &*writing),
            ("3", SYNCED),
            ("2", &*wrote),
            ("1", LEFT),
        ];
        assert_eq!(interrupted(&mixed).unwrap().uncovered.len(), 1);
        // Never ended: as if it had not been.
        let unended = [("1", CAME), ("2", WRITTEN), ("2", begun), ("1", LEFT)];
        assert_eq!(interrupted(&unended).unwrap().syncs, 0);
        assert!(interrupted(&[("2", rest)]).is_err());
    }

    #[test]
    fn commands_that_share_a_sync_are_all_covered_by_it() {
        let (came, left) = (CAME.replace("a1", "b2"), LEFT.replace("a1", "b2"));
        let findings = found(&[CAME, &came, WRITTEN, SYNCED, LEFT, &left]);
        assert_eq!(
            (findings.acknowledged, findings.uncovered.len(), findings.largest_group),
            (2, 0, 2)
        );
        // The second came after the write of the first.
        let findings = found(&[CAME, WRITTEN, &came, SYNCED, LEFT, &left]);
        assert_eq!(findings.uncovered.len(), 1);
    }

    #[test]
    fn a_string_that_was_cut_is_an_error_and_not_a_pass() {
        let cut = LEFT.replace(",\\\"seq\\\":2}\"", "\"...");
        assert_ne!(cut, LEFT);
        assert!(
            check(&trace(&[CAME, WRITTEN, SYNCED, &cut]), LOG)
                .unwrap_err()
                .contains("-s")
        );
    }
}
