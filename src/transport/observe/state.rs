//! The numbers that are looked up when they are asked for: of the store, of search, of the process.
//!
//! Deliberately absent: a task that looks them up by itself; between two questions nobody needs them.

use prometheus::{Gauge, IntGauge, Registry};

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
    processor_seconds: Gauge,
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
            meters::fraction("process_cpu_seconds_total", "Processor time of this process, user and system.");
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
            processor_seconds,
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
        ];
        for (gauge, number) in numbers {
            gauge.set(i64::try_from(number).unwrap_or(i64::MAX));
        }
        self.processor_seconds.set(usage.processor_seconds);
    }
}
