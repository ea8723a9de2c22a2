//! The two small programs in C that some faults are made with, built by the machine's compiler for each run. They are in C because
//! they stand where Rust would need `unsafe`: in front of the C library of a process, and behind a device. Knows not what they do.

use crate::failure::{Context, Outcome};
use crate::system::run;
use std::path::{Path, PathBuf};

const SHIM: &str = include_str!("native/shim.c");
const RELAY: &str = include_str!("native/relay.c");
/// A warning is a mistake.
const WORDS: [&str; 6] = ["cc", "-std=gnu11", "-O2", "-Wall", "-Wextra", "-Werror"];

/// Where they are.
pub struct Native {
    /// A library for LD_PRELOAD.
    pub shim: PathBuf,
    /// A program.
    pub relay: PathBuf,
}

impl Native {
    /// Builds both below that folder.
    pub async fn build(folder: &Path) -> Outcome<Self> {
        let native = Self {
            shim: folder.join("shim.so"),
            relay: folder.join("relay"),
        };
        compile(SHIM, &native.shim, &["-shared", "-fPIC", "-ldl"]).await?;
        compile(RELAY, &native.relay, &[]).await?;
        Ok(native)
    }
}

async fn compile(source: &str, to: &Path, words: &[&str]) -> Outcome<()> {
    let (from, to) = (to.with_extension("c"), to.display().to_string());
    std::fs::write(&from, source).context(from.display())?;
    let from = from.display().to_string();
    run(&[&WORDS[..], &["-o", &to, &from], words].concat()).await.map(drop)
}
