//! The tree at work: a group of one voter, the applied state in memory, an encoder that writes frames one can read.

mod agenda;
mod delivery;
mod device;
mod falls;
mod falls_of_few;
mod figures;
mod gossip;
mod house;
mod many;
mod queue;
mod resume;
mod sleep;
mod watching;
