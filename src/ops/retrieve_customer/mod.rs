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
use super::{Context, Decision, Operation, customers, lookup};
use crate::domain::error::{Code, Error};
use crate::domain::identity::{AlternateKey, CustomerId};
use crate::store::{Change, Reads};

/// The operation.
pub(super) struct RetrieveCustomer;

/// Who is asked for.
#[derive(Debug)]
pub(super) struct Request {
    customer_id: Option<String>,
    alternate_keys: Vec<AlternateKey>,
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
        let id = match &request.customer_id {
            Some(sent) => CustomerId::parse(sent),
            None => by_keys(reads, &request.alternate_keys).await?,
        };
        let Some(id) = id else { return Err(not_found()) };
        let found = customers::load(reads, id).await?;
        let shown = |loaded: &Loaded| loaded.customer.active || request.include_inactive;
        let mut found = found.filter(shown).ok_or_else(not_found)?;
        found.notes = customers::notes(reads, &found.customer).await?;
        Ok(Decision {
            change: Change::new(),
            answer: Answer { found, include_inactive: request.include_inactive },
        })
    }
}

async fn by_keys(reads: &dyn Reads, keys: &[AlternateKey]) -> Result<Option<CustomerId>, Error> {
    let mut holders = lookup::holders(reads, keys).await?.into_iter().flatten();
    let first = holders.next();
    if holders.any(|other| Some(other) != first) {
        let text = "the alternate keys of the request belong to different customers";
        return Err(Error::new(Code::CustomerNotFound, text));
    }
    Ok(first)
}

fn not_found() -> Error {
    Error::new(Code::CustomerNotFound, "no customer was found with the identifiers of the request")
}
