//! A node's place among others: the cluster's authority, this node's papers, invitations, joining, and what operators ask.
//!
//! Stands beside the composition root. It refuses to know how bytes travel between machines, and how a group agrees on its
//! members: the first is handed to it as a function, the second as [`Admission`](joining::Admission) and
//! [`Members`](desk::Members).

pub mod address;
pub mod authority;
pub mod desk;
pub mod invitation;
pub mod joining;
#[cfg(test)]
mod kept;
pub mod messages;
pub mod standing;
pub mod status;
pub mod token;
mod validity;
pub mod way;

use std::future::Future;
use std::pin::Pin;

/// An answer that is waited for.
pub type Waiting<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;
