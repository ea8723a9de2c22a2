//! Compares the bytes of values with what was stored before.

use serde::Serialize;
use serde::de::DeserializeOwned;
use std::fmt::{Debug, Write};

/// Each value has that name, those bytes (postcard, in hexadecimal) and comes back from them; numbers count from 0.
pub fn pinned<T: Serialize + DeserializeOwned + PartialEq + Debug>(cases: &[(T, &str, &str)]) {
    pinned_from(0, cases);
}

/// The same for the later ones of many: numbers count from that one.
pub fn pinned_from<T: Serialize + DeserializeOwned + PartialEq + Debug>(first: usize, cases: &[(T, &str, &str)]) {
    for (number, (value, name, expected)) in (first..).zip(cases) {
        let printed = format!("{value:?}");
        let called = printed.split(|letter: char| !letter.is_alphanumeric()).next();
        assert_eq!(called, Some(*name), "the name of number {number}");
        let Ok(bytes) = postcard::to_stdvec(value) else {
            panic!("{name} cannot be written")
        };
        let mut hexadecimal = String::new();
        for byte in &bytes {
            let _ = write!(hexadecimal, "{byte:02x}");
        }
        assert_eq!(hexadecimal, *expected, "the bytes of {name}");
        assert_eq!(usize::from(bytes[0]), number, "the number of {name}");
        assert_eq!(postcard::from_bytes(&bytes).as_ref(), Ok(value), "{name} comes back");
    }
}
