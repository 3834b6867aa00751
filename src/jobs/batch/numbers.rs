//! The numbers that operators watch of batch files.

use std::sync::{Mutex, PoisonError};

use prometheus::core::Collector;
use prometheus::{IntCounter, IntCounterVec, IntGauge};

use crate::meters;
use crate::ops::runs::{RunCounts, RunState};

/// The meters of a gateway's batch files.
pub(super) struct Numbers {
    done: IntCounter,
    failed: IntCounter,
    records: IntCounterVec,
    warnings: IntCounter,
    runs_ended: IntCounterVec,
    /// Runs that have not ended.
    pub(super) waiting: IntGauge,
    pub(super) running: IntGauge,
}

impl Numbers {
    pub(super) fn new() -> Self {
        let records = meters::counters(
            "castile_batch_records_total",
            "Records of batch files, by outcome.",
            &["outcome"],
        );
        let runs_ended = meters::counters(
            "castile_batch_runs_ended_total",
            "Batch runs that ended, by state.",
            &["state"],
        );
        for state in RunState::ALL.iter().filter(|state| state.is_final()) {
            runs_ended.with_label_values(&[state.as_str()]);
        }
        Numbers {
            done: records.with_label_values(&["done"]),
            failed: records.with_label_values(&["failed"]),
            records,
            warnings: meters::counter("castile_batch_warnings_total", "Warnings of records of batch files."),
            runs_ended,
            waiting: meters::gauge("castile_batch_runs_waiting", "Batch runs that have not ended."),
            running: meters::gauge("castile_batch_runs_running", "Batch runs that are carried out now."),
        }
    }

    /// Counts what is new in `counts` since `before`.
    pub(super) fn count(&self, before: &Mutex<RunCounts>, counts: RunCounts) {
        let mut before = before.lock().unwrap_or_else(PoisonError::into_inner);
        self.done.inc_by(counts.done.saturating_sub(before.done));
        self.failed.inc_by(counts.failed.saturating_sub(before.failed));
        self.warnings.inc_by(counts.warnings.saturating_sub(before.warnings));
        *before = counts;
    }

    pub(super) fn ended(&self, state: RunState) {
        self.runs_ended.with_label_values(&[state.as_str()]).inc();
    }

    pub(super) fn collectors(&self) -> Vec<Box<dyn Collector>> {
        vec![
            Box::new(self.records.clone()),
            Box::new(self.warnings.clone()),
            Box::new(self.runs_ended.clone()),
            Box::new(self.waiting.clone()),
            Box::new(self.running.clone()),
        ]
    }
}
