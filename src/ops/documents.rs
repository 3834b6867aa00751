//! The run of a document: its records one after the other, each carried out by an operation in a commit of its own.
//!
//! A record that fails for a reason that may pass (others writing, the store, time) ends the run: what follows may rest
//! on it, so the records behind it are not begun and fail with `SERVICE_UNAVAILABLE`. So do those for which no time is
//! left before the request's deadline. What was done stands.
//!
//! With a `wsa:MessageID` the message is remembered before its first record and each record in its own commit: sent
//! again, it answers for the records that are done what it answered before, and goes on behind them. Refused as a
//! whole only where the id was used with another body, or the store can't remember the message at all. Deliberately
//! absent: which operation carries out a record.

use std::time::Duration;

use tokio::time::Instant;

use super::context::{Call, Gateway, MessageKey, RecordOfMessage};
use super::{Record, RecordOperation, RecordOutcome, idempotency};
use crate::domain::error::{Class, Code, Error};

/// How long before the deadline the last record ends, so that there is time for the answer; a tenth of the time there
/// is, where that is less.
const ANSWER_RESERVE_MAX: Duration = Duration::from_millis(500);

/// A record on its way.
pub(super) struct Task<'d> {
    /// The record.
    pub(super) record: Record<'d>,
    /// What it asks for, as this program spells it; `None` if that is nothing known or goes without saying.
    pub(super) action: Option<&'static str>,
    /// Who carries it out, or why nobody does.
    pub(super) operation: Result<&'static dyn RecordOperation, Error>,
}

/// What became of a record.
#[derive(Debug)]
pub(super) struct RecordResult {
    /// From 1.
    pub(super) index: u64,
    /// See [`Task::action`].
    pub(super) action: Option<&'static str>,
    pub(super) outcome: Result<RecordOutcome, Error>,
}

/// Carries out the records of a document, in order, for the operation `name`.
pub(super) async fn run<'d>(
    gateway: &Gateway,
    call: &Call<'_>,
    name: &'static str,
    tasks: impl Iterator<Item = Task<'d>>,
) -> Result<Vec<RecordResult>, Error> {
    let _twin = match &call.message {
        Some(message) => Some(gateway.turns.take(idempotency::key(call.caller, message)).await),
        None => None,
    };
    let begun = match &call.message {
        Some(message) => Some(idempotency::begin(gateway, call, message, name).await?),
        None => None,
    };
    let end = call.deadline.map(before_answer);
    let mut results = Vec::new();
    let mut ended = false;
    for (index, Task { record, action, operation }) in (1..).zip(tasks) {
        let message = call.message.as_ref().zip(begun).map(|(message, begun)| MessageKey {
            record: Some(RecordOfMessage { index, begun }),
            ..message.clone()
        });
        let outcome = if ended {
            Err(not_begun("not begun, because an earlier record could not be carried out now; send it again"))
        } else {
            one(gateway, &Call { message, ..call.clone() }, operation, record, end).await
        };
        ended = ended || outcome.as_ref().is_err_and(|refusal| ends_the_run(call, name, index, refusal));
        results.push(RecordResult { index, action, outcome });
    }
    Ok(results)
}

/// Carries out one record, if there is time for it.
async fn one(
    gateway: &Gateway,
    call: &Call<'_>,
    operation: Result<&'static dyn RecordOperation, Error>,
    record: Record<'_>,
    end: Option<Instant>,
) -> Result<RecordOutcome, Error> {
    let operation = operation?;
    let Some(end) = end else { return operation.call(gateway, call, record).await };
    if Instant::now() >= end {
        return Err(not_begun("not begun, because the time for the request was used up; send it again"));
    }
    let unknown = "no answer in time; whether there was an effect is not known";
    let running = tokio::time::timeout_at(end, operation.call(gateway, call, record));
    running.await.unwrap_or_else(|_| Err(Error::new(Code::Timeout, unknown)))
}

fn not_begun(why: &'static str) -> Error {
    Error::new(Code::ServiceUnavailable, why)
}

/// When the last record has to end for an answer by the deadline.
fn before_answer(deadline: Instant) -> Instant {
    let reserve = deadline.saturating_duration_since(Instant::now()) / 10;
    deadline - reserve.min(ANSWER_RESERVE_MAX)
}

/// Logs a failure as that of an operation of its own would be, and says whether the records behind it have to wait.
fn ends_the_run(call: &Call<'_>, name: &'static str, index: u64, refusal: &Error) -> bool {
    let (request_id, code) = (call.request_id, refusal.code.as_str());
    let cause = refusal.source.as_deref().map(tracing::field::display);
    match refusal.code.class() {
        Class::Internal | Class::CorruptRecord => {
            tracing::error!(operation = name, request_id, index, code, cause, "record failed");
        }
        Class::Contention | Class::Timeout | Class::Unavailable => {
            tracing::warn!(operation = name, request_id, index, code, cause, "record not carried out");
        }
        Class::Malformed
        | Class::Invalid
        | Class::NotFound
        | Class::AlreadyExists
        | Class::RuleViolated
        | Class::UnknownOperation
        | Class::Unauthenticated
        | Class::TooLarge => {
            tracing::debug!(operation = name, request_id, index, code, "record refused");
        }
    }
    refusal.code.retryable()
}
