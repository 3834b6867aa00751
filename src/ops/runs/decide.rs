//! Deciding the records of a chunk, one after the other, on the store and what is decided already.
//!
//! Deliberately absent: commits.

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use super::ahead::Ahead;
use super::batch::BatchRecord;
use super::chunk::{Chunk, ChunkLimits, Decided};
use super::execute::RunOptions;
use super::feed::{Ended, Feed};
use super::overlay::{Overlay, Written};
use crate::domain::error::{Class, Error};
use crate::ops::{Call, Context, Gateway};
use crate::store::Change;
use crate::store::batch::StoredRun;

/// A chunk while nobody else calls: about one transaction of the engine. Four times as much made no run faster, and
/// those who begin to call wait four times as long.
const CHUNK: ChunkLimits = ChunkLimits { records_max: 256, keys_max: 512, bytes_max: 2 * 1024 * 1024 };
/// A chunk while others call: some four new customers, which the engine applies in a fraction of a millisecond.
const SMALL_CHUNK: ChunkLimits = ChunkLimits { records_max: 64, keys_max: 24, bytes_max: 256 * 1024 };
/// A chunk that must not be refused again for the sake of one record.
const ONE_RECORD: ChunkLimits = ChunkLimits { records_max: 1, keys_max: 1, bytes_max: 1 };
/// How many ids are at hand when a chunk begins, so that none waits for a draw.
const IDS_AHEAD: u64 = CHUNK.records_max as u64;
/// How many times as long as deciding and committing a chunk took the pause behind it is, while others call.
const PAUSE_FACTOR: u32 = 3;
/// The longest such pause.
const PAUSE_MAX: Duration = Duration::from_millis(50);

/// Why a chunk takes no further record.
pub(super) enum Closed {
    Full,
    /// The next record rests on what is not committed yet.
    RestsOnPending,
    NoMoreRecords,
    Asked,
    /// The record with this index can't be decided now.
    Blocked(u64, Error),
}

/// What became of an attempt to decide a record.
enum Attempt {
    Decided(Decided),
    RestsOnPending,
    Blocked(Error),
}

/// Decides records of one run.
pub(super) struct Decider<'d> {
    pub(super) gateway: &'d Gateway,
    pub(super) options: &'d RunOptions<'d>,
    run_id: u64,
    caller: String,
    /// Up to this record each is committed alone.
    pub(super) one_by_one_until: u64,
    /// The record at which something of ours failed again and again.
    pub(super) failed_within: Option<u64>,
    /// How many calls of others the gateway had seen when the last chunk was closed.
    calls_seen: u64,
    /// Did others call while it was filled?
    others_call: bool,
    /// Since when the present chunk is being decided and the one before it committed.
    began: Instant,
    ahead: Ahead,
}

impl<'d> Decider<'d> {
    pub(super) fn new(gateway: &'d Gateway, run: &StoredRun, options: &'d RunOptions<'d>) -> Self {
        Decider {
            gateway,
            options,
            run_id: run.id,
            caller: run.run.who.clone(),
            one_by_one_until: 0,
            failed_within: None,
            calls_seen: gateway.calls.load(Ordering::Relaxed),
            // Until it is known that nobody does.
            others_call: true,
            began: Instant::now(),
            ahead: Ahead::default(),
        }
    }

    /// Fills a chunk from the feed. `older` is what the chunk before it writes, if that is not committed yet.
    pub(super) async fn fill(&mut self, chunk: &mut Chunk, older: &Written, feed: &mut Feed<'_>) -> Closed {
        self.began = Instant::now();
        if let Err(error) = self.gateway.customer_ids.provide(&*self.gateway.store, IDS_AHEAD).await {
            return Closed::Blocked(feed.first(), error.into());
        }
        let limits = self.limits(feed);
        loop {
            let record = match feed.next().await {
                Ok(record) => record,
                Err(Ended::NoMoreRecords) => return Closed::NoMoreRecords,
                Err(Ended::Asked) => return Closed::Asked,
            };
            let index = record.index();
            match self.decide(&record, chunk, older).await {
                Attempt::Decided(decided) => {
                    if let Err(error) = chunk.add(record, decided) {
                        return Closed::Blocked(index, error);
                    }
                }
                Attempt::RestsOnPending => {
                    feed.again(vec![record]);
                    return Closed::RestsOnPending;
                }
                Attempt::Blocked(error) => {
                    feed.again(vec![record]);
                    return Closed::Blocked(index, error);
                }
            }
            if chunk.is_full(&limits) {
                return Closed::Full;
            }
            tokio::task::yield_now().await;
        }
    }

    /// Reads what the next chunk will want, as far as `written` does not tell it; the chunk is as large as the last one.
    pub(super) async fn look_ahead(&mut self, records: usize, written: [&Written; 2], feed: &mut Feed<'_>) {
        self.ahead = Ahead::read(&*self.gateway.store, feed.coming(records), written).await;
    }

    /// Forgets what was read beforehand, and with it what others may have overtaken.
    pub(super) fn look_anew(&mut self) {
        self.ahead = Ahead::default();
    }

    fn limits(&self, feed: &Feed<'_>) -> ChunkLimits {
        if feed.first() <= self.one_by_one_until {
            return ONE_RECORD;
        }
        let limits = if self.others_call { SMALL_CHUNK } else { CHUNK };
        ChunkLimits { records_max: self.options.chunk_records_max.unwrap_or(limits.records_max), ..limits }
    }

    /// Between two commits: a pause, if others call.
    pub(super) async fn give_way(&mut self) {
        let calls = self.gateway.calls.load(Ordering::Relaxed);
        self.others_call = calls != self.calls_seen;
        self.calls_seen = calls;
        if self.others_call {
            tokio::time::sleep((self.began.elapsed() * PAUSE_FACTOR).min(PAUSE_MAX)).await;
        }
    }

    async fn decide(&self, record: &BatchRecord, chunk: &Chunk, older: &Written) -> Attempt {
        let request_id = format!("batch-{}/{}", self.run_id, record.index());
        let call = Call { request_id: &request_id, caller: &self.caller, message: None, deadline: None };
        let prepared = match &record.prepared {
            Ok(prepared) => prepared,
            Err(refusal) => return self.refused(record, Change::new(), refusal, &request_id),
        };
        let context = Context::new(self.gateway, &call);
        let overlay = Overlay::new(&*self.gateway.store, [older, &chunk.written], &self.ahead);
        let (change, outcome) = match prepared.decide(&overlay, &context).await {
            Ok(decision) => decision,
            Err(failure) => (Change::new(), Err(failure)),
        };
        if (overlay.leant() && !change.is_empty()) || overlay.contradicts(&change) {
            return Attempt::RestsOnPending;
        }
        match outcome {
            Ok(outcome) => Attempt::Decided(Decided { change, outcome: Ok(outcome) }),
            Err(refusal) if self.blocks(record, &refusal) => Attempt::Blocked(refusal),
            Err(refusal) => self.refused(record, change, &refusal, &request_id),
        }
    }

    /// Does the run have to wait, rather than the record fail? What follows may rest on the record.
    fn blocks(&self, record: &BatchRecord, refusal: &Error) -> bool {
        match refusal.code.class() {
            Class::Contention | Class::Timeout | Class::Unavailable => true,
            Class::Internal => self.failed_within != Some(record.index()),
            // The record that is damaged stays so; a file must not wait for ever for one customer.
            Class::CorruptRecord
            | Class::Malformed
            | Class::Invalid
            | Class::NotFound
            | Class::AlreadyExists
            | Class::RuleViolated
            | Class::UnknownOperation
            | Class::Unauthenticated
            | Class::TooLarge => false,
        }
    }

    fn refused(&self, record: &BatchRecord, change: Change, refusal: &Error, request_id: &str) -> Attempt {
        if matches!(refusal.code.class(), Class::Internal | Class::CorruptRecord) {
            let (code, cause) =
                (refusal.code.as_str(), refusal.source.as_deref().map(tracing::field::display));
            tracing::error!(request_id, code, cause, "record failed");
        }
        Attempt::Decided(Decided { change, outcome: Err(Box::new(record.failure(refusal, request_id))) })
    }
}
