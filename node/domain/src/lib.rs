//! The rules of the clinic, pure: who may do what, and what follows from it.
//!
//! Stands at step 6 of a message's way: `storage` loads a [`view::View`], [`decide::decide`] says what happens, `storage` writes it.
//! Refuses to know: clocks, randomness, disks, sockets, async, JSON. Everything that is not deterministic comes in the envelope.

#![forbid(unsafe_code)]

pub mod attention;
pub mod audit;
pub mod calendar;
pub mod care;
pub mod cluster;
pub mod command;
pub mod conversation;
pub mod coverage;
pub mod decide;
pub mod event;
pub mod identity;
pub mod identity_check;
pub mod ids;
pub mod invitation;
pub mod limits;
pub mod on_behalf;
pub mod outcome;
pub mod permission;
pub mod person;
pub mod pin;
pub mod placement;
pub mod private;
pub mod refusal;
pub mod restriction;
pub mod scheduled;
pub mod session;
pub mod settings;
pub mod task;
pub mod template;
pub mod timer;
pub mod view;
