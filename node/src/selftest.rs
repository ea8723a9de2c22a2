//! `corridor selftest`: a shortened form of our fault tests, on a clinic's own running machines, in a scratch workspace.
//!
//! Stands between the command line and the nodes: what a node does for it.

pub mod desk;
pub mod hooks;
