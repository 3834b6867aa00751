//! HTTP/1.1 (and 1.0) under limits: connections, heads, bodies, time.
//!
//! Promises: a request reaches its [`Handler`] whole, within [`HttpLimits`], with an id and a deadline; what breaks
//! a limit is answered through [`Handler::refuse`], in the caller's own language; a request is read one way
//! only; packed bodies come out unpacked; when the order to stop comes, what runs is finished. Deliberately absent:
//! what a request means, TLS, HTTP/2.

mod arriving;
mod body;
mod coding;
mod connection;
mod limits;
mod pulse;
mod refusal;
mod request;
mod server;
mod service;

use std::sync::Arc;

use async_trait::async_trait;

pub use arriving::Arriving;
pub use body::{Body, BodyError, BodySender, Gone};
pub use limits::HttpLimits;
pub use refusal::{Refusal, Unrouted, problem, problem_of, refused};
pub use request::{Head, Peer, Request, RequestId};
pub use server::{Drained, Listener, serve};

/// An answer. The server adds `X-Request-Id`, and `Date`, `Content-Length` and `Connection` where they are due.
pub type Response = hyper::Response<Body>;

/// What stands behind the HTTP server: one for callers, one for administrators.
#[async_trait]
pub trait Handler: Send + Sync + 'static {
    /// Answers a request. It is the handler's duty to answer by `request.deadline`, for only it knows whether
    /// there was an effect; a little later the server answers [`Refusal::Overdue`] in its place.
    async fn handle(&self, request: Request) -> Response;

    /// Is the body of such a request handed over while it arrives, to [`Handler::take`]? Then nothing of it is kept, and
    /// its size and coding are the handler's matter.
    fn streams(&self, head: &Head) -> bool {
        let _ = head;
        false
    }

    /// Answers a request whose body arrives. What was begun must be undone if this is dropped before its end.
    async fn take(&self, head: Arc<Head>, body: Arriving) -> Response {
        drop(body);
        self.refuse(&head, Refusal::Failed)
    }

    /// Answers a request that the server did not let through; its body has not been read.
    fn refuse(&self, head: &Head, refusal: Refusal) -> Response {
        let _ = head;
        refused(refusal)
    }

    /// Is told how many connections are open, whenever that may have changed.
    fn connections(&self, open: usize) {
        let _ = open;
    }
}

#[cfg(test)]
mod tests;
