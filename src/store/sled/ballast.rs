//! A file that is there to be removed: sled needs some space to open again after the disk was full.
//!
//! Deliberately absent: any promise. Where it cannot be made, a full disk closes the store to readers, too,
//! until there is space.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

/// Its share of the reserve: 16 MiB of the default 256 MiB, more than sled's snapshot of a million records.
const SHARE_OF_RESERVE: u64 = 16;

/// The file, present or not.
#[derive(Debug)]
pub(super) struct Ballast {
    path: PathBuf,
    bytes: u64,
    /// Was it tried since it was dropped?
    kept: bool,
}

impl Ballast {
    /// The ballast in the store's folder; makes nothing yet.
    pub(super) fn new(folder: &Path, reserve_bytes: u64) -> Self {
        Ballast { path: folder.join("ballast"), bytes: reserve_bytes / SHARE_OF_RESERVE, kept: false }
    }

    /// Makes the file unless it is there. An error is told once; it is tried again after the next `drop`.
    pub(super) fn keep(&mut self) -> io::Result<()> {
        if self.kept || self.bytes == 0 {
            return Ok(());
        }
        self.kept = true;
        let file = File::options().create(true).append(true).open(&self.path)?;
        rustix::fs::fallocate(&file, rustix::fs::FallocateFlags::empty(), 0, self.bytes).inspect_err(
            |_| {
                // Half a ballast helps nobody; that it stays is no worse.
                let _ = fs::remove_file(&self.path);
            },
        )?;
        Ok(())
    }

    /// Gives its space back.
    pub(super) fn drop(&mut self) {
        self.kept = false;
        // Not being able to remove it leaves things as they were without it.
        let _ = fs::remove_file(&self.path);
    }
}
