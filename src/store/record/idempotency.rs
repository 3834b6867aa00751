//! What was answered to a message, so that a retry gets the same answer and runs nothing twice.

use std::borrow::Cow;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{FORMAT, RecordError, push_section, read_section, sections};

const REMEMBERED_V1: u8 = 1;
const RECORD_ANSWER_V1: u8 = 1;

/// A remembered request.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Remembered<'a> {
    /// Of the Body element's bytes as they were sent.
    pub body_sha256: [u8; 32],
    /// The operation that ran.
    pub operation: Cow<'a, str>,
    /// When it was decided; a row is kept for a day from then.
    pub time: Timestamp,
    /// What was answered.
    #[serde(borrow)]
    pub outcome: RememberedOutcome<'a>,
}

/// The answer to a remembered request.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum RememberedOutcome<'a> {
    /// The encoded answer.
    Answered(#[serde(borrow, with = "serde_bytes")] &'a [u8]),
    /// The refusal; its code and each violation's by their public names.
    Refused {
        /// The public name of the code.
        code: Cow<'a, str>,
        /// The public text.
        message: Cow<'a, str>,
        /// Where.
        field: Option<Cow<'a, str>>,
        /// Code, field and message of each violation.
        violations: Vec<(Cow<'a, str>, Cow<'a, str>, Cow<'a, str>)>,
    },
}

/// What is remembered as the answer to one record of a message that has several.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RecordAnswer<'a> {
    /// The customer that the record was about.
    pub customer_id: u64,
    /// Code, field and message of each warning.
    #[serde(borrow)]
    pub warnings: Vec<(Cow<'a, str>, Cow<'a, str>, Cow<'a, str>)>,
}

/// Writes the answer to a record.
pub fn encode_record_answer(answer: &RecordAnswer<'_>) -> Result<Vec<u8>, RecordError> {
    let mut body = vec![FORMAT];
    push_section(&mut body, RECORD_ANSWER_V1, answer)?;
    Ok(body)
}

/// Reads the answer to a record in any stored version.
pub fn decode_record_answer(body: &[u8]) -> Result<RecordAnswer<'_>, RecordError> {
    match sections(body)?.as_slice() {
        [(RECORD_ANSWER_V1, bytes)] => read_section(bytes),
        [(tag, _), ..] => Err(RecordError::Newer(*tag)),
        [] => Err(RecordError::Unreadable("an empty answer".to_owned())),
    }
}

/// Writes a row.
pub fn encode(remembered: &Remembered<'_>) -> Result<Vec<u8>, RecordError> {
    let mut body = vec![FORMAT];
    push_section(&mut body, REMEMBERED_V1, remembered)?;
    Ok(body)
}

/// Reads a row of any stored version.
pub fn decode(body: &[u8]) -> Result<Remembered<'_>, RecordError> {
    match sections(body)?.as_slice() {
        [(REMEMBERED_V1, bytes)] => read_section(bytes),
        [(tag, _), ..] => Err(RecordError::Newer(*tag)),
        [] => Err(RecordError::Unreadable("an empty row".to_owned())),
    }
}
