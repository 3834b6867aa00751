//! A refusal: its code, its texts, where it is, and everything that is wrong beside it.
//!
//! Deliberately absent: what a caller is shown of it, which each face decides.

use std::fmt;

use super::Code;

/// One thing that is wrong with a request, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// What is wrong.
    pub code: Code,
    /// The path of the element or attribute, from the operation's request: `Customer/AlternateKey[2]/@TypeCode`.
    pub field: String,
    /// What is wrong and what is expected, without the value that was sent.
    pub message: String,
}

/// A refusal: nothing was changed.
#[derive(Debug)]
pub struct Error {
    /// The code of the first violation in the documented order of checks.
    pub code: Code,
    /// Public text; for [`Class::Internal`](super::Class::Internal) and [`Class::CorruptRecord`](super::Class::CorruptRecord) transports show the request id instead.
    pub message: String,
    /// Where, if it is one place.
    pub field: Option<String>,
    /// Everything found wrong, bounded by [`VIOLATIONS_MAX`].
    pub violations: Vec<Violation>,
    /// Internal causes, for the log only.
    pub source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

/// How many violations one refusal lists at most.
pub const VIOLATIONS_MAX: usize = 50;

impl Error {
    /// A refusal that concerns no single field.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Error { code, message: message.into(), field: None, violations: Vec::new(), source: None }
    }

    /// A refusal for one field.
    pub fn at(code: Code, field: impl Into<String>, message: impl Into<String>) -> Self {
        let violation = Violation { code, field: field.into(), message: message.into() };
        Error::from(violation)
    }

    /// A fault of ours, with its cause for the log.
    pub fn internal(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        let mut error = Error::new(Code::UnexpectedError, "an internal error occurred");
        error.source = Some(source.into());
        error
    }

    /// The refusal for a list of violations, in order of checks; `None` when the list is empty.
    pub fn from_violations(mut violations: Vec<Violation>) -> Option<Self> {
        violations.truncate(VIOLATIONS_MAX);
        let first = violations.first()?.clone();
        Some(Error { violations, ..Error::from(first) })
    }
}

impl From<Violation> for Error {
    fn from(violation: Violation) -> Self {
        Error {
            code: violation.code,
            message: violation.message.clone(),
            field: Some(violation.field.clone()),
            violations: vec![violation],
            source: None,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code, self.message)
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}
