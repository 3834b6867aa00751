//! The records that come, in the order of the file: those to be decided again before those that are new.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::sync::mpsc;

use super::batch::BatchRecord;

/// How often whoever waits for records looks whether the run is to stop.
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// Why no record comes.
pub(super) enum Ended {
    NoMoreRecords,
    /// The run is to stop.
    Asked,
}

/// The records of a run that are not decided.
pub(super) struct Feed<'f> {
    waiting: VecDeque<BatchRecord>,
    pages: &'f mut mpsc::Receiver<Vec<BatchRecord>>,
    stops: &'f (dyn Fn() -> bool + Sync),
}

impl<'f> Feed<'f> {
    pub(super) fn new(
        pages: &'f mut mpsc::Receiver<Vec<BatchRecord>>,
        stops: &'f (dyn Fn() -> bool + Sync),
    ) -> Self {
        Feed { waiting: VecDeque::new(), pages, stops }
    }

    /// The next record, waited for.
    pub(super) async fn next(&mut self) -> Result<BatchRecord, Ended> {
        loop {
            if (self.stops)() {
                return Err(Ended::Asked);
            }
            if let Some(record) = self.waiting.pop_front() {
                return Ok(record);
            }
            match tokio::time::timeout(LOOK_EVERY, self.pages.recv()).await {
                Ok(Some(page)) => self.waiting.extend(page),
                Ok(None) => return Err(Ended::NoMoreRecords),
                // Reading up to the place where a run goes on takes a while.
                Err(_) => {}
            }
        }
    }

    /// The next records, as far as they are here; up to so many.
    pub(super) fn coming(&mut self, records: usize) -> impl Iterator<Item = &BatchRecord> {
        while self.waiting.len() < records {
            let Ok(page) = self.pages.try_recv() else { break };
            self.waiting.extend(page);
        }
        self.waiting.iter().take(records)
    }

    /// The index of the next record, if that is here already; else one that no record has.
    pub(super) fn first(&self) -> u64 {
        self.waiting.front().map_or(u64::MAX, BatchRecord::index)
    }

    /// Puts records in front, in their order.
    pub(super) fn again(&mut self, records: Vec<BatchRecord>) {
        records.into_iter().rev().for_each(|record| self.waiting.push_front(record));
    }

    /// Leaves out records up to this one.
    pub(super) fn drop_until(&mut self, index: u64) {
        self.waiting.retain(|record| record.index() > index);
    }
}
