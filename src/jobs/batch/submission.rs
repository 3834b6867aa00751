//! A file on its way in: written beside the claimed files under a name that is never taken, put into place as a whole.
//!
//! The run's row comes before the file has its name: a process that ends in between finds both and puts the file into
//! place; a file without a row is a submission that was never answered, and goes.

use std::path::PathBuf;

use sha2::{Digest, Sha256};
use tokio::fs::File;
use tokio::io::AsyncWriteExt;

use super::folders;
use super::{Batches, Refusal};
use crate::ops::runs::{NewRun, draw_run_id, take_on};

/// A file that is being submitted. Dropped before [`Submission::finish`], it leaves nothing behind.
pub struct Submission {
    batches: Batches,
    id: u64,
    new: NewRun,
    part: PartFile,
    file: File,
    digest: Sha256,
}

/// A file that goes when it is dropped, unless it was put into place.
struct PartFile {
    path: PathBuf,
    in_place: bool,
}

impl Drop for PartFile {
    fn drop(&mut self) {
        if !self.in_place {
            // What is left over goes when the gateway starts again.
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

fn writing(error: std::io::Error) -> Refusal {
    Refusal::Files("the file can't be written", error)
}

impl Submission {
    pub(super) async fn begin(
        batches: &Batches,
        fileset: &str,
        name: &str,
        who: &str,
        retry_of: Option<u64>,
    ) -> Result<Self, Refusal> {
        folders::check_fileset(fileset)?;
        folders::check_file_name(name)?;
        batches.prepare().await?;
        let id = draw_run_id(batches.gateway()).await?;
        let claimed = batches.folders().claimed(fileset, id, name);
        let folder = batches.folders().running().join(fileset);
        folders::make(&folder).map_err(writing)?;
        let path = folder.join(part_name(&claimed));
        let file = File::create_new(&path).await.map_err(writing)?;
        let part = PartFile { path, in_place: false };
        let (fileset, file_name, who) = (fileset.to_owned(), name.to_owned(), who.to_owned());
        let new = NewRun { fileset, file_name, who, file_bytes: 0, retry_of };
        Ok(Submission { batches: batches.clone(), id, new, part, file, digest: Sha256::new() })
    }

    /// Appends the next bytes.
    pub async fn write(&mut self, bytes: &[u8]) -> Result<(), Refusal> {
        self.digest.update(bytes);
        self.new.file_bytes += bytes.len() as u64;
        self.file.write_all(bytes).await.map_err(writing)
    }

    /// Puts the file into place, durably; the id of its run, which is Waiting. With a SHA-256, the bytes must have it.
    pub async fn finish(mut self, sha256: Option<[u8; 32]>) -> Result<u64, Refusal> {
        self.file.flush().await.map_err(writing)?;
        self.file.sync_all().await.map_err(writing)?;
        if sha256.is_some_and(|expected| self.digest.finalize()[..] != expected) {
            return Err(Refusal::OtherChecksum);
        }
        if let Some(folder) = self.part.path.parent() {
            folders::sync(folder).map_err(writing)?;
        }
        let claimed = self.batches.folders().claimed(&self.new.fileset, self.id, &self.new.file_name);
        let run = take_on(self.batches.gateway(), self.id, self.new).await?;
        self.part.in_place = true;
        folders::rename(&self.part.path, &claimed).map_err(writing)?;
        self.batches.add(&run);
        Ok(self.id)
    }
}

/// The name of a file that is not complete; no name that begins with a dot is taken for a claimed file.
pub(super) fn part_name(claimed: &std::path::Path) -> String {
    let name = claimed.file_name().unwrap_or_default().to_string_lossy();
    format!(".{name}.part")
}

/// The name that such a file is to have.
pub(super) fn name_of_part(part: &str) -> Option<&str> {
    part.strip_prefix('.')?.strip_suffix(".part")
}
