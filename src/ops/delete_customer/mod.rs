//! deleteCustomer: makes a customer inactive and frees its alternate keys (rules D).
//!
//! Request: `CustomerID`, `AlternateKey*`; everything else is ignored (D-3). Answer: `CustomerID`, `Outcome` Deleted. A
//! CustomerID that was sent decides alone; keys must all that are known lead to the same customer. The customer is kept
//! with all it has, and retrieveCustomer shows it by its CustomerID with IncludeInactive (D-1). `CUSTOMER_NOT_FOUND` for
//! everybody else, one that is inactive too, merged or not: an old CustomerID never leads on to the successor (D-2). The
//! keys of merged customers are the successor's own, and delete it.

mod batch;
mod soap;
#[cfg(test)]
mod tests;

use super::identifiers::Identifiers;
use super::{Context, Decision, Operation, customers, lookup};
use crate::domain;
use crate::domain::Outcome;
use crate::domain::error::Error;
use crate::domain::identity::CustomerId;
use crate::store::Reads;

/// The operation.
pub(super) struct DeleteCustomer;

/// Who was deleted.
#[derive(Debug)]
pub(super) struct Answer {
    id: CustomerId,
    outcome: Outcome,
}

impl Operation for DeleteCustomer {
    const NAME: &'static str = "deleteCustomer";
    const WRITES: bool = true;
    type Request = Identifiers;
    type Answer = Answer;

    async fn run(
        reads: &dyn Reads,
        request: &Identifiers,
        context: &Context<'_>,
    ) -> Result<Decision<Answer>, Error> {
        let stored = request.find_itself(reads).await?;
        if !stored.customer.active {
            return Err(lookup::not_found());
        }
        let decided = domain::delete(&stored.customer, context.now());
        let change = customers::change_of(&stored, &decided, Self::NAME, context)?;
        Ok(Decision { change, answer: Answer { id: decided.customer.id, outcome: decided.outcome } })
    }
}
