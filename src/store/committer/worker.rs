//! The committer's thread: gathering, deciding, having it stored, answering.
//!
//! Deliberately absent: giving up. Whatever goes wrong, every caller is answered.

use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::{mpsc, oneshot};

use super::{Busy, Engine, Failure, GROUP_BYTES_MAX, GROUP_CHANGES_MAX, Group, Job, Reply, Stopped};
use crate::store::decide::{Batch, draw};
use crate::store::{CommitNumber, Metrics, StoreError};

/// How long a group stays open without a further change.
const GATHER_STEP: Duration = Duration::from_micros(100);

pub(super) struct Worker<E> {
    engine: E,
    waiting: mpsc::Receiver<Job>,
    /// The newest number given to a change, stored or not: a number that a reader may have seen before its
    /// commit failed is never given again.
    last_commit: CommitNumber,
    metrics: Arc<Metrics>,
    stopped: Arc<Stopped>,
    busy: Arc<Busy>,
    closing: Vec<oneshot::Sender<()>>,
    /// How many changes the newest group held, and how long storing it took.
    last_group: (usize, Duration),
}

/// What the callers of one group are told once it is stored.
#[derive(Default)]
struct Replies {
    commits: Vec<(Reply<CommitNumber>, CommitNumber)>,
    draws: Vec<(Reply<Range<u64>>, Range<u64>)>,
    refused: Vec<(Reply<CommitNumber>, StoreError)>,
}

impl<E: Engine> Worker<E> {
    pub(super) fn new(
        engine: E,
        waiting: mpsc::Receiver<Job>,
        metrics: Arc<Metrics>,
        stopped: Arc<Stopped>,
        busy: Arc<Busy>,
    ) -> Self {
        let last_commit = engine.numbers_start_behind();
        Worker {
            engine,
            waiting,
            last_commit,
            metrics,
            stopped,
            busy,
            closing: Vec::new(),
            last_group: (0, Duration::ZERO),
        }
    }

    /// Works until the queue is closed and empty.
    pub(super) fn run(mut self) {
        while let Some(first) = self.waiting.blocking_recv() {
            self.busy.set(Some(Instant::now()));
            self.let_gather();
            let jobs = self.gather(first);
            // A panic of the engine leaves its state unknown; the callers' replies are dropped by it.
            if catch_unwind(AssertUnwindSafe(|| self.process(jobs))).is_err() {
                self.stop("the store engine panicked; the process has to be started again");
            }
            self.busy.set(None);
        }
        self.stopped.because("the store is shutting down");
    }

    /// Waits while further changes keep coming, until about half of the callers have theirs here: they are stored while
    /// the others prepare their next. And no longer than storing the last group took.
    ///
    /// Requests that prepare a change read the store, and the engine stops readers while it stores a group: without this
    /// a busy gateway comes to small groups, each with a sync of its own. A caller who is alone waits for nobody.
    fn let_gather(&self) {
        let (changes, took) = self.last_group;
        let here = || self.waiting.len() + 1;
        let (began, mut seen, enough) = (Instant::now(), here(), (changes + here()).div_ceil(2));
        // Those who were answered a moment ago need one to come back: a step is waited in any case.
        while seen < enough && began.elapsed() < took {
            std::thread::sleep(GATHER_STEP);
            let now = here();
            if now <= seen {
                return;
            }
            seen = now;
        }
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
            Err(Failure::Refused(why) | Failure::Partial(_, why) | Failure::Unknown(why)) => {
                refuse(jobs, &why)
            }
            Err(Failure::Final(why)) => {
                self.stop(&why);
                refuse(jobs, &why);
            }
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
                Job::Commit(..) | Job::Draw(..) | Job::Admit(_) => others.push(job),
            }
        }
        others
    }

    fn decide_and_store(&mut self, jobs: Vec<Job>) {
        let (group, replies) = self.decide(jobs);
        let (changes, began) = (group.changes.len(), Instant::now());
        let outcome = if group.is_empty() { Ok(()) } else { self.engine.store(group) };
        self.last_group = (changes, began.elapsed());
        match &outcome {
            Ok(()) => self.metrics.group_stored(replies.commits.len()),
            Err(Failure::Refused(why) | Failure::Partial(_, why) | Failure::Unknown(why)) => {
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
                Job::Admit(reply) => tell(reply, Ok(())),
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
        Err(Failure::Refused(why) | Failure::Partial(_, why)) => Err(StoreError::Unavailable(why.clone())),
        Err(Failure::Unknown(why) | Failure::Final(why)) => Err(StoreError::Engine(why.clone())),
    }
}

impl Job {
    fn body_bytes(&self) -> usize {
        match self {
            Job::Commit(change, _) => change.body_bytes(),
            Job::Draw(..) | Job::Admit(_) | Job::Close(_) => 0,
        }
    }
}

fn refuse(jobs: Vec<Job>, why: &str) {
    for job in jobs {
        match job {
            Job::Commit(_, reply) => tell(reply, Err(StoreError::Unavailable(why.to_owned()))),
            Job::Draw(_, _, reply) => tell(reply, Err(StoreError::Unavailable(why.to_owned()))),
            Job::Admit(reply) => tell(reply, Err(StoreError::Unavailable(why.to_owned()))),
            Job::Close(_) => {}
        }
    }
}

/// Answers a caller; one that has left needs no answer.
fn tell<T>(reply: Reply<T>, answer: Result<T, StoreError>) {
    let _ = reply.send(answer);
}
