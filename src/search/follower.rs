//! The thread that keeps the index close behind the store.
//!
//! It yields to the threads that serve: it runs at a lower priority, which the threads of the index inherit, and while
//! much is written and nobody searches it works a tenth of the time only and lets the index fall behind. Ends with the
//! value, writing what is ahead of the index. Deliberately absent: any work that a search could not do without.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::time::{Instant, sleep, timeout};

use super::engine::Shared;
use super::failure::SearchError;
use crate::store::CommitNumber;

/// How often the log is looked at.
const PAUSE: Duration = Duration::from_millis(100);
/// The index is written this long after the first change at the latest,
const WRITE_AFTER: Duration = Duration::from_secs(2);
/// or as soon as so many customers wait.
const WRITE_CUSTOMERS: usize = 4_000;
/// Somebody who searched is likely to search again within this time.
const SEARCHED_AGO_MAX: Duration = Duration::from_secs(10);
/// More commits a second than this are a load that the index may fall behind.
const LOAD_COMMITS_PER_SECOND: f64 = 300.0;
/// Under that load it rests so many times as long as it worked,
const REST_FACTOR: u32 = 9;
/// but not longer than this.
const REST_MAX: Duration = Duration::from_secs(60);
/// After a failure it is tried again so much later.
const RETRY_AFTER: Duration = Duration::from_secs(5);
/// As for `nice`: enough to give way, not enough to starve.
const NICENESS: i32 = 5;

/// The running thread.
pub(super) struct Follower {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

impl Follower {
    pub(super) fn start(shared: Arc<Shared>) -> Result<Self, SearchError> {
        let theirs = Arc::clone(&shared);
        let run = move || follow(&theirs);
        let thread = std::thread::Builder::new().name("search".to_owned()).spawn(run)?;
        Ok(Follower { shared, thread: Some(thread) })
    }
}

impl Drop for Follower {
    fn drop(&mut self) {
        self.shared.stop.store(true, Ordering::Release);
        self.shared.wake.notify_one();
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the search thread ended with a panic");
        }
    }
}

fn follow(shared: &Shared) {
    give_way();
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_time().build() {
        Ok(runtime) => runtime,
        Err(error) => return tracing::error!(%error, "the search thread can't run"),
    };
    // A library that panics over damaged bytes must not end search for good.
    while catch_unwind(AssertUnwindSafe(|| runtime.block_on(sessions(shared)))).is_err() {
        shared.suspect.store(true, Ordering::Release);
        runtime.block_on(interrupted(shared));
        if shared.stop.load(Ordering::Acquire) {
            break;
        }
    }
    shared.refuse_orders();
}

/// What can't be had is done without.
fn give_way() {
    let thread = rustix::thread::gettid();
    if let Err(error) = rustix::process::setpriority_process(Some(thread), NICENESS) {
        tracing::debug!(%error, "the search thread keeps its priority");
    }
}

async fn sessions(shared: &Shared) {
    while let Err(error) = session(shared).await {
        if shared.stop.load(Ordering::Acquire) {
            return;
        }
        tracing::error!(%error, "search is interrupted and will be tried again");
        interrupted(shared).await;
        if shared.stop.load(Ordering::Acquire) {
            return;
        }
    }
}

async fn interrupted(shared: &Shared) {
    shared.close().await;
    // Running out of time is what usually happens.
    let _ = timeout(RETRY_AFTER, stopped(shared)).await;
}

async fn stopped(shared: &Shared) {
    while !shared.stop.load(Ordering::Acquire) {
        shared.wake.notified().await;
    }
}

/// Opens the index and keeps it close behind the store until it is told to stop.
async fn session(shared: &Shared) -> Result<(), SearchError> {
    shared.open().await?;
    let mut pace = Pace::new();
    let mut waiting_since = None;
    loop {
        let began = Instant::now();
        // No more than is written at once, so that work and rest take turns quickly under load.
        match shared.read_log(WRITE_CUSTOMERS.min(shared.options.overlay_customers_max)).await {
            Ok(()) | Err(SearchError::Behind) => {}
            Err(error) => return Err(error),
        }
        if shared.suspect.load(Ordering::Acquire) {
            return Err(SearchError::Index("a search found it damaged".to_owned()));
        }
        shared.carry_out_orders().await?;
        let (waiting, stopping) = (shared.overlay_customers(), shared.stop.load(Ordering::Acquire));
        let since = *waiting_since.get_or_insert_with(Instant::now);
        if waiting == 0 && !stopping {
            waiting_since = None;
        } else if stopping || waiting >= WRITE_CUSTOMERS || since.elapsed() >= WRITE_AFTER {
            shared.flush().await?;
            waiting_since = None;
        }
        if stopping {
            return Ok(());
        }
        let pause = pace.pause(shared, began.elapsed()).await;
        tokio::select! {
            () = shared.wake.notified() => {}
            () = sleep(pause) => {}
        }
    }
}

/// How hard the thread works.
struct Pace {
    searched: Option<Instant>,
    looked: Instant,
    last_commit: CommitNumber,
}

impl Pace {
    fn new() -> Self {
        Pace { searched: None, looked: Instant::now(), last_commit: CommitNumber::MAX }
    }

    /// How long to rest after work that took so long. A search that has to wait ends the rest.
    async fn pause(&mut self, shared: &Shared, worked: Duration) -> Duration {
        let now = Instant::now();
        if shared.asked.swap(false, Ordering::AcqRel) {
            self.searched = Some(now);
        }
        let last_commit = shared.store.health().await.last_commit;
        let commits = last_commit.saturating_sub(self.last_commit);
        let rate = commits as f64 / (now - self.looked).as_secs_f64().max(PAUSE.as_secs_f64());
        (self.looked, self.last_commit) = (now, last_commit);
        let searched = self.searched.is_some_and(|then| now - then < SEARCHED_AGO_MAX);
        if searched || rate < LOAD_COMMITS_PER_SECOND {
            return PAUSE;
        }
        (worked * REST_FACTOR).clamp(PAUSE, REST_MAX)
    }
}
