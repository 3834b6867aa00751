//! What the committer counts while it works: plain atomics, read whenever somebody asks.
//!
//! Deliberately absent: histograms and labels; the telemetry that shows these numbers adds them.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Numbers since the store was opened. Each is right alone; together they are no snapshot.
#[derive(Debug, Default)]
pub struct Metrics {
    commits: AtomicU64,
    groups: AtomicU64,
    last_group_changes: AtomicU64,
    syncs: AtomicU64,
    last_sync_us: AtomicU64,
    total_sync_us: AtomicU64,
    reopens: AtomicU64,
}

impl Metrics {
    /// Changes stored and acknowledged.
    pub fn commits(&self) -> u64 {
        self.commits.load(Ordering::Relaxed)
    }

    /// Groups stored; each costs one flush and one fdatasync.
    pub fn groups(&self) -> u64 {
        self.groups.load(Ordering::Relaxed)
    }

    /// Changes in the newest group.
    pub fn last_group_changes(&self) -> u64 {
        self.last_group_changes.load(Ordering::Relaxed)
    }

    /// How long the newest flush and fdatasync took, in microseconds.
    pub fn last_sync_us(&self) -> u64 {
        self.last_sync_us.load(Ordering::Relaxed)
    }

    /// How long an average flush and fdatasync took, in microseconds.
    pub fn mean_sync_us(&self) -> u64 {
        let total = self.total_sync_us.load(Ordering::Relaxed);
        total.checked_div(self.syncs.load(Ordering::Relaxed)).unwrap_or(0)
    }

    /// How often the engine was reopened behind the port after it failed.
    pub fn reopens(&self) -> u64 {
        self.reopens.load(Ordering::Relaxed)
    }

    pub(super) fn group_stored(&self, changes: usize) {
        self.groups.fetch_add(1, Ordering::Relaxed);
        self.commits.fetch_add(changes as u64, Ordering::Relaxed);
        self.last_group_changes.store(changes as u64, Ordering::Relaxed);
    }

    pub(super) fn synced(&self, took: Duration) {
        let took_us = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        self.syncs.fetch_add(1, Ordering::Relaxed);
        self.last_sync_us.store(took_us, Ordering::Relaxed);
        self.total_sync_us.fetch_add(took_us, Ordering::Relaxed);
    }

    pub(super) fn reopened(&self) {
        self.reopens.fetch_add(1, Ordering::Relaxed);
    }
}
