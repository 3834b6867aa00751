//! addCustomer: a new customer, always (rules A, with V, P and C).
//!
//! Request: `Customer`. Answer: `CustomerID`, `Outcome` Added, validation errors, warnings. Refused with
//! `CUSTOMER_ALREADY_EXISTS` when an alternate key belongs to somebody.

mod batch;
mod soap;
#[cfg(test)]
mod tests;

use super::written::Written;
use super::{Context, Decision, Operation, customers, lookup};
use crate::domain;
use crate::domain::error::Error;
use crate::domain::message::CustomerMessage;
use crate::store::Reads;

/// The operation.
pub(super) struct AddCustomer;

impl Operation for AddCustomer {
    const NAME: &'static str = "addCustomer";
    const WRITES: bool = true;
    type Request = CustomerMessage;
    type Answer = Written;

    async fn run(
        reads: &dyn Reads,
        message: &CustomerMessage,
        context: &Context<'_>,
    ) -> Result<Decision<Written>, Error> {
        let keys = domain::checked_keys(message, context.rules().reference)?;
        lookup::refuse_keys_of_others(reads, &keys, None).await?;
        customers::added(message, Self::NAME, context).await
    }
}
