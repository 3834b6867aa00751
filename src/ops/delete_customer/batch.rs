//! The record codec of deleteCustomer.

use super::{Answer, DeleteCustomer};
use crate::domain::error::Error;
use crate::ops::identifiers::Identifiers;
use crate::ops::{BatchFace, RecordOutcome};
use crate::wire::customer::Path;
use crate::wire::xml::Element;

impl BatchFace for DeleteCustomer {
    fn decode(record: Element<'_>) -> Result<Identifiers, Error> {
        Identifiers::of(record, &Path::ROOT.element("Customer"))
    }

    fn outcome(answer: &Answer) -> RecordOutcome {
        RecordOutcome { customer_id: answer.id, warnings: Vec::new() }
    }
}
