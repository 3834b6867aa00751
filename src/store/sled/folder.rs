//! The store's folder: what may be opened, and making a new one durable.
//!
//! Deliberately absent: repair, and any deletion. What does not look like a store is left as it is.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use crate::store::StoreError;

/// sled's data file; the one that is synced before a commit is answered.
pub(super) fn data_file(path: &Path) -> PathBuf {
    path.join("db")
}

/// Refuses a folder that holds something else, saying what; one that is missing, empty or a store is fine.
pub(super) fn examine(path: &Path) -> Result<(), StoreError> {
    let metadata = match fs::metadata(path) {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return refuse(path, format!("cannot be looked at ({error})")),
    };
    if !metadata.is_dir() {
        return refuse(path, "is a file, a folder is needed".to_owned());
    }
    let names = names(path)?;
    let has = |name: &str| names.iter().any(|found| found == name);
    // sled makes `blobs`, `conf` and `db` in this order.
    match (has("db"), has("conf")) {
        (true, true) => Ok(()),
        (true, false) => {
            refuse(path, "has a file `db` but no `conf`; restore the folder as a whole".to_owned())
        }
        (false, _) => match names.iter().find(|name| !matches!(name.as_str(), "conf" | "blobs")) {
            Some(_) => refuse(path, format!("holds {} things but no store; name an empty one", names.len())),
            None => Ok(()),
        },
    }
}

fn names(path: &Path) -> Result<Vec<String>, StoreError> {
    let read = || -> io::Result<Vec<String>> {
        fs::read_dir(path)?.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned())).collect()
    };
    read().or_else(|error| refuse(path, format!("cannot be listed ({error})")))
}

/// The refusal to open this folder.
pub(super) fn refuse<T>(path: &Path, why: String) -> Result<T, StoreError> {
    Err(StoreError::Engine(format!("the store folder {} {why}", path.display())))
}

/// Makes the folder's own entries durable: sled syncs neither `conf` nor any folder.
pub(super) fn sync_entries(path: &Path) -> io::Result<()> {
    File::open(path.join("conf"))?.sync_all()?;
    File::open(path.join("blobs"))?.sync_all()?;
    for folder in path.canonicalize()?.ancestors().take(3) {
        match File::open(folder) {
            Ok(folder) => folder.sync_all()?,
            // A folder above that may not be read was not made by this process either.
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}
