//! The one place that commits many records together, beside [`super::super::execute()`] which commits one.
//!
//! Records are decided in the order of the file on the store with everything over it that is decided already, and put
//! together into chunks. While a chunk is being committed the next is decided, never more than these two, and what the
//! one after them will ask for is read ([`super::ahead`]). The row of the
//! run is part of every chunk: it is asserted and moved behind the last record, so that no record is ever done twice,
//! whatever is lost in between. Where a commit is refused because others were faster, its records are decided again and
//! committed one by one; where the store does not take it, all of it is tried again, bounded, and then left to a later run.
//!
//! Requests go first: while others call the gateway chunks are small, for the engine lets nobody read while it applies
//! one, and every commit is followed by a pause three times as long.
//! Deliberately absent: where records come from, and what happens to the file.

use std::time::Duration;

use tokio::sync::mpsc;

use super::batch::BatchRecord;
use super::chunk::{Chunk, rest_on};
use super::decide::{Closed, Decider};
use super::feed::Feed;
use super::overlay::Written;
use crate::domain::error::{Class, Code, Error};
use crate::ops::Gateway;
use crate::store::batch::{self, StoredRun};
use crate::store::record::batch::BatchRun;
use crate::store::{Change, CommitNumber, StoreError};

/// How often records are decided again because others were faster, before the run stops.
const CONTENTIONS_MAX: u32 = 100;
/// How often the same place is tried again that the store did not take, before the run stops.
const TRIES_MAX: u32 = 6;
/// After the first refusal; each further one waits twice as long.
const FIRST_PAUSE: Duration = Duration::from_millis(200);

/// How records are carried out.
pub struct RunOptions<'o> {
    /// How many warnings of the run are listed; all are counted.
    pub warnings_listed_max: u64,
    /// The most records that are committed together; `None` for what suits the engine.
    pub chunk_records_max: Option<usize>,
    /// After the first refusal of the store; each further one waits twice as long. `None` for what suits a server.
    pub first_pause: Option<Duration>,
    /// Is the run to stop behind what is decided? Asked before each record.
    pub stops: &'o (dyn Fn() -> bool + Sync),
    /// Told the row after each commit.
    pub committed: &'o (dyn Fn(&BatchRun) + Sync),
}

/// Why records are no longer carried out. Everything up to the row's position is durable, nothing behind it was begun.
#[derive(Debug)]
pub enum RunEnd {
    /// There are no more.
    NoMoreRecords,
    /// [`RunOptions::stops`] said so.
    Asked,
    /// The store, or something else of ours, does not let the next record be carried out.
    Stopped(Error),
    /// The run is not where it was or no longer running: somebody else changed it.
    Overtaken,
}

/// Carries out the records that come, which begin behind the run's position. The run must be Running.
pub async fn execute_records(
    gateway: &Gateway,
    run: StoredRun,
    records: &mut mpsc::Receiver<Vec<BatchRecord>>,
    options: &RunOptions<'_>,
) -> (StoredRun, RunEnd) {
    let decider = Decider::new(gateway, &run, options);
    let mut execution = Execution { decider, run, contentions: 0, tries: 0 };
    let end = execution.all(&mut Feed::new(records, options.stops)).await;
    (execution.run, end)
}

/// Carried out until something ends it.
struct Execution<'e> {
    decider: Decider<'e>,
    /// As it is stored.
    run: StoredRun,
    /// How often in a row others were faster.
    contentions: u32,
    /// How often in a row the store did not take the same place.
    tries: u32,
}

impl Execution<'_> {
    async fn all(&mut self, feed: &mut Feed<'_>) -> RunEnd {
        let mut sealed: Option<(Chunk, Change)> = None;
        loop {
            let (in_commit, change) = sealed.take().unzip();
            let nothing = Written::default();
            let (row, older) = match &in_commit {
                Some(Chunk { after, written, .. }) => (after, written),
                None => (&self.run.run, &nothing),
            };
            let mut chunk = Chunk::behind(self.run.id, row, self.decider.options.warnings_listed_max);
            let gateway = self.decider.gateway;
            let decider = &mut self.decider;
            let filling = async {
                let closed = decider.fill(&mut chunk, older, feed).await;
                // Before the chunk in commit is stored, so that the committer waits for as little as can be.
                let change = chunk.seal();
                decider.look_ahead(chunk.records.len(), [older, &chunk.written], feed).await;
                (closed, change)
            };
            let (outcome, (closed, change)) = tokio::join!(commit(gateway, change), filling);
            match outcome.zip(in_commit) {
                Some((Ok(version), done)) => self.committed(version, done),
                Some((Err(error), refused)) => {
                    feed.again(chunk.records);
                    feed.again(refused.records);
                    self.decider.look_anew();
                    match self.recover(error, &refused.after, feed).await {
                        Ok(()) => continue,
                        Err(end) => return end,
                    }
                }
                None => {}
            }
            if !chunk.is_empty() {
                self.decider.give_way().await;
                match change {
                    Ok(mut change) => {
                        rest_on(&mut change, &self.run);
                        sealed = Some((chunk, change));
                    }
                    Err(error) => return RunEnd::Stopped(error),
                }
                continue;
            }
            match closed {
                Closed::Full | Closed::RestsOnPending => {}
                Closed::NoMoreRecords => return RunEnd::NoMoreRecords,
                Closed::Asked => return RunEnd::Asked,
                Closed::Blocked(index, error) => match self.blocked(index, error).await {
                    Ok(()) => {}
                    Err(end) => return end,
                },
            }
        }
    }

    fn committed(&mut self, version: CommitNumber, done: Chunk) {
        (self.run.version, self.run.run) = (version, done.after);
        (self.contentions, self.tries) = (0, 0);
        (self.decider.options.committed)(&self.run.run);
    }

    /// After a refused commit, whose records wait in `feed` again: what is to be done with them.
    async fn recover(
        &mut self,
        error: StoreError,
        after: &BatchRun,
        feed: &mut Feed<'_>,
    ) -> Result<(), RunEnd> {
        let stored = loop {
            match batch::run(&*self.decider.gateway.store, self.run.id).await {
                Ok(Some(stored)) => break stored,
                Ok(None) => return Err(RunEnd::Overtaken),
                Err(error) => self.try_again(error.into()).await?,
            }
        };
        if stored.version == self.run.version {
            return match error {
                StoreError::Contention(_) => self.contended(after.position.index),
                error => self.try_again(error.into()).await,
            };
        }
        if stored.run != *after {
            return Err(RunEnd::Overtaken);
        }
        // It was stored all the same; only the answer was lost.
        feed.drop_until(after.position.index);
        (self.run, self.contentions, self.tries) = (stored, 0, 0);
        (self.decider.options.committed)(&self.run.run);
        Ok(())
    }

    fn contended(&mut self, index: u64) -> Result<(), RunEnd> {
        self.decider.one_by_one_until = self.decider.one_by_one_until.max(index);
        self.contentions += 1;
        if self.contentions >= CONTENTIONS_MAX {
            let text = "others kept changing the same records";
            return Err(RunEnd::Stopped(Error::new(Code::Contention, text)));
        }
        Ok(())
    }

    /// After a record that could not be decided. A failure of ours that comes again while the store is well is the
    /// record's: the others are not kept from their turn by it.
    async fn blocked(&mut self, index: u64, error: Error) -> Result<(), RunEnd> {
        let ours = matches!(error.code.class(), Class::Internal);
        if ours && self.decider.failed_within == Some(index) {
            return Err(RunEnd::Stopped(error));
        }
        if ours && self.tries > 0 && self.decider.gateway.store.health().await.writable {
            self.decider.failed_within = Some(index);
            self.tries = 0;
            return Ok(());
        }
        self.try_again(error).await
    }

    async fn try_again(&mut self, error: Error) -> Result<(), RunEnd> {
        self.tries += 1;
        if self.tries >= TRIES_MAX {
            return Err(RunEnd::Stopped(error));
        }
        let first = self.decider.options.first_pause.unwrap_or(FIRST_PAUSE);
        tokio::time::sleep(first * 2_u32.pow(self.tries - 1)).await;
        Ok(())
    }
}

/// Commits, if there is something.
async fn commit(gateway: &Gateway, change: Option<Change>) -> Option<Result<CommitNumber, StoreError>> {
    match change {
        Some(change) => Some(gateway.store.commit(change).await),
        None => None,
    }
}
