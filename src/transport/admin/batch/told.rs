//! Runs and their review as lines of data, written here and read by the commands.
//!
//! Deliberately absent: what they mean, which the rows say.

use std::path::PathBuf;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::jobs::batch::Batches;
use crate::ops::runs::{BatchFailure, BatchWarning, RecordKind, RunProblem, RunState, StoredRun};

/// A run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RunTold {
    /// Its id.
    pub run: u64,
    /// Its fileset.
    pub fileset: String,
    /// The name of its file.
    pub file_name: String,
    /// Who brought it.
    pub who: String,
    /// How far it is.
    pub state: RunState,
    /// What its records are, once that is known.
    pub kind: Option<RecordKind>,
    /// Records decided.
    pub read: u64,
    /// Of them carried out.
    pub done: u64,
    /// Of them refused.
    pub failed: u64,
    /// Warnings of all of them.
    pub warnings: u64,
    /// Of these listed.
    pub warnings_listed: u64,
    /// How far in the file, unpacked.
    pub byte_offset: u64,
    /// How large the file is, as it lies there.
    pub file_bytes: u64,
    /// When it was taken on.
    pub submitted: Timestamp,
    /// When its first record was begun.
    pub started: Option<Timestamp>,
    /// When it ended.
    pub ended: Option<Timestamp>,
    /// Why it stands still or ended early.
    pub problem: Option<ProblemTold>,
    /// The name of the complete file among the archived ones, once it is there.
    pub archived: Option<String>,
    /// Where the file of the failed records is, once it is there.
    pub failures_path: Option<PathBuf>,
    /// The run whose failures it tries again.
    pub retry_of: Option<u64>,
}

/// Why a run stands still or ended early.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProblemTold {
    /// The public name of the code.
    pub code: String,
    /// For a person.
    pub message: String,
    /// In the file, unpacked.
    pub line: Option<u64>,
    /// In characters.
    pub column: Option<u64>,
}

/// A record that failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FailureTold {
    /// Its number in the file, from 1.
    pub record: u64,
    /// The line on which it begins.
    pub line: u64,
    /// Where it begins, unpacked.
    pub byte_offset: u64,
    /// What it asked for.
    pub action: Option<String>,
    /// The public name of the code.
    pub code: String,
    /// For a person.
    pub message: String,
    /// Where in the record.
    pub field: Option<String>,
    /// As it carried it.
    pub customer_id: Option<String>,
    /// TypeCode and AlternateID, as it carried them.
    pub alternate_keys: Vec<(String, String)>,
    /// As it carried it, masked.
    pub card_number: Option<String>,
    /// As it carried it.
    pub instrument_id: Option<String>,
}

/// Something of a record that was not heeded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WarningTold {
    /// The record's number in the file, from 1.
    pub record: u64,
    /// The line on which the record begins.
    pub line: u64,
    /// The public name of the code.
    pub code: String,
    /// Where in the record.
    pub field: String,
    /// For a person.
    pub message: String,
}

impl RunTold {
    pub(in crate::transport) fn new(stored: &StoredRun, batches: &Batches) -> Self {
        let run = &stored.run;
        RunTold {
            run: stored.id,
            fileset: run.fileset.clone(),
            file_name: run.file_name.clone(),
            who: run.who.clone(),
            state: run.state,
            kind: run.kind,
            read: run.counts.read,
            done: run.counts.done,
            failed: run.counts.failed,
            warnings: run.counts.warnings,
            warnings_listed: run.counts.warnings_listed,
            byte_offset: run.position.byte_offset,
            file_bytes: run.file_bytes,
            submitted: run.submitted,
            started: run.started,
            ended: run.ended,
            problem: run.problem.clone().map(ProblemTold::from),
            archived: run.archived.clone(),
            failures_path: batches.failures_path(run),
            retry_of: run.retry_of,
        }
    }
}

impl From<RunProblem> for ProblemTold {
    fn from(problem: RunProblem) -> Self {
        let RunProblem { code, message, line, column } = problem;
        ProblemTold { code, message, line, column }
    }
}

impl From<(u64, BatchFailure)> for FailureTold {
    fn from((record, failure): (u64, BatchFailure)) -> Self {
        FailureTold {
            record,
            line: failure.line,
            byte_offset: failure.byte_offset,
            action: failure.action,
            code: failure.code,
            message: failure.message,
            field: failure.field,
            customer_id: failure.customer_id,
            alternate_keys: failure.alternate_keys,
            card_number: failure.card_number,
            instrument_id: failure.instrument_id,
        }
    }
}

impl From<((u64, u64), BatchWarning)> for WarningTold {
    fn from(((record, _), warning): ((u64, u64), BatchWarning)) -> Self {
        let BatchWarning { line, code, field, message } = warning;
        WarningTold { record, line, code, field, message }
    }
}
