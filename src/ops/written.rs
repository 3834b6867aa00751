//! The answer of every operation that writes a customer: its id, what became of it, what validation found.

use super::batch::{RecordOutcome, RecordWarning};
use crate::domain::customer::Customer;
use crate::domain::{Decided, Outcome, Warning};
use crate::wire::SERVICE_NAMESPACE;
use crate::wire::customer::write_validation_errors;
use crate::wire::xml::Writer;

/// The answer to a write.
#[derive(Debug)]
pub(super) struct Written {
    customer: Customer,
    outcome: Outcome,
    warnings: Vec<Warning>,
}

impl From<Decided> for Written {
    fn from(decided: Decided) -> Self {
        Written { customer: decided.customer, outcome: decided.outcome, warnings: decided.warnings }
    }
}

impl From<&Written> for RecordOutcome {
    fn from(written: &Written) -> Self {
        let warnings = written.warnings.iter().map(RecordWarning::from).collect();
        RecordOutcome { customer_id: written.customer.id, warnings }
    }
}

/// Writes the answer as the element `name`.
pub(super) fn encode(name: &str, written: &Written) -> Vec<u8> {
    let mut writer = Writer::with_capacity(512);
    writer.start(name).namespace("", SERVICE_NAMESPACE);
    writer.element("CustomerID", &written.customer.id.to_string());
    writer.element("Outcome", written.outcome.as_str());
    write_validation_errors(&mut writer, &written.customer);
    for warning in &written.warnings {
        writer.start("Warning").element("Code", warning.code.as_str());
        writer.element("Field", &warning.field).element("Message", warning.message).end();
    }
    writer.end();
    writer.into_bytes()
}
