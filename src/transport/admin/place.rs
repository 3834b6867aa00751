//! Where the socket is: in the data folder, or, where that path is too long for the system, elsewhere, with its
//! path in `admin.path`.
//!
//! Server and client work from the folder's absolute path, so that they come to the same answer. Deliberately
//! absent: sockets without a file (Linux' abstract ones), which any user can bind.

use std::fs::{self, DirBuilder};
use std::io;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::{DirBuilderExt, FileTypeExt};
use std::path::{Path, PathBuf};

use uuid::Uuid;

const SOCKET_FILE: &str = "admin.sock";
const PATH_FILE: &str = "admin.path";
/// The system takes 107 bytes at most, some systems fewer.
const PATH_BYTES_MAX: usize = 100;

/// Where a client finds the socket of the server that holds `data_dir`, an absolute path.
pub(super) fn find(data_dir: &Path) -> io::Result<PathBuf> {
    let socket = data_dir.join(SOCKET_FILE);
    if fits(&socket) {
        return Ok(socket);
    }
    let written = fs::read(data_dir.join(PATH_FILE))?;
    Ok(PathBuf::from(std::ffi::OsString::from_vec(written)))
}

/// Chooses where to bind, having removed what an earlier server left. Only for the holder of the lock.
pub(super) fn prepare(data_dir: &Path) -> io::Result<PathBuf> {
    remove(data_dir)?;
    let socket = data_dir.join(SOCKET_FILE);
    if fits(&socket) {
        return Ok(socket);
    }
    let runtime_dir = std::env::var_os("XDG_RUNTIME_DIR").map_or_else(std::env::temp_dir, PathBuf::from);
    let folder = runtime_dir.join(format!("castile-{}", Uuid::new_v4().simple()));
    // Must not exist yet: in a folder for everyone, one that does may be a trap.
    DirBuilder::new().mode(0o700).create(&folder)?;
    let socket = folder.join(SOCKET_FILE);
    if !fits(&socket) {
        let _ = fs::remove_dir(&folder);
        let text = "the paths of the data folder and of XDG_RUNTIME_DIR are both too long for a Unix socket";
        return Err(io::Error::new(io::ErrorKind::InvalidFilename, text));
    }
    fs::write(data_dir.join(PATH_FILE), socket.as_os_str().as_bytes())?;
    Ok(socket)
}

/// Removes the socket, and what leads to it.
pub(super) fn remove(data_dir: &Path) -> io::Result<()> {
    let path_file = data_dir.join(PATH_FILE);
    if let Ok(written) = fs::read(&path_file) {
        let socket = PathBuf::from(std::ffi::OsString::from_vec(written));
        remove_socket(&socket)?;
        if let Some(folder) = socket.parent() {
            // Only an empty folder goes: what `prepare` made holds nothing else.
            let _ = fs::remove_dir(folder);
        }
        fs::remove_file(&path_file)?;
    }
    remove_socket(&data_dir.join(SOCKET_FILE))
}

/// Removes a socket, and nothing that is none.
fn remove_socket(path: &Path) -> io::Result<()> {
    match fs::symlink_metadata(path) {
        Ok(metadata) if metadata.file_type().is_socket() => fs::remove_file(path),
        Ok(_) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
    }
}

fn fits(path: &Path) -> bool {
    path.as_os_str().len() <= PATH_BYTES_MAX
}
