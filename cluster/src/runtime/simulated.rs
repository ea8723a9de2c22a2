//! The simulated form: one thread, virtual time, and processes that can be paused and killed between any two steps of a task.
//!
//! Stands behind [`super`] in the tests of `cluster/tests/simulation`. A task belongs to the [`Process`] whose task started it. A
//! killed process takes no further step; a paused one takes none until it is resumed, while time goes on for everybody. It
//! refuses to know what a node is.

use std::fmt::Debug;
use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use openraft::OptionalSend;
use openraft::async_runtime::AsyncRuntime;
use openraft::impls::TokioRuntime;
use openraft::rt::deterministic_rng::DeterministicRng;
use tokio::sync::mpsc;
use tokio::task::{AbortHandle, JoinHandle};

use corridor_storage::log::{GroupId, LogStore};

use crate::codec::decode_vote;
use crate::codec::messages::decode_vote_response;
use crate::log_store::VOTE;

type Seeded = DeterministicRng<TokioRuntime>;

const RUNNING: u8 = 0;
const PAUSED: u8 = 1;
const DEAD: u8 = 2;
/// Ended tasks are forgotten whenever so many more have been started.
const TASKS_BETWEEN_SWEEPS: usize = 256;

tokio::task_local! {
    static PROCESS: Process;
}

/// One process on a simulated machine: all its tasks live and die together. Clones are the same process.
#[derive(Clone)]
pub struct Process {
    shared: Arc<Shared>,
}

struct Shared {
    condition: AtomicU8,
    /// How long work takes that may wait for the disk.
    blocking_delay: Box<dyn Fn() -> Duration + Send + Sync>,
    waiting: Mutex<Vec<Waker>>,
    tasks: Mutex<Vec<AbortHandle>>,
}

impl Process {
    /// A process without tasks. `blocking_delay` is asked before each piece of work that may wait for the disk.
    pub fn new(blocking_delay: impl Fn() -> Duration + Send + Sync + 'static) -> Self {
        Self {
            shared: Arc::new(Shared {
                condition: AtomicU8::new(RUNNING),
                blocking_delay: Box::new(blocking_delay),
                waiting: Mutex::default(),
                tasks: Mutex::default(),
            }),
        }
    }

    /// Starts a task of this process, from anywhere.
    pub fn spawn<F>(&self, future: F) -> JoinHandle<F::Output>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        let future = Lived {
            process: self.clone(),
            future: Box::pin(PROCESS.scope(self.clone(), future)),
        };
        let handle = Seeded::spawn(future);
        let mut tasks = self.shared.tasks.lock().unwrap_or_else(PoisonError::into_inner);
        if tasks.len() % TASKS_BETWEEN_SWEEPS == TASKS_BETWEEN_SWEEPS - 1 {
            tasks.retain(|task| !task.is_finished());
        }
        tasks.push(handle.abort_handle());
        handle
    }

    /// No task of it takes another step, for good.
    pub fn kill(&self) {
        self.shared.condition.store(DEAD, Ordering::SeqCst);
        let tasks = std::mem::take(&mut *self.shared.tasks.lock().unwrap_or_else(PoisonError::into_inner));
        tasks.iter().for_each(AbortHandle::abort);
    }

    /// No task of it takes another step before it is resumed.
    pub fn pause(&self) {
        self.change(RUNNING, PAUSED);
    }

    /// Its tasks go on.
    pub fn resume(&self) {
        self.change(PAUSED, RUNNING);
        let waiting = std::mem::take(&mut *self.shared.waiting.lock().unwrap_or_else(PoisonError::into_inner));
        waiting.into_iter().for_each(Waker::wake);
    }

    /// Whether it was not killed.
    pub fn is_alive(&self) -> bool {
        self.shared.condition.load(Ordering::SeqCst) != DEAD
    }

    /// Whether it takes no steps for now.
    pub fn is_paused(&self) -> bool {
        self.shared.condition.load(Ordering::SeqCst) == PAUSED
    }

    fn change(&self, from: u8, to: u8) {
        // Whoever is dead stays dead.
        let _ = self
            .shared
            .condition
            .compare_exchange(from, to, Ordering::SeqCst, Ordering::SeqCst);
    }
}

/// A task that takes its steps only while its process runs.
struct Lived<F> {
    process: Process,
    future: Pin<Box<F>>,
}

impl<F: Future> Future for Lived<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let shared = &self.process.shared;
        match shared.condition.load(Ordering::SeqCst) {
            RUNNING => self.future.as_mut().poll(context),
            PAUSED => {
                let mut waiting = shared.waiting.lock().unwrap_or_else(PoisonError::into_inner);
                waiting.push(context.waker().clone());
                Poll::Pending
            }
            _ => Poll::Pending,
        }
    }
}

/// Runs everything that follows from `seed`, on this thread, in virtual time: where nobody has anything to do, the clock jumps to
/// the next moment at which somebody has.
pub fn run<F: Future>(seed: u64, future: F) -> io::Result<F::Output> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()?;
    Ok(runtime.block_on(Seeded::scope(seed, future)))
}

/// Starts a task that belongs to no process, from anywhere.
pub fn spawn_outside<F>(future: F) -> JoinHandle<F::Output>
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    Seeded::spawn(future)
}

/// Starts a task, in the process of the task that calls; whoever belongs to none starts one that belongs to none.
pub fn spawn<F>(future: F) -> JoinHandle<F::Output>
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    match PROCESS.try_with(Process::clone) {
        Ok(process) => process.spawn(future),
        Err(_) => Seeded::spawn(future),
    }
}

/// Runs what may wait for the disk: at once, after what that takes in this process.
pub(crate) async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> io::Result<T> {
    wait_for_disk().await;
    Ok(work())
}

async fn wait_for_disk() {
    let delay = PROCESS.try_with(|process| (process.shared.blocking_delay)());
    if let Ok(delay) = delay
        && !delay.is_zero()
    {
        tokio::time::sleep(delay).await;
    }
}

/// The way to what is a thread of one's own in production.
pub(crate) type Jobs<J> = mpsc::UnboundedSender<J>;

/// Serves jobs in order, until `serve` says that it was the last or nobody can send any more.
pub(crate) fn own_thread<J: Send + 'static>(
    _name: String,
    mut serve: impl FnMut(J) -> bool + Send + 'static,
) -> io::Result<Jobs<J>> {
    let (jobs, mut receive) = mpsc::unbounded_channel();
    spawn(async move {
        while let Some(job) = receive.recv().await {
            wait_for_disk().await;
            if !serve(job) {
                return;
            }
        }
    });
    Ok(jobs)
}

/// The vote that an answer to [`crate::peers::Kind::Vote`] gives away, if it does: term and candidate.
pub fn vote_given(answer: &[u8]) -> Option<(u64, u64)> {
    let response = decode_vote_response(answer).ok()?;
    let leader = response.vote.leader_id;
    response.vote_granted.then_some((leader.term, leader.node_id))
}

/// The vote on a log's disk: term and candidate.
pub fn vote_kept(log: &dyn LogStore, group: GroupId) -> Option<(u64, u64)> {
    let saved = log.get(group, VOTE).ok()??;
    let leader = decode_vote(&saved).ok()?.leader_id;
    Some((leader.term, leader.node_id))
}

/// openraft's runtime: tokio's, but tasks belong to processes and every random number follows from the seed.
#[derive(Debug)]
pub struct SimulatedRuntime(Seeded);

impl AsyncRuntime for SimulatedRuntime {
    type JoinError = <Seeded as AsyncRuntime>::JoinError;
    type JoinHandle<T: OptionalSend + 'static> = JoinHandle<T>;
    type Sleep = <Seeded as AsyncRuntime>::Sleep;
    type Instant = <Seeded as AsyncRuntime>::Instant;
    type TimeoutError = <Seeded as AsyncRuntime>::TimeoutError;
    type Timeout<R, T: Future<Output = R> + OptionalSend> = <Seeded as AsyncRuntime>::Timeout<R, T>;
    type ThreadLocalRng = <Seeded as AsyncRuntime>::ThreadLocalRng;
    type Mpsc = <Seeded as AsyncRuntime>::Mpsc;
    type Watch = super::watch::SimulatedWatch;
    type Oneshot = <Seeded as AsyncRuntime>::Oneshot;
    type Mutex<T: OptionalSend + 'static> = <Seeded as AsyncRuntime>::Mutex<T>;

    fn spawn<T>(future: T) -> Self::JoinHandle<T::Output>
    where
        T: Future + OptionalSend + 'static,
        T::Output: OptionalSend + 'static,
    {
        spawn(future)
    }

    fn sleep(duration: Duration) -> Self::Sleep {
        Seeded::sleep(duration)
    }

    fn sleep_until(deadline: Self::Instant) -> Self::Sleep {
        Seeded::sleep_until(deadline)
    }

    fn timeout<R, F: Future<Output = R> + OptionalSend>(duration: Duration, future: F) -> Self::Timeout<R, F> {
        Seeded::timeout(duration, future)
    }

    fn timeout_at<R, F: Future<Output = R> + OptionalSend>(deadline: Self::Instant, future: F) -> Self::Timeout<R, F> {
        Seeded::timeout_at(deadline, future)
    }

    fn is_panic(join_error: &Self::JoinError) -> bool {
        Seeded::is_panic(join_error)
    }

    fn thread_rng() -> Self::ThreadLocalRng {
        Seeded::thread_rng()
    }

    fn new(threads: usize) -> Self {
        Self(Seeded::new(threads))
    }

    fn block_on<F, T>(&mut self, future: F) -> T
    where
        F: Future<Output = T>,
    {
        self.0.block_on(future)
    }

    async fn spawn_blocking<F, T>(work: F) -> Result<T, io::Error>
    where
        F: FnOnce() -> T + Send + 'static,
        T: Send + 'static,
    {
        blocking(work).await
    }
}
