//! Corridor, a clinic's own messenger: the program. Configuration, wiring and command line; no rules, only order.

#![forbid(unsafe_code)]

mod cli;
mod config;
mod contact;
mod control;
mod demo;
mod doors;
mod facts;
mod figures;
mod files;
#[cfg(test)]
#[path = "../../storage/tests/support/fixtures.rs"]
mod fixtures;
mod init;
mod join;
mod machine;
mod membership;
mod metrics;
mod neighbours;
mod operations;
mod passwords;
mod place;
mod room;
mod scrub;
mod selftest;
mod start;
mod stay;
mod stop;
mod workspace;
mod workspaces;

/// Messages are many small allocations, made on one thread and freed on another.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    corridor_storage::log::tell_fatal_panics_briefly();
    cli::main()
}
