//! The limits of one HTTP server, in the types that it works with.
//!
//! Deliberately absent: limits on XML, which belong to whoever reads it.

use std::time::Duration;

use crate::config::Limits;

/// What a caller may ask, and for how long. See [`Limits`] for what each means.
#[derive(Debug, Clone, Copy)]
pub struct HttpLimits {
    /// Largest request body, in bytes.
    pub message_bytes_max: u64,
    /// What an unpacked body may come to, in multiples of the bytes sent; not heeded for small bodies.
    pub inflate_ratio_max: u64,
    /// Answers of this size and more are packed for callers that accept it, in bytes.
    pub gzip_answer_bytes_min: u64,
    /// All request bodies held at the same time, in bytes.
    pub bodies_bytes_max: u64,
    /// Connections.
    pub connections_max: usize,
    /// Requests that run at the same time.
    pub requests_in_flight_max: usize,
    /// From the first byte of a head to its end.
    pub header_timeout: Duration,
    /// From the end of the head to the end of the body.
    pub body_timeout: Duration,
    /// From the end of the body to the answer.
    pub request_timeout: Duration,
    /// Without progress while writing.
    pub write_timeout: Duration,
    /// Without a request.
    pub idle_timeout: Duration,
    /// From the order to stop to the end.
    pub drain_timeout: Duration,
    /// What Retry-After says, in seconds.
    pub retry_after_s: u32,
}

impl From<&Limits> for HttpLimits {
    fn from(limits: &Limits) -> Self {
        HttpLimits {
            message_bytes_max: limits.message_bytes_max,
            inflate_ratio_max: limits.inflate_ratio_max,
            gzip_answer_bytes_min: limits.gzip_answer_bytes_min,
            bodies_bytes_max: limits.bodies_bytes_max,
            connections_max: limits.connections_max,
            requests_in_flight_max: limits.requests_in_flight_max,
            header_timeout: Duration::from_millis(limits.header_timeout_ms),
            body_timeout: Duration::from_millis(limits.body_timeout_ms),
            request_timeout: Duration::from_millis(limits.request_timeout_ms),
            write_timeout: Duration::from_millis(limits.write_timeout_ms),
            idle_timeout: Duration::from_millis(limits.idle_timeout_ms),
            drain_timeout: Duration::from_millis(limits.drain_timeout_ms),
            retry_after_s: limits.retry_after_s,
        }
    }
}
