//! The review row of a record that failed, in both of its stored versions.
//!
//! Never change a struct of a stored version: fields are stored by position. Deliberately absent: the record itself, which
//! stays in the file.

use serde::{Deserialize, Serialize};

use super::batch::{BatchRow, encode, section};
use super::{RecordError, read_section};

/// Without the identifiers of a card.
const V1: u8 = 1;
/// With them.
const V2: u8 = 2;

/// A record that failed, as the review shows it (B-4).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BatchFailure {
    /// The line on which it begins, from 1.
    pub line: u64,
    /// Where it begins in the file unpacked.
    pub byte_offset: u64,
    /// How long it is.
    pub byte_length: u64,
    /// What it asked for, as this program spells it; `None` if that is nothing known or goes without saying.
    pub action: Option<String>,
    /// The public name of the code.
    pub code: String,
    /// For a person; never a value that was sent.
    pub message: String,
    /// Where in the record, if it is one place.
    pub field: Option<String>,
    /// The CustomerID that it carried, cut off where it is longer than an id can be.
    pub customer_id: Option<String>,
    /// TypeCode and AlternateID of the alternate keys that it carried; the first few.
    pub alternate_keys: Vec<(String, String)>,
    /// The CardNumber that it carried, masked but for its last four characters.
    pub card_number: Option<String>,
    /// The InstrumentID that it carried.
    pub instrument_id: Option<String>,
}

/// [`BatchFailure`] as version 1 stored it.
#[derive(Deserialize)]
struct BatchFailureV1 {
    line: u64,
    byte_offset: u64,
    byte_length: u64,
    action: Option<String>,
    code: String,
    message: String,
    field: Option<String>,
    customer_id: Option<String>,
    alternate_keys: Vec<(String, String)>,
}

impl From<BatchFailureV1> for BatchFailure {
    fn from(row: BatchFailureV1) -> Self {
        BatchFailure {
            line: row.line,
            byte_offset: row.byte_offset,
            byte_length: row.byte_length,
            action: row.action,
            code: row.code,
            message: row.message,
            field: row.field,
            customer_id: row.customer_id,
            alternate_keys: row.alternate_keys,
            card_number: None,
            instrument_id: None,
        }
    }
}

impl BatchRow for BatchFailure {
    fn encode(&self) -> Result<Vec<u8>, RecordError> {
        encode(V2, self)
    }

    fn decode(body: &[u8]) -> Result<Self, RecordError> {
        match section(body)? {
            (V1, bytes) => Ok(read_section::<BatchFailureV1>(bytes)?.into()),
            (V2, bytes) => read_section(bytes),
            (tag, _) => Err(RecordError::Newer(tag)),
        }
    }
}
