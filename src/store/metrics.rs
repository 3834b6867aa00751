//! What the committer counts while it works: plain atomics, read whenever somebody asks.
//!
//! Deliberately absent: labels, and how the numbers are shown.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use prometheus::core::Collector;
use prometheus::{Histogram, IntCounter};

use crate::meters::{SECONDS_BUCKETS, counter, histogram};

/// Changes stored together; the last bound is the most that a group takes.
const GROUP_BUCKETS: &[f64] = &[1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 512.0, 1024.0];

/// Numbers since the store was opened. Each is right alone; together they are no snapshot.
#[derive(Debug)]
pub struct Metrics {
    commits: IntCounter,
    group_changes: Histogram,
    last_group_changes: AtomicU64,
    sync_seconds: Histogram,
    reopens: IntCounter,
}

impl Default for Metrics {
    fn default() -> Self {
        Metrics {
            commits: counter("castile_store_commits_total", "Changes stored and acknowledged."),
            group_changes: histogram(
                "castile_store_group_changes",
                "Changes that were stored together, with one sync.",
                GROUP_BUCKETS,
            ),
            last_group_changes: AtomicU64::new(0),
            sync_seconds: histogram(
                "castile_store_sync_seconds",
                "How long flush and fdatasync of a group took.",
                SECONDS_BUCKETS,
            ),
            reopens: counter(
                "castile_store_reopens_total",
                "How often the engine was opened again after it failed.",
            ),
        }
    }
}

impl Metrics {
    /// What of these numbers is shown to operators.
    pub fn collectors(&self) -> Vec<Box<dyn Collector>> {
        vec![
            Box::new(self.commits.clone()),
            Box::new(self.group_changes.clone()),
            Box::new(self.sync_seconds.clone()),
            Box::new(self.reopens.clone()),
        ]
    }

    /// Changes stored and acknowledged.
    pub fn commits(&self) -> u64 {
        self.commits.get()
    }

    /// Groups stored; each costs one flush and one fdatasync.
    pub fn groups(&self) -> u64 {
        self.group_changes.get_sample_count()
    }

    /// Changes in the newest group.
    pub fn last_group_changes(&self) -> u64 {
        self.last_group_changes.load(Ordering::Relaxed)
    }

    /// How long an average flush and fdatasync took, in microseconds.
    pub fn mean_sync_us(&self) -> u64 {
        let count = self.sync_seconds.get_sample_count().max(1);
        (self.sync_seconds.get_sample_sum() * 1e6 / count as f64) as u64
    }

    /// How often the engine was reopened behind the port after it failed.
    pub fn reopens(&self) -> u64 {
        self.reopens.get()
    }

    pub(super) fn group_stored(&self, changes: usize) {
        self.commits.inc_by(changes as u64);
        self.group_changes.observe(changes as f64);
        self.last_group_changes.store(changes as u64, Ordering::Relaxed);
    }

    pub(super) fn synced(&self, took: Duration) {
        self.sync_seconds.observe(took.as_secs_f64());
    }

    pub(super) fn reopened(&self) {
        self.reopens.inc();
    }
}
