//! A Rust file with its comments, strings and tests told apart, so that a rule about code is not fooled by words.
//!
//! This is no parser: it knows comments, literals, attributes and matching braces, which is all that the rules need. Positions are
//! byte offsets and the same in all three forms of the text.

use std::ops::Range;

/// One Rust file.
#[derive(Debug)]
pub struct RustText {
    /// The text with comments and the insides of strings blanked.
    pub code: String,
    /// The text with only comments blanked.
    pub code_and_strings: String,
    /// The bytes that are compiled for tests only.
    tests: Vec<Range<usize>>,
}

impl RustText {
    pub fn new(source: &str) -> Self {
        let (code, code_and_strings) = blanked(source);
        let tests = test_items(&code);
        Self {
            code,
            code_and_strings,
            tests,
        }
    }

    /// Marks the whole file as test code, for a file that only a test module names.
    pub fn whole_file_is_test(&mut self) {
        self.tests = std::iter::once(0..self.code.len()).collect();
    }

    pub fn is_test(&self, position: usize) -> bool {
        self.tests.iter().any(|range| range.contains(&position))
    }

    /// The line of a position, counted from 1.
    pub fn line(&self, position: usize) -> usize {
        self.code
            .as_bytes()
            .iter()
            .take(position)
            .filter(|byte| **byte == b'\n')
            .count()
            + 1
    }

    /// Where the code has this text, in order.
    pub fn find<'a>(&'a self, wanted: &'a str) -> impl Iterator<Item = usize> + 'a {
        self.code.match_indices(wanted).map(|(position, _)| position)
    }

    /// As `find`, where the text does not continue a word on its left.
    pub fn find_word<'a>(&'a self, wanted: &'a str) -> impl Iterator<Item = usize> + 'a {
        let bytes = self.code.as_bytes();
        self.find(wanted)
            .filter(move |position| *position == 0 || !is_word_byte(bytes[position - 1]))
    }
}

pub fn is_word_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || !byte.is_ascii()
}

/// Both forms of the text.
fn blanked(source: &str) -> (String, String) {
    let bytes = source.as_bytes();
    let mut code = bytes.to_vec();
    let mut code_and_strings = bytes.to_vec();
    let mut at = 0;
    while at < bytes.len() {
        let rest = &bytes[at..];
        let word_before = at > 0 && is_word_byte(bytes[at - 1]);
        if rest.starts_with(b"//") {
            let length = rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len());
            blank(&mut code[at..at + length]);
            blank(&mut code_and_strings[at..at + length]);
            at += length;
        } else if rest.starts_with(b"/*") {
            let length = block_comment_length(rest);
            blank(&mut code[at..at + length]);
            blank(&mut code_and_strings[at..at + length]);
            at += length;
        } else if let Some((inside, length)) = raw_string(rest).filter(|_| !word_before) {
            blank(&mut code[at + inside.start..at + inside.end]);
            at += length;
        } else if rest[0] == b'"' {
            let length = string_length(rest);
            blank(&mut code[at + 1..at + (length - 1).max(1)]);
            at += length;
        } else if rest[0] == b'\'' {
            let length = character_length(rest);
            if length > 1 {
                blank(&mut code[at + 1..at + length - 1]);
            }
            at += length;
        } else {
            at += 1;
        }
    }
    (
        String::from_utf8_lossy(&code).into_owned(),
        String::from_utf8_lossy(&code_and_strings).into_owned(),
    )
}

fn blank(bytes: &mut [u8]) {
    for byte in bytes {
        if *byte != b'\n' {
            *byte = b' ';
        }
    }
}

fn block_comment_length(rest: &[u8]) -> usize {
    let mut depth = 0;
    let mut at = 0;
    while at < rest.len() {
        if rest[at..].starts_with(b"/*") {
            depth += 1;
            at += 2;
        } else if rest[at..].starts_with(b"*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += 1;
        }
    }
    rest.len()
}

/// The inside and the length of a raw string that starts here.
fn raw_string(rest: &[u8]) -> Option<(Range<usize>, usize)> {
    let starts = |prefix: &&[u8]| rest.starts_with(prefix) && matches!(rest.get(prefix.len()), Some(b'#' | b'"'));
    let prefix = [&b"r"[..], b"br", b"cr"].into_iter().find(starts)?;
    let hashes = rest[prefix.len()..].iter().take_while(|byte| **byte == b'#').count();
    let opening = prefix.len() + hashes + 1;
    if rest.get(opening - 1) != Some(&b'"') {
        return None;
    }
    let closing: Vec<u8> = std::iter::once(b'"').chain(std::iter::repeat_n(b'#', hashes)).collect();
    match rest[opening..]
        .windows(closing.len())
        .position(|window| window == closing)
    {
        Some(inside) => Some((opening..opening + inside, opening + inside + closing.len())),
        None => Some((opening..rest.len(), rest.len())),
    }
}

fn string_length(rest: &[u8]) -> usize {
    let mut at = 1;
    while at < rest.len() {
        match rest[at] {
            b'\\' => at += 2,
            b'"' => return at + 1,
            _ => at += 1,
        }
    }
    rest.len()
}

/// The length of a character literal, or 1 for the tick of a lifetime.
fn character_length(rest: &[u8]) -> usize {
    if rest.get(1) == Some(&b'\\') {
        let end = rest.iter().skip(3).position(|byte| *byte == b'\'');
        return end.map_or(1, |end| end + 4);
    }
    let width = match rest.get(1) {
        Some(byte) if *byte < 0x80 => 1,
        Some(byte) if *byte < 0xe0 => 2,
        Some(byte) if *byte < 0xf0 => 3,
        _ => 4,
    };
    if rest.get(1 + width) == Some(&b'\'') {
        width + 2
    } else {
        1
    }
}

/// The items that stand under `#[cfg(test)]` or another condition that needs `test`.
fn test_items(code: &str) -> Vec<Range<usize>> {
    if code.trim_start().starts_with("#![cfg(test)]") {
        return std::iter::once(0..code.len()).collect();
    }
    let mut items = Vec::new();
    for (start, _) in code.match_indices("#[cfg(") {
        let Some(end) = matching(code, start + 1, b'[', b']') else {
            continue;
        };
        if needs_test(&code[start..end]) {
            items.push(start..item_end(code, end));
        }
    }
    items
}

fn needs_test(attribute: &str) -> bool {
    let is_test = |word: &str| word == "test";
    attribute
        .split(|character: char| !character.is_alphanumeric() && character != '_')
        .any(is_test)
        && !attribute.contains("not(")
}

/// The end of the item that follows: at its closing brace, or at the semicolon of an item without a body.
fn item_end(code: &str, from: usize) -> usize {
    let mut nested: u32 = 0;
    for (at, byte) in code.bytes().enumerate().skip(from) {
        match byte {
            b'(' | b'[' => nested += 1,
            b')' | b']' => nested = nested.saturating_sub(1),
            b';' if nested == 0 => return at + 1,
            b'{' if nested == 0 => return matching(code, at, b'{', b'}').unwrap_or(code.len()),
            _ => {}
        }
    }
    code.len()
}

/// The position after the bracket that closes the one at `open`.
pub fn matching(code: &str, open: usize, opening: u8, closing: u8) -> Option<usize> {
    let mut depth: u32 = 0;
    for (at, byte) in code.bytes().enumerate().skip(open) {
        if byte == opening {
            depth += 1;
        } else if byte == closing {
            depth = depth.checked_sub(1)?;
            if depth == 0 {
                return Some(at + 1);
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_strings_are_blanked_in_place() {
        let text = RustText::new("let a = \"x{\"; // {\n/* { /* { */ */ let b = 'c';");
        assert_eq!(text.code, "let a = \"  \";     \n                let b = ' ';");
        assert!(text.code_and_strings.starts_with("let a = \"x{\";  "));
    }

    #[test]
    fn raw_strings_escapes_and_lifetimes_are_understood() {
        let text = RustText::new(r###"f(r#"a"b"#, "\"x", '\'', '"', b"y"); fn g<'a>(b: &'a str) {}"###);
        assert_eq!(
            text.code,
            r###"f(r#"   "#, "   ", '  ', ' ', b" "); fn g<'a>(b: &'a str) {}"###
        );
    }

    #[test]
    fn names_that_end_in_r_do_not_start_a_raw_string() {
        assert_eq!(RustText::new(r#"var"x" "y""#).code, r#"var" " " ""#);
    }

    #[test]
    fn characters_beyond_ascii_keep_the_positions() {
        let source = "let a = 'é'; let b = \"→\"; call();";
        let text = RustText::new(source);
        assert_eq!(text.code.len(), source.len());
        assert_eq!(text.find("call()").next(), source.find("call()"));
    }

    #[test]
    fn test_modules_functions_and_declarations_are_tests() {
        let source =
            "fn a() {}\n#[cfg(test)]\nmod tests {\n    fn b() {}\n}\nfn c() {}\n#[cfg(test)]\nmod d;\nfn e() {}\n";
        let text = RustText::new(source);
        let is_test = |wanted: &str| text.find(wanted).next().map(|position| text.is_test(position));
        assert_eq!(is_test("fn a"), Some(false));
        assert_eq!(is_test("fn b"), Some(true));
        assert_eq!(is_test("fn c"), Some(false));
        assert_eq!(is_test("mod d"), Some(true));
        assert_eq!(is_test("fn e"), Some(false));
    }

    #[test]
    fn conditions_that_only_mention_a_test_are_told_apart() {
        assert!(needs_test("#[cfg(all(test, corridor_loom))]"));
        assert!(!needs_test("#[cfg(not(test))]"));
        assert!(!needs_test("#[cfg(feature = \"        \")]"));
    }

    #[test]
    fn lines_are_counted_from_one() {
        let text = RustText::new("a\nb\nc");
        assert_eq!([text.line(0), text.line(2), text.line(4)], [1, 2, 3]);
    }
}
