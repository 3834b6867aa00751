//! What became of a request, told by the handler that knows it to whoever counts and logs: an extension of the answer.
//!
//! Deliberately absent: anything that the caller sent. A cause is of our own making, and for the log alone.

use crate::domain::error::{Class, Code, Error};
use crate::transport::http::Response;

/// How the answer to a message came about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Outcome {
    /// The operation's name in the registry, once it was known.
    pub(super) operation: Option<&'static str>,
    pub(super) verdict: Verdict,
    /// Of a failure that is ours.
    pub(super) cause: Option<String>,
}

/// The short form of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Carried out.
    Done,
    /// Refused or failed.
    Refused(Code),
    /// A fault about the envelope or a header, which has no code.
    Envelope,
}

impl Verdict {
    /// How many there are.
    pub(super) const COUNT: usize = Code::ALL.len() + 2;

    /// Its place among all of them.
    pub(super) fn index(self) -> usize {
        match self {
            Verdict::Done => 0,
            Verdict::Envelope => 1,
            Verdict::Refused(code) => 2 + code as usize,
        }
    }

    /// Its name for people and labels. Codes that share a public name share this one.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Verdict::Done => "OK",
            Verdict::Envelope => "ENVELOPE_FAULT",
            Verdict::Refused(code) => code.as_str(),
        }
    }
}

impl Outcome {
    /// What an operation came to.
    pub(super) fn of(operation: &'static str, result: &Result<Vec<u8>, Error>) -> Self {
        let (verdict, cause) = match result {
            Ok(_) => (Verdict::Done, None),
            Err(error) => (Verdict::Refused(error.code), cause(error)),
        };
        Outcome { operation: Some(operation), verdict, cause }
    }

    /// A refusal from before the operation was known.
    pub(super) fn refused(code: Option<Code>) -> Self {
        Outcome { operation: None, verdict: code.map_or(Verdict::Envelope, Verdict::Refused), cause: None }
    }

    /// Attaches it to the answer, in place of one that is there.
    pub(super) fn tell(self, mut response: Response) -> Response {
        response.extensions_mut().insert(self);
        response
    }
}

/// A caller's mistake has no cause worth a line.
fn cause(error: &Error) -> Option<String> {
    match error.code.class() {
        Class::Internal | Class::CorruptRecord | Class::Contention | Class::Timeout | Class::Unavailable => {
            error.source.as_deref().map(ToString::to_string)
        }
        Class::Malformed
        | Class::Invalid
        | Class::NotFound
        | Class::AlreadyExists
        | Class::RuleViolated
        | Class::UnknownOperation
        | Class::Unauthenticated
        | Class::TooLarge => None,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_verdict_has_a_place_of_its_own() {
        let refused = Code::ALL.iter().map(|code| Verdict::Refused(*code));
        let all: Vec<_> = refused.chain([Verdict::Done, Verdict::Envelope]).collect();
        let places: BTreeSet<_> = all.iter().map(|verdict| verdict.index()).collect();
        assert_eq!(places, (0..Verdict::COUNT).collect());
    }
}
