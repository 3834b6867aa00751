//! What a merge and its taking back share: rows of the change log for several customers in one change, and what is kept of
//! a customer that a merge made.
//!
//! Deliberately absent: what is merged, and what is put back, which the two operations say themselves.

use super::context::Context;
use crate::domain::customer::Customer;
use crate::domain::error::{Code, Error};
use crate::domain::identity::CustomerId;
use crate::store::record::history::{self, Difference, HistoryRow};
use crate::store::record::key;
use crate::store::{Change, Reads, Record};

/// A customer's record in a change of several: what it was and what it becomes.
pub(super) struct RecordChange<'a> {
    /// Whose.
    pub(super) id: CustomerId,
    /// As it was read; `None`: a new customer.
    pub(super) before: Option<&'a Record>,
    /// The new body.
    pub(super) after: &'a [u8],
    /// Notes that are new with it.
    pub(super) notes: Vec<Difference<'a>>,
    /// What else of it changes, with a tag of its own.
    pub(super) beside: Vec<Difference<'a>>,
}

impl RecordChange<'_> {
    /// Tells of it in the change log; the caller puts the record.
    pub(super) fn log(
        self,
        change: &mut Change,
        operation: &str,
        context: &Context<'_>,
    ) -> Result<(), Error> {
        let before = self.before.map(|record| &record.body[..]);
        let mut sections = history::differences(before, Some(self.after))?;
        sections.extend(self.beside);
        let row = HistoryRow {
            time: context.now().timestamp,
            who: context.call.caller.into(),
            operation: operation.into(),
            request_id: context.call.request_id.into(),
            customer: self.id.0,
            previous: self.before.map(|record| record.version),
            sections,
            notes: self.notes,
            cards: Vec::new(),
        };
        change.log(history::encode(&row)?);
        Ok(())
    }
}

/// M-8: what is kept of when a customer was last changed, if a merge made it and another one took it.
pub(super) async fn kept_last_change(
    reads: &dyn Reads,
    customer: &Customer,
) -> Result<Option<Record>, Error> {
    if customer.members.is_empty() {
        return Ok(None);
    }
    Ok(reads.get(&key::last_change(customer.id)).await?)
}

/// M-7: the refusal of a merge, or of its taking back.
pub(super) fn refused(message: impl Into<String>) -> Error {
    Error::new(Code::MergeCustomerCreationException, message)
}
