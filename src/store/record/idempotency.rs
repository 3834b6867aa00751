//! What was answered to a message, so that a retry gets the same answer and runs nothing twice.

use std::borrow::Cow;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{FORMAT, RecordError, push_section, read_section, sections};

const REMEMBERED_V1: u8 = 1;

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
    Answered(&'a [u8]),
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
