//! The sweep: messages that need not be recognised any more and batch runs that need not be shown any more are
//! forgotten, at the start and then every hour.
//!
//! Small pages with a turn for requests between them, so that nobody waits for it. A pass that fails (the disk is
//! full) is logged and comes again with the next hour. Deliberately absent: state; a pass that was interrupted
//! begins anew.

use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::time::{MissedTickBehavior, interval};

use crate::ops::runs::forget_runs;
use crate::ops::{Gateway, forget_messages};
use crate::store::StoreError;

/// From the start of one pass to that of the next.
const EVERY: Duration = Duration::from_secs(3_600);
/// Between two pages. A page takes a few milliseconds.
const PAUSE: Duration = Duration::from_millis(20);

/// The sweep of a gateway.
pub struct Sweep {
    gateway: Arc<Gateway>,
    keep_runs: SignedDuration,
}

impl Sweep {
    /// The sweep, not yet running. Batch runs are kept for `keep_runs` after their end.
    pub fn new(gateway: Arc<Gateway>, keep_runs: SignedDuration) -> Self {
        Sweep { gateway, keep_runs }
    }

    /// Works until `stop` is ready.
    pub async fn run(self, stop: impl Future<Output = ()>) {
        tokio::select! {
            () = stop => {}
            () = self.work() => {}
        }
    }

    async fn work(&self) {
        let mut hours = interval(EVERY);
        hours.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            hours.tick().await;
            match pass(&self.gateway, PAUSE).await {
                Ok(0) => {}
                Ok(count) => tracing::info!(count, "expired messages were forgotten"),
                Err(error) => tracing::warn!(%error, "expired messages could not be forgotten"),
            }
            let ended_before = self.gateway.clock.now().checked_sub(self.keep_runs);
            match forget_runs(&self.gateway, ended_before.unwrap_or(Timestamp::MIN)).await {
                Ok(0) => {}
                Ok(count) => tracing::info!(count, "old batch runs were forgotten"),
                Err(error) => {
                    tracing::warn!(code = error.code.as_str(), "old batch runs could not be forgotten")
                }
            }
        }
    }
}

/// Goes once through all remembered messages, with a pause between the pages; how many were forgotten.
pub async fn pass(gateway: &Gateway, pause: Duration) -> Result<u64, StoreError> {
    let (mut count, mut range) = (0, None);
    loop {
        let page = forget_messages(gateway, range).await?;
        count += page.count;
        if page.next.is_none() {
            return Ok(count);
        }
        range = page.next;
        tokio::time::sleep(pause).await;
    }
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;

    use super::*;
    use crate::clock::FixedClock;
    use crate::domain::Settings;
    use crate::ops::{DEFAULT_REFERENCE, KEEP, parse_reference};
    use crate::search::{Options, Place, Search};
    use crate::store::record::idempotency::{Remembered, RememberedOutcome, encode};
    use crate::store::record::key;
    use crate::store::{Change, Collection, Fault, FaultyStore, MemoryStore, Reads, Store, prefix_range};

    const ROWS: u64 = 1_000;

    struct World {
        store: Arc<FaultyStore<MemoryStore>>,
        clock: Arc<FixedClock>,
        gateway: Gateway,
    }

    /// A store with [`ROWS`] messages, one a second from the beginning of time on, and one row that can't be read.
    async fn world() -> World {
        let store = Arc::new(FaultyStore::new(MemoryStore::new()));
        let clock = Arc::new(FixedClock::at(Timestamp::UNIX_EPOCH));
        let reference = parse_reference(DEFAULT_REFERENCE).unwrap();
        let search = Arc::new(Search::new(store.clone(), Options::new(Place::Memory)));
        let gateway =
            Gateway::new(store.clone(), search, Settings::default(), reference, clock.clone(), TimeZone::UTC);
        for second in 0..ROWS {
            let row = Remembered {
                body_sha256: [0; 32],
                operation: "addCustomer".into(),
                time: Timestamp::from_second(second as i64).unwrap(),
                outcome: RememberedOutcome::Answered(b"<answer/>"),
            };
            put(&*store, &format!("m{second:05}"), encode(&row).unwrap()).await;
        }
        put(&*store, "unreadable", vec![99]).await;
        World { store, clock, gateway }
    }

    async fn put(store: &dyn Store, message_id: &str, body: Vec<u8>) {
        let mut change = Change::new();
        change.put(key::idempotency("anonymous", message_id), body);
        store.commit(change).await.unwrap();
    }

    impl World {
        async fn check(&self, expected_count: u64, expected_left: u64) {
            assert_eq!(pass(&self.gateway, Duration::ZERO).await.unwrap(), expected_count);
            assert_eq!(self.left().await, expected_left);
        }

        async fn left(&self) -> u64 {
            let all = self.store.scan(Collection::Idempotency, prefix_range(&[]), usize::MAX).await;
            all.unwrap().len() as u64
        }
    }

    #[tokio::test]
    async fn messages_go_when_they_are_older_than_a_day_and_not_before() {
        let world = world().await;
        world.check(0, ROWS + 1).await;
        world.clock.advance(KEEP);
        world.check(0, ROWS + 1).await;
        world.clock.advance(SignedDuration::from_secs(300));
        world.check(300, ROWS - 300 + 1).await;
        world.check(0, ROWS - 300 + 1).await;
        world.clock.advance(KEEP);
        world.check(ROWS - 300, 1).await;
    }

    #[tokio::test]
    async fn a_pass_that_fails_leaves_the_rest_to_the_next() {
        let world = world().await;
        world.clock.advance(KEEP + KEEP);
        let commits = world.store.commit_count();
        world.store.fail_commit(commits + 3, Fault::Refused);
        let outcome = pass(&world.gateway, Duration::ZERO).await;
        assert!(matches!(outcome, Err(StoreError::Unavailable(_))), "{outcome:?}");
        let left = world.left().await;
        assert!(left > 1 && left < ROWS, "{left}");
        world.check(left - 1, 1).await;
    }

    #[tokio::test]
    async fn a_sweep_ends_when_it_is_told_to() {
        let world = world().await;
        let store = world.store.clone();
        let sweep = Sweep::new(Arc::new(world.gateway), KEEP);
        sweep.run(std::future::ready(())).await;
        assert_eq!(Arc::strong_count(&store), 2, "this one and the world's");
    }
}
