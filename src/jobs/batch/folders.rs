//! The folders of batch files, and the names in them.
//!
//! | folder | what stands in it |
//! | --- | --- |
//! | `incoming/<fileset>/` | files that come |
//! | `running/<gateway id>/lock` | held by the gateway while it lives |
//! | `running/<gateway id>/<fileset>/` | files that it has claimed, as `<run id>~<name>` |
//! | `complete/<fileset>/archived/` | complete files of ended runs |
//! | `complete/<fileset>/failed/` | the blocks that failed, as `<name>_failures.xml` |
//!
//! Everything is on one file system, so that a file changes its folder at one moment. A name that begins with `.` is
//! never taken for a file. Deliberately absent: what is in the files.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use super::Refusal;
use crate::domain::batch_name;

/// Nobody but the owner enters.
const FOLDER_MODE: u32 = 0o700;
const FILE_MODE: u32 = 0o600;
/// What stands between the id of a run and the name of its file.
const ID_MARK: char = '~';

/// The folders of one gateway.
#[derive(Debug)]
pub(super) struct Folders {
    root: PathBuf,
    gateway_id: String,
}

impl Folders {
    pub(super) fn new(root: PathBuf, gateway_id: String) -> Self {
        Folders { root, gateway_id }
    }

    pub(super) fn incoming(&self) -> PathBuf {
        self.root.join("incoming")
    }

    /// The folders of all gateways.
    pub(super) fn all_running(&self) -> PathBuf {
        self.root.join("running")
    }

    /// That of this one.
    pub(super) fn running(&self) -> PathBuf {
        self.all_running().join(&self.gateway_id)
    }

    /// Where the claimed file of a run is.
    pub(super) fn claimed(&self, fileset: &str, id: u64, name: &str) -> PathBuf {
        self.running().join(claimed_name(fileset, id, name))
    }

    /// Does another gateway have the claimed file of a run?
    pub(super) fn is_claimed_elsewhere(&self, fileset: &str, id: u64, name: &str) -> io::Result<bool> {
        let file = claimed_name(fileset, id, name);
        let gateways = names(&self.all_running(), true)?;
        let mut others = gateways.iter().filter(|gateway| **gateway != self.gateway_id);
        Ok(others.any(|gateway| self.all_running().join(gateway).join(&file).exists()))
    }

    pub(super) fn archived(&self, fileset: &str) -> PathBuf {
        self.root.join("complete").join(fileset).join("archived")
    }

    pub(super) fn failed(&self, fileset: &str) -> PathBuf {
        self.root.join("complete").join(fileset).join("failed")
    }

    /// Makes what is missing and takes this gateway's lock, which is free again when the file is dropped.
    pub(super) fn prepare(&self) -> io::Result<File> {
        make(&self.incoming())?;
        make(&self.root.join("complete"))?;
        make(&self.running())?;
        match lock(&self.running())? {
            Some(lock) => Ok(lock),
            None => Err(io::Error::new(
                io::ErrorKind::ResourceBusy,
                format!("another process runs as the gateway {}", self.gateway_id),
            )),
        }
    }
}

/// Where a claimed file is in the folder of whichever gateway.
fn claimed_name(fileset: &str, id: u64, name: &str) -> PathBuf {
    Path::new(fileset).join(format!("{id}{ID_MARK}{name}"))
}

/// The lock of a gateway's folder; `None` while its gateway lives.
pub(super) fn lock(running: &Path) -> io::Result<Option<File>> {
    let file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(false)
        .mode(FILE_MODE)
        .open(running.join("lock"))?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(fs::TryLockError::WouldBlock) => Ok(None),
        Err(fs::TryLockError::Error(error)) => Err(error),
    }
}

/// Makes a folder with all above it, if it is not there.
pub(super) fn make(folder: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(FOLDER_MODE).create(folder)
}

/// Makes what was renamed into or out of a folder durable.
pub(super) fn sync(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

/// Moves a file, durably.
pub(super) fn rename(from: &Path, to: &Path) -> io::Result<()> {
    fs::rename(from, to)?;
    to.parent().map_or(Ok(()), sync)?;
    from.parent().map_or(Ok(()), sync)
}

/// The names of the plain files (or folders) in a folder that are ours to look at; none if there is no such folder.
pub(super) fn names(folder: &Path, folders: bool) -> io::Result<Vec<String>> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let mut names = Vec::new();
    for entry in entries {
        let entry = entry?;
        let kind = entry.file_type()?;
        let fits = if folders { kind.is_dir() } else { kind.is_file() };
        names.extend(entry.file_name().into_string().ok().filter(|_| fits));
    }
    names.sort_unstable();
    Ok(names)
}

/// The run and the name of a claimed file.
pub(super) fn read_claimed(name: &str) -> Option<(u64, &str)> {
    let (id, name) = name.split_once(ID_MARK)?;
    Some((id.parse().ok()?, name))
}

/// A fileset is a plain word.
pub(super) fn check_fileset(fileset: &str) -> Result<(), Refusal> {
    let checked = batch_name::fileset(fileset);
    checked.map(drop).map_err(|reject| Refusal::BadName("fileset", reject.expected))
}

/// A file's name leads nowhere else, says what the file is, and is none that is never taken.
pub(super) fn check_file_name(name: &str) -> Result<(), Refusal> {
    let checked = batch_name::file_name(name);
    checked.map(drop).map_err(|reject| Refusal::BadName("file name", reject.expected))
}

/// The name without `.xml` or `.xml.gz`.
fn stem(name: &str) -> Option<&str> {
    name.strip_suffix(".xml").or_else(|| name.strip_suffix(".xml.gz"))
}

/// A name for the complete file that is free in its folder: its own, else with the run's id in it.
pub(super) fn free_archive_name(folder: &Path, name: &str, id: u64) -> String {
    if !folder.join(name).exists() {
        return name.to_owned();
    }
    let stem = stem(name).unwrap_or(name);
    format!("{stem}-{id}{}", &name[stem.len()..])
}

/// The same for the file of failed blocks, which is never packed.
pub(super) fn free_failures_name(folder: &Path, name: &str, id: u64) -> String {
    let stem = stem(name).unwrap_or(name);
    let plain = format!("{stem}_failures.xml");
    if folder.join(&plain).exists() { format!("{stem}-{id}_failures.xml") } else { plain }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_lead_elsewhere_are_refused() {
        for name in ["a.xml", "Kunden März.xml.gz", "x..xml", "2026-03-01_7.xml", "a~b.xml"] {
            assert!(check_file_name(name).is_ok(), "{name}");
        }
        let long = format!("{}.xml", "a".repeat(200));
        for name in [
            "",
            ".xml",
            ".a.xml",
            "../a.xml",
            "b/../a.xml",
            "a\\b.xml",
            "a\n.xml",
            "a.xml.part",
            "a.txt",
            "a.gz",
            &long,
        ] {
            assert!(check_file_name(name).is_err(), "{name}");
        }
        for fileset in ["nightly", "a.b-C_9"] {
            assert!(check_fileset(fileset).is_ok(), "{fileset}");
        }
        for fileset in ["", ".", "..", "a/b", "../x", "a b", "ä", "a\0", &"x".repeat(101)] {
            assert!(check_fileset(fileset).is_err(), "{fileset}");
        }
    }

    #[test]
    fn b_3_names_in_complete_never_meet() {
        let folder = tempfile::tempdir().unwrap();
        let check = |name: &str, archive: &str, failures: &str| {
            assert_eq!(free_archive_name(folder.path(), name, 7), archive);
            assert_eq!(free_failures_name(folder.path(), name, 7), failures);
        };
        check("a.xml.gz", "a.xml.gz", "a_failures.xml");
        fs::write(folder.path().join("a.xml.gz"), "").unwrap();
        fs::write(folder.path().join("a_failures.xml"), "").unwrap();
        check("a.xml.gz", "a-7.xml.gz", "a-7_failures.xml");
        check("a.xml", "a.xml", "a-7_failures.xml");
        check("a_failures.xml", "a_failures-7.xml", "a_failures_failures.xml");
    }

    #[test]
    fn a_claimed_name_tells_its_run() {
        assert_eq!(read_claimed("17~a~b.xml"), Some((17, "a~b.xml")));
        for other in ["a.xml", "~a.xml", "x~a.xml", "lock", ".17~a.xml.part"] {
            assert_eq!(read_claimed(other), None, "{other}");
        }
    }
}
