//! A file on its way in: written beside the claimed files under a name that is never taken, put into place as a whole.
//!
//! The run's row comes before the file has its name: a process that ends in between finds both and puts the file into
//! place; a file without a row is a submission that was never answered, and goes.

use std::path::PathBuf;
use std::time::Duration;

use sha2::{Digest, Sha256};
use tokio::fs::File;
use tokio::io::AsyncWriteExt;
use tokio::time::Instant;

use super::folders;
use super::{Batches, Refusal};
use crate::ops::runs::{NewRun, StoredRun, draw_run_id, take_on};

/// How often, and for how long, the row of a run is looked for that somebody else commits.
const ROW_LOOK_EVERY: Duration = Duration::from_millis(10);
const ROW_WAIT_MAX: Duration = Duration::from_secs(600);

/// A file that is being submitted. Dropped before [`Submission::finish`], it leaves nothing behind.
pub struct Submission {
    batches: Batches,
    id: u64,
    new: NewRun,
    part: PartFile,
    file: File,
    digest: Sha256,
    only_if_free: bool,
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
        // At once and not awaited: whoever gives up meanwhile would leave a file that nobody removes.
        let file = File::from_std(std::fs::File::create_new(&path).map_err(writing)?);
        let part = PartFile { path, in_place: false };
        let (fileset, file_name, who) = (fileset.to_owned(), name.to_owned(), who.to_owned());
        let new = NewRun { fileset, file_name, who, file_bytes: 0, retry_of };
        let digest = Sha256::new();
        Ok(Submission { batches: batches.clone(), id, new, part, file, digest, only_if_free: false })
    }

    /// Whether it may be put into place only while no other file of its name is there that was not run to its end.
    pub fn only_if_free(self, only_if_free: bool) -> Self {
        Submission { only_if_free, ..self }
    }

    /// Appends the next bytes.
    pub async fn write(&mut self, bytes: &[u8]) -> Result<(), Refusal> {
        self.digest.update(bytes);
        self.new.file_bytes += bytes.len() as u64;
        self.file.write_all(bytes).await.map_err(writing)
    }

    /// Puts the file into place, durably; the id of its run, which is Waiting. With a SHA-256, the bytes must have it.
    pub async fn finish(self, sha256: Option<[u8; 32]>) -> Result<u64, Refusal> {
        let (batches, only_if_free) = (self.batches.clone(), self.only_if_free);
        let (sealed, mut part) = self.seal(sha256).await?;
        let _one_at_a_time = batches.taking().await;
        if only_if_free {
            batches.check_free(&sealed.new.fileset, &sealed.new.file_name).await?;
        }
        let run = take_on(batches.gateway(), sealed.id, sealed.new).await?;
        part.in_place = true;
        sealed.place.settle(&batches, &run)?;
        Ok(run.id)
    }

    /// The same up to the run's row, which whoever asked commits: as soon as that is there the file gets its place. Without
    /// the row it goes when the gateway starts again.
    pub(super) async fn finish_elsewhere(self) -> Result<(u64, NewRun), Refusal> {
        let batches = self.batches.clone();
        let (Sealed { id, new, place }, mut part) = self.seal(None).await?;
        part.in_place = true;
        batches.shared.known.promise(id, &new.fileset, &new.file_name);
        tokio::spawn(place.settle_once_known(batches, id));
        Ok((id, new))
    }

    /// Makes what was written durable.
    async fn seal(mut self, sha256: Option<[u8; 32]>) -> Result<(Sealed, PartFile), Refusal> {
        self.file.flush().await.map_err(writing)?;
        self.file.sync_all().await.map_err(writing)?;
        if sha256.is_some_and(|expected| self.digest.finalize()[..] != expected) {
            return Err(Refusal::OtherChecksum);
        }
        if let Some(folder) = self.part.path.parent() {
            folders::sync(folder).map_err(writing)?;
        }
        let claimed = self.batches.folders().claimed(&self.new.fileset, self.id, &self.new.file_name);
        let place = Place { part: self.part.path.clone(), claimed };
        Ok((Sealed { id: self.id, new: self.new, place }, self.part))
    }
}

/// A file that is complete and durable, and not yet in its place.
struct Sealed {
    id: u64,
    new: NewRun,
    place: Place,
}

/// Where a complete file is, and where it is to be.
struct Place {
    part: PathBuf,
    claimed: PathBuf,
}

impl Place {
    fn settle(&self, batches: &Batches, run: &StoredRun) -> Result<(), Refusal> {
        folders::rename(&self.part, &self.claimed).map_err(writing)?;
        batches.add(run);
        Ok(())
    }

    /// Waits for the row of the run; for one that does not come soon, the next start of the gateway waits.
    async fn settle_once_known(self, batches: Batches, id: u64) {
        self.settle_soon(&batches, id).await;
        batches.shared.known.keep_promise(id);
    }

    async fn settle_soon(self, batches: &Batches, id: u64) {
        let end = Instant::now() + ROW_WAIT_MAX;
        while Instant::now() < end {
            let settled = match batches.show(id).await {
                Ok(run) => self.settle(batches, &run),
                Err(Refusal::UnknownRun) => {
                    tokio::time::sleep(ROW_LOOK_EVERY).await;
                    continue;
                }
                Err(refusal) => Err(refusal),
            };
            if let Err(error) = settled {
                tracing::error!(run = id, %error, "a submitted file has its place only after the next start");
            }
            return;
        }
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
