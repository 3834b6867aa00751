//! A message that is sent again gets the stored answer and runs nothing twice.
//!
//! Key: user and `wsa:MessageID`. The row is written in the same commit as the effect, so it is there exactly when the
//! effect is. Kept for [`KEEP`], across restarts. A message of several records has a row for itself, written before the
//! first of them, and one for each record: sent again after a crash, it goes on behind the last record that was done.

use std::borrow::Cow;

use jiff::{SignedDuration, Timestamp};

use super::context::{Call, Context, Gateway, MessageKey};
use crate::domain::error::{Class, Code, Error, Violation};
use crate::store::record::idempotency::{Remembered, RememberedOutcome, decode, encode};
use crate::store::record::{RecordError, key};
use crate::store::{Change, Key, Record, StoreError};

/// How long a message is remembered.
pub const KEEP: SignedDuration = SignedDuration::from_hours(24);
/// The longest `wsa:MessageID`; user and id together have to fit a key.
pub const MESSAGE_ID_BYTES_MAX: usize = 500;
/// How often it is tried to begin a message that others begin at the same time; each of them leaves a row.
const BEGIN_ATTEMPTS_MAX: usize = 10;

/// The key of a message's row.
pub(super) fn key(caller: &str, message: &MessageKey) -> Key {
    match message.record {
        None => key::idempotency(caller, &message.message_id),
        Some(record) => key::idempotency_of_record(caller, &message.message_id, record.index),
    }
}

/// Rows decided before this time are forgotten.
pub fn expired_before(now: Timestamp) -> Timestamp {
    now.checked_sub(KEEP).unwrap_or(Timestamp::MIN)
}

/// What is known of a message.
pub(super) enum Recall<'m> {
    /// It was answered.
    Known(Result<Vec<u8>, Error>),
    /// It was not; this remembers the answer.
    Fresh(Memory<'m>),
}

/// The duty to remember the answer.
pub(super) struct Memory<'m> {
    message: &'m MessageKey,
    key: Key,
    expired: Option<Record>,
}

/// Looks the message up.
pub(super) async fn recall<'m>(
    gateway: &Gateway,
    caller: &str,
    message: &'m MessageKey,
) -> Result<Recall<'m>, Error> {
    let key = key(caller, message);
    let row = gateway.store.get(&key).await?;
    if let Some(record) = &row {
        let remembered = decode(&record.body)?;
        if is_remembered(gateway, message, &remembered) {
            return Ok(Recall::Known(answer_again(&remembered, message)));
        }
    }
    Ok(Recall::Fresh(Memory { message, key, expired: row }))
}

/// A row counts for a day; that of a record counts for the run of its message in which it was written.
fn is_remembered(gateway: &Gateway, message: &MessageKey, row: &Remembered<'_>) -> bool {
    match message.record {
        None => row.time >= expired_before(gateway.clock.now()),
        Some(record) => row.time == record.begun,
    }
}

/// Makes it known that a message whose records are remembered each alone has begun: when it did, now or in an
/// earlier run that did not come to its end. Refused if the id was used with another body.
pub(super) async fn begin(
    gateway: &Gateway,
    call: &Call<'_>,
    message: &MessageKey,
    operation: &str,
) -> Result<Timestamp, Error> {
    let key = key(call.caller, message);
    for _ in 0..BEGIN_ATTEMPTS_MAX {
        let row = gateway.store.get(&key).await?;
        if let Some(record) = &row {
            let begun = decode(&record.body)?;
            if is_remembered(gateway, message, &begun) {
                return answer_again(&begun, message).map(|_| begun.time);
            }
        }
        let time = Context::new(gateway, call).now().timestamp;
        let mut change = Change::new();
        change.assert_unchanged(key.clone(), row.as_ref());
        change.put(key.clone(), encode(&begun_now(message, operation, time))?);
        match gateway.store.commit(change).await {
            Ok(_) => return Ok(time),
            // Another gateway has begun it just now.
            Err(StoreError::Contention(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(Error::new(Code::Contention, "the same message is being sent by others; try again"))
}

/// The answer is put together from those to its records, so the message's own row has none.
fn begun_now<'m>(message: &MessageKey, operation: &'m str, time: Timestamp) -> Remembered<'m> {
    let (body_sha256, outcome) = (message.body_sha256, RememberedOutcome::Answered(&[]));
    Remembered { body_sha256, operation: operation.into(), time, outcome }
}

fn answer_again(remembered: &Remembered<'_>, message: &MessageKey) -> Result<Vec<u8>, Error> {
    if remembered.body_sha256 != message.body_sha256 {
        let text = "this wsa:MessageID was used with another body; a new request needs a new MessageID";
        return Err(Error::new(Code::MalformedMessage, text));
    }
    match &remembered.outcome {
        RememberedOutcome::Answered(answer) => Ok(answer.to_vec()),
        RememberedOutcome::Refused { code, message, field, violations } => Err(Error {
            code: known_code(code)?,
            message: message.to_string(),
            field: field.as_deref().map(str::to_owned),
            violations: violations.iter().map(violation).collect::<Result<_, _>>()?,
            source: None,
        }),
    }
}

fn violation(
    (code, field, message): &(Cow<'_, str>, Cow<'_, str>, Cow<'_, str>),
) -> Result<Violation, Error> {
    Ok(Violation { code: known_code(code)?, field: field.to_string(), message: message.to_string() })
}

fn known_code(name: &str) -> Result<Code, Error> {
    let unknown = || Error::internal(format!("the remembered code {name} is not known"));
    Code::ALL.iter().copied().find(|code| code.as_str() == name).ok_or_else(unknown)
}

impl Memory<'_> {
    /// Adds the row to the change, unless the outcome is one that a retry may change.
    pub(super) fn remember(
        self,
        mut change: Change,
        outcome: &Result<Vec<u8>, Error>,
        operation: &str,
        context: &Context<'_>,
    ) -> Result<Change, Error> {
        let outcome = match outcome {
            Ok(answer) => RememberedOutcome::Answered(answer),
            Err(refusal) if is_final(refusal.code) => refused(refusal),
            Err(_) => return Ok(change),
        };
        let row = Remembered {
            body_sha256: self.message.body_sha256,
            operation: operation.into(),
            time: self.message.record.map_or(context.now().timestamp, |record| record.begun),
            outcome,
        };
        change.assert_unchanged(self.key.clone(), self.expired.as_ref());
        change.put(self.key, encode(&row)?);
        Ok(change)
    }
}

/// Would the same request be refused again? A damaged record may be repaired, so it is not final.
fn is_final(code: Code) -> bool {
    !code.retryable() && code.class() != Class::CorruptRecord
}

fn refused(refusal: &Error) -> RememberedOutcome<'_> {
    let violation = |violation: &'_ Violation| {
        (violation.code.as_str().into(), violation.field.clone().into(), violation.message.clone().into())
    };
    RememberedOutcome::Refused {
        code: refusal.code.as_str().into(),
        message: refusal.message.as_str().into(),
        field: refusal.field.as_deref().map(Into::into),
        violations: refusal.violations.iter().map(violation).collect(),
    }
}

/// A record with a right checksum that can't be read is damaged all the same.
impl From<RecordError> for Error {
    fn from(error: RecordError) -> Self {
        let mut refusal = Error::new(Code::CorruptRecord, "a stored record can't be read");
        refusal.source = Some(Box::new(error));
        refusal
    }
}
