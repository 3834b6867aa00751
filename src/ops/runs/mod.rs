//! Runs of batch files as the store knows them: their rows, and the records that are committed in chunks.
//!
//! Everything that `jobs` needs to carry out a file without a commit of its own. Deliberately absent: files, folders, and
//! what runs when.

mod ahead;
mod batch;
mod carried;
mod chunk;
mod decide;
mod execute;
mod feed;
mod overlay;
mod rows;
#[cfg(test)]
mod tests;

pub use crate::store::batch::{BatchReadError, StoredRun, failures, run, runs, warnings};
pub use crate::store::record::batch::{
    BatchFailure, BatchRun, BatchWarning, RecordKind, RunCounts, RunPosition, RunProblem, RunState,
};
pub use batch::BatchRecord;
pub use execute::{RunEnd, RunOptions, execute_records};
pub use rows::{NewRun, change_run, draw_run_id, forget_runs, take_on, unfinished_runs, waiting};
