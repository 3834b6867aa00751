//! Files that are read with nothing stored: in portions, each of which is answered with what was found meanwhile.
//!
//! The file is read on a thread of its own, which waits for the next portion; it ends when nobody sends one any more.
//! Deliberately absent: what is found, which `jobs::validation` knows.

use std::collections::HashMap;
use std::io::{self, Read};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use bytes::{Buf, Bytes};
use serde::{Deserialize, Serialize};
use tokio::sync::{mpsc, oneshot};

use super::one;
use super::told::ProblemTold;
use crate::jobs::validation::{Found, Validated, validate};
use crate::ops::Gateway;
use crate::transport::admin::Line;
use crate::transport::admin::reply::push_line;
use crate::wire::batch::BatchLimits;

/// After so long without a portion nobody goes on.
const IDLE_MAX: Duration = Duration::from_secs(600);

/// Something that a record would be refused for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FoundTold {
    /// The record's number in the file, from 1.
    pub record: u64,
    /// The line on which it begins.
    pub line: u64,
    /// Where it begins, unpacked.
    pub byte_offset: u64,
    /// The public name of the code.
    pub code: String,
    /// Where in the record; empty where that is no one place.
    pub field: String,
    /// For a person.
    pub message: String,
}

/// What a file came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ValidatedTold {
    /// Records that were read.
    pub records: u64,
    /// Of them those that would be refused.
    pub refused: u64,
    /// Why the reading ended before the end of the file.
    pub broken: Option<ProblemTold>,
}

/// The files that are being read, by their numbers.
#[derive(Default)]
pub(super) struct Validations(Mutex<Known>);

#[derive(Default)]
struct Known {
    last: u64,
    open: HashMap<u64, (Validation, Instant)>,
}

/// A file that is being read.
struct Validation {
    bytes: mpsc::Sender<Bytes>,
    /// Lines that were not told yet.
    found: Arc<Mutex<Vec<u8>>>,
    end: oneshot::Receiver<Validated>,
}

impl Validations {
    /// Begins with a file; its number.
    pub(super) fn begin(&self, gateway: Arc<Gateway>, limits: BatchLimits) -> io::Result<u64> {
        let (bytes, source) = mpsc::channel(1);
        let (done, end) = oneshot::channel();
        let found = Arc::new(Mutex::new(Vec::new()));
        let told = Arc::clone(&found);
        let work = move || {
            let source = Portions { source, rest: Bytes::new() };
            let mut report = |found| push_line(&mut lock(&told), &FoundTold::from(found));
            let validated = validate(&gateway, source, limits, &mut report, &mut |_| ());
            // Whoever waits may have left.
            let _ = done.send(validated);
        };
        std::thread::Builder::new().name("batch-validation".to_owned()).spawn(work)?;
        let mut known = lock(&self.0);
        known.open.retain(|_, (_, used)| used.elapsed() < IDLE_MAX);
        known.last += 1;
        let number = known.last;
        known.open.insert(number, (Validation { bytes, found, end }, Instant::now()));
        Ok(number)
    }

    /// Gives the next bytes; what was found meanwhile. `None` if nobody reads such a file.
    pub(super) async fn write(&self, number: u64, bytes: Bytes) -> Option<Vec<u8>> {
        let (validation, _) = lock(&self.0).open.remove(&number)?;
        // A file that is broken is not read on.
        let _ = validation.bytes.send(bytes).await;
        let found = std::mem::take(&mut *lock(&validation.found));
        lock(&self.0).open.insert(number, (validation, Instant::now()));
        Some(found)
    }

    /// That was all; what was found and what it came to. `None` if nobody reads such a file, or the reader failed.
    pub(super) async fn end(&self, number: u64) -> Option<Vec<u8>> {
        let (Validation { bytes, found, end }, _) = lock(&self.0).open.remove(&number)?;
        drop(bytes);
        let validated = end.await.ok()?;
        let mut lines = std::mem::take(&mut *lock(&found));
        lines.extend(Line::Progress { done: validated.records, total: None }.to_bytes());
        lines.extend(one(&serde_json::json!({ "validated": ValidatedTold::from(validated) })));
        Some(lines)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The portions as one source.
struct Portions {
    source: mpsc::Receiver<Bytes>,
    rest: Bytes,
}

impl Read for Portions {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.rest.is_empty() {
            match self.source.blocking_recv() {
                Some(bytes) => self.rest = bytes,
                None => return Ok(0),
            }
        }
        let count = self.rest.len().min(buffer.len());
        self.rest.copy_to_slice(&mut buffer[..count]);
        Ok(count)
    }
}

impl From<Found> for FoundTold {
    fn from(found: Found) -> Self {
        let Found { record, line, byte_offset, violation } = found;
        let (code, field, message) = (violation.code.as_str().to_owned(), violation.field, violation.message);
        FoundTold { record, line, byte_offset, code, field, message }
    }
}

impl From<Validated> for ValidatedTold {
    fn from(validated: Validated) -> Self {
        let broken = validated.broken.map(|error| ProblemTold {
            code: error.code().as_str().to_owned(),
            message: error.message.clone(),
            line: Some(error.line),
            column: Some(error.column),
        });
        ValidatedTold { records: validated.records, refused: validated.refused, broken }
    }
}
