//! The rules about the text of one source file: its length, its opening, what may not stand in it.
//!
//! Words that the rules look for are put together from two parts, so that this file does not find itself.

use super::Finding;
use super::rust_text::{RustText, is_word_byte, matching};
use super::tree::Tree;

const CODE_ENDINGS: &[&str] = &["rs", "ts", "svelte", "mjs"];
const SPACED_ENDINGS: &[&str] = &["css", "html", "md", "mjs", "rs", "svelte", "toml", "ts"];

/// Above this a file no longer says one thing.
const LINES_WANTED: usize = 400;
/// Above this no reason helps.
const LINES_MAX: usize = 500;
/// Files that may be longer than `LINES_WANTED`, each with its reason.
const LONG_FILES: &[(&str, &str)] = &[];

/// Rust files whose failures only stop a build, and may therefore panic.
const MAY_PANIC: &[&str] = &["api/build.rs"];

/// Words that mean unfinished work, in code and in comments.
const UNFINISHED: &[&str] = &[concat!("FIX", "ME"), concat!("XX", "X")];
/// Macros that no finished code calls.
const UNFINISHED_MACROS: &[&str] = &["todo!", "unimplemented!", "dbg!"];

/// What the pure rules of the clinic may not touch, in `node/domain/src`.
const IMPURE: &[&str] = &[
    "std::env",
    "std::fs",
    "std::net",
    "std::process",
    "std::thread",
    "std::time::Instant",
    "std::time::SystemTime",
    "async fn",
    "async move",
    ".await",
];

pub fn length(tree: &Tree) -> Vec<Finding> {
    long_files(tree, LONG_FILES)
}

fn long_files(tree: &Tree, allowed: &[(&str, &str)]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, text) in tree.ending(CODE_ENDINGS) {
        let lines = text.lines().count();
        let reason = allowed.iter().find(|(long, _)| *long == path);
        if lines > LINES_MAX {
            findings.push(Finding::new(
                path,
                0,
                format!("{lines} lines; the limit is {LINES_MAX}: split it by what it says"),
            ));
        } else if lines > LINES_WANTED && reason.is_none() {
            let message = format!(
                "{lines} lines; above {LINES_WANTED} split it, or give a reason in LONG_FILES of the tidy test"
            );
            findings.push(Finding::new(path, 0, message));
        } else if lines <= LINES_WANTED && reason.is_some() {
            findings.push(Finding::new(
                path,
                0,
                "no longer long: take it off LONG_FILES of the tidy test",
            ));
        }
    }
    for (path, _) in allowed.iter().filter(|(path, _)| !tree.paths.contains(*path)) {
        findings.push(Finding::new(
            path,
            0,
            "does not exist: take it off LONG_FILES of the tidy test",
        ));
    }
    findings
}

pub fn opening(tree: &Tree) -> Vec<Finding> {
    let closed = tree.ending(&["rs"]).filter(|(_, text)| !text.starts_with("//!"));
    closed
        .map(|(path, _)| Finding::new(path, 1, "open with `//!`: where it stands and what it refuses to know"))
        .collect()
}

/// No glob import of our own: one could not tell where a name comes from. `use super::*` is right in a test module.
pub fn globs(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, text) in &tree.rust {
        for start in text.find_word("use ") {
            let length = text.code[start..].find(';').unwrap_or(0);
            let import = text.code[start + 4..start + length.max(4)].trim();
            if !import.contains('*') || !is_ours(import, text) {
                continue;
            }
            let allowed = import == "super::*" && is_test_code(path, text, start);
            if !allowed {
                let message = format!(
                    "`use {}`: name what is used",
                    import.split_whitespace().collect::<Vec<_>>().join(" ")
                );
                findings.push(Finding::new(path, text.line(start), message));
            }
        }
    }
    findings
}

/// Whether an import begins at a crate of ours, or at a module that this file declares.
fn is_ours(import: &str, text: &RustText) -> bool {
    let first = import.split("::").next().unwrap_or("").trim();
    let declared = || {
        let names = |position: usize| text.code[position + 4..].trim_start().strip_prefix(first);
        let ends = |rest: &str| rest.bytes().next().is_some_and(|byte| !is_word_byte(byte));
        !first.is_empty() && text.find_word("mod ").any(|position| names(position).is_some_and(ends))
    };
    matches!(first, "crate" | "super" | "self") || first.starts_with("corridor_") || declared()
}

pub fn whitespace(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, text) in tree.ending(SPACED_ENDINGS) {
        for (number, line) in (1..).zip(text.split('\n')) {
            if line.contains('\t') {
                findings.push(Finding::new(path, number, "a tab; indent with spaces"));
            }
            if line.ends_with([' ', '\t', '\r']) {
                findings.push(Finding::new(path, number, "space at the end of the line"));
            }
        }
    }
    findings
}

pub fn merge_markers(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, text) in &tree.texts {
        for (number, line) in (1..).zip(text.lines()) {
            if ["<", ">", "|"]
                .iter()
                .any(|sign| line.starts_with(&format!("{} ", sign.repeat(7))))
            {
                findings.push(Finding::new(path, number, "a merge was not finished here"));
            }
        }
    }
    findings
}

pub fn leftovers(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, text) in tree.ending(CODE_ENDINGS) {
        for (number, line) in (1..).zip(text.lines()) {
            for word in UNFINISHED.iter().filter(|word| has_word(line, word)) {
                findings.push(Finding::new(
                    path,
                    number,
                    format!("{word}: finish it or open an issue"),
                ));
            }
        }
    }
    for (path, text) in &tree.rust {
        for unfinished in UNFINISHED_MACROS {
            for position in text.find_word(unfinished) {
                findings.push(Finding::new(
                    path,
                    text.line(position),
                    format!("{unfinished} has no place in finished code"),
                ));
            }
        }
    }
    findings
}

/// No test is switched off, and none switches off the others.
pub fn switched_off(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, text) in &tree.rust {
        for position in text.find("#[ignore") {
            findings.push(Finding::new(
                path,
                text.line(position),
                "an ignored test: mend it or delete it",
            ));
        }
    }
    for (path, text) in tree.ending(&["ts", "svelte", "mjs"]) {
        for (number, line) in (1..).zip(text.lines()) {
            let calls = |subject: &str| {
                ["skip", "only", "todo"]
                    .iter()
                    .any(|verb| has_word(line, &format!("{subject}.{verb}(")))
            };
            if ["it", "test", "describe", "suite"].iter().any(|subject| calls(subject)) {
                findings.push(Finding::new(
                    path,
                    number,
                    "a test is switched off here, or switches off the others",
                ));
            }
        }
    }
    findings
}

/// Outside tests a failure is a value: a panic would take its whole actor along, or the node.
pub fn unwraps(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, text) in tree.rust.iter().filter(|(path, _)| !MAY_PANIC.contains(&path.as_str())) {
        for call in [".unwrap()", ".expect("] {
            for position in text.find(call).filter(|position| !is_test_code(path, text, *position)) {
                findings.push(Finding::new(
                    path,
                    text.line(position),
                    format!("`{call}` outside tests: return the failure"),
                ));
            }
        }
    }
    findings
}

/// The rules of the clinic are pure: no clock, no input or output, no waiting.
pub fn pure_domain(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, text) in tree
        .rust
        .iter()
        .filter(|(path, _)| path.starts_with("node/domain/src/"))
    {
        let bytes = text.code.as_bytes();
        for impure in IMPURE {
            let whole = |position: &usize| {
                bytes
                    .get(position + impure.len())
                    .is_none_or(|byte| !is_word_byte(*byte))
            };
            let found = text
                .find(impure)
                .filter(whole)
                .filter(|position| !is_test_code(path, text, *position));
            findings.extend(found.map(|position| {
                Finding::new(
                    path,
                    text.line(position),
                    format!("`{impure}`: node/domain decides, it neither asks nor waits"),
                )
            }));
        }
    }
    findings
}

/// Whether the position is compiled for tests, benches or examples only.
pub fn is_test_code(path: &str, text: &RustText, position: usize) -> bool {
    path.split('/')
        .any(|part| matches!(part, "tests" | "benches" | "examples"))
        || text.is_test(position)
        || in_test_function(text, position)
}

/// Whether a function with `#[test]` is around the position.
fn in_test_function(text: &RustText, position: usize) -> bool {
    text.find("#[test]").take_while(|start| *start < position).any(|start| {
        let body = text.code[start..].find('{').map(|open| start + open);
        body.and_then(|open| matching(&text.code, open, b'{', b'}'))
            .is_some_and(|end| position < end)
    })
}

/// Whether the line has the text with no word going on at its left or, if it ends as a word, at its right.
fn has_word(line: &str, wanted: &str) -> bool {
    let bytes = line.as_bytes();
    line.match_indices(wanted).any(|(start, _)| {
        let end = start + wanted.len();
        let goes_on = wanted.ends_with(|last: char| last.is_alphanumeric())
            && bytes.get(end).is_some_and(|byte| is_word_byte(*byte));
        (start == 0 || !is_word_byte(bytes[start - 1])) && !goes_on
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    type Rule = fn(&Tree) -> Vec<Finding>;

    /// The lines in which the rule finds something in a made-up file.
    fn lines(rule: Rule, path: &str, text: &str) -> Vec<usize> {
        rule(&Tree::made_up(&[(path, text)]))
            .into_iter()
            .map(|finding| finding.line)
            .collect()
    }

    #[test]
    fn long_files_need_a_reason_and_too_long_ones_have_none() {
        let tree = Tree::made_up(&[
            ("a.rs", &"\n".repeat(401)),
            ("b.svelte", &"\n".repeat(501)),
            ("c.rs", ""),
        ]);
        let paths = |allowed: &[(&str, &str)]| -> Vec<String> {
            long_files(&tree, allowed)
                .into_iter()
                .map(|finding| finding.path)
                .collect()
        };
        assert_eq!(paths(&[]), ["a.rs", "b.svelte"]);
        assert_eq!(paths(&[("a.rs", "a table"), ("b.svelte", "a table")]), ["b.svelte"]);
        assert_eq!(
            paths(&[("a.rs", "a table"), ("c.rs", "a table"), ("d.rs", "a table")]),
            ["b.svelte", "c.rs", "d.rs"]
        );
    }

    #[test]
    fn rust_files_open_with_their_place() {
        assert_eq!(lines(opening, "a/tests/b.rs", "use std::fs;\n"), [1]);
        assert_eq!(lines(opening, "a/src/b.rs", "//! B.\n"), []);
    }

    #[test]
    fn globs_of_our_own_are_found() {
        let text = "use corridor_domain::*;\nuse crate::a::{b, c::*};\nuse std::fmt::*;\nmod d;\npub use d::*;\nuse super::*;\n";
        assert_eq!(lines(globs, "a/src/b.rs", text), [1, 2, 5, 6]);
    }

    #[test]
    fn a_test_module_may_use_what_stands_above_it() {
        let text =
            "#[cfg(test)]\nmod tests {\n    use super::*;\n    use proptest::prelude::*;\n    use crate::a::*;\n}\n";
        assert_eq!(lines(globs, "a/src/b.rs", text), [5]);
    }

    #[test]
    fn tabs_and_trailing_spaces_are_found() {
        assert_eq!(lines(whitespace, "a.md", "one \n\ttwo\nthree\r\nfour\n"), [1, 2, 3]);
    }

    #[test]
    fn merge_markers_are_found() {
        let text = format!("a\n{} HEAD\nb\n=======\nc\n{} other\n", "<".repeat(7), ">".repeat(7));
        assert_eq!(lines(merge_markers, "a.toml", &text), [2, 6]);
    }

    #[test]
    fn unfinished_work_is_found() {
        let text = format!(
            "//! {}\n// todo!() in words\nfn a() {{ todo!() }}\nlet b = \"MRN-{}1\";\n",
            UNFINISHED[0], UNFINISHED[1]
        );
        assert_eq!(lines(leftovers, "a.rs", &text), [1, 3]);
        assert_eq!(lines(leftovers, "a.ts", &format!("// {}: later\n", UNFINISHED[1])), [1]);
    }

    #[test]
    fn tests_that_are_switched_off_are_found() {
        assert_eq!(
            lines(switched_off, "a.rs", "#[test]\n#[ignore = \"slow\"]\nfn a() {}\n"),
            [2]
        );
        assert_eq!(
            lines(
                switched_off,
                "a.test.ts",
                "it('a')\nit.only('b')\nlist.skip(1)\ndescribe.skip('c')\n"
            ),
            [2, 4]
        );
    }

    #[test]
    fn unwraps_are_found_outside_tests_only() {
        let text = "fn a() { b.unwrap(); c.unwrap_or(1); }\n#[cfg(test)]\nmod tests {\n    fn d() { e.unwrap() }\n}\nfn f() { g.expect(\"\") }\n";
        assert_eq!(lines(unwraps, "a/src/b.rs", text), [1, 6]);
        assert_eq!(lines(unwraps, "a/tests/b.rs", text), []);
        assert_eq!(lines(unwraps, "api/build.rs", text), []);
        assert_eq!(
            lines(unwraps, "a/src/c.rs", "#[test]\nfn a() {\n    b.unwrap()\n}\n"),
            []
        );
    }

    #[test]
    fn the_domain_neither_asks_nor_waits() {
        let text = "use std::time::Instant;\nfn a() { std::fs::read(b) }\nfn c() -> std::time::Instants {}\n#[cfg(test)]\nmod tests {\n    use std::env;\n}\n";
        assert_eq!(lines(pure_domain, "node/domain/src/a.rs", text), [2, 1]);
        assert_eq!(lines(pure_domain, "storage/src/a.rs", text), []);
    }
}
