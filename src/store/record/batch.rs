//! The rows of batch runs: the run itself, the records that failed, and what of the others was not heeded.
//!
//! Each body is one section whose tag is its stored version. Never change a struct of a stored version: fields are
//! stored by position, and so are the words of its enums. Deliberately absent: what the keys say already (the run's id,
//! a record's index), and the records themselves, which stay in the file.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub use super::batch_failure::BatchFailure;
use super::{FORMAT, RecordError, push_section, read_section, sections};

/// The only stored version of runs and warnings so far.
const V1: u8 = 1;

/// A file that runs, ran, or waits to run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BatchRun {
    /// The fileset that the file belongs to.
    pub fileset: String,
    /// The file's name as it came.
    pub file_name: String,
    /// Who brought it; `batch` where it was found in the fileset's folder.
    pub who: String,
    /// How far it is.
    pub state: RunState,
    /// What its records are, once its first tag was read.
    pub kind: Option<RecordKind>,
    /// How many records of what outcome.
    pub counts: RunCounts,
    /// How far in the file everything is done: behind this record a run goes on.
    pub position: RunPosition,
    /// The bytes of the file as it lies there, packed if it is.
    pub file_bytes: u64,
    /// When it was taken on.
    pub submitted: Timestamp,
    /// When its first record was begun.
    pub started: Option<Timestamp>,
    /// When it came to its end, in whatever state.
    pub ended: Option<Timestamp>,
    /// What it ends as once its files are written; known from Finishing on.
    pub outcome: Option<RunState>,
    /// Why it was refused, stopped or ended before the end of the file, or what keeps it from ending.
    pub problem: Option<RunProblem>,
    /// The name of the complete file in `complete/<fileset>/archived`, once it is there.
    pub archived: Option<String>,
    /// The name of the file of failed blocks in `complete/<fileset>/failed`, once it is there.
    pub failures_file: Option<String>,
    /// The run whose failures it tries again.
    pub retry_of: Option<u64>,
}

/// How far a run is. Stored by position: only add at the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum RunState {
    /// It is behind others of its fileset.
    Waiting,
    /// Its records are being carried out.
    Running,
    /// Somebody paused it; it goes on when somebody resumes it.
    Paused,
    /// It could not go on (the store takes no writes, a stored record is damaged); what was done stands. It is tried
    /// again by itself, and when somebody resumes it.
    Stopped,
    /// All of it is decided; its files are being written to `complete`.
    Finishing,
    /// Every record was carried out.
    Completed,
    /// The end of the file was reached, and some records failed.
    CompletedWithFailures,
    /// The file is not well-formed from some place on: what stands before it was carried out (B-6).
    Broken,
    /// Nothing of it was carried out: it is no batch file, or has a document type declaration.
    Refused,
    /// Somebody cancelled it; what was done stands.
    Cancelled,
}

/// What the records of a file are. Stored by position: only add at the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum RecordKind {
    /// `Customer` in `Customers`.
    Customers,
    /// `Instrument` in `ActivateInstrumentCustomerRequest`.
    Instruments,
}

/// How many records of what outcome; `read` is the sum of `done` and `failed`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunCounts {
    /// Records that were decided.
    pub read: u64,
    /// Records that were carried out, those that changed nothing among them.
    pub done: u64,
    /// Records that were refused.
    pub failed: u64,
    /// Warnings of all records, whether listed or not.
    pub warnings: u64,
    /// Warnings that are listed.
    pub warnings_listed: u64,
}

/// A place in a file, unpacked.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunPosition {
    /// The last record that is done, from 1; 0 before the first.
    pub index: u64,
    /// Where it ends, in bytes.
    pub byte_offset: u64,
}

/// Why a run was refused, stopped or ended early.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunProblem {
    /// The public name of the code.
    pub code: String,
    /// For a person; names no value of a record.
    pub message: String,
    /// In the file unpacked, from 1; `None` where it is no matter of the file.
    pub line: Option<u64>,
    /// In characters, from 1.
    pub column: Option<u64>,
}

/// Something of a record that was not heeded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BatchWarning {
    /// The line on which the record begins, from 1.
    pub line: u64,
    /// The public name of the code.
    pub code: String,
    /// Where in the record.
    pub field: String,
    /// For a person.
    pub message: String,
}

impl RunState {
    /// Every state.
    pub const ALL: &'static [RunState] = &[
        RunState::Waiting,
        RunState::Running,
        RunState::Paused,
        RunState::Stopped,
        RunState::Finishing,
        RunState::Completed,
        RunState::CompletedWithFailures,
        RunState::Broken,
        RunState::Refused,
        RunState::Cancelled,
    ];

    /// The word for it, in answers, tables and metrics.
    pub const fn as_str(self) -> &'static str {
        match self {
            RunState::Waiting => "Waiting",
            RunState::Running => "Running",
            RunState::Paused => "Paused",
            RunState::Stopped => "Stopped",
            RunState::Finishing => "Finishing",
            RunState::Completed => "Completed",
            RunState::CompletedWithFailures => "CompletedWithFailures",
            RunState::Broken => "Broken",
            RunState::Refused => "Refused",
            RunState::Cancelled => "Cancelled",
        }
    }

    /// Has the run come to its end? Nothing of its row changes any more.
    pub const fn is_final(self) -> bool {
        match self {
            RunState::Waiting
            | RunState::Running
            | RunState::Paused
            | RunState::Stopped
            | RunState::Finishing => false,
            RunState::Completed
            | RunState::CompletedWithFailures
            | RunState::Broken
            | RunState::Refused
            | RunState::Cancelled => true,
        }
    }
}

/// The body of a row: how it is written and read in any stored version.
pub trait BatchRow: Sized {
    /// Writes the row.
    fn encode(&self) -> Result<Vec<u8>, RecordError>;
    /// Reads a row of any stored version.
    fn decode(body: &[u8]) -> Result<Self, RecordError>;
}

/// Rows with one stored version.
macro_rules! rows_of_version_1 {
    ($($row:ty),+) => {$(
        impl BatchRow for $row {
            fn encode(&self) -> Result<Vec<u8>, RecordError> {
                encode(V1, self)
            }

            fn decode(body: &[u8]) -> Result<Self, RecordError> {
                match section(body)? {
                    (V1, bytes) => read_section(bytes),
                    (tag, _) => Err(RecordError::Newer(tag)),
                }
            }
        }
    )+};
}

rows_of_version_1!(BatchRun, BatchWarning);

/// The body of a row of this version.
pub(super) fn encode(version: u8, row: &impl Serialize) -> Result<Vec<u8>, RecordError> {
    let mut body = vec![FORMAT];
    push_section(&mut body, version, row)?;
    Ok(body)
}

/// The one section of a row, with its version.
pub(super) fn section(body: &[u8]) -> Result<(u8, &[u8]), RecordError> {
    match sections(body)?.as_slice() {
        [one] => Ok(*one),
        [(tag, _), ..] => Err(RecordError::Newer(*tag)),
        [] => Err(RecordError::Unreadable("an empty row".to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run() -> BatchRun {
        BatchRun {
            fileset: "nightly".to_owned(),
            file_name: "people.xml.gz".to_owned(),
            who: "batch".to_owned(),
            state: RunState::Broken,
            kind: Some(RecordKind::Instruments),
            counts: RunCounts { read: 326, done: 300, failed: 26, warnings: 70_000, warnings_listed: 1_000 },
            position: RunPosition { index: 326, byte_offset: 1_234_567 },
            file_bytes: 98_765,
            submitted: "2026-03-01T08:30:00.25Z".parse().unwrap(),
            started: "2026-03-01T08:30:01Z".parse().ok(),
            ended: None,
            outcome: Some(RunState::Broken),
            problem: Some(RunProblem {
                code: "MALFORMED_MESSAGE".to_owned(),
                message: "the end of the element is missing".to_owned(),
                line: Some(17),
                column: Some(3),
            }),
            archived: Some("people-3.xml.gz".to_owned()),
            failures_file: None,
            retry_of: Some(2),
        }
    }

    fn failure() -> BatchFailure {
        BatchFailure {
            line: 12,
            byte_offset: 4_096,
            byte_length: 321,
            action: Some("Add".to_owned()),
            code: "CUSTOMER_ALREADY_EXISTS".to_owned(),
            message: "an alternate key of the request belongs to customer 7".to_owned(),
            field: Some("Customer/AlternateKey[1]".to_owned()),
            customer_id: None,
            alternate_keys: vec![("XSTORE_ID".to_owned(), "A-1".to_owned())],
            card_number: Some("************0001".to_owned()),
            instrument_id: Some("SC-0001".to_owned()),
        }
    }

    fn warning() -> BatchWarning {
        BatchWarning {
            line: 9,
            code: "EMPTY_ELEMENT".to_owned(),
            field: "Customer/Source".to_owned(),
            message: "an empty element counts as not sent".to_owned(),
        }
    }

    fn check<R: BatchRow + PartialEq + std::fmt::Debug>(row: &R, fixture: &[u8]) {
        assert_eq!(R::decode(fixture).unwrap(), *row, "what a version wrote is readable for ever");
        assert_eq!(row.encode().unwrap(), fixture);
        assert!(matches!(R::decode(&[9]), Err(RecordError::Newer(9))));
        assert!(R::decode(&fixture[..fixture.len() - 1]).is_err());
    }

    /// The fixtures are never rewritten.
    #[test]
    fn stored_versions_stay_readable() {
        check(&run(), include_bytes!("fixtures/batch-run-v1.bin"));
        check(&failure(), include_bytes!("fixtures/batch-failure-v2.bin"));
        let before = BatchFailure::decode(include_bytes!("fixtures/batch-failure-v1.bin")).unwrap();
        assert_eq!(before, BatchFailure { card_number: None, instrument_id: None, ..failure() });
        check(&warning(), include_bytes!("fixtures/batch-warning-v1.bin"));
    }

    #[test]
    fn every_state_is_stored_by_its_place() {
        for (place, state) in RunState::ALL.iter().enumerate() {
            let body = BatchRun { state: *state, ..run() }.encode().unwrap();
            assert_eq!(BatchRun::decode(&body).unwrap().state, *state);
            assert_eq!(postcard::to_stdvec(state).unwrap(), [u8::try_from(place).unwrap()]);
        }
    }
}
