//! The embedded engine: sled 0.34.7, used so that an acknowledged commit survives a power cut.
//!
//! Four trees (see `packing` for the bytes): heads of records, chunks of long bodies, the change log, and
//! numbers (the newest commit, the sequences). All writing goes through the committer's one thread
//! (`writer`). Reads are answered inline, without a thread of their own: they take microseconds when the page
//! is cached, less than handing them over would. A read may see a commit a few milliseconds before it is
//! durable; its number is never given to another commit, not even after a power cut that took it back.
//! Deliberately absent: snapshots over several reads, which sled does not have.

mod applying;
mod ballast;
mod disk;
mod folder;
mod inspect;
mod open;
mod packing;
#[cfg(test)]
mod tests;
mod trees;
mod writer;

pub use inspect::{Finding, Inspection, Progress};

use std::ops::Range;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use async_trait::async_trait;

use self::applying::Applying;
use self::disk::{Disk, RealDisk};
use self::trees::{Trees, caught};
use self::writer::Writer;
use super::committer::Committer;
use super::{
    Change, Collection, CommitNumber, Health, Key, LogRow, Metrics, Obstacle, Reads, Record, Store,
    StoreError,
};

/// What is kept free unless configured otherwise.
pub const RESERVE_BYTES_DEFAULT: u64 = 256 * 1024 * 1024;
/// sled's page cache unless configured otherwise.
pub const CACHE_BYTES_DEFAULT: u64 = 256 * 1024 * 1024;

/// Where the store is and how it behaves.
#[derive(Debug, Clone)]
pub struct SledOptions {
    /// The store's own folder; made if it is missing.
    pub path: PathBuf,
    /// With fewer free bytes than this no commit is accepted; it goes on by itself when there is space again.
    pub reserve_bytes: u64,
    /// The size of sled's page cache.
    pub cache_bytes: u64,
    disk: Arc<dyn Disk>,
}

impl SledOptions {
    /// The defaults for the store in folder `path`.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        SledOptions {
            path: path.into(),
            reserve_bytes: RESERVE_BYTES_DEFAULT,
            cache_bytes: CACHE_BYTES_DEFAULT,
            disk: Arc::new(RealDisk),
        }
    }
}

/// The store. Dropping it stores what waits, waits for that, and lets go of the folder.
pub struct SledStore {
    // Declared first, so that its thread has ended before the trees are dropped.
    committer: Committer,
    shared: Arc<Shared>,
}

/// What readers and the writer have in common.
struct Shared {
    options: SledOptions,
    /// `None` after an error, until the writer has opened them again.
    trees: RwLock<Option<Trees>>,
    /// The newest durable commit.
    last_commit: AtomicU64,
    applying: Applying,
    metrics: Arc<Metrics>,
}

impl SledStore {
    /// Opens the store, or makes a new one in a folder that is missing or empty.
    ///
    /// Blocks while sled recovers. A folder that holds something else, is in use, or is damaged is an
    /// [`StoreError::Engine`] that says what is wrong.
    pub fn open(options: SledOptions) -> Result<Self, StoreError> {
        folder::examine(&options.path)?;
        let shared = Arc::new(Shared::open(options)?);
        let metrics = Arc::clone(&shared.metrics);
        let committer = Committer::start(Writer::new(Arc::clone(&shared))?, metrics)?;
        Ok(SledStore { committer, shared })
    }

    /// Takes no further changes, stores those that wait, and returns when they are durable. Reads go on.
    pub async fn close(&self) {
        self.committer.close().await;
    }

    /// What the committer has counted.
    pub fn metrics(&self) -> &Metrics {
        &self.shared.metrics
    }

    /// How many changes wait for the committer.
    pub fn queue_depth(&self) -> usize {
        self.committer.queue_depth()
    }

    /// Runs a read. After an error that closed the engine it is opened again first: a write that reads before it
    /// commits would otherwise never come to the commit that opens it.
    async fn read<T>(&self, read: impl Fn(&Trees) -> Result<T, StoreError> + Send) -> Result<T, StoreError> {
        if !self.shared.is_open() {
            self.committer.admit().await?;
        }
        self.shared.applying.ended().await;
        self.shared.with_trees(read)
    }

    /// Everything that keeps it from writing, and why.
    fn obstacles(&self) -> Vec<(Obstacle, String)> {
        let found = [
            (Obstacle::Committer, self.committer.stopped().or_else(|| self.committer.stalled())),
            (Obstacle::Space, self.shared.space_refusal()),
            (Obstacle::Engine, self.shared.closed_refusal()),
        ];
        found.into_iter().filter_map(|(obstacle, why)| Some((obstacle, why?))).collect()
    }
}

impl Shared {
    fn open(options: SledOptions) -> Result<Self, StoreError> {
        let trees = caught(|| Trees::open(&options))?;
        let last_commit = AtomicU64::new(caught(|| trees.last_commit())?);
        Ok(Shared {
            options,
            trees: RwLock::new(Some(trees)),
            last_commit,
            applying: Applying::default(),
            metrics: Arc::default(),
        })
    }

    /// Runs a read; whatever sled makes of damaged bytes, it answers an error.
    fn with_trees<T>(&self, read: impl FnOnce(&Trees) -> Result<T, StoreError>) -> Result<T, StoreError> {
        let trees = self.trees.read().unwrap_or_else(PoisonError::into_inner);
        match &*trees {
            Some(trees) => caught(|| read(trees)),
            None => Err(StoreError::Unavailable(CLOSED.to_owned())),
        }
    }

    /// Runs a write, with sled's own error.
    fn with_trees_raw<T>(
        &self,
        write: impl FnOnce(&Trees) -> Result<T, ::sled::Error>,
    ) -> Result<T, ::sled::Error> {
        let trees = self.trees.read().unwrap_or_else(PoisonError::into_inner);
        match &*trees {
            Some(trees) => write(trees),
            None => Err(::sled::Error::Unsupported(CLOSED.to_owned())),
        }
    }

    fn flush(&self) -> Result<(), ::sled::Error> {
        self.with_trees_raw(|trees| trees.db.flush().map(drop))
    }

    /// Lets go of the folder and opens it again; readers wait meanwhile.
    fn reopen(&self) -> Result<(), StoreError> {
        let mut trees = self.trees.write().unwrap_or_else(PoisonError::into_inner);
        caught(|| {
            drop(trees.take());
            Ok(())
        })?;
        *trees = Some(caught(|| Trees::open(&self.options))?);
        self.metrics.reopened();
        Ok(())
    }

    fn is_open(&self) -> bool {
        self.trees.read().unwrap_or_else(PoisonError::into_inner).is_some()
    }

    fn closed_refusal(&self) -> Option<String> {
        (!self.is_open()).then(|| CLOSED.to_owned())
    }

    /// Why the free space forbids writing, if it does.
    fn space_refusal(&self) -> Option<String> {
        let reserve = self.options.reserve_bytes;
        match self.options.disk.free_bytes(&self.options.path) {
            Ok(free) if free >= reserve => None,
            Ok(free) => Some(format!(
                "{free} bytes are free on the disk of the store, store.reserve_bytes asks for {reserve}; free some"
            )),
            Err(error) => Some(format!("the free space on the disk of the store is not known ({error})")),
        }
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        let trees = self.trees.get_mut().unwrap_or_else(PoisonError::into_inner).take();
        // sled syncs while it is dropped and panics if that fails; every acknowledged commit is durable already.
        if let Err(error) = caught(|| {
            drop(trees);
            Ok(())
        }) {
            tracing::error!(%error, "the store engine did not close cleanly");
        }
    }
}

const CLOSED: &str = "the engine is closed after an error; the next request tries to open it again";

#[async_trait]
impl Reads for SledStore {
    async fn get(&self, key: &Key) -> Result<Option<Record>, StoreError> {
        self.read(|trees| trees.get(key)).await
    }

    async fn get_many(&self, keys: &[Key]) -> Result<Vec<Option<Record>>, StoreError> {
        self.read(|trees| keys.iter().map(|key| trees.get(key)).collect()).await
    }

    async fn scan(
        &self,
        collection: Collection,
        range: Range<Box<[u8]>>,
        limit: usize,
    ) -> Result<Vec<(Key, Record)>, StoreError> {
        self.read(|trees| trees.scan(collection, &range, limit)).await
    }
}

#[async_trait]
impl Store for SledStore {
    async fn commit(&self, change: Change) -> Result<CommitNumber, StoreError> {
        self.committer.commit(change).await
    }

    async fn read_log(&self, from: CommitNumber, limit: usize) -> Result<Vec<LogRow>, StoreError> {
        self.read(|trees| trees.log_rows(from, limit)).await
    }

    async fn draw_ids(&self, sequence: &str, count: u64) -> Result<Range<u64>, StoreError> {
        self.committer.draw_ids(sequence, count).await
    }

    async fn health(&self) -> Health {
        let (obstacles, reasons): (Vec<_>, Vec<_>) = self.obstacles().into_iter().unzip();
        let used =
            |trees: &Trees| trees.db.size_on_disk().map_err(|error| StoreError::Engine(error.to_string()));
        Health {
            writable: obstacles.is_empty(),
            reason: reasons.into_iter().next(),
            obstacles,
            waiting: self.queue_depth(),
            free_bytes: self.shared.options.disk.free_bytes(&self.shared.options.path).ok(),
            used_bytes: self.shared.with_trees(used).ok(),
            last_commit: self.shared.last_commit.load(Ordering::Acquire),
        }
    }
}
