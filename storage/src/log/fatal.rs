//! How the process ends when its disk can no longer be trusted: at once, and after one line for a human.
//!
//! Stands below the log's threads. It refuses to know what they write; they say when it is over.

use std::panic::PanicHookInfo;
use std::sync::Arc;
use std::thread::JoinHandle;

/// Called once, when the disk can no longer be trusted. In production it does not return.
pub type FatalHandler = Arc<dyn Fn(&str) + Send + Sync>;

/// The production [`FatalHandler`]: one line for a human, and the process is gone.
///
/// A failed write or sync is never retried: after a failed sync the page cache may claim bytes that are not on disk.
pub fn abort_process() -> FatalHandler {
    Arc::new(|problem| {
        tracing::error!(problem, "the disk can no longer be trusted; the process ends");
        std::process::abort();
    })
}

/// While it is held, a panic of this thread is fatal: what it watched over stands still, and nobody else would notice.
pub struct FatalIfPanicking(FatalHandler, &'static str);

impl FatalIfPanicking {
    /// `problem` is what the handler is told.
    pub fn new(on_fatal: &FatalHandler, problem: &'static str) -> Self {
        Self(Arc::clone(on_fatal), problem)
    }
}

impl Drop for FatalIfPanicking {
    fn drop(&mut self) {
        if std::thread::panicking() {
            (self.0)(self.1);
        }
    }
}

/// The threads that write the log begin with this. The engine panics in them, on purpose, when a sync fails.
const WRITING_THREADS: &str = "log-";

/// Starts one of the threads that write the log.
pub(super) fn start_writing_thread(
    work: &'static str,
    run: impl FnOnce() + Send + 'static,
) -> std::io::Result<JoinHandle<()>> {
    let name = format!("{WRITING_THREADS}{work}");
    std::thread::Builder::new().name(name).spawn(run)
}

/// Lets a panic of a thread that writes the log be told in a line, without a backtrace: names are looked up for it in the whole
/// program, which takes a small machine longer than the second in which the process must be gone. Other panics are told as before.
///
/// To be called once, by the program, before anything is opened.
pub fn tell_fatal_panics_briefly() {
    let tell = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| match std::thread::current().name() {
        #[allow(
            clippy::print_stderr,
            reason = "as the standard library does it: where a panic is told nothing else may be needed"
        )]
        Some(name) if name.starts_with(WRITING_THREADS) => eprintln!("{}", briefly(name, panic)),
        _ => tell(panic),
    }));
}

fn briefly(thread: &str, panic: &PanicHookInfo<'_>) -> String {
    format!("thread '{thread}' {panic}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Mutex;

    /// What the handler is told by a thread that does this while it holds the guard.
    fn told(run: fn()) -> Vec<String> {
        let told = Arc::new(Mutex::new(Vec::new()));
        let noted = Arc::clone(&told);
        let on_fatal: FatalHandler = Arc::new(move |problem| noted.lock().unwrap().push(problem.to_owned()));
        let thread = start_writing_thread("test", move || {
            let _fatal = FatalIfPanicking::new(&on_fatal, "it panicked");
            run();
        });
        // It panics in one of the cases.
        let _ = thread.unwrap().join();
        std::mem::take(&mut *told.lock().unwrap())
    }

    #[test]
    fn a_panic_is_fatal_and_an_end_is_not() {
        assert_eq!(told(|| panic!("fdatasync")), ["it panicked"]);
        assert!(told(|| {}).is_empty());
    }
}
