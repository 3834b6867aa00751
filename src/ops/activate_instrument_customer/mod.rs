//! activateInstrumentCustomer: a document of associations of cards with customers.
//!
//! Request: the document `ActivateInstrumentCustomerRequest` itself, any number of `Instrument`. Answer:
//! `ActivateInstrumentCustomerResponse`, a result for every record in order, and counts. Each record is carried out as
//! associateCardToCustomer does it, alone, in a commit of its own ([`super::documents`] says what ends a run and how it
//! goes on). A failure of ours is a `GENERAL_ERROR` here (K-10).

mod soap;
#[cfg(test)]
mod tests;

use super::documents::Task;
use super::{INSTRUMENT, Record};

/// The operation. It decides nothing itself, so it is no [`super::Operation`].
pub(super) struct ActivateInstrumentCustomer;

const NAME: &str = "activateInstrumentCustomer";

/// A record of the document; all of them ask for the same.
fn task(record: Record<'_>) -> Task<'_> {
    Task { record, action: None, operation: Ok(INSTRUMENT) }
}
