//! What an invitation looks like on paper: letters and digits without look-alikes, with a checksum, so that a typing error is told
//! from an invitation that nobody knows.
//!
//! `version (1) | id (8) | secret (16) | SHA-256 of the authority's certificate (32) | checksum (4)`, in Crockford's base 32, in
//! groups of seven. Pure; whether an invitation is good is for [`super::invitation`] to say.

use sha2::{Digest, Sha256};
use std::fmt::Write as _;
use zeroize::Zeroizing;

const VERSION: u8 = 1;
const ID_SIZE_BYTES: usize = 8;
const SECRET_SIZE_BYTES: usize = 16;
const CHECKSUM_SIZE_BYTES: usize = 4;
const SIZE_BYTES: usize = 1 + ID_SIZE_BYTES + SECRET_SIZE_BYTES + 32 + CHECKSUM_SIZE_BYTES;
const GROUP_CHARACTERS: usize = 7;
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// An invitation, as it is handed to somebody. No `Debug`: it carries the secret.
#[derive(Clone, PartialEq, Eq)]
pub struct Token {
    /// Which invitation.
    pub id: [u8; ID_SIZE_BYTES],
    /// What shows that it was given.
    pub secret: Zeroizing<[u8; SECRET_SIZE_BYTES]>,
    /// Who must answer: the SHA-256 of the authority's certificate.
    pub authority: [u8; 32],
}

/// Why a text is not an invitation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// A character too many, too few, or another one.
    #[error(
        "the token is not complete or has a typing error; copy it whole from what `corridor cluster invite` printed"
    )]
    Mistyped,
    /// It is whole, but not of this form.
    #[error("the token is of a newer version of corridor; install that version here first")]
    Newer,
}

impl Token {
    /// As text: 14 groups, 111 characters.
    pub fn to_text(&self) -> String {
        let mut bytes = Zeroizing::new([0; SIZE_BYTES]);
        bytes[0] = VERSION;
        bytes[1..9].copy_from_slice(&self.id);
        bytes[9..25].copy_from_slice(self.secret.as_ref());
        bytes[25..57].copy_from_slice(&self.authority);
        let checksum = checksum(&bytes[..57]);
        bytes[57..].copy_from_slice(&checksum);
        let digits = digits(bytes.as_ref());
        let mut text = String::with_capacity(digits.len() + digits.len() / GROUP_CHARACTERS);
        for (position, digit) in digits.iter().enumerate() {
            let dash = if position > 0 && position % GROUP_CHARACTERS == 0 {
                "-"
            } else {
                ""
            };
            // Writing to a string does not fail.
            let _ = write!(text, "{dash}{}", char::from(*digit));
        }
        text
    }

    /// Reads it back, in either case, with or without dashes and spaces; O is 0, I and L are 1.
    pub fn parse(text: &str) -> Result<Self, TokenError> {
        let bytes = Zeroizing::new(bytes_of(text).ok_or(TokenError::Mistyped)?);
        let (body, found) = bytes
            .split_last_chunk::<CHECKSUM_SIZE_BYTES>()
            .ok_or(TokenError::Mistyped)?;
        if checksum(body) != *found {
            return Err(TokenError::Mistyped);
        }
        match body.split_first() {
            Some((&VERSION, _)) if bytes.len() == SIZE_BYTES => {}
            Some((&VERSION, _)) | None => return Err(TokenError::Mistyped),
            Some(_) => return Err(TokenError::Newer),
        }
        let mut token = Self {
            id: [0; ID_SIZE_BYTES],
            secret: Zeroizing::new([0; SECRET_SIZE_BYTES]),
            authority: [0; 32],
        };
        token.id.copy_from_slice(&body[1..9]);
        token.secret.copy_from_slice(&body[9..25]);
        token.authority.copy_from_slice(&body[25..57]);
        Ok(token)
    }
}

fn checksum(bytes: &[u8]) -> [u8; CHECKSUM_SIZE_BYTES] {
    let digest = Sha256::new()
        .chain_update(b"corridor invitation checksum")
        .chain_update(bytes)
        .finalize();
    let mut short = [0; CHECKSUM_SIZE_BYTES];
    short.copy_from_slice(&digest[..CHECKSUM_SIZE_BYTES]);
    short
}

/// Five bits a digit, the last one filled up with zeros.
fn digits(bytes: &[u8]) -> Vec<u8> {
    let (mut digits, mut held, mut held_bits) = (Vec::with_capacity(bytes.len() * 8 / 5 + 1), 0_u32, 0);
    for byte in bytes {
        held = held << 8 | u32::from(*byte);
        held_bits += 8;
        while held_bits >= 5 {
            held_bits -= 5;
            digits.push(ALPHABET[(held >> held_bits & 31) as usize]);
        }
    }
    if held_bits > 0 {
        digits.push(ALPHABET[(held << (5 - held_bits) & 31) as usize]);
    }
    digits
}

fn bytes_of(text: &str) -> Option<Vec<u8>> {
    // A whole one has 111 characters; who pastes a page is not read to its end.
    if text.len() > 4 * SIZE_BYTES {
        return None;
    }
    let (mut bytes, mut held, mut held_bits) = (Vec::with_capacity(SIZE_BYTES), 0_u32, 0);
    for character in text
        .chars()
        .filter(|character| *character != '-' && !character.is_whitespace())
    {
        let character = match character.to_ascii_lowercase() {
            'o' => '0',
            'i' | 'l' => '1',
            other => other,
        };
        let digit = ALPHABET.iter().position(|letter| char::from(*letter) == character)?;
        held = held << 5 | u32::try_from(digit).ok()?;
        held_bits += 5;
        if held_bits >= 8 {
            held_bits -= 8;
            bytes.push((held >> held_bits & 0xff) as u8);
            held &= (1 << held_bits) - 1;
        }
    }
    (held_bits < 5 && held == 0).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use super::{SIZE_BYTES, Token, TokenError, bytes_of, checksum, digits};
    use zeroize::Zeroizing;

    fn token() -> Token {
        Token {
            id: [1, 2, 3, 4, 5, 6, 7, 8],
            secret: Zeroizing::new([0xab; 16]),
            authority: [0xcd; 32],
        }
    }

    #[test]
    fn the_form_of_version_one_stays() {
        let text = token().to_text();
        // Worked out by another program from the first lines of this file.
        let expected = "040g40r-40m30e2-5bnentq-axbnent-qaxbnen-tqaxbsq-6wvkeds-\
                        q6wvked-sq6wvke-dsq6wvk-edsq6wv-kedsq6w-vkedsq6-geseh4w";
        assert_eq!(text, expected);
        assert_eq!((text.len(), text.split('-').count()), (111, 14));
        assert!(text.bytes().all(|byte| byte == b'-' || super::ALPHABET.contains(&byte)));
        assert!(Token::parse(&text).is_ok_and(|read| read == token()));
    }

    #[test]
    fn it_is_read_as_people_write_it() {
        let text = token().to_text();
        let spaced = format!("  {}\n", text.to_uppercase().replace('-', " "));
        let look_alikes = text.replace('0', "O").replacen('1', "l", 1).replace('1', "I");
        for written in [spaced, look_alikes, text.replace('-', "")] {
            assert!(Token::parse(&written).is_ok_and(|read| read == token()), "{written}");
        }
    }

    #[test]
    fn every_typing_error_is_found() {
        let text = token().to_text();
        for position in 0..text.len() {
            let found = text.as_bytes()[position];
            if found == b'-' {
                continue;
            }
            let mut changed = text.clone().into_bytes();
            changed[position] = if found == b'z' { b'y' } else { b'z' };
            let changed = String::from_utf8(changed).unwrap();
            assert_eq!(Token::parse(&changed).err(), Some(TokenError::Mistyped), "{changed}");
            assert_eq!(Token::parse(&text[..position]).err(), Some(TokenError::Mistyped));
        }
        for wrong in ["", "u", "häuser", &"0".repeat(98), &"0".repeat(10_000)] {
            assert_eq!(Token::parse(wrong).err(), Some(TokenError::Mistyped));
        }
    }

    #[test]
    fn a_newer_form_is_told_from_a_typing_error() {
        let mut bytes = vec![2; 40];
        let sum = checksum(&bytes);
        bytes.extend_from_slice(&sum);
        let text = String::from_utf8(digits(&bytes)).unwrap();
        assert_eq!(Token::parse(&text).err(), Some(TokenError::Newer));
    }

    #[test]
    fn digits_are_the_inverse_of_bytes() {
        for length in 0..=SIZE_BYTES {
            let bytes: Vec<u8> = (0..length).map(|position| (position * 37 + 11) as u8).collect();
            let text = String::from_utf8(digits(&bytes)).unwrap();
            assert_eq!(bytes_of(&text), Some(bytes));
        }
    }
}
