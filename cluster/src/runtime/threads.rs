//! The production form: tokio's tasks, and the machine's threads.
//!
//! Stands behind [`super`]; every call goes straight through.

use std::future::Future;
use std::io;
use std::sync::mpsc::{Sender, channel};

use tokio::task::JoinHandle;

/// What openraft runs on.
pub(crate) type Runtime = openraft::impls::TokioRuntime;

/// The way to a thread of one's own. The thread ends with the last of them.
pub(crate) type Jobs<J> = Sender<J>;

/// Starts a task.
pub(crate) fn spawn<F>(future: F) -> JoinHandle<F::Output>
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    tokio::spawn(future)
}

/// Runs what may wait for the disk where no async worker waits with it.
pub(crate) async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> io::Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(io::Error::other)
}

/// Serves jobs in order on a thread of their own, until `serve` says that it was the last or nobody can send any more.
pub(crate) fn own_thread<J: Send + 'static>(
    name: String,
    mut serve: impl FnMut(J) -> bool + Send + 'static,
) -> io::Result<Jobs<J>> {
    let (jobs, receive) = channel();
    let work = move || while receive.recv().is_ok_and(&mut serve) {};
    std::thread::Builder::new().name(name).spawn(work)?;
    Ok(jobs)
}
