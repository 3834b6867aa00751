//! The one thread that writes: it takes what waits, decides it, stores it together, then answers.
//!
//! While a group is being made durable the next one gathers in the queue, so that the cost of a sync is
//! shared by whoever waits. The queue is bounded: when it is full, callers wait for a place (backpressure)
//! and their own deadline decides how long; a caller that left before its change was decided has no effect.
//! A refusal because of another change is answered only once that change is stored, so that whoever reads
//! again finds it. Deliberately absent: how anything is stored; that is the [`Engine`]'s.

#[cfg(test)]
mod tests;
mod worker;

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use tokio::sync::{mpsc, oneshot};

use self::worker::Worker;
use super::decide::{Acceptable, State};
use super::{Change, CommitNumber, Metrics, StoreError};

/// The most changes that are stored together.
pub(super) const GROUP_CHANGES_MAX: usize = 1_024;
/// The most bytes of bodies after which a group takes no further change.
const GROUP_BYTES_MAX: usize = 32 * 1024 * 1024;
/// The most changes that wait; beyond it callers wait for a place.
const QUEUE_CHANGES_MAX: usize = 4_096;

/// A group that takes longer than this to be stored is stuck: the disk does not answer.
const STALLED_AFTER: Duration = Duration::from_secs(10);

/// What stores a group. Only the committer's thread calls it.
pub(super) trait Engine: State + Send + 'static {
    /// Would a group be stored now? Tries to get over what was wrong before.
    fn admit(&mut self) -> Result<(), Failure>;

    /// The number behind which the first change of this process is numbered.
    fn numbers_start_behind(&self) -> CommitNumber;

    /// The next number of a sequence; 1 if nothing was drawn from it.
    fn next_id(&self, sequence: &str) -> Result<u64, StoreError>;

    /// Stores the group durably: each change whole or not at all, in their order.
    fn store(&mut self, group: Group) -> Result<(), Failure>;
}

/// Decided changes, and the sequences that were drawn from.
#[derive(Debug, Default)]
pub(super) struct Group {
    /// In ascending order of their numbers.
    pub(super) changes: Vec<(CommitNumber, Change)>,
    /// The next number of each sequence.
    pub(super) sequences: BTreeMap<String, u64>,
}

impl Group {
    fn is_empty(&self) -> bool {
        self.changes.is_empty() && self.sequences.is_empty()
    }
}

/// Why a group was not stored as a whole.
#[derive(Debug)]
pub(super) enum Failure {
    /// Nothing was stored; writing may go on when the reason has gone.
    Refused(String),
    /// Changes up to this number are durable, the others had no effect; writing may go on.
    Partial(CommitNumber, String),
    /// What is durable will be known when the engine has been opened again; writing may go on then.
    Unknown(String),
    /// Nothing may ever be acknowledged again by this process.
    Final(String),
}

type Reply<T> = oneshot::Sender<Result<T, StoreError>>;

enum Job {
    Commit(Acceptable, Reply<CommitNumber>),
    Draw(String, u64, Reply<Range<u64>>),
    /// Only what comes before any group: would it be stored now?
    Admit(Reply<()>),
    Close(oneshot::Sender<()>),
}

/// The handle: queues changes and waits for their answers. Dropping it drains the queue and ends the thread.
#[derive(Debug)]
pub(super) struct Committer {
    /// `None` only while dropping.
    queue: Option<mpsc::Sender<Job>>,
    stopped: Arc<Stopped>,
    busy: Arc<Busy>,
    thread: Option<JoinHandle<()>>,
}

/// Why the thread takes no more changes, once it does not.
#[derive(Debug, Default)]
struct Stopped(Mutex<Option<String>>);

impl Stopped {
    fn reason(&self) -> MutexGuard<'_, Option<String>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn because(&self, why: &str) {
        self.reason().get_or_insert_with(|| why.to_owned());
    }
}

/// Since when the thread has been at the present group, if there is one.
#[derive(Debug, Default)]
struct Busy(Mutex<Option<Instant>>);

impl Busy {
    fn set(&self, since: Option<Instant>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = since;
    }

    /// The time that it has been at it, if that is longer than `longest`.
    fn longer_than(&self, longest: Duration) -> Option<Duration> {
        let since = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        since.map(|since| since.elapsed()).filter(|time| *time > longest)
    }
}

impl Committer {
    /// Starts the thread.
    pub(super) fn start(engine: impl Engine, metrics: Arc<Metrics>) -> Result<Self, StoreError> {
        let (queue, waiting) = mpsc::channel(QUEUE_CHANGES_MAX);
        let stopped = Arc::new(Stopped::default());
        let busy = Arc::new(Busy::default());
        let worker = Worker::new(engine, waiting, metrics, Arc::clone(&stopped), Arc::clone(&busy));
        let thread = std::thread::Builder::new()
            .name("committer".to_owned())
            .spawn(move || worker.run())
            .map_err(|error| StoreError::Engine(format!("the committer's thread does not start: {error}")))?;
        Ok(Committer { queue: Some(queue), stopped, busy, thread: Some(thread) })
    }

    /// Queues a change and waits until it is durable or refused.
    pub(super) async fn commit(&self, change: Change) -> Result<CommitNumber, StoreError> {
        let change = Acceptable::new(change)?;
        self.ask(|reply| Job::Commit(change, reply)).await
    }

    /// Queues a draw and waits until it is durable or refused.
    pub(super) async fn draw_ids(&self, sequence: &str, count: u64) -> Result<Range<u64>, StoreError> {
        self.ask(|reply| Job::Draw(sequence.to_owned(), count, reply)).await
    }

    /// Queues the question whether a group would be stored now; the engine gets over what was wrong, if it can.
    pub(super) async fn admit(&self) -> Result<(), StoreError> {
        self.ask(Job::Admit).await
    }

    async fn ask<T>(&self, job: impl FnOnce(Reply<T>) -> Job) -> Result<T, StoreError> {
        let (reply, answer) = oneshot::channel();
        let Some(queue) = &self.queue else { return Err(self.refusal()) };
        if queue.send(job(reply)).await.is_err() {
            return Err(self.refusal());
        }
        answer.await.unwrap_or_else(|_| Err(self.lost()))
    }

    fn refusal(&self) -> StoreError {
        StoreError::Unavailable(self.stopped().unwrap_or_else(|| "the store is shutting down".to_owned()))
    }

    fn lost(&self) -> StoreError {
        StoreError::Engine(
            self.stopped().unwrap_or_else(|| "the committer ended without an answer".to_owned()),
        )
    }

    /// Why no changes are taken any more; `None` while they are.
    pub(super) fn stopped(&self) -> Option<String> {
        self.stopped.reason().clone()
    }

    /// Why the thread does not get on, if it does not.
    pub(super) fn stalled(&self) -> Option<String> {
        let time = self.busy.longer_than(STALLED_AFTER)?;
        Some(format!(
            "a group of changes has been on its way to the disk for {} s; check the disk",
            time.as_secs()
        ))
    }

    /// How many changes wait.
    pub(super) fn queue_depth(&self) -> usize {
        self.queue.as_ref().map_or(0, |queue| queue.max_capacity() - queue.capacity())
    }

    /// Takes no further changes, stores those that wait, and returns when they are answered.
    pub(super) async fn close(&self) {
        let (done, closed) = oneshot::channel();
        if let Some(queue) = &self.queue
            && queue.send(Job::Close(done)).await.is_ok()
        {
            // An error means that the thread has ended, which is what was waited for.
            let _ = closed.await;
        }
    }
}

impl Drop for Committer {
    fn drop(&mut self) {
        self.queue = None;
        if let Some(thread) = self.thread.take() {
            // Its panics were caught and are the reason in `stopped`.
            let _ = thread.join();
        }
    }
}
