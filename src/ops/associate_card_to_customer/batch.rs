//! The record codec of associateCardToCustomer.

use super::{Answer, AssociateCardToCustomer, Request, soap};
use crate::domain::error::Error;
use crate::ops::{BatchFace, RecordOutcome};
use crate::wire::xml::Element;

impl BatchFace for AssociateCardToCustomer {
    fn decode(record: Element<'_>) -> Result<Request, Error> {
        soap::instrument(record)
    }

    fn outcome(answer: &Answer) -> RecordOutcome {
        RecordOutcome { customer_id: answer.customer, warnings: Vec::new() }
    }
}
