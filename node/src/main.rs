//! Corridor, a clinic's own messenger: the program. Configuration, wiring and command line; no rules, only order.

#![forbid(unsafe_code)]

mod cli;
mod config;
mod control;
mod demo;
mod figures;
mod files;
mod init;
mod join;
// Both sides of joining stand and meet over TLS; what is missing is who agrees on members.
#[cfg_attr(not(test), expect(dead_code, reason = "not all of it is put in yet"))]
mod membership;
mod metrics;
mod operations;
mod passwords;
mod place;
mod start;
mod stop;

/// Messages are many small allocations, made on one thread and freed on another.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    cli::main()
}
