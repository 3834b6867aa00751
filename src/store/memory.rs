//! The engine that keeps everything in memory: for tests, and as the plainest statement of the port.
//!
//! A clone is a second handle on the same data. Durable means here: until the last handle is dropped.
//! Deliberately absent: limits on memory, and any waiting; one lock orders everything.

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use async_trait::async_trait;
use bytes::Bytes;

use super::decide::{Acceptable, Batch, State, draw, key_bounds};
use super::{Change, Collection, CommitNumber, Health, Key, LogRow, Reads, Record, Store, StoreError};

/// The in-memory engine.
#[derive(Debug, Clone, Default)]
pub struct MemoryStore {
    shared: Arc<RwLock<Contents>>,
}

#[derive(Debug, Default)]
struct Contents {
    last_commit: CommitNumber,
    records: BTreeMap<Key, Record>,
    log: BTreeMap<(CommitNumber, u32), Bytes>,
    /// The next number of each sequence.
    sequences: HashMap<String, u64>,
}

impl MemoryStore {
    /// An empty store.
    pub fn new() -> Self {
        MemoryStore::default()
    }

    /// Up to `limit` keys with ids in `range`, ascending.
    pub fn keys(&self, collection: Collection, range: &Range<Box<[u8]>>, limit: usize) -> Vec<Key> {
        if range.start >= range.end {
            return Vec::new();
        }
        let contents = self.read();
        contents
            .records
            .range(key_bounds(collection, range))
            .take(limit)
            .map(|(key, _)| key.clone())
            .collect()
    }

    /// The number that the next draw from a sequence begins with.
    pub fn next_of_sequence(&self, sequence: &str) -> u64 {
        self.read().sequences.get(sequence).copied().unwrap_or(1)
    }

    // A panic under the lock can only come from a lack of memory, and nothing is half-written before it.
    fn read(&self) -> RwLockReadGuard<'_, Contents> {
        self.shared.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Contents> {
        self.shared.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State for Contents {
    fn version(&self, key: &Key) -> Result<Option<CommitNumber>, StoreError> {
        Ok(self.records.get(key).map(|record| record.version))
    }

    fn versions(
        &self,
        collection: Collection,
        range: &Range<Box<[u8]>>,
    ) -> Result<Vec<(Key, CommitNumber)>, StoreError> {
        let inside = self.records.range(key_bounds(collection, range));
        Ok(inside.map(|(key, record)| (key.clone(), record.version)).collect())
    }
}

impl Contents {
    fn apply(&mut self, version: CommitNumber, change: Change) {
        for (key, body) in change.puts {
            self.records.insert(key, Record { version, body });
        }
        for key in change.deletes {
            self.records.remove(&key);
        }
        for (position, body) in (0..).zip(change.log) {
            self.log.insert((version, position), body);
        }
        self.last_commit = version;
    }
}

#[async_trait]
impl Reads for MemoryStore {
    async fn get(&self, key: &Key) -> Result<Option<Record>, StoreError> {
        Ok(self.read().records.get(key).cloned())
    }

    async fn get_many(&self, keys: &[Key]) -> Result<Vec<Option<Record>>, StoreError> {
        let contents = self.read();
        Ok(keys.iter().map(|key| contents.records.get(key).cloned()).collect())
    }

    async fn scan(
        &self,
        collection: Collection,
        range: Range<Box<[u8]>>,
        limit: usize,
    ) -> Result<Vec<(Key, Record)>, StoreError> {
        if range.start >= range.end {
            return Ok(Vec::new());
        }
        let contents = self.read();
        let inside = contents.records.range(key_bounds(collection, &range));
        Ok(inside.take(limit).map(|(key, record)| (key.clone(), record.clone())).collect())
    }
}

#[async_trait]
impl Store for MemoryStore {
    async fn commit(&self, change: Change) -> Result<CommitNumber, StoreError> {
        let change = Acceptable::new(change)?;
        let mut contents = self.write();
        let number = Batch::after(contents.last_commit).decide(&*contents, &change)?;
        contents.apply(number, change.into_change());
        Ok(number)
    }

    async fn read_log(&self, from: CommitNumber, limit: usize) -> Result<Vec<LogRow>, StoreError> {
        let contents = self.read();
        let rows = contents.log.range((from, 0)..).take(limit);
        Ok(rows
            .map(|((commit, position), body)| LogRow {
                commit: *commit,
                position: *position,
                body: body.clone(),
            })
            .collect())
    }

    async fn draw_ids(&self, sequence: &str, count: u64) -> Result<Range<u64>, StoreError> {
        let mut contents = self.write();
        let next = contents.sequences.get(sequence).copied().unwrap_or(1);
        let drawn = draw(sequence, next, count)?;
        contents.sequences.insert(sequence.to_owned(), drawn.end);
        Ok(drawn)
    }

    async fn health(&self) -> Health {
        let last_commit = self.read().last_commit;
        Health {
            writable: true,
            reason: None,
            obstacles: Vec::new(),
            waiting: 0,
            free_bytes: None,
            used_bytes: None,
            last_commit,
        }
    }
}
