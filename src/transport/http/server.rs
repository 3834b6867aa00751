//! The accept loop, and the drain at the end.
//!
//! Connections over the limit are still answered, with 503, as long as there are not too many of them too.
//! Deliberately absent: binding of addresses, which whoever starts a server does.

use std::future::Future;
use std::io;
use std::os::fd::AsFd;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize};
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::{JoinError, JoinSet};
use tokio::time::timeout;

use super::connection::connection;
use super::service::Shared;
use super::{Handler, HttpLimits, Peer};
use crate::transport::shutdown::{Stage, reached};

/// Connections over the limit that are answered at the same time; those beyond are closed unanswered.
const REFUSED_MAX: usize = 64;
/// How long to wait when the system has no descriptors left, before trying to accept again.
const ACCEPT_PAUSE: Duration = Duration::from_millis(20);
/// As many connections as the system lets in before they are accepted: the second argument of `listen`.
const BACKLOG_MAX: usize = 1_024;
/// How long a connection that is there may take to be accepted; it may also have gone meanwhile.
const LAST_ACCEPT_TIMEOUT: Duration = Duration::from_millis(100);

/// Where connections come from. Its descriptor is readable while one waits to be accepted.
pub trait Listener: AsFd + Send {
    /// A connection. Its descriptor knows what has arrived and was not read yet.
    type Stream: AsyncRead + AsyncWrite + AsFd + Unpin + Send + 'static;

    /// The next connection, ready to be served. Must lose nothing when it is dropped half-way.
    fn accept(&self) -> impl Future<Output = io::Result<(Self::Stream, Peer)>> + Send;
}

impl Listener for TcpListener {
    type Stream = TcpStream;

    async fn accept(&self) -> io::Result<(TcpStream, Peer)> {
        let (stream, address) = TcpListener::accept(self).await?;
        stream.set_nodelay(true)?;
        Ok((stream, Peer::Tcp(address)))
    }
}

/// How a server ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Drained {
    /// Connections that were cut off with a request in flight.
    pub cut_off: usize,
}

/// Serves until the stage is no longer [`Stage::Running`]; then finishes what was sent by then, within
/// `drain_timeout` or until [`Stage::AtOnce`].
pub async fn serve<L: Listener>(
    listener: L,
    handler: Arc<dyn Handler>,
    limits: HttpLimits,
    mut stage: watch::Receiver<Stage>,
) -> Drained {
    let shared =
        Arc::new(Shared { handler, limits, in_flight: AtomicUsize::new(0), bodies_bytes: AtomicU64::new(0) });
    let mut connections = JoinSet::new();
    let mut stopping = stage.clone();
    let mut stopping = std::pin::pin!(reached(&mut stopping, Stage::Draining));
    let begin = |connections: &mut JoinSet<()>, stream, peer| {
        let open = connections.len();
        if open < limits.connections_max + REFUSED_MAX {
            let refused = open >= limits.connections_max;
            // Before it can ask how many there are.
            shared.handler.connections(open + 1);
            connections.spawn(connection(stream, peer, Arc::clone(&shared), refused, stage.clone()));
        }
    };
    loop {
        shared.handler.connections(connections.len());
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, peer)) => begin(&mut connections, stream, peer),
                Err(error) => pause_after(&error).await,
            },
            Some(ended) = connections.join_next(), if !connections.is_empty() => report(ended),
            () = &mut stopping => break,
        }
    }
    // The system has let these in before the order to stop, and they may have sent a request.
    for _ in 0..BACKLOG_MAX {
        if !is_readable(&listener) {
            break;
        }
        if let Ok(Ok((stream, peer))) = timeout(LAST_ACCEPT_TIMEOUT, listener.accept()).await {
            begin(&mut connections, stream, peer);
        }
    }
    drop(listener);
    drain(connections, limits.drain_timeout, &mut stage).await
}

async fn drain(
    mut connections: JoinSet<()>,
    drain_timeout: Duration,
    stage: &mut watch::Receiver<Stage>,
) -> Drained {
    let all_ended = async {
        while let Some(ended) = connections.join_next().await {
            report(ended);
        }
    };
    tokio::select! {
        _ = timeout(drain_timeout, all_ended) => {}
        () = reached(stage, Stage::AtOnce) => {}
    }
    let cut_off = connections.len();
    connections.shutdown().await;
    Drained { cut_off }
}

fn is_readable(listener: &impl AsFd) -> bool {
    let mut polled = [PollFd::new(listener, PollFlags::IN)];
    poll(&mut polled, Some(&Timespec::default())).is_ok_and(|ready| ready > 0)
}

/// A connection that its caller gave up before it was accepted is nothing to wait for; a lack of descriptors is.
async fn pause_after(error: &io::Error) {
    match error.kind() {
        io::ErrorKind::ConnectionAborted
        | io::ErrorKind::ConnectionReset
        | io::ErrorKind::PermissionDenied => {}
        _ => {
            tracing::warn!(%error, "can't accept connections");
            tokio::time::sleep(ACCEPT_PAUSE).await;
        }
    }
}

fn report(ended: Result<(), JoinError>) {
    if let Err(error) = ended {
        tracing::error!(%error, "a connection's task failed");
    }
}
