//! The operations: one folder each, one line each in [`REGISTRY`].
//!
//! An operation reads, asks the rules and returns a [`Decision`]: what to change and what to answer. It never
//! commits; [`execute()`] does, for all of them, and so keeps in one place what has to be committed together.
//! Deliberately absent: HTTP, envelopes, engines. An operation never names another operation; what two of them share
//! stands beside them here.

mod activate_instrument_customer;
mod add_customer;
mod add_or_update_customer;
pub mod administration;
mod associate_card_to_customer;
mod batch;
mod batch_files;
mod cards;
mod condition;
mod context;
mod customers;
mod delete_customer;
mod difference;
mod documents;
mod execute;
mod forget;
mod get_batch_status;
pub mod history;
mod idempotency;
mod identifiers;
mod ids;
mod lookup;
mod merge_customers;
mod merging;
mod pins;
mod process_customers;
mod promotions;
mod record_transaction;
pub mod reference;
mod results;
mod retrieve_customer;
mod retrieve_instrument;
pub mod runs;
mod search_customers;
mod soap;
mod submit_batch;
mod turns;
mod unmerge_customers;
mod update_customer;
mod written;

#[cfg(test)]
mod merged_tests;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;

use std::future::Future;

pub use batch::{Action, BatchFace, PreparedRecord, Record, RecordOperation, RecordOutcome, RecordWarning};
pub use batch_files::{BatchFiles, NewFile, PlacedFile};
pub use condition::{Condition, condition};
pub use context::{Call, Context, Gateway, MessageKey, RecordOfMessage};
pub use difference::FieldDifference;
pub use execute::execute;
pub use forget::{Forgotten, forget_messages};
pub use idempotency::{KEEP, MESSAGE_ID_BYTES_MAX, expired_before};
pub use ids::{CARD_IDS, CUSTOMER_IDS};
pub use pins::{PinKeyProblem, PinKeys, check_pin_key};
pub use reference::{DEFAULT_REFERENCE, parse as parse_reference};
pub use soap::{SoapFace, SoapOperation};

use crate::domain::error::Error;
use crate::store::{Change, Key, Reads};

/// Every operation, by the name of its request element. The WSDL declares the same set, or the program does not start.
pub const REGISTRY: &[&dyn SoapOperation] = &[
    &soap::Face::<add_customer::AddCustomer>::NEW,
    &soap::Face::<add_or_update_customer::AddOrUpdateCustomer>::NEW,
    &soap::Face::<update_customer::UpdateCustomer>::NEW,
    &soap::Face::<delete_customer::DeleteCustomer>::NEW,
    &soap::Face::<retrieve_customer::RetrieveCustomer>::NEW,
    &soap::Face::<search_customers::SearchCustomers>::NEW,
    &soap::Face::<merge_customers::MergeCustomers>::NEW,
    &soap::Face::<unmerge_customers::UnmergeCustomers>::NEW,
    &process_customers::ProcessCustomers,
    &soap::Face::<record_transaction::RecordTransaction>::NEW,
    &soap::Face::<associate_card_to_customer::AssociateCardToCustomer>::NEW,
    &activate_instrument_customer::ActivateInstrumentCustomer,
    &soap::Face::<retrieve_instrument::RetrieveInstrument>::NEW,
    &soap::Face::<submit_batch::SubmitBatch>::NEW,
    &soap::Face::<get_batch_status::GetBatchStatus>::NEW,
];

/// What a `Customer` of a document can ask for with its `Action`, and the operation that does it.
pub const ACTIONS: &[Action] = &[
    Action { name: "Add", operation: &batch::Face::<add_customer::AddCustomer>::NEW },
    Action {
        name: "AddorUpdate",
        operation: &batch::Face::<add_or_update_customer::AddOrUpdateCustomer>::NEW,
    },
    Action { name: "Update", operation: &batch::Face::<update_customer::UpdateCustomer>::NEW },
    Action { name: "Delete", operation: &batch::Face::<delete_customer::DeleteCustomer>::NEW },
    Action { name: "Merge", operation: &batch::Face::<merge_customers::MergeCustomers>::NEW },
];

/// Who carries out an `Instrument` of a document.
pub const INSTRUMENT: &dyn RecordOperation =
    &batch::Face::<associate_card_to_customer::AssociateCardToCustomer>::NEW;

/// What an operation is.
pub trait Operation: Send + Sync + 'static {
    /// Its name in the WSDL, the history and the logs.
    const NAME: &'static str;
    /// Can it change anything? Only what can is remembered for retries.
    const WRITES: bool;
    /// The decoded request.
    type Request: Send + Sync;
    /// The answer before it is encoded.
    type Answer: Send;

    /// Decides the request on what `reads` shows now. Runs again when others were faster, so it has no side effect.
    fn run(
        reads: &dyn Reads,
        request: &Self::Request,
        context: &Context<'_>,
    ) -> impl Future<Output = Result<Decision<Self::Answer>, Error>> + Send;

    /// What a refusal leaves behind all the same: nothing, but for a wrong PIN that is counted (K-4).
    fn left_behind(
        _reads: &dyn Reads,
        _request: &Self::Request,
        _context: &Context<'_>,
        _refusal: &Error,
    ) -> impl Future<Output = Result<Change, Error>> + Send {
        async { Ok(Change::new()) }
    }

    /// Requests with the same key are decided one after the other, whether they change anything or not.
    fn queue(_request: &Self::Request) -> Option<Key> {
        None
    }
}

/// What a request leads to.
#[derive(Debug)]
pub struct Decision<A> {
    /// What to store, with everything that the decision rests on asserted; empty if nothing changes.
    pub change: Change,
    /// What to answer once that is durable.
    pub answer: A,
}
