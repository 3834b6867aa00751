//! The one thread that writes: it takes what waits, decides it, stores it together, then answers.
//!
//! While a group is being made durable the next one gathers in the queue, so that the cost of a sync is
//! shared by whoever waits. The queue is bounded: when it is full, callers wait for a place (backpressure)
//! and their own deadline decides how long; a caller that left before its change was decided has no effect.
//! A refusal because of another change is answered only once that change is stored, so that whoever reads
//! again finds it. Deliberately absent: how anything is stored; that is the [`Engine`]'s.

use std::collections::BTreeMap;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use tokio::sync::{mpsc, oneshot};

use super::decide::{Acceptable, Batch, State, draw};
use super::{Change, CommitNumber, Metrics, StoreError};

/// The most changes that are stored together.
pub(super) const GROUP_CHANGES_MAX: usize = 1_024;
/// The most bytes of bodies after which a group takes no further change.
const GROUP_BYTES_MAX: usize = 32 * 1024 * 1024;
/// The most changes that wait; beyond it callers wait for a place.
const QUEUE_CHANGES_MAX: usize = 4_096;

/// What stores a group. Only the committer's thread calls it.
pub(super) trait Engine: State + Send + 'static {
    /// Would a group be stored now? Tries to get over what was wrong before.
    fn admit(&mut self) -> Result<(), StoreError>;

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
    Close(oneshot::Sender<()>),
}

/// The handle: queues changes and waits for their answers. Dropping it drains the queue and ends the thread.
#[derive(Debug)]
pub(super) struct Committer {
    /// `None` only while dropping.
    queue: Option<mpsc::Sender<Job>>,
    stopped: Arc<Stopped>,
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

impl Committer {
    /// Starts the thread.
    pub(super) fn start(engine: impl Engine, metrics: Arc<Metrics>) -> Result<Self, StoreError> {
        let (queue, waiting) = mpsc::channel(QUEUE_CHANGES_MAX);
        let stopped = Arc::new(Stopped::default());
        let last_commit = engine.numbers_start_behind();
        let worker = Worker {
            engine,
            waiting,
            last_commit,
            metrics,
            stopped: Arc::clone(&stopped),
            closing: Vec::new(),
        };
        let thread = std::thread::Builder::new()
            .name("committer".to_owned())
            .spawn(move || worker.run())
            .map_err(|error| StoreError::Engine(format!("the committer's thread does not start: {error}")))?;
        Ok(Committer { queue: Some(queue), stopped, thread: Some(thread) })
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

struct Worker<E> {
    engine: E,
    waiting: mpsc::Receiver<Job>,
    /// The newest number given to a change, stored or not: a number that a reader may have seen before its
    /// commit failed is never given again.
    last_commit: CommitNumber,
    metrics: Arc<Metrics>,
    stopped: Arc<Stopped>,
    closing: Vec<oneshot::Sender<()>>,
}

/// What the callers of one group are told once it is stored.
#[derive(Default)]
struct Replies {
    commits: Vec<(Reply<CommitNumber>, CommitNumber)>,
    draws: Vec<(Reply<Range<u64>>, Range<u64>)>,
    refused: Vec<(Reply<CommitNumber>, StoreError)>,
}

impl<E: Engine> Worker<E> {
    fn run(mut self) {
        while let Some(first) = self.waiting.blocking_recv() {
            let jobs = self.gather(first);
            // A panic of the engine leaves its state unknown; the callers' replies are dropped by it.
            if catch_unwind(AssertUnwindSafe(|| self.process(jobs))).is_err() {
                self.stop("the store engine panicked; the process has to be started again");
            }
        }
        self.stopped.because("the store is shutting down");
    }

    /// Takes whatever waits, up to a full group.
    fn gather(&mut self, first: Job) -> Vec<Job> {
        let mut bytes = 0;
        let mut jobs = Vec::with_capacity(self.waiting.len() + 1);
        let mut next = Some(first);
        while let Some(job) = next.take() {
            bytes += job.body_bytes();
            jobs.push(job);
            if jobs.len() < GROUP_CHANGES_MAX && bytes < GROUP_BYTES_MAX {
                next = self.waiting.try_recv().ok();
            }
        }
        jobs
    }

    fn process(&mut self, jobs: Vec<Job>) {
        if let Some(why) = self.stopped.reason().clone() {
            return refuse(jobs, &why);
        }
        let jobs = self.take_closes(jobs);
        match self.engine.admit() {
            Ok(()) => self.decide_and_store(jobs),
            Err(StoreError::Unavailable(why)) => refuse(jobs, &why),
            Err(other) => refuse(jobs, &other.to_string()),
        }
    }

    fn take_closes(&mut self, jobs: Vec<Job>) -> Vec<Job> {
        let mut others = Vec::with_capacity(jobs.len());
        for job in jobs {
            match job {
                Job::Close(done) => {
                    self.waiting.close();
                    self.closing.push(done);
                }
                Job::Commit(..) | Job::Draw(..) => others.push(job),
            }
        }
        others
    }

    fn decide_and_store(&mut self, jobs: Vec<Job>) {
        let (group, replies) = self.decide(jobs);
        let outcome = if group.is_empty() { Ok(()) } else { self.engine.store(group) };
        match &outcome {
            Ok(()) => self.metrics.group_stored(replies.commits.len()),
            Err(Failure::Partial(_, why) | Failure::Unknown(why)) => {
                tracing::error!(reason = why, "a group of changes was not stored");
            }
            Err(Failure::Final(why)) => self.stop(why),
        }
        replies.send(&outcome);
    }

    fn decide(&mut self, jobs: Vec<Job>) -> (Group, Replies) {
        let mut batch = Batch::after(self.last_commit);
        let (mut group, mut replies) = (Group::default(), Replies::default());
        for job in jobs {
            match job {
                Job::Commit(change, reply) if !reply.is_closed() => match batch.decide(&self.engine, &change)
                {
                    Ok(number) => {
                        group.changes.push((number, change.into_change()));
                        replies.commits.push((reply, number));
                    }
                    Err(refusal) => replies.refused.push((reply, refusal)),
                },
                Job::Draw(sequence, count, reply) => match self.draw(&mut group, sequence, count) {
                    Ok(drawn) => replies.draws.push((reply, drawn)),
                    Err(refusal) => tell(reply, Err(refusal)),
                },
                Job::Commit(..) | Job::Close(_) => {}
            }
        }
        self.last_commit = batch.last_commit();
        (group, replies)
    }

    fn draw(&self, group: &mut Group, sequence: String, count: u64) -> Result<Range<u64>, StoreError> {
        let next = match group.sequences.get(&sequence) {
            Some(next) => *next,
            None => self.engine.next_id(&sequence)?,
        };
        let drawn = draw(&sequence, next, count)?;
        group.sequences.insert(sequence, drawn.end);
        Ok(drawn)
    }

    fn stop(&mut self, why: &str) {
        tracing::error!(reason = why, "the store takes no more writes");
        self.stopped.because(why);
        self.waiting.close();
    }
}

impl Replies {
    /// Tells everybody what became of the group; refusals come last, see the head of this file.
    fn send(self, outcome: &Result<(), Failure>) {
        for (reply, number) in self.commits {
            tell(reply, verdict(outcome, Some(number)).map(|()| number));
        }
        for (reply, drawn) in self.draws {
            tell(reply, verdict(outcome, None).map(|()| drawn));
        }
        for (reply, refusal) in self.refused {
            tell(reply, Err(refusal));
        }
    }
}

/// Is the change with this number stored? A draw has none: if in doubt, its numbers are lost.
fn verdict(outcome: &Result<(), Failure>, number: Option<CommitNumber>) -> Result<(), StoreError> {
    match outcome {
        Ok(()) => Ok(()),
        Err(Failure::Partial(durable, _)) if number.is_some_and(|number| number <= *durable) => Ok(()),
        Err(Failure::Partial(_, why)) => Err(StoreError::Unavailable(why.clone())),
        Err(Failure::Unknown(why) | Failure::Final(why)) => Err(StoreError::Engine(why.clone())),
    }
}

impl Job {
    fn body_bytes(&self) -> usize {
        match self {
            Job::Commit(change, _) => change.body_bytes(),
            Job::Draw(..) | Job::Close(_) => 0,
        }
    }
}

fn refuse(jobs: Vec<Job>, why: &str) {
    for job in jobs {
        match job {
            Job::Commit(_, reply) => tell(reply, Err(StoreError::Unavailable(why.to_owned()))),
            Job::Draw(_, _, reply) => tell(reply, Err(StoreError::Unavailable(why.to_owned()))),
            Job::Close(_) => {}
        }
    }
}

/// Answers a caller; one that has left needs no answer.
fn tell<T>(reply: Reply<T>, answer: Result<T, StoreError>) {
    let _ = reply.send(answer);
}
