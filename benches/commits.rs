//! Changes as the operations prepare them, and the committer fed with prepared changes alone.

use std::ops::Range;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use async_trait::async_trait;
use castile::ops::{DEFAULT_REFERENCE, Gateway};
use castile::store::{
    Change, Collection, CommitNumber, Health, Key, LogRow, MemoryStore, Reads, Record, SledStore, Store,
    StoreError,
};
use tokio::runtime::Runtime;

use crate::load::{CONNECTIONS, Round, cpu_seconds};
use crate::{Outcome, messages, servers};

/// A store that keeps what it is asked to commit and stores nothing; what is read is another's.
pub(crate) struct Recorder {
    read: Arc<dyn Store>,
    next_id: AtomicU64,
    changes: Mutex<Vec<Change>>,
}

impl Recorder {
    fn take(&self) -> Vec<Change> {
        std::mem::take(&mut *self.changes.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[async_trait]
impl Reads for Recorder {
    async fn get(&self, key: &Key) -> Result<Option<Record>, StoreError> {
        self.read.get(key).await
    }

    async fn get_many(&self, keys: &[Key]) -> Result<Vec<Option<Record>>, StoreError> {
        self.read.get_many(keys).await
    }

    async fn scan(
        &self,
        collection: Collection,
        range: Range<Box<[u8]>>,
        limit: usize,
    ) -> Result<Vec<(Key, Record)>, StoreError> {
        self.read.scan(collection, range, limit).await
    }
}

#[async_trait]
impl Store for Recorder {
    async fn commit(&self, change: Change) -> Result<CommitNumber, StoreError> {
        self.changes.lock().unwrap_or_else(PoisonError::into_inner).push(change);
        Ok(1)
    }

    async fn read_log(&self, from: CommitNumber, limit: usize) -> Result<Vec<LogRow>, StoreError> {
        self.read.read_log(from, limit).await
    }

    async fn draw_ids(&self, _: &str, count: u64) -> Result<Range<u64>, StoreError> {
        let first = self.next_id.fetch_add(count, Ordering::Relaxed) + 1;
        Ok(first..first + count)
    }

    async fn health(&self) -> Health {
        self.read.health().await
    }
}

/// Prepares what the operations would commit.
pub(crate) struct Preparer {
    recorder: Arc<Recorder>,
    gateway: Arc<Gateway>,
}

impl Preparer {
    pub(crate) fn new() -> Outcome<Self> {
        Preparer::on(Arc::new(MemoryStore::default()))
    }

    /// Prepares on what this store holds.
    pub(crate) fn on(read: Arc<dyn Store>) -> Outcome<Self> {
        Preparer::with(read, DEFAULT_REFERENCE)
    }

    /// The same with other reference data.
    pub(crate) fn with(read: Arc<dyn Store>, reference: &str) -> Outcome<Self> {
        Preparer::beginning_above(0, read, reference)
    }

    /// The same where the store has customers up to this id already.
    pub(crate) fn beginning_above(id: u64, read: Arc<dyn Store>, reference: &str) -> Outcome<Self> {
        let recorder = Arc::new(Recorder { read, next_id: AtomicU64::new(id), changes: Mutex::default() });
        let gateway = servers::gateway_with(Arc::clone(&recorder) as Arc<dyn Store>, reference)?;
        Ok(Preparer { recorder, gateway })
    }

    /// The changes of the messages with these numbers.
    pub(crate) fn changes(&self, runtime: &Runtime, numbers: Range<u64>) -> Outcome<Vec<Change>> {
        self.prepared(runtime, numbers.map(messages::add_or_update))
    }

    /// The changes of these messages.
    pub(crate) fn prepared(
        &self,
        runtime: &Runtime,
        messages: impl Iterator<Item = String>,
    ) -> Outcome<Vec<Change>> {
        runtime.block_on(async {
            for message in messages {
                servers::run(&self.gateway, &message).await?;
            }
            Ok(self.recorder.take())
        })
    }
}

/// Commits the changes by as many tasks as there are connections elsewhere.
pub(crate) fn commit(runtime: &Runtime, store: &Arc<SledStore>, changes: Vec<Change>) -> Outcome<Round> {
    commit_by(CONNECTIONS, runtime, store, changes)
}

/// The same by so many tasks.
pub(crate) fn commit_by(
    tasks_max: usize,
    runtime: &Runtime,
    store: &Arc<SledStore>,
    changes: Vec<Change>,
) -> Outcome<Round> {
    let changes: Arc<Vec<Mutex<Option<Change>>>> =
        Arc::new(changes.into_iter().map(|change| Mutex::new(Some(change))).collect());
    let next = Arc::new(AtomicUsize::new(0));
    runtime.block_on(async {
        let mut tasks = Vec::new();
        let (began, cpu_began) = (Instant::now(), cpu_seconds());
        for _ in 0..tasks_max {
            let (store, changes, next) = (Arc::clone(store), Arc::clone(&changes), Arc::clone(&next));
            tasks.push(tokio::spawn(async move {
                let mut latencies = Vec::new();
                while let Some(place) = changes.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let change = place.lock().unwrap_or_else(PoisonError::into_inner).take();
                    let change = change.ok_or("a change was taken twice")?;
                    let began = Instant::now();
                    store.commit(change).await?;
                    latencies.push(began.elapsed().as_micros() as u64);
                }
                Outcome::Ok(latencies)
            }));
        }
        let mut round = Round::new()?;
        for task in tasks {
            for micros in task.await?? {
                round.answers += 1;
                round.latency.saturating_record(micros);
            }
        }
        round.seconds = began.elapsed().as_secs_f64();
        round.cpu_micros = (cpu_seconds() - cpu_began) * 1e6 / round.answers as f64;
        Ok(round)
    })
}
