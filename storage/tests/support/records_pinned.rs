//! Holds a record against the bytes that were written of it first.

use crate::fixtures::{self, kept, same};
use corridor_storage::records::{Record, decode, encode};
use std::fmt::Debug;

/// The release that wrote this version of a kind first. Whoever gives a record its second version says here when that was.
fn release_of(kind: u8, version: u8) -> &'static str {
    match (kind, version) {
        (_, 1) => "0.1",
        _ => panic!("say which release writes version {version} of kind {kind} first"),
    }
}

/// Written as the fixture says, read back from it, refused when anything is missing, left over, or said to be something else. What
/// earlier versions wrote is read as well.
pub fn pinned<R: Record + PartialEq + Debug>(record: &R, name: &str) {
    let fixture = |version| format!("{}/{name}-{version}.hex", release_of(R::KIND, version));
    for version in 1..R::VERSION {
        let bytes = kept(&fixture(version), || {
            panic!("{name} of version {version} was written by an earlier release")
        });
        assert!(
            decode::<R>(&bytes).is_ok(),
            "{name} of version {version} is not read any more"
        );
    }
    let current = fixture(R::VERSION);
    let bytes = same(&current, &encode(record).unwrap());
    fixtures::read(&current, decode::<R>(&bytes).unwrap(), record);
    assert_eq!(bytes[..2], [R::KIND, R::VERSION]);
    for length in 0..bytes.len() {
        assert!(decode::<R>(&bytes[..length]).is_err(), "{name} cut at {length}");
    }
    assert!(
        decode::<R>(&[bytes.as_slice(), &[0]].concat()).is_err(),
        "{name} with a byte more"
    );
    for place in 0..2 {
        let mut other = bytes.clone();
        other[place] ^= 0x80;
        assert!(decode::<R>(&other).is_err(), "{name} under another kind or version");
    }
}
