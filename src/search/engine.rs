//! The search engine: index and overlay together, and what is asked of them.
//!
//! Order of locks: `writer` before `state`; `catching_up` before `state`. `state` is never held over an await.
//! Deliberately absent: how an index is opened and built (`building`), how it follows the log (`following`), and when
//! that is done in the background (`follower`).

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Notify, mpsc, oneshot, watch};

use super::failure::SearchError;
use super::follower::Follower;
use super::index::{Index, View};
use super::overlay::Overlay;
use crate::store::{CommitNumber, Store};

/// Where the index is.
#[derive(Debug, Clone)]
pub enum Place {
    /// In memory, for tests: it is built from the store at the first search.
    Memory,
    /// In this folder, which belongs to the index alone.
    Folder(PathBuf),
}

impl Place {
    /// What its files take; a file that goes away meanwhile counts nothing.
    fn bytes(&self) -> u64 {
        let Place::Folder(folder) = self else { return 0 };
        let entries = std::fs::read_dir(folder).into_iter().flatten();
        entries.filter_map(|entry| entry.ok()?.metadata().ok()).map(|file| file.len()).sum()
    }
}

/// How an engine works.
#[derive(Debug, Clone)]
pub struct Options {
    /// Where the index is.
    pub place: Place,
    /// The most customers that the overlay holds; a search that would need more is refused until the index is written.
    pub overlay_customers_max: usize,
    /// How long a search waits for an index that is being built, or has to catch up, before it is refused.
    pub patience: Duration,
}

impl Options {
    /// An index there, with the bounds that serve.
    pub fn new(place: Place) -> Self {
        Options { place, overlay_customers_max: 20_000, patience: Duration::from_secs(5) }
    }
}

/// How far search is behind the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lag {
    /// Is there an index to search?
    pub ready: bool,
    /// Commits of the store from the first one on that the index on disk should hold and does not.
    pub commits: u64,
    /// Changed customers that are held in memory meanwhile.
    pub overlay_customers: usize,
    /// Customers in the index.
    pub indexed_customers: u64,
    /// Bytes of the index on disk; 0 where it is in memory.
    pub index_bytes: u64,
}

/// Search over a store. Dropping it ends the thread, which first writes what is ahead of the index.
pub struct Search {
    pub(super) shared: Arc<Shared>,
    follower: Mutex<Option<Follower>>,
}

/// What searches and the follower have in common.
pub(super) struct Shared {
    pub(super) store: Arc<dyn Store>,
    pub(super) options: Options,
    pub(super) writer: tokio::sync::Mutex<Option<Index>>,
    state: Mutex<Option<State>>,
    pub(super) catching_up: tokio::sync::Mutex<()>,
    /// Grows whenever a search that was refused could succeed now.
    pub(super) turned: watch::Sender<u64>,
    /// Wakes the follower before its time.
    pub(super) wake: Notify,
    /// A search found the index wanting.
    pub(super) suspect: AtomicBool,
    /// Somebody searched since the follower looked last.
    pub(super) asked: AtomicBool,
    /// A thread does the work that nobody waits for.
    pub(super) followed: AtomicBool,
    /// That thread is to end.
    pub(super) stop: AtomicBool,
    /// What it is asked to do.
    orders: Mutex<Vec<Order>>,
}

/// An index is to be built anew by the follower.
pub(super) struct Order {
    progress: mpsc::UnboundedSender<u64>,
    done: oneshot::Sender<Result<u64, SearchError>>,
}

/// What can be searched.
pub(super) struct State {
    pub(super) overlay: Overlay,
    pub(super) view: View,
    /// The index holds everything up to this commit.
    pub(super) indexed: CommitNumber,
}

impl Search {
    /// Search over a store. The index is opened, or built, at the first use, and written by [`Search::flush`] alone.
    pub fn new(store: Arc<dyn Store>, options: Options) -> Self {
        let shared = Arc::new(Shared {
            store,
            options,
            writer: tokio::sync::Mutex::new(None),
            state: Mutex::new(None),
            catching_up: tokio::sync::Mutex::new(()),
            turned: watch::Sender::new(0),
            wake: Notify::new(),
            suspect: AtomicBool::new(false),
            asked: AtomicBool::new(false),
            followed: AtomicBool::new(false),
            stop: AtomicBool::new(false),
            orders: Mutex::default(),
        });
        Search { shared, follower: Mutex::new(None) }
    }

    /// From now on a thread opens or builds the index and keeps it close behind the store.
    pub fn follow(&self) -> Result<(), SearchError> {
        let mut follower = self.follower.lock().unwrap_or_else(PoisonError::into_inner);
        if follower.is_none() {
            *follower = Some(Follower::start(Arc::clone(&self.shared))?);
            self.shared.followed.store(true, Ordering::Release);
        }
        Ok(())
    }

    /// Writes what is ahead of the index, now.
    pub async fn flush(&self) -> Result<(), SearchError> {
        self.shared.ready().await?;
        self.shared.catch_up().await?;
        self.shared.flush().await
    }

    /// Builds the index anew from the store; `progress` is told how many customers are in. Searches go on with the
    /// old index meanwhile.
    pub async fn rebuild(&self, mut progress: impl FnMut(u64) + Send) -> Result<u64, SearchError> {
        if !self.shared.is_followed() {
            return self.shared.build_here(progress).await;
        }
        self.shared.ready().await?;
        let (progress_to, mut steps) = mpsc::unbounded_channel();
        let (done_to, done) = oneshot::channel();
        self.shared.orders().push(Order { progress: progress_to, done: done_to });
        self.shared.wake.notify_one();
        while let Some(count) = steps.recv().await {
            progress(count);
        }
        // The order is dropped unanswered only when the thread ends.
        done.await.unwrap_or(Err(SearchError::Building))
    }

    /// How far search is behind.
    pub async fn lag(&self) -> Lag {
        let last = self.shared.store.health().await.last_commit;
        let index_bytes = self.shared.options.place.bytes();
        let mut lag = match &*self.shared.state() {
            None => {
                return Lag {
                    ready: false,
                    commits: last,
                    overlay_customers: 0,
                    indexed_customers: 0,
                    index_bytes,
                };
            }
            Some(state) => Lag {
                ready: true,
                commits: last.saturating_sub(state.indexed),
                overlay_customers: state.overlay.len(),
                indexed_customers: state.view.count(),
                index_bytes,
            },
        };
        // Commits that changed no customer are nothing to catch up with.
        let rows = self.shared.store.read_log(last - lag.commits + 1, 1).await;
        if rows.is_ok_and(|rows| rows.is_empty()) {
            lag.commits = 0;
        }
        lag
    }
}

impl Shared {
    // Nothing under the lock leaves the state half-changed.
    pub(super) fn state(&self) -> MutexGuard<'_, Option<State>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn is_followed(&self) -> bool {
        self.followed.load(Ordering::Acquire)
    }

    fn orders(&self) -> MutexGuard<'_, Vec<Order>> {
        self.orders.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Does what was ordered. Whoever ordered it learns of a failure; so does the caller, who has to start anew.
    pub(super) async fn carry_out_orders(&self) -> Result<(), SearchError> {
        loop {
            let Some(Order { progress, done }) = self.orders().pop() else { return Ok(()) };
            // Whoever stopped listening does not stop the work.
            let built = self.build(|count| _ = progress.send(count)).await;
            let failure = built.as_ref().err().map(|error| SearchError::Index(error.to_string()));
            let _ = done.send(built);
            if let Some(failure) = failure {
                return Err(failure);
            }
        }
    }

    /// Nobody will carry these out.
    pub(super) fn refuse_orders(&self) {
        self.orders().clear();
    }

    /// Waits until there is something to search, at most as long as searches are patient.
    pub(super) async fn ready(&self) -> Result<(), SearchError> {
        if self.state().is_some() {
            return Ok(());
        }
        if !self.is_followed() {
            return self.open().await;
        }
        self.patiently(SearchError::Building, || self.state().is_some()).await
    }

    async fn patiently(&self, impatient: SearchError, done: impl Fn() -> bool) -> Result<(), SearchError> {
        let mut turned = self.turned.subscribe();
        let waiting = async {
            while !done() {
                // The sender lives as long as we do.
                let _ = turned.changed().await;
            }
        };
        tokio::time::timeout(self.options.patience, waiting).await.map_err(|_| impatient)
    }

    pub(super) fn turn(&self) {
        self.turned.send_modify(|count| *count += 1);
    }

    /// How many customers wait in memory.
    pub(super) fn overlay_customers(&self) -> usize {
        self.state().as_ref().map_or(0, |state| state.overlay.len())
    }
}
