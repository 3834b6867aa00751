//! Collects what is wrong with a request, in order of checks, up to the bound of one refusal.

use super::error::{Code, Error, VIOLATIONS_MAX, Violation};

/// What was found wrong so far.
#[derive(Debug, Default)]
pub(super) struct Violations(Vec<Violation>);

impl Violations {
    /// `field` is the path from the operation's request; `message` never repeats a customer's value.
    pub(super) fn add(&mut self, code: Code, field: impl Into<String>, message: impl Into<String>) {
        if self.0.len() < VIOLATIONS_MAX {
            self.0.push(Violation { code, field: field.into(), message: message.into() });
        }
    }

    /// The refusal, if anything was found.
    pub(super) fn into_result(self) -> Result<(), Error> {
        Error::from_violations(self.0).map_or(Ok(()), Err)
    }
}
