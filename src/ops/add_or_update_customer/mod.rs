//! addOrUpdateCustomer: updates the customer that the identifiers find, else adds one (rules AU, with V, P, A and C).
//!
//! Request: `Customer`. Answer: `CustomerID`, `Outcome` Added, Updated or Unchanged, validation errors, warnings.
//! Refused with `CUSTOMER_ALREADY_EXISTS` when the identifiers find two customers (AU-1).

mod batch;
mod soap;
#[cfg(test)]
mod tests;

use super::customers::{self, Loaded};
use super::written::Written;
use super::{Context, Decision, Operation, lookup};
use crate::domain;
use crate::domain::error::Error;
use crate::domain::identity::AlternateKey;
use crate::domain::message::CustomerMessage;
use crate::store::Reads;

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
            None => customers::added(message, Self::NAME, context).await,
        }
    }
}

fn update(
    stored: Loaded,
    message: &CustomerMessage,
    context: &Context<'_>,
) -> Result<Decision<Written>, Error> {
    let (now, rules) = (context.now(), context.rules());
    let decided = domain::add_or_update_existing(&stored.customer, &stored.notes, message, now, &rules)?;
    let change = customers::change_of(&stored, &decided, AddOrUpdateCustomer::NAME, context)?;
    Ok(Decision { change, answer: decided.into() })
}

/// AU-1: the one active customer that the CustomerID and the keys name.
async fn find(
    reads: &dyn Reads,
    message: &CustomerMessage,
    keys: &[AlternateKey],
) -> Result<Option<Loaded>, Error> {
    let named = match &message.customer_id {
        Some(sent) => lookup::by_id(reads, sent).await?,
        None => None,
    };
    let found = match named {
        Some(loaded) => {
            lookup::same_holder(reads, keys, Some(loaded.customer.id)).await?;
            Some(loaded)
        }
        None => lookup::by_keys(reads, keys).await?,
    };
    match found {
        Some(loaded) => loaded.with_notes_for(reads, message).await.map(Some),
        None => Ok(None),
    }
}
