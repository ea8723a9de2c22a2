//! The one thread on which a group's state changes.
//!
//! Stands between openraft's state machine task and applied state. The state's store may stall its caller for a long time:
//! that must be this thread, never an async worker. It refuses to know what a command says.

use std::any::Any;
use std::io;
use std::sync::Arc;

use openraft::storage::ApplyResponder;
use tokio::sync::{mpsc, oneshot};

use corridor_storage::log::FatalHandler;
use corridor_storage::replicated::{CommittedCommand, ReplicatedState, StateSnapshot};

use crate::applied::AppliedMark;
use crate::metrics;
use crate::runtime::{self, Jobs};
use crate::types::{Applied, ErasedAnswer, Types};

/// A [`ReplicatedState`] whose answers have no type.
pub(crate) trait ErasedState: Send + Sync + 'static {
    fn marker(&self) -> io::Result<Option<Vec<u8>>>;
    fn apply(&self, commands: Vec<CommittedCommand>, marker: Vec<u8>) -> io::Result<Vec<ErasedAnswer>>;
    fn persist(&self) -> io::Result<()>;
    fn snapshot(&self) -> io::Result<StateSnapshot>;
    fn install(&self, snapshot: StateSnapshot) -> io::Result<()>;
}

impl<S: ReplicatedState> ErasedState for S {
    fn marker(&self) -> io::Result<Option<Vec<u8>>> {
        ReplicatedState::marker(self)
    }

    fn apply(&self, commands: Vec<CommittedCommand>, marker: Vec<u8>) -> io::Result<Vec<ErasedAnswer>> {
        let answers = ReplicatedState::apply(self, commands, marker)?;
        Ok(answers
            .into_iter()
            .map(|answer| Box::new(answer) as Box<dyn Any + Send + Sync>)
            .collect())
    }

    fn persist(&self) -> io::Result<()> {
        ReplicatedState::persist(self)
    }

    fn snapshot(&self) -> io::Result<StateSnapshot> {
        ReplicatedState::snapshot(self)
    }

    fn install(&self, snapshot: StateSnapshot) -> io::Result<()> {
        ReplicatedState::install(self, snapshot)
    }
}

/// Entries on their way into the state, with whoever waits for each.
#[derive(Default)]
pub(crate) struct Batch {
    pub commands: Vec<CommittedCommand>,
    /// One for each command.
    pub proposers: Vec<Option<ApplyResponder<Types>>>,
    /// Of entries without a command.
    pub others: Vec<ApplyResponder<Types>>,
    pub marker: Vec<u8>,
    /// The index behind its last entry.
    pub end: u64,
}

enum Job {
    Apply(Batch, oneshot::Sender<io::Result<()>>),
    Snapshot(oneshot::Sender<io::Result<StateSnapshot>>),
    Install(StateSnapshot, oneshot::Sender<io::Result<()>>),
}

/// A handle on the thread. The thread ends with the last handle.
#[derive(Clone)]
pub(crate) struct StateThread {
    jobs: Jobs<Job>,
    applied: AppliedMark,
}

impl StateThread {
    /// Starts the thread. The receiver ends when the thread has let go of the state.
    pub fn start(
        group: u64,
        state: Arc<dyn ErasedState>,
        on_fatal: FatalHandler,
    ) -> io::Result<(Self, mpsc::Receiver<()>)> {
        let (released, wait) = mpsc::channel(1);
        let applied = AppliedMark::new();
        let server = Server {
            state,
            on_fatal,
            applied: applied.clone(),
            _released: released,
        };
        let jobs = runtime::own_thread(format!("state-{group}"), move |job| server.serve(job))?;
        Ok((Self { jobs, applied }, wait))
    }

    /// How far the state is: whoever waits for it goes on before openraft hears of it.
    pub fn applied(&self) -> AppliedMark {
        self.applied.clone()
    }

    /// Applies a batch, then answers its proposers.
    pub async fn apply(&self, batch: Batch) -> io::Result<()> {
        self.ask(|answer| Job::Apply(batch, answer)).await
    }

    /// A view of the state between two batches.
    pub async fn snapshot(&self) -> io::Result<StateSnapshot> {
        self.ask(Job::Snapshot).await
    }

    /// Replaces the state, durably.
    pub async fn install(&self, snapshot: StateSnapshot) -> io::Result<()> {
        self.ask(|answer| Job::Install(snapshot, answer)).await
    }

    async fn ask<T>(&self, job: impl FnOnce(oneshot::Sender<io::Result<T>>) -> Job) -> io::Result<T> {
        let (answer, receive) = oneshot::channel();
        let stopped = || io::Error::other("the state's thread has stopped");
        self.jobs.send(job(answer)).map_err(|_| stopped())?;
        receive.await.map_err(|_| stopped())?
    }
}

/// What the thread has.
struct Server {
    state: Arc<dyn ErasedState>,
    on_fatal: FatalHandler,
    applied: AppliedMark,
    /// Dropped after the state.
    _released: mpsc::Sender<()>,
}

/// If the state panics, half a batch may be in memory: the process must not go on from there.
impl Drop for Server {
    fn drop(&mut self) {
        self.applied.close();
        if std::thread::panicking() {
            (self.on_fatal)("applying a committed command panicked");
        }
    }
}

impl Server {
    /// Whether there may be another.
    fn serve(&self, job: Job) -> bool {
        let state = &*self.state;
        let failed = match job {
            Job::Apply(batch, answer) => finish(apply(state, &self.applied, batch), answer),
            Job::Snapshot(answer) => finish(state.snapshot(), answer),
            // Persisted at once: the log that led to the old state is about to be purged.
            Job::Install(snapshot, answer) => finish(state.install(snapshot).and_then(|()| state.persist()), answer),
        };
        if let Some(problem) = &failed {
            (self.on_fatal)(&format!("applied state failed: {problem}"));
        }
        failed.is_none()
    }
}

/// Hands the outcome over. Returns the problem if it was one.
fn finish<T>(outcome: io::Result<T>, answer: oneshot::Sender<io::Result<T>>) -> Option<String> {
    let problem = outcome.as_ref().err().map(ToString::to_string);
    // At shutdown nobody waits any more.
    let _ = answer.send(outcome);
    problem
}

fn apply(state: &dyn ErasedState, applied: &AppliedMark, batch: Batch) -> io::Result<()> {
    let Batch {
        commands,
        proposers,
        others,
        marker,
        end,
    } = batch;
    let expected = commands.len();
    metrics::APPLY_BATCH_ENTRIES.note(&[], (expected + others.len()) as f64);
    let answers = state.apply(commands, marker)?;
    if answers.len() != expected {
        return Err(io::Error::other(format!(
            "{expected} commands got {} answers",
            answers.len()
        )));
    }
    // Only now, with the whole batch in the state, may anybody hear of it.
    applied.lift(end);
    for (proposer, answer) in proposers.into_iter().zip(answers) {
        if let Some(proposer) = proposer {
            proposer.send(Applied { answer: Some(answer) });
        }
    }
    for other in others {
        other.send(Applied { answer: None });
    }
    Ok(())
}
