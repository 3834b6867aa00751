//! Which names of files are taken in a fileset: those of runs that have not ended, and of files that wait in `incoming`.
//!
//! Runs come about one at a time, so that of two who want the same free name one gets it. A run whose row is committed
//! elsewhere (with a request) is promised until then, and is looked for in the store. Deliberately absent: names that ended
//! runs had; a name may come again.

use tokio::sync::MutexGuard;

use super::folders::{check_file_name, check_fileset};
use super::{Batches, Refusal};

impl Batches {
    /// [`Refusal::NameTaken`] where a file of this name is there that was not run to its end.
    pub async fn check_free(&self, fileset: &str, name: &str) -> Result<(), Refusal> {
        check_fileset(fileset)?;
        check_file_name(name)?;
        self.prepare().await?;
        for id in self.shared.known.runs_of(fileset, name) {
            match self.show(id).await {
                // Its row says that it has ended, and whoever saw that may take its name.
                Ok(run) if run.run.state.is_final() => {}
                Ok(_) => return Err(Refusal::NameTaken),
                // Not committed yet: it comes after whoever asks.
                Err(Refusal::UnknownRun) => {}
                Err(refusal) => return Err(refusal),
            }
        }
        let waits = self.folders().incoming().join(fileset).join(name).symlink_metadata().is_ok();
        if waits { Err(Refusal::NameTaken) } else { Ok(()) }
    }

    /// The right to let a run come about. Held from before its row until it is known.
    pub(super) async fn taking(&self) -> MutexGuard<'_, ()> {
        self.shared.taking.lock().await
    }
}
