//! Why a message was refused as XML, and where.
//!
//! The text says what is wrong and what was expected; it never repeats what was sent.

use std::fmt;

/// What is wrong with the message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum XmlErrorKind {
    /// The message breaks a rule of XML 1.0 or of Namespaces in XML 1.0.
    NotWellFormed,
    /// The message has a document type declaration.
    DtdNotAllowed,
    /// The message is over a structural limit.
    LimitExceeded,
    /// The message has more bytes than the limit.
    TooManyBytes,
    /// The message is in an encoding other than UTF-8, or UTF-16 with a byte order mark.
    EncodingNotSupported,
}

/// A refused message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct XmlError {
    /// What is wrong.
    pub kind: XmlErrorKind,
    /// Public text; a limit is named with its value.
    pub message: String,
    /// From 1.
    pub line: u32,
    /// In characters, from 1.
    pub column: u32,
}

impl fmt::Display for XmlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (line {}, column {})", self.message, self.line, self.column)
    }
}

impl std::error::Error for XmlError {}

/// An error inside the pass, before its offset is turned into line and column.
#[derive(Debug)]
pub(super) struct Refusal {
    pub(super) kind: XmlErrorKind,
    pub(super) message: String,
    pub(super) offset: usize,
}

impl Refusal {
    #[cold]
    pub(super) fn not_well_formed(offset: usize, message: &str) -> Self {
        Refusal { kind: XmlErrorKind::NotWellFormed, message: message.to_owned(), offset }
    }

    #[cold]
    pub(super) fn limit(offset: usize, name: &str, value: usize) -> Self {
        let message = format!("the message is over the limit {name} of {value}");
        Refusal { kind: XmlErrorKind::LimitExceeded, message, offset }
    }

    #[cold]
    pub(super) fn new(kind: XmlErrorKind, offset: usize, message: &str) -> Self {
        Refusal { kind, message: message.to_owned(), offset }
    }

    /// Line and column are counted in `text`, at the offset or the last character before it.
    pub(super) fn locate(self, text: &str) -> XmlError {
        let (line, column) = position(text, self.offset);
        XmlError { kind: self.kind, message: self.message, line, column }
    }
}

/// Line and column of a byte offset, both from 1; the column counts characters.
pub(super) fn position(text: &str, offset: usize) -> (u32, u32) {
    let mut offset = offset.min(text.len());
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    let before = &text[..offset];
    let line = memchr::memchr_iter(b'\n', before.as_bytes()).count() + 1;
    let line_start = memchr::memrchr(b'\n', before.as_bytes()).map_or(0, |newline| newline + 1);
    let column = before[line_start..].chars().count() + 1;
    (saturate(line), saturate(column))
}

fn saturate(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
