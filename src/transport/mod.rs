//! How requests come in: HTTP over TCP for callers, HTTP over a Unix socket for administrators.
//!
//! [`http`] knows bytes, limits and time; what a request means is a [`http::Handler`]'s business; [`observe`] stands
//! between the two, counts, logs and tells operators. Deliberately
//! absent: commits and store engines, which the transports never name.

pub mod admin;
pub mod batch;
pub mod http;
pub mod observe;
mod outcome;
pub mod shutdown;
pub mod soap;
