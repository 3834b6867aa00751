//! processCustomers: a document of customer records, each carried out by the operation that its `Action` names.
//!
//! Request: the document `Customers` itself, any number of `Customer`. Answer: `CustomersResponse`, a result for every
//! record in order, and counts. Records succeed or fail each alone, each in a commit of its own, one after the other.
//!
//! A record that fails for a reason that may pass (others writing, the store, time) ends the run: what follows may rest
//! on it, so the records behind it are not begun and fail with `SERVICE_UNAVAILABLE`. So do those for which no time is
//! left before the request's deadline. What was done stands.
//!
//! With a `wsa:MessageID` the message is remembered before its first record and each record in its own commit: sent
//! again, it answers for the records that are done what it answered before, and goes on behind them. Refused as a
//! whole only where the id was used with another body, or the store can't remember the message at all.

mod soap;
#[cfg(test)]
mod tests;

use std::time::Duration;

use tokio::time::Instant;

use super::{Action, Call, Gateway, MessageKey, Record, RecordOfMessage, RecordOutcome, idempotency};
use crate::domain::error::{Class, Code, Error};

/// The operation. It decides nothing itself, so it is no [`super::Operation`].
pub(super) struct ProcessCustomers;

const NAME: &str = "processCustomers";
/// How long before the deadline the last record ends, so that there is time for the answer; a tenth of the time there
/// is, where that is less.
const ANSWER_RESERVE_MAX: Duration = Duration::from_millis(500);

/// What became of a record.
#[derive(Debug)]
struct RecordResult {
    /// From 1.
    index: u64,
    /// What it asked for, as this program spells it; `None` if that is nothing known.
    action: Option<&'static str>,
    outcome: Result<RecordOutcome, Error>,
}

/// Carries out the records, in order.
async fn run<'d>(
    gateway: &Gateway,
    call: &Call<'_>,
    records: impl Iterator<Item = Record<'d>>,
) -> Result<Vec<RecordResult>, Error> {
    let _twin = match &call.message {
        Some(message) => Some(gateway.turns.take(idempotency::key(call.caller, message)).await),
        None => None,
    };
    let begun = match &call.message {
        Some(message) => Some(idempotency::begin(gateway, call, message, NAME).await?),
        None => None,
    };
    let end = call.deadline.map(before_answer);
    let mut results = Vec::new();
    let mut ended = false;
    for (index, record) in (1..).zip(records) {
        let message = call.message.as_ref().zip(begun).map(|(message, begun)| MessageKey {
            record: Some(RecordOfMessage { index, begun }),
            ..message.clone()
        });
        let action = record.action();
        let outcome = if ended {
            Err(not_begun("not begun, because an earlier record could not be carried out now; send it again"))
        } else {
            one(gateway, &Call { message, ..call.clone() }, index, action, record, end).await
        };
        ended = ended || outcome.as_ref().is_err_and(|refusal| ends_the_run(call, index, refusal));
        results.push(RecordResult { index, action: action.map(|action| action.name), outcome });
    }
    Ok(results)
}

/// Carries out one record, if there is time for it.
async fn one(
    gateway: &Gateway,
    call: &Call<'_>,
    index: u64,
    action: Option<&'static Action>,
    record: Record<'_>,
    end: Option<Instant>,
) -> Result<RecordOutcome, Error> {
    let operation = Action::operation(action, index)?;
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
fn ends_the_run(call: &Call<'_>, index: u64, refusal: &Error) -> bool {
    let (request_id, code) = (call.request_id, refusal.code.as_str());
    let cause = refusal.source.as_deref().map(tracing::field::display);
    match refusal.code.class() {
        Class::Internal | Class::CorruptRecord => {
            tracing::error!(operation = NAME, request_id, index, code, cause, "record failed");
        }
        Class::Contention | Class::Timeout | Class::Unavailable => {
            tracing::warn!(operation = NAME, request_id, index, code, cause, "record not carried out");
        }
        Class::Malformed
        | Class::Invalid
        | Class::NotFound
        | Class::AlreadyExists
        | Class::RuleViolated
        | Class::UnknownOperation
        | Class::Unauthenticated
        | Class::TooLarge => {
            tracing::debug!(operation = NAME, request_id, index, code, "record refused");
        }
    }
    refusal.code.retryable()
}
