//! The metrics catalogue: what the program counts and what `docs/metrics.md` says are the same.
//!
//! A metric's name is a literal in a macro of the crate `metrics`, or in a file called `metrics.rs`; nothing else is looked at.

use std::collections::BTreeMap;

use super::Finding;
use super::rust_text::{RustText, matching};
use super::source::is_test_code;
use super::tree::Tree;

const CATALOGUE: &str = "docs/metrics.md";
/// Ours, and the names that every program's process has.
const PREFIXES: [&str; 2] = ["corridor_", "process_"];

/// The macros that name a metric, and the type that they give it.
const MACROS: &[(&str, &str)] = &[
    ("describe_counter!", "counter"),
    ("describe_gauge!", "gauge"),
    ("describe_histogram!", "histogram"),
    ("counter!", "counter"),
    ("gauge!", "gauge"),
    ("histogram!", "histogram"),
];

/// A name in the program.
#[derive(Debug)]
struct Use {
    path: String,
    line: usize,
    /// Known where a macro names the metric.
    kind: Option<&'static str>,
}

/// A row of the catalogue.
#[derive(Debug)]
struct Row {
    line: usize,
    kind: String,
}

pub fn catalogue(tree: &Tree) -> Vec<Finding> {
    let rows = rows(tree.texts.get(CATALOGUE).map_or("", String::as_str));
    let mut findings = Vec::new();
    let uses = uses(tree, &mut findings);
    for (name, uses) in &uses {
        for Use { path, line, kind } in uses {
            match (rows.get(name), kind) {
                (None, _) => findings.push(Finding::new(path, *line, format!("{name} has no row in {CATALOGUE}"))),
                (Some(row), Some(kind)) if row.kind != *kind => {
                    findings.push(Finding::new(
                        path,
                        *line,
                        format!("{name} is a {kind} here and a {} in {CATALOGUE}", row.kind),
                    ));
                }
                _ => {}
            }
        }
    }
    for (name, row) in rows.iter().filter(|(name, _)| !uses.contains_key(*name)) {
        findings.push(Finding::new(
            CATALOGUE,
            row.line,
            format!("nothing in the program counts {name}"),
        ));
    }
    findings
}

fn uses(tree: &Tree, findings: &mut Vec<Finding>) -> BTreeMap<String, Vec<Use>> {
    let mut uses: BTreeMap<String, Vec<Use>> = BTreeMap::new();
    for (path, text) in &tree.rust {
        for (position, name, kind) in names_in_macros(text) {
            if is_test_code(path, text, position) {
                continue;
            }
            let line = text.line(position);
            if PREFIXES.iter().any(|prefix| name.starts_with(prefix)) {
                uses.entry(name).or_default().push(Use {
                    path: path.clone(),
                    line,
                    kind: Some(kind),
                });
            } else {
                findings.push(Finding::new(
                    path,
                    line,
                    format!("the metric '{name}' begins with none of {}", PREFIXES.join(", ")),
                ));
            }
        }
        if path.ends_with("/metrics.rs") && !path.starts_with(".ci/") {
            for (position, name) in literals(text).filter(|(position, _)| !is_test_code(path, text, *position)) {
                let known = uses.entry(name).or_default();
                if known.iter().all(|earlier| earlier.path != *path) {
                    known.push(Use {
                        path: path.clone(),
                        line: text.line(position),
                        kind: None,
                    });
                }
            }
        }
    }
    uses
}

/// The names that stand as first literal in a metrics macro: position, name, type.
fn names_in_macros(text: &RustText) -> Vec<(usize, String, &'static str)> {
    let mut names = Vec::new();
    for (name, kind) in MACROS {
        for start in text.find_word(name) {
            let open = start + name.len();
            let Some(end) = text.code[open..]
                .starts_with('(')
                .then(|| matching(&text.code, open, b'(', b')'))
                .flatten()
            else {
                continue;
            };
            let arguments = &text.code_and_strings[open + 1..end - 1];
            if let Some(literal) = arguments
                .trim_start()
                .strip_prefix('"')
                .and_then(|rest| rest.split('"').next())
            {
                names.push((start, literal.to_owned(), *kind));
            }
        }
    }
    names
}

/// The string literals that are wholly a metric's name.
fn literals(text: &RustText) -> impl Iterator<Item = (usize, String)> + '_ {
    let openings = PREFIXES.iter().flat_map(|prefix| {
        let opening = format!("\"{prefix}");
        let found = text
            .code_and_strings
            .match_indices(&opening)
            .map(|(position, _)| position);
        found.collect::<Vec<_>>()
    });
    openings.filter_map(|position| {
        let literal = text.code_and_strings[position + 1..].split('"').next()?;
        let is_name = literal
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
        is_name.then(|| (position, literal.to_owned()))
    })
}

/// The rows of the catalogue whose first cell is a name in backticks.
fn rows(text: &str) -> BTreeMap<String, Row> {
    let mut rows = BTreeMap::new();
    for (line, row) in (1..).zip(text.lines()) {
        let mut cells = row.split('|').skip(1).map(str::trim);
        let name = cells
            .next()
            .and_then(|cell| cell.strip_prefix('`'))
            .and_then(|cell| cell.strip_suffix('`'));
        if let (Some(name), Some(kind)) = (name, cells.next()) {
            rows.insert(
                name.to_owned(),
                Row {
                    line,
                    kind: kind.to_owned(),
                },
            );
        }
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &str = "| name | type | labels | meaning | unit |\n|---|---|---|---|---|\n";

    fn found(source: (&str, &str), rows: &str) -> Vec<(String, usize)> {
        let tree = Tree::made_up(&[source, (CATALOGUE, &format!("{HEADER}{rows}"))]);
        catalogue(&tree)
            .into_iter()
            .map(|finding| (finding.path, finding.line))
            .collect()
    }

    #[test]
    fn what_is_counted_has_a_row() {
        let source = "fn a() {\n    metrics::counter!(\"corridor_sent_total\", \"kind\" => \"x\").increment(1);\n}\n";
        assert_eq!(
            found(
                ("api/src/a.rs", source),
                "| `corridor_sent_total` | counter | kind | sent | 1 |\n"
            ),
            []
        );
        assert_eq!(found(("api/src/a.rs", source), ""), [("api/src/a.rs".to_owned(), 2)]);
    }

    #[test]
    fn a_row_is_counted_somewhere() {
        let row = "| `corridor_lost_total` | counter | | lost | 1 |\n";
        assert_eq!(
            found(("api/src/a.rs", "// counter!(\"corridor_lost_total\")\n"), row),
            [(CATALOGUE.to_owned(), 3)]
        );
    }

    #[test]
    fn the_type_is_the_same_on_both_sides() {
        let source = (
            "api/src/a.rs",
            "fn a() { gauge!(\n    \"corridor_depth\").set(1.0); }\n",
        );
        assert_eq!(
            found(source, "| `corridor_depth` | counter | | depth | 1 |\n"),
            [("api/src/a.rs".to_owned(), 1)]
        );
        assert_eq!(found(source, "| `corridor_depth` | gauge | | depth | 1 |\n"), []);
    }

    #[test]
    fn a_describing_macro_counts_as_a_use_once() {
        let text = RustText::new("describe_counter!(\"corridor_a_total\", \"a\");");
        assert_eq!(names_in_macros(&text).len(), 1);
    }

    #[test]
    fn names_may_be_constants_in_a_file_called_metrics() {
        let source = (
            "api/src/metrics.rs",
            "pub const A: &str = \"corridor_a_total\";\nconst B: &str = \"corridor_api=info\";\nconst C: &str = \"process_c\";\n",
        );
        let rows = "| `corridor_a_total` | counter | | a | 1 |\n| `process_c` | gauge | | c | 1 |\n";
        assert_eq!(found(source, rows), []);
        let missing = [1, 3].map(|line| ("api/src/metrics.rs".to_owned(), line));
        assert_eq!(found(source, ""), missing);
    }

    #[test]
    fn metrics_of_tests_and_foreign_names() {
        let source = "fn a() { counter!(\"requests\"); }\n#[cfg(test)]\nmod tests {\n    fn b() { counter!(\"corridor_b\"); }\n}\n";
        assert_eq!(found(("api/src/a.rs", source), ""), [("api/src/a.rs".to_owned(), 1)]);
    }
}
