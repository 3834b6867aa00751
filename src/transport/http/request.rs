//! A request as a handler sees it.
//!
//! Deliberately absent: trailers, and bodies that are read while they arrive.

use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;

use bytes::Bytes;
use hyper::header::HeaderValue;
use hyper::{HeaderMap, Method, Uri, Version};
use tokio::time::Instant;
use uuid::Uuid;

/// A whole request.
#[derive(Debug)]
pub struct Request {
    /// Everything but the body; shared with the server, which answers in the handler's place if need be.
    pub head: Arc<Head>,
    /// The body, without transfer coding and content coding, within the limit.
    pub body: Bytes,
    /// By when the answer must be there.
    pub deadline: Instant,
}

/// Everything of a request but its body.
#[derive(Debug)]
pub struct Head {
    /// The method, as sent.
    pub method: Method,
    /// The target: path and query; for callers that speak to a proxy also scheme and authority.
    pub target: Uri,
    /// HTTP/1.0 or HTTP/1.1.
    pub version: Version,
    /// The header fields. Names may repeat.
    pub headers: HeaderMap,
    /// Who is at the other end of the connection.
    pub peer: Peer,
    /// The id of this request, in the answer and in the log.
    pub request_id: RequestId,
}

impl Head {
    /// The path of the target.
    pub fn path(&self) -> &str {
        self.target.path()
    }

    /// What stands behind the `?`, as sent; `None` without one.
    pub fn query(&self) -> Option<&str> {
        self.target.query()
    }
}

/// Who is at the other end of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Peer {
    /// A TCP address; that of the last proxy, if there is one.
    Tcp(SocketAddr),
    /// A process on this machine, by its effective user id, which the kernel vouches for.
    Unix {
        /// The user id.
        uid: u32,
    },
}

/// The id of a request: 122 random bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct RequestId(Uuid);

impl RequestId {
    /// A new id.
    pub fn random() -> Self {
        RequestId(Uuid::new_v4())
    }

    pub(super) fn header_value(self) -> Option<HeaderValue> {
        let mut buffer = Uuid::encode_buffer();
        HeaderValue::from_str(self.0.simple().encode_lower(&mut buffer)).ok()
    }
}

/// 32 lower-case hexadecimal digits.
impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.simple().fmt(f)
    }
}
