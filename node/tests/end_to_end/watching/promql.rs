//! Reads out of a PromQL expression which series it asks for. Pure; it knows the grammar as far as that needs.

/// The vector selectors: a metric's name, with its label matchers if it has some.
pub fn selectors(expression: &str) -> Vec<String> {
    let mut rest = expression;
    let mut found = Vec::new();
    while let Some(first) = rest.chars().next() {
        match first {
            '"' => rest = after_string(rest),
            '[' => rest = after(rest, ']'),
            _ if is_start(first) => {
                let end = rest.find(|c: char| !is_part(c)).unwrap_or(rest.len());
                let (word, next) = rest.split_at(end);
                rest = next.trim_start();
                match word {
                    "by" | "without" | "on" | "ignoring" | "group_left" | "group_right" => {
                        if rest.starts_with('(') {
                            rest = after(rest, ')');
                        }
                    }
                    "and" | "or" | "unless" | "bool" | "offset" => {}
                    // A function, or an aggregation, which may say first by what.
                    _ if rest.starts_with('(') || is_word(rest, "by") || is_word(rest, "without") => {}
                    _ => {
                        let matchers = if rest.starts_with('{') { matchers(rest) } else { "" };
                        found.push(format!("{word}{matchers}"));
                        rest = &rest[matchers.len()..];
                    }
                }
            }
            // A number may hold letters: 2e9, 0x1f.
            '0'..='9' => rest = &rest[rest.find(|c: char| !is_part(c) && c != '.').unwrap_or(rest.len())..],
            _ => rest = &rest[first.len_utf8()..],
        }
    }
    found
}

fn is_start(c: char) -> bool {
    c.is_ascii_alphabetic() || matches!(c, '_' | ':')
}

fn is_part(c: char) -> bool {
    is_start(c) || c.is_ascii_digit()
}

fn is_word(text: &str, word: &str) -> bool {
    text.strip_prefix(word).is_some_and(|rest| !rest.starts_with(is_part))
}

fn after(text: &str, end: char) -> &str {
    text.split_once(end).map_or("", |(_, rest)| rest)
}

fn after_string(text: &str) -> &str {
    let mut characters = text.char_indices().skip(1);
    while let Some((place, c)) = characters.next() {
        match c {
            '\\' => drop(characters.next()),
            '"' => return &text[place + 1..],
            _ => {}
        }
    }
    ""
}

/// From `{` to its `}`; a brace in a string is none.
fn matchers(text: &str) -> &str {
    let mut rest = &text[1..];
    loop {
        match rest.find(['"', '}']) {
            Some(place) if rest[place..].starts_with('"') => rest = after_string(&rest[place..]),
            Some(place) => return &text[..text.len() - rest.len() + place + 1],
            None => return text,
        }
    }
}

#[test]
fn selectors_are_found_and_nothing_else() {
    for (expression, expected) in [
        ("up", &["up"][..]),
        ("up{job=\"a\"} == 0", &["up{job=\"a\"}"]),
        (
            "sum by (kind) (rate(a_total{b=~\".*}\", c=\"d\"}[5m])) / 2e9 > bool 0.5",
            &["a_total{b=~\".*}\", c=\"d\"}"],
        ),
        (
            "histogram_quantile(0.99, sum by (instance, le) (rate(x_seconds_bucket[5m]))) > 0.1",
            &["x_seconds_bucket"],
        ),
        (
            "a:b:c > 0.8 and on (instance) delta(d[15m] offset 5m) > 0",
            &["a:b:c", "d"],
        ),
        ("a * on (x) group_left (version) b unless c", &["a", "b", "c"]),
        ("max(bytes) without (x) + count without (by) (y)", &["bytes", "y"]),
        ("label_replace(a, \"to\", \"$1\", \"from\", \"(.*)\")", &["a"]),
    ] {
        assert_eq!(selectors(expression), expected, "{expression}");
    }
}
