//! The opened trees, and everything that is read out of them.
//!
//! A read may meet a long body while it is rewritten: head and chunks are separate reads. It then reads
//! again from the head; only a head that stays the same and still does not fit its chunks is damage.
//! Deliberately absent: writing (`writer`), and any cache beside sled's own.

use std::ops::{Bound, Range};
use std::panic::{AssertUnwindSafe, catch_unwind};

use ::sled::{Db, IVec, Tree};

use super::packing::{self, Damage, assemble, log_address, log_position, record_address, unpack_head};
use crate::store::{Collection, CommitNumber, Key, LogRow, Record, StoreError};

/// How often a head that does not fit its chunks is read again before it counts as damaged.
const REREADS_MAX: usize = 3;
/// How often a head that changes between two reads is read again; each change is a commit, with its sync.
const CHASES_MAX: usize = 1_000;
/// The name of the number that holds the newest commit.
pub(super) const LAST_COMMIT: &str = "last_commit";
const SEQUENCE_PREFIX: &str = "sequence/";

/// sled with the four trees of a store.
pub(super) struct Trees {
    pub(super) db: Db,
    /// Heads of records.
    pub(super) records: Tree,
    /// Chunks of records and log rows.
    pub(super) chunks: Tree,
    /// Heads of log rows.
    pub(super) log: Tree,
    /// Numbers.
    pub(super) numbers: Tree,
}

/// Why a read did not answer a record.
#[derive(Debug)]
pub(super) enum ReadFailure {
    Damage(Damage),
    Sled(::sled::Error),
}

impl From<Damage> for ReadFailure {
    fn from(damage: Damage) -> Self {
        ReadFailure::Damage(damage)
    }
}

impl From<::sled::Error> for ReadFailure {
    fn from(error: ::sled::Error) -> Self {
        ReadFailure::Sled(error)
    }
}

/// Runs something of sled, which asserts on damaged files instead of answering an error.
pub(super) fn caught<T>(what: impl FnOnce() -> Result<T, StoreError>) -> Result<T, StoreError> {
    catch_unwind(AssertUnwindSafe(what))
        .unwrap_or_else(|_| Err(StoreError::Corrupt("data file (the engine panicked on it)".to_owned())))
}

/// The port's error for one of sled's.
pub(super) fn engine(error: &::sled::Error) -> StoreError {
    match error {
        ::sled::Error::Corruption { .. } => StoreError::Corrupt(format!("data file ({error})")),
        ::sled::Error::CollectionNotFound(_)
        | ::sled::Error::Unsupported(_)
        | ::sled::Error::ReportableBug(_)
        | ::sled::Error::Io(_) => StoreError::Engine(error.to_string()),
    }
}

impl Trees {
    /// The record of a head that stands in `tree`, with its chunks.
    pub(super) fn record(&self, tree: &Tree, address: &[u8]) -> Result<Option<Record>, ReadFailure> {
        let (mut rereads, mut last_seen) = (0, None);
        for _ in 0..CHASES_MAX {
            let Some(value) = tree.get(address)? else { return Ok(None) };
            let damage = match self.assemble(address, &value) {
                Err(ReadFailure::Damage(damage)) => damage,
                Ok(record) => return Ok(Some(record)),
                Err(other) => return Err(other),
            };
            rereads = if last_seen.as_ref() == Some(&value) { rereads + 1 } else { 0 };
            if rereads == REREADS_MAX {
                return Err(damage.into());
            }
            last_seen = Some(value);
        }
        Err(Damage::Chunks.into())
    }

    fn assemble(&self, address: &[u8], value: &IVec) -> Result<Record, ReadFailure> {
        assemble(address, unpack_head(address, value)?, |key| self.chunks.get(key).map_err(ReadFailure::from))
    }

    /// The record that an iteration found: taken from what it saw, or else read again.
    pub(super) fn found(
        &self,
        tree: &Tree,
        address: &[u8],
        value: &IVec,
    ) -> Result<Option<Record>, ReadFailure> {
        match self.assemble(address, value) {
            Err(ReadFailure::Damage(_)) => self.record(tree, address),
            other => other.map(Some),
        }
    }

    /// The record under `key`.
    pub(super) fn get(&self, key: &Key) -> Result<Option<Record>, StoreError> {
        self.record(&self.records, &record_address(key)).map_err(|failure| failure.at(|| key.to_string()))
    }

    /// Up to `limit` records with ids in `range`, ascending.
    pub(super) fn scan(
        &self,
        collection: Collection,
        range: &Range<Box<[u8]>>,
        limit: usize,
    ) -> Result<Vec<(Key, Record)>, StoreError> {
        let mut found = Vec::new();
        if limit == 0 {
            return Ok(found);
        }
        for entry in self.heads(collection, range) {
            let (address, value) = entry.map_err(|error| engine(&error))?;
            let key = Key::new(collection, &address[1..]);
            let record = self.found(&self.records, &address, &value);
            if let Some(record) = record.map_err(|failure| failure.at(|| key.to_string()))? {
                found.push((key, record));
            }
            if found.len() == limit {
                break;
            }
        }
        Ok(found)
    }

    /// Up to `limit` keys with ids in `range`, ascending; the records are not looked at.
    pub(super) fn keys(
        &self,
        collection: Collection,
        range: &Range<Box<[u8]>>,
        limit: usize,
    ) -> Result<Vec<Key>, StoreError> {
        let key = |entry: Result<(IVec, IVec), ::sled::Error>| {
            let (address, _) = entry.map_err(|error| engine(&error))?;
            Ok(Key::new(collection, &address[1..]))
        };
        self.heads(collection, range).take(limit).map(key).collect()
    }

    fn heads(&self, collection: Collection, range: &Range<Box<[u8]>>) -> ::sled::Iter {
        let address = |id: &[u8]| [&[collection.number()], id].concat();
        // sled does not bear inverted bounds.
        let end = if range.start < range.end { &range.end } else { &range.start };
        self.records.range((Bound::Included(address(&range.start)), Bound::Excluded(address(end))))
    }

    /// The version of the record under `key`.
    pub(super) fn version(&self, key: &Key) -> Result<Option<CommitNumber>, StoreError> {
        let address = record_address(key);
        let Some(value) = self.records.get(&address).map_err(|error| engine(&error))? else {
            return Ok(None);
        };
        let head = unpack_head(&address, &value).map_err(|damage| corrupt(key, damage))?;
        Ok(Some(head.version))
    }

    /// The keys and versions in `range`, ascending.
    pub(super) fn versions(
        &self,
        collection: Collection,
        range: &Range<Box<[u8]>>,
    ) -> Result<Vec<(Key, CommitNumber)>, StoreError> {
        let version = |entry: Result<(IVec, IVec), ::sled::Error>| {
            let (address, value) = entry.map_err(|error| engine(&error))?;
            let key = Key::new(collection, &address[1..]);
            let head = unpack_head(&address, &value).map_err(|damage| corrupt(&key, damage))?;
            Ok((key, head.version))
        };
        self.heads(collection, range).map(version).collect()
    }

    /// Up to `limit` log rows from commit `from` on.
    pub(super) fn log_rows(&self, from: CommitNumber, limit: usize) -> Result<Vec<LogRow>, StoreError> {
        let mut rows = Vec::new();
        for entry in self.log.range(log_address(from, 0)..) {
            if rows.len() == limit {
                break;
            }
            let (address, value) = entry.map_err(|error| engine(&error))?;
            rows.extend(self.log_row(&address, &value)?);
        }
        Ok(rows)
    }

    fn log_row(&self, address: &[u8], value: &IVec) -> Result<Option<LogRow>, StoreError> {
        let Some((commit, position)) = log_position(address) else {
            return Err(StoreError::Corrupt("of the change log, under a key that is none".to_owned()));
        };
        let record = self.found(&self.log, address, value);
        let record = record.map_err(|failure| failure.at(|| format!("log row {commit}/{position}")))?;
        Ok(record.map(|record| LogRow { commit, position, body: record.body }))
    }

    /// A number by name; `None` if it was never written.
    pub(super) fn number(&self, name: &str) -> Result<Option<u64>, StoreError> {
        let address = packing::number_address(name);
        let at = |failure: ReadFailure| failure.at(|| format!("number {name}"));
        let Some(record) = self.record(&self.numbers, &address).map_err(at)? else { return Ok(None) };
        match record.body[..].try_into() {
            Ok(bytes) => Ok(Some(u64::from_be_bytes(bytes))),
            Err(_) => Err(at(Damage::Short.into())),
        }
    }

    /// The newest commit; 0 in a new store.
    pub(super) fn last_commit(&self) -> Result<CommitNumber, StoreError> {
        Ok(self.number(LAST_COMMIT)?.unwrap_or(0))
    }
}

/// The name of the number that holds a sequence's next number.
pub(super) fn sequence_name(sequence: &str) -> String {
    format!("{SEQUENCE_PREFIX}{sequence}")
}

impl ReadFailure {
    /// The port's error for what was read at `place`.
    pub(super) fn at(self, place: impl FnOnce() -> String) -> StoreError {
        match self {
            ReadFailure::Damage(damage) => StoreError::Corrupt(format!("{} ({damage})", place())),
            ReadFailure::Sled(error) => engine(&error),
        }
    }
}

fn corrupt(key: &Key, damage: Damage) -> StoreError {
    ReadFailure::Damage(damage).at(|| key.to_string())
}
