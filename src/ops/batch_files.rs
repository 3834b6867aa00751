//! Where submitted batch files are put. Operations decide that a run begins; they name no folder.
//!
//! Deliberately absent: files and folders; whoever composes a gateway brings them.

use async_trait::async_trait;
use jiff::Timestamp;

use super::runs::{NewRun, waiting};
use crate::domain::error::{Code, Error};
use crate::store::Change;
use crate::store::record::batch::BatchRow;
use crate::store::record::key;

/// A batch file that somebody sends.
#[derive(Debug, Clone, Copy)]
pub struct NewFile<'f> {
    /// A name as [`crate::domain::batch_name::fileset`] takes it.
    pub fileset: &'f str,
    /// A name as [`crate::domain::batch_name::file_name`] takes it.
    pub file_name: &'f str,
    /// The file, packed if its name says so.
    pub content: &'f [u8],
}

/// A file that is in its place. Until its run is known nobody takes it up, and it goes away if that never is.
#[derive(Debug)]
pub struct PlacedFile {
    /// The id of its run.
    pub run: u64,
    /// What is known of it.
    pub new: NewRun,
}

impl PlacedFile {
    /// What makes the run known.
    pub(super) fn take_on(self, now: Timestamp) -> Result<Change, Error> {
        let (key, run) = (key::batch_run(self.run), waiting(self.new, now));
        let mut change = Change::new();
        change.assert_absent(key.clone()).put(key, run.encode()?);
        Ok(change)
    }
}

/// The place.
#[async_trait]
pub trait BatchFiles: Send + Sync {
    /// Puts the file durably into its place. Asked again for the same file it gives another run.
    async fn place(&self, file: NewFile<'_>, who: &str) -> Result<PlacedFile, Error>;
}

/// No place.
pub(super) struct NoBatchFiles;

#[async_trait]
impl BatchFiles for NoBatchFiles {
    async fn place(&self, _file: NewFile<'_>, _who: &str) -> Result<PlacedFile, Error> {
        Err(Error::new(Code::ServiceUnavailable, "batch files are not taken here"))
    }
}
