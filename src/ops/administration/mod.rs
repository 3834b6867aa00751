//! What administrators ask of the whole store: export, import, check, a new search index.
//!
//! Promises: memory stays bounded whatever the size of the store; nothing is left out silently; texts name ids and
//! line numbers, never customer data; all of it runs while requests are answered. What a file holds and which moment
//! it shows stands in [`document`] and [`export`]. Deliberately absent: HTTP and files (whoever calls brings both),
//! repair of damaged records, engines by name ([`Engine`] is given).

mod activity;
mod batch;
mod cards;
mod check;
mod check_cards;
mod document;
mod export;
mod form;
mod import;
mod line;
mod merges;
mod read;
mod search;
#[cfg(test)]
mod tests;

use std::ops::Range;
use std::sync::Arc;

use async_trait::async_trait;

use super::context::Gateway;
use crate::search::SearchError;
use crate::store::{Collection, Key, StoreError, prefix_range, record};

pub use import::{Imported, Importer};

/// How many keys are asked for at once.
const KEYS_PAGE: usize = 256;

/// The administrators' side of a gateway.
#[derive(Clone)]
pub struct Administration {
    gateway: Arc<Gateway>,
    engine: Arc<dyn Engine>,
}

/// What administration needs of a store engine beside the port: it has to get past damaged records.
pub trait Engine: Send + Sync {
    /// Up to `limit` keys of `collection` with ids in `range`, ascending, whether their records are damaged or not.
    fn keys(
        &self,
        collection: Collection,
        range: Range<Box<[u8]>>,
        limit: usize,
    ) -> Result<Vec<Key>, StoreError>;

    /// The number that the next draw of this sequence begins with.
    fn next_id(&self, sequence: &str) -> Result<u64, StoreError>;

    /// Verifies everything that the engine knows of: checksums, chunks, counters. Blocks.
    fn inspect(&self, report: &mut dyn FnMut(Inspected));
}

/// What an engine tells while it verifies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Inspected {
    /// So many records, log rows and chunks have been read.
    Read(u64),
    /// Something is wrong; no customer data.
    Wrong(String),
}

/// What is told while the work goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// Whole lines of an export.
    Lines(Vec<u8>),
    /// So many records are done.
    Progress(u64),
    /// Something is wrong, and where; no customer data.
    Finding(String),
}

/// Who is told. It makes the work wait while it is behind.
#[async_trait]
pub trait Listener: Send + Sync {
    /// Takes an event; [`Stop::Gone`] if nobody listens any more.
    async fn tell(&self, event: Event) -> Result<(), Stop>;
}

/// Why the work ended early.
#[derive(Debug, thiserror::Error)]
pub enum Stop {
    /// Nobody listens any more.
    #[error("nobody waits for the answer any more")]
    Gone,
    /// What was sent is no export that this program reads.
    #[error("{0}")]
    NotAnExport(String),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The search index could not be built.
    #[error(transparent)]
    Search(#[from] SearchError),
}

impl Administration {
    /// Administration of this gateway's store, whose engine is `engine`.
    pub fn new(gateway: Arc<Gateway>, engine: Arc<dyn Engine>) -> Self {
        Administration { gateway, engine }
    }

    /// The gateway.
    pub fn gateway(&self) -> &Arc<Gateway> {
        &self.gateway
    }

    fn pages(&self, collection: Collection) -> KeyPages<'_> {
        KeyPages { engine: &*self.engine, collection, range: prefix_range(&[]), ended: false }
    }
}

/// The keys of a collection, page by page.
struct KeyPages<'a> {
    engine: &'a dyn Engine,
    collection: Collection,
    range: Range<Box<[u8]>>,
    ended: bool,
}

impl KeyPages<'_> {
    /// The next keys; `None` at the end.
    async fn next(&mut self) -> Result<Option<Vec<Key>>, StoreError> {
        if self.ended {
            return Ok(None);
        }
        // Reading is synchronous work: requests get their turn between the pages.
        tokio::task::yield_now().await;
        let keys = self.engine.keys(self.collection, self.range.clone(), KEYS_PAGE)?;
        self.ended = keys.len() < KEYS_PAGE;
        if let Some(last) = keys.last() {
            self.range.start = record::key::just_after(last);
        }
        Ok(if keys.is_empty() { None } else { Some(keys) })
    }
}
