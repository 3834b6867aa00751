//! What runs by itself beside requests.
//!
//! A job is a future that works until it is dropped; whoever starts it drops it at shutdown. What it commits goes
//! through `ops`. Deliberately absent: schedules beyond "at the start, and then every so often".

pub mod batch;
mod sweep;
pub mod validation;

pub use sweep::{Sweep, pass};
