//! A body that is read while it arrives, for those that are too large to be kept.
//!
//! A caller has the time that any body has, and more with every byte that it sends: one that sends slower than
//! [`BYTES_PER_SECOND_MIN`] for long is refused. Deliberately absent: a limit of bytes, and content codings.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::Duration;

use bytes::Bytes;
use hyper::body::{Body as HttpBody, Incoming};
use tokio::time::{Instant, timeout_at};

use super::Refusal;

/// Beyond the time that any body has.
const BYTES_PER_SECOND_MIN: u64 = 16 * 1024;

/// A body on its way.
#[derive(Debug)]
pub struct Arriving {
    body: Incoming,
    deadline: Instant,
    bytes: u64,
    ended: Arc<AtomicBool>,
}

impl Arriving {
    pub(super) fn new(body: Incoming, timeout: Duration) -> Self {
        let ended = Arc::new(AtomicBool::new(body.is_end_stream()));
        Arriving { body, deadline: Instant::now() + timeout, bytes: 0, ended }
    }

    /// Tells whether the body was read to its end, also when it is gone.
    pub(super) fn ended(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.ended)
    }

    /// The size that the caller has declared.
    pub fn declared_bytes(&self) -> Option<u64> {
        self.body.size_hint().exact()
    }

    /// The next piece; `None` at the end.
    pub async fn next(&mut self) -> Result<Option<Bytes>, Refusal> {
        loop {
            let deadline = self.deadline + Duration::from_secs(self.bytes / BYTES_PER_SECOND_MIN);
            let frame = std::future::poll_fn(|context| Pin::new(&mut self.body).poll_frame(context));
            match timeout_at(deadline, frame).await {
                Err(_) => return Err(Refusal::BodyTimeout),
                Ok(None) => {
                    self.ended.store(true, Relaxed);
                    return Ok(None);
                }
                Ok(Some(Err(_))) => return Err(Refusal::BodyBroken),
                // Trailers say nothing that is asked for.
                Ok(Some(Ok(frame))) => {
                    if let Ok(data) = frame.into_data() {
                        self.bytes += data.len() as u64;
                        return Ok(Some(data));
                    }
                }
            }
        }
    }
}
