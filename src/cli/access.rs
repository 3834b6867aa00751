//! How a command reaches the store: the data folder's lock first, else the running server.
//!
//! Either way the command sends the same requests to the same kind of handler, so it does not know which it was.
//! Deliberately absent: several commands in the folder at the same time without a server; the second one is told
//! who was first.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use hyper::header::HeaderMap;
use hyper::{Method, Uri, Version};
use tokio::time::Instant;

use crate::config::Config;
use crate::data_dir::{DataDir, DataDirError};
use crate::failure::{Exit, Failure};
use crate::transport::admin::{AdminClient, Answer};
use crate::transport::http::{Handler, Head, Peer, Request, RequestId};

/// A command in this process may take as long as it needs.
const OWN_DEADLINE: Duration = Duration::from_secs(365 * 24 * 3_600);

/// The way to the store.
pub(super) enum Access {
    /// This process holds the folder. Fields are dropped in this order: store, then lock.
    Own {
        /// What the server would answer with.
        handler: Arc<dyn Handler>,
        /// The lock.
        _data_dir: DataDir,
    },
    /// A server holds it.
    Server(AdminClient),
}

impl Access {
    /// Takes the folder, or connects to whoever has it.
    pub(super) async fn open(config: &Config, purpose: &str) -> Result<Self, Failure> {
        match DataDir::open(&config.data_dir, purpose) {
            Ok(data_dir) => {
                let faces = crate::compose(config, &data_dir).await?;
                Ok(Access::Own { handler: faces.administrators, _data_dir: data_dir })
            }
            Err(taken @ DataDirError::Taken(..)) => match AdminClient::connect(&config.data_dir).await {
                Ok(client) => Ok(Access::Server(client)),
                Err(error) => Err(unreachable_holder(taken, &error)),
            },
            Err(unusable @ DataDirError::Unusable(..)) => Err(unusable.into()),
        }
    }

    /// Sends a request and returns its answer as soon as that begins.
    pub(super) async fn request(
        &mut self,
        method: Method,
        target: &str,
        body: Bytes,
    ) -> Result<Answer, Failure> {
        match self {
            Access::Server(client) => client.request(method, target, body).await,
            Access::Own { handler, .. } => {
                let request = own_request(method, target, body)?;
                Ok(Answer::from(handler.handle(request).await))
            }
        }
    }
}

fn own_request(method: Method, target: &str, body: Bytes) -> Result<Request, Failure> {
    let target = target.parse::<Uri>().map_err(|error| Failure::new(Exit::Internal, error.to_string()))?;
    let head = Head {
        method,
        target,
        version: Version::HTTP_11,
        headers: HeaderMap::new(),
        peer: Peer::Unix { uid: rustix::process::geteuid().as_raw() },
        request_id: RequestId::random(),
    };
    Ok(Request { head: Arc::new(head), body, deadline: Instant::now() + OWN_DEADLINE })
}

fn unreachable_holder(taken: DataDirError, error: &io::Error) -> Failure {
    let failure = Failure::from(taken);
    let advice = match error.kind() {
        io::ErrorKind::PermissionDenied => "only the user that runs it, and root, can reach it",
        _ => "it takes no requests (yet): try again, or wait until it has ended",
    };
    Failure::new(failure.exit, format!("{failure}; {advice} ({error})"))
}
