//! What a client sees of a node: tests of the real program, from outside, over HTTP, sockets and its own command line.
//!
//! One program for all of them, so that the demo's clinic is founded once; each test works on a copy of it, with a node of its
//! own. `CORRIDOR_BIN` names the program under test; without it, it is the one that cargo built beside these tests.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "test"
)]

mod audit;
mod audit_looks;
mod break_glass;
mod chat;
mod connections;
mod corrections;
mod coverage;
mod disk_room;
mod exactly_once;
mod fhir;
mod figures;
mod hostile_bodies;
mod hostile_requests;
mod hostile_sockets;
mod in_time;
mod invitations;
mod killed;
mod live;
mod looks;
mod no_patients;
mod note_canary;
mod on_behalf;
mod on_behalf_at_nodes;
mod organization_queue;
mod overload;
mod patients;
mod pins;
mod placement;
mod policies;
mod responsibility;
mod rooms;
mod safeguards;
mod scrub;
mod selftest;
mod sessions;
mod settings;
mod sign_in;
mod specifications;
mod stalled;
mod starting;
mod stopping;
mod storm;
mod support;
mod synced;
mod tasks;
mod templates;
mod threads;
mod three_nodes;
mod three_nodes_live;
mod tls;
mod waiting;
mod watching;
mod workspaces;
