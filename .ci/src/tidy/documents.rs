//! The rules about what is not code: links between documents, lock files, the entry for machines.

use super::Finding;
use super::tree::Tree;

/// Every relative link of a document names a file or folder that exists.
pub fn links(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, text) in tree.ending(&["md"]) {
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        for (line, target) in link_targets(text) {
            let file = target.split(['#', '?']).next().unwrap_or("");
            let elsewhere = target.contains("://") || target.starts_with("mailto:");
            if elsewhere || file.is_empty() || tree.paths.contains(&resolved(folder, file)) {
                continue;
            }
            findings.push(Finding::new(path, line, format!("the link to {target} leads nowhere")));
        }
    }
    findings
}

/// The targets of `[text](target)` and `[text]: target`, outside code.
fn link_targets(text: &str) -> Vec<(usize, &str)> {
    let mut targets = Vec::new();
    let mut in_code = false;
    for (number, line) in (1..).zip(text.lines()) {
        if line.trim_start().starts_with("```") {
            in_code = !in_code;
        }
        if in_code {
            continue;
        }
        if let Some((_, target)) = line.split_once("]: ").filter(|(label, _)| label.starts_with('[')) {
            targets.push((number, first_word(target)));
        }
        for (start, _) in line.match_indices("](") {
            let in_span = line[..start].matches('`').count() % 2 == 1;
            let target = line[start + 2..].split(')').next().unwrap_or("");
            if !in_span {
                targets.push((number, first_word(target)));
            }
        }
    }
    targets
}

/// A target without the title that may follow it.
fn first_word(target: &str) -> &str {
    target.split_whitespace().next().unwrap_or("").trim_matches(['<', '>'])
}

fn resolved(folder: &str, file: &str) -> String {
    let start = if file.starts_with('/') { "" } else { folder };
    let mut parts: Vec<&str> = start.split('/').filter(|part| !part.is_empty()).collect();
    for part in file.split('/') {
        match part {
            ".." => {
                parts.pop();
            }
            "." | "" => {}
            part => parts.push(part),
        }
    }
    parts.join("/")
}

/// npm notes the registry's address with every package. It would bind each build to the mirror that one developer used; the
/// checksums stay and are what is checked.
pub fn lock_files(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, text) in tree
        .texts
        .iter()
        .filter(|(path, _)| path.ends_with("package-lock.json"))
    {
        if let Some((line, _)) = (1..).zip(text.lines()).find(|(_, line)| line.contains("\"resolved\"")) {
            findings.push(Finding::new(
                path,
                line,
                "names a registry's address: write it with `npm install --omit-lockfile-registry-resolved`",
            ));
        }
    }
    findings
}

/// `.ci/run` only calls `cargo ci`: what a machine runs is what a person runs.
pub fn ci_run(tree: &Tree) -> Vec<Finding> {
    const PATH: &str = ".ci/run";
    let Some(text) = tree.texts.get(PATH) else {
        return vec![Finding::new(PATH, 0, "is missing")];
    };
    let mut findings = Vec::new();
    let lines: Vec<&str> = text.lines().collect();
    let calls = matches!(lines[..], [first, second] if first.starts_with("#!") && second.ends_with("exec cargo ci"));
    if !calls {
        findings.push(Finding::new(
            PATH,
            0,
            "holds `#!/usr/bin/env bash` and one line that ends with `exec cargo ci`, nothing else",
        ));
    }
    if !tree.executable.contains(PATH) {
        findings.push(Finding::new(PATH, 0, "may not be executed: chmod +x .ci/run"));
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_that_lead_nowhere_are_found() {
        let text = "[a](b.md) [c](../README.md#top) [d](https://example.org/x) [e](#here)\n\
                    [f](lost.md \"title\") and `[g](lost)`\n```\n[h](lost)\n```\n[i]: gone.md\n[j](/docs)\n";
        let tree = Tree::made_up(&[("docs/a.md", text), ("docs/b.md", ""), ("README.md", "")]);
        let found: Vec<_> = links(&tree)
            .into_iter()
            .map(|finding| (finding.line, finding.message))
            .collect();
        let lost = |target: &str| format!("the link to {target} leads nowhere");
        assert_eq!(found, [(2, lost("lost.md")), (6, lost("gone.md"))]);
    }

    #[test]
    fn a_lock_file_names_no_registry() {
        let bound = "{\n  \"a\": {\n    \"resolved\": \"https://example.org/a.tgz\"\n  }\n}\n";
        let tree = Tree::made_up(&[("api/web/package-lock.json", bound), ("x/package-lock.json", "{}\n")]);
        let found: Vec<_> = lock_files(&tree)
            .into_iter()
            .map(|finding| (finding.path, finding.line))
            .collect();
        assert_eq!(found, [("api/web/package-lock.json".to_owned(), 3)]);
    }

    #[test]
    fn the_entry_for_machines_only_calls_cargo_ci() {
        let count = |text: &str| ci_run(&Tree::made_up(&[(".ci/run", text)])).len();
        assert_eq!(count("#!/usr/bin/env bash\ncd .. && exec cargo ci\n"), 0);
        assert_eq!(count("#!/usr/bin/env bash\ncd ..\nexec cargo ci\n"), 1);
        assert_eq!(count("cargo test\n"), 1);
        assert_eq!(ci_run(&Tree::made_up(&[])).len(), 1);
    }
}
