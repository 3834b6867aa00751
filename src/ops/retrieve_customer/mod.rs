//! retrieveCustomer: one customer, by CustomerID or by alternate keys.
//!
//! Request: `CustomerID`, `AlternateKey*`, `CardNumber`, `IncludeInactive`. Answer: `Customer` with its notes. A
//! CustomerID that was sent decides alone; keys must all that are known lead to the same customer. An inactive
//! customer, and inactive contact points and keys, are shown with IncludeInactive only; an inactive customer has no
//! active keys (D-4), so it is found by its CustomerID. `CUSTOMER_NOT_FOUND` for everything else.

mod soap;
#[cfg(test)]
mod tests;

use super::customers::Loaded;
use super::identifiers::Identifiers;
use super::{Context, Decision, Operation, customers, lookup};
use crate::domain::error::Error;
use crate::store::{Change, Reads};

/// The operation.
pub(super) struct RetrieveCustomer;

/// Who is asked for.
#[derive(Debug)]
pub(super) struct Request {
    identifiers: Identifiers,
    include_inactive: bool,
}

/// The customer found, and how much of it is shown.
#[derive(Debug)]
pub(super) struct Answer {
    found: Loaded,
    include_inactive: bool,
}

impl Operation for RetrieveCustomer {
    const NAME: &'static str = "retrieveCustomer";
    const WRITES: bool = false;
    type Request = Request;
    type Answer = Answer;

    async fn run(reads: &dyn Reads, request: &Request, _: &Context<'_>) -> Result<Decision<Answer>, Error> {
        let mut found = request.identifiers.find(reads).await?;
        if !found.customer.active && !request.include_inactive {
            return Err(lookup::not_found());
        }
        found.notes = customers::notes(reads, &found.customer).await?;
        Ok(Decision {
            change: Change::new(),
            answer: Answer { found, include_inactive: request.include_inactive },
        })
    }
}
