//! The rules about manifests: the floors of the house, the crates with one user, the shared lints.
//!
//! Arrows point down only (`node` → `api` → `actors` → `cluster` → `storage` → `node/domain`, `storage/sync`), in tests as well: a
//! crate whose tests need the floor above has its rule on the wrong floor.

use super::Finding;
use super::tree::Tree;

/// A package of ours.
struct Floor {
    package: &'static str,
    /// It may depend on packages of ours on lower floors.
    floor: u8,
    /// Packages from this floor up may depend on it.
    users_from: u8,
}

const fn floor(package: &'static str, floor: u8, users_from: u8) -> Floor {
    Floor {
        package,
        floor,
        users_from,
    }
}

const NOBODY: u8 = u8::MAX;

const FLOORS: &[Floor] = &[
    floor("corridor-ci", 0, NOBODY),
    floor("corridor-protocol", 0, 5),
    floor("corridor-judge", 0, 6),
    floor("corridor-domain", 1, 2),
    floor("corridor-sync", 1, 2),
    floor("corridor-storage", 2, 3),
    floor("corridor-cluster", 3, 4),
    floor("corridor-actors", 4, 5),
    floor("corridor-api", 5, 6),
    floor("corridor", 6, 7),
    floor("corridor-benches", 7, NOBODY),
];

/// Crates, by the start of their name, that one package of ours knows and the others must not.
const ONE_USER: &[(&str, &str)] = &[
    ("axum", "corridor-api"),
    ("fjall", "corridor-storage"),
    ("lsm-tree", "corridor-storage"),
    ("openraft", "corridor-cluster"),
    ("ractor", "corridor-actors"),
    ("raft-engine", "corridor-storage"),
];

/// Packages that must not wait on a runtime, ask the time or draw a random number, and what they are.
const PURE: &[(&str, &str)] = &[
    ("corridor-domain", "the rules of the clinic are pure"),
    ("corridor-sync", "what the models run through knows no runtime"),
    ("corridor-judge", "who judges knows lines, not how they came about"),
];

/// What would let them.
const IMPURE: &[&str] = &[
    "async-trait",
    "chrono",
    "futures",
    "getrandom",
    "rand",
    "time",
    "tokio",
    "uuid",
];

/// A dependency that a manifest names.
#[derive(Debug, PartialEq, Eq)]
struct Dependency {
    name: String,
    line: usize,
    /// The program needs it, not only its tests or its build.
    in_program: bool,
}

pub fn floors(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (_, path, manifest) in tree.packages() {
        let name = package_name(manifest);
        let Some(user) = FLOORS.iter().find(|floor| floor.package == name) else {
            findings.push(Finding::new(
                path,
                0,
                format!("give '{name}' a floor in .ci/src/tidy/manifests.rs"),
            ));
            continue;
        };
        for Dependency { name: used, line, .. } in dependencies(manifest) {
            let ours = used == "corridor" || used.starts_with("corridor-");
            match FLOORS.iter().find(|floor| floor.package == used) {
                Some(used) if used.floor < user.floor && used.users_from <= user.floor => {}
                Some(_) => findings.push(Finding::new(
                    path,
                    line,
                    format!("{name} must not know {used}: arrows point down only"),
                )),
                None if ours => findings.push(Finding::new(path, line, format!("'{used}' has no floor"))),
                None => {}
            }
        }
    }
    findings
}

pub fn one_user(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (_, path, manifest) in tree.packages() {
        let package = package_name(manifest);
        for Dependency { name, line, in_program } in dependencies(manifest) {
            let owner = ONE_USER
                .iter()
                .find(|(start, _)| is_or_extends(&name, start))
                .map(|(_, owner)| *owner);
            if let Some(owner) = owner.filter(|owner| *owner != package) {
                findings.push(Finding::new(path, line, format!("only {owner} knows {name}")));
            }
            let pure = PURE.iter().find(|(pure, _)| *pure == package);
            if let Some((_, why)) = pure.filter(|_| in_program && IMPURE.contains(&name.as_str())) {
                findings.push(Finding::new(path, line, format!("{name}: {why}")));
            }
        }
    }
    findings
}

/// `axum` and `axum-server`, but not `axumatic`.
fn is_or_extends(name: &str, start: &str) -> bool {
    name.strip_prefix(start)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with(['-', '_']))
}

pub fn lints(tree: &Tree) -> Vec<Finding> {
    let lacking = tree.packages().filter(|(_, _, manifest)| {
        let shared = |entry: &Entry| entry.section == "lints" && entry.key == "workspace" && entry.value == "true";
        !entries(manifest).iter().any(shared)
    });
    lacking
        .map(|(_, path, _)| Finding::new(path, 0, "add `[lints]` with `workspace = true`"))
        .collect()
}

/// `key = value` in a section.
#[derive(Debug)]
struct Entry<'a> {
    section: &'a str,
    key: &'a str,
    value: &'a str,
    line: usize,
}

/// The entries of a manifest that begin on a line of their own. A section without entries gives one with an empty key.
fn entries(manifest: &str) -> Vec<Entry<'_>> {
    let mut entries = Vec::new();
    let mut section = "";
    let mut open_brackets: i32 = 0;
    for (number, line) in (1..).zip(manifest.lines()) {
        let line = without_comment(line).trim();
        if open_brackets > 0 {
            open_brackets += bracket_balance(line);
        } else if line.starts_with('[') {
            section = line.trim_matches(['[', ']']).trim();
            entries.push(Entry {
                section,
                key: "",
                value: "",
                line: number,
            });
        } else if let Some((key, value)) = line.split_once('=') {
            open_brackets = bracket_balance(value);
            entries.push(Entry {
                section,
                key: key.trim(),
                value: value.trim(),
                line: number,
            });
        }
    }
    entries
}

fn without_comment(line: &str) -> &str {
    let mut quoted = false;
    for (position, character) in line.char_indices() {
        match character {
            '"' => quoted = !quoted,
            '#' if !quoted => return &line[..position],
            _ => {}
        }
    }
    line
}

fn bracket_balance(line: &str) -> i32 {
    let outside: String = line.split('"').step_by(2).collect();
    outside.chars().fold(0, |balance, character| match character {
        '[' | '{' => balance + 1,
        ']' | '}' => balance - 1,
        _ => balance,
    })
}

fn package_name(manifest: &str) -> &str {
    let entries = entries(manifest);
    let name = entries
        .iter()
        .find(|entry| entry.section == "package" && entry.key == "name");
    name.map_or("", |entry| entry.value.trim_matches('"'))
}

fn dependencies(manifest: &str) -> Vec<Dependency> {
    let mut found = Vec::new();
    for Entry {
        section,
        key,
        value,
        line,
    } in entries(manifest)
    {
        let Some((kind, own_section)) = dependency_section(section) else {
            continue;
        };
        let in_program = kind == "dependencies";
        match own_section {
            // `[dependencies.name]`, whose first entry is the section itself.
            Some(name) if key.is_empty() => found.push(Dependency {
                name: name.to_owned(),
                line,
                in_program,
            }),
            Some(_) if key == "package" => found.push(Dependency {
                name: value.trim_matches('"').to_owned(),
                line,
                in_program,
            }),
            None if !key.is_empty() => {
                let renamed = value.split_once("package").and_then(|(_, rest)| rest.split('"').nth(1));
                let name = key.split('.').next().unwrap_or(key).trim_matches('"');
                found.push(Dependency {
                    name: renamed.unwrap_or(name).to_owned(),
                    line,
                    in_program,
                });
            }
            _ => {}
        }
    }
    found
}

/// The kind of a section of dependencies and, for `[dependencies.name]`, the name.
fn dependency_section(section: &str) -> Option<(&str, Option<&str>)> {
    let kinds = ["dev-dependencies", "build-dependencies", "dependencies"];
    let (kind, start) = kinds.iter().find_map(|kind| {
        let start = section.rfind(kind)?;
        (start == 0 || section[..start].ends_with('.')).then_some((*kind, start))
    })?;
    let in_package = start == 0 || section.starts_with("target.");
    let rest = &section[start + kind.len()..];
    let name = rest.strip_prefix('.').map(|name| name.trim_matches('"'));
    (in_package && (rest.is_empty() || name.is_some())).then_some((kind, name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest(name: &str, rest: &str) -> String {
        format!("[package]\nname = \"{name}\"\n{rest}")
    }

    fn messages(rule: fn(&Tree) -> Vec<Finding>, name: &str, rest: &str) -> Vec<usize> {
        let tree = Tree::made_up(&[("a/Cargo.toml", &manifest(name, rest))]);
        rule(&tree).into_iter().map(|finding| finding.line).collect()
    }

    #[test]
    fn arrows_point_down_only() {
        let down =
            "[dependencies]\ncorridor-domain = { path = \"../node/domain\" }\ncorridor-storage.workspace = true\n";
        assert_eq!(messages(floors, "corridor-cluster", down), []);
        assert_eq!(messages(floors, "corridor-storage", down), [5]);
        assert_eq!(messages(floors, "corridor-domain", down), [4, 5]);
    }

    #[test]
    fn tests_and_builds_point_down_too() {
        let up =
            "[dev-dependencies]\ncorridor-api = { path = \"../api\" }\n[build-dependencies.corridor]\npath = \"..\"\n";
        assert_eq!(messages(floors, "corridor-actors", up), [4, 5]);
    }

    #[test]
    fn the_wire_types_are_for_the_api_and_above() {
        let wire = "[dependencies]\ncorridor-protocol = { path = \"protocol\" }\n";
        assert_eq!(messages(floors, "corridor-api", wire), []);
        assert_eq!(messages(floors, "corridor", wire), []);
        assert_eq!(messages(floors, "corridor-actors", wire), [4]);
        let down = "[dependencies]\ncorridor-domain = { path = \"../../node/domain\" }\n";
        assert_eq!(messages(floors, "corridor-protocol", down), [4]);
    }

    #[test]
    fn a_new_package_needs_a_floor() {
        assert_eq!(messages(floors, "corridor-attic", ""), [0]);
        assert_eq!(
            messages(floors, "corridor", "[dependencies]\ncorridor-attic = \"1\"\n"),
            [4]
        );
    }

    #[test]
    fn crates_with_one_user_are_kept_to_it() {
        let used = "[dependencies]\nfjall = \"3\"\nraft-engine = { version = \"0.4\", features = [\n  \"x\",\n] }\naxum-server = \"0.9\"\n";
        assert_eq!(messages(one_user, "corridor-storage", used), [8]);
        assert_eq!(messages(one_user, "corridor-api", used), [4, 5]);
    }

    #[test]
    fn a_renamed_crate_is_known_by_its_own_name() {
        assert_eq!(
            messages(
                one_user,
                "corridor-api",
                "[dependencies]\nraft = { package = \"openraft\", version = \"1\" }\n"
            ),
            [4]
        );
        assert_eq!(
            messages(
                one_user,
                "corridor-api",
                "[dependencies.raft]\nversion = \"1\"\npackage = \"openraft\"\n"
            ),
            [5]
        );
    }

    #[test]
    fn the_domain_depends_on_nothing_that_waits() {
        assert_eq!(
            messages(
                one_user,
                "corridor-domain",
                "[dependencies]\nserde = \"1\"\ntokio = \"1\"\n"
            ),
            [5]
        );
        assert_eq!(
            messages(one_user, "corridor-domain", "[dev-dependencies]\nrand = \"1\"\n"),
            []
        );
        assert_eq!(
            messages(
                one_user,
                "corridor-domain",
                "[target.'cfg(unix)'.dependencies]\nrand = \"1\"\n"
            ),
            [4]
        );
    }

    #[test]
    fn the_locks_stand_below_storage_and_know_no_runtime() {
        let user = "[dependencies]\ncorridor-sync = { path = \"sync\" }\n";
        assert_eq!(messages(floors, "corridor-storage", user), []);
        assert_eq!(messages(floors, "corridor-domain", user), [4]);
        let up = "[dependencies]\ncorridor-domain = { path = \"../../node/domain\" }\ntokio = \"1\"\n";
        assert_eq!(messages(floors, "corridor-sync", up), [4]);
        assert_eq!(messages(one_user, "corridor-sync", up), [5]);
    }

    #[test]
    fn the_judge_knows_nobody_and_is_known_by_those_who_write_histories() {
        let user = "[dependencies]\ncorridor-judge = { path = \"judge\" }\n";
        assert_eq!(messages(floors, "corridor-benches", user), []);
        assert_eq!(messages(floors, "corridor", user), []);
        assert_eq!(messages(floors, "corridor-api", user), [4]);
        let up = "[dependencies]\ncorridor-protocol = { path = \"..\" }\ntokio = \"1\"\n";
        assert_eq!(messages(floors, "corridor-judge", up), [4]);
        assert_eq!(messages(one_user, "corridor-judge", up), [5]);
    }

    #[test]
    fn a_package_shares_the_lints() {
        assert_eq!(messages(lints, "corridor", "[lints]\nworkspace = true # as all\n"), []);
        assert_eq!(messages(lints, "corridor", "[dependencies]\nworkspace = true\n"), [0]);
    }
}
