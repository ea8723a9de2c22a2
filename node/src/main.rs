//! Corridor, a clinic's own messenger: the program. Configuration, wiring and command line; no rules, only order.

#![forbid(unsafe_code)]

mod cli;
mod config;
mod control;
mod demo;
mod figures;
mod files;
mod init;
mod passwords;
mod start;

fn main() -> std::process::ExitCode {
    cli::main()
}
