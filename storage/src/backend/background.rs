//! Threads that tidy up take what the others leave of the processor.
//!
//! Beside `fjall.rs`, which cannot give its threads a priority, and knows them by their name only. On two cores a merge of files runs
//! for half a second on one of them; at the same priority every message waits behind it. Where the system does not do it, nothing
//! is lost but time.

use corridor_domain::limits;
use rustix::process::{Pid, setpriority_process};
use std::io;

/// Lowers the priority of all threads of this process with this name. Says how many there are.
pub fn lower(name: &str) -> io::Result<usize> {
    let mut lowered = 0;
    for thread in std::fs::read_dir("/proc/self/task")? {
        let thread = thread?.path();
        // A thread may end between two looks.
        let Ok(found) = std::fs::read_to_string(thread.join("comm")) else {
            continue;
        };
        let number = thread.file_name().and_then(|name| name.to_str()?.parse().ok());
        if found.trim_end() == name
            && let Some(id) = number.and_then(Pid::from_raw)
        {
            // Linux takes a thread's id here, and means that thread alone: setpriority(2), "C library/kernel differences".
            setpriority_process(Some(id), limits::BACKGROUND_NICENESS)?;
            lowered += 1;
        }
    }
    Ok(lowered)
}

/// Lowers the priority of the thread that calls, for good.
pub fn lower_this() -> io::Result<()> {
    setpriority_process(Some(rustix::thread::gettid()), limits::BACKGROUND_NICENESS)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc;

    #[test]
    fn a_thread_is_found_by_its_name_and_lowered() {
        let (end, ended) = mpsc::channel::<()>();
        let (begin, begun) = mpsc::channel();
        let thread = std::thread::Builder::new().name("tidies-up".to_owned());
        let thread = thread.spawn(move || {
            begin.send(()).unwrap();
            let _ = ended.recv();
        });
        begun.recv().unwrap();
        assert_eq!(lower("tidies-up").unwrap(), 1);
        assert_eq!(lower("nobody").unwrap(), 0);
        lower_this().unwrap();
        drop(end);
        thread.unwrap().join().unwrap();
    }
}
