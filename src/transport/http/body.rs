//! The body of an answer: bytes that are there, or bytes that are still being made.
//!
//! The common case costs no allocation beyond the bytes. A streamed body pushes back: a producer waits until
//! the caller has taken what was sent. Deliberately absent: trailers.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use hyper::body::{Body as HttpBody, Frame, SizeHint};
use tokio::sync::mpsc;

/// Why a streamed body broke off; the caller sees an answer without its end.
pub type BodyError = Box<dyn std::error::Error + Send + Sync>;

/// Pieces that a producer may be ahead of the caller.
const PIECES_AHEAD: usize = 8;

/// The body of an answer.
#[derive(Debug)]
pub struct Body(Kind);

#[derive(Debug)]
enum Kind {
    Whole(Bytes),
    Streamed(mpsc::Receiver<Result<Bytes, BodyError>>),
}

/// The producer's end of a streamed body. Dropping it ends the body as it should end.
#[derive(Debug, Clone)]
pub struct BodySender(mpsc::Sender<Result<Bytes, BodyError>>);

/// Nobody reads the body any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the caller is gone")]
pub struct Gone;

impl Body {
    /// No bytes.
    pub fn empty() -> Self {
        Body(Kind::Whole(Bytes::new()))
    }

    /// A body that is sent while it is being made.
    pub fn streamed() -> (BodySender, Body) {
        let (sender, receiver) = mpsc::channel(PIECES_AHEAD);
        (BodySender(sender), Body(Kind::Streamed(receiver)))
    }

    /// The bytes, if they are there.
    pub(super) fn whole(&self) -> Option<&Bytes> {
        match &self.0 {
            Kind::Whole(bytes) => Some(bytes),
            Kind::Streamed(_) => None,
        }
    }

    /// The next piece; `None` at the end. For callers in this process.
    pub async fn next(&mut self) -> Option<Result<Bytes, BodyError>> {
        std::future::poll_fn(|context| self.poll_next(context)).await
    }

    fn poll_next(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, BodyError>>> {
        match &mut self.0 {
            Kind::Whole(bytes) if bytes.is_empty() => Poll::Ready(None),
            Kind::Whole(bytes) => Poll::Ready(Some(Ok(std::mem::take(bytes)))),
            Kind::Streamed(receiver) => receiver.poll_recv(context),
        }
    }
}

impl BodySender {
    /// Sends a piece; waits while the caller is behind.
    pub async fn send(&self, piece: impl Into<Bytes>) -> Result<(), Gone> {
        self.0.send(Ok(piece.into())).await.map_err(|_| Gone)
    }

    /// Sends a piece from a thread outside the runtime; blocks while the caller is behind.
    pub fn blocking_send(&self, piece: impl Into<Bytes>) -> Result<(), Gone> {
        self.0.blocking_send(Ok(piece.into())).map_err(|_| Gone)
    }

    /// Breaks the body off, so that the caller notices that the end is missing.
    pub async fn fail(self, error: BodyError) {
        // If nobody reads any more, nobody has to be told.
        let _ = self.0.send(Err(error)).await;
    }
}

impl<T: Into<Bytes>> From<T> for Body {
    fn from(bytes: T) -> Self {
        Body(Kind::Whole(bytes.into()))
    }
}

impl HttpBody for Body {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        let piece = ready!(self.get_mut().poll_next(context));
        Poll::Ready(piece.map(|piece| piece.map(Frame::data)))
    }

    fn is_end_stream(&self) -> bool {
        matches!(&self.0, Kind::Whole(bytes) if bytes.is_empty())
    }

    fn size_hint(&self) -> SizeHint {
        match &self.0 {
            Kind::Whole(bytes) => SizeHint::with_exact(bytes.len() as u64),
            Kind::Streamed(_) => SizeHint::default(),
        }
    }
}
