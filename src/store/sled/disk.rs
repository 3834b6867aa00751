//! The two things that the engine asks of the disk itself, beside sled: free space and durability.
//!
//! A trait, so that a test can have a disk that is full or that fails to sync. Deliberately absent: retries;
//! a sync that failed once says nothing about the pages that were lost.

use std::fs::File;
use std::io;
use std::path::Path;

/// The disk under the store.
pub(super) trait Disk: Send + Sync + std::fmt::Debug {
    /// Bytes that this process may still write under `path`.
    fn free_bytes(&self, path: &Path) -> io::Result<u64>;

    /// Returns when the file's content is on the disk.
    fn sync(&self, file: &File) -> io::Result<()>;
}

/// The real one.
#[derive(Debug)]
pub(super) struct RealDisk;

impl Disk for RealDisk {
    fn free_bytes(&self, path: &Path) -> io::Result<u64> {
        let space = rustix::fs::statvfs(path)?;
        Ok(space.f_bavail.saturating_mul(space.f_frsize))
    }

    fn sync(&self, file: &File) -> io::Result<()> {
        file.sync_data()
    }
}
