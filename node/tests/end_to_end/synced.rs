//! What was acknowledged was synced before: a real node under strace, and every result that leaves held against the disk.

mod trace;

use serde_json::Value;
use std::fs;
use std::io::Write;
use std::path::Path;
use std::sync::Barrier;

use crate::chat::send_message;
use crate::support::clinic::Clinic;
use crate::support::person::Person;
use crate::support::socket::Socket;
use crate::support::tools::tool;
use crate::support::{PATIENCE, new_command_id, wait_for};
use trace::{Findings, check};

/// Messages sent one by one.
const ALONE: usize = 25;
/// Devices that send at the same time, and how many messages each.
const TOGETHER: usize = 4;
const EACH: usize = 15;

/// What is watched. Each sync is held up a little before it begins, so that whoever does not wait for it is seen not to.
const WATCHED: [&str; 4] = [
    "-e",
    "trace=fdatasync,fsync,pwrite64,write,writev,sendto,sendmsg,recvfrom",
    "-e",
    "inject=fdatasync:delay_enter=2000",
];
/// Bytes of a string that are shown. No frame of these tests is longer.
const SHOWN: &str = "-s8192";

/// Whether a process may be watched here at all.
fn assert_strace_works(folder: &Path) {
    let out = folder.join("probe");
    let mut probe = tool("strace", "strace");
    let probe = probe
        .args(["-D", "-f", "-o"])
        .arg(&out)
        .args(WATCHED)
        .arg("true")
        .output()
        .unwrap();
    assert!(
        probe.status.success() && probe.stderr.is_empty(),
        "strace cannot watch a process here: {}Let it: in a container add the capability SYS_PTRACE, elsewhere see that \
         /proc/sys/kernel/yama/ptrace_scope is below 3 and that nothing else traces this test.",
        String::from_utf8_lossy(&probe.stderr)
    );
}

/// Sends a message in a frame that can be read in the trace: its mask is zero. Waits for the result, which must be good.
#[track_caller]
fn say_readably(socket: &mut Socket, room: &str, text: &str) {
    let id = new_command_id();
    let frame = format!(
        r#"{{"type":"command","id":"{id}","command":{}}}"#,
        send_message(room, text)
    );
    let length = u16::try_from(frame.len()).unwrap();
    let mut bytes = vec![0x81, 0x80 | 126];
    bytes.extend(length.to_be_bytes());
    bytes.extend([0; 4]);
    bytes.extend(frame.as_bytes());
    socket.bytes().write_all(&bytes).unwrap();
    let result = socket.expect(|frame| frame["type"] == "result" && frame["id"] == *id);
    assert_eq!(result["ok"], Value::Bool(true), "{result}");
}

#[test]
fn nothing_is_acknowledged_before_it_is_synced() {
    let folder = tempfile::tempdir().unwrap();
    assert_strace_works(folder.path());
    let out = folder.path().join("trace");
    let out_text = out.to_str().unwrap();
    // With -D the node is our child, and strace its companion.
    let strace = [
        &["strace", "-D", "-f", "-ttt", "-yy", SHOWN, "-o", out_text][..],
        &WATCHED,
    ]
    .concat();
    let mut clinic = Clinic::demo();
    clinic.node.stop();
    clinic.node.start_under(&strace);

    let people: [Person; TOGETHER] = clinic.people(["raman", "wen", "jonas", "tess"]);
    let room = people[0].begin_group("On the disk", &people[1..].iter().collect::<Vec<_>>());
    let mut sockets = people.each_ref().map(|person| Socket::connect(person, None));
    for number in 0..ALONE {
        say_readably(&mut sockets[0], &room, &format!("alone {number}"));
    }
    let barrier = Barrier::new(TOGETHER);
    std::thread::scope(|scope| {
        for socket in &mut sockets {
            scope.spawn(|| {
                barrier.wait();
                for number in 0..EACH {
                    say_readably(socket, &room, &format!("together {number}"));
                }
            });
        }
    });
    drop(sockets);
    clinic.node.stop();
    let text = wait_for("the trace is whole", PATIENCE, || {
        let text = String::from_utf8_lossy(&fs::read(&out).ok()?).into_owned();
        let last = text.lines().last()?;
        last.contains("+++ exited with 0 +++").then_some(text)
    });

    let Findings {
        acknowledged,
        uncovered,
        syncs,
        largest_group,
    } = check(&text, "/log/engine/").unwrap_or_else(|why| panic!("the trace cannot be read: {why}"));
    assert!(
        uncovered.is_empty(),
        "{} of {acknowledged}: {uncovered:#?}",
        uncovered.len()
    );
    assert_eq!(acknowledged, ALONE + TOGETHER * EACH);
    assert!(syncs > ALONE, "{syncs} syncs of the log");
    println!("{acknowledged} acknowledgements, each behind its sync; {syncs} syncs, up to {largest_group} behind one");
}
