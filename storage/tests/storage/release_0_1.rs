//! What release 0.1 left on a disk: a log that this program must read, and a state that it must read and make from the same commands.
//!
//! Stands outside the crate. Nodes of two releases in one cluster compare the hashes of their states, so the same commands must give the
//! same bytes, and not only bytes that can be read: a command that is to be applied in another way is a command of a new version.

use crate::clinic::{Clinic, NOW_MS, folk, steps};
use crate::fixtures::{kept, same};
use crate::support::{GROUP, durable, entries, indexes, open};
use bytes::Bytes;
use corridor_domain::audit::AuditRecord;
use corridor_domain::command::Command;
use corridor_domain::conversation::{Conversation, Membership};
use corridor_domain::event::Event;
use corridor_domain::ids::{ConversationId, PersonId};
use corridor_domain::outcome::Answer;
use corridor_domain::person::{Person, Site};
use corridor_domain::private::{Private, Sealed};
use corridor_domain::session::{BreakGlass, Session};
use corridor_storage::apply::encode_command;
use corridor_storage::backend::{Backend, FjallBackend, MemoryBackend};
use corridor_storage::content::ContentKeys;
use corridor_storage::log::{Change, LogStore as _};
use corridor_storage::node_keys::NodeKeys;
use corridor_storage::records::{Progress, Record, StoredAnswer, StoredVersion, decode, encode};
use corridor_storage::replicated::{CommittedCommand, ReplicatedState as _, SnapshotRecord, StateSnapshot};
use corridor_storage::sealing::StorageKey;
use corridor_storage::world::{TestWorld, World};
use proptest::strategy::{Strategy as _, ValueTree as _};
use proptest::test_runner::TestRunner;
use std::collections::BTreeSet;
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::sync::Arc;

/// Commands of many kinds, sensible and hostile ones. Made once: from then on the fixture is the log.
fn commands() -> Vec<u8> {
    let mut clinic = Clinic::staffed();
    let mut envelopes = folk::opening();
    let mut ask = |person, command: Command| {
        let envelope = clinic.envelope(person, command.clone());
        let answer = clinic.apply(std::slice::from_ref(&envelope)).remove(0);
        envelopes.push(envelope);
        match answer {
            Answer::Done { place, .. } => place.seq,
            Answer::Granted { .. } => 0,
            Answer::Refused { refusal, .. } => panic!("{command:?}: {refusal:?}"),
        }
    };
    let hasty = ask(folk::NURSE, crate::clinic::send(folk::GROUP, "bed 3"));
    ask(folk::NURSE, crate::clinic::edit(folk::GROUP, hasty, "bed 4"));
    ask(folk::NURSE, crate::clinic::send(folk::GENERAL, "how is your knee"));
    ask(folk::MARIA, crate::clinic::send(folk::GENERAL, "better"));
    let (conversation, seq) = (
        folk::GENERAL,
        ask(folk::NURSE, crate::clinic::note(folk::GENERAL, "call her")),
    );
    ask(folk::PHYSICIAN, Command::MarkRead { conversation, seq });
    let wrong = ask(folk::PHYSICIAN, crate::clinic::send(folk::DIRECT, "about another"));
    ask(folk::PHYSICIAN, crate::clinic::retract(folk::DIRECT, wrong));
    let glass = Command::BreakGlass {
        conversation: folk::JOHNS,
        reason: Private::from("for a review"),
        minutes: 30,
    };
    ask(folk::OFFICER, glass);
    ask(folk::OFFICER, crate::clinic::read(folk::JOHNS, 0, 9));
    let mut runner = TestRunner::deterministic();
    envelopes.extend((0..40).map(|_| steps::asked().new_tree(&mut runner).unwrap().current()));
    list(
        envelopes
            .iter()
            .map(|envelope| encode_command(envelope).unwrap().to_vec()),
    )
}

fn list(items: impl IntoIterator<Item = Vec<u8>>) -> Vec<u8> {
    let mut bytes = Vec::new();
    for item in items {
        bytes.extend(u32::try_from(item.len()).unwrap().to_le_bytes());
        bytes.extend(item);
    }
    bytes
}

fn items(mut bytes: &[u8]) -> Vec<Vec<u8>> {
    let mut items = Vec::new();
    while let Some((size, rest)) = bytes.split_first_chunk::<4>() {
        let (item, rest) = rest.split_at(u32::from_le_bytes(*size) as usize);
        items.push(item.to_vec());
        bytes = rest;
    }
    items
}

/// The clinic after the kept commands, as this program applies them.
fn replayed() -> Clinic {
    replayed_over(Arc::new(MemoryBackend::new()))
}

fn replayed_over(backend: Arc<dyn Backend>) -> Clinic {
    let clinic = Clinic::over(backend);
    let committed = items(&kept("0.1/commands-1.bin", commands)).into_iter().zip(1_u64..);
    let committed = committed.map(|(command, revision)| CommittedCommand {
        revision,
        at_ms: NOW_MS + revision * 1_000,
        command: Bytes::from(command),
    });
    clinic.applied.apply(committed.collect(), b"marker".to_vec()).unwrap();
    clinic
}

fn state() -> Vec<u8> {
    list(replayed().records().into_iter().flat_map(|(key, value)| [key, value]))
}

fn kept_records() -> Vec<SnapshotRecord> {
    let parts = items(&kept("0.1/state-1.bin", state));
    parts.chunks(2).map(|pair| (pair[0].clone(), pair[1].clone())).collect()
}

#[test]
fn the_same_commands_make_the_same_state() {
    let (mut now, mut then) = (replayed().records(), kept_records());
    for records in [&mut now, &mut then] {
        // The hash differs whatever differs: it comes last.
        records.sort_by_key(|(key, _)| key[0] == 0x01);
    }
    for (now, then) in now.iter().zip(&then) {
        assert_eq!(
            now, then,
            "the commands of release 0.1 make another record: nodes of the two releases would take each other for damaged. \
             What is applied or written in another way is a command of a new version (docs/formats.md)"
        );
    }
    assert_eq!(now.len(), then.len());
}

/// Reads a value as what its table holds, and writes it as this program would.
fn rewritten(key: &[u8], value: &[u8]) -> Vec<u8> {
    fn again<R: Record>(value: &[u8]) -> Vec<u8> {
        encode(&decode::<R>(value).unwrap()).unwrap()
    }
    match key[0] {
        0x01 if key[1] == 1 => b"marker".to_vec(),
        0x01 if key[1] == 2 => again::<Progress>(value),
        0x01 => again::<Private>(value),
        0x02 => again::<Person>(value),
        0x03 | 0x0b | 0x0c => <[u8; 16]>::try_from(value).unwrap().to_vec(),
        0x04 => again::<Site>(value),
        0x05 => again::<Session>(value),
        0x07 => again::<Conversation>(value),
        0x08 => again::<Membership>(value),
        0x0e => again::<Event>(value),
        0x0f => u64::from_be_bytes(value.try_into().unwrap()).to_be_bytes().to_vec(),
        0x10 => again::<StoredVersion>(value),
        0x11 => again::<BreakGlass>(value),
        0x13 => again::<StoredAnswer>(value),
        0x14 => again::<AuditRecord>(value),
        0x06 | 0x09 | 0x0a | 0x0d | 0x12 | 0x15 | 0x16 => Vec::new(),
        table => panic!("no table {table:02x} is known"),
    }
}

#[test]
fn a_state_of_then_is_read_installed_and_gone_on_from() {
    let records = kept_records();
    for (key, value) in &records {
        assert_eq!(rewritten(key, value), *value, "{key:02x?}");
    }
    let tables: BTreeSet<u8> = records.iter().map(|(key, _)| key[0]).collect();
    assert_eq!(tables, (0x01..=0x16).collect(), "every table is in it");

    let clinic = Clinic::new();
    let sent = records.clone();
    let snapshot = StateSnapshot::new(b"marker".to_vec(), move || Box::new(sent.clone().into_iter().map(Ok)));
    clinic.applied.install(snapshot).unwrap();
    assert!(clinic.records() == records);
    let progress = clinic.applied.progress();
    assert_eq!(progress, replayed().applied.progress());
    let name = clinic.reader.person_by_login(" NINA ").unwrap().map(|nurse| nurse.id);
    assert_eq!(name, Some(folk::NURSE), "by a fingerprint in a key");
    let next = CommittedCommand {
        revision: progress.revision + 1,
        at_ms: 0,
        command: encode_command(&crate::clinic::envelope(
            folk::NURSE,
            77,
            crate::clinic::send(folk::GROUP, "on"),
        ))
        .unwrap(),
    };
    let answers = clinic.applied.apply(vec![next], b"next".to_vec()).unwrap();
    assert!(matches!(answers[..], [Answer::Done { .. } | Answer::Refused { .. }]));
    assert_eq!(clinic.applied.progress().audit_count, progress.audit_count + 1);
}

/// fjall makes its journal as large as it will get. The fixture has it without the zeros at its end.
const JOURNAL: &str = "1/0.jnl";
const JOURNAL_SIZE_BYTES: u64 = 64 * 1024 * 1024;

#[test]
fn a_store_of_then_opens_and_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    if crate::fixtures::is_wanted("0.1/store") {
        let clinic = replayed_over(Arc::new(
            FjallBackend::open(&crate::fixtures::path("0.1/store")).unwrap(),
        ));
        clinic.applied.persist().unwrap();
        drop(clinic);
        let journal = crate::fixtures::path("0.1/store").join(JOURNAL);
        let written = fs::read(&journal).unwrap().iter().rposition(|byte| *byte != 0).unwrap();
        fs::File::options()
            .write(true)
            .open(journal)
            .unwrap()
            .set_len(written as u64 + 1)
            .unwrap();
    }
    crate::fixtures::unpack("0.1/store", folder.path());
    let journal = fs::File::options().write(true).open(folder.path().join(JOURNAL));
    journal.unwrap().set_len(JOURNAL_SIZE_BYTES).unwrap();
    for round in 0..2 {
        let mut clinic = Clinic::over(Arc::new(FjallBackend::open(folder.path()).unwrap()));
        let revision = replayed().applied.progress().revision;
        assert_eq!(clinic.applied.progress().revision, revision + round);
        if round == 0 {
            assert!(clinic.records() == kept_records());
        }
        clinic.ask(folk::NURSE, crate::clinic::send(folk::GROUP, "on"));
        clinic.applied.persist().unwrap();
    }
}

/// A log with all that one can hold: a tail that was taken back, a head that was purged, a value, and a second group.
fn write_log(folder: &Path) {
    let log = open(folder).unwrap();
    let vote = Change::Put {
        name: "vote",
        value: Bytes::from_static(b"for itself"),
    };
    durable(&log, vec![Change::Append(entries(1..9)), vote]).unwrap();
    durable(&log, vec![Change::TruncateAfter(Some(6)), Change::PurgeTo(2)]).unwrap();
    durable(&log, vec![Change::Append(entries(7..8))]).unwrap();
    let (told, done) = std::sync::mpsc::channel();
    log.append(
        GROUP + 1,
        entries(0..1),
        Box::new(move |outcome| told.send(outcome).unwrap()),
    );
    done.recv().unwrap().unwrap();
    log.truncate_after(GROUP + 1, None, Box::new(|outcome| outcome.unwrap()));
}

#[test]
fn a_log_of_then_opens_and_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    if crate::fixtures::is_wanted("0.1/log") {
        write_log(&crate::fixtures::path("0.1/log"));
    }
    crate::fixtures::unpack("0.1/log", folder.path());
    for round in 0..2 {
        let log = open(folder.path()).unwrap();
        let last = 7 + round;
        assert_eq!(indexes(&log), (3..=last).collect::<Vec<_>>());
        assert_eq!(log.get(GROUP, "vote").unwrap().as_deref(), Some(&b"for itself"[..]));
        assert_eq!(log.bounds(GROUP + 1), None);
        durable(&log, vec![Change::Append(entries(last + 1..last + 2))]).unwrap();
    }
    // What is behind the marks is a fingerprint; it was checked when the log was opened.
    for (file, mark) in [
        (crate::fixtures::path("0.1/log/high-water"), 7_u64),
        (folder.path().join("high-water"), 9),
    ] {
        let bytes = fs::read(file).unwrap();
        let marks = [
            &b"CRDMARK1"[..],
            &[1, 0, 0, 0],
            &GROUP.to_le_bytes(),
            &mark.to_le_bytes(),
        ]
        .concat();
        assert_eq!(bytes[..bytes.len() - 16], marks);
    }
}

/// Its bytes follow from where they are asked for.
struct Counting;

impl World for Counting {
    fn now_ms(&self) -> u64 {
        0
    }
    fn monotonic_ns(&self) -> u64 {
        0
    }
    fn fill_random(&self, bytes: &mut [u8]) {
        bytes.iter_mut().zip(0_u8..).for_each(|(byte, number)| *byte = number);
    }
}

#[test]
fn a_key_file_of_then_opens() {
    let folder = tempfile::tempdir().unwrap();
    let made = folder.path().join("made.key");
    NodeKeys::create_joined(&made, &[9; 32], &Counting).unwrap();
    let bytes = same("0.1/node-key-1.hex", &fs::read(&made).unwrap());
    let path = folder.path().join("node.key");
    fs::write(&path, bytes).unwrap();
    fs::set_permissions(&path, Permissions::from_mode(0o600)).unwrap();
    let keys = NodeKeys::open_or_create(&path, &Counting).unwrap();
    let expected: Vec<u8> = (0..32).collect();
    assert_eq!(
        (&keys.node.to_bytes()[..], *keys.workspace.to_bytes()),
        (&expected[..], [9; 32])
    );
}

#[test]
fn what_was_sealed_then_opens_and_fingerprints_are_those_of_then() {
    let world = TestWorld::new(0, 9);
    let key = StorageKey::from_bytes([1; 32]);
    for label in ["log", "state", "cluster"] {
        let own = key.derive(label);
        let sealed = kept(&format!("0.1/sealed-for-{label}-1.hex"), || {
            own.seal(&world, b"place", b"potassium 6.9")
        });
        assert_eq!(own.open(b"place", &sealed).unwrap(), b"potassium 6.9", "{label}");
    }
    same("0.1/fingerprint-1.hex", &key.derive("index").fingerprint(b"ada"));

    let contents = ContentKeys::new(Arc::new(TestWorld::new(0, 9)), &key);
    let (conversation, author) = (ConversationId(0xA0), PersonId(2));
    let wrapped = Sealed(kept("0.1/content-key-1.hex", || contents.draw(conversation).0));
    let body = || {
        contents
            .seal(conversation, &wrapped, author, "potassium 6.9")
            .unwrap()
            .0
    };
    let sealed = Sealed(kept("0.1/content-1.hex", body));
    let text = contents.open(conversation, &wrapped, author, &sealed);
    assert_eq!(text.unwrap(), "potassium 6.9");
    same(
        "0.1/request-fingerprint-1.hex",
        &contents.fingerprint(b"what was asked"),
    );
}
