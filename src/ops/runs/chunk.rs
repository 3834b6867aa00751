//! The records of a run that are committed together: what they write, and the row of the run behind them.
//!
//! The changes of the records are joined as if they had been committed one after the other: a later write of a key wins,
//! rows of the log stay in order, and an assertion that a key is absent falls away where an earlier record of the chunk
//! removed it. Every other assertion speaks of the store before the chunk, for a decision that leans on what is not
//! committed yet never gets here ([`super::overlay`]). Deliberately absent: deciding and committing.

use bytes::Bytes;

use super::batch::BatchRecord;
use super::overlay::Written;
use crate::domain::error::Error;
use crate::ops::{RecordOutcome, RecordWarning};
use crate::store::batch::StoredRun;
use crate::store::record::batch::{BatchFailure, BatchRow, BatchRun, BatchWarning, RunPosition};
use crate::store::record::key;
use crate::store::{Assertion, Change};

/// How much is committed together. A record is never cut.
#[derive(Debug, Clone, Copy)]
pub(super) struct ChunkLimits {
    /// Records.
    pub(super) records_max: usize,
    /// Keys and rows of the log.
    pub(super) keys_max: usize,
    /// Bytes of bodies and rows.
    pub(super) bytes_max: usize,
}

/// What a record leads to.
pub(super) struct Decided {
    pub(super) change: Change,
    /// What is told of it, or its review row.
    pub(super) outcome: Result<RecordOutcome, Box<BatchFailure>>,
}

/// Decided records that are not committed yet.
pub(super) struct Chunk {
    run_id: u64,
    /// The row of the run behind the last record.
    pub(super) after: BatchRun,
    /// What later records see of this chunk.
    pub(super) written: Written,
    /// In the order of the file, to be decided again if the commit is refused.
    pub(super) records: Vec<BatchRecord>,
    assertions: Vec<Assertion>,
    log: Vec<Bytes>,
    bytes: usize,
    warnings_listed_max: u64,
}

impl Chunk {
    /// An empty chunk behind this row of the run.
    pub(super) fn behind(run_id: u64, row: &BatchRun, warnings_listed_max: u64) -> Self {
        Chunk {
            run_id,
            after: row.clone(),
            written: Written::default(),
            records: Vec::new(),
            assertions: Vec::new(),
            log: Vec::new(),
            bytes: 0,
            warnings_listed_max,
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    pub(super) fn is_full(&self, limits: &ChunkLimits) -> bool {
        self.records.len() >= limits.records_max
            || self.written.0.len() + self.log.len() >= limits.keys_max
            || self.bytes >= limits.bytes_max
    }

    /// Adds the next record with what was decided for it. A failure leaves the chunk as it was.
    pub(super) fn add(&mut self, record: BatchRecord, decided: Decided) -> Result<(), Error> {
        if record.index() != self.after.position.index + 1 {
            return Err(Error::internal("a record of a batch file does not follow the one before it"));
        }
        let mut counts = self.after.counts;
        counts.read += 1;
        let mut rows = Vec::new();
        let told = match decided.outcome {
            Ok(RecordOutcome { warnings, .. }) => {
                counts.done += 1;
                warnings
            }
            Err(failure) => {
                counts.failed += 1;
                rows.push((key::batch_failure(self.run_id, record.index()), failure.encode()?));
                Vec::new()
            }
        };
        for (number, warning) in (1..).zip(record.warnings.iter().chain(&told)) {
            counts.warnings += 1;
            if counts.warnings_listed < self.warnings_listed_max {
                counts.warnings_listed += 1;
                let key = key::batch_warning(self.run_id, record.index(), number);
                rows.push((key, row(&record, warning).encode()?));
            }
        }
        self.join(decided.change);
        for (key, body) in rows {
            self.bytes += body.len();
            self.written.0.insert(key, Some(body.into()));
        }
        self.after.counts = counts;
        self.after.position =
            RunPosition { index: record.index(), byte_offset: record.byte_offset() + record.byte_length() };
        self.records.push(record);
        Ok(())
    }

    fn join(&mut self, change: Change) {
        for assertion in change.assertions {
            let removed_here =
                matches!(&assertion, Assertion::Absent(key) if self.written.0.contains_key(key));
            if !removed_here {
                self.assertions.push(assertion);
            }
        }
        for (key, body) in change.puts {
            self.bytes += body.len();
            self.written.0.insert(key, Some(body));
        }
        for key in change.deletes {
            self.written.0.insert(key, None);
        }
        self.bytes += change.log.iter().map(Bytes::len).sum::<usize>();
        self.log.extend(change.log);
    }

    /// The change that commits the chunk and moves the run behind it, all but what it rests on: see [`rest_on`].
    /// Nothing can be added behind it.
    pub(super) fn seal(&mut self) -> Result<Change, Error> {
        let mut change = Change { assertions: std::mem::take(&mut self.assertions), ..Change::default() };
        for (key, body) in &self.written.0 {
            match body {
                Some(body) => change.put(key.clone(), body.clone()),
                None => change.delete(key.clone()),
            };
        }
        change.put(key::batch_run(self.run_id), self.after.encode()?);
        change.log = std::mem::take(&mut self.log);
        Ok(change)
    }
}

/// Lets the change of a chunk move the run from where it is stored.
pub(super) fn rest_on(change: &mut Change, run: &StoredRun) {
    change.assert_version(key::batch_run(run.id), run.version);
}

fn row(record: &BatchRecord, warning: &RecordWarning) -> BatchWarning {
    BatchWarning {
        line: record.line(),
        code: warning.code.clone(),
        field: warning.field.clone(),
        message: warning.message.clone(),
    }
}
