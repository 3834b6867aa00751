//! The data folder, held by one process at a time.
//!
//! The lock is the kernel's, on the file `lock`: it goes with the process, however that ends, so it is
//! never stale; what the file says is only for the person who wants to know who holds it. Deliberately
//! absent: what the store keeps in its subfolder.

use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use crate::failure::{Exit, Failure};

const LOCK_FILE: &str = "lock";
const STORE_FOLDER: &str = "store";
const SEARCH_FOLDER: &str = "search";
const BATCH_FOLDER: &str = "batch";
const PIN_KEY_FILE: &str = "card-pin.key";
/// Nobody but the owner enters.
const FOLDER_MODE: u32 = 0o700;
const FILE_MODE: u32 = 0o600;
/// Longer contents of a lock file are not ours.
const HOLDER_BYTES_MAX: u64 = 200;

/// A data folder whose lock this process holds until the value is dropped.
#[derive(Debug)]
pub struct DataDir {
    path: PathBuf,
    _lock: File,
}

/// Why the data folder could not be taken.
#[derive(Debug, thiserror::Error)]
pub enum DataDirError {
    /// Another process has it: what that process wrote about itself, if anything.
    #[error("the data folder {} is in use by {}", .0.display(), .1.as_deref().unwrap_or("another process"))]
    Taken(PathBuf, Option<String>),
    /// It can't be made, entered or written to.
    #[error("the data folder {} can't be used: {}", .0.display(), .1)]
    Unusable(PathBuf, io::Error),
}

impl From<DataDirError> for Failure {
    fn from(error: DataDirError) -> Self {
        let exit = match &error {
            DataDirError::Taken(..) => Exit::Unavailable,
            DataDirError::Unusable(..) => Exit::InputOutput,
        };
        Failure::new(exit, error.to_string())
    }
}

impl DataDir {
    /// Makes the folder if need be (mode 0700) and takes its lock, or says at once who has it.
    /// `purpose` is what this process tells others about itself: `castile serve`.
    pub fn open(path: &Path, purpose: &str) -> Result<Self, DataDirError> {
        let unusable = |error| DataDirError::Unusable(path.to_owned(), error);
        create_private(path).map_err(unusable)?;
        let path = path.canonicalize().map_err(unusable)?;
        let mut lock = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .mode(FILE_MODE)
            .open(path.join(LOCK_FILE))
            .map_err(unusable)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(DataDirError::Taken(path, holder(&mut lock))),
            Err(TryLockError::Error(error)) => return Err(unusable(error)),
        }
        sign(&mut lock, purpose).map_err(unusable)?;
        warn_if_open_to_others(&path);
        create_private(&path.join(STORE_FOLDER)).map_err(unusable)?;
        Ok(DataDir { path, _lock: lock })
    }

    /// The folder, as an absolute path without links.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The folder that belongs to the store.
    pub fn store(&self) -> PathBuf {
        self.path.join(STORE_FOLDER)
    }

    /// The folder that belongs to the search index. It may be missing: the index is made from the store.
    pub fn search(&self) -> PathBuf {
        self.path.join(SEARCH_FOLDER)
    }

    /// The folder of batch files, unless the configuration has another.
    pub fn batch(&self) -> PathBuf {
        self.path.join(BATCH_FOLDER)
    }

    /// The file with the key of card PINs (K-4). It may be missing: it is made when the first PIN is loaded.
    pub fn pin_key(&self) -> PathBuf {
        self.path.join(PIN_KEY_FILE)
    }
}

fn create_private(path: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(FOLDER_MODE).create(path)
}

fn sign(lock: &mut File, purpose: &str) -> io::Result<()> {
    lock.set_len(0)?;
    lock.rewind()?;
    write!(lock, "{purpose} (process {})", std::process::id())
}

fn holder(lock: &mut File) -> Option<String> {
    let mut text = String::new();
    lock.take(HOLDER_BYTES_MAX).read_to_string(&mut text).ok()?;
    let readable = !text.is_empty() && !text.chars().any(char::is_control);
    readable.then_some(text)
}

/// A folder that somebody else made keeps its mode: it may hold other things. Its owner should know.
fn warn_if_open_to_others(path: &Path) {
    let mode = path.metadata().map_or(FOLDER_MODE, |metadata| metadata.mode() & 0o777);
    if mode & 0o077 != 0 {
        let mode = format!("{mode:o}");
        tracing::warn!(folder = %path.display(), mode, "other users can enter the data folder, chmod it to 700");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_folder_is_private_and_held_once() {
        let outer = tempfile::tempdir().unwrap();
        let path = outer.path().join("a/b");
        let first = DataDir::open(&path, "castile serve").unwrap();
        assert_eq!(path.metadata().unwrap().mode() & 0o777, 0o700);
        assert_eq!(first.store().metadata().unwrap().mode() & 0o777, 0o700);

        let failure = Failure::from(DataDir::open(&path, "castile check").unwrap_err());
        assert_eq!(failure.exit, Exit::Unavailable);
        let process = format!("castile serve (process {})", std::process::id());
        assert!(failure.message.contains(&process), "{failure}");

        drop(first);
        DataDir::open(&path, "castile check").unwrap();
    }

    #[test]
    fn data_folder_that_is_a_file_is_refused_with_its_path() {
        let outer = tempfile::tempdir().unwrap();
        let path = outer.path().join("file");
        std::fs::write(&path, "").unwrap();
        let failure = Failure::from(DataDir::open(&path, "castile serve").unwrap_err());
        assert_eq!(failure.exit, Exit::InputOutput);
        assert!(failure.message.contains("/file"), "{failure}");
    }
}
