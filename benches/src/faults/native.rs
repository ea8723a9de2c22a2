//! The small library in C that some faults are made with, built by the machine's compiler for each run. It is in C because it stands
//! where Rust would need `unsafe`: in front of the C library of a process. Knows not what it does.

use crate::failure::{Context, Outcome};
use crate::system::run;
use std::path::{Path, PathBuf};

const SHIM: &str = include_str!("native/shim.c");
/// A warning is a mistake.
const WORDS: [&str; 6] = ["cc", "-std=gnu11", "-O2", "-Wall", "-Wextra", "-Werror"];

/// Where it is.
pub struct Native {
    /// A library for LD_PRELOAD.
    pub shim: PathBuf,
}

impl Native {
    /// Builds it below that folder.
    pub async fn build(folder: &Path) -> Outcome<Self> {
        let native = Self {
            shim: folder.join("shim.so"),
        };
        compile(SHIM, &native.shim, &["-shared", "-fPIC", "-ldl"]).await?;
        Ok(native)
    }
}

async fn compile(source: &str, to: &Path, words: &[&str]) -> Outcome<()> {
    let (from, to) = (to.with_extension("c"), to.display().to_string());
    std::fs::write(&from, source).context(from.display())?;
    let from = from.display().to_string();
    run(&[&WORDS[..], &["-o", &to, &from], words].concat()).await.map(drop)
}
