//! The tidy test: the house rules that a machine can check, over every file of the repository.
//!
//! Each rule is a pure function from the files to findings, and each counts as one check. A finding names its file, line and rule
//! and says what to do. `CONTRIBUTING.md` explains the rules to people; rustfmt and clippy check theirs themselves.

mod documents;
mod manifests;
mod metrics;
mod modules;
mod rust_text;
mod source;
mod tree;

use crate::counts::Counts;
use crate::outcome::Outcome;
use crate::steps::Context;
use tree::Tree;

/// A place that breaks a rule.
#[derive(Debug, PartialEq, Eq)]
struct Finding {
    path: String,
    /// Counted from 1; 0 where the whole file is meant.
    line: usize,
    message: String,
}

impl Finding {
    fn new(path: &str, line: usize, message: impl Into<String>) -> Self {
        Self {
            path: path.to_owned(),
            line,
            message: message.into(),
        }
    }
}

type Rule = (&'static str, fn(&Tree) -> Vec<Finding>);

const RULES: &[Rule] = &[
    ("length", source::length),
    ("opening", source::opening),
    ("globs", source::globs),
    ("whitespace", source::whitespace),
    ("merge-markers", source::merge_markers),
    ("leftovers", source::leftovers),
    ("switched-off", source::switched_off),
    ("unwrap", source::unwraps),
    ("pure-domain", source::pure_domain),
    ("unsafe", modules::forbid_unsafe),
    ("reachable", modules::reachable),
    ("floors", manifests::floors),
    ("one-user", manifests::one_user),
    ("lints", manifests::lints),
    ("lock-files", documents::lock_files),
    ("links", documents::links),
    ("ci-run", documents::ci_run),
    ("metrics", metrics::catalogue),
];

pub fn step(context: &mut Context) -> Outcome {
    let tree = match Tree::read(&context.root) {
        Ok(tree) => tree,
        Err(why) => return Outcome::failed(why),
    };
    let findings = check(&tree);
    let mut counts = Counts::default();
    for (rule, found) in &findings {
        if found.is_empty() {
            counts.passed += 1;
        } else {
            counts.failed += 1;
        }
        for Finding { path, line, message } in found {
            match line {
                0 => println!("{path}: {rule}: {message}"),
                line => println!("{path}:{line}: {rule}: {message}"),
            }
        }
    }
    let total: usize = findings.iter().map(|(_rule, found)| found.len()).sum();
    let failures = if total == 0 {
        Vec::new()
    } else {
        vec![format!("{total} findings against {} rules", counts.failed)]
    };
    Outcome {
        counts,
        failures,
        ..Outcome::default()
    }
}

fn check(tree: &Tree) -> Vec<(&'static str, Vec<Finding>)> {
    RULES.iter().map(|(name, rule)| (*name, rule(tree))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tidy_repository_has_no_findings() {
        let tree = Tree::made_up(&[
            (
                ".ci/run",
                "#!/usr/bin/env bash\ncd \"$(dirname \"$0\")/..\" && exec cargo ci\n",
            ),
            ("README.md", "# It\n\nSee [the metrics](docs/metrics.md#names).\n"),
            (
                "docs/metrics.md",
                "| name | type | labels | meaning | unit |\n|---|---|---|---|---|\n",
            ),
            (
                "node/domain/Cargo.toml",
                "[package]\nname = \"corridor-domain\"\n[lints]\nworkspace = true\n",
            ),
            (
                "node/domain/src/lib.rs",
                "//! The rules.\n\n#![forbid(unsafe_code)]\n\nmod limits;\n",
            ),
            ("node/domain/src/limits.rs", &"//! The limits.\n".repeat(350)),
        ]);
        let broken: Vec<_> = check(&tree)
            .into_iter()
            .filter(|(_, found)| !found.is_empty())
            .collect();
        assert_eq!(broken, []);
    }

    #[test]
    fn rule_names_are_unique() {
        for (position, (name, _)) in RULES.iter().enumerate() {
            assert!(
                RULES[..position].iter().all(|(earlier, _)| earlier != name),
                "{name} twice"
            );
        }
    }
}
