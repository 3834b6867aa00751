//! Why the reading of a batch file ended before its end, and where.
//!
//! The text says what is wrong and what was expected; it never repeats what was sent.

use std::fmt;
use std::io;

use super::place::Place;
use crate::domain::error::{Code, Error};
use crate::wire::xml::{XmlError, XmlErrorKind};

/// What is wrong with the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BatchErrorKind {
    /// It breaks a rule of XML 1.0 or of Namespaces in XML 1.0, or ends too early (B-6).
    NotWellFormed,
    /// It has a document type declaration.
    DtdNotAllowed,
    /// Its root is none of the two that batch files have (B-1).
    WrongRoot,
    /// Something other than white space stands outside the records.
    TextOutsideRecords,
    /// A record, what stands between two, or what the file unpacks to is over a limit.
    LimitExceeded,
    /// It is in an encoding other than UTF-8, US-ASCII, or UTF-16 with a byte order mark.
    EncodingNotSupported,
    /// It is packed, and the packing is damaged or cut short.
    PackingBroken,
    /// It could not be read from where it lies; trying again may help.
    NotRead,
}

/// The end of a file's reading. What was read before it stands.
#[derive(Debug)]
pub struct BatchError {
    /// What is wrong.
    pub kind: BatchErrorKind,
    /// Public text; a limit is named with its value.
    pub message: String,
    /// From 1.
    pub line: u64,
    /// In characters, from 1.
    pub column: u64,
    /// From 0, in the file as written (unpacked): of the place, or of the piece of the file that it is in.
    pub byte_offset: u64,
    /// Why it could not be read, for the log.
    pub source: Option<io::Error>,
}

impl BatchError {
    #[cold]
    pub(super) fn new(kind: BatchErrorKind, place: Place, message: impl Into<String>) -> Self {
        let Place { line, column, offset } = place;
        BatchError { kind, message: message.into(), line, column, byte_offset: offset, source: None }
    }

    #[cold]
    pub(super) fn limit(place: Place, what: &str, name: &str, value: u64) -> Self {
        let message = format!("{what} is over the limit {name} of {value}");
        BatchError::new(BatchErrorKind::LimitExceeded, place, message)
    }

    /// For a piece of the file that starts at this place.
    #[cold]
    pub(super) fn within(place: Place, error: XmlError) -> Self {
        let kind = match error.kind {
            XmlErrorKind::NotWellFormed => BatchErrorKind::NotWellFormed,
            XmlErrorKind::DtdNotAllowed => BatchErrorKind::DtdNotAllowed,
            XmlErrorKind::LimitExceeded | XmlErrorKind::TooManyBytes => BatchErrorKind::LimitExceeded,
            XmlErrorKind::EncodingNotSupported => BatchErrorKind::EncodingNotSupported,
        };
        let columns_before = if error.line == 1 { place.column - 1 } else { 0 };
        BatchError {
            line: place.line + u64::from(error.line) - 1,
            column: columns_before + u64::from(error.column),
            ..BatchError::new(kind, place, error.message)
        }
    }

    /// What the error is called in reviews, answers and the log.
    pub fn code(&self) -> Code {
        match self.kind {
            BatchErrorKind::NotWellFormed
            | BatchErrorKind::DtdNotAllowed
            | BatchErrorKind::WrongRoot
            | BatchErrorKind::TextOutsideRecords
            | BatchErrorKind::EncodingNotSupported
            | BatchErrorKind::PackingBroken => Code::MalformedMessage,
            BatchErrorKind::LimitExceeded => Code::MessageTooLarge,
            BatchErrorKind::NotRead => Code::UnexpectedError,
        }
    }
}

impl fmt::Display for BatchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let BatchError { message, line, column, byte_offset, .. } = self;
        write!(f, "{message} (line {line}, column {column}, byte {byte_offset})")
    }
}

impl std::error::Error for BatchError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_ref().map(|source| source as _)
    }
}

impl From<BatchError> for Error {
    fn from(error: BatchError) -> Self {
        let refusal = Error::new(error.code(), error.to_string());
        Error { source: error.source.map(Into::into), ..refusal }
    }
}
