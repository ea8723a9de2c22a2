//! Bytes: the log, the applied state, the keys that seal both.
//!
//! The only floor that uses fjall and the log engine. Step 6 of a message's way happens here ([`apply`]); the rules it follows
//! are `node/domain`'s. Refuses to know: Raft terms, actors, HTTP, who is connected.

#![forbid(unsafe_code)]

pub mod apply;
pub mod backend;
pub mod content;
pub mod disk;
pub mod facts;
pub mod figures;
pub mod high_water;
pub mod keys;
pub mod landmarks;
mod load;
pub mod log;
pub mod metrics;
pub mod node_keys;
pub mod planted;
pub mod reader;
mod recent;
pub mod records;
pub mod replicated;
pub mod scrub;
pub mod sealing;
pub mod spool;
pub mod state;
mod store;
mod transaction;
pub mod world;
mod write;
