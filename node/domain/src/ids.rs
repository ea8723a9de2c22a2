//! Names of things: 128-bit identifiers with a text form that says what they name.
//!
//! Made by the node that receives a command (48 bits of time, 80 of randomness, so that neighbours in time are neighbours on
//! disk) and carried in the envelope; a client never chooses one, except its command ids. Knows nothing of what they point at.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
const TEXT_LENGTH: usize = 26;

/// The text is not an identifier of the kind that was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotAnId;

impl fmt::Display for NotAnId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not an identifier of this kind")
    }
}

fn write_base32(value: u128, out: &mut String) {
    for place in (0..TEXT_LENGTH).rev() {
        out.push(char::from(ALPHABET[((value >> (place * 5)) & 31) as usize]));
    }
}

fn read_base32(text: &str) -> Result<u128, NotAnId> {
    let bytes = text.as_bytes();
    // 26 places of 5 bits are 130 bits: the first place may only hold the two that are left.
    if bytes.len() != TEXT_LENGTH || !matches!(bytes[0], b'0'..=b'7') {
        return Err(NotAnId);
    }
    bytes.iter().try_fold(0_u128, |value, byte| {
        let digit = ALPHABET.iter().position(|letter| letter == byte).ok_or(NotAnId)?;
        Ok((value << 5) | digit as u128)
    })
}

macro_rules! identifier {
    ($(#[$meaning:meta])* $name:ident, $prefix:literal) => {
        $(#[$meaning])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub struct $name(#[serde(with = "fixed_bytes")] pub u128);

        impl $name {
            /// The text before the underscore-separated digits.
            pub const PREFIX: &'static str = $prefix;

            /// Big-endian bytes: the order of bytes is the order of identifiers.
            pub const fn to_bytes(self) -> [u8; 16] {
                self.0.to_be_bytes()
            }

            /// The reverse of [`Self::to_bytes`].
            pub const fn from_bytes(bytes: [u8; 16]) -> Self {
                Self(u128::from_be_bytes(bytes))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let mut text = String::with_capacity($prefix.len() + TEXT_LENGTH);
                text.push_str($prefix);
                write_base32(self.0, &mut text);
                f.write_str(&text)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl FromStr for $name {
            type Err = NotAnId;
            fn from_str(text: &str) -> Result<Self, NotAnId> {
                read_base32(text.strip_prefix($prefix).ok_or(NotAnId)?).map(Self)
            }
        }
    };
}

identifier!(
    /// A person: staff, patient, proxy, partner or service.
    PersonId, "per_");
identifier!(
    /// A conversation of any kind.
    ConversationId, "con_");
identifier!(
    /// One sign-in on one device.
    SessionId, "ses_");
identifier!(
    /// A location of the workspace.
    SiteId, "site_");
identifier!(
    /// One message that is to be sent later.
    ScheduledId, "sch_");
identifier!(
    /// One coverage: somebody works for a time in the patient conversations of somebody who is away.
    CoverageId, "cov_");

identifier!(
    /// One task.
    TaskId, "tsk_");

identifier!(
    /// One pin to a patient's chart.
    PinId, "pin_");

identifier!(
    /// Words that are used again.
    TemplateId, "tpl_");

/// What the client calls its command; it keeps it until it has an answer. Unique per person, not over all.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct CommandId(#[serde(with = "fixed_bytes")] pub u128);

impl CommandId {
    /// Big-endian bytes, as they stand in keys.
    pub const fn to_bytes(self) -> [u8; 16] {
        self.0.to_be_bytes()
    }
}

impl fmt::Display for CommandId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

impl fmt::Debug for CommandId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for CommandId {
    type Err = NotAnId;
    /// Reads 32 hexadecimal digits, or a UUID (RFC 9562) with its four hyphens.
    fn from_str(text: &str) -> Result<Self, NotAnId> {
        let hyphens_at = [8, 13, 18, 23];
        let uuid = text.len() == 36 && hyphens_at.iter().all(|&place| text.as_bytes()[place] == b'-');
        if !(uuid || text.len() == 32) {
            return Err(NotAnId);
        }
        let mut value = 0_u128;
        for (place, letter) in text.chars().enumerate() {
            if uuid && hyphens_at.contains(&place) {
                continue;
            }
            value = (value << 4) | u128::from(letter.to_digit(16).ok_or(NotAnId)?);
        }
        Ok(Self(value))
    }
}

/// Identifiers are written as sixteen bytes: random numbers gain nothing from a variable length.
mod fixed_bytes {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub fn serialize<S: Serializer>(value: &u128, serializer: S) -> Result<S::Ok, S::Error> {
        value.to_be_bytes().serialize(serializer)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u128, D::Error> {
        <[u8; 16]>::deserialize(deserializer).map(u128::from_be_bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_back() {
        for value in [0, 1, 31, 32, u128::MAX, 0x0193_5f00_0000_1234_5678_9abc_def0_1234] {
            let id = PersonId(value);
            assert_eq!(id.to_string().parse::<PersonId>(), Ok(id));
            assert_eq!(PersonId::from_bytes(id.to_bytes()), id);
            let command = CommandId(value);
            assert_eq!(command.to_string().parse::<CommandId>(), Ok(command));
        }
    }

    #[test]
    fn refuses_what_is_not_one() {
        for text in [
            "",
            "per_",
            "con_00000000000000000000000000",
            "per_80000000000000000000000000",
            "per_0000000000000000000000000u",
        ] {
            assert_eq!(text.parse::<PersonId>(), Err(NotAnId), "{text}");
        }
        for text in [
            "",
            "12",
            "zz345678901234567890123456789012",
            "0193-5f0000001234567812345678901234aa",
            "é1234567890123456789012345678901",
        ] {
            assert_eq!(text.parse::<CommandId>(), Err(NotAnId), "{text}");
        }
    }

    #[test]
    fn a_uuid_is_a_command_id() {
        let with: CommandId = "01935f00-0000-1234-5678-9abcdef01234".parse().unwrap();
        let without: CommandId = "01935f000000123456789abcdef01234".parse().unwrap();
        assert_eq!(with, without);
    }
}
