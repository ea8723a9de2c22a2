//! The files of the repository, read once: the input of every rule, and made up in tests.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::modules;
use super::rust_text::RustText;

/// Folders that hold what was built, installed or written at run time.
const SKIPPED_FOLDERS: &[&str] = &[
    ".git",
    ".svelte-kit",
    "corridor-data",
    "coverage",
    "dist",
    "node_modules",
    "target",
    "test-results",
];

/// Endings of the files whose text is looked at.
const TEXT_ENDINGS: &[&str] = &[
    "css", "html", "js", "json", "jsonc", "md", "mjs", "proto", "rs", "sh", "svelte", "svg", "toml", "ts", "txt",
    "yaml", "yml",
];

/// The repository as the rules see it. Paths are relative to its root, with `/`.
#[derive(Debug, Default)]
pub struct Tree {
    /// The text of every text file.
    pub texts: BTreeMap<String, String>,
    /// Every Rust file, with its comments, strings and tests told apart.
    pub rust: BTreeMap<String, RustText>,
    /// Every file and folder.
    pub paths: BTreeSet<String>,
    /// Files that may be executed.
    pub executable: BTreeSet<String>,
}

impl Tree {
    pub fn read(root: &Path) -> Result<Self, String> {
        let mut tree = Self::default();
        tree.read_folder(root, "")
            .map_err(|error| format!("the repository cannot be read: {error}"))?;
        Ok(tree.understood())
    }

    fn read_folder(&mut self, folder: &Path, prefix: &str) -> std::io::Result<()> {
        for entry in std::fs::read_dir(folder)? {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let path = if prefix.is_empty() {
                name.clone()
            } else {
                format!("{prefix}/{name}")
            };
            let kind = entry.file_type()?;
            if kind.is_dir() {
                if !SKIPPED_FOLDERS.contains(&name.as_str()) {
                    self.paths.insert(path.clone());
                    self.read_folder(&entry.path(), &path)?;
                }
            } else if kind.is_file() {
                self.read_file(&entry.path(), &name, path)?;
            }
        }
        Ok(())
    }

    fn read_file(&mut self, file: &Path, name: &str, path: String) -> std::io::Result<()> {
        if is_executable(file)? {
            self.executable.insert(path.clone());
        }
        let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
        if TEXT_ENDINGS.contains(&ending) || path == ".ci/run" {
            let bytes = std::fs::read(file)?;
            self.texts
                .insert(path.clone(), String::from_utf8_lossy(&bytes).into_owned());
        }
        self.paths.insert(path);
        Ok(())
    }

    fn understood(mut self) -> Self {
        for (path, text) in &self.texts {
            if path.ends_with(".rs") {
                self.rust.insert(path.clone(), RustText::new(text));
            }
        }
        for path in modules::test_files(&self) {
            if let Some(rust) = self.rust.get_mut(&path) {
                rust.whole_file_is_test();
            }
        }
        self
    }

    /// Files whose name has one of these endings.
    pub fn ending<'a>(&'a self, endings: &'a [&str]) -> impl Iterator<Item = (&'a str, &'a str)> {
        let wanted = move |path: &str| {
            path.rsplit_once('.')
                .is_some_and(|(_, ending)| endings.contains(&ending))
        };
        self.texts
            .iter()
            .map(|(path, text)| (path.as_str(), text.as_str()))
            .filter(move |(path, _)| wanted(path))
    }

    /// The folder, name and text of each manifest that makes a package. The folder of the root is empty.
    pub fn packages(&self) -> impl Iterator<Item = (&str, &str, &str)> {
        self.texts.iter().filter_map(|(path, text)| {
            let folder = path.strip_suffix("Cargo.toml")?;
            let folder = folder.strip_suffix('/').or(folder.is_empty().then_some(""))?;
            text.lines()
                .any(|line| line.trim() == "[package]")
                .then_some((folder, path.as_str(), text.as_str()))
        })
    }

    #[cfg(test)]
    pub fn made_up(files: &[(&str, &str)]) -> Self {
        let mut tree = Self::default();
        for (path, text) in files {
            tree.texts.insert((*path).to_owned(), (*text).to_owned());
            tree.paths.insert((*path).to_owned());
            let mut folder = *path;
            while let Some((above, _)) = folder.rsplit_once('/') {
                tree.paths.insert(above.to_owned());
                folder = above;
            }
        }
        tree.executable.insert(".ci/run".to_owned());
        tree.understood()
    }
}

#[cfg(unix)]
fn is_executable(file: &Path) -> std::io::Result<bool> {
    use std::os::unix::fs::PermissionsExt;
    Ok(std::fs::metadata(file)?.permissions().mode() & 0o111 != 0)
}

/// Where files carry no such mark, every file counts as executable.
#[cfg(not(unix))]
fn is_executable(_file: &Path) -> std::io::Result<bool> {
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packages_are_the_manifests_that_have_a_package() {
        let tree = Tree::made_up(&[
            ("Cargo.toml", "[workspace]\nmembers = []\n"),
            ("api/protocol/Cargo.toml", "[package]\nname = \"corridor-protocol\"\n"),
        ]);
        let folders: Vec<_> = tree.packages().map(|(folder, ..)| folder).collect();
        assert_eq!(folders, ["api/protocol"]);
    }

    #[test]
    fn folders_that_are_built_are_not_read() {
        let root = std::env::temp_dir().join(format!("corridor-ci-tree-{}", std::process::id()));
        for folder in ["src", "target", "web/node_modules"] {
            std::fs::create_dir_all(root.join(folder)).unwrap();
            std::fs::write(root.join(folder).join("a.rs"), "//! A.\n").unwrap();
        }
        let tree = Tree::read(&root);
        std::fs::remove_dir_all(&root).unwrap();
        assert_eq!(tree.unwrap().texts.keys().collect::<Vec<_>>(), ["src/a.rs"]);
    }
}
