//! The one place that commits.
//!
//! Runs an operation, adds to its change what has to be committed with it (the memory of the message), commits, and
//! runs it again when others were faster. A refusal that can't succeed later is remembered too.

use std::sync::atomic::Ordering;

use super::context::{Call, Context, Gateway};
use super::idempotency::{self, Recall};
use super::{Decision, Operation};
use crate::domain::error::{Class, Code, Error};
use crate::store::{Assertion, Change, Key, Reads, StoreError};

/// How often a decision is taken anew when others keep being faster.
const ATTEMPTS_MAX: usize = 100;
/// How often a refusal is looked at until two looks in a row lead to the same one.
const LOOKS_MAX: usize = 10;
/// From this attempt on a request queues for the record that it lost against others.
const QUEUE_FROM_ATTEMPT: usize = 2;

/// Runs `O` to its end: the encoded answer, durable and repeatable, or the refusal.
pub async fn execute<O: Operation>(
    gateway: &Gateway,
    call: &Call<'_>,
    request: &O::Request,
    encode: fn(&O::Answer) -> Result<Vec<u8>, Error>,
) -> Result<Vec<u8>, Error> {
    gateway.calls.fetch_add(1, Ordering::Relaxed);
    let message = call.message.as_ref().filter(|_| O::WRITES);
    let _twin = match message {
        Some(message) => Some(gateway.turns.take(idempotency::key(call.caller, message)).await),
        None => None,
    };
    let _queued = match O::queue(request) {
        Some(key) => Some(gateway.turns.take(key).await),
        None => None,
    };
    let mut lost_against = None;
    for attempt in 0..ATTEMPTS_MAX {
        let _turn = match lost_against.take().filter(|_| attempt >= QUEUE_FROM_ATTEMPT) {
            Some(key) => Some(gateway.turns.take(key).await),
            None => None,
        };
        let memory = match message {
            Some(message) => match idempotency::recall(gateway, call.caller, message).await? {
                Recall::Known(answer) => return answer,
                Recall::Fresh(memory) => Some(memory),
            },
            None => None,
        };
        let context = Context::new(gateway, call);
        let (change, outcome) = match decide::<O>(&*gateway.store, request, &context).await {
            Ok(Decision { change, answer }) => (change, Ok(encode(&answer)?)),
            Err(refusal) => {
                (O::left_behind(&*gateway.store, request, &context, &refusal).await?, Err(refusal))
            }
        };
        let change = match memory {
            Some(memory) => memory.remember(change, &outcome, O::NAME, &context)?,
            None => change,
        };
        if change.is_empty() {
            return outcome;
        }
        let keys = if attempt == 0 { Vec::new() } else { asserted_keys(&change) };
        match gateway.store.commit(change).await {
            Ok(_) => return outcome,
            Err(StoreError::Contention(index)) => lost_against = keys.into_iter().nth(index).flatten(),
            Err(error) => return Err(error.into()),
        }
    }
    Err(Error::new(Code::Contention, "others kept changing the same records; try again"))
}

/// Decides a request.
///
/// Reads are no snapshot: a refusal may rest on two records as they were at different moments, and it asserts nothing
/// that would show it. So one that rests on what is stored counts only when a second look leads to the same.
pub(super) async fn decide<O: Operation>(
    reads: &dyn Reads,
    request: &O::Request,
    context: &Context<'_>,
) -> Result<Decision<O::Answer>, Error> {
    let mut refusal = match O::run(reads, request, context).await {
        Err(refusal) if rests_on_reads(&refusal) => refusal,
        decided => return decided,
    };
    for _ in 1..LOOKS_MAX {
        match O::run(reads, request, context).await {
            Err(again) if again.code == refusal.code && again.message == refusal.message => break,
            Err(other) => refusal = other,
            decided => return decided,
        }
    }
    Err(refusal)
}

fn rests_on_reads(refusal: &Error) -> bool {
    match refusal.code.class() {
        Class::NotFound | Class::AlreadyExists | Class::RuleViolated => true,
        Class::Malformed
        | Class::Invalid
        | Class::UnknownOperation
        | Class::Unauthenticated
        | Class::TooLarge
        | Class::Contention
        | Class::Timeout
        | Class::Unavailable
        | Class::Internal
        | Class::CorruptRecord => false,
    }
}

/// The key of each assertion, so that a lost one can be queued for. Taken only when a first attempt was lost.
fn asserted_keys(change: &Change) -> Vec<Option<Key>> {
    let key = |assertion: &Assertion| match assertion {
        Assertion::Version(key, _) | Assertion::Absent(key) => Some(key.clone()),
        Assertion::Range(..) => None,
    };
    change.assertions.iter().map(key).collect()
}
