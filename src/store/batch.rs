//! Reading batch runs and their review.
//!
//! Deliberately absent: writing, which only `ops` does, and the files.

use super::record::RecordError;
use super::record::batch::{BatchFailure, BatchRow, BatchRun, BatchWarning};
use super::record::key;
use super::{Collection, CommitNumber, Key, Reads, Record, StoreError};

/// Why rows of batch runs could not be read.
#[derive(Debug, thiserror::Error)]
pub enum BatchReadError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A row can't be read.
    #[error(transparent)]
    Record(#[from] RecordError),
}

/// A run as it was read.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredRun {
    /// Its id.
    pub id: u64,
    /// The commit that last wrote it.
    pub version: CommitNumber,
    /// What is known of it.
    pub run: BatchRun,
}

/// The run with this id.
pub async fn run(reads: &dyn Reads, id: u64) -> Result<Option<StoredRun>, BatchReadError> {
    let Some(record) = reads.get(&key::batch_run(id)).await? else { return Ok(None) };
    Ok(Some(StoredRun { id, version: record.version, run: BatchRun::decode(&record.body)? }))
}

/// Up to `limit` runs with ids below `before` (all for `None`), newest first.
pub async fn runs(
    reads: &dyn Reads,
    before: Option<u64>,
    limit: usize,
) -> Result<Vec<StoredRun>, BatchReadError> {
    let read = |(key, record): &(Key, Record)| {
        let run = BatchRun::decode(&record.body)?;
        Ok(StoredRun { id: key::read_batch_run(key)?, version: record.version, run })
    };
    let rows = reads.scan(Collection::BatchRun, key::batch_runs(before), limit).await?;
    rows.iter().map(read).collect()
}

/// Up to `limit` failed records of a run behind the record `after` (0: from the first), by index.
pub async fn failures(
    reads: &dyn Reads,
    run: u64,
    after: u64,
    limit: usize,
) -> Result<Vec<(u64, BatchFailure)>, BatchReadError> {
    let rows = reads.scan(Collection::BatchFailure, key::batch_failures(run, after), limit).await?;
    let read = |(key, record): &(Key, Record)| {
        Ok((key::read_batch_failure(key)?, BatchFailure::decode(&record.body)?))
    };
    rows.iter().map(read).collect()
}

/// Up to `limit` listed warnings of a run behind the `number`th of the record `index` (`(0, 0)`: from the first), each
/// with its place `(index, number)`.
pub async fn warnings(
    reads: &dyn Reads,
    run: u64,
    after: (u64, u64),
    limit: usize,
) -> Result<Vec<((u64, u64), BatchWarning)>, BatchReadError> {
    let rows = reads.scan(Collection::BatchWarning, key::batch_warnings(run, after), limit).await?;
    let read = |(key, record): &(Key, Record)| {
        Ok((key::read_batch_warning(key)?, BatchWarning::decode(&record.body)?))
    };
    rows.iter().map(read).collect()
}

/// Can a record of one of the three collections be read?
pub fn readable(key: &Key, record: &Record) -> Result<(), RecordError> {
    match key.collection {
        Collection::BatchFailure => {
            key::read_batch_failure(key)?;
            BatchFailure::decode(&record.body).map(drop)
        }
        Collection::BatchWarning => {
            key::read_batch_warning(key)?;
            BatchWarning::decode(&record.body).map(drop)
        }
        _ => {
            key::read_batch_run(key)?;
            BatchRun::decode(&record.body).map(drop)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::record::batch::{RunCounts, RunPosition, RunState};
    use crate::store::{Change, MemoryStore, Store};

    fn run(name: &str) -> BatchRun {
        BatchRun {
            fileset: "nightly".to_owned(),
            file_name: name.to_owned(),
            who: "batch".to_owned(),
            state: RunState::Waiting,
            kind: None,
            counts: RunCounts::default(),
            position: RunPosition::default(),
            file_bytes: 0,
            submitted: jiff::Timestamp::UNIX_EPOCH,
            started: None,
            ended: None,
            outcome: None,
            problem: None,
            archived: None,
            failures_file: None,
            retry_of: None,
        }
    }

    fn failure(line: u64) -> BatchFailure {
        BatchFailure {
            line,
            byte_offset: 0,
            byte_length: 1,
            action: None,
            code: "CUSTOMER_NOT_FOUND".to_owned(),
            message: "no customer was found".to_owned(),
            field: None,
            customer_id: None,
            alternate_keys: Vec::new(),
            card_number: None,
            instrument_id: None,
        }
    }

    #[tokio::test]
    async fn runs_come_newest_first_and_in_pages() {
        let store = MemoryStore::new();
        let mut change = Change::new();
        for id in [1, 2, 5, 300] {
            change.put(key::batch_run(id), run(&format!("{id}.xml")).encode().unwrap());
        }
        store.commit(change).await.unwrap();
        let ids = async |before, limit| -> Vec<u64> {
            runs(&store, before, limit).await.unwrap().iter().map(|run| run.id).collect()
        };
        assert_eq!(ids(None, 10).await, [300, 5, 2, 1]);
        assert_eq!(ids(None, 2).await, [300, 5]);
        assert_eq!(ids(Some(5), 2).await, [2, 1]);
        assert_eq!(ids(Some(1), 2).await, [0_u64; 0]);
        assert_eq!(super::run(&store, 5).await.unwrap().unwrap().run.file_name, "5.xml");
        assert_eq!(super::run(&store, 4).await.unwrap(), None);
    }

    #[tokio::test]
    async fn b_4_failures_and_warnings_of_one_run_come_in_the_order_of_the_file() {
        let store = MemoryStore::new();
        let mut change = Change::new();
        for (run, index) in [(7, 300), (7, 2), (8, 1), (6, 9)] {
            change.put(key::batch_failure(run, index), failure(index).encode().unwrap());
            for number in [1, 2] {
                let (code, field, message) = ("EMPTY_ELEMENT".to_owned(), "f".to_owned(), "m".to_owned());
                let warning = BatchWarning { line: index, code, field, message };
                change.put(key::batch_warning(run, index, number), warning.encode().unwrap());
            }
        }
        store.commit(change).await.unwrap();
        let indexes = async |after, limit| -> Vec<u64> {
            failures(&store, 7, after, limit).await.unwrap().iter().map(|(index, _)| *index).collect()
        };
        assert_eq!(indexes(0, 10).await, [2, 300]);
        assert_eq!(indexes(2, 10).await, [300]);
        assert_eq!(indexes(0, 1).await, [2]);
        let places = async |after| -> Vec<(u64, u64)> {
            warnings(&store, 7, after, 10).await.unwrap().iter().map(|(place, _)| *place).collect()
        };
        assert_eq!(places((0, 0)).await, [(2, 1), (2, 2), (300, 1), (300, 2)]);
        assert_eq!(places((2, 1)).await, [(2, 2), (300, 1), (300, 2)]);
    }
}
