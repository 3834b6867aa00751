//! The administrators' door: HTTP/1.1 over a Unix socket in the data folder.
//!
//! Only the user that runs the server, and root, get in: the folder is private, the socket is bound under umask
//! 077, and the kernel says who is at the other end. Whoever holds the data folder's lock removes a socket that a
//! killed server left. Deliberately absent: what is answered, which
//! `ops::administration` knows.

mod answer;
mod batch;
mod client;
mod handler;
mod history;
mod line;
mod place;
mod reference;
mod reply;
mod socket;
mod whole_store;

pub use answer::Answer;
pub use batch::{FailureTold, FoundTold, ProblemTold, RunTold, ValidatedTold, WarningTold};
pub use client::AdminClient;
pub use handler::AdminService;
pub use line::Line;
pub use socket::AdminSocket;

pub use crate::ops::runs::{RecordKind, RunState};

#[cfg(test)]
mod tests;
