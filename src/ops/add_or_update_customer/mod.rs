//! addOrUpdateCustomer: updates the customer that the identifiers find, else adds one (rules AU, with V, P, A and C).
//!
//! Request: `Customer`. Answer: `CustomerID`, `Outcome` Added, Updated or Unchanged, validation errors, warnings.
//! Refused with `CUSTOMER_ALREADY_EXISTS` when the identifiers find two customers (AU-1).

mod soap;
#[cfg(test)]
mod tests;

use super::customers::{self, Loaded};
use super::written::Written;
use super::{Context, Decision, Operation, lookup};
use crate::domain::error::{Code, Error};
use crate::domain::identity::{AlternateKey, CustomerId};
use crate::domain::message::CustomerMessage;
use crate::domain::{self, Outcome};
use crate::store::{Change, Reads};

/// The operation.
pub(super) struct AddOrUpdateCustomer;

impl Operation for AddOrUpdateCustomer {
    const NAME: &'static str = "addOrUpdateCustomer";
    const WRITES: bool = true;
    type Request = CustomerMessage;
    type Answer = Written;

    async fn run(
        reads: &dyn Reads,
        message: &CustomerMessage,
        context: &Context<'_>,
    ) -> Result<Decision<Written>, Error> {
        let keys = domain::checked_keys(message, context.rules().reference)?;
        match find(reads, message, &keys).await? {
            Some(stored) => update(stored, message, context),
            None => add(message, context).await,
        }
    }
}

async fn add(message: &CustomerMessage, context: &Context<'_>) -> Result<Decision<Written>, Error> {
    let id = context.next_customer_id().await?;
    let decided = domain::add(message, id, &context.now, &context.rules())?;
    let change = customers::change(None, &decided, AddOrUpdateCustomer::NAME, context)?;
    Ok(Decision { change, answer: decided.into() })
}

fn update(
    stored: Loaded,
    message: &CustomerMessage,
    context: &Context<'_>,
) -> Result<Decision<Written>, Error> {
    let (now, rules) = (&context.now, context.rules());
    let decided = domain::add_or_update_existing(&stored.customer, &stored.notes, message, now, &rules)?;
    let change = match decided.outcome {
        Outcome::Unchanged => Change::new(),
        Outcome::Added | Outcome::Updated => {
            customers::change(Some(&stored), &decided, AddOrUpdateCustomer::NAME, context)?
        }
    };
    Ok(Decision { change, answer: decided.into() })
}

/// AU-1: the one active customer that the CustomerID and the keys name.
async fn find(
    reads: &dyn Reads,
    message: &CustomerMessage,
    keys: &[AlternateKey],
) -> Result<Option<Loaded>, Error> {
    let named = match message.customer_id.as_deref().and_then(CustomerId::parse) {
        Some(id) => customers::load(reads, id).await?.filter(|loaded| loaded.customer.active),
        None => None,
    };
    let mut found = named.as_ref().map(|loaded| loaded.customer.id);
    for holder in lookup::holders(reads, keys).await?.into_iter().flatten() {
        match found {
            Some(other) if other != holder => return Err(two_customers(other, holder)),
            _ => found = Some(holder),
        }
    }
    let Some(id) = found else { return Ok(None) };
    let mut stored = match named {
        Some(loaded) => loaded,
        None => customers::load(reads, id).await?.ok_or_else(|| dangling_key(id))?,
    };
    if !message.notes.is_empty() {
        stored.notes = customers::notes(reads, &stored.customer).await?;
    }
    Ok(Some(stored))
}

fn two_customers(one: CustomerId, other: CustomerId) -> Error {
    let text = format!("the identifiers of the request belong to two customers, {one} and {other}");
    Error::new(Code::CustomerAlreadyExists, text)
}

fn dangling_key(id: CustomerId) -> Error {
    let mut error =
        Error::new(Code::CorruptRecord, "an alternate key leads to a customer that does not exist");
    error.source = Some(format!("customer {id} has keys but no record").into());
    error
}
