//! When the node is told to stop, by whoever holds its terminal or its service manager.

use crate::start::StartError;
use tokio::signal::unix::{SignalKind, signal};

/// Resolves at Ctrl-C or SIGTERM. Signals are listened for from this call on.
pub fn stop_signal() -> Result<impl Future<Output = ()> + Send + 'static, StartError> {
    let listen = |kind| {
        signal(kind).map_err(|cause| StartError::Io {
            what: "signals cannot be listened for".to_owned(),
            cause,
        })
    };
    let (mut interrupt, mut terminate) = (listen(SignalKind::interrupt())?, listen(SignalKind::terminate())?);
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}
