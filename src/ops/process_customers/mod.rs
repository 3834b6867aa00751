//! processCustomers: a document of customer records, each carried out by the operation that its `Action` names.
//!
//! Request: the document `Customers` itself, any number of `Customer`. Answer: `CustomersResponse`, a result for every
//! record in order, and counts. Records succeed or fail each alone, each in a commit of its own, one after the other
//! ([`super::documents`] says what ends a run and how it goes on).

mod soap;
#[cfg(test)]
mod tests;

use super::{Action, Record, documents::Task};

/// The operation. It decides nothing itself, so it is no [`super::Operation`].
pub(super) struct ProcessCustomers;

const NAME: &str = "processCustomers";

/// The `index`th record, from 1, with the operation that its `Action` names.
fn task(index: u64, record: Record<'_>) -> Task<'_> {
    let action = record.action();
    Task { record, action: action.map(|action| action.name), operation: Action::operation(action, index) }
}
