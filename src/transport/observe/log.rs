//! One line in the log for every message and every document that was asked for.
//!
//! What is a fault of ours is told at error, what may succeed later at warn, everything else at debug, or at info where
//! the configuration asks for it. Deliberately absent: paths, queries, headers and bodies, which may hold data of
//! customers.

use std::time::Duration;

use hyper::StatusCode;

use super::requests::NO_OPERATION;
use super::trace::TraceParent;
use crate::domain::error::Class;
use crate::transport::http::RequestId;
use crate::transport::outcome::{Outcome, Verdict};

/// What a line holds.
pub(super) struct Line<'a> {
    pub(super) request_id: RequestId,
    pub(super) trace: Option<&'a TraceParent>,
    /// `None`: no message.
    pub(super) outcome: Option<&'a Outcome>,
    pub(super) status: StatusCode,
    /// `None`: refused while it arrived.
    pub(super) took: Option<Duration>,
}

enum Severity {
    Failed,
    NotNow,
    Usual,
}

/// Writes a line with these fields at a level that is a constant.
macro_rules! write_line {
    ($level:ident, $line:expr, $text:literal) => {{
        let line = $line;
        let outcome = line.outcome;
        tracing::$level!(
            operation = outcome.map(|outcome| outcome.operation.unwrap_or(NO_OPERATION)),
            code = outcome.map(|outcome| outcome.verdict.as_str()),
            status = line.status.as_u16(),
            duration_us = line.took.map(|took| u64::try_from(took.as_micros()).unwrap_or(u64::MAX)),
            request_id = %line.request_id,
            trace_id = line.trace.map(TraceParent::trace_id),
            cause = outcome.and_then(|outcome| outcome.cause.as_deref()),
            $text
        );
    }};
}

impl Line<'_> {
    /// Writes it; `at_info`: also where nothing is wrong.
    pub(super) fn write(&self, at_info: bool) {
        match (self.severity(), at_info) {
            (Severity::Failed, _) => write_line!(error, self, "request failed"),
            (Severity::NotNow, _) => write_line!(warn, self, "request not carried out"),
            (Severity::Usual, true) => write_line!(info, self, "request answered"),
            (Severity::Usual, false) => write_line!(debug, self, "request answered"),
        }
    }

    fn severity(&self) -> Severity {
        let Some(Verdict::Refused(code)) = self.outcome.map(|outcome| outcome.verdict) else {
            return Severity::Usual;
        };
        match code.class() {
            Class::Internal | Class::CorruptRecord => Severity::Failed,
            Class::Contention | Class::Timeout | Class::Unavailable => Severity::NotNow,
            Class::Malformed
            | Class::Invalid
            | Class::NotFound
            | Class::AlreadyExists
            | Class::RuleViolated
            | Class::UnknownOperation
            | Class::Unauthenticated
            | Class::TooLarge => Severity::Usual,
        }
    }
}
