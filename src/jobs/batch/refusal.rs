//! Why a wish about batch files was not fulfilled.
//!
//! Deliberately absent: what became of records, which the review tells.

use crate::domain::error::Error;
use crate::ops::runs::{BatchReadError, RunState};

/// Why not.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// There is no run with this id, or it is no longer kept.
    #[error("there is no run with this id")]
    UnknownRun,
    /// The run is not in a state in which that is possible.
    #[error("the run is {}: {}", .0.as_str(), .1)]
    WrongState(RunState, &'static str),
    /// The fileset or the name of the file is not acceptable: which of them, and what is expected.
    #[error("the {0} is not acceptable: {1}")]
    BadName(&'static str, &'static str),
    /// A file of this name is there that was not run to its end, and only a free name was wanted.
    #[error("a file of this name was not run to its end yet")]
    NameTaken,
    /// The bytes that came do not have the checksum that was sent with them.
    #[error("the file does not have the checksum that was sent with it")]
    OtherChecksum,
    /// A file or folder could not be read or written: what was being done, and the system's reason.
    #[error("{0}: {1}")]
    Files(&'static str, std::io::Error),
    /// The store refused.
    #[error("{}", .0.message)]
    Store(Error),
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        Refusal::Store(error)
    }
}

impl From<BatchReadError> for Refusal {
    fn from(error: BatchReadError) -> Self {
        Refusal::Store(error.into())
    }
}
