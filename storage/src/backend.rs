//! Ordered bytes on disk, or in memory: the seam under applied state.
//!
//! Two implementations, one conduct: [`FjallBackend`] in production, [`MemoryBackend`] for tests and simulation. Neither knows
//! what a key means, what a value holds, or that it is sealed.

mod background;
mod fjall;
mod generations;
mod memory;
mod pacing;

pub use fjall::FjallBackend;
pub use memory::MemoryBackend;

use std::io;

/// A key and a value.
pub type Pair = (Vec<u8>, Vec<u8>);
/// A key and what becomes of it: a new value, or nothing.
pub type Write = (Vec<u8>, Option<Vec<u8>>);
/// Pairs in key order.
pub type Pairs = Box<dyn Iterator<Item = io::Result<Pair>> + Send>;
/// A view of one moment that can be walked as often as needed.
pub type View = Box<dyn Fn() -> Pairs + Send + Sync>;

/// Which way a scan goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// Ascending keys.
    Forward,
    /// Descending keys.
    Backward,
}

/// Ordered bytes. Whoever reads while a batch is written sees all of it or nothing, and once it was seen, it stays seen: a
/// position that was read promises everything up to it. Any error of a write or a sync means that the process must end: it is never tried again.
pub trait Backend: Send + Sync + 'static {
    /// The value of a key.
    fn get(&self, key: &[u8]) -> io::Result<Option<Vec<u8>>>;

    /// The pairs with `from <= key < to` at the moment of the call. Lazy: take only what is needed. The call itself does not wait.
    fn scan(&self, from: &[u8], to: &[u8], direction: Direction) -> Pairs;

    /// Writes all or nothing, in memory and in the journal; durable after the next [`Backend::persist`].
    fn commit(&self, writes: Vec<Write>) -> io::Result<()>;

    /// Makes everything committed so far durable.
    fn persist(&self) -> io::Result<()>;

    /// Replaces everything by these pairs, durably: a crash leaves the old or the new. Views of before stay as they are. Pairs that
    /// are not in key order are an error, and change nothing.
    fn replace(&self, pairs: &mut dyn Iterator<Item = io::Result<Pair>>) -> io::Result<()>;

    /// A view of this moment.
    fn view(&self) -> View;

    /// Bytes on disk, for the operator.
    fn size_bytes(&self) -> u64;
}

/// The pairs, and an error where they are not in key order: they come from another node.
fn in_order(pairs: &mut dyn Iterator<Item = io::Result<Pair>>) -> impl Iterator<Item = io::Result<Pair>> {
    let mut last = None;
    pairs.map(move |pair| {
        let (key, value) = pair?;
        if last.as_ref() >= Some(&key) {
            let what = "the records of a state are not in key order";
            return Err(io::Error::new(io::ErrorKind::InvalidData, what));
        }
        last = Some(key.clone());
        Ok((key, value))
    })
}
