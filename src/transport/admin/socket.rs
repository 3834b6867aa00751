//! The server's end of the socket: bound privately, open to two users, removed at the end.
//!
//! Deliberately absent: passwords. The kernel's word on who is at the other end is better than any.

use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::path::{Path, PathBuf};

use rustix::fs::Mode;
use rustix::process::{geteuid, umask};
use tokio::net::{UnixListener, UnixStream};

use super::place;
use crate::data_dir::DataDir;
use crate::transport::http::{Listener, Peer};

/// Group and others get nothing.
const PRIVATE: Mode = Mode::from_raw_mode(0o077);
const ROOT: u32 = 0;

/// A bound socket. Dropping it removes the file.
#[derive(Debug)]
pub struct AdminSocket {
    listener: UnixListener,
    data_dir: PathBuf,
    path: PathBuf,
    owner: u32,
}

impl AdminSocket {
    /// Binds the socket of this data folder. Must be called inside a runtime.
    pub fn bind(data_dir: &DataDir) -> io::Result<Self> {
        let path = place::prepare(data_dir.path())?;
        // The umask is the whole process's: a file made elsewhere in this moment is made private too, no harm.
        let before = umask(PRIVATE);
        let bound = UnixListener::bind(&path);
        umask(before);
        let owner = geteuid().as_raw();
        Ok(AdminSocket { listener: bound?, data_dir: data_dir.path().to_owned(), path, owner })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    fn admits(&self, uid: u32) -> bool {
        uid == self.owner || uid == ROOT
    }
}

impl Drop for AdminSocket {
    fn drop(&mut self) {
        if let Err(error) = place::remove(&self.data_dir) {
            tracing::warn!(%error, "the administrators' socket could not be removed");
        }
    }
}

impl AsFd for AdminSocket {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.listener.as_fd()
    }
}

impl Listener for AdminSocket {
    type Stream = UnixStream;

    async fn accept(&self) -> io::Result<(UnixStream, Peer)> {
        loop {
            let (stream, _) = self.listener.accept().await?;
            let uid = stream.peer_cred()?.uid();
            if self.admits(uid) {
                return Ok((stream, Peer::Unix { uid }));
            }
            tracing::warn!(uid, "another user was turned away from the administrators' socket");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_the_owner_and_root_are_admitted() {
        let folder = tempfile::tempdir().unwrap();
        let mut socket = AdminSocket::bind(&DataDir::open(folder.path(), "test").unwrap()).unwrap();
        socket.owner = 1_000;
        assert_eq!([1_000, ROOT, 1_001, u32::MAX].map(|uid| socket.admits(uid)), [true, true, false, false]);
    }
}
