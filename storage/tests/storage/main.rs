//! Proves the store: what commands make of it, what is read from it, its keys and forms, its log on a good disk and on a damaged one. One program,
//! so that the clinic they share is compiled once.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod apply_care;
mod apply_coverage;
mod apply_coverages;
mod apply_messages;
mod apply_people;
mod apply_pins;
mod apply_record;
mod apply_restriction;
mod apply_rooms;
mod apply_tasks;
mod apply_waiting;
mod backends;
mod formats;
mod formats_of_care;
mod formats_of_commands;
mod keys_of_records;
mod log_conformance;
mod log_on_disk;
mod no_clear_text;
mod property_coverage;
mod property_replicas;
mod property_unread;
mod property_wall;
mod reader;
mod release_0_1;

#[path = "../clinic/mod.rs"]
mod clinic;
#[path = "../support/fixtures.rs"]
mod fixtures;
#[path = "../support/records_pinned.rs"]
mod records_pinned;
#[path = "../support/mod.rs"]
mod support;
