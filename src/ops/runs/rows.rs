//! The row of a run: how it comes to be, changes beside its records, and is forgotten.

use jiff::Timestamp;

use crate::domain::error::{Code, Error};
use crate::ops::Gateway;
use crate::store::batch::{self, BatchReadError, StoredRun};
use crate::store::record::batch::{BatchRow, BatchRun, RunCounts, RunPosition, RunState};
use crate::store::record::key;
use crate::store::{Change, Collection, Key, StoreError, prefix_range};

/// The sequence that the ids of runs are drawn from.
const RUN_IDS: &str = "batch run";
/// How often a row is read and changed again because others were faster.
const ATTEMPTS_MAX: usize = 20;
/// How many rows are looked at, or leave, at once.
const PAGE: usize = 256;

/// What is known of a file when it is taken on.
#[derive(Debug, Clone)]
pub struct NewRun {
    /// The fileset.
    pub fileset: String,
    /// The file's name as it came.
    pub file_name: String,
    /// Who brought it.
    pub who: String,
    /// The bytes of the file.
    pub file_bytes: u64,
    /// The run whose failures it tries again.
    pub retry_of: Option<u64>,
}

/// An id for a run; one that is not used is lost.
pub async fn draw_run_id(gateway: &Gateway) -> Result<u64, Error> {
    Ok(gateway.store.draw_ids(RUN_IDS, 1).await?.start)
}

/// The row of a run that is taken on at this time.
pub fn waiting(new: NewRun, submitted: Timestamp) -> BatchRun {
    BatchRun {
        fileset: new.fileset,
        file_name: new.file_name,
        who: new.who,
        state: RunState::Waiting,
        kind: None,
        counts: RunCounts::default(),
        position: RunPosition::default(),
        file_bytes: new.file_bytes,
        submitted,
        started: None,
        ended: None,
        outcome: None,
        problem: None,
        archived: None,
        failures_file: None,
        retry_of: new.retry_of,
    }
}

/// Takes a file on as the Waiting run `id`. If that run is known already, nothing changes.
pub async fn take_on(gateway: &Gateway, id: u64, new: NewRun) -> Result<StoredRun, Error> {
    let run = waiting(new, gateway.clock.now());
    let mut change = Change::new();
    change.assert_absent(key::batch_run(id)).put(key::batch_run(id), run.encode()?);
    match gateway.store.commit(change).await {
        Ok(version) => Ok(StoredRun { id, version, run }),
        Err(StoreError::Contention(_)) => {
            batch::run(&*gateway.store, id).await?.ok_or_else(|| Error::internal("a run came and went"))
        }
        Err(error) => Err(error.into()),
    }
}

/// Changes the row of a run: `decide` says what it is to be, or `None` for nothing; it may be asked again. Answers the
/// row as it stands then; `None` if there is no such run.
pub async fn change_run(
    gateway: &Gateway,
    id: u64,
    decide: impl Fn(&BatchRun, Timestamp) -> Option<BatchRun>,
) -> Result<Option<StoredRun>, Error> {
    for _ in 0..ATTEMPTS_MAX {
        let Some(stored) = batch::run(&*gateway.store, id).await? else { return Ok(None) };
        let Some(run) = decide(&stored.run, gateway.clock.now()) else { return Ok(Some(stored)) };
        let mut change = Change::new();
        change.assert_version(key::batch_run(id), stored.version).put(key::batch_run(id), run.encode()?);
        match gateway.store.commit(change).await {
            Ok(version) => return Ok(Some(StoredRun { id, version, run })),
            Err(StoreError::Contention(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(Error::new(Code::Contention, "the run keeps changing; try again"))
}

/// All runs that have not ended, oldest first.
pub async fn unfinished_runs(gateway: &Gateway) -> Result<Vec<StoredRun>, Error> {
    let (mut found, mut before) = (Vec::new(), None);
    loop {
        let page = batch::runs(&*gateway.store, before, PAGE).await?;
        let last = page.last().filter(|_| page.len() == PAGE).map(|run| run.id);
        found.extend(page.into_iter().filter(|run| !run.run.state.is_final()));
        if last.is_none() {
            found.reverse();
            return Ok(found);
        }
        before = last;
    }
}

/// Forgets runs that ended before this time, with their review; how many.
pub async fn forget_runs(gateway: &Gateway, ended_before: Timestamp) -> Result<u64, Error> {
    let (mut count, mut before) = (0, None);
    loop {
        let page = batch::runs(&*gateway.store, before, PAGE).await?;
        before = page.last().filter(|_| page.len() == PAGE).map(|run| run.id);
        for stored in page {
            if stored.run.ended.is_some_and(|ended| ended < ended_before) {
                forget(gateway, &stored).await?;
                count += 1;
            }
        }
        if before.is_none() {
            return Ok(count);
        }
    }
}

/// The review first, so that a run that is half forgotten is begun again with the next sweep.
async fn forget(gateway: &Gateway, stored: &StoredRun) -> Result<(), Error> {
    for collection in [Collection::BatchWarning, Collection::BatchFailure] {
        loop {
            let range = prefix_range(&stored.id.to_be_bytes());
            let page = gateway.store.scan(collection, range, PAGE).await?;
            if page.is_empty() {
                break;
            }
            delete(gateway, stored, page.into_iter().map(|(key, _)| key)).await?;
        }
    }
    delete(gateway, stored, [key::batch_run(stored.id)]).await
}

async fn delete(
    gateway: &Gateway,
    stored: &StoredRun,
    keys: impl IntoIterator<Item = Key>,
) -> Result<(), Error> {
    let mut change = Change::new();
    change.assert_version(key::batch_run(stored.id), stored.version);
    for key in keys {
        change.delete(key);
    }
    gateway.store.commit(change).await?;
    Ok(())
}

impl From<BatchReadError> for Error {
    fn from(error: BatchReadError) -> Self {
        match error {
            BatchReadError::Store(error) => error.into(),
            BatchReadError::Record(error) => error.into(),
        }
    }
}
