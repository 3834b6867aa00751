//! A second decoder, to check the first one against: the same messages, read by yaserde into a struct tree.
//!
//! It shares no code with the codecs of the library. It matches by namespace and name, in any order, and keeps every
//! value as text. Deliberately absent: limits, leniency, and any judgement; it is for messages of ours, never for
//! hostile ones.

mod batch;
mod cards;
mod contact;
mod details;
mod tree;

use yaserde::YaDeserialize;

pub(crate) use batch::Run;
use batch::{RunWrapper, Submitted};
use cards::{Associated, InstrumentWrapper};
pub(crate) use contact::Email;
pub(crate) use details::{ActivitySummary, ActivityTotals, AlternateKey};
use details::{ValidationError, Warning};
pub(crate) use tree::Customer;
use tree::{CustomerIdentifier, MergeTargetSet};

/// The Body of a message: exactly one of these is there.
#[derive(Debug, Default, Clone, PartialEq, Eq, YaDeserialize)]
#[yaserde(prefix = "crm", namespaces = { "crm" = "urn:castile:crm:v1" })]
pub(crate) struct Body {
    #[yaserde(prefix = "crm", rename = "addCustomer")]
    pub(crate) add_customer: Option<CustomerWrapper>,
    #[yaserde(prefix = "crm", rename = "addCustomerResponse")]
    pub(crate) add_customer_response: Option<Outcome>,
    #[yaserde(prefix = "crm", rename = "addOrUpdateCustomer")]
    pub(crate) add_or_update_customer: Option<CustomerWrapper>,
    #[yaserde(prefix = "crm", rename = "addOrUpdateCustomerResponse")]
    pub(crate) add_or_update_customer_response: Option<Outcome>,
    #[yaserde(prefix = "crm", rename = "updateCustomer")]
    pub(crate) update_customer: Option<CustomerWrapper>,
    #[yaserde(prefix = "crm", rename = "updateCustomerResponse")]
    pub(crate) update_customer_response: Option<Outcome>,
    #[yaserde(prefix = "crm", rename = "deleteCustomer")]
    pub(crate) delete_customer: Option<Retrieve>,
    #[yaserde(prefix = "crm", rename = "deleteCustomerResponse")]
    pub(crate) delete_customer_response: Option<Outcome>,
    #[yaserde(prefix = "crm", rename = "mergeCustomers")]
    pub(crate) merge_customers: Option<Merge>,
    #[yaserde(prefix = "crm", rename = "mergeCustomersResponse")]
    pub(crate) merge_customers_response: Option<MergeOutcome>,
    #[yaserde(prefix = "crm", rename = "unmergeCustomers")]
    pub(crate) unmerge_customers: Option<Restored>,
    #[yaserde(prefix = "crm", rename = "unmergeCustomersResponse")]
    pub(crate) unmerge_customers_response: Option<Restored>,
    #[yaserde(prefix = "crm", rename = "retrieveCustomer")]
    pub(crate) retrieve_customer: Option<Retrieve>,
    #[yaserde(prefix = "crm", rename = "retrieveCustomerResponse")]
    pub(crate) retrieve_customer_response: Option<CustomerWrapper>,
    #[yaserde(prefix = "crm", rename = "Customers")]
    pub(crate) customers: Option<Customers>,
    #[yaserde(prefix = "crm", rename = "CustomersResponse")]
    pub(crate) customers_response: Option<CustomersResponse>,
    #[yaserde(prefix = "crm", rename = "searchCustomersResponse")]
    pub(crate) search_customers_response: Option<CustomersPage>,
    #[yaserde(prefix = "crm", rename = "associateCardToCustomerResponse")]
    pub(crate) associate_card_to_customer_response: Option<Associated>,
    #[yaserde(prefix = "crm", rename = "ActivateInstrumentCustomerResponse")]
    pub(crate) activate_instrument_customer_response: Option<CustomersResponse>,
    #[yaserde(prefix = "crm", rename = "retrieveInstrumentResponse")]
    pub(crate) retrieve_instrument_response: Option<InstrumentWrapper>,
    #[yaserde(prefix = "crm", rename = "recordTransactionResponse")]
    pub(crate) record_transaction_response: Option<Recorded>,
    #[yaserde(prefix = "crm", rename = "submitBatchResponse")]
    pub(crate) submit_batch_response: Option<Submitted>,
    #[yaserde(prefix = "crm", rename = "getBatchStatusResponse")]
    pub(crate) get_batch_status_response: Option<RunWrapper>,
}

/// The answer of `recordTransaction`.
#[derive(Debug, Default, Clone, PartialEq, Eq, YaDeserialize)]
#[yaserde(prefix = "crm", namespaces = { "crm" = "urn:castile:crm:v1" })]
pub(crate) struct Recorded {
    #[yaserde(prefix = "crm", rename = "TransactionID")]
    pub(crate) transaction_id: Option<String>,
}

/// `mergeCustomers`.
#[derive(Debug, Default, Clone, PartialEq, Eq, YaDeserialize)]
#[yaserde(prefix = "crm", namespaces = { "crm" = "urn:castile:crm:v1" })]
pub(crate) struct Merge {
    #[yaserde(prefix = "crm", rename = "MergeSource")]
    pub(crate) merge_source: Option<CustomerIdentifier>,
    #[yaserde(prefix = "crm", rename = "MergeTargetSet")]
    pub(crate) merge_target_set: Option<MergeTargetSet>,
    #[yaserde(prefix = "crm", rename = "Preview")]
    pub(crate) preview: Option<String>,
}

/// The answer of `mergeCustomers`.
#[derive(Debug, Default, Clone, PartialEq, Eq, YaDeserialize)]
#[yaserde(prefix = "crm", namespaces = { "crm" = "urn:castile:crm:v1" })]
pub(crate) struct MergeOutcome {
    #[yaserde(prefix = "crm", rename = "CustomerID")]
    pub(crate) customer_id: Option<String>,
    #[yaserde(prefix = "crm", rename = "MergedCustomerID")]
    pub(crate) merged_customer_ids: Vec<String>,
    #[yaserde(prefix = "crm", rename = "Customer")]
    pub(crate) customer: Option<Customer>,
}

/// `unmergeCustomers` and its answer.
#[derive(Debug, Default, Clone, PartialEq, Eq, YaDeserialize)]
#[yaserde(prefix = "crm", namespaces = { "crm" = "urn:castile:crm:v1" })]
pub(crate) struct Restored {
    #[yaserde(prefix = "crm", rename = "CustomerID")]
    pub(crate) customer_ids: Vec<String>,
}

/// The answer of `searchCustomers`.
#[derive(Debug, Default, Clone, PartialEq, Eq, YaDeserialize)]
#[yaserde(prefix = "crm", namespaces = { "crm" = "urn:castile:crm:v1" })]
pub(crate) struct CustomersPage {
    #[yaserde(prefix = "crm", rename = "Customer")]
    pub(crate) customers: Vec<Customer>,
    #[yaserde(prefix = "crm", rename = "NextPageToken")]
    pub(crate) next_page_token: Option<String>,
}

/// A wrapper with a customer in it.
#[derive(Debug, Default, Clone, PartialEq, Eq, YaDeserialize)]
#[yaserde(prefix = "crm", namespaces = { "crm" = "urn:castile:crm:v1" })]
pub(crate) struct CustomerWrapper {
    #[yaserde(prefix = "crm", rename = "Customer")]
    pub(crate) customer: Option<Customer>,
}

/// A document.
#[derive(Debug, Default, Clone, PartialEq, Eq, YaDeserialize)]
#[yaserde(prefix = "crm", namespaces = { "crm" = "urn:castile:crm:v1" })]
pub(crate) struct Customers {
    #[yaserde(prefix = "crm", rename = "Customer")]
    pub(crate) customers: Vec<Customer>,
}

/// The answer to a document.
#[derive(Debug, Default, Clone, PartialEq, Eq, YaDeserialize)]
#[yaserde(prefix = "crm", namespaces = { "crm" = "urn:castile:crm:v1" })]
pub(crate) struct CustomersResponse {
    #[yaserde(prefix = "crm", rename = "Result")]
    pub(crate) results: Vec<RecordResult>,
    #[yaserde(prefix = "crm", rename = "RecordCount")]
    pub(crate) record_count: Option<String>,
    #[yaserde(prefix = "crm", rename = "SucceededCount")]
    pub(crate) succeeded_count: Option<String>,
    #[yaserde(prefix = "crm", rename = "FailedCount")]
    pub(crate) failed_count: Option<String>,
}

/// `RecordResultType`.
#[derive(Debug, Default, Clone, PartialEq, Eq, YaDeserialize)]
#[yaserde(prefix = "crm", namespaces = { "crm" = "urn:castile:crm:v1" })]
pub(crate) struct RecordResult {
    #[yaserde(attribute = true, rename = "Index")]
    pub(crate) index: Option<String>,
    #[yaserde(attribute = true, rename = "Action")]
    pub(crate) action: Option<String>,
    #[yaserde(attribute = true, rename = "Status")]
    pub(crate) status: Option<String>,
    #[yaserde(prefix = "crm", rename = "CustomerID")]
    pub(crate) customer_id: Option<String>,
    #[yaserde(prefix = "crm", rename = "Code")]
    pub(crate) code: Option<String>,
    #[yaserde(prefix = "crm", rename = "Message")]
    pub(crate) message: Option<String>,
    #[yaserde(prefix = "crm", rename = "Field")]
    pub(crate) field: Option<String>,
    #[yaserde(prefix = "crm", rename = "Warning")]
    pub(crate) warnings: Vec<Warning>,
}

/// The answer of a write.
#[derive(Debug, Default, Clone, PartialEq, Eq, YaDeserialize)]
#[yaserde(prefix = "crm", namespaces = { "crm" = "urn:castile:crm:v1" })]
pub(crate) struct Outcome {
    #[yaserde(prefix = "crm", rename = "CustomerID")]
    pub(crate) customer_id: Option<String>,
    #[yaserde(prefix = "crm", rename = "Outcome")]
    pub(crate) outcome: Option<String>,
    #[yaserde(prefix = "crm", rename = "ValidationError")]
    pub(crate) validation_errors: Vec<ValidationError>,
    #[yaserde(prefix = "crm", rename = "Warning")]
    pub(crate) warnings: Vec<Warning>,
}

/// `retrieveCustomer`; of `deleteCustomer` the identifiers.
#[derive(Debug, Default, Clone, PartialEq, Eq, YaDeserialize)]
#[yaserde(prefix = "crm", namespaces = { "crm" = "urn:castile:crm:v1" })]
pub(crate) struct Retrieve {
    #[yaserde(prefix = "crm", rename = "CustomerID")]
    pub(crate) customer_id: Option<String>,
    #[yaserde(prefix = "crm", rename = "AlternateKey")]
    pub(crate) alternate_keys: Vec<AlternateKey>,
    #[yaserde(prefix = "crm", rename = "CardNumber")]
    pub(crate) card_number: Option<String>,
    #[yaserde(prefix = "crm", rename = "IncludeInactive")]
    pub(crate) include_inactive: Option<String>,
}

#[derive(YaDeserialize)]
#[yaserde(
    rename = "Envelope",
    prefix = "soap11",
    namespaces = { "soap11" = "http://schemas.xmlsoap.org/soap/envelope/" }
)]
struct Envelope11 {
    #[yaserde(prefix = "soap11", rename = "Body")]
    body: Body,
}

#[derive(YaDeserialize)]
#[yaserde(
    rename = "Envelope",
    prefix = "soap12",
    namespaces = { "soap12" = "http://www.w3.org/2003/05/soap-envelope" }
)]
struct Envelope12 {
    #[yaserde(prefix = "soap12", rename = "Body")]
    body: Body,
}

/// The Body of a message in either SOAP version.
pub(crate) fn decode(message: &str) -> Result<Body, yaserde::Error> {
    if message.contains("http://www.w3.org/2003/05/soap-envelope") {
        yaserde::de::from_str::<Envelope12>(message).map(|envelope| envelope.body)
    } else {
        yaserde::de::from_str::<Envelope11>(message).map(|envelope| envelope.body)
    }
}

#[cfg(test)]
mod tests;
