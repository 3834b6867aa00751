//! The place of files that come in with a request: what operations know of the batch files.
//!
//! Made before the batch files, which need the gateway that needs this. Deliberately absent: the commit of the run's row,
//! which belongs to the request.

use std::sync::{Arc, OnceLock, Weak};

use async_trait::async_trait;

use super::{Batches, Refusal, Shared};
use crate::domain::error::{Code, Error};
use crate::ops::{BatchFiles, NewFile, PlacedFile};

/// The place; nowhere until it is filled.
#[derive(Default)]
pub struct SubmittedFiles(OnceLock<Weak<Shared>>);

impl SubmittedFiles {
    /// From now on files go to these.
    pub fn fill(&self, batches: &Batches) {
        // The first ones stay.
        let _ = self.0.set(Arc::downgrade(&batches.shared));
    }

    fn batches(&self) -> Option<Batches> {
        self.0.get()?.upgrade().map(|shared| Batches { shared })
    }
}

#[async_trait]
impl BatchFiles for SubmittedFiles {
    async fn place(&self, file: NewFile<'_>, who: &str) -> Result<PlacedFile, Error> {
        let stopping =
            || Error::new(Code::ServiceUnavailable, "batch files are not taken now; try again later");
        let batches = self.batches().ok_or_else(stopping)?;
        let placing = async {
            let mut submission = batches.submit(file.fileset, file.file_name, who).await?;
            submission.write(file.content).await?;
            submission.finish_elsewhere().await
        };
        let (run, new) = placing.await.map_err(refused)?;
        Ok(PlacedFile { run, new })
    }
}

/// A file that can't be written now may be later, when the disk has room again.
fn refused(refusal: Refusal) -> Error {
    let (code, text) = match refusal {
        Refusal::Store(error) => return error,
        Refusal::BadName(..) => (Code::InvalidAttributeValue, "a name of the file is not acceptable"),
        Refusal::Files(..) => (Code::ServiceUnavailable, "the file can't be kept now; try again later"),
        Refusal::UnknownRun | Refusal::WrongState(..) | Refusal::NameTaken | Refusal::OtherChecksum => {
            (Code::UnexpectedError, "an internal error occurred")
        }
    };
    let mut error = Error::new(code, text);
    error.source = Some(Box::new(refusal));
    error
}
