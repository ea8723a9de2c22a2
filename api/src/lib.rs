//! The edge: HTTP, WebSocket, sign-in, the browser client.
//!
//! Steps 1 to 3 of a message's way: a frame is read, found legal, made a command with sealed content. The only floor that knows
//! HTTP, WebSocket and JSON. Refuses to know: how agreement and storage work, and the rules (it asks the domain's funnel).

#![forbid(unsafe_code)]

pub mod convert;
pub mod elsewhere;
pub mod encode;
pub mod failure;
pub mod freshness;
pub mod front;
pub mod gate;
mod http;
pub mod metrics;
pub mod names;
pub mod operations;
pub mod serve;
pub mod service;
mod web;
pub mod websocket;

pub use http::Edge;
