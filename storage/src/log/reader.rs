//! The one thread that reads entries back from the log engine.
//!
//! Stands beside the writer; used when an entry is no longer in the caller's cache, and to verify the log at open.
//!
//! A thread of its own for two reasons. Reads wait for the disk. And the engine caches the last block per thread under a
//! name that two engines of one process share, so a borrowed thread could be shown another log's block, or one from before
//! a restart that a damaged disk no longer holds.

use std::io;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, Sender, channel, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use bytes::Bytes;

use super::GroupId;
use super::format::{EngineEntry, open_entry};
use crate::disk::LogEngine;
use crate::sealing::StorageKey;

/// What a read answers: the entries up to the first that could not be read, and that one's index and error.
pub(super) struct ReadOutcome {
    pub entries: Vec<(u64, Bytes)>,
    pub damaged: Option<(u64, io::Error)>,
}

struct Request {
    group: GroupId,
    range: Range<u64>,
    size_bytes_max: usize,
    answer: std::sync::mpsc::SyncSender<ReadOutcome>,
}

/// A handle on the reading thread.
pub(super) struct Reader {
    requests: Mutex<Option<Sender<Request>>>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Reader {
    /// Starts the thread.
    pub fn start(engine: Arc<LogEngine>, key: StorageKey) -> io::Result<Self> {
        let (sender, receiver) = channel();
        let thread = std::thread::Builder::new()
            .name("log-reader".to_owned())
            .spawn(move || serve(&engine, &key, &receiver))?;
        Ok(Self {
            requests: Mutex::new(Some(sender)),
            thread: Mutex::new(Some(thread)),
        })
    }

    /// Reads entries of a range that is known to exist, at least one, until `size_bytes_max` is passed.
    pub fn read(&self, group: GroupId, range: Range<u64>, size_bytes_max: usize) -> io::Result<ReadOutcome> {
        let (answer, receive) = sync_channel(1);
        let request = Request {
            group,
            range,
            size_bytes_max,
            answer,
        };
        let sent = match &*self.requests.lock().unwrap_or_else(PoisonError::into_inner) {
            Some(requests) => requests.send(request).is_ok(),
            None => false,
        };
        if !sent {
            return Err(io::Error::other("the log's reader has stopped"));
        }
        receive
            .recv()
            .map_err(|_| io::Error::other("the log's reader has stopped"))
    }

    /// Ends the thread.
    pub fn stop(&self) {
        self.requests.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(thread) = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take() {
            // A reader that panicked has answered with an error already.
            let _ = thread.join();
        }
    }
}

fn serve(engine: &LogEngine, key: &StorageKey, requests: &Receiver<Request>) {
    while let Ok(request) = requests.recv() {
        let mut outcome = ReadOutcome {
            entries: Vec::new(),
            damaged: None,
        };
        let mut size_bytes = 0;
        for index in request.range {
            match read_one(engine, key, request.group, index) {
                Ok(entry) => {
                    size_bytes += entry.len();
                    outcome.entries.push((index, entry));
                }
                Err(error) => {
                    outcome.damaged = Some((index, error));
                    break;
                }
            }
            if size_bytes >= request.size_bytes_max {
                break;
            }
        }
        // Whoever asked may have given up.
        let _ = request.answer.send(outcome);
    }
}

fn read_one(engine: &LogEngine, key: &StorageKey, group: GroupId, index: u64) -> io::Result<Bytes> {
    // The engine asserts where it could answer an error (an entry under a wrong index): that is damage too.
    let read = catch_unwind(AssertUnwindSafe(|| engine.get_entry::<EngineEntry>(group, index)))
        .map_err(|_| io::Error::other("the log engine panicked while reading"))?;
    match read {
        Ok(Some(entry)) => open_entry(key, group, index, &entry),
        Ok(None) => Err(io::Error::new(io::ErrorKind::NotFound, "the entry is missing")),
        Err(error) => Err(io::Error::new(io::ErrorKind::InvalidData, error.to_string())),
    }
}
