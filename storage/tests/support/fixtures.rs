//! Fixtures: bytes as a release wrote them, kept for ever in `tests/fixtures/RELEASE` of the crate that includes this file.
//!
//! Stands beside the tests of stored formats and of the bytes between nodes, here and in the crates above. It refuses to know what the
//! bytes say. `docs/formats.md` has the rule for changing a format.
#![allow(
    dead_code,
    clippy::unwrap_used,
    reason = "every test program takes what it needs; test"
)]

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// Set to anything, fixtures that are missing are written by the tests that look for them. None is ever written over.
const WRITE: &str = "CORRIDOR_WRITE_FIXTURES";

const CHANGED: &str = "Data on disk and nodes of that release hold these bytes, so they must be read as before and, as long as such a node \
    may be in the cluster, written as before. If this change was meant: give the format a new version, keep reading the old one, leave \
    this fixture as it is, and add one of the new version beside those of the release that writes it (docs/formats.md).";

/// Tests run beside each other, and look for the same fixtures.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

/// Where the fixture is. A name is `RELEASE/what-it-is-VERSION.hex`; the folder is the release that wrote it first.
pub fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(name)
}

/// Whether missing fixtures are to be written.
fn is_writing() -> bool {
    std::env::var_os(WRITE).is_some()
}

/// The bytes that were kept under this name, for formats whose bytes are never the same twice: sealed ones.
pub fn kept(name: &str, make: impl FnOnce() -> Vec<u8>) -> Vec<u8> {
    let path = path(name);
    if !path.exists() {
        assert!(
            is_writing(),
            "the fixture {name} is missing; if what it holds is new, {WRITE}=1 lets this test write it"
        );
        let made = make();
        let text = hexadecimal(&made);
        write(&path, if is_text(name) { text.as_bytes() } else { &made });
    }
    let found = std::fs::read(&path).unwrap();
    if is_text(name) { bytes_of(&found) } else { found }
}

/// Whole or not at all.
fn write(path: &Path, bytes: &[u8]) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    let beside = path.with_extension(format!("{:?}", std::thread::current().id()));
    std::fs::write(&beside, bytes).unwrap();
    std::fs::rename(&beside, path).unwrap();
}

/// Small ones are digits, which people can compare; large ones are the bytes themselves.
fn is_text(name: &str) -> bool {
    name.ends_with(".hex")
}

/// The bytes that were kept under this name; `now`, which this program writes for the same value, must be those.
pub fn same(name: &str, now: &[u8]) -> Vec<u8> {
    let kept = kept(name, || now.to_vec());
    assert!(
        kept == now,
        "{name} is written differently now.\n{CHANGED}\nkept:\n{}now:\n{}",
        beginning(&kept),
        beginning(now)
    );
    kept
}

/// As [`same`] for one case of many, each a line `case: digits` in one file: the variants of a message, say.
pub fn same_case(name: &str, case: &str, now: &[u8]) -> Vec<u8> {
    let path = path(name);
    let _alone = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    let text = std::fs::read_to_string(&path).unwrap_or_default();
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix(case)?.strip_prefix(": "));
    let Some(line) = line else {
        assert!(
            is_writing(),
            "{name} has no case {case}; if the case is new, it goes into a file of the release that writes it first, and {WRITE}=1 \
             lets this test write it"
        );
        let digits = hexadecimal(now).replace('\n', "");
        write(&path, format!("{text}{case}: {digits}\n").as_bytes());
        return now.to_vec();
    };
    let kept = bytes_of(line.as_bytes());
    assert!(
        kept == now,
        "{case} of {name} is written differently now.\n{CHANGED}\nkept:\n{}now:\n{}",
        beginning(&kept),
        beginning(now)
    );
    kept
}

/// What was kept is read as the value that was written.
pub fn read<T: PartialEq + std::fmt::Debug>(name: &str, read: T, written: &T) {
    assert!(
        read == *written,
        "{name} is read differently now.\n{CHANGED}\nread: {read:?}\nwritten: {written:?}"
    );
}

/// As much as somebody wants to look at.
fn beginning(bytes: &[u8]) -> String {
    hexadecimal(&bytes[..bytes.len().min(1_024)])
}

/// Thirty-two bytes a line.
fn hexadecimal(bytes: &[u8]) -> String {
    let mut text = String::new();
    for line in bytes.chunks(32) {
        line.iter().for_each(|byte| write!(text, "{byte:02x}").unwrap());
        text.push('\n');
    }
    text
}

/// The bytes that the digits of a text stand for.
fn bytes_of(text: &[u8]) -> Vec<u8> {
    let digits: Vec<u8> = text.iter().copied().filter(u8::is_ascii_hexdigit).collect();
    let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap();
    digits.chunks(2).map(byte).collect()
}

/// Whether a folder is missing and is to be made.
pub fn is_wanted(name: &str) -> bool {
    let is_missing = !path(name).exists();
    assert!(
        !is_missing || is_writing(),
        "the fixture {name} is missing; {WRITE}=1 lets this test write it"
    );
    is_missing
}

/// Puts a folder of kept files into another one, where they may be opened and changed.
pub fn unpack(name: &str, into: &Path) {
    copy(&path(name), into);
}

/// Copies a folder and what is in it.
fn copy(from: &Path, into: &Path) {
    std::fs::create_dir_all(into).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = into.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), &target).unwrap();
        }
    }
}
