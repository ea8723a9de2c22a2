//! Which Rust files belong to a package, and how they are reached: from a crate's root, by `mod`.
//!
//! A file that no `mod` names is not compiled, and so neither checked nor tested: it only looks like part of the program.

use std::collections::BTreeMap;

use super::Finding;
use super::rust_text::{RustText, is_word_byte};
use super::tree::Tree;

/// Folders of a package whose files are roots by themselves.
const ROOT_FOLDERS: &[&str] = &["src/bin", "tests", "benches", "examples"];

/// `mod name;` in a file.
#[derive(Debug, PartialEq, Eq)]
struct Declaration {
    /// The inline modules around it, outermost first.
    inside: Vec<String>,
    name: String,
    /// What `#[path = "…"]` says.
    path: Option<String>,
    in_test: bool,
}

/// Every `.rs` of a package must be reached from one of its roots.
pub fn reachable(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (folder, manifest_path, manifest) in tree.packages() {
        let reached = reached(tree, folder, manifest);
        for path in tree
            .rust
            .keys()
            .filter(|path| package_of(tree, path) == Some(manifest_path))
        {
            if !reached.contains_key(path) {
                findings.push(Finding::new(
                    path,
                    0,
                    "no `mod` names this file, so nobody compiles it: name it or delete it",
                ));
            }
        }
    }
    findings
}

/// Every crate root says `#![forbid(unsafe_code)]` itself, so that it holds without the workspace's lints too.
pub fn forbid_unsafe(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (folder, ..) in tree.packages() {
        let library_or_binary = |path: &&String| {
            let inner = inner_path(folder, path);
            matches!(inner, Some("src/lib.rs" | "src/main.rs"))
                || inner.is_some_and(|inner| is_root_in("src/bin", inner))
        };
        for path in tree.rust.keys().filter(library_or_binary) {
            if tree.rust[path].find("#![forbid(unsafe_code)]").next().is_none() {
                findings.push(Finding::new(path, 0, "a crate root says `#![forbid(unsafe_code)]`"));
            }
        }
    }
    findings
}

/// The files that are compiled for tests only.
pub fn test_files(tree: &Tree) -> Vec<String> {
    let mut files = Vec::new();
    for (folder, _, manifest) in tree.packages() {
        files.extend(
            reached(tree, folder, manifest)
                .into_iter()
                .filter(|(_, in_test)| *in_test)
                .map(|(path, _)| path),
        );
    }
    files
}

/// Each file of the package that a root reaches, and whether only tests reach it.
fn reached(tree: &Tree, folder: &str, manifest: &str) -> BTreeMap<String, bool> {
    let mut reached: BTreeMap<String, bool> = BTreeMap::new();
    let mut waiting: Vec<(String, bool)> = Vec::new();
    for path in tree.rust.keys() {
        if inner_path(folder, path).is_some_and(|inner| is_root(inner, manifest)) {
            waiting.push((path.clone(), false));
        }
    }
    let roots: Vec<String> = waiting.iter().map(|(path, _)| path.clone()).collect();
    while let Some((path, in_test)) = waiting.pop() {
        // Seen before, unless this way makes it a part of the program and the earlier one did not.
        if reached.get(&path).is_some_and(|earlier| !*earlier || in_test) {
            continue;
        }
        reached.insert(path.clone(), in_test);
        let Some(text) = tree.rust.get(&path) else { continue };
        for declaration in declarations(text) {
            let candidates = candidates(&path, roots.contains(&path), &declaration);
            let found = candidates
                .into_iter()
                .filter(|candidate| tree.rust.contains_key(candidate));
            waiting.extend(found.map(|candidate| (candidate, in_test || declaration.in_test)));
        }
    }
    reached
}

fn is_root(inner: &str, manifest: &str) -> bool {
    matches!(inner, "src/lib.rs" | "src/main.rs" | "build.rs")
        || ROOT_FOLDERS.iter().any(|folder| is_root_in(folder, inner))
        || manifest.lines().any(|line| {
            let value = line
                .split_once('=')
                .filter(|(key, _)| key.trim() == "path")
                .map(|(_, value)| value.trim());
            value.is_some_and(|value| value.trim_matches('"') == inner)
        })
}

/// `tests/name.rs` or `tests/name/main.rs`.
fn is_root_in(folder: &str, inner: &str) -> bool {
    let Some(rest) = inner.strip_prefix(folder).and_then(|rest| rest.strip_prefix('/')) else {
        return false;
    };
    match rest.split_once('/') {
        None => true,
        Some((_, file)) => file == "main.rs",
    }
}

/// The path inside a package's folder.
fn inner_path<'a>(folder: &str, path: &'a str) -> Option<&'a str> {
    if folder.is_empty() {
        Some(path)
    } else {
        path.strip_prefix(folder)?.strip_prefix('/')
    }
}

/// The manifest of the innermost package around a file.
fn package_of<'a>(tree: &'a Tree, path: &str) -> Option<&'a str> {
    let around = tree
        .packages()
        .filter(|(folder, ..)| inner_path(folder, path).is_some());
    around
        .max_by_key(|(folder, ..)| folder.len())
        .map(|(_, manifest_path, _)| manifest_path)
}

/// Where the file of a declaration may be.
fn candidates(file: &str, is_root: bool, declaration: &Declaration) -> Vec<String> {
    let (folder, name) = file.rsplit_once('/').unwrap_or(("", file));
    let mut base: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    if !is_root && name != "mod.rs" {
        base.push(name.trim_end_matches(".rs"));
    }
    base.extend(declaration.inside.iter().map(String::as_str));
    if let Some(path) = &declaration.path {
        let beside = joined(&folder.split('/').collect::<Vec<_>>(), path);
        return vec![beside, joined(&base, path)];
    }
    vec![
        joined(&base, &format!("{}.rs", declaration.name)),
        joined(&base, &format!("{}/mod.rs", declaration.name)),
    ]
}

/// A path below a folder, with `..` resolved.
fn joined(folder: &[&str], path: &str) -> String {
    let mut parts: Vec<&str> = folder.iter().copied().filter(|part| !part.is_empty()).collect();
    for part in path.split('/') {
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

fn declarations(text: &RustText) -> Vec<Declaration> {
    let code = text.code.as_bytes();
    let mut found = Vec::new();
    // The name of the inline module that each open brace belongs to, if it does.
    let mut open: Vec<Option<String>> = Vec::new();
    let mut inline: Option<String> = None;
    let mut item_start = 0;
    let mut at = 0;
    while at < code.len() {
        match code[at] {
            b'{' => open.push(inline.take()),
            b'}' => {
                open.pop();
            }
            _ => {
                if let Some((name, after)) = mod_keyword(&text.code, at) {
                    if code[after] == b'{' {
                        inline = Some(name);
                    } else {
                        let inside = open.iter().flatten().cloned().collect();
                        let path = path_attribute(&text.code_and_strings[item_start..at]);
                        found.push(Declaration {
                            inside,
                            name,
                            path,
                            in_test: text.is_test(at),
                        });
                    }
                    at = after;
                    continue;
                }
            }
        }
        if matches!(code[at], b'{' | b'}' | b';') {
            item_start = at + 1;
        }
        at += 1;
    }
    found
}

/// The name after a `mod` that stands here, and the position of the `;` or `{` behind it.
fn mod_keyword(code: &str, at: usize) -> Option<(String, usize)> {
    let bytes = code.as_bytes();
    if !bytes[at..].starts_with(b"mod") || (at > 0 && is_word_byte(bytes[at - 1])) {
        return None;
    }
    let skip_space = |from: usize| {
        from + bytes[from..]
            .iter()
            .take_while(|byte| byte.is_ascii_whitespace())
            .count()
    };
    let start = skip_space(at + 3);
    if start == at + 3 {
        return None;
    }
    let end = start + bytes[start..].iter().take_while(|byte| is_word_byte(**byte)).count();
    let after = skip_space(end);
    let ends_well = end > start && matches!(bytes.get(after), Some(b';' | b'{'));
    ends_well.then(|| (code[start..end].to_owned(), after))
}

fn path_attribute(before: &str) -> Option<String> {
    let (_, rest) = before.rsplit_once("#[path")?;
    rest.split('"').nth(1).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MANIFEST: (&str, &str) = ("storage/Cargo.toml", "[package]\nname = \"corridor-storage\"\n");

    fn unreached(files: &[(&str, &str)]) -> Vec<String> {
        let mut all = vec![MANIFEST];
        all.extend(files);
        reachable(&Tree::made_up(&all))
            .into_iter()
            .map(|finding| finding.path)
            .collect()
    }

    #[test]
    fn files_are_reached_through_modules_of_both_layouts() {
        let files = [
            ("storage/src/lib.rs", "mod a;\npub mod b;\nmod c { mod d; }\n"),
            ("storage/src/a.rs", "mod e;\n"),
            ("storage/src/a/e.rs", ""),
            ("storage/src/b/mod.rs", "mod f;\n"),
            ("storage/src/b/f.rs", ""),
            ("storage/src/c/d.rs", ""),
            ("storage/tests/crash.rs", "mod support;\n"),
            ("storage/tests/support/mod.rs", ""),
            ("storage/build.rs", ""),
        ];
        assert_eq!(unreached(&files), [] as [&str; 0]);
    }

    #[test]
    fn a_file_that_nobody_names_is_found() {
        let files = [
            ("storage/src/lib.rs", "// mod a;\nmod model;\n"),
            ("storage/src/model.rs", ""),
            ("storage/src/a.rs", ""),
            ("storage/tests/support/lost.rs", ""),
        ];
        assert_eq!(unreached(&files), ["storage/src/a.rs", "storage/tests/support/lost.rs"]);
    }

    #[test]
    fn a_path_attribute_is_followed() {
        let files = [
            ("storage/src/lib.rs", "mod a;\n#[path = \"other/name.rs\"]\nmod b;\n"),
            ("storage/src/a.rs", ""),
            ("storage/src/other/name.rs", ""),
        ];
        assert_eq!(unreached(&files), [] as [&str; 0]);
    }

    #[test]
    fn nested_packages_stand_for_themselves() {
        let tree = Tree::made_up(&[
            ("api/Cargo.toml", "[package]\n"),
            ("api/src/lib.rs", ""),
            ("api/protocol/Cargo.toml", "[package]\n"),
            ("api/protocol/src/lib.rs", ""),
        ]);
        assert_eq!(reachable(&tree), []);
    }

    #[test]
    fn a_module_under_a_test_condition_is_a_test_file() {
        let tree = Tree::made_up(&[
            MANIFEST,
            ("storage/src/lib.rs", "mod a;\n#[cfg(test)]\nmod b;\n"),
            ("storage/src/a.rs", ""),
            ("storage/src/b.rs", "mod c;\n"),
            ("storage/src/b/c.rs", ""),
        ]);
        assert_eq!(test_files(&tree), ["storage/src/b.rs", "storage/src/b/c.rs"]);
    }

    #[test]
    fn crate_roots_forbid_unsafe_code() {
        let tree = Tree::made_up(&[
            MANIFEST,
            ("storage/src/lib.rs", "#![forbid(unsafe_code)]\nmod a;\n"),
            ("storage/src/a.rs", ""),
            ("storage/src/bin/tool.rs", "// #![forbid(unsafe_code)]\n"),
        ]);
        let paths: Vec<_> = forbid_unsafe(&tree).into_iter().map(|finding| finding.path).collect();
        assert_eq!(paths, ["storage/src/bin/tool.rs"]);
    }
}
