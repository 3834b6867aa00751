//! updateCustomer: changes the customer that the identifiers find (rules U, with V, P, C and ).
//!
//! Request: `Customer`. Answer: `CustomerID`, `Outcome` Updated or Unchanged, validation errors, warnings. A CustomerID
//! that was sent decides alone; else the alternate keys without UpdateType, or with Old, find the customer (U-1).
//! Refused with `CUSTOMER_NOT_FOUND` when nobody is found, and with `CUSTOMER_ALREADY_EXISTS` when keys find two
//! customers or a key that is to be added belongs to another. It never adds a customer.

mod batch;
mod soap;
#[cfg(test)]
mod tests;

use super::customers::{self, Loaded};
use super::written::Written;
use super::{Context, Decision, Operation, lookup};
use crate::domain::error::Error;
use crate::domain::message::CustomerMessage;
use crate::domain::{self, claimed_keys, identifying_keys};
use crate::store::Reads;

/// The operation.
pub(super) struct UpdateCustomer;

impl Operation for UpdateCustomer {
    const NAME: &'static str = "updateCustomer";
    const WRITES: bool = true;
    type Request = CustomerMessage;
    type Answer = Written;

    async fn run(
        reads: &dyn Reads,
        message: &CustomerMessage,
        context: &Context<'_>,
    ) -> Result<Decision<Written>, Error> {
        let (now, rules) = (context.now(), context.rules());
        domain::check_update_keys(message, rules.reference)?;
        let stored = find(reads, message).await?;
        let decided = domain::update(&stored.customer, &stored.notes, message, now, &rules)?;
        let change = customers::change_of(&stored, &decided, Self::NAME, context)?;
        Ok(Decision { change, answer: decided.into() })
    }
}

/// U-1: the one active customer that the request names, which may have the keys that it is to have.
async fn find(reads: &dyn Reads, message: &CustomerMessage) -> Result<Loaded, Error> {
    let found = match &message.customer_id {
        Some(sent) => lookup::by_id(reads, sent).await?,
        None => lookup::by_keys(reads, &identifying_keys(message).collect::<Vec<_>>()).await?,
    };
    let found = found.ok_or_else(lookup::not_found)?;
    let claimed: Vec<_> = claimed_keys(message).collect();
    lookup::refuse_keys_of_others(reads, &claimed, Some(found.customer.id)).await?;
    found.with_notes_for(reads, message).await
}
