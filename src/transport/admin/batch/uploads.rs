//! Files on their way in over the socket, in portions, for a request of the socket is held in memory whole.
//!
//! An upload that nobody goes on with leaves when another one begins. Deliberately absent: uploads that outlive the
//! process.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use serde::Deserialize;

use crate::jobs::batch::{Refusal, Submission};

/// After so long without a portion nobody goes on.
const IDLE_MAX: Duration = Duration::from_secs(600);

/// What is said of a file before its bytes.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Names {
    pub(super) fileset: String,
    pub(super) file_name: String,
}

/// The uploads by their numbers.
#[derive(Default)]
pub(super) struct Uploads(Mutex<Known>);

#[derive(Default)]
struct Known {
    last: u64,
    open: HashMap<u64, (Submission, Instant)>,
}

impl Uploads {
    /// Keeps a submission; its number.
    pub(super) fn keep(&self, submission: Submission) -> u64 {
        let mut known = self.known();
        known.open.retain(|_, (_, used)| used.elapsed() < IDLE_MAX);
        known.last += 1;
        let upload = known.last;
        known.open.insert(upload, (submission, Instant::now()));
        upload
    }

    /// Appends bytes. A refusal ends the upload.
    pub(super) async fn write(&self, upload: u64, bytes: &[u8]) -> Result<(), Refusal> {
        let mut submission = self.take(upload)?;
        submission.write(bytes).await?;
        self.known().open.insert(upload, (submission, Instant::now()));
        Ok(())
    }

    /// Puts the file into place; the id of its run.
    pub(super) async fn end(&self, upload: u64) -> Result<u64, Refusal> {
        self.take(upload)?.finish(None).await
    }

    fn take(&self, upload: u64) -> Result<Submission, Refusal> {
        let gone = || {
            let why =
                std::io::Error::new(std::io::ErrorKind::NotFound, "it was begun too long ago; begin it anew");
            Refusal::Files("the file is not on its way any more", why)
        };
        self.known().open.remove(&upload).map(|(submission, _)| submission).ok_or_else(gone)
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
