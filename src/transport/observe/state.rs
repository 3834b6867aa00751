//! The numbers that are looked up when they are asked for: of the store, of search, of the process.
//!
//! Deliberately absent: a task that looks them up by itself; between two questions nobody needs them.

use std::sync::{Mutex, PoisonError};

use prometheus::{Counter, IntGauge, Registry};

use super::process::Usage;
use crate::meters;
use crate::ops::Condition;

/// The meters.
pub(super) struct State {
    writable: IntGauge,
    waiting: IntGauge,
    used_bytes: IntGauge,
    free_bytes: IntGauge,
    last_commit: IntGauge,
    search_ready: IntGauge,
    search_lag_commits: IntGauge,
    search_lag_customers: IntGauge,
    search_customers: IntGauge,
    search_bytes: IntGauge,
    resident_bytes: IntGauge,
    descriptors: IntGauge,
    descriptors_max: IntGauge,
    /// Guarded, so that two who ask at once do not both add what was used since the last time.
    processor_seconds: Mutex<Counter>,
}

impl State {
    /// Meters in this registry; they show 0 until they are first set.
    pub(super) fn new(registry: &Registry) -> Self {
        let gauge = |name, help| {
            let gauge = meters::gauge(name, help);
            meters::show(registry, [Box::new(gauge.clone()) as _]);
            gauge
        };
        let processor_seconds =
            meters::sum("process_cpu_seconds_total", "Processor time of this process, user and system.");
        meters::show(registry, [Box::new(processor_seconds.clone()) as _]);
        State {
            writable: gauge("castile_store_writable", "1 while changes are accepted, else 0."),
            waiting: gauge("castile_store_queue_changes", "Changes that wait for the committer."),
            used_bytes: gauge("castile_store_size_bytes", "What the store takes of the disk."),
            free_bytes: gauge("castile_store_free_bytes", "What is free on the disk of the store."),
            last_commit: gauge("castile_store_last_commit", "The number of the newest durable commit."),
            search_ready: gauge("castile_search_ready", "1 while there is an index to search, else 0."),
            search_lag_commits: gauge(
                "castile_search_lag_commits",
                "Commits that the index does not hold yet.",
            ),
            search_lag_customers: gauge(
                "castile_search_lag_customers",
                "Changed customers that are held in memory until the index holds them.",
            ),
            search_customers: gauge("castile_search_customers", "Customers in the index."),
            search_bytes: gauge("castile_search_size_bytes", "What the index takes of the disk."),
            resident_bytes: gauge("process_resident_memory_bytes", "Memory of this process that is in use."),
            descriptors: gauge("process_open_fds", "Open files and sockets of this process."),
            descriptors_max: gauge("process_max_fds", "As many files and sockets as this process may open."),
            processor_seconds: Mutex::new(processor_seconds),
        }
    }

    /// Sets them all.
    pub(super) fn set(&self, condition: &Condition, usage: Usage) {
        let (store, search) = (&condition.store, &condition.search);
        let numbers = [
            (&self.writable, u64::from(store.writable)),
            (&self.waiting, store.waiting as u64),
            (&self.used_bytes, store.used_bytes.unwrap_or(0)),
            (&self.free_bytes, store.free_bytes.unwrap_or(0)),
            (&self.last_commit, store.last_commit),
            (&self.search_ready, u64::from(search.ready)),
            (&self.search_lag_commits, search.commits),
            (&self.search_lag_customers, search.overlay_customers as u64),
            (&self.search_customers, search.indexed_customers),
            (&self.search_bytes, search.index_bytes),
            (&self.resident_bytes, usage.resident_bytes),
            (&self.descriptors, usage.descriptors),
            (&self.descriptors_max, usage.descriptors_max),
        ];
        for (gauge, number) in numbers {
            gauge.set(i64::try_from(number).unwrap_or(i64::MAX));
        }
        let used = self.processor_seconds.lock().unwrap_or_else(PoisonError::into_inner);
        used.inc_by((usage.processor_seconds - used.get()).max(0.0));
    }
}
