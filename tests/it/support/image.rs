//! A small ext4 file system in a file, mounted through a loop device.
//!
//! The file holds what has reached the block device; what is only in the kernel's memory of the mounted file system is
//! not in it. So a copy of the file is what a power cut leaves. Deliberately absent: anything that touches other
//! mounts or loop devices; the loop device is the kernel's to free when its one mount ends.

use std::fs::{self, File};
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::process::Command;

use super::skipped;

const COPY_BUFFER_BYTES: usize = 1024 * 1024;
/// The journal is not committed by the clock: what nobody syncs stays in memory while a test looks at it.
const MOUNT_OPTIONS: &str = "loop,noatime,commit=600";

/// A file with a file system in it.
pub(crate) struct Image(PathBuf);

/// A mounted image; unmounted when it is dropped, whatever happens.
pub(crate) struct Mounted {
    folder: PathBuf,
}

impl Image {
    /// A new, empty file system of this size.
    pub(crate) fn new(path: PathBuf, mebibytes: u64) -> io::Result<Self> {
        File::create(&path)?.set_len(mebibytes * 1024 * 1024)?;
        run("mkfs.ext4", &["-q", "-F", "-m", "0", &path.to_string_lossy()])?;
        Ok(Image(path))
    }

    /// Mounts it at a folder beside it.
    pub(crate) fn mount(&self) -> io::Result<Mounted> {
        let folder = self.0.with_extension("mounted");
        fs::create_dir_all(&folder)?;
        run("mount", &["-o", MOUNT_OPTIONS, &self.0.to_string_lossy(), &folder.to_string_lossy()])?;
        Ok(Mounted { folder })
    }

    /// What is on the block device now, and nothing that is only in memory.
    pub(crate) fn copy(&self, to: PathBuf) -> Image {
        let (mut from, mut copy) = (File::open(&self.0).unwrap(), File::create(&to).unwrap());
        let mut buffer = vec![0; COPY_BUFFER_BYTES];
        loop {
            let count = from.read(&mut buffer).unwrap();
            if count == 0 {
                break;
            }
            let bytes = &buffer[..count];
            if bytes.iter().all(|byte| *byte == 0) {
                copy.seek_relative(count as i64).unwrap();
            } else {
                copy.write_all(bytes).unwrap();
            }
        }
        copy.set_len(from.metadata().unwrap().len()).unwrap();
        Image(to)
    }
}

impl Mounted {
    pub(crate) fn path(&self) -> &Path {
        &self.folder
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        let folder = self.folder.to_string_lossy();
        if run("umount", &[&folder]).is_err()
            // Somebody still has a file open: it goes when they have gone.
            && let Err(error) = run("umount", &["--lazy", &folder])
        {
            let _ = writeln!(io::stderr(), "{folder} is still mounted: {error}");
        }
    }
}

/// May this process mount? If not, says aloud which test is skipped; where skipping is not accepted, that fails.
pub(crate) fn mount_is_permitted(test: &str) -> bool {
    let folder = tempfile::tempdir().unwrap();
    let tried = Image::new(folder.path().join("probe.img"), 4).and_then(|image| image.mount());
    let Err(error) = tried else { return true };
    skipped(test, &format!("no image can be mounted here: {error}"));
    false
}

fn run(program: &str, arguments: &[&str]) -> io::Result<()> {
    let output = Command::new(program).args(arguments).env("LC_ALL", "C").output();
    let output = output.map_err(|error| io::Error::other(format!("{program}: {error}")))?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    Err(io::Error::other(format!("{program}: {said}")))
}
