//! Storing a group: packed into transactions, then one `flush()`, then our own fdatasync.
//!
//! sled's `flush()` only starts the writing-out of pages; what makes a commit durable is the fdatasync on its
//! data file. A group is cut into transactions of about [`TRANSACTION_KEYS`] keys, because sled stops every
//! reader of the process while a transaction is applied; a change is never cut, so that it stays atomic
//! across a crash. If the disk is full all the same, the engine is opened again and tells by the newest commit
//! that it has recovered which changes of the group were stored. Deliberately absent: `flush_async` (it
//! dead-locks), `apply_batch` (ten times the memory), `generate_id`, and side effects in the closure of a
//! transaction: everything it writes is packed before.

use std::fs::File;
use std::io;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Instant;

use ::sled::transaction::{
    ConflictableTransactionError, TransactionError, TransactionalTree, UnabortableTransactionError,
};
use ::sled::{IVec, Transactional};

use super::Shared;
use super::ballast::Ballast;
use super::folder::{data_file, sync_entries};
use super::packing::{self, HeadBody, chunk_key, log_address, number_address, record_address, unpack_head};
use super::trees::{LAST_COMMIT, Trees, sequence_name};
use crate::store::committer::{Engine, Failure, GROUP_CHANGES_MAX, Group};
use crate::store::decide::State;
use crate::store::{Change, Collection, CommitNumber, Key, StoreError};

/// How many keys a transaction holds before the next change begins a new one. Measured with 64 to 1,024
/// clients: 512 commits most, and a reader waits 4 ms at the 99th percentile; at 32 a quarter fewer commits
/// and 0.7 ms, with whole groups in one transaction a third fewer (at 1,024 clients) and 15 ms.
const TRANSACTION_KEYS: usize = 512;

/// The engine behind the committer.
pub(super) struct Writer {
    shared: Arc<Shared>,
    /// sled's data file, opened by us: an error of writing-out that sled's own handle has swallowed is still
    /// reported to this one.
    data: File,
    ballast: Ballast,
}

/// Everything that one transaction writes, packed.
#[derive(Default)]
struct Packed {
    /// `None`: deleted.
    records: Vec<(IVec, Option<IVec>)>,
    chunks: Vec<(IVec, IVec)>,
    log: Vec<(IVec, IVec)>,
    numbers: Vec<(IVec, IVec)>,
}

impl Writer {
    /// The writer of an opened store; what recovery has left is made durable first.
    pub(super) fn new(shared: Arc<Shared>) -> Result<Self, StoreError> {
        let path = &shared.options.path;
        let failed = |error: io::Error| StoreError::Engine(format!("{}: {error}", path.display()));
        let data = File::open(data_file(path)).map_err(failed)?;
        shared.flush().map_err(|error| StoreError::Engine(error.to_string()))?;
        shared.options.disk.sync(&data).map_err(failed)?;
        sync_entries(path).map_err(failed)?;
        let ballast = Ballast::new(path, shared.options.reserve_bytes);
        Ok(Writer { shared, data, ballast })
    }

    fn apply(&self, group: &Group) -> Result<(), ::sled::Error> {
        let mut packed = Packed::default();
        let mut newest = None;
        for (number, change) in &group.changes {
            packed.add(*number, change);
            newest = Some(*number);
            if packed.key_count() >= TRANSACTION_KEYS {
                packed.add_number(LAST_COMMIT, *number, *number);
                self.write(std::mem::take(&mut packed))?;
                newest = None;
            }
        }
        for (sequence, next) in &group.sequences {
            packed.add_number(&sequence_name(sequence), *next, 0);
        }
        if let Some(number) = newest {
            packed.add_number(LAST_COMMIT, number, number);
        }
        self.write(packed)
    }

    fn write(&self, packed: Packed) -> Result<(), ::sled::Error> {
        let _begun = self.shared.applying.begin();
        self.shared.with_trees_raw(|trees| packed.apply(trees))
    }

    /// Makes everything applied durable.
    fn sync(&self) -> Result<(), Failure> {
        let began = Instant::now();
        self.shared.flush().map_err(|error| failure(&error))?;
        self.sync_data()?;
        self.shared.metrics.synced(began.elapsed());
        Ok(())
    }

    fn sync_data(&self) -> Result<(), Failure> {
        self.shared.options.disk.sync(&self.data).map_err(|error| {
            Failure::Final(format!(
                "a sync of the data file failed ({error}); check the disk, then start again"
            ))
        })
    }

    /// Opens the engine again after the disk was full; answers the newest commit that is durable.
    fn recover(&mut self) -> Result<CommitNumber, Failure> {
        // Pages that could not be written out may look well in memory: they show at this handle.
        self.sync_data()?;
        self.ballast.drop();
        self.shared
            .reopen()
            .map_err(|error| Failure::Unknown(format!("the engine does not open again yet: {error}")))?;
        self.data = File::open(data_file(&self.shared.options.path))
            .map_err(|error| Failure::Final(format!("the data file cannot be opened: {error}")))?;
        self.sync_data()?;
        let durable = self.shared.with_trees(Trees::last_commit);
        let durable = durable.map_err(|error| Failure::Final(error.to_string()))?;
        self.shared.last_commit.store(durable, Ordering::Release);
        Ok(durable)
    }
}

impl State for Writer {
    fn version(&self, key: &Key) -> Result<Option<CommitNumber>, StoreError> {
        self.shared.with_trees(|trees| trees.version(key))
    }

    fn versions(
        &self,
        collection: Collection,
        range: &Range<Box<[u8]>>,
    ) -> Result<Vec<(Key, CommitNumber)>, StoreError> {
        self.shared.with_trees(|trees| trees.versions(collection, range))
    }
}

impl Engine for Writer {
    fn admit(&mut self) -> Result<(), Failure> {
        if let Some(why) = self.shared.space_refusal() {
            return Err(Failure::Refused(why));
        }
        if !self.shared.is_open() {
            self.recover()?;
        }
        if let Err(error) = self.ballast.keep() {
            tracing::warn!(%error, "no ballast file for a full disk");
        }
        Ok(())
    }

    fn numbers_start_behind(&self) -> CommitNumber {
        // A reader may have seen commits that a power cut took back; their numbers are not given again.
        match self.shared.last_commit.load(Ordering::Acquire) {
            0 => 0,
            last_commit => last_commit.saturating_add(GROUP_CHANGES_MAX as u64),
        }
    }

    fn next_id(&self, sequence: &str) -> Result<u64, StoreError> {
        Ok(self.shared.with_trees(|trees| trees.number(&sequence_name(sequence)))?.unwrap_or(1))
    }

    fn store(&mut self, group: Group) -> Result<(), Failure> {
        let newest = group.changes.last().map(|(number, _)| *number);
        match self.apply(&group).map_err(|error| failure(&error)).and_then(|()| self.sync()) {
            Ok(()) => {
                if let Some(number) = newest {
                    self.shared.last_commit.store(number, Ordering::Release);
                }
                Ok(())
            }
            Err(Failure::Refused(why)) => Err(Failure::Partial(self.recover()?, why)),
            Err(other) => Err(other),
        }
    }
}

/// A full disk can be got over; after any other error nobody knows what is on the disk.
fn failure(error: &::sled::Error) -> Failure {
    let full = match error {
        ::sled::Error::Io(error) => {
            matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)
        }
        ::sled::Error::CollectionNotFound(_)
        | ::sled::Error::Unsupported(_)
        | ::sled::Error::ReportableBug(_)
        | ::sled::Error::Corruption { .. } => false,
    };
    match full {
        true => Failure::Refused(format!("the disk is full ({error})")),
        false => {
            Failure::Final(format!("the store engine failed ({error}); start again, and check the store"))
        }
    }
}

impl Packed {
    fn add(&mut self, number: CommitNumber, change: &Change) {
        for (key, body) in &change.puts {
            let address = record_address(key);
            let head = self.pack(&address, number, body);
            self.records.push((address[..].into(), Some(head)));
        }
        for key in &change.deletes {
            self.records.push((record_address(key)[..].into(), None));
        }
        for (position, body) in (0..).zip(&change.log) {
            let address = log_address(number, position);
            let head = self.pack(&address, number, body);
            self.log.push((address.into(), head));
        }
    }

    fn pack(&mut self, address: &[u8], version: CommitNumber, body: &[u8]) -> IVec {
        let chunks = &mut self.chunks;
        packing::pack(address, version, body, |key, value| chunks.push((key.into(), value.into()))).into()
    }

    fn add_number(&mut self, name: &str, value: u64, version: CommitNumber) {
        let address = number_address(name);
        let head = self.pack(&address, version, &value.to_be_bytes());
        self.numbers.push((address.into(), head));
    }

    fn key_count(&self) -> usize {
        self.records.len() + self.chunks.len() + self.log.len()
    }

    fn apply(self, trees: &Trees) -> Result<(), ::sled::Error> {
        if self.key_count() + self.numbers.len() == 0 {
            return Ok(());
        }
        let written = (&trees.records, &trees.chunks, &trees.log, &trees.numbers).transaction(
            |(records, chunks, log, numbers)| -> Result<(), ConflictableTransactionError<()>> {
                // Chunks first: within one group a chunk that is written may be removed again.
                insert_all(chunks, &self.chunks)?;
                insert_all(log, &self.log)?;
                insert_all(numbers, &self.numbers)?;
                for (address, head) in &self.records {
                    write_record(records, chunks, address, head.as_ref())?;
                }
                Ok(())
            },
        );
        written.map_err(|error| match error {
            TransactionError::Storage(error) => error,
            TransactionError::Abort(()) => ::sled::Error::ReportableBug("nothing aborts".to_owned()),
        })
    }
}

fn insert_all(tree: &TransactionalTree, entries: &[(IVec, IVec)]) -> Result<(), UnabortableTransactionError> {
    for (key, value) in entries {
        tree.insert(key, value)?;
    }
    Ok(())
}

/// Writes or removes a head, and removes the chunks of the one that stood there.
fn write_record(
    records: &TransactionalTree,
    chunks: &TransactionalTree,
    address: &IVec,
    head: Option<&IVec>,
) -> Result<(), UnabortableTransactionError> {
    let before = match head {
        Some(head) => records.insert(address, head)?,
        None => records.remove(address)?,
    };
    // What cannot be read any more has no chunks that could be named; the store's check finds them.
    let Some(Ok(old)) = before.as_deref().map(|value| unpack_head(address, value)) else { return Ok(()) };
    if let HeadBody::Chunked { count, .. } = old.body {
        for index in 0..count {
            chunks.remove(chunk_key(address, old.version, index))?;
        }
    }
    Ok(())
}
